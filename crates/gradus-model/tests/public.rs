//! What learners may have of a grader.

use gradus_model::public::public;
use gradus_model::read;

fn cut(text: &str) -> Result<String, String> {
    public("grader.yaml", text).map_err(|invalid| invalid.diagnostics[0].message.clone())
}

const GRADER: &str = r##"# The hidden check is about ghosts.
format: 1
exercise: demo
pass: 80
vars:
  name: $words   # for everybody
  ghost: $words  # ghosts only
  shadow: "of $(ghost)"
checks:
  - id: seen   # before the ghosts
    claim: "It is # seen"
    hint: a#b
    points: 1
    steps:
      - post: /ab
        text: |
          # no comment, but text
          two
        expect: { status: 200, text: $(name) }

  # Ghosts walk at night.
  - id: ghosts
    claim: Ghosts
    points: 2
    visibility: hidden
    steps: [ { get: "/$(shadow)", expect: { status: 404 } } ]
  - id: after
    claim: After
    points: 1
    steps: [ { get: /after, expect: { status: 200 } } ]
"##;

#[test]
fn hidden_checks_go_and_with_them_comments_and_what_only_they_draw_on() {
    let left = cut(GRADER).expect("a public part");
    for gone in ["host", "shadow", "# for", "# before", "404"] {
        assert!(!left.contains(gone), "{gone}:\n{left}");
    }
    for kept in [
        "  name: $words\n",
        "\"It is # seen\"",
        "hint: a#b",
        "          # no comment, but text\n",
        "- id: after\n",
    ] {
        assert!(left.contains(kept), "{kept}:\n{left}");
    }
    let grader = read::grader("grader.yaml", &left, &|_| Err("no files".into())).expect("a grader");
    let ids: Vec<&str> = grader.checks.iter().map(|check| check.id.value.as_str()).collect();
    assert_eq!(ids, ["seen", "after"]);
    assert_eq!(cut(&left).as_deref(), Ok(left.as_str()), "what is public stays as it is");
}

#[test]
fn variables_that_nobody_needs_any_more_leave_no_empty_list() {
    let left = cut(&GRADER.replace("text: $(name) }", "text: x }")).expect("a public part");
    assert!(!left.contains("vars"), "{left}");
    read::grader("grader.yaml", &left, &|_| Err("no files".into())).expect("a grader");
}

#[test]
fn what_can_not_be_cut_out_is_an_error_and_never_left_in() {
    let one_line = "format: 1\nexercise: demo\npass: 80\nchecks: [ { id: a, claim: A, points: 1, steps: [] }, { id: b, claim: B, points: 1, visibility: hidden, steps: [] } ]\n";
    assert_eq!(cut(one_line), Err("this check can't be cut out of the file".into()));
    let all_hidden = "format: 1\nexercise: demo\npass: 80\nchecks:\n  - id: a\n    visibility: hidden\n";
    assert_eq!(cut(all_hidden), Err("every check is hidden, so that nothing is public".into()));
}
