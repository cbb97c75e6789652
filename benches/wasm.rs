//! WebAssembly: how soon a runner is there, an application in it and an answer; what many gradings leave behind; and a whole
//! check, against the same under CPython.

use crate::again::Home;
use crate::measure::{self, Contestant};
use gradus_wasm::{Engine, Language, Limits, Program, Runners, Server, Settings};
use hyper::Request;
use hyper::body::Bytes;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::runtime::Runtime;

const ROUNDS: usize = 101;
const GRADINGS: usize = 2000;
const CHECKS: usize = 21;

const FLASK: &str = "from flask import Flask\n\napp = Flask(__name__)\n\n\n@app.get('/')\ndef root():\n    return {'ok': True}\n";
const FETCH: &str = "export default { fetch: () => Response.json({ ok: true }) };\n";

/// Measures and prints.
pub fn run(gradus: &Path) {
    let built = crate::again::repository().join("target/runners");
    if !built.join("source").exists() {
        println!("\n## WebAssembly\n\nNot measured: `scripts/install-test-tools` builds the runners first.");
        return;
    }
    let place = tempfile::tempdir().expect("a temporary folder");
    let mut install = Command::new(gradus);
    install.args(["runner", "install", "--trust"]).arg(&built).env("GRADUS_RUNNERS", place.path());
    println!(
        "\n## WebAssembly\n\nBoth runners compiled and installed: {:.1} s.\n",
        measure::time(&mut install).as_secs_f64()
    );
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    println!("| what | median |\n| --- | --- |");
    row("load of a cached runner: Python", &mut || load(place.path(), Language::Python, "app.py").1);
    row("load of a cached runner: JavaScript", &mut || load(place.path(), Language::JavaScript, "app.js").1);
    for (name, language, file, text) in [
        ("Flask", Language::Python, "app.py", FLASK),
        ("`export default { fetch }`", Language::JavaScript, "app.js", FETCH),
    ] {
        let folder = tempfile::tempdir().expect("a temporary folder");
        std::fs::write(folder.path().join(file), text).expect("a file");
        let (program, _) = load(place.path(), language, file);
        let server = Server::new(program, settings(Some(&folder)));
        row(&format!("a fresh instance with its application: {name}"), &mut || start(&runtime, &server));
        start(&runtime, &server);
        row(&format!("a request: {name}"), &mut || ask(&runtime, &server));
    }
    many(&runtime);
    whole(gradus, place.path());
}

fn row(what: &str, run: &mut dyn FnMut() -> Duration) {
    run();
    let median = measure::median((0..ROUNDS).map(|_| run()).collect());
    println!("| {what} | {:.2} ms |", median.as_secs_f64() * 1e3);
}

fn load(place: &Path, language: Language, file: &str) -> (Program, Duration) {
    let begun = Instant::now();
    let engine = Engine::new().expect("an engine");
    let (program, _) = Runners::new(place.to_owned()).load(&engine, language, file).expect("a runner");
    (program, begun.elapsed())
}

fn settings(folder: Option<&TempDir>) -> Settings {
    Settings {
        limits: Limits::default(),
        seed: 1,
        epoch: 1_767_225_600,
        environment: Vec::new(),
        folder: folder.map(|folder| folder.path().to_owned()),
        data: None,
        upstreams: Vec::new(),
    }
}

fn start(runtime: &Runtime, server: &Server) -> Duration {
    let begun = Instant::now();
    runtime.block_on(server.start()).expect("it starts");
    begun.elapsed()
}

fn ask(runtime: &Runtime, server: &Server) -> Duration {
    let begun = Instant::now();
    let request = Request::get("/").body(Bytes::new()).expect("a request");
    let answer = runtime.block_on(server.ask(request)).expect("an answer");
    assert!(answer.status().is_success(), "it answers {}", answer.status());
    begun.elapsed()
}

/// The solution in C of todo-backend, each time in a server of its own.
fn many(runtime: &Runtime) {
    let path = crate::again::repository().join("graders/todo-backend/solutions/c/server.wasm");
    let bytes = std::fs::read(path).expect("a module");
    let program = Program::load(&Engine::new().expect("an engine"), &bytes).expect("a program");
    let grade = || {
        let data = tempfile::tempdir().expect("a temporary folder");
        let settings = Settings {
            environment: vec![("DATA_DIR".into(), "/data".into())],
            data: Some(data.path().to_owned()),
            ..settings(None)
        };
        let server = Server::new(program.clone(), settings);
        start(runtime, &server);
        (0..5).map(|_| ask(runtime, &server)).for_each(|took| assert!(took < Duration::from_secs(5)));
        runtime.block_on(server.stop());
    };
    (0..GRADINGS / 10).for_each(|_| grade());
    let (before, begun) = (resident(), Instant::now());
    (0..GRADINGS).for_each(|_| grade());
    let took = begun.elapsed().as_secs_f64();
    println!(
        "\n{GRADINGS} gradings of a small module, 5 requests each: {took:.1} s, {:.1} MiB before and {:.1} MiB after.",
        before as f64 / 1024.0,
        resident() as f64 / 1024.0
    );
}

/// KiB that this process holds.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("our own status");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("a size");
    line.split_whitespace().next().and_then(|size| size.parse().ok()).expect("a number")
}

fn whole(gradus: &Path, runners: &Path) {
    let home = Home::of(gradus, "todo-backend/solutions/python");
    let check = |sandbox| measure::time(home.command(sandbox, &[]).env("GRADUS_RUNNERS", runners));
    let mut contestants = [
        Contestant {
            name: "`gradus check --sandbox native`, under CPython",
            run: Box::new(|| check("native")),
        },
        Contestant { name: "`gradus check --sandbox none`, under CPython", run: Box::new(|| check("none")) },
        Contestant { name: "`gradus check --sandbox wasm`", run: Box::new(|| check("wasm")) },
    ];
    let medians = measure::medians(CHECKS, &mut contestants);
    measure::print("### todo-backend's solution in Python", &contestants, &medians);
}
