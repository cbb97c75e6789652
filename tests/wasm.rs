//! Submissions in WebAssembly: graded without a process, bounded by names, counted alike on every run.

use crate::support::class::{BAD, Class, GOOD, NEAR};
use crate::support::course::{Course, http_server};
use crate::support::{Gradus, repository};
use std::path::PathBuf;
use std::sync::OnceLock;

/// The runners that `scripts/build-runners` made, installed once for all tests.
pub fn runners() -> &'static PathBuf {
    static RUNNERS: OnceLock<PathBuf> = OnceLock::new();
    RUNNERS.get_or_init(|| {
        let built = repository().join("target/runners");
        let source = std::fs::read_to_string(built.join("source"));
        let source = source.expect("scripts/install-test-tools builds the runners into target/runners");
        let place = built.join(format!("installed-{}", &source.trim()[..16]));
        if !place.join("javascript.hash").exists() {
            let from = built.display().to_string();
            let install = |more: &[&str]| {
                let arguments = [&["runner", "install", &from], more].concat();
                Gradus::new(arguments).env("GRADUS_RUNNERS", &place).run()
            };
            // Which they are is what one test is about, and not all.
            let done = install(&[]);
            let done = if done.code == 0 { done } else { install(&["--trust"]) };
            done.code(0).says("python").says("javascript");
        }
        place
    })
}

/// Every build gives the same bytes, so that whoever builds runners knows that they are ours.
#[test]
fn the_runners_that_were_built_are_those_that_are_known() {
    let list = Gradus::new(["runner", "list"]).env("GRADUS_RUNNERS", runners()).run().code(0);
    let strange: Vec<&str> = list.out.lines().filter(|line| !line.ends_with(", as released")).collect();
    assert!(
        strange.is_empty(),
        "runners/hashes.txt knows other runners than scripts/build-runners has built:\n{}\nIf what they are made of was \
         changed, build them twice, in different folders: the same hashes go into runners/hashes.txt. If nothing was \
         changed, something of this machine got into them; runners/tools/still.c is what should keep it out.",
        strange.join("\n")
    );
}

/// `gradus check --sandbox wasm` of a course.
pub fn check(course: &Course, more: &[&str]) -> crate::support::gradus::Ran {
    course.gradus(&[&["--sandbox", "wasm"], more].concat()).env("GRADUS_RUNNERS", runners()).run()
}

/// The same course, whose submission is this program in JavaScript.
pub fn with_javascript(course: Course, program: &str) -> Course {
    course.write("work/server.js", program);
    course
        .write("work/gradus.toml", "format = 1\nexercise = \"demo\"\n\n[run]\nstart = \"node server.js\"\n");
    course
}

const COUNTER: &str = "n = 0\ndef answer(method, path, body):\n    global n\n    n += 1\n    if path == '/loop':\n        while True: pass\n    if path == '/eat':\n        x = bytearray(600 << 20)\n    if path == '/flood':\n        while True: print('x' * 1000)\n    return 200, {'content-type': 'application/json'}, json.dumps({'n': n}).encode()\n";

/// One check of 10 points with these steps.
pub fn one_check(steps: &str) -> String {
    format!("  - id: root\n    claim: The root answers\n    points: 10\n    steps:\n{steps}")
}

#[test]
fn a_wasm_file_is_graded_by_itself_and_the_report_says_how() {
    let solution = repository().join("graders/todo-backend/solutions/c");
    let ran = Gradus::new(["check", &solution.display().to_string(), "--seed", "1", "--report", "json"])
        .run()
        .code(0);
    let report = ran.json();
    assert_eq!(report["isolation"]["kind"], "wasm");
    let limits = report["isolation"]["limits"].to_string();
    for named in ["wasmtime 48", "units of fuel", "512 MiB"] {
        assert!(limits.contains(named), "{named}: {limits}");
    }
}

