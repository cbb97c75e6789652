//! `gradus check`: what it says and how it ends, for submissions that do what they should and others.

use crate::support::Gradus;
use crate::support::course::{Course, http_server};

const HELLO: &str = "def answer(method, path, body):\n    return 200, {\"content-type\": \"application/json\"}, b'{\"hello\": \"world\"}'\n";

fn checks(expect: &str) -> String {
    format!(
        "  - id: hello\n    claim: It says hello\n    points: 10\n    hint: Say hello.\n    steps:\n      - get: /\n        expect: {expect}\n"
    )
}

#[test]
fn a_right_submission_passes() {
    let course = Course::new(&checks("{ status: 200, json: { hello: world } }"), &http_server(HELLO));
    course.check(&[]).code(0).says("✓ It says hello").says("passed  10 of 10 points (100 %)");
}

#[test]
fn a_failed_check_shows_expectation_request_answer_hint_and_curl_line() {
    let course = Course::new(
        &checks("{ json: { hello: $int } }"),
        &http_server(&format!("print('starting up')\n{HELLO}")),
    );
    course
        .check(&["--seed", "7"])
        .code(1)
        .says("✗ It says hello")
        .says("expect: { json: { hello: $int } }")
        .says("^^^^ json.hello: got the string \"world\"")
        .says("GET http://127.0.0.1:")
        .says("hint: Say hello.")
        .says("curl -i http://127.0.0.1:")
        .says(" --only hello --seed 7")
        .says("not passed  0 of 10 points (0 %), pass mark 80 %");
}

/// Typed into a shell where the command stood.
#[test]
fn the_command_that_is_told_grades_the_same_check_again() {
    let course = Course::new(&checks("{ json: { hello: $int } }"), &http_server(HELLO));
    let told = course.check(&["--seed", "7", "--sandbox", "none"]).code(1).out;
    let line = told.lines().find_map(|line| line.trim().strip_prefix("again: gradus ")).expect("a line");
    assert!(line.starts_with("check ") && line.contains(" --sandbox none "), "{line}");
    let cache = tempfile::tempdir().expect("a folder");
    let ran = std::process::Command::new("sh")
        .args(["-c", &format!("'{}' {line}", Gradus::binary().display())])
        .env("XDG_CACHE_HOME", cache.path())
        .output()
        .expect("sh runs");
    let said = String::from_utf8_lossy(&ran.stdout);
    assert_eq!(ran.status.code(), Some(1), "{said}{}", String::from_utf8_lossy(&ran.stderr));
    assert!(said.contains("✗ It says hello") && said.contains("seed 7"), "{said}");
    assert!(said.contains(line), "{said}");
}

#[test]
fn the_servers_words_during_a_check_belong_to_that_check() {
    let server = http_server(
        "def answer(method, path, body):\n    print('asked for', path)\n    return 404, {}, b''\n",
    );
    let two = "  - id: a\n    claim: A\n    points: 1\n    steps: [ { get: /one, expect: { status: 404 } } ]\n  - id: b\n    claim: B\n    points: 1\n    steps: [ { get: /two, expect: { status: 200 } } ]\n";
    let (_, report) = Course::new(two, &server).report(&[]);
    assert_eq!(report["checks"][0]["output"]["text"], "asked for /one\n");
    assert_eq!(report["checks"][1]["output"]["text"], "asked for /two\n");
}

#[test]
fn names_are_drawn_saved_and_seen_by_checks_that_need_them() {
    let server = http_server(
        "things = {}\ndef answer(method, path, body):\n    if method == 'POST':\n        things[str(len(things) + 1)] = body\n        return 201, {'content-type': 'application/json', 'location': '/' + str(len(things))}, json.dumps({'id': len(things)}).encode()\n    found = things.get(path.strip('/'))\n    return (200, {'content-type': 'application/json'}, found) if found else (404, {}, b'')\n",
    );
    let checks = r#"  - id: create
    claim: A thing is created
    points: 1
    vars: { title: $words, number: { $int: { from: 5, to: 9 } } }
    steps:
      - post: /
        json: { title: $(title), number: $(number) }
        expect: { status: 201 }
        save: { id: json.id, place: headers.location }
  - id: read
    claim: It is there
    points: 1
    needs: [create]
    steps:
      - get: $(place)
        expect: { json: { title: $(title), number: $(number) } }
      - get: /$(id)
        repeat: 2
        expect: { json: { $partial: { number: { $between: [5, 9] } } } }
      - get: /$(which)
        cases: [ { which: 77 }, { which: none } ]
        expect: { status: 404 }
"#;
    let course = Course::new(checks, &server);
    let (code, report) = course.report(&["--seed", "3"]);
    assert_eq!((code, &report["verdict"]), (0, &"passed".into()), "{report:#}");
    assert_eq!(report["checks"][1]["requests"], 5);
}

