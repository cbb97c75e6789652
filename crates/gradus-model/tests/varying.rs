//! Which checks another seed can change.

use gradus_model::grader::Grader;
use gradus_model::read;

/// A grader with these lines before its checks, and two checks: one that asks for nothing that is drawn, and one with these
/// lines.
fn grader(before: &str, second: &str) -> Grader {
    let text = format!(
        "format: 1\nexercise: demo\npass: 50\n{before}\nchecks:\n  - id: fixed\n    claim: It answers\n    points: 1\n    steps:\n      - get: /\n        expect: {{ status: 200 }}\n        save: {{ id: json.id }}\n  - id: second\n    claim: It answers again\n    points: 1\n{second}\n"
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
fn what_a_check_needs_is_a_part_of_it() {
    let drawn = "    vars: { n: $words }\n    steps: [{ get: /$(n), expect: { status: 200 } }]\n  - id: third\n    claim: It goes on\n    points: 1\n    needs: [second]\n    steps: [{ get: /, expect: { status: 200 } }]";
    check("", drawn, &["second", "third"]);
    let gate = "    vars: { n: $words }\n    steps: [{ get: /$(n), expect: { status: 200 } }]\n  - id: third\n    claim: It goes on\n    points: 1\n    steps: [{ get: /, expect: { status: 200 } }]";
    check("", gate, &["second"]);
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
