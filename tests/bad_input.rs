//! Wrong folders, files and arguments: a clear message with the way out, and the right exit code.

use crate::support::Gradus;
use crate::support::course::{Course, http_server};

const HELLO: &str = "def answer(method, path, body):\n    return 200, {}, b'hello'\n";

#[test]
fn a_folder_without_a_program_says_what_was_looked_for_and_what_to_write() {
    let course = Course::get_root(&http_server(HELLO));
    for file in ["gradus.toml", "app.py"] {
        std::fs::remove_file(course.work().join(file)).expect("a file");
    }
    course
        .check(&["--exercise", "demo"])
        .code(2)
        .complains("tells how the submission starts")
        .complains("package.json")
        .complains("[run]");
}

#[test]
fn a_folder_that_is_not_there_is_named() {
    Gradus::new(["check", "/no/such/folder"]).run().code(2).complains("/no/such/folder can't be read");
}

#[test]
fn a_mistake_in_gradus_toml_is_underlined() {
    let course = Course::get_root(&http_server(HELLO));
    course.write("work/gradus.toml", "format = 1\nexercise = \"demo\"\n[run]\nstrat = \"x\"\n");
    course
        .check(&[])
        .code(2)
        .complains("gradus.toml:4:1")
        .complains("^^^^^")
        .complains("did you mean `start`?");
}

#[test]
fn all_mistakes_of_a_grader_are_shown_at_once() {
    let course = Course::new(
        "  - { id: a, claim: A, points: 0, steps: [ { get: /, expect: { jsn: 1 } } ] }\n",
        &http_server(HELLO),
    );
    course
        .check(&[])
        .code(3)
        .complains("points are positive whole numbers")
        .complains("did you mean `json`?")
        .complains("grader.yaml:5:");
}

#[test]
fn two_opinions_about_the_exercise_are_refused() {
    Course::get_root(&http_server(HELLO))
        .check(&["--exercise", "other"])
        .code(2)
        .complains("gradus.toml says `demo`");
}

#[test]
fn an_unknown_exercise_gets_a_suggestion() {
    let course = Course::get_root(&http_server(HELLO));
    course.write("work/gradus.toml", "format = 1\nexercise = \"dem\"\n[run]\nstart = \"python3 app.py\"\n");
    course.check(&[]).code(2).complains("there is no exercise `dem`; did you mean `demo`?");
}

#[test]
fn a_build_that_fails_shows_its_last_words_and_fails_the_submission() {
    let course = Course::get_root(&http_server(HELLO));
    course.write("work/gradus.toml", "format = 1\nexercise = \"demo\"\n[run]\nbuild = \"echo it is broken >&2; exit 3\"\nstart = \"python3 app.py\"\n");
    course
        .check(&[])
        .code(1)
        .says("The submission does not build")
        .says("the build exited with code 3")
        .says("│ it is broken");
}

#[test]
fn a_build_that_takes_too_long_is_ended() {
    let course = Course::get_root(&http_server(HELLO)).limits("build = \"200ms\"");
    course.write(
        "work/gradus.toml",
        "format = 1\nexercise = \"demo\"\n[run]\nbuild = \"sleep 60\"\nstart = \"python3 app.py\"\n",
    );
    course.check(&[]).code(1).says("the build took more than 200 ms");
}

#[test]
fn a_missing_tool_is_never_the_submissions_fault() {
    let course = Course::get_root(&http_server(HELLO));
    course.write("work/gradus.toml", "format = 1\nexercise = \"demo\"\n[run]\nstart = \"composer serve\"\n");
    course
        .check(&[])
        .code(4)
        .says("`composer` is not installed")
        .says("apt-get install composer")
        .says("incomplete");
    let nothing = tempfile::tempdir().expect("a folder");
    let python = Course::get_root(&http_server(HELLO));
    let ran = python.gradus(&[]).env("PATH", nothing.path()).run().code(4);
    ran.says("`python3` is not installed")
        .says("apt-get install python3; or grade it without")
        .says("--sandbox wasm");
}

#[test]
fn two_reports_cannot_both_have_standard_output() {
    let course = Course::get_root(&http_server(HELLO));
    course
        .check(&["--report", "json", "--report", "terminal"])
        .code(2)
        .complains("can't both go to standard output");
    course
        .check(&["--report", "xml"])
        .code(2)
        .complains("`xml` is no format of a report")
        .complains("terminal, json");
}

#[test]
fn a_regex_that_does_not_compile_is_the_graders_mistake() {
    let course = Course::new(
        "  - { id: a, claim: A, points: 1, steps: [ { get: /, expect: { text: { $regex: \"(\" } } } ] }\n",
        &http_server(HELLO),
    );
    course.check(&[]).code(3).complains("grader.yaml:5:").complains("unclosed group");
}

#[test]
fn a_full_disk_is_named() {
    Course::get_root(&http_server(HELLO))
        .check(&["--report", "json=/dev/full"])
        .code(4)
        .complains("/dev/full could not be written: No space left on device");
}

#[test]
fn a_report_that_cannot_be_written_is_said() {
    let course = Course::get_root(&http_server(HELLO));
    course.check(&["--report", "json=/dev/full/report.json"]).code(4).complains("could not be written");
}

#[test]
fn a_wrong_argument_is_exit_2() {
    Gradus::new(["chek"]).run().code(2);
    Gradus::new(["check", "--seed", "x"]).run().code(2);
    Gradus::new(["check", "--url", "ftp://x", "--exercise", "todo-backend"])
        .run()
        .code(2)
        .complains("not an http or https address");
    Gradus::new(["--help"]).run().code(0).says("Usage: gradus");
}
