//! exercise.toml, mutant.toml and gradus.toml: what is read, and what is wrong where.

use gradus_model::diagnostic::Invalid;
use gradus_model::exercise::Limits;
use gradus_model::read;
use gradus_model::submission::CommandLine;
use std::time::Duration;

const EXERCISE: &str = "format = 1\nslug = \"a\"\ntitle = \"A\"\nsummary = \"One line.\"\ntrack = \"apis\"\n\
    difficulty = 1\nsubmission = \"server\"\nlanguages = [\"python\"]\n";

#[track_caller]
fn check<T: std::fmt::Debug>(result: Result<T, Invalid>, expect: &[&str]) {
    let said: Vec<String> = match result {
        Ok(_) => Vec::new(),
        Err(invalid) => invalid
            .diagnostics
            .iter()
            .map(|problem| {
                let text = &invalid.sources.get(problem.span.source).text;
                format!("{} @ `{}`", problem.message, &text[problem.span.start..problem.span.end])
            })
            .collect(),
    };
    assert_eq!(said, expect);
}

#[test]
fn an_exercise_is_read_with_limits_where_it_has_its_own() {
    let text = format!("{EXERCISE}[limits]\nmemory = \"1 GiB\"\nboot = \"1.5s\"\ntasks = 8\n");
    let (exercise, sources) = read::exercise("exercises/a/exercise.toml", &text).expect("an exercise");
    let limits = Limits { memory: 1 << 30, boot: Duration::from_millis(1500), tasks: 8, ..Limits::default() };
    assert_eq!(exercise.limits, limits);
    assert_eq!(sources.0[0].path, "exercises/a/exercise.toml");
}

#[test]
fn mistakes_of_an_exercise_are_found_at_once() {
    let text = EXERCISE
        .replace("\"apis\"", "\"api\"")
        .replace("difficulty = 1", "difficulty = 9")
        .replace("slug = \"a\"", "slug = \"Ä\"");
    check(
        read::exercise("x", &format!("{text}sumary = 1\n[limits]\nmemory = 512\nboot = \"20\"\n")),
        &[
            "`Ä` is no name of an exercise @ `\"Ä\"`",
            "`api` is not one of foundations, apis, data, performance, security, integration, practice @ `\"api\"`",
            "expected a whole number from 1 to 5 @ `9`",
            "unknown key `sumary` @ `sumary`",
            "expected a size @ `512`",
            "expected a duration @ `\"20\"`",
        ],
    );
}

#[test]
fn a_submission_says_how_it_runs() {
    let text =
        "format = 1\nexercise = \"a\"\n[run]\ndir = \"app\"\nbuild = [\"make\", \"x\"]\nstart = \"./x\"\n";
    let (submission, _) = read::submission("gradus.toml", text).expect("a submission");
    let run = submission.run.expect("a way to run");
    assert_eq!(run.build.expect("a build").value, CommandLine::Argv(vec!["make".into(), "x".into()]));
    assert_eq!(run.start.expect("a start").value, CommandLine::Shell("./x".into()));
}

#[test]
fn a_submission_sets_no_limits_and_stays_in_its_folder() {
    let submission = |rest: &str| read::submission("x", &format!("format = 1\nexercise = \"a\"\n{rest}"));
    check(submission("[limits]\nmemory = \"9 GiB\"\n"), &["unknown key `limits` @ `limits`"]);
    check(submission("[run]\nstrat = \"x\"\n"), &["unknown key `strat` @ `strat`"]);
    check(submission("[run]\ndir = \"../b\"\n"), &["`../b` is outside the submission @ `\"../b\"`"]);
    check(submission("[run]\ndir = \"/b\"\n"), &["`/b` is outside the submission @ `\"/b\"`"]);
    check(submission("[run]\nstart = []\n"), &["this names no program @ `[]`"]);
    check(submission("[run]\nstart = \" \"\n"), &["this is empty @ `\" \"`"]);
    check(
        submission("[run]\nstart = 3\n"),
        &["expected a shell line, or a list of a program and its arguments, found a number @ `3`"],
    );
}

#[test]
fn what_is_no_toml_is_said_where_it_goes_wrong() {
    let said = |text: &str| read::submission("x", text).expect_err("a mistake").diagnostics;
    let both = said("format = \nexercise = a b\n");
    assert!(both.len() >= 2, "{both:?}");
    assert!(both.iter().all(|problem| problem.message.starts_with("this is not TOML: ")), "{both:?}");
    check(
        read::submission("x", "format = 1\nexercise = \"a\"\nat = 2026-11-21\n"),
        &["unknown key `at` @ `at`", "dates are not used here @ `2026-11-21`"],
    );
    check(
        read::submission("x", ""),
        &["the key `format` is missing @ ``", "the key `exercise` is missing @ ``"],
    );
}

#[test]
fn a_hostile_submission_file_is_refused_and_not_followed_down() {
    let refused = |text: String| assert!(read::submission("x", &text).is_err());
    refused(format!("{} = 1", vec!["a"; 200_000].join(".")));
    refused(format!("a = {}", "[".repeat(200_000)));
    refused(format!("a = {}", "{a=".repeat(200_000)));
    refused(format!("format = 1 # {}", "x".repeat(1 << 20)));
}

#[test]
fn a_mutant_names_the_checks_that_it_fails() {
    let mutant = |fails: &str| {
        read::mutant("x", &format!("of = \"python\"\nfails = {fails}\nbecause = \"It forgets.\"\n"))
    };
    check(mutant("[\"a\", \"b\"]"), &[]);
    check(mutant("[\"boot\"]"), &[]);
    check(mutant("[]"), &["a mutant fails at least one check @ `[]`"]);
    check(mutant("[\"boot\", \"a\"]"), &["`boot` stands alone: nothing is checked after it @ `\"boot\"`"]);
    check(
        read::mutant("x", "of = \"\"\n"),
        &[
            "the key `fails` is missing @ `of`",
            "the key `because` is missing @ `of`",
            "this is empty @ `\"\"`",
        ],
    );
}

#[test]
fn a_solution_names_the_checks_that_its_stack_cannot_pass() {
    let solution =
        |lacks: &str| read::solution("x", &format!("lacks = {lacks}\nbecause = \"It has no cache.\"\n"));
    check(solution("[\"a\", \"b\"]"), &[]);
    check(solution("[]"), &["this leaves nothing out @ `[]`"]);
    check(read::solution("x", ""), &["the key `lacks` is missing @ ``", "the key `because` is missing @ ``"]);
}
