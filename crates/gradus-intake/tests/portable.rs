//! Which file a start means in WebAssembly, what is refused of it, and that nothing is left out in silence.

use super::folder;
use gradus_intake::plan::{NamedBy, NotPortable, Plan, Portable, PortableKind};
use gradus_model::submission::CommandLine;

/// Files that lead astray whoever only looks for one that is there.
const FILES: [(&str, &str); 6] = [
    ("app.py", ""),
    ("main.py", ""),
    ("shop/web.py", ""),
    ("server.js", ""),
    ("setup.mjs", ""),
    (
        "package.json",
        r#"{ "scripts": { "dev": "DEBUG=1 node server.js", "loop": "npm start", "self": "A=1 npm run self" } }"#,
    ),
];

fn portable(start: &str) -> Result<Option<Portable>, NotPortable> {
    let plan = Plan { start: Some(CommandLine::Shell(start.into())), ..Plan::default() };
    plan.portable(folder(&FILES).path())
}

#[track_caller]
fn takes(start: &str, file: &str) -> Portable {
    let taken = portable(start).unwrap_or_else(|why| panic!("{start}: {why}"));
    let taken = taken.unwrap_or_else(|| panic!("{start}: nothing"));
    assert_eq!(taken.file, file, "{start}");
    taken
}

#[test]
fn the_file_that_a_start_names_is_taken() {
    for (start, file) in [
        ("python3 app.py", "app.py"),
        ("python3 -u ./main.py", "main.py"),
        ("/usr/bin/python3.11 \"main.py\"", "main.py"),
        ("exec .venv/bin/python -B main.py", "main.py"),
        ("python3 -m main", "main.py"),
        ("python3 -m shop.web", "shop/web.py"),
        ("python3 -m flask --app main run --host \"$HOST\" --port \"$PORT\"", "main.py"),
        ("flask --app=shop.web:app run", "shop/web.py"),
        ("gunicorn --bind 127.0.0.1:$PORT --workers 2 main:app", "main.py"),
        ("node server.js", "server.js"),
        ("node --no-warnings server", "server.js"),
    ] {
        assert_eq!(takes(start, file).by, NamedBy::Start, "{start}");
    }
}

#[test]
fn variables_are_handed_on() {
    let taken = takes("MODE=prod LEVEL=3 python3 app.py", "app.py");
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert_eq!(taken.environment, [pair("MODE", "prod"), pair("LEVEL", "3")]);
    assert_eq!(taken.kind, PortableKind::Python);
}

#[test]
fn where_no_file_is_named_the_usual_one_is_taken_and_said_so() {
    assert_eq!(takes("npm start --silent", "server.js").by, NamedBy::Convention);
    assert_eq!(takes("flask run", "app.py").by, NamedBy::Convention);
    let taken = takes("npm run dev", "server.js");
    assert_eq!((taken.by, taken.environment.len()), (NamedBy::Package, 1));
}

#[test]
fn what_can_not_be_followed_is_refused() {
    let missing = |file: &str| NotPortable::Missing(file.into());
    let arguments = |words: &str| NotPortable::Arguments(words.into());
    let option = |words: &str| NotPortable::Option(words.into());
    let shell = |words: &str| NotPortable::Shell(words.into());
    for (start, why) in [
        ("python3 sever.py", missing("sever.py")),
        ("python3 ../app.py", missing("../app.py")),
        ("python3 -m flask --app mian run", missing("mian.py")),
        ("node sever.js", missing("sever.js")),
        ("python3 app.py --mode x", arguments("--mode x")),
        ("node --import ./setup.mjs server.js", option("--import")),
        ("python3 -c print()", shell("print()")),
        ("python3 -X dev app.py", option("-X")),
        ("flask --app main:create run", NotPortable::Application("create".into())),
        ("cd shop && python3 web.py", shell("&&")),
        ("MODE=$OTHER python3 app.py", shell("MODE=$OTHER")),
        ("npm run loop", shell("npm start")),
        ("npm run self", shell("A=1 npm run self")),
    ] {
        assert_eq!(portable(start), Err(why), "{start}");
    }
}

#[test]
fn what_webassembly_does_not_know_is_nothing() {
    for start in ["ruby app.rb", "./bin/server", "java -cp out Main"] {
        assert_eq!(portable(start), Ok(None), "{start}");
    }
}
