//! Each mistake in a grader is found, all at once, with the text underlined and the way out.

use gradus_model::read;

/// Every mistake as ``message @ `underlined` ``, and with ` ? help` where there is help.
fn mistakes(text: &str) -> Vec<String> {
    let files = |path: &str| match path {
        "expected.json" => Ok(b"{\"a\": \"$strng\"}".to_vec()),
        "body.bin" => Ok(vec![0, 255]),
        _ => Err("no such file".to_owned()),
    };
    match read::grader("grader.yaml", text, &files) {
        Ok(_) => Vec::new(),
        Err(invalid) => invalid
            .diagnostics
            .iter()
            .map(|problem| {
                let source = invalid.sources.get(problem.span.source);
                format!("{} @ `{}`", problem.message, &source.text[problem.span.start..problem.span.end])
            })
            .collect(),
    }
}

fn help(text: &str) -> String {
    let invalid = read::grader("grader.yaml", text, &|_| Err("no such file".into())).expect_err("a mistake");
    invalid.diagnostics[0].help.clone().unwrap_or_default()
}

/// A grader with these checks.
fn grader(checks: &str) -> String {
    format!("format: 1\nexercise: demo\npass: 80\nchecks:\n{checks}")
}

/// A grader whose one check expects this of `GET /`.
fn expecting(expect: &str) -> String {
    grader(&format!(
        "  - {{ id: a, claim: A claim, points: 1, steps: [ {{ get: /, expect: {expect} }} ] }}\n"
    ))
}

/// A grader with one check with this step.
fn step(step: &str) -> String {
    grader(&format!("  - {{ id: a, claim: A claim, points: 1, steps: [ {{ {step} }} ] }}\n"))
}

#[track_caller]
fn check(text: &str, expect: &[&str]) {
    assert_eq!(mistakes(text), expect, "{text}");
}

#[test]
fn a_right_grader_has_no_mistakes() {
    check(&expecting("{ status: 200 }"), &[]);
    check(&expecting("{ json: { $partial: { a: $int, b: { $optional: $string } } } }"), &[]);
    check(&expecting("{ headers: { location: $absent, etag: $any } }"), &[]);
    check(&expecting("{ text: { $regex: '^a+$' } }"), &[]);
    check(&expecting("{ text: { $regex: '^$' } }"), &[]);
    check(&expecting("{ status: 204, body: $empty }"), &[]);
}

#[test]
fn unknown_keys_are_mistakes() {
    check(&expecting("{ statsu: 200, status: 200 }"), &["unknown key `statsu` @ `statsu`"]);
    assert_eq!(help(&expecting("{ statsu: 200, status: 200 }")), "did you mean `status`?");
    check(&format!("{}cheks: []\n", expecting("{ status: 200 }")), &["unknown key `cheks` @ `cheks`"]);
}

#[test]
fn duplicate_keys_are_mistakes() {
    check(&expecting("{ status: 200, status: 201 }"), &["the key `status` stands here twice @ `status`"]);
}

#[test]
fn wrong_types_are_mistakes() {
    check(
        &grader("  - { id: a, claim: [x], points: many, steps: { get: / } }\n"),
        &[
            "expected text, found a list @ `[x]`",
            "expected a positive whole number, found text @ `many`",
            "expected a list, found a map @ `{ get: / }`",
        ],
    );
}

#[test]
fn unknown_markers_and_operators_are_mistakes() {
    check(&expecting("{ json: { a: $strng } }"), &["unknown marker `$strng` @ `$strng`"]);
    assert_eq!(
        help(&expecting("{ json: { a: $strng } }")),
        "did you mean `$string`? For the text itself, write `$$strng`"
    );
    check(&expecting("{ json: { a: { $contain: x } } }"), &["unknown operator `$contain` @ `$contain`"]);
    check(&expecting("{ json: $regex }"), &["`$regex` needs an operand @ `$regex`"]);
}

#[test]
fn markers_in_files_of_expected_output_are_checked_where_they_stand() {
    check(&expecting("{ file: expected.json }"), &["unknown marker `$strng` @ `\"$strng\"`"]);
}

