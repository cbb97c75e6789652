//! Annotations within GitHub's limits.

use crate::samples::{check, failure, graded, report, worth};
use gradus_model::grader::Worth;
use gradus_model::outcome::{Because, Fault, Outcome};
use gradus_model::redact::{Audience, redact};
use gradus_model::report::{CodePlace, Progress};
use gradus_report::{codequality, github};

#[test]
fn a_failed_check_is_annotated_like_this() {
    let text = github::annotations(&graded(vec![check(failure("50 %"))]), "");
    let expected = "\
::error title=It answers (0/10)::GET /%3A json.a: got 50 %25, wanted the number 1%0Ahint: Count from 1.%0Aagain: gradus check --only a --seed 7
::notice title=Demo::not passed: 0 of 10 points (0 %25), pass mark 80 %25
"
    .replace("%3A", ":");
    assert_eq!(text, expected);
}

#[test]
fn the_most_useful_come_first() {
    let needed = |id: &str| Outcome::Skipped(Because::Needed(id.into()));
    let checks = vec![
        worth("small", Worth::Points(1), failure("x")),
        worth("bonus", Worth::Bonus(9), failure("x")),
        worth("large", Worth::Points(5), failure("x")),
        worth("root", Worth::Points(1), failure("x")),
        worth("leaf", Worth::Points(50), needed("root")),
    ];
    let text = github::annotations(&graded(checks), "");
    let titles: Vec<&str> = text
        .lines()
        .filter_map(|line| line.strip_prefix("::error title=Claim of ")?.split(' ').next())
        .collect();
    assert_eq!(titles, ["root", "large", "small", "bonus"]);
}

#[test]
fn what_kept_it_from_running_comes_before_all() {
    let report = report(Vec::new(), Progress::NotBooted("the server opened no port".into()));
    let text = github::annotations(&redact(report, Audience::Learner), "");
    assert!(
        text.starts_with("::error title=The submission does not start::the server opened no port\n"),
        "{text}"
    );
}

#[test]
fn no_more_than_github_shows_and_the_last_counts_the_rest() {
    let broken = || Outcome::Broken(Fault { what: "no disk".into(), way_out: None });
    let long = "é%\n".repeat(9000);
    let mut checks: Vec<_> =
        (0..30).map(|at| worth(&format!("f{at}"), Worth::Points(1), failure(&long))).collect();
    checks.extend((0..12).map(|at| worth(&format!("b{at}"), Worth::Points(1), broken())));
    let text = github::annotations(&graded(checks), "");
    let of = |level: &str| text.lines().filter(|line| line.starts_with(level)).collect::<Vec<_>>();
    assert_eq!((of("::error ").len(), of("::warning ").len(), of("::notice ").len()), (10, 10, 1));
    assert_eq!(text.lines().count(), 21);
    assert!(of("::error ")[9].starts_with("::error title=21 more checks fail::"));
    assert!(of("::warning ")[9].starts_with("::warning title=3 more checks could not be judged::"));
    for line in text.lines() {
        let message = line.splitn(3, "::").nth(2).expect("a message").replace("%25", "%");
        assert!(message.encode_utf16().count() <= 4096);
    }
}

#[test]
fn ten_are_shown_as_they_are() {
    let checks = (0..10).map(|at| worth(&format!("f{at}"), Worth::Points(1), failure("x"))).collect();
    let text = github::annotations(&graded(checks), "");
    assert_eq!(text.matches("::error title=Claim of").count(), 10);
}

#[test]
fn a_fence_holds_what_is_printed() {
    assert_eq!(github::fenced("::error::x", "t0k"), "::stop-commands::t0k\n::error::x\n::t0k::\n");
    assert_eq!(github::fenced("a\n", "t0k"), "::stop-commands::t0k\na\n::t0k::\n");
}

#[test]
fn what_points_at_a_line_is_annotated_there() {
    let mut failed = check(failure("x"));
    failed.places = vec![CodePlace { path: "src/a,b.py".into(), line: 42 }];
    let text = github::annotations(&graded(vec![failed.clone()]), "week 1/todo");
    assert!(
        text.starts_with("::error file=week 1/todo/src/a%2Cb.py,line=42,title=It answers (0/10)::"),
        "{text}"
    );
    assert!(github::annotations(&graded(vec![failed]), "").starts_with("::error file=src/a%2Cb.py,line=42,"));
    let mut broken = report(Vec::new(), Progress::NotBuilt("the build exited with code 1".into()));
    let place = CodePlace { path: "Main.java".into(), line: 5 };
    broken.build.as_mut().expect("a build").places = vec![place];
    let text = github::annotations(&redact(broken, Audience::Learner), "");
    assert!(
        text.starts_with("::error file=Main.java,line=5,title=The submission does not build::"),
        "{text}"
    );
}

#[test]
fn later_steps_get_words_and_numbers() {
    let outputs = |checks| github::outputs(&graded(checks));
    assert_eq!(outputs(vec![check(failure("x"))]), "verdict=failed\npoints=0\nmaximum=10\n");
    let broken = Outcome::Broken(Fault { what: "no disk".into(), way_out: None });
    assert_eq!(outputs(vec![check(broken)]), "verdict=incomplete\npoints=\nmaximum=\n");
}

/// GitLab's documentation: an array of objects with these fields, and a path relative to the repository.
#[test]
fn gitlab_gets_what_it_asks_for_and_only_what_has_a_line() {
    let mut failed = check(failure("x"));
    failed.places = vec![CodePlace { path: "app.py".into(), line: 42 }];
    let report = graded(vec![failed, check(failure("y"))]);
    let text = codequality::write(&report, "work");
    let entries: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(entries.as_array().map(Vec::len), Some(1));
    assert_eq!(
        entries[0],
        serde_json::json!({
            "description": "It answers (0/10): GET /: json.a: got x, wanted the number 1",
            "check_name": "a",
            "fingerprint": "gradus:a:work/app.py:42",
            "severity": "major",
            "location": { "path": "work/app.py", "lines": { "begin": 42 } },
        })
    );
    assert_eq!(codequality::write(&graded(Vec::new()), ""), "[]\n");
}
