//! What starts programs for the tests of this crate, and a grader that they can kill: with arguments, it runs that program
//! and shows what it prints until it is killed.

use gradus_sandbox::{Launcher, Limits, Rung, SandboxSpec, Stdin};
use std::io::Write;
use std::time::Duration;

fn main() {
    gradus_sandbox::enter_if_asked();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(run(std::env::args_os().skip(1).collect()));
}

async fn run(command: Vec<std::ffi::OsString>) {
    let launcher = Launcher::start().expect("a zygote");
    let spec = SandboxSpec {
        command,
        dir: "/".into(),
        env: Vec::new(),
        stdin: Stdin::Null,
        limits: Limits::default(),
        output_cap: 4096,
        rung: Rung::None,
    };
    let running = launcher.launch(spec).await.expect("it starts");
    let mut mark = running.output().mark();
    loop {
        let slice = running.output().since(mark);
        mark = running.output().mark();
        std::io::stdout().write_all(&slice.bytes).expect("a pipe");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}
