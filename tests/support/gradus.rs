//! Runs the real binary and asserts on what it says and how it ends.

use super::grader::{self, Grader};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

/// The root of this repository.
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ has a parent").to_owned()
}

/// The binary, built once by the cargo that runs the tests, with their profile.
pub fn binary() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| {
        let status = Command::new(env!("CARGO"))
            .args(["build", "--quiet", "--package", "gradus", "--bin", "gradus"])
            .current_dir(repository())
            .status()
            .expect("cargo runs");
        assert!(status.success(), "gradus builds");
        let tests = std::env::current_exe().expect("a test has a path");
        let profile = tests.parent().and_then(Path::parent).expect("target/<profile>/deps/test");
        profile.join("gradus")
    })
}

/// One run of the command, to be described and then started.
pub struct Gradus {
    command: Command,
    cache: tempfile::TempDir,
    grader: Grader,
}

/// Variables that name folders into which the command writes.
const WRITTEN: [&str; 2] = ["XDG_CACHE_HOME", "TMPDIR"];

/// What came of a run.
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Gradus {
    /// `gradus` with these arguments, without colours, with an empty cache.
    pub fn new<I: IntoIterator<Item = S>, S: AsRef<std::ffi::OsStr>>(arguments: I) -> Self {
        let cache = tempfile::tempdir().expect("a temporary folder");
        let mut command = Command::new(binary());
        command
            .args(arguments)
            .env("XDG_CACHE_HOME", cache.path())
            .env("COLUMNS", "100")
            .env_remove("NO_COLOR")
            .env_remove("GRADUS_EXERCISES")
            .current_dir(repository())
            .stdin(Stdio::null());
        Self { command, cache, grader: Grader::Ourselves }
    }

    /// By somebody: the ordinary user has a home of their own, and gets every folder into which the command is told to write.
    pub fn by(mut self, grader: Grader) -> Self {
        self.grader = grader;
        if grader == Grader::User {
            let home = self.cache.path().join("home");
            std::fs::create_dir(&home).expect("a home");
            self.command = same(&self.command, Command::new(grader::public()));
            self.command.env("HOME", home);
        }
        self
    }

    /// The command itself, for those who start it by another way.
    pub fn binary() -> &'static Path {
        binary()
    }

    /// In another folder.
    pub fn dir(mut self, dir: &Path) -> Self {
        self.command.current_dir(dir);
        self
    }

    /// With a variable.
    pub fn env(mut self, name: &str, value: impl AsRef<std::ffi::OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// As the last arguments of another command.
    pub fn below(mut self, command: &[&str]) -> Self {
        let mut outer = Command::new(command[0]);
        outer.args(&command[1..]).arg(self.command.get_program());
        self.command = same(&self.command, outer);
        self
    }

    /// As whom it is to run.
    fn ready(self) -> Self {
        if self.grader == Grader::Ourselves {
            return self;
        }
        grader::give(self.cache.path());
        for (name, value) in self.command.get_envs() {
            if let (true, Some(folder)) = (WRITTEN.iter().any(|written| name == *written), value) {
                grader::give(Path::new(folder));
            }
        }
        let becoming = grader::becoming();
        self.below(&becoming.iter().map(String::as_str).collect::<Vec<_>>())
    }

    /// Runs it to its end.
    pub fn run(self) -> Ran {
        let mut ready = self.ready();
        let output = ready.command.output().expect("gradus runs");
        drop(ready.cache);
        Ran {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// Starts it and lets it run; the cache goes when the second part is dropped.
    pub fn spawn(self) -> (Child, tempfile::TempDir) {
        let mut ready = self.ready();
        let child = ready.command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("gradus runs");
        (child, ready.cache)
    }
}

/// Another command with the same arguments after its own, the same variables and the same folder.
fn same(command: &Command, mut other: Command) -> Command {
    other.args(command.get_args()).stdin(Stdio::null());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => other.env(name, value),
            None => other.env_remove(name),
        };
    }
    if let Some(folder) = command.get_current_dir() {
        other.current_dir(folder);
    }
    other
}

impl Ran {
    /// It ended so.
    #[track_caller]
    pub fn code(self, code: i32) -> Self {
        assert_eq!(self.code, code, "exit code\n--- out\n{}\n--- err\n{}", self.out, self.err);
        self
    }

    /// Its standard output holds this.
    #[track_caller]
    pub fn says(self, text: &str) -> Self {
        assert!(
            self.out.contains(text),
            "standard output does not say {text:?}\n--- out\n{}\n--- err\n{}",
            self.out,
            self.err
        );
        self
    }

    /// Its standard error holds this.
    #[track_caller]
    pub fn complains(self, text: &str) -> Self {
        assert!(
            self.err.contains(text),
            "standard error does not say {text:?}\n--- out\n{}\n--- err\n{}",
            self.out,
            self.err
        );
        self
    }

    /// Neither holds this.
    #[track_caller]
    pub fn never_says(self, text: &str) -> Self {
        assert!(!self.out.contains(text), "standard output says {text:?}\n{}", self.out);
        assert!(!self.err.contains(text), "standard error says {text:?}\n{}", self.err);
        self
    }

    /// Its standard output as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out)
            .unwrap_or_else(|error| panic!("{error}\n--- out\n{}\n--- err\n{}", self.out, self.err))
    }
}
