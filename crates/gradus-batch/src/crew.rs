//! A few threads that share a list of tasks. A task that panics costs that task alone. It knows nothing of gradings.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;

/// What a crew tells while it works.
#[derive(Debug)]
pub enum Told<R> {
    /// A task begins.
    Begun(usize),
    /// A task ended.
    Ended(usize, Result<R, String>),
    /// A thread can't work: why. The others go on.
    Idle(String),
}

/// Works through tasks `0..tasks` on so many threads and tells of each, here on the calling thread.
///
/// Each thread makes tools of its own, and new ones after a panic, which may have left the old ones in any state. A task that
/// panicked ends with the panic's message. Once `stop` says so, no task begins any more.
pub fn work<R: Send, Tools>(
    tasks: usize,
    threads: usize,
    make: &(dyn Fn() -> Result<Tools, String> + Sync),
    task: &(dyn Fn(&mut Tools, usize) -> R + Sync),
    stop: &(dyn Fn() -> bool + Sync),
    tell: &mut dyn FnMut(Told<R>),
) {
    let next = AtomicUsize::new(0);
    let next = &next;
    std::thread::scope(|scope| {
        // Bounded: whoever listens slowly holds the crew up instead of filling our memory.
        let (sender, receiver) = mpsc::sync_channel(threads * 2);
        for _ in 0..threads.clamp(1, tasks.max(1)) {
            let sender = sender.clone();
            scope.spawn(move || {
                // Whoever listened is gone only when the whole crew is.
                let tell = |told| drop(sender.send(told));
                let mut tools = match catch(make) {
                    Ok(Ok(tools)) => tools,
                    Ok(Err(why)) | Err(why) => return tell(Told::Idle(why)),
                };
                while !stop() {
                    let index = next.fetch_add(1, Ordering::SeqCst);
                    if index >= tasks {
                        return;
                    }
                    tell(Told::Begun(index));
                    let done = catch(|| task(&mut tools, index));
                    let panicked = done.is_err();
                    tell(Told::Ended(index, done));
                    if panicked {
                        match catch(make) {
                            Ok(Ok(new)) => tools = new,
                            Ok(Err(why)) | Err(why) => return tell(Told::Idle(why)),
                        }
                    }
                }
            });
        }
        drop(sender);
        receiver.into_iter().for_each(tell);
    });
}

/// Does it, or tells the message of the panic that it ended with.
pub fn catch<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|panic| {
        let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
        text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "a panic".to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicBool;

    #[test]
    fn a_panic_costs_its_task_alone_and_the_tools_are_made_anew() {
        let made = AtomicUsize::new(0);
        let make = || Ok(made.fetch_add(1, Ordering::SeqCst));
        let task = |_: &mut usize, index: usize| {
            assert!(index != 3, "task three");
            index * 2
        };
        let mut ended = Vec::new();
        work(8, 2, &make, &task, &|| false, &mut |told| {
            if let Told::Ended(index, done) = told {
                ended.push((index, done));
            }
        });
        ended.sort();
        assert_eq!(ended.len(), 8);
        assert_eq!(ended[3], (3, Err("task three".to_owned())));
        assert_eq!(ended[7], (7, Ok(14)));
        assert_eq!(made.load(Ordering::SeqCst), 3);
    }

    #[test]
    fn once_stopped_nothing_begins() {
        let stopped = AtomicBool::new(false);
        let mut begun = 0;
        let task = |_: &mut (), index: usize| {
            if index == 2 {
                stopped.store(true, Ordering::SeqCst);
            }
        };
        work(100, 1, &|| Ok(()), &task, &|| stopped.load(Ordering::SeqCst), &mut |told| {
            begun += usize::from(matches!(told, Told::Begun(_)));
        });
        assert_eq!(begun, 3);
    }

    #[test]
    fn without_tools_nobody_works_and_it_is_told() {
        let mut idle = Vec::new();
        work(5, 2, &|| Err::<(), _>("no tools".into()), &|(), _| (), &|| false, &mut |told| {
            if let Told::Idle(why) = told {
                idle.push(why);
            }
        });
        assert_eq!(idle, ["no tools", "no tools"]);
    }
}