#[test]
fn undefined_names_are_mistakes_when_the_file_is_read() {
    check(&step("get: /$(id), expect: { status: 200 }"), &["`$(id)` stands for nothing here @ `/$(id)`"]);
    check(
        &step("get: /$(orign), expect: { status: 200 }"),
        &["`$(orign)` stands for nothing here @ `/$(orign)`"],
    );
    assert_eq!(help(&step("get: /$(orign), expect: { status: 200 }")), "did you mean `$(origin)`?");
    check(&step("get: '/$(turn)', repeat: 3, expect: { status: 200 }"), &[]);
    check(
        &step("get: '/$(turn)', expect: { status: 200 }"),
        &["`$(turn)` stands for nothing here @ `'/$(turn)'`"],
    );
    check(&step("get: '/$(x)', cases: [ { x: 1 } ], expect: { status: 200 }"), &[]);
}

#[test]
fn a_saved_name_is_known_to_later_steps_and_to_checks_that_need_it() {
    let two = |needs: &str| {
        grader(&format!(
            "  - {{ id: a, claim: A, points: 1, steps: [ {{ get: /, expect: {{ status: 200 }}, save: {{ it: json.id }} }} ] }}\n  - {{ id: b, claim: B, points: 1, {needs} steps: [ {{ get: '/$(it)', expect: {{ status: 200 }} }} ] }}\n"
        ))
    };
    check(&two("needs: [a],"), &[]);
    check(&two(""), &["`$(it)` stands for nothing here @ `'/$(it)'`"]);
}

#[test]
fn needs_stand_above_and_never_in_a_circle() {
    let checks = |first: &str, second: &str| {
        grader(&format!(
            "  - {{ id: a, claim: A, points: 1, {first} steps: [ {{ get: /, expect: {{ status: 200 }} }} ] }}\n  - {{ id: b, claim: B, points: 1, {second} steps: [ {{ get: /, expect: {{ status: 200 }} }} ] }}\n"
        ))
    };
    check(&checks("needs: [b],", ""), &["`b` stands below, and checks run in the file's order @ `b`"]);
    check(&checks("needs: [b],", "needs: [a],"), &["`a` and `b` need each other @ `b`"]);
    check(&checks("needs: [a],", ""), &["a check can't need itself @ `a`"]);
    check(&checks("", "needs: [aa],"), &["there is no check `aa` @ `aa`"]);
    check(
        &checks("visibility: hidden,", "needs: [a],"),
        &["`a` is hidden, and hidden checks run last @ `a`"],
    );
}

#[test]
fn expectations_that_cannot_fail_are_mistakes() {
    for (expect, what) in [
        ("{ json: { $partial: {} } }", "every object has at least these keys @ `{}`"),
        ("{ text: { $contains: '' } }", "every text contains the empty text @ `''`"),
        ("{ text: $any }", "every answer has a body, if only an empty one @ `$any`"),
        ("{ status: $int }", "every answer has a status @ `$int`"),
        ("{ text: { $regex: 'a*' } }", "it is found in every text @ `'a*'`"),
        ("{ json: { $one_of: [1, $any] } }", "this fits everything @ `$any`"),
        ("{ json: { $size: { $at_least: 0 } } }", "no size is below 0 @ `{ $at_least: 0 }`"),
        (
            "{ json: { $partial: { a: { $optional: $any } } } }",
            "the key may be missing, and may hold anything @ `$any`",
        ),
        ("{}", "nothing is expected @ `{}`"),
    ] {
        let found = mistakes(&expecting(expect));
        assert_eq!(
            found.first().map(String::as_str),
            Some(format!("this expectation can't fail: {what}").as_str()),
            "{expect}"
        );
    }
    check(&step("get: /"), &["this check can't fail: none of its steps expects anything @ `{ get: / }`"]);
}

#[test]
fn expectations_that_nothing_can_fulfil_are_mistakes() {
    check(&expecting("{ json: { $one_of: [] } }"), &["there is nothing to choose from @ `[]`"]);
    check(&expecting("{ json: { $between: [5, 1] } }"), &["no number is between 5 and 1 @ `[5, 1]`"]);
    check(
        &expecting("{ text: { $regex: '(' } }"),
        &["this is no regular expression: unclosed group @ `'('`"],
    );
    check(
        &expecting("{ json: $absent }"),
        &["`$absent` means something only at a key or a header @ `$absent`"],
    );
}

