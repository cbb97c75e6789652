//! A command that stays until it is interrupted.

use super::course::Course;
use super::gradus::Gradus;
use std::io::{BufRead, BufReader, Read};
use std::process::Child;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

/// How long a line may take to come.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// A command that stays, and the lines of its standard output and error as they come.
pub struct Staying {
    child: Child,
    lines: Receiver<String>,
    _cache: tempfile::TempDir,
}

impl Staying {
    pub fn start(course: &Course, arguments: &[&str]) -> Self {
        Self::of(course.gradus(arguments))
    }

    pub fn of(gradus: Gradus) -> Self {
        let (mut child, cache) = gradus.spawn();
        let (sender, lines) = channel();
        let out: Box<dyn Read + Send> = Box::new(child.stdout.take().expect("a pipe"));
        let err: Box<dyn Read + Send> = Box::new(child.stderr.take().expect("a pipe"));
        for pipe in [out, err] {
            let sender = sender.clone();
            std::thread::spawn(move || {
                let lines = BufReader::new(pipe).lines().map_while(Result::ok);
                lines.for_each(|line| drop(sender.send(line)));
            });
        }
        Self { child, lines, _cache: cache }
    }

    /// The next line that holds this text.
    pub fn wait_for(&self, text: &str) -> String {
        let mut seen = String::new();
        loop {
            match self.lines.recv_timeout(PATIENCE) {
                Ok(line) if line.contains(text) => return line,
                Ok(line) => seen.push_str(&(line + "\n")),
                Err(_) => panic!("{text:?} is never said:\n{seen}"),
            }
        }
    }

    pub fn interrupt(mut self) -> i32 {
        let id = self.child.id().to_string();
        let killed = std::process::Command::new("kill").args(["-INT", &id]).status().expect("kill runs");
        assert!(killed.success());
        self.child.wait().expect("it ends").code().unwrap_or(-1)
    }
}

impl Drop for Staying {
    fn drop(&mut self) {
        // A test that failed leaves nobody behind; one that ended has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