#[test]
fn a_plain_python_server_runs_unchanged_and_keeps_its_state() {
    let get = |n: u8| format!("      - {{ get: /, expect: {{ status: 200, json: {{ n: {n} }} }} }}\n");
    let restart = "      - server: restart\n";
    let steps = format!("{}{}{restart}{}", get(1), get(2), get(1));
    let course = Course::new(&one_check(&steps), &http_server(COUNTER));
    check(&course, &[]).code(0).says("passed");
}

#[test]
fn wsgi_and_fetch_run_unchanged() {
    let course = Course::get_root(
        "from flask import Flask\napp = Flask(__name__)\n@app.get('/')\ndef root():\n    return {'ok': True}\n",
    );
    check(&course, &[]).code(0);
    let course = Course::get_root("");
    let fetch = "export default { async fetch(request) { return Response.json({ path: new URL(request.url).pathname }); } };\n";
    check(&with_javascript(course, fetch), &[]).code(0);
}

/// As many files and ways to import and export as a program has that grew.
#[test]
fn modules_of_javascript_pass_on_what_others_export() {
    let server = r#"import { greeting, Loud, numbers, first, b, rest, left, right } from "./lib/index.js";
import * as all from "./lib/index.js";

export default {
  async fetch() {
    const { late, default: usual } = await import("./lib/late.mjs");
    const told = [greeting, Loud(greeting), numbers.two, first, b, rest, left, right, late, usual, require_()];
    return Response.json({ told, names: Object.keys(all).sort() });
  },
};
const require_ = () => all.common;
"#;
    let index = r#"export * from "./words.js";
export { shout as Loud } from './shout.js';
export * as numbers from "./numbers.js";
export const { a: first, b = 5, ...rest } = { a: 1, c: 3 };
export const [left, right] = ["l", "r"];
export {
  default as common,
} from "./common.cjs";
"#;
    let expected = r#"{ told: [hi, HI, 2, 1, 5, { c: 3 }, l, r, soon, at last, 7], names: [Loud, b, common, first, greeting, left, numbers, rest, right] }"#;
    let course = Course::new(
        &one_check(&format!("      - {{ get: /, expect: {{ status: 200, json: {expected} }} }}\n")),
        "",
    );
    for (name, text) in [
        ("index.js", index),
        ("words.js", "export const greeting = \"hi\";\nexport default 1;\n"),
        ("shout.js", "export function shout(word) { return word.toUpperCase(); }\n"),
        ("numbers.js", "export let two = 2;\n"),
        (
            "late.mjs",
            "const late = \"soon\";\nexport { late, late as again };\nexport default \"at last\";\n",
        ),
        ("common.cjs", "exports.answer = 7;\nmodule.exports = exports.answer;\n"),
    ] {
        course.write(&format!("work/lib/{name}"), text);
    }
    check(&with_javascript(course, server), &[]).code(0);
}

#[test]
fn what_went_wrong_is_told_with_the_line_of_the_program() {
    let program = "#!/usr/bin/env node\nimport {\n  createHash,\n} from \"node:crypto\";\n\nexport default {\n  fetch() {\n    console.error(new Error(\"one\\ntwo\"));\n    return nothing.here;\n  },\n};\n";
    check(&with_javascript(Course::get_root(""), program), &[])
        .code(1)
        .says("│ Error: one")
        .says("│ two")
        .says("│ ReferenceError: nothing is not defined")
        .says("at fetch (/app/server.js:9:5)")
        .says("your code: server.js:8, server.js:9");
    let common = "const { createServer } = require(\"node:http\");\n\ncreateServer(() => {\n  nothing.here;\n}).listen(process.env.PORT);\n";
    check(&with_javascript(Course::get_root(""), common), &[]).code(1).says("at /app/server.js:4:3");
    let python = "from flask import Flask\napp = Flask(__name__)\n@app.get('/')\ndef root():\n    return nothing['here']\n";
    check(&Course::get_root(python), &[])
        .code(1)
        .says("File \"/app/app.py\", line 5")
        .says("your code: app.py:5");
}

