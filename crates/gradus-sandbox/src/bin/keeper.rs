//! What starts programs for the tests of this crate, and a grader that they can kill: with arguments, it runs that program
//! and shows what it prints until it is killed.

use gradus_sandbox::{Launcher, Limits, Program, RoomSpec, Rung, Stdin, View, host_id};
use std::io::Write;
use std::time::Duration;

fn main() {
    gradus_sandbox::enter_if_asked();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(run(std::env::args_os().skip(1).collect()));
}

async fn run(mut command: Vec<std::ffi::OsString>) {
    let launcher = Launcher::start().expect("a zygote");
    let rung = match command.first() {
        Some(word) if word == "--native" => {
            command.remove(0);
            Rung::Native(View { host_id: host_id("keeper"), ..View::of_room() })
        }
        _ => Rung::None,
    };
    let program = Program {
        command,
        dir: "/".into(),
        env: Vec::new(),
        stdin: Stdin::Null,
        output_cap: 4096,
        wall: None,
        user: None,
    };
    let room = RoomSpec { rung, limits: Limits::default() };
    let running = launcher.launch(&room, program).await.expect("it starts");
    // It may have printed something before we look for the first time.
    let (mut mark, mut slice) = (running.output().mark(), running.output().all());
    loop {
        std::io::stdout().write_all(&slice.bytes).expect("a pipe");
        tokio::time::sleep(Duration::from_millis(1)).await;
        slice = running.output().since(mark);
        mark = running.output().mark();
    }
}
