//! Commands that stay until they are interrupted: `check --watch` and `check --keep`.

use crate::support::course::{Course, http_server};
use std::io::{BufRead, BufReader, Read};
use std::process::Child;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(30);

/// A command that stays, and the lines of its standard output and error as they come.
struct Staying {
    child: Child,
    lines: Receiver<String>,
    _cache: tempfile::TempDir,
}

impl Staying {
    fn start(course: &Course, arguments: &[&str]) -> Self {
        let (mut child, cache) = course.gradus(arguments).spawn();
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
    fn wait_for(&self, text: &str) -> String {
        let mut seen = String::new();
        loop {
            match self.lines.recv_timeout(PATIENCE) {
                Ok(line) if line.contains(text) => return line,
                Ok(line) => seen.push_str(&(line + "\n")),
                Err(_) => panic!("{text:?} is never said:\n{seen}"),
            }
        }
    }

    fn interrupt(mut self) -> i32 {
        let id = self.child.id().to_string();
        let killed = std::process::Command::new("kill").args(["-INT", &id]).status().expect("kill runs");
        assert!(killed.success());
        self.child.wait().expect("it ends").code().unwrap_or(-1)
    }
}

fn answers(status: u16) -> String {
    http_server(&format!("def answer(method, path, body):\n    return {status}, {{}}, b''\n"))
}

#[test]
fn a_saved_file_is_checked_again() {
    let course = Course::get_root(&answers(500));
    let watching = Staying::start(&course, &["--watch"]);
    watching.wait_for("Save a file to check again");
    course.write("work/app.py", &answers(200));
    watching.wait_for("All is well");
    course.write("work/notes.txt", "any file of the submission counts");
    watching.wait_for("All is well");
    assert_eq!(watching.interrupt(), 0);
}

#[test]
fn a_file_that_is_saved_in_the_middle_begins_anew() {
    let check = |id: &str| {
        format!(
            "  - {{ id: {id}, claim: About {id}, points: 5, steps: [ {{ get: /{id}, expect: {{ status: 200 }} }} ] }}\n"
        )
    };
    let slow = http_server(
        "def answer(method, path, body):\n    time.sleep(600 if path == '/slow' else 0)\n    return 200, {}, b''\n",
    );
    let course = Course::new(&(check("fast") + &check("slow")), &slow).limits("request = \"60s\"");
    let watching = Staying::start(&course, &["--watch"]);
    watching.wait_for("About fast");
    course.write("work/app.py", &answers(200));
    watching.wait_for("10 of 10 points");
    watching.interrupt();
}

#[test]
fn half_a_file_is_no_reason_to_stop_watching() {
    let course = Course::get_root(&answers(200));
    let watching = Staying::start(&course, &["--watch"]);
    watching.wait_for("All is well");
    course.write("work/gradus.toml", "format = ");
    watching.wait_for("gradus.toml:1");
    course.write("work/gradus.toml", "format = 1\nexercise = \"demo\"\n[run]\nstart = \"python3 app.py\"\n");
    watching.wait_for("All is well");
    watching.interrupt();
}

#[test]
fn a_kept_server_is_up_until_it_is_interrupted() {
    let course = Course::get_root(&answers(200));
    let kept = Staying::start(&course, &["--keep"]);
    let line = kept.wait_for("http://127.0.0.1:");
    let port = line.split("http://127.0.0.1:").nth(1).expect("a port");
    let port: u16 =
        port.chars().take_while(char::is_ascii_digit).collect::<String>().parse().expect("a port");
    assert!(std::net::TcpStream::connect(("127.0.0.1", port)).is_ok(), "{line}");
    assert_eq!(kept.interrupt(), 0);
    assert!(std::net::TcpStream::connect(("127.0.0.1", port)).is_err(), "the server outlived its grader");
}