#[test]
fn a_thread_that_was_started_runs_once_somebody_waits_for_it() {
    let program = "import threading\nfrom concurrent.futures import Future\nlock = threading.Lock()\ndef answer(method, path, body):\n    told = Future()\n    def work():\n        with lock:\n            told.set_result(7)\n    with lock:\n        threading.Thread(target=work, daemon=True).start()\n    return 200, {}, str(told.result(1)).encode()\n";
    let steps = "      - { get: /, expect: { status: 200, text: \"7\" } }\n";
    check(&Course::new(&one_check(steps), &http_server(program)), &[]).code(0);
}

#[test]
fn a_module_that_the_runner_lacks_is_told_with_the_way_out() {
    let course = Course::get_root("import numpy\n");
    let ran = check(&course, &[]);
    ran.says("ModuleNotFoundError: No module named 'numpy'").says("--sandbox native");
    let own = Course::get_root("raise ValueError('No module named numpy')\n");
    assert!(!check(&own, &[]).out.contains("are here"));
}

#[test]
fn what_runners_are_there_is_told() {
    let list = Gradus::new(["runner", "list"]).env("GRADUS_RUNNERS", runners()).run().code(0);
    list.says("python ").says("javascript ");
    let empty = tempfile::tempdir().unwrap();
    let ran = Gradus::new(["doctor"]).env("GRADUS_RUNNERS", empty.path()).run();
    ran.says("Runners of WebAssembly").says("not here; gradus runner install FILE");
    let nothing = Gradus::new(["runner", "install", &empty.path().display().to_string()]).run().code(2);
    nothing.complains("holds neither python.wasm nor javascript.wasm");
}

#[test]
fn each_limit_is_told_in_words_and_a_fresh_instance_answers_the_next_check() {
    let attacks = [
        ("/loop", "units of work (fuel)"),
        ("/eat", "more than 512 MiB of memory"),
        ("/flood", "printed more than 1024 KiB"),
    ];
    for (path, words) in attacks {
        let checks = format!(
            "  - {{ id: bad, claim: A, points: 1, steps: [ {{ get: {path}, expect: {{ status: 200 }} }} ] }}\n  - {{ id: good, claim: B, points: 9, steps: [ {{ get: /, expect: {{ json: {{ n: 1 }} }} }} ] }}\n"
        );
        let course = Course::new(&checks, &http_server(COUNTER)).limits("request = \"60s\"\ncheck = \"60s\"");
        check(&course, &[]).code(0).says("the server was stopped").says(words).says("a fresh instance");
    }
}

#[test]
fn what_the_target_lacks_is_skipped_as_unsupported() {
    let checks = "  - { id: plain, claim: A, points: 1, steps: [ { get: /, expect: { status: 200 } } ] }\n  - id: raw\n    claim: B\n    points: 1\n    steps:\n      - raw: { send: \"GET / HTTP/1.1\\r\\n\\r\\n\" }\n        expect: { closed: true }\n  - { id: signal, claim: C, points: 1, steps: [ { server: term, expect: { exit: 0 } } ] }\n";
    let course = Course::new(checks, &http_server(COUNTER));
    let ran =
        course.gradus(&["--sandbox", "wasm", "--report", "json"]).env("GRADUS_RUNNERS", runners()).run();
    let report = ran.json().to_string();
    assert!(
        report.contains("bytes that are no whole request; grade it with --sandbox native")
            && report.contains("signals to the server; grade it with --sandbox native"),
        "{report}"
    );
}

#[test]
fn an_upstream_that_answers_byte_by_byte_is_more_than_it_can_show() {
    let checks = "  - { id: plain, claim: A, points: 1, steps: [ { get: /, expect: { status: 200 } } ] }\n  - id: drip\n    claim: B\n    points: 1\n    steps:\n      - stub: { rates: { text: slow, fault: { trickle: 1ms } } }\n      - { get: /, expect: { status: 200 } }\n";
    let course =
        Course::new(checks, &http_server("def answer(method, path, body):\n    return 200, {}, b''\n"));
    let grader = std::fs::read_to_string(course.root.path().join("graders/demo/grader.yaml")).unwrap();
    let stub = "stubs: { rates: { routes: [ { get: /v1, reply: { text: hello } } ] } }\nchecks:";
    course.write("graders/demo/grader.yaml", &grader.replace("checks:", stub));
    check(&course, &[]).says("an upstream's answer that comes byte by byte").says("1 of 2 checks passed");
    course.check(&[]).code(0);
}

