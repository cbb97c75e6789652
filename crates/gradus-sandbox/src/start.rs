//! From a specification to a running program: a fork, its files, its limits, and the program in its place. It knows
//! nothing of how the program is kept apart.

use crate::spec::{Limits, Program};
use crate::sys::{self, Fork};
use rustix::process::{Pid, Resource, Rlimit, getrlimit, setrlimit};
use std::convert::Infallible;
use std::ffi::{CString, OsStr, OsString};
use std::io::{self, Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;

/// Where a program is looked up when its environment has no `PATH`.
const USUAL_PATH: &str = "/usr/local/bin:/usr/bin:/bin";

/// Something of ours that failed.
#[derive(Debug)]
pub struct Failure {
    /// What we were doing.
    pub step: String,
    /// The system's reason.
    pub error: io::Error,
}

/// Makes a [`Failure`] of an error.
pub fn at<E: Into<io::Error>>(step: &str) -> impl FnOnce(E) -> Failure {
    move |error| Failure { step: step.to_owned(), error: error.into() }
}

/// Why a program does not run.
#[derive(Debug)]
pub enum NotStarted {
    /// It can't be executed: its name and the system's reason.
    Program(String),
    /// Something of ours failed before.
    Ours(Failure),
}

/// Starts the program with these as its standard input, output and error. `lock` is the last thing that happens in the new process before the program takes its place.
pub fn program(
    spec: &Program,
    limits: &Limits,
    files: [OwnedFd; 3],
    lock: impl FnOnce() -> Result<(), Failure>,
) -> Result<Pid, NotStarted> {
    let (mut news, teller) = io::pipe().map_err(at("make a pipe")).map_err(NotStarted::Ours)?;
    match sys::fork().map_err(at("fork")).map_err(NotStarted::Ours)? {
        Fork::Child => {
            drop(news);
            let Err(failed) = become_it(spec, limits, &files, lock);
            tell(teller, &failed);
            std::process::exit(127)
        }
        Fork::Parent(main) => {
            drop((teller, files));
            let mut told = String::new();
            // The pipe closes by itself when the program takes the new process's place.
            let read = news.read_to_string(&mut told);
            read.map_err(at("hear from the new process")).map_err(NotStarted::Ours)?;
            match told.split_once('\n') {
                None => Ok(main),
                Some(("", why)) => Err(NotStarted::Program(why.to_owned())),
                Some((step, why)) => {
                    Err(NotStarted::Ours(Failure { step: step.to_owned(), error: io::Error::other(why) }))
                }
            }
        }
    }
}

/// An empty step says that the program itself is at fault.
fn tell(mut teller: io::PipeWriter, failed: &NotStarted) {
    // Nobody is there to hear of a pipe that breaks.
    let _ = match failed {
        NotStarted::Program(why) => write!(teller, "\n{why}"),
        NotStarted::Ours(Failure { step, error }) => write!(teller, "{step}\n{error}"),
    };
}

fn become_it(
    spec: &Program,
    limits: &Limits,
    files: &[OwnedFd; 3],
    lock: impl FnOnce() -> Result<(), Failure>,
) -> Result<Infallible, NotStarted> {
    prepare(spec, limits, files).and_then(|()| lock()).map_err(NotStarted::Ours)?;
    let Some(name) = spec.command.first() else {
        return Err(NotStarted::Program("no program is named".to_owned()));
    };
    let error = execute(name, spec);
    Err(NotStarted::Program(format!("{}: {error}", name.display())))
}

fn prepare(spec: &Program, limits: &Limits, [stdin, output, errors]: &[OwnedFd; 3]) -> Result<(), Failure> {
    if let Some(id) = spec.user {
        become_user(id).map_err(at(&format!("become the user {id}")))?;
    }
    // Should the program kill its keeper, it is gone itself, though not what it started. A change of user forgets it.
    #[cfg(target_os = "linux")]
    rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL))
        .map_err(at("tie it to its keeper"))?;
    // A session of its own, so that a Ctrl-C for us is not one for the program.
    rustix::process::setsid().map_err(at("begin a session"))?;
    rustix::stdio::dup2_stdin(stdin).map_err(at("hand its input over"))?;
    rustix::stdio::dup2_stdout(output).map_err(at("hand its output over"))?;
    rustix::stdio::dup2_stderr(errors).map_err(at("hand its output over"))?;
    std::env::set_current_dir(&spec.dir).map_err(at(&format!("enter {}", spec.dir.display())))?;
    limit(limits).map_err(at("set its limits"))?;
    sys::close_on_execute(3);
    sys::default_signals();
    Ok(())
}

