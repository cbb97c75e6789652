//! Annotations within GitHub's limits.

use crate::samples::{check, failure, graded, report, worth};
use gradus_model::grader::Worth;
use gradus_model::outcome::{Because, Fault, Outcome};
use gradus_model::redact::{Audience, redact};
use gradus_model::report::Progress;
use gradus_report::github;

#[test]
fn a_failed_check_is_annotated_like_this() {
    let text = github::annotations(&graded(vec![check(failure("50 %"))]));
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
    let text = github::annotations(&graded(checks));
    let titles: Vec<&str> = text
        .lines()
        .filter_map(|line| line.strip_prefix("::error title=Claim of ")?.split(' ').next())
        .collect();
    assert_eq!(titles, ["root", "large", "small", "bonus"]);
}

#[test]
fn what_kept_it_from_running_comes_before_all() {
    let report = report(Vec::new(), Progress::NotBooted("the server opened no port".into()));
    let text = github::annotations(&redact(report, Audience::Learner));
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
    let text = github::annotations(&graded(checks));
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
    let text = github::annotations(&graded(checks));
    assert_eq!(text.matches("::error title=Claim of").count(), 10);
}

#[test]
fn a_fence_holds_what_is_printed() {
    assert_eq!(github::fenced("::error::x", "t0k"), "::stop-commands::t0k\n::error::x\n::t0k::\n");
    assert_eq!(github::fenced("a\n", "t0k"), "::stop-commands::t0k\na\n::t0k::\n");
}