#[test]
fn what_needs_a_failed_check_is_skipped_and_its_points_count() {
    let checks = "  - id: a\n    claim: A\n    points: 6\n    steps: [ { get: /, expect: { status: 500 } } ]\n  - id: b\n    claim: B\n    points: 4\n    needs: [a]\n    steps: [ { get: /, expect: { status: 200 } } ]\n";
    let course = Course::new(checks, &http_server(HELLO));
    let (code, report) = course.report(&[]);
    assert_eq!(code, 1);
    assert_eq!(report["checks"][1]["outcome"]["because"], "needed");
    assert_eq!((&report["score"]["earned"], &report["score"]["maximum"]), (&0.into(), &10.into()));
}

#[test]
fn a_selection_runs_what_it_needs_first_and_is_not_scored() {
    let checks = "  - id: a\n    claim: A\n    points: 1\n    steps: [ { get: /, expect: { status: 200 } } ]\n  - id: b\n    claim: B\n    points: 1\n    steps: [ { get: /, expect: { status: 500 } } ]\n  - id: c\n    claim: C\n    points: 1\n    needs: [a]\n    steps: [ { get: /, expect: { status: 200 } } ]\n";
    let course = Course::new(checks, &http_server(HELLO));
    let (code, report) = course.report(&["--only", "c"]);
    let ran: Vec<&str> = report["checks"]
        .as_array()
        .expect("checks")
        .iter()
        .filter_map(|check| check["id"].as_str())
        .collect();
    assert_eq!((code, ran, &report["verdict"]), (0, vec!["a", "c"], &"selection-passed".into()));
    course.check(&["--only", "d"]).code(2).complains("`d` is no check of demo").complains("a, b, c");
}

#[test]
fn a_hidden_check_runs_last_on_fresh_data_and_shows_a_learner_nothing() {
    let server = http_server(
        "def answer(method, path, body):\n    log = os.path.join(DATA, 'log')\n    open(log, 'a').write(path + '\\n')\n    print('saw', path)\n    return 200, {}, open(log).read().encode()\n",
    );
    let checks = "  - id: secret\n    claim: It keeps a secret\n    points: 1\n    visibility: hidden\n    steps: [ { get: /hidden-path, expect: { text: wanted-secretly } } ]\n  - id: open\n    claim: It answers\n    points: 1\n    steps: [ { get: /open, expect: { text: { $contains: /open } } } ]\n";
    let course = Course::new(checks, &server);
    let ran = course.check(&["--report", "terminal"]).code(1);
    assert!(ran.out.find("It answers") < ran.out.find("It keeps a secret"), "hidden ones run last");
    let ran = ran.never_says("hidden-path").never_says("wanted-secretly");
    drop(ran);
    let (_, learner) = course.report(&[]);
    let text = learner.to_string();
    assert!(!text.contains("hidden-path") && !text.contains("wanted-secretly"), "{text}");
    let (_, instructor) = course.report(&["--for", "instructor"]);
    let text = instructor.to_string();
    assert!(text.contains("hidden-path") && text.contains("wanted-secretly"));
    assert!(!text.contains("/open\\n/hidden-path"), "its DATA_DIR is its own");
}

#[test]
fn the_same_seed_draws_the_same_data() {
    let server =
        http_server("def answer(method, path, body):\n    print(body.decode())\n    return 200, {}, b''\n");
    let checks = "  - id: a\n    claim: A\n    points: 1\n    vars: { words: $words, id: $uuid }\n    steps: [ { post: /, json: [$(words), $(id)], expect: { status: 200 } } ]\n";
    let course = Course::new(checks, &server);
    let sent = |seed: &str| course.report(&["--seed", seed]).1["checks"][0]["output"]["text"].clone();
    assert_eq!(sent("1"), sent("1"));
    assert_ne!(sent("1"), sent("2"));
}