#[test]
fn without_a_runner_the_way_to_one_is_told() {
    let course = Course::get_root(&http_server(COUNTER));
    let empty = tempfile::tempdir().unwrap();
    let ran = course.gradus(&["--sandbox", "wasm"]).env("GRADUS_RUNNERS", empty.path()).run();
    ran.code(4).says("runner is not installed").says("gradus runner install");
}

#[test]
fn broken_and_foreign_programs_are_the_submissions_fault_and_told_in_words() {
    let start = "format = 1\nexercise = \"demo\"\n\n[run]\nstart = [\"server.wasm\"]\n";
    for (bytes, words) in
        [("no wasm at all", "it is no WebAssembly"), ("\0asm\u{1}\0\0\0", "exports no `_start`")]
    {
        let course = Course::get_root("");
        course.write("work/gradus.toml", start);
        course.write("work/server.wasm", bytes);
        course.check(&[]).code(1).says(words);
    }
}

#[test]
fn work_is_counted_the_same_in_every_process() {
    let steps = "      - work:\n          steps: [ { get: /, expect: { status: 200 } } ]\n          expect: { fuel: 1 }\n";
    let course = Course::new(&one_check(steps), &http_server(COUNTER));
    let count = || {
        let ran =
            course.gradus(&["--sandbox", "wasm", "--report", "json"]).env("GRADUS_RUNNERS", runners()).run();
        ran.code(1).json()["checks"][0]["outcome"].to_string()
    };
    let first = count();
    assert!(first.contains("fuel"), "{first}");
    for _ in 0..2 {
        assert_eq!(count(), first);
    }
    // Natively, nobody counts.
    course.check(&[]).says("only WebAssembly has");
}

/// It looks at its clock again and again, and between two looks it waits for something that is not always first.
#[test]
fn waits_count_what_was_asked_however_long_they_took() {
    let python = http_server(
        "def answer(method, path, body):\n    end = time.time() + 0.05\n    while time.time() < end: time.sleep(0.0071)\n    return 200, {}, str(time.time()).encode()\n",
    );
    let javascript = "const wait = (time) => new Promise((done) => setTimeout(done, time));\nexport default {\n  async fetch() {\n    const end = Date.now() + 50;\n    while (Date.now() < end) await Promise.race([wait(9), wait(7)]);\n    return new Response(String(Date.now()));\n  },\n};\n";
    let steps = "      - work:\n          steps: [ { get: /, expect: { status: 200 } } ]\n          expect: { fuel: 1 }\n";
    let course = |program: &str| Course::new(&one_check(steps), program);
    for course in [course(&python), with_javascript(course(""), javascript)] {
        let count = || {
            let ran = course.gradus(&["--sandbox", "wasm", "--report", "json"]);
            ran.env("GRADUS_RUNNERS", runners()).run().code(1).json()["checks"][0]["outcome"].to_string()
        };
        let first = count();
        assert!(first.contains("fuel"), "{first}");
        for _ in 0..5 {
            assert_eq!(count(), first);
        }
    }
}

/// A connection to nobody is refused at once: whoever tries again and again must leave the check's own time a turn.
#[test]
fn a_load_on_nobody_ends_with_its_check() {
    let steps = "      - server: kill\n      - load: { connections: 4, for: 10s, requests: [ { get: /, expect: { status: 200 } } ] }\n        expect: { errors: 0 }\n";
    let course = Course::new(
        &one_check(steps).replace("    steps:", "    timeout: 200ms\n    steps:"),
        &http_server(COUNTER),
    );
    check(&course, &[]).code(1).says("the check's time was over");
}

