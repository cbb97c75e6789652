//! Each mistake in a grader is found, all at once, with exactly the text underlined that is meant, and the way out.

mod callbacks;
mod checks;
mod commands;
mod conform;
mod expectations;
mod files;
mod idle;
mod many;
mod names;
mod selects;
mod sense;
mod services;
mod steps;
mod stubs;
mod values;
mod yaml;

use gradus_model::diagnostic::Invalid;
use gradus_model::read;

fn read(text: &str) -> Result<gradus_model::grader::Grader, Invalid> {
    read::grader("graders/demo/grader.yaml", text, &|path: &str| match path {
        "expected.json" => Ok(b"{\"a\": \"$strng\", \"b\": \"$(nobody)\"}".to_vec()),
        "right.json" => Ok("{\n\t\"a\": \"$uuid\",\n\t\"b\": \"\\ud83d\\ude00\\/\"\n}".into()),
        "broken.json" => Ok(b"{\"a\": [1, }".to_vec()),
        "schema.json" => Ok(b"{\"type\": \"object\"}".to_vec()),
        "text.txt" => Ok(b"$(name) is no name here".to_vec()),
        "schema.sql" => Ok(b"create table a (b int);".to_vec()),
        "grown.sql" => Ok(b"insert into a select value from generate_series(1, $(rows))".to_vec()),
        "a.sqlite.sql" => Ok(b"select b from a".to_vec()),
        "body.bin" => Ok(vec![0, 255]),
        _ => Err("no such file".to_owned()),
    })
}

/// Every mistake as ``message @ `underlined` ``.
fn mistakes(text: &str) -> Vec<String> {
    let Err(invalid) = read(text) else { return Vec::new() };
    let said = invalid.diagnostics.iter().map(|problem| {
        let source = invalid.sources.get(problem.span.source);
        format!("{} @ `{}`", problem.message, &source.text[problem.span.start..problem.span.end])
    });
    said.collect()
}

/// The way out of the first mistake.
fn help(text: &str) -> String {
    read(text).expect_err("a mistake").diagnostics[0].help.clone().unwrap_or_default()
}

/// A grader with these checks.
fn grader(checks: &str) -> String {
    format!("format: 1\nexercise: demo\npass: 80\nchecks:\n{checks}")
}

/// A grader with a check `a` and a check `b`, each with these keys besides the needful ones.
fn two_checks(first: &str, second: &str) -> String {
    let one = |id: &str, keys: &str| {
        let worth = if keys.contains("gate") { "" } else { "points: 1, " };
        let steps =
            if keys.contains("steps") { "" } else { "steps: [ { get: /, expect: { status: 200 } } ], " };
        format!("  - {{ id: {id}, claim: A claim, {worth}{steps}{keys} }}\n")
    };
    grader(&(one("a", first) + &one("b", second)))
}

/// A grader whose one check expects this of `GET /`.
fn expecting(expect: &str) -> String {
    step(&format!("get: /, expect: {expect}"))
}

/// A grader whose one check expects this JSON.
fn json(pattern: &str) -> String {
    expecting(&format!("{{ json: {pattern} }}"))
}

/// A grader with one check with this step.
fn step(step: &str) -> String {
    grader(&format!("  - {{ id: a, claim: A claim, points: 1, steps: [ {{ {step} }} ] }}\n"))
}

/// A grader whose one check draws these.
fn drawing(vars: &str) -> String {
    grader(&format!(
        "  - {{ id: a, claim: A claim, points: 1, vars: {vars}, steps: [ {{ get: /, expect: {{ status: 200 }} }} ] }}\n"
    ))
}

#[track_caller]
fn check(text: &str, expect: &[&str]) {
    assert_eq!(mistakes(text), expect, "{text}");
}

/// The one mistake is that nothing can fail it, because of this.
#[track_caller]
fn cannot_fail(text: &str, why: &str) {
    check(text, &[&format!("this expectation can't fail: {why}")]);
}

/// The one mistake is that nothing can fulfil it, because of this.
#[track_caller]
fn cannot_hold(text: &str, why: &str) {
    check(text, &[&format!("this expectation can't hold: {why}")]);
}

#[track_caller]
fn check_help(text: &str, expect: &str) {
    assert_eq!(help(text), expect, "{text}");
}