/// The course's program as a server that somebody else started.
struct Up {
    process: std::process::Child,
    port: u16,
}

impl Up {
    fn start(course: &Course) -> Self {
        let port = std::net::TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .expect("a port")
            .port();
        let process = std::process::Command::new("python3")
            .arg(course.work().join("app.py"))
            .env("PORT", port.to_string())
            .env("HOST", "127.0.0.1")
            .env("DATA_DIR", course.root.path())
            .spawn()
            .expect("python3 runs");
        let begun = std::time::Instant::now();
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(begun.elapsed().as_secs() < 20, "the server starts");
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        Self { process, port }
    }
}

impl Drop for Up {
    fn drop(&mut self) {
        self.process.kill().and_then(|()| self.process.wait()).expect("the server ends");
    }
}

#[test]
fn a_server_that_is_already_up_is_graded_by_its_url() {
    let course = Course::new(&checks("{ json: { hello: world } }"), &http_server(HELLO));
    let server = Up::start(&course);
    let url = format!("http://127.0.0.1:{}", server.port);
    let (code, report) = course.report(&["--url", &url]);
    drop(server);
    assert_eq!((code, &report["isolation"]["kind"]), (0, &"url".into()));
    course.check(&["--url", &url]).code(1).says("nothing answers at");
}

