//! Commands that stay until they are interrupted: `check --watch`, `check --keep` and `up`.

use crate::support::Gradus;
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
        Self::of(course.gradus(arguments))
    }

    fn of(gradus: Gradus) -> Self {
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

impl Drop for Staying {
    fn drop(&mut self) {
        // A test that failed leaves nobody behind; one that ended has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
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
    let port = port_in(&line);
    assert!(std::net::TcpStream::connect(("127.0.0.1", port)).is_ok(), "{line}");
    assert_eq!(kept.interrupt(), 0);
    assert!(std::net::TcpStream::connect(("127.0.0.1", port)).is_err(), "the server outlived its grader");
}

/// The port of the address in a line.
fn port_in(line: &str) -> u16 {
    let port = line.split("http://127.0.0.1:").nth(1).expect("a port");
    port.chars().take_while(char::is_ascii_digit).collect::<String>().parse().expect("a port")
}

/// What a server answers to `GET` of this path.
fn get(port: u16, path: &str) -> String {
    use std::io::Write;
    let mut stream = std::net::TcpStream::connect(("127.0.0.1", port)).expect("a connection");
    write!(stream, "GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").expect("it is sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    answer
}

#[test]
fn stubs_and_the_server_are_up_for_whoever_develops() {
    let server = http_server(
        "import urllib.request\ndef answer(method, path, body):\n    return 200, {}, urllib.request.urlopen(os.environ['RATES_URL'] + path).read()\n",
    );
    let course = Course::get_root(&server);
    let grader =
        std::fs::read_to_string(course.root.path().join("graders/demo/grader.yaml")).expect("a grader");
    let stubs = "stubs: { rates: { routes: [ { get: /*, reply: { text: rate of $(path_1) } } ] } }\nenv: { TTL: 1s }\nchecks:";
    course.write("graders/demo/grader.yaml", &grader.replace("checks:", stubs));
    let up = |more: &[&str]| {
        let (work, root) = (course.work().display().to_string(), course.root.path().display().to_string());
        let arguments = ["up", work.as_str(), "--exercises", root.as_str()];
        Staying::of(Gradus::new(arguments.iter().chain(more)))
    };
    let stubs = up(&[]);
    stubs.wait_for("export TTL='1s'");
    let port = port_in(&stubs.wait_for("export RATES_URL='http://127.0.0.1:"));
    assert!(get(port, "/usd").ends_with("rate of usd"));
    assert_eq!(stubs.interrupt(), 130);
    let server = up(&["--server"]);
    let port = port_in(&server.wait_for("The server is up at"));
    assert!(get(port, "/eur").ends_with("rate of eur"));
    server.interrupt();
    assert!(std::net::TcpStream::connect(("127.0.0.1", port)).is_err(), "the server outlived its grader");
}

#[test]
fn services_are_up_for_whoever_develops() {
    let course = Course::get_root(&http_server("def answer(method, path, body):\n    return 200, {}, b''\n"));
    course.write("graders/demo/seed.redis", "SET greeting hello\n");
    course.write(
        "graders/demo/grader.yaml",
        "format: 1\nexercise: demo\npass: 80\nservices:\n  cache: { engine: redis, seed: seed.redis }\nchecks:\n  - id: root\n    claim: A\n    points: 1\n    steps: [ { get: /, expect: { status: 200 } } ]\n",
    );
    let (work, root) = (course.work().display().to_string(), course.root.path().display().to_string());
    for more in [&[][..], &["--sandbox", "none"]] {
        let arguments = ["up", work.as_str(), "--exercises", root.as_str()];
        let up = Staying::of(Gradus::new(arguments.iter().chain(more).copied()));
        let told = up.wait_for("export CACHE_URL='redis://127.0.0.1:");
        let port = told.split(':').nth(2).and_then(|rest| rest.split('/').next()).expect("a port");
        let mut redis = std::net::TcpStream::connect(format!("127.0.0.1:{port}")).expect("a service");
        std::io::Write::write_all(&mut redis, b"GET greeting\r\n").expect("a question");
        let mut answer = [0; 64];
        let length = redis.read(&mut answer).expect("an answer");
        assert_eq!(&answer[..length], b"$5\r\nhello\r\n");
        assert_eq!(up.interrupt(), 130);
    }
}

#[test]
fn services_are_up_beside_a_server_at_addresses_that_lead_there_from_outside() {
    let asks = "import socket\ndef answer(method, path, body):\n    host, port = os.environ['CACHE_URL'][8:].split('/')[0].split(':')\n    with socket.create_connection((host, int(port)), timeout=5) as redis:\n        redis.sendall(b'GET greeting\\r\\n')\n        return 200, {}, redis.recv(4096)\n";
    let course = Course::get_root(&http_server(asks));
    course.write("graders/demo/seed.redis", "SET greeting hello\n");
    course.write(
        "graders/demo/grader.yaml",
        "format: 1\nexercise: demo\npass: 80\nservices:\n  cache: { engine: redis, seed: seed.redis }\nstubs: { rates: { routes: [ { get: /, reply: { text: five } } ] } }\nchecks:\n  - id: root\n    claim: A\n    points: 1\n    steps: [ { get: /, expect: { status: 200 } } ]\n",
    );
    let (work, root) = (course.work().display().to_string(), course.root.path().display().to_string());
    let asked = |told: &str, question: &[u8]| {
        let address = told.split("//").nth(1).and_then(|rest| rest.split(['/', '\'', ';']).next());
        let mut link = std::net::TcpStream::connect(address.expect("an address")).expect("somebody listens");
        link.set_read_timeout(Some(PATIENCE)).expect("a limit");
        std::io::Write::write_all(&mut link, question).expect("a question");
        let mut answer = [0; 512];
        let length = link.read(&mut answer).expect("an answer");
        String::from_utf8_lossy(&answer[..length]).into_owned()
    };
    for sandbox in ["native", "none"] {
        let arguments = ["up", &work, "--exercises", &root, "--server", "--sandbox", sandbox];
        let up = Staying::of(Gradus::new(arguments));
        let lines = [up.wait_for("export "), up.wait_for("export ")];
        let line = |name: &str| lines.iter().find(|line| line.contains(name)).expect("a line").clone();
        assert_eq!(asked(&line("CACHE_URL"), b"GET greeting\r\n"), "$5\r\nhello\r\n");
        assert!(asked(&line("RATES_URL"), b"GET / HTTP/1.0\r\n\r\n").starts_with("HTTP/1.0 200"));
        let server = up.wait_for("The server is up at");
        assert!(asked(&server, b"GET / HTTP/1.0\r\n\r\n").contains("200"));
        assert_eq!(up.interrupt(), 130);
    }
}