#[test]
fn growth_of_work_is_judged_exactly() {
    let program = |per: &str| {
        http_server(&format!(
            "def answer(method, path, body):\n    n = int(path.split('=')[1])\n    total = sum({per})\n    return 200, {{}}, str(total).encode()\n"
        ))
    };
    let steps = "      - growth:\n          sizes: [100, 400, 1600]\n          steps: [ { get: \"/?n=$(size)\", expect: { status: 200 } } ]\n          measure: fuel\n          at_most: linear\n";
    check(&Course::new(&one_check(steps), &program("1 for _ in range(n)")), &[]).code(0);
    let quadratic = program("1 for _ in range(n) for _ in range(n)");
    check(&Course::new(&one_check(steps), &quadratic), &[]).code(1).says("as the size to the power of");
}

#[test]
fn upstreams_are_reached_and_nobody_else_is() {
    let program = "import urllib.request\ndef answer(method, path, body):\n    where = os.environ['RATES_URL'] if path == '/' else 'http://127.0.0.1:1'\n    try:\n        return 200, {}, urllib.request.urlopen(where + '/v1').read()\n    except OSError as error:\n        return 502, {}, str(error).encode()\n";
    let checks = one_check(
        "      - { get: /, expect: { status: 200, text: hello } }\n      - { get: /elsewhere, expect: { status: 502, text: { $contains: no upstream } } }\n      - { calls: { stub: rates }, expect: { count: 1 } }\n",
    );
    let course = Course::new(&checks, &http_server(program));
    let grader = std::fs::read_to_string(course.root.path().join("graders/demo/grader.yaml")).unwrap();
    let stub = "stubs: { rates: { routes: [ { get: /v1, reply: { text: hello } } ] } }\nchecks:";
    course.write("graders/demo/grader.yaml", &grader.replace("checks:", stub));
    check(&course, &[]).code(0);
}

#[test]
fn a_plugin_asks_restarts_and_shows_what_it_found() {
    let plugin = repository().join("target/runners/plugin-example.wasm");
    let checks = one_check("      - plugin: { component: check.wasm, input: { path: /items, times: 2 } }\n");
    let program = |keep: &str| {
        http_server(&format!(
            "FILE = os.path.join(DATA, 'items')\nitems = json.load(open(FILE)) if os.path.exists(FILE) else []\ndef answer(method, path, body):\n    if method == 'POST':\n        items.append(json.loads(body))\n        {keep}\n    return 200, {{'content-type': 'application/json'}}, json.dumps(items).encode()\n"
        ))
    };
    for (keep, code) in [("open(FILE, 'w').write(json.dumps(items))", 0), ("pass", 1)] {
        let course = Course::new("", &program(keep));
        std::fs::copy(&plugin, course.root.path().join("graders/demo/check.wasm"))
            .expect("the example was built");
        let grader = course.root.path().join("graders/demo/grader.yaml");
        let text = std::fs::read_to_string(&grader).unwrap();
        std::fs::write(&grader, text + &checks).unwrap();
        // Its code is kept there: it is compiled once for both, and for the next time.
        let ran = course.gradus(&[]).env("GRADUS_RUNNERS", runners()).run().code(code);
        if code == 1 {
            ran.says("2 items called").says("0 of them").says("GET");
        }
    }
    // Whatever else a server answers is a finding, and no reason to crash.
    for (answer, got) in [("oops", "oops"), ("null", "null"), ("[null]", "0 of them")] {
        let program = format!("def answer(method, path, body):\n    return 200, {{}}, b'{answer}'\n");
        let course = Course::new("", &http_server(&program));
        std::fs::copy(&plugin, course.root.path().join("graders/demo/check.wasm")).unwrap();
        let grader = course.root.path().join("graders/demo/grader.yaml");
        std::fs::write(&grader, std::fs::read_to_string(&grader).unwrap() + &checks).unwrap();
        let ran = course.gradus(&[]).env("GRADUS_RUNNERS", runners()).run().code(1);
        ran.says("plugin check.wasm").says(got);
    }
}

