//! What of YAML is refused, and what a file may cost.

use super::*;
use std::time::{Duration, Instant};

#[test]
fn what_yaml_offers_beyond_json_is_refused() {
    check(&expecting("{ status: &x 200 }"), &["anchors are not used here @ `200`"]);
    check(&expecting("{ status: !!int 200 }"), &["tags are not used here @ `200`"]);
    check(
        &two_checks("hint: *x", ""),
        &["aliases are not used here @ `*x`", "expected text, found nothing @ `*x`"],
    );
    check(&two_checks("<<: { hint: x }", ""), &["merge keys are not used here @ `<<`"]);
    check(
        &format!("{}---\nformat: 1\n", expecting("{ status: 200 }")),
        &["a second document begins here @ `---`"],
    );
    check("? [a]\n: 1\n", &["a key must be text @ `[`"]);
    assert!(mistakes("%YAML 1.2\n---\nformat: 1\n")[0].starts_with("this is not YAML: "));
}

#[test]
fn duplicate_keys_are_mistakes() {
    check(&expecting("{ status: 200, status: 201 }"), &["the key `status` stands here twice @ `status`"]);
    check(&json("{ a: 1, 'a': 2 }"), &["the key `a` stands here twice @ `'a'`"]);
}

#[test]
fn what_is_no_yaml_is_said_where_it_goes_wrong() {
    check("", &["the file is empty @ ``"]);
    check("# nothing\n", &["the file is empty @ ``"]);
    let said = |text: &str| mistakes(text).remove(0);
    assert!(said("a: [1").starts_with("this is not YAML: "));
    assert!(said("a: b: c\n").ends_with("@ `:`"));
    assert!(said("a:\n\t- ü\n").starts_with("this is not YAML: tabs"));
}

#[test]
fn spans_count_bytes_whatever_the_letters_and_line_ends() {
    let text = expecting("{ statüs: 200, json: 'grün' }");
    check(&text, &["unknown key `statüs` @ `statüs`"]);
    check(&format!("\u{feff}# ü\r\n{}", text.replace('\n', "\r\n")), &["unknown key `statüs` @ `statüs`"]);
    check(
        &text.replace("pass: 80", "pass: 800 # ü"),
        &["expected a whole number from 1 to 100 @ `800`", "unknown key `statüs` @ `statüs`"],
    );
}

#[test]
fn a_block_is_underlined_without_the_blanks_after_it() {
    let text = grader(
        "  - id: a\n    claim: A claim\n    points: 1\n    steps:\n      - expect:\n          status: 200\n\n\n",
    );
    check(&text, &["this step does nothing @ `expect`"]);
    let text = grader("  - id: a\n    claim: A claim\n    points: 1\n    steps:\n      get: /\n\n# end\n");
    check(&text, &["expected a list, found a map @ `get: /`"]);
}

#[test]
fn only_jsons_scalars_are_not_text() {
    let text = json("[no, 012, 12:30, 1e3, true, null, 0x10, ~, +1, .5, 1., -0.5, 'true', \"1\", NaN, ]");
    let grader = read(&text).expect("a grader");
    let gradus_model::grader::Action::Request(request) = &grader.checks[0].steps[0].action else {
        panic!("a request")
    };
    let shown = format!("{:?}", request.expect.json);
    let texts = ["no", "012", "12:30", "0x10", "~", "+1", ".5", "1.", "true", "1", "NaN"];
    for text in texts {
        assert!(shown.contains(&format!("Literal({text:?})")), "{text} in {shown}");
    }
    for other in ["Number(\"1e3\")", "Number(\"-0.5\")", "Bool(true)", "Null"] {
        assert!(shown.contains(other), "{other} in {shown}");
    }
    assert_eq!(shown.matches("Literal").count(), texts.len(), "{shown}");
}

#[test]
fn a_very_deep_large_or_long_file_is_refused_at_once() {
    let begun = Instant::now();
    let first = |text: String| mistakes(&text).first().cloned().unwrap_or_default();
    assert!(
        first(format!("format: {}{}", "[".repeat(70), "]".repeat(70))).starts_with("this is nested deeper")
    );
    for bracket in ["[", "{", "- ", "? ", "a: ", "\"", "&a ", "!a "] {
        assert!(!first(bracket.repeat(300_000)).is_empty(), "{bracket}");
    }
    assert!(first("a".repeat(2 << 20)).starts_with("the file is larger than 1 MiB"));
    let long: String = (0..90_000).map(|at| format!("k{at}: 1\n")).collect();
    assert!(first(long).starts_with("the file has more than 100000 values"));
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
}
