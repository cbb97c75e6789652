//! A scope of our own, from whoever manages the machine's control groups: systemd, which its own `busctl` asks over D-Bus. It
//! knows nothing of what a scope is for.

use crate::sys::{self, Fork};
use rustix::process::geteuid;
use std::convert::Infallible;
use std::ffi::CString;
use std::fs::{self, File};
use std::io::{self, PipeWriter, Read};
use std::path::Path;
use std::time::{Duration, Instant};

const BUSCTL: &str = "/usr/bin/busctl";
/// How long systemd may take to answer, in seconds, and then to move us.
const ANSWERS: &str = "2";
const MOVES: Duration = Duration::from_secs(1);
const LOOKS: Duration = Duration::from_millis(1);

/// Has this process moved into a scope in which it may make groups; whether it was.
pub fn enter() -> bool {
    let Some(manager) = Manager::ours() else { return false };
    let before = own_group();
    if !ask(&manager).is_ok_and(|answer| answer.contains("/job/")) {
        return false;
    }
    let until = Instant::now() + MOVES;
    while own_group() == before && Instant::now() < until {
        std::thread::sleep(LOOKS);
    }
    own_group() != before
}

/// Who is asked.
enum Manager {
    /// The machine's.
    System,
    /// That of our own session, and the folder of its bus.
    User(String),
}

impl Manager {
    /// The one that may move us, if it runs.
    fn ours() -> Option<Self> {
        let user = geteuid();
        if user.is_root() {
            // Where systemd manages the machine, this folder is there (sd_booted(3)).
            return Path::new("/run/systemd/system").is_dir().then_some(Self::System);
        }
        let folder = format!("/run/user/{}", user.as_raw());
        Path::new(&folder).join("bus").exists().then_some(Self::User(folder))
    }

    /// What has `busctl` ask it for a scope of this process's own.
    fn request(&self, process: u32) -> (Vec<String>, Vec<String>) {
        let (whose, environment) = match self {
            Self::System => ("--system", Vec::new()),
            Self::User(folder) => ("--user", vec![format!("XDG_RUNTIME_DIR={folder}")]),
        };
        let call = format!(
            "busctl {whose} --timeout={ANSWERS} call org.freedesktop.systemd1 /org/freedesktop/systemd1 \
             org.freedesktop.systemd1.Manager StartTransientUnit ssa(sv)a(sa(sv)) run-gradus-{process}.scope fail \
             3 PIDs au 1 {process} Delegate b true CollectMode s inactive-or-failed 0"
        );
        (call.split(' ').map(str::to_owned).collect(), environment)
    }
}

/// The group of this process.
fn own_group() -> Option<String> {
    let groups = fs::read_to_string("/proc/self/cgroup").ok()?;
    groups.lines().find_map(|line| line.strip_prefix("0::")).map(str::to_owned)
}

/// What is answered: the name of a job, if we are to be moved. Whoever asks is reaped by the system, as all children here.
fn ask(manager: &Manager) -> io::Result<String> {
    let (mut answer, teller) = io::pipe()?;
    let (arguments, environment) = manager.request(std::process::id());
    if let Fork::Child = sys::fork()? {
        drop(answer);
        let Err(_) = become_busctl(teller, arguments, environment);
        std::process::exit(127);
    }
    drop(teller);
    let mut text = String::new();
    answer.read_to_string(&mut text)?;
    Ok(text)
}

fn become_busctl(
    teller: PipeWriter,
    arguments: Vec<String>,
    environment: Vec<String>,
) -> io::Result<Infallible> {
    // Our own input is the grader's.
    rustix::stdio::dup2_stdin(File::open("/dev/null")?)?;
    rustix::stdio::dup2_stdout(teller)?;
    sys::close_on_execute(3);
    sys::default_signals();
    let strings = |all: Vec<String>| all.into_iter().map(CString::new).collect::<Result<Vec<_>, _>>();
    Err(sys::execute(&CString::new(BUSCTL)?, &strings(arguments)?, &strings(environment)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_is_asked_for_by_process_with_its_controllers() {
        let (arguments, environment) = Manager::User("/run/user/7".to_owned()).request(42);
        assert_eq!(environment, ["XDG_RUNTIME_DIR=/run/user/7"]);
        assert_eq!(&arguments[..2], ["busctl", "--user"]);
        let unit = arguments.iter().position(|word| word == "run-gradus-42.scope").expect("its name");
        let properties = ["fail", "3", "PIDs", "au", "1", "42", "Delegate", "b", "true"];
        assert_eq!(arguments[unit + 1..unit + 10], properties);
        assert_eq!(Manager::System.request(1).0[1], "--system");
    }
}