#[test]
fn https_is_spoken_and_an_unknown_certificate_refused() {
    let listen = "ThreadingHTTPServer((os.environ[\"HOST\"], int(os.environ[\"PORT\"])), Handler)";
    let tls = "import ssl\ncontext = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)\ncontext.load_cert_chain(DATA + '/cert.pem', DATA + '/key.pem')\nserver = LISTEN\nserver.socket = context.wrap_socket(server.socket, server_side=True)\nserver";
    let program = http_server(HELLO).replace(listen, &tls.replace("LISTEN", listen));
    let course = Course::new(&checks("{ json: { hello: world } }"), &program);
    let made = std::process::Command::new("openssl")
        .args(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"])
        .args(["-addext", "subjectAltName=DNS:localhost", "-addext", "basicConstraints=critical,CA:FALSE"])
        .args(["-keyout", "key.pem", "-out", "cert.pem"])
        .current_dir(course.root.path())
        .output()
        .expect("openssl runs");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let server = Up::start(&course);
    let url = format!("https://localhost:{}", server.port);
    let check = || course.gradus(&["--url", &url]);
    check().env("SSL_CERT_FILE", course.root.path().join("cert.pem")).run().code(0);
    check().run().code(1).says("certificate");
}

#[test]
fn what_a_url_cannot_do_is_skipped_and_the_verdict_is_incomplete() {
    let course = Course::new(
        "  - id: a\n    claim: A\n    points: 1\n    fresh: data\n    steps: [ { get: /, expect: { status: 200 } } ]\n",
        &http_server(HELLO),
    );
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let (code, report) = course.report(&["--url", &url]);
    assert_eq!((code, &report["verdict"]), (4, &"incomplete".into()));
    assert_eq!(report["checks"][0]["outcome"]["because"], "unsupported");
}

#[test]
fn what_a_url_cannot_do_says_what_to_use_instead() {
    let checks = "  - { id: plain, claim: A, points: 1, steps: [ { get: /, expect: { status: 299 } } ] }\n  - { id: data, claim: B, points: 1, fresh: data, steps: [ { get: /, expect: { status: 200 } } ] }\n  - { id: server, claim: C, points: 1, fresh: server, steps: [ { get: /, expect: { status: 200 } } ] }\n  - id: memory\n    claim: D\n    points: 1\n    steps:\n      - load: { connections: 1, for: 100ms, requests: [ { get: /, expect: { status: 200 } } ] }\n        expect: { memory: { $at_most: 20 MiB more } }\n";
    let course = Course::new(checks, &http_server(HELLO));
    let grader = course.root.path().join("graders/demo/grader.yaml");
    let grader = std::fs::read_to_string(grader).expect("a grader");
    let stubs = "stubs: { rates: { routes: [ { get: /, reply: { text: a } } ] } }\nchecks:";
    course.write("graders/demo/grader.yaml", &grader.replace("checks:", stubs));
    let server = Up::start(&course);
    let url = format!("http://127.0.0.1:{}", server.port);
    let (code, report) = course.report(&["--url", &url]);
    assert_eq!(code, 4, "{report}");
    let checks = report["checks"].as_array().expect("checks");
    for check in &checks[1..] {
        assert_eq!(check["outcome"]["because"], "unsupported", "{check}");
        assert!(check["outcome"].to_string().contains("grade the folder instead of a URL"), "{check}");
    }
    // The exercise's stub may be what it failed for.
    assert_eq!(checks[0]["rerun"], format!("gradus check --only plain --seed 1 --url {url}"));
    let told = checks[0]["outcome"]["mismatches"][1].to_string();
    assert!(told.contains("rates") && told.contains("`gradus up`"), "{told}");
}

#[test]
fn piped_output_has_no_colours_and_forced_colours_obey_no_color() {
    let course = Course::new(&checks("{ status: 500 }"), &http_server(HELLO));
    course.check(&[]).never_says("\u{1b}");
    course.gradus(&[]).env("CLICOLOR_FORCE", "1").run().says("\u{1b}[31m");
    course.gradus(&[]).env("CLICOLOR_FORCE", "1").env("NO_COLOR", "1").run().never_says("\u{1b}");
}

#[test]
fn a_report_is_valid_by_its_schema() {
    let schema = std::fs::read_to_string(
        crate::support::repository().join("crates/gradus-report/schemas/report-1.json"),
    )
    .expect("a schema");
    let validator = jsonschema::validator_for(&schema.parse().expect("JSON")).expect("a schema");
    for expect in ["{ status: 200 }", "{ status: 500, json: { hello: { $regex: '^x' } } }"] {
        let (_, report) = Course::new(&checks(expect), &http_server(HELLO)).report(&[]);
        let errors: Vec<String> = validator.iter_errors(&report).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:#?}");
    }
}

#[test]
fn several_reports_are_written_at_once() {
    let course = Course::new(&checks("{ status: 200 }"), &http_server(HELLO));
    let path = course.root.path().join("out/deep/report.json");
    course
        .check(&["--report", &format!("json={}", path.display()), "--report", "terminal"])
        .code(0)
        .says("passed");
    let report: serde_json::Value = std::fs::read_to_string(path).expect("a file").parse().expect("JSON");
    assert_eq!(report["format"], "gradus/report/1");
}

#[test]
fn every_format_is_written_to_a_file_that_others_may_read() {
    use std::os::unix::fs::PermissionsExt;
    let course = Course::new(&checks("{ status: 500 }"), &http_server(HELLO));
    let formats = [
        ("terminal", "not passed"),
        ("json", "gradus/report/1"),
        ("junit", "<testsuites"),
        ("github", "::error"),
        ("github-summary", "not passed"),
        ("markdown", "not passed"),
        ("gradescope", "\"tests\""),
        ("exercism", "\"version\""),
        ("classroom50", "\"tests\""),
        ("html", "<!DOCTYPE html>"),
    ];
    let paths = formats.map(|(format, _)| format!("{format}={}", course.root.path().join(format).display()));
    let arguments: Vec<&str> = paths.iter().flat_map(|path| ["--report", path.as_str()]).collect();
    course.check(&arguments).code(1);
    for (format, holds) in formats {
        let path = course.root.path().join(format);
        let text = std::fs::read_to_string(&path).expect("a report");
        assert!(text.contains(holds), "{format}: {text}");
        // As any file of ours: the one that the course wrote before is the measure.
        let usual = course.work().join("app.py").metadata().expect("a file").permissions().mode();
        assert_eq!(path.metadata().expect("a file").permissions().mode(), usual, "{format}");
    }
}

#[test]
fn what_a_server_says_can_not_steer_github_actions() {
    let says = "def answer(method, path, body):\n    print('::add-mask::secret')\n    return 200, {}, b'::error::x'\n";
    let course = Course::new(&checks("{ status: 500 }"), &http_server(says));
    let ran = course.gradus(&[]).env("GITHUB_ACTIONS", "true").run().code(1);
    let first = ran.out.lines().find(|line| line.starts_with("::")).expect("a fence");
    let token = first.strip_prefix("::stop-commands::").expect("commands are stopped first");
    let end = ran.out.rfind(&format!("::{token}::")).expect("and go on at the end");
    assert!(ran.out.find("add-mask").is_some_and(|at| at < end));
}

#[test]
fn bytes_are_made_of_names_and_what_is_no_digit_is_told_with_its_line() {
    let echo = http_server(
        "def answer(method, path, body):\n    return 200, {}, body if path == '/' else b'{\"odd\": \"xyz\"}'\n",
    );
    let check = |steps: &str| {
        Course::new(
            &format!(
                "  - id: echo\n    claim: It sends back\n    points: 10\n    vars: {{ blob: 00ff10 }}\n    steps:\n{steps}"
            ),
            &echo,
        )
    };
    let send = |hex: &str| {
        format!(
            "      - post: /\n        bytes: {{ hex: {hex} }}\n        expect: {{ bytes: {{ hex: 7f$(blob) }} }}\n"
        )
    };
    check(&send("7f$(blob)")).check(&[]).code(0);
    check(&send("7e$(blob)")).check(&[]).code(1).says("bytes");
    let odd = "      - get: /odd\n        expect: { status: 200 }\n        save: { odd: json.odd }\n";
    check(&format!("{odd}{}", send("7f$(odd)")))
        .check(&[])
        .code(1)
        .says("hexadecimal digits, two for a byte")
        .says("the string \"7fxyz\"")
        .says("^^^^^^^^");
    let raw = format!(
        "{odd}      - raw: {{ send: [ {{ base64: $(odd) }} ] }}\n        expect: {{ closed: true }}\n"
    );
    check(&raw).check(&[]).code(1).says("Base64 with padding").says("the string \"xyz\"");
}

/// A folder of shims for `python3`, as version managers set them up; the manager notes what it is asked.
fn with_shims(course: &Course) -> (std::ffi::OsString, std::path::PathBuf) {
    let root = course.root.path().join("manager");
    let asked = root.join("asked");
    let python =
        std::process::Command::new("python3").args(["-c", "import sys; print(sys.executable)"]).output();
    let python = String::from_utf8(python.expect("python3").stdout).expect("a path");
    let place = root.display();
    course.write(
        "manager/shims/python3",
        &format!("#!/bin/sh\nexport MANAGER_ROOT=\"{place}\"\nexec \"{place}/manager\" exec \"${{0##*/}}\" \"$@\"\n"),
    );
    course.write(
        "manager/manager",
        &format!(
            "#!/bin/sh\necho \"$1 $2\" >> \"$MANAGER_ROOT/asked\"\npython={python}\ncase $1 in which) echo $python;; exec) shift 2; exec $python \"$@\";; esac\n",
        ),
    );
    for program in ["shims/python3", "manager"] {
        let executable = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        std::fs::set_permissions(root.join(program), executable).expect("a program");
    }
    let mut path = root.join("shims").into_os_string();
    path.push(":");
    path.push(std::env::var_os("PATH").unwrap_or_default());
    (path, asked)
}

#[test]
fn a_version_manager_is_asked_once_and_not_whenever_a_server_starts() {
    let other = checks("{ status: 200 }").replace("id: hello", "id: other");
    let course = || Course::new(&format!("{}{other}", checks("{ status: 200 }")), &http_server(HELLO));
    let asked = |course: &Course, sandbox: &str| {
        let (path, asked) = with_shims(course);
        course.gradus(&["--sandbox", sandbox]).env("PATH", path).run().code(0);
        std::fs::read_to_string(asked).expect("what the manager was asked")
    };
    assert_eq!(asked(&course(), "none"), "which python3\n");
    assert_eq!(asked(&course(), "native"), "which python3\n");
    let chooses = course();
    chooses.write("work/.python-version", "3.11\n");
    assert_eq!(
        asked(&chooses, "none").replace("exec python3\n", ""),
        "",
        "the submission's own choice counts"
    );
}