/// Becomes somebody else of this machine, as only root can.
#[cfg(target_os = "linux")]
fn become_user(id: u32) -> rustix::io::Result<()> {
    use rustix::thread::{Gid, Uid, set_thread_groups, set_thread_res_gid, set_thread_res_uid};
    let (user, group) = (Uid::from_raw(id), Gid::from_raw(id));
    // This process has one thread only.
    set_thread_groups(&[])?;
    set_thread_res_gid(group, group, group)?;
    set_thread_res_uid(user, user, user)
}

#[cfg(not(target_os = "linux"))]
fn become_user(_: u32) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// The limits that hold for each process on its own, on every rung.
fn limit(limits: &Limits) -> rustix::io::Result<()> {
    at_most(Resource::Core, 0)?;
    at_most(Resource::Nofile, limits.files.into())?;
    if let Some(bytes) = limits.file_size {
        at_most(Resource::Fsize, bytes)?;
    }
    if let Some(time) = limits.cpu {
        // At the soft limit comes SIGXCPU, which can be caught, and a second later SIGKILL, which can't.
        let seconds = time.as_secs() + u64::from(time.subsec_nanos() > 0);
        setrlimit(Resource::Cpu, Rlimit { current: Some(seconds), maximum: Some(seconds + 1) })?;
    }
    Ok(())
}

/// Sets a limit that this process can't raise again; one that is lower already stays.
pub fn at_most(resource: Resource, value: u64) -> rustix::io::Result<()> {
    let now = getrlimit(resource).maximum.unwrap_or(u64::MAX);
    let value = Some(value.min(now));
    setrlimit(resource, Rlimit { current: value, maximum: value })
}

/// Takes the place of this process, as execvp(3) does but with the program's own `PATH`. It returns only when that fails.
fn execute(name: &OsStr, spec: &Program) -> io::Error {
    let Some(arguments) = strings(spec.command.iter().cloned()) else { return nul() };
    let joined = |(name, value): &(OsString, OsString)| {
        let mut entry = name.clone();
        entry.push("=");
        entry.push(value);
        entry
    };
    let Some(environment) = strings(spec.env.iter().map(joined)) else { return nul() };
    if name.as_bytes().contains(&b'/') {
        return sys::execute(&arguments[0], &arguments, &environment);
    }
    let path = spec.env.iter().find(|(name, _)| name == "PATH");
    let path = path.map_or(OsStr::new(USUAL_PATH), |(_, value)| value);
    let mut worst = io::Error::from_raw_os_error(libc::ENOENT);
    for folder in std::env::split_paths(path) {
        let Ok(program) = CString::new(folder.join(name).as_os_str().as_bytes()) else { continue };
        let error = sys::execute(&program, &arguments, &environment);
        // A file that is there and can't be run says more than all the places where there is none.
        if !matches!(error.raw_os_error(), Some(libc::ENOENT | libc::ENOTDIR)) {
            worst = error;
        }
    }
    worst
}

fn strings(all: impl Iterator<Item = OsString>) -> Option<Vec<CString>> {
    all.map(|string| CString::new(string.as_bytes()).ok()).collect()
}

fn nul() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, "an argument or variable holds a NUL byte")
}
