//! A registry of packages on this machine, for every package manager, with one package.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

/// One that serves until it is dropped.
pub struct Registry {
    process: Child,
    pub port: String,
    /// The digest of the package for Cargo.
    pub digest: String,
}

impl Registry {
    pub fn start() -> Self {
        let mut process = Command::new("python3")
            .args(["-c", include_str!("registry.py")])
            .stdout(Stdio::piped())
            .spawn()
            .expect("a registry");
        let mut line = String::new();
        let output = process.stdout.take().expect("its output");
        BufReader::new(output).read_line(&mut line).expect("its port");
        let (port, digest) = line.trim().split_once(' ').expect("a port and a digest");
        Self { process, port: port.to_owned(), digest: digest.to_owned() }
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        // One that has ended by itself is as gone.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