/// A mistake of the plugin's own is nobody's failure and no success.
#[test]
fn a_plugin_that_goes_wrong_breaks_its_check() {
    let plugin = repository().join("target/runners/plugin-example.wasm");
    for (input, words) in [
        ("", "ended with an error, and says nothing that does not hold"),
        (", input: { path: items, times: 1 }", "asked for `items`, which does not begin with a slash"),
    ] {
        let step = format!("      - plugin: {{ component: check.wasm{input} }}\n");
        let course = Course::new("", &http_server(COUNTER));
        std::fs::copy(&plugin, course.root.path().join("graders/demo/check.wasm")).unwrap();
        let grader = course.root.path().join("graders/demo/grader.yaml");
        std::fs::write(&grader, std::fs::read_to_string(&grader).unwrap() + &one_check(&step)).unwrap();
        let ran = course.gradus(&[]).env("GRADUS_RUNNERS", runners()).run();
        ran.code(4).says("the plugin check.wasm").says(words);
    }
}

/// A course that allows three times the work of its baseline, a Python program that adds up numbers in one pass.
fn with_baseline(program: &str) -> Course {
    let adds = |per: &str| {
        http_server(&format!(
            "def answer(method, path, body):\n    n = int(path.split('=')[1])\n    return 200, {{}}, str(sum({per})).encode()\n"
        ))
    };
    let steps = "      - work:\n          steps: [ { get: \"/?n=2000\", expect: { status: 200 } } ]\n          expect: { fuel_per_baseline: { $at_most: 3 } }\n";
    let course = Course::new(&one_check(steps), &adds(program));
    course.write("exercises/demo/baseline/python/app.py", &adds("1 for _ in range(n)"));
    let start = "format = 1\nexercise = \"demo\"\n\n[run]\nstart = \"python3 app.py\"\n";
    course.write("exercises/demo/baseline/python/gradus.toml", start);
    course
}

#[test]
fn work_is_judged_as_a_multiple_of_the_baselines() {
    check(&with_baseline("1 for _ in range(n)"), &[]).code(0);
    check(&with_baseline("1 for _ in range(2 * n)"), &[]).code(0);
    let ran = check(&with_baseline("1 for _ in range(n) for _ in range(10)"), &["--report", "json"]).code(1);
    let got = |ran: &crate::support::gradus::Ran| {
        let failure = &ran.json()["checks"][0]["outcome"];
        failure["mismatches"][0]["got"].as_str().unwrap_or_default().replace("the number ", "")
    };
    let times: f64 = got(&ran).parse().expect("a number");
    assert!((5.0..11.0).contains(&times), "{times}");
    // Another process counts the same, to the last digit.
    let again = check(&with_baseline("1 for _ in range(n) for _ in range(10)"), &["--report", "json"]);
    assert_eq!(got(&again), got(&ran));
}

#[test]
fn counts_under_different_runners_are_not_compared() {
    let course = with_baseline("1 for _ in range(n)");
    let fetch = "export default { fetch: () => new Response(\"2000\") };\n";
    course.write("exercises/demo/baseline/python/server.js", fetch);
    let start = "format = 1\nexercise = \"demo\"\n\n[run]\nstart = \"node server.js\"\n";
    course.write("exercises/demo/baseline/python/gradus.toml", start);
    let ran = check(&course, &[]).code(4);
    ran.says("counted under the runner python").says("under the runner javascript").says("can't be compared");
    // Without a baseline in the submission's language, nothing is compared at all.
    std::fs::remove_dir_all(course.root.path().join("exercises/demo/baseline")).unwrap();
    check(&course, &[]).says("a baseline in the submission's language");
}

