//! 200 requests with 575 expectations against a server that is up, the JSON report written, against a raw client that
//! asks the same, and Hurl where it is installed.

use crate::course::Course;
use crate::measure::{self, Contestant};
use std::fmt::Write;
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

const CHECKS: usize = 25;
const REQUESTS: usize = 8;
const ROUNDS: usize = 41;

/// Measures and prints.
pub fn run(gradus: &Path) {
    let course = Course::new(CHECKS, REQUESTS);
    let server = Up::start(&course.work().join("server"));
    let report = course.root().join("report.json");
    let hurl = course.root().join("all.hurl");
    std::fs::write(&hurl, hurl_file()).expect("a file");
    let check = || {
        let mut command = Command::new(gradus);
        command.args(["check", "--exercise", "bench", "--url", &format!("http://{}", server.origin)]);
        command.arg("--exercises").arg(course.root());
        command.arg("--report").arg(format!("json={}", report.display()));
        command.env("HOME", course.root());
        measure::time(&mut command)
    };
    // First of all, as the largest child so far counts.
    check();
    let memory = measure::largest_child();
    let us = std::env::current_exe().expect("our own path");
    let requests = (CHECKS * REQUESTS).to_string();
    let ask = || measure::time(Command::new(&us).args(["ask", &server.origin, &requests]));
    let mut contestants = vec![
        Contestant { name: "a raw hyper client, one kept connection", run: Box::new(ask) },
        Contestant { name: "`gradus check --url … --report json=…`", run: Box::new(check) },
    ];
    if Command::new("hurl").arg("--version").stdout(Stdio::null()).status().is_ok() {
        let run = || {
            let origin = format!("origin=http://{}", server.origin);
            measure::time(Command::new("hurl").args(["--test", "--variable", &origin]).arg(&hurl))
        };
        contestants.push(Contestant { name: "`hurl --test`", run: Box::new(run) });
    }
    let medians = measure::medians(ROUNDS, &mut contestants);
    let title = format!("## {} requests, 575 expectations, whole processes", CHECKS * REQUESTS);
    measure::print(&title, &contestants, &medians);
    println!("\nPeak memory of `gradus check`: {:.1} MB.", memory as f64 / 1e6);
}

fn hurl_file() -> String {
    let mut file = String::new();
    for item in 1..=CHECKS * REQUESTS {
        let _ = write!(
            file,
            "GET {{{{origin}}}}/items/{item}\nHTTP 200\n[Asserts]\njsonpath \"$.id\" == {item}\n"
        );
        if item % 8 != 0 {
            let _ = writeln!(file, "jsonpath \"$.name\" == \"item {item}\"");
        }
        file.push('\n');
    }
    file
}

/// A server that is up until this is dropped.
pub struct Up {
    process: Child,
    pub origin: String,
}

impl Up {
    /// Returns as soon as it accepts a connection.
    pub fn start(program: &Path) -> Self {
        let probe = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = probe.local_addr().expect("an address").port();
        drop(probe);
        let mut command = Command::new(program);
        let process = command.arg("serve").env("PORT", port.to_string()).spawn().expect("a server");
        let origin = format!("127.0.0.1:{port}");
        while TcpStream::connect(&origin).is_err() {
            std::thread::sleep(Duration::from_millis(1));
        }
        Self { process, origin }
    }
}

impl Drop for Up {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
