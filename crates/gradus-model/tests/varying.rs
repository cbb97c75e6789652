//! Which checks another seed can change.

use gradus_model::grader::Grader;
use gradus_model::read;

/// A grader with these lines before its checks, and two checks: one that asks for nothing that is drawn, and one with these
/// lines.
fn grader(before: &str, second: &str) -> Grader {
    let worth = if second.contains("gate: true") { "" } else { "    points: 1\n" };
    let text = format!(
        "format: 1\nexercise: demo\npass: 50\n{before}\nchecks:\n  - id: fixed\n    claim: It answers\n    points: 1\n    steps:\n      - get: /\n        expect: {{ status: 200 }}\n        save: {{ id: json.id }}\n  - id: second\n    claim: It answers again\n{worth}{second}\n"
    );
    read::grader("grader.yaml", &text, &|_| Err("none".into()))
        .unwrap_or_else(|invalid| panic!("{invalid:?}\n{text}"))
}

fn check(before: &str, second: &str, varying: &[&str]) {
    assert_eq!(grader(before, second).varying(), varying, "{before}\n{second}");
}

const ASKS: &str = "    steps: [{ get: /, expect: { status: 200 } }]";

#[test]
fn a_check_that_draws_nothing_is_the_same_with_every_seed() {
    check("", ASKS, &[]);
    check("vars: { n: $words }", ASKS, &[]);
    check("", "    vars: { n: 3 }\n    steps: [{ get: /$(n), expect: { status: 200 } }]", &[]);
    check(
        "",
        "    vars: { n: { $now_plus: 1h } }\n    steps: [{ get: /$(n), expect: { status: 200 } }]",
        &[],
    );
    // A marker of what is expected draws nothing.
    check("", "    steps: [{ get: /, expect: { json: { n: $int } } }]", &[]);
}

#[test]
fn a_check_varies_that_draws_or_speaks_of_what_is_drawn() {
    check("", "    vars: { n: $words }\n    steps: [{ get: /$(n), expect: { status: 200 } }]", &["second"]);
    check("", "    steps: [{ get: /$(seed), expect: { status: 200 } }]", &["second"]);
    check("", "    steps: [{ get: /, headers: { key: $(secret) }, expect: { status: 200 } }]", &["second"]);
    check("vars: { n: $words }", "    steps: [{ get: /$(n), expect: { status: 200 } }]", &["second"]);
    let shelf = "stubs: { shelf: { items: [1] } }";
    let drawn = "    steps:\n      - stub: { shelf: { items: { $ints: { size: 3 } } } }\n      - get: /\n        expect: { status: 200 }";
    check(shelf, drawn, &["second"]);
    let rates = "stubs: { rates: { routes: [{ get: /, reply: { status: 200 } }] } }";
    let late = |jitter: &str| {
        format!(
            "    steps:\n      - faults: {{ rates: [{{ latency: 20ms{jitter} }}] }}\n      - get: /\n        expect: {{ status: 200 }}"
        )
    };
    check(rates, &late(""), &[]);
    check(rates, &late(", jitter: 5ms"), &["second"]);
}

#[test]
fn what_a_check_drew_or_saved_is_another_one_for_those_that_need_it_and_name_it() {
    let second = |rest: &str| {
        format!(
            "    vars: {{ n: $words }}\n    steps: [{{ get: /$(n), expect: {{ status: 200 }}, save: {{ it: json.id }} }}]\n{rest}"
        )
    };
    let third = |needs: &str, asked: &str| {
        second(&format!(
            "  - id: third\n    claim: It goes on\n    points: 1\n    needs: [{needs}]\n    steps: [{{ get: /{asked}, expect: {{ status: 200 }} }}]"
        ))
    };
    check("", &third("second", "$(n)"), &["second", "third"]);
    check("", &third("second", "$(it)"), &["second", "third"]);
    check("", &third("second", "items"), &["second"]);
    check("", &third("fixed", "$(id)"), &["second"]);
    let fourth = "\n  - id: fourth\n    claim: It goes on\n    points: 1\n    needs: [third]\n    steps: [{ get: /$(it), expect: { status: 200 } }]";
    check("", &(third("second", "items") + fourth), &["second", "fourth"]);
}

#[test]
fn a_gate_is_needed_by_all_that_follow() {
    let gate = |asked: &str| {
        format!(
            "    vars: {{ n: $words }}\n    gate: true\n    steps: [{{ get: /$(n), expect: {{ status: 200 }} }}]\n  - id: third\n    claim: It goes on\n    points: 1\n    steps: [{{ get: /{asked}, expect: {{ status: 200 }} }}]"
        )
    };
    check("", &gate("$(n)"), &["second", "third"]);
    check("", &gate("items"), &["second"]);
}

#[test]
fn what_every_check_meets_makes_all_of_them_vary() {
    let both = &["fixed", "second"];
    check("vars: { n: $words }\nenv: { LIMIT: $(n) }", ASKS, both);
    check("stubs: { shelf: { items: { $ints: { size: 3 } } } }", ASKS, both);
    let asked =
        "stubs: { rates: { routes: [{ get: /, headers: { key: $(secret) }, reply: { status: 200 } }] } }";
    check(asked, ASKS, both);
    // A check that matters for a secret speaks of it.
    check("env: { KEY: $(secret) }", ASKS, &[]);
}
