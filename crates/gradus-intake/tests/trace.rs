//! Which lines of a submission traces and compilers point at.

use gradus_intake::trace::{Home, may_point, places};
use std::path::PathBuf;

fn pointed(text: &str) -> Vec<String> {
    let files = [
        "app.py",
        "lib/store.py",
        "server.js",
        "Main.java",
        "src/main/java/demo/Api.java",
        "main.go",
        "src/main.rs",
        "app.rb",
        "public/index.php",
        "http/server.py",
        "src/one/Twice.java",
        "src/two/Twice.java",
    ];
    let home =
        Home { files: files.map(PathBuf::from).to_vec(), root: "/srv/task".into(), dir: PathBuf::new() };
    assert!(may_point(text));
    places(text, &home).into_iter().map(|place| format!("{}:{}", place.path, place.line)).collect()
}

#[test]
fn of_a_python_trace_the_innermost_call_in_own_files() {
    let trace = r#"Exception occurred during processing of request
Traceback (most recent call last):
  File "/usr/lib/python3.13/http/server.py", line 424, in handle_one_request
    method()
  File "/srv/task/app.py", line 10, in do_GET
    return store.read(key)
  File "/srv/task/lib/store.py", line 7, in read
    return self.rows[key]
           ~~~~~~~~~^^^^^
KeyError: 'x'
GET / 500
"#;
    assert_eq!(pointed(trace), ["lib/store.py:7"]);
    assert_eq!(
        pointed("  File \"app.py\", line 3\n    def x(:\n          ^\nSyntaxError: invalid syntax\n"),
        ["app.py:3"]
    );
}

#[test]
fn of_other_traces_the_first_call_in_own_files() {
    let node = "TypeError: Cannot read properties of undefined (reading 'id')\n    at Array.map (<anonymous>)\n    at handle (/srv/task/server.js:12:34)\n    at Server.<anonymous> (/srv/task/server.js:50:3)\n    at node:internal/main/run_main_module:36:49\n";
    assert_eq!(pointed(node), ["server.js:12"]);
    assert_eq!(
        pointed("file:///srv/task/server.js:3\nconst = 1\n      ^\nSyntaxError: x\n"),
        ["server.js:3"]
    );
    let java = "java.lang.NullPointerException: x\n\tat java.base/java.util.Objects.requireNonNull(Objects.java:220)\n\tat demo.Api.read(Api.java:42)\n\tat Main.main(Main.java:7)\n";
    assert_eq!(pointed(java), ["src/main/java/demo/Api.java:42"]);
    let go = "panic: runtime error: index out of range [3] with length 3\n\ngoroutine 1 [running]:\nmain.read(...)\n\t/srv/task/main.go:14\nmain.main()\n\t/srv/task/main.go:30 +0x1d\nexit status 2\n";
    assert_eq!(pointed(go), ["main.go:14"]);
    let rust =
        "thread 'main' (7) panicked at src/main.rs:21:18:\ncalled `Option::unwrap()` on a `None` value\n";
    assert_eq!(pointed(rust), ["src/main.rs:21"]);
    let ruby = "/srv/task/app.rb:9:in 'Object#read': undefined method 'id' for nil (NoMethodError)\n\tfrom /srv/task/app.rb:20:in '<main>'\n";
    assert_eq!(pointed(ruby), ["app.rb:9"]);
    let php = "PHP Fatal error:  Uncaught TypeError: x in /srv/task/public/index.php:5\nStack trace:\n#0 /srv/task/public/index.php(12): read()\n#1 {main}\n  thrown in /srv/task/public/index.php on line 5\n";
    assert_eq!(pointed(php), ["public/index.php:5", "public/index.php:12"]);
}

#[test]
fn what_compilers_complain_about() {
    assert_eq!(
        pointed("Main.java:5: error: ';' expected\n        int x = 1\n                 ^\n1 error\n"),
        ["Main.java:5"]
    );
    assert_eq!(
        pointed(
            "error[E0425]: cannot find value `x` in this scope\n  --> src/main.rs:3:5\n   |\n3 |     x\n"
        ),
        ["src/main.rs:3"]
    );
    assert_eq!(
        pointed("# demo\n./main.go:10:2: undefined: x\n./main.go:12:2: undefined: y\n"),
        ["main.go:10", "main.go:12"]
    );
    assert_eq!(
        pointed("[ERROR] /srv/task/src/main/java/demo/Api.java:[12,5] cannot find symbol\n"),
        ["src/main/java/demo/Api.java:12"]
    );
}

#[test]
fn nothing_that_is_not_the_submissions_own_and_no_end_of_it() {
    assert_eq!(
        pointed("/etc/passwd.txt:1: no\n/srv/task/../etc/x.py:1\n/usr/lib/http/server.py:3\nnowhere.py:9\n"),
        [""; 0]
    );
    assert_eq!(pointed("at Twice.read(Twice.java:1)\n"), [""; 0], "two files are called so");
    assert_eq!(pointed("app.py:0\napp.py:99999999999\n"), [""; 0]);
    let flood: String = (1..5000).map(|line| format!("app.py:{line}: x\n")).collect();
    assert_eq!(pointed(&flood).len(), 3);
}