#[test]
fn points_are_positive_and_said_once() {
    let worth = |worth: &str| {
        grader(&format!(
            "  - {{ id: a, claim: A, {worth} steps: [ {{ get: /, expect: {{ status: 200 }} }} ] }}\n"
        ))
    };
    check(&worth("points: 0,"), &["points are positive whole numbers @ `0`"]);
    check(&worth("points: -3,"), &["points are positive whole numbers @ `-3`"]);
    check(&worth("points: 1.5,"), &["points are positive whole numbers @ `1.5`"]);
    check(
        &worth("points: 1, bonus: 1,"),
        &["a check has points, a bonus or is a gate: only one of these @ `bonus`"],
    );
    check(&worth("bonus: 1,"), &["no check has points, so nothing can be earned @ `a`"]);
    assert_eq!(mistakes(&worth("")), ["this check has no points @ `{`"]);
}

#[test]
fn files_are_there_and_inside_the_graders_folder() {
    check(&step("post: /, file: body.bin, expect: { status: 200 }"), &[]);
    check(
        &step("post: /, file: none.bin, expect: { status: 200 }"),
        &["`none.bin` can't be read: no such file @ `none.bin`"],
    );
    check(
        &step("post: /, file: ../x, expect: { status: 200 }"),
        &["`../x` is outside the grader's folder @ `../x`"],
    );
}

#[test]
fn steps_say_what_they_do() {
    check(&step("gt: /, expect: { status: 200 }"), &["unknown step `gt` @ `gt`"]);
    check(&step("get: /, post: /, expect: { status: 200 }"), &["this step sends two requests @ `post`"]);
    check(
        &step("post: /, json: 1, text: x, expect: { status: 200 }"),
        &["this request has two bodies @ `x`"],
    );
    check(
        &step("get: /, repeat: 2, until: { every: 1s, at_most: 2s }, expect: { status: 200 }"),
        &["`repeat` and `until` don't go together @ `{ every: 1s, at_most: 2s }`"],
    );
    check(&step("get: /, timeout: 5, expect: { status: 200 }"), &["expected a duration @ `5`"]);
    check(&step("request: { method: PURGE, path: /cache }, expect: { status: 200 }"), &[]);
    check(
        &step("get: /, save: { a: body }, expect: { status: 200 }"),
        &["`body` names no part of an answer @ `body`"],
    );
}

#[test]
fn what_yaml_offers_beyond_json_is_refused() {
    check(&expecting("{ status: &x 200 }"), &["anchors are not used here @ `200`"]);
    check(&expecting("{ status: !!int 200 }"), &["tags are not used here @ `200`"]);
    check(
        &format!("{}---\nformat: 1\n", expecting("{ status: 200 }")),
        &["a second document begins here @ `---`"],
    );
    assert_eq!(mistakes("")[0], "the file is empty @ ``");
    assert!(mistakes("a: [1")[0].starts_with("this is not YAML: "));
}

#[test]
fn only_jsons_scalars_are_not_text() {
    let text = expecting("{ json: [no, 012, 12:30, 1e3, true, null, 0x10, ~] }");
    let grader = read::grader("grader.yaml", &text, &|_| Err("none".into())).expect("a grader");
    let gradus_model::grader::Action::Request(request) = &grader.checks[0].steps[0].action;
    let shown = format!("{:?}", request.expect.json);
    for word in [
        "Literal(\"no\")",
        "Literal(\"012\")",
        "Literal(\"12:30\")",
        "Number(\"1e3\")",
        "Bool(true)",
        "Null",
        "Literal(\"0x10\")",
        "Literal(\"~\")",
    ] {
        assert!(shown.contains(word), "{word} in {shown}");
    }
}

#[test]
fn all_mistakes_of_a_file_are_found_at_once_in_its_order() {
    let text = "format: 2\nexercise: demo\npass: 101\nchecks:\n  - { id: A b, claim: x, points: 1, steps: [ { get: / } ] }\n  - { id: b, claim: x, points: 0, steps: [ { get: /, expct: 1 } ] }\n";
    let found = mistakes(text);
    assert_eq!(found.len(), 6, "{found:#?}");
    assert!(found[0].starts_with("this format is not known"));
    assert!(found[5].starts_with("unknown key `expct`"));
}

#[test]
fn a_very_deep_or_large_file_is_refused() {
    let deep = format!("format: {}{}", "[".repeat(70), "]".repeat(70));
    assert!(mistakes(&deep)[0].starts_with("this is nested deeper than 64 levels"));
    assert!(mistakes(&"a".repeat(2 << 20))[0].starts_with("the file is larger than"));
}
