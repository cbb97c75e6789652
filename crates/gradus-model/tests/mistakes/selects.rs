//! Mistakes in data sets, and in the steps that run a learner's queries on them.

use super::*;

const DATA: &str = "dialects: [sqlite]\ndata: { a: schema.sql, grown: [schema.sql, grown.sql] }";

fn with(head: &str, steps: &str) -> String {
    format!(
        "format: 1\nexercise: x\npass: 50\n{head}\nchecks:\n  - {{ id: a, claim: A, points: 1, steps: [ {steps} ] }}\n"
    )
}

fn select(what: &str, expect: &str) -> String {
    with(DATA, &format!("{{ select: {what}, expect: {expect} }}"))
}

const OF_A: &str = "{ file: a.sql, data: a }";

#[test]
fn queries_are_judged_by_rows_or_by_work() {
    for expect in [
        "{ rows: [] }",
        "{ rows: [ { b: 1 }, { b: $(seed) } ], order: given, columns: placed, within: 0.01 }",
        "{ rows: { of: a.$(dialect).sql } }",
        "{ work: { sqlite.steps: { $at_most: 100 }, sqlite.sorts: 0 } }",
    ] {
        check(&select(OF_A, expect), &[]);
    }
    check(&select("{ file: a.sql, data: { grown: { rows: 3 } } }", "{ rows: [] }"), &[]);
    check(
        &with(DATA, &format!("{{ select: {OF_A} }}")),
        &["nothing is expected of this query @ `{ select: { file: a.sql, data: a } }`"],
    );
    check(
        &select(OF_A, "{ order: given }"),
        &["this expectation can't fail: neither rows nor work are expected @ `{ order: given }`"],
    );
}

#[test]
fn what_a_query_runs_on_is_there() {
    check(&select("{ file: a.sql, data: grwn }", "{ rows: [] }"), &["there is no data set `grwn` @ `grwn`"]);
    check(
        &select("{ file: a.sql, data: grown }", "{ rows: [] }"),
        &["`grown` wants a value for $(rows) @ `grown`"],
    );
    check(
        &select("{ file: a.sql, data: { a: { rows: 1 } } }", "{ rows: [] }"),
        &["no file of `a` names $(rows) @ `rows`"],
    );
    check(
        &select("{ file: ../a.sql, data: a }", "{ rows: [] }"),
        &["`../a.sql` is outside the submission @ `../a.sql`"],
    );
    check(
        &select(OF_A, "{ rows: { of: b.$(dialect).sql } }"),
        &["`b.sqlite.sql` can't be read: no such file @ `b.$(dialect).sql`"],
    );
    check(
        &with("data: { a: schema.sql }", "{ get: /, expect: { status: 200 } }"),
        &["nothing says in which dialect the data sets are asked @ `{ a: schema.sql }`"],
    );
    check(
        &with("dialects: [sqlite, oracle]", "{ get: /, expect: { status: 200 } }"),
        &["`oracle` is not one of sqlite, postgresql, mariadb @ `oracle`"],
    );
}

#[test]
fn rows_are_alike_and_work_is_judged_in_every_dialect() {
    check(
        &select(OF_A, "{ rows: [ { b: 1 }, { c: 1 } ] }"),
        &["these rows do not all have the same columns @ `{ c: 1 }`"],
    );
    check(
        &select(OF_A, "{ rows: [ { b: 1 } ], within: 0 }"),
        &["expected by how much numbers may differ, above 0 @ `0`"],
    );
    check(
        &select(OF_A, "{ work: { sqlite.blocks: 1 } }"),
        &["sqlite does not count `blocks` @ `sqlite.blocks`"],
    );
    check(
        &select(OF_A, "{ work: { mariadb.full_scans: 0 } }"),
        &["`mariadb` is none of the exercise's dialects @ `mariadb.full_scans`"],
    );
    let two = DATA.replace("[sqlite]", "[sqlite, postgresql]");
    let step = format!("{{ select: {OF_A}, expect: {{ work: {{ sqlite.steps: 1 }} }} }}");
    check(&with(&two, &step), &["what a query costs in postgresql is not judged @ `{ sqlite.steps: 1 }`"]);
    let growth = "{ growth: { sizes: [1, 4, 16], steps: [ { get: /$(size), expect: { status: 200 } } ], measure: select, at_most: linear } }";
    check(
        &with(DATA, growth),
        &["none of these steps is a query, so there is nothing to measure @ `growth`"],
    );
}