/// A course whose second check needs several requests at a time, with a solution and a mutant of each check.
fn verified(program: &str) -> Course {
    let checks = "  - { id: right, claim: A, points: 1, steps: [ { get: /, expect: { text: right } } ] }\n  - id: many\n    claim: B\n    points: 1\n    steps:\n      - race: { rounds: 1, clients: 2, each: [ { get: /many, expect: { text: right } } ] }\n";
    let course = Course::new(checks, &http_server(program));
    let exercise = course.root.path().join("exercises/demo/exercise.toml");
    let text = std::fs::read_to_string(&exercise).unwrap();
    course.write("exercises/demo/exercise.toml", &format!("wasm = [\"python\"]\n{text}"));
    let solution = "graders/demo/solutions/python";
    let run = "format = 1\nexercise = \"demo\"\n[run]\nstart = \"python3 app.py\"\n";
    course.write(&format!("{solution}/gradus.toml"), run);
    course.write(&format!("{solution}/app.py"), &http_server(program));
    course.write(&format!("{solution}/said.py"), "ONE = 'right'\nMANY = 'right'\n");
    for (mutant, fails, line, before) in [
        ("one", "right", "ONE = 'wrong'", "ONE = 'right'"),
        ("two", "many", "MANY = 'wrong'", "MANY = 'right'"),
    ] {
        let folder = format!("graders/demo/mutants/{mutant}");
        let toml = format!("of = \"python\"\nfails = [\"{fails}\"]\nbecause = \"It says the wrong word.\"\n");
        course.write(&format!("{folder}/mutant.toml"), &toml);
        let at = if mutant == "one" { 1 } else { 2 };
        let patch = format!("--- a/said.py\n+++ b/said.py\n@@ -{at},1 +{at},1 @@\n-{before}\n+{line}\n");
        course.write(&format!("{folder}/change.patch"), &patch);
    }
    course
}

fn verify(course: &Course) -> crate::support::gradus::Ran {
    verify_with(course, runners())
}

/// With the runners in this folder; what was as it should be is remembered beside the course.
fn verify_with(course: &Course, runners: &std::path::Path) -> crate::support::gradus::Ran {
    let exercises = course.root.path().display().to_string();
    Gradus::new(["verify", "demo", "--wasm", "--jobs", "4", "--exercises", &exercises])
        .env("GRADUS_RUNNERS", runners)
        .env("XDG_CACHE_HOME", course.root.path().join("cache"))
        .run()
}

#[test]
fn the_same_programs_are_verified_natively_and_in_webassembly_on_what_both_can_run() {
    let right = "from said import ONE, MANY\ndef answer(method, path, body):\n    return 200, {}, (MANY if path == '/many' else ONE).encode()\n";
    let course = verified(right);
    verify(&course)
        .code(0)
        .says("solution python in wasm")
        .says("mutant one (python in wasm)")
        .says("mutant two (python in wasm)")
        .says("6 programs");
    verify(&course).code(0).says("6 unchanged");
    // What a runner did is no word about another one, nor about none.
    verify_with(&course, &course.root.path().join("nothing")).code(3).says("solution python in wasm");
}

#[test]
fn a_solution_that_earns_less_in_webassembly_is_told() {
    let other = "import sys\nfrom said import ONE, MANY\ndef answer(method, path, body):\n    word = 'left' if sys.platform == 'wasi' else MANY if path == '/many' else ONE\n    return 200, {}, word.encode()\n";
    verify(&verified(other)).code(3).says("solution python in wasm: right (GET /)");
}

#[test]
fn solutions_and_mutants_in_c_are_verified_as_they_are() {
    for (slug, mutants) in [
        ("json-contract", ["recurses-to-the-end", "texts-end-with-zero"]),
        ("middleware-onion", ["agent-as-it-came", "ids-in-order"]),
        ("todo-backend", ["aborts-on-bad-json", "draft-stays-draft"]),
    ] {
        let only = mutants.map(|mutant| ["--only", mutant]).concat();
        let ran = Gradus::new([&["verify", slug, "--again", "--only", "c"], &*only].concat()).run().code(0);
        ran.says("solution c in wasm").says(&format!("mutant {} (c in wasm)", mutants[0])).says("3 programs");
    }
}

#[test]
fn a_class_in_webassembly_gets_the_marks_that_it_gets_natively() {
    let class =
        || Class::new().server("ada", GOOD).server("bob", BAD).server("cem", NEAR).server("dan", GOOD);
    let (native, wasm) = (class(), class());
    native.batch(&[]).code(0);
    let batch = wasm.gradus(&["--sandbox", "wasm", "--jobs", "2"]);
    batch.env("GRADUS_RUNNERS", runners()).run().code(0).says("4 submissions graded");
    let columns = ["student", "standing", "mark"];
    assert_eq!(wasm.csv(&columns), native.csv(&columns));
}
