//! Commands that stay until they are interrupted: `check --watch`, `check --keep` and `up`.

use crate::support::course::{Course, http_server};
use crate::support::staying::{PATIENCE, Staying};
use crate::support::{Gradus, repository};
use std::io::Read;

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
    let line = kept.wait_for("the server stays up at http://127.0.0.1:");
    let port = port_in(&line);
    assert!(std::net::TcpStream::connect(("127.0.0.1", port)).is_ok(), "{line}");
    assert_eq!(kept.interrupt(), 0);
    assert!(std::net::TcpStream::connect(("127.0.0.1", port)).is_err(), "the server outlived its grader");
}

#[test]
fn what_failed_is_told_while_the_servers_that_it_names_are_up() {
    let checks = "  - id: alone\n    claim: A\n    points: 1\n    steps: [ { get: /a, expect: { status: 201 } } ]\n  - id: twins\n    claim: B\n    points: 1\n    steps: [ { get: /a, expect: { status: 200 } }, { get: /b, instance: b, expect: { status: 201 } } ]\n";
    let course = Course::new(checks, &answers(200));
    let kept = Staying::start(&course, &["--keep"]);
    let told = [kept.wait_for("try:  curl"), kept.wait_for("try:  curl")];
    let again = kept.wait_for("again: gradus check ");
    assert!(again.contains(" --only twins"), "{again}");
    let stay = [kept.wait_for("the server stays up at"), kept.wait_for("instance b stays up at")];
    for (told, stays) in told.iter().zip(&stay) {
        let port = port_in(stays);
        assert_eq!(port_in(told), port);
        assert!(get(port, "/").starts_with("HTTP/1.1 200"), "{stays}");
    }
    assert_eq!(kept.interrupt(), 1);
    for stays in &stay {
        assert!(std::net::TcpStream::connect(("127.0.0.1", port_in(stays))).is_err(), "{stays}");
    }
}

/// One check that `GET /a` fails.
const FAILS: &str = "  - { id: a, claim: A, points: 1, steps: [ { get: /a, expect: { status: 201 } } ] }\n";

/// The port of the server that a failed check has asked.
fn port_asked(course: &Course, sandbox: &str) -> u16 {
    let told = course.check(&["--sandbox", sandbox]).code(1).out;
    port_in(told.lines().find(|line| line.contains("try:  curl")).expect("a line to try"))
}

#[test]
fn a_line_of_an_earlier_report_leads_to_the_server_that_is_up() {
    let leads_there = |sandbox: &str| {
        let course = Course::new(FAILS, &answers(200));
        let (work, root) = (course.work().display().to_string(), course.root.path().display().to_string());
        let told = port_asked(&course, sandbox);
        let arguments = ["up", &work, "--exercises", &root, "--server", "--sandbox", sandbox];
        let up = Staying::of(Gradus::new(arguments));
        let port = port_in(&up.wait_for("The server is up at"));
        assert!(get(port, "/a").starts_with("HTTP/1.1 200"));
        // It is left to whoever has it.
        assert_ne!(port_asked(&course, sandbox), port);
        up.interrupt();
        told == port
    };
    for sandbox in ["native", "none"] {
        // Somebody on this machine may have the usual port of one folder, but not those of three.
        assert!((0..3).any(|_| leads_there(sandbox)), "{sandbox}");
    }
}

#[test]
fn further_instances_that_the_grader_names_are_up_where_an_earlier_report_found_them() {
    let checks =
        "  - { id: a, claim: A, points: 1, steps: [ { get: /a, instance: b, expect: { status: 201 } } ] }\n";
    let leads_there = || {
        let course = Course::new(checks, &answers(200));
        let (work, root) = (course.work().display().to_string(), course.root.path().display().to_string());
        let told = port_asked(&course, "native");
        let up = Staying::of(Gradus::new(["up", &work, "--exercises", &root, "--server"]));
        let line = up.wait_for("The server is up at");
        let (one, other) = line.split_once(", instance b at").expect("both are told");
        let ports = [port_in(one), port_in(other)];
        for port in ports {
            assert!(get(port, "/a").starts_with("HTTP/1.1 200"), "{line}");
        }
        assert_ne!(ports[0], ports[1]);
        assert_eq!(up.interrupt(), 130);
        assert!(
            ports.iter().all(|port| std::net::TcpStream::connect(("127.0.0.1", *port)).is_err()),
            "{line}"
        );
        told == ports[1]
    };
    // Somebody on this machine may have the usual ports of one folder, but not those of three.
    assert!((0..3).any(|_| leads_there()));
}

#[test]
fn a_server_in_webassembly_is_up_too() {
    let solution = repository().join("graders/todo-backend/solutions/c").display().to_string();
    let up = Staying::of(Gradus::new(["up", &solution, "--exercise", "todo-backend", "--server"]));
    let port = port_in(&up.wait_for("The server is up at"));
    assert!(get(port, "/").ends_with("[]"));
    assert_eq!(up.interrupt(), 130);
}

#[test]
fn a_server_that_does_not_reuse_its_port_starts_again_and_again() {
    // Whoever closes a connection first has to remember it for a while.
    let server = "import http.server\nhttp.server.HTTPServer.allow_reuse_address = False\ndef answer(method, path, body):\n    return 200, {'connection': 'close'}, b''\n";
    let course = Course::new(FAILS, &http_server(server));
    // It starts each time, whether its usual port lingers or not.
    for _ in 0..4 {
        port_asked(&course, "none");
    }
}

#[test]
fn a_server_that_is_gone_is_not_said_to_stay() {
    let checks = "  - { id: a, claim: A, points: 1, steps: [ { get: /, expect: { status: 200 } }, { server: kill } ] }\n";
    Course::new(checks, &answers(200)).check(&["--keep"]).code(0).says("none stays");
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
