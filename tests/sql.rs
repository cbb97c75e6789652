//! Queries that a learner hands in: run on data sets that they can only read, judged by their rows and by what they cost.

use crate::support::course::Course;
use crate::support::gradus::Gradus;
use serde_json::Value;

const EXERCISE: &str = "format = 1\nslug = \"demo\"\ntitle = \"Demo\"\nsummary = \"An exercise of the tests.\"\ntrack = \"data\"\ndifficulty = 1\nsubmission = \"sql\"\nskills = [\"SQL\"]\nlanguages = [\"sqlite\", \"postgresql\", \"mariadb\"]\n";
const SCHEMA: &str = "create table sales (id int primary key, who varchar(20), total numeric(8,2));\n";
const ROWS: &str =
    "insert into sales values (1, 'ada', 10.50), (2, 'bob', 5), (3, 'ada', 0.25), (4, null, 7);\n";
const DIALECTS: [&str; 3] = ["sqlite", "postgresql", "mariadb"];
const OF_REFERENCE: &str = "{ rows: { of: reference.sql } }";

/// An exercise in all dialects with a check `q0`, `q1`, … for each query that the learner wrote in one of them.
fn course(dialect: &str, queries: &[(&str, &str)]) -> Course {
    let course = Course::get_root("");
    course.write("exercises/demo/exercise.toml", EXERCISE);
    course.write("graders/demo/schema.sql", SCHEMA);
    course.write("graders/demo/rows.sql", ROWS);
    course.write("graders/demo/reference.sql", "select who, sum(total) as total from sales group by who;\n");
    let mut checks = String::new();
    for (at, (query, expect)) in queries.iter().enumerate() {
        course.write(&format!("work/q{at}.sql"), query);
        let step = format!("      - select: {{ file: q{at}.sql, data: shop }}\n        expect: {expect}\n");
        checks.push_str(&check(at, &step));
    }
    course.write("graders/demo/grader.yaml", &grader(&checks));
    course.write("work/gradus.toml", &submission(dialect));
    course
}

fn grader(checks: &str) -> String {
    format!(
        "format: 1\nexercise: demo\npass: 80\ndialects: [sqlite, postgresql, mariadb]\ndata:\n  shop: [schema.sql, rows.sql]\nchecks:\n{checks}"
    )
}

fn check(at: usize, steps: &str) -> String {
    format!("  - id: q{at}\n    claim: A right answer\n    points: 10\n    steps:\n{steps}")
}

fn submission(dialect: &str) -> String {
    format!("format = 1\nexercise = \"demo\"\n\n[sql]\ndialect = \"{dialect}\"\n")
}

/// Whether each check passed, or how its first mismatch reads.
fn came_of(course: &Course, arguments: &[&str]) -> Vec<String> {
    let (_, report) = course.report(arguments);
    let checks = report["checks"].as_array().expect("checks");
    checks.iter().map(said).collect()
}

fn said(check: &Value) -> String {
    let mismatch = &check["outcome"]["mismatches"][0];
    match mismatch["path"].as_str() {
        None => check["outcome"]["kind"].as_str().unwrap_or_default().to_owned(),
        Some(path) => format!("{path}: {}", mismatch["got"].as_str().unwrap_or_default()),
    }
}

#[test]
fn a_query_gives_the_rows_of_the_reference_or_those_that_are_written_down_in_every_dialect() {
    let right = "-- who bought for how much\nselect sum(total) as TOTAL, who\nfrom sales group by who; -- that is all\n";
    let sorted = "select who, sum(total) as total from sales where who is not null group by who order by who";
    let renamed = "select who as buyer, sum(total) as total from sales group by who";
    let fixed = "{ rows: [ { who: ada, total: 10.75 }, { who: bob, total: 5 }, { who: null, total: 7 } ] }";
    let turned = "{ rows: [ { who: bob, total: 5 }, { who: ada, total: 10.75 } ], order: given }";
    for dialect in DIALECTS {
        let queries = [
            (right, OF_REFERENCE),
            (right, fixed),
            ("select who, max(total) as total from sales group by who", OF_REFERENCE),
            (renamed, fixed),
            (renamed, "{ rows: { of: reference.sql }, columns: placed }"),
            (sorted, turned),
        ];
        let course = course(dialect, &queries);
        let wanted = [
            "passed",
            "passed",
            "rows: 3 rows, of which 1 is missing, and 1 is too many",
            "columns: buyer, total",
            "passed",
            "rows: the right rows in another order: row 1 differs first",
        ];
        assert_eq!(came_of(&course, &[]), wanted, "{dialect}");
        if dialect == "sqlite" {
            course
                .check(&["--only", "q2"])
                .says("- who = \"ada\", total = 10.75")
                .says("+ who = \"ada\", total = 10.5");
        }
    }
}

#[test]
fn a_mistake_is_shown_with_the_learners_line_and_the_databases_words() {
    for dialect in DIALECTS {
        let queries = [
            ("select who,\n  total\nfrm sales\n", OF_REFERENCE),
            ("select nothing from sales", OF_REFERENCE),
            ("-- not yet\n", OF_REFERENCE),
            ("select 1 as a; select 2 as a", OF_REFERENCE),
            ("", OF_REFERENCE),
        ];
        let course = course(dialect, &queries);
        std::fs::remove_file(course.work().join("q4.sql")).expect("a file");
        let said = came_of(&course, &[]);
        assert!(said[0].starts_with("q0.sql:3: "), "{dialect}: {said:?}");
        assert!(said[1].contains("nothing"), "{dialect}: {said:?}");
        assert!(said[2].starts_with("q2.sql: there is no query in it"), "{dialect}: {said:?}");
        assert!(said[3].starts_with("q3.sql"), "{dialect}: {said:?}");
        assert!(said[4].starts_with("q4.sql: "), "{dialect}: {said:?}");
        if dialect == "sqlite" {
            course.check(&["--only", "q0"]).code(1).says("   3 | frm sales");
        }
    }
}

/// What nobody may do, or do for so long.
fn hostile(dialect: &str) -> Vec<String> {
    let endless =
        "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) as n from n";
    let queries: &[&str] = match dialect {
        "sqlite" => &[
            "delete from sales",
            "insert into sales (id) values (9) returning id",
            "create table mine (a int)",
            "create temp table mine as select 1 as a",
            "attach database 'gradus-sql-attached.db' as other",
            "pragma journal_mode = delete",
            "select load_extension('nowhere') as who, 1 as total",
            "vacuum into 'gradus-sql-copy.db'",
            "with recursive n(i, t) as (select 1, hex(zeroblob(40000)) union all select i + 1, hex(zeroblob(40000)) from n) select count(distinct t || i) as n from n",
            "select hex(zeroblob(100000000)) as who, 1 as total",
            endless,
        ],
        "postgresql" => &[
            "delete from sales returning who, total",
            "copy sales to program 'id'",
            "select pg_read_file('/etc/passwd') as who, 1 as total",
            "reset session authorization",
            "select set_config('role', 'gradus', false) as who, 1 as total",
            "select pg_stat_statements_reset()::text as who, 1 as total",
            "select lo_import('/etc/passwd') as who, 1 as total",
            "select pg_sleep(60)::text as who, 1 as total",
            "select repeat('x', 200000000) as who, 1 as total",
        ],
        _ => &[
            "delete from sales",
            "select * from sales into outfile 'gradus-sql.txt'",
            "select load_file('/etc/passwd') as who, 1 as total",
            "set statement max_statement_time = 0 for select sleep(60) as who, 1 as total",
            "select * from mysql.user",
        ],
    };
    queries.iter().map(|query| (*query).to_owned()).collect()
}

#[test]
fn a_query_can_only_read_its_data_set_for_a_while() {
    for dialect in DIALECTS {
        let queries = hostile(dialect);
        let pairs: Vec<(&str, &str)> = queries.iter().map(|query| (query.as_str(), OF_REFERENCE)).collect();
        // What it has tried has changed nothing for those who come after it.
        let last = ("select who, sum(total) as total from sales group by who", OF_REFERENCE);
        let course = course(dialect, &[pairs, vec![last]].concat());
        course.write("exercises/demo/exercise.toml", &format!("{EXERCISE}[limits]\nrequest = \"1s\"\n"));
        let said = came_of(&course, &[]);
        for (query, said) in queries.iter().zip(&said) {
            let refused = said.contains(".sql: ") || said.contains(".sql:1: ") || said.starts_with("rows: ");
            assert!(refused, "{dialect}: {query}: {said}");
        }
        assert_eq!(said.last().map(String::as_str), Some("passed"), "{dialect}: {said:?}");
    }
}

#[test]
fn a_query_that_gives_too_many_rows_fails() {
    let many = "select a.id as who, b.id as total from sales a, sales b, sales c, sales d, sales e, sales f, sales g, sales h";
    for dialect in DIALECTS {
        let said = came_of(&course(dialect, &[(many, OF_REFERENCE)]), &[]);
        assert_eq!(said, ["q0.sql: it gives more than 20000 rows"], "{dialect}");
    }
}

#[test]
fn work_is_judged_for_the_dialect_of_the_submission_and_its_plan_is_shown() {
    let query = "select who, sum(total) as total from sales group by who";
    let cheap = "{ rows: { of: reference.sql }, work: { sqlite.full_scan_steps: 3, postgresql.blocks: 1, mariadb.rows_examined: { $between: [1, 100] } } }";
    let free = "{ work: { sqlite.full_scan_steps: 0, postgresql.blocks: 0, mariadb.rows_examined: 0 } }";
    for dialect in DIALECTS {
        let course = course(dialect, &[(query, cheap), (query, free)]);
        let said = came_of(&course, &[]);
        assert_eq!(said[0], "passed", "{dialect}");
        assert!(said[1].starts_with(&format!("{dialect}.")), "{dialect}: {said:?}");
        course.check(&["--only", "q1"]).code(1).says("this is how the database does it").says("sales");
    }
}

#[test]
fn cost_is_judged_as_the_data_grows() {
    let growth = |at: usize| {
        check(
            at,
            &format!(
                "      - growth:\n          sizes: [100, 400, 1600]\n          steps: [ {{ select: {{ file: q{at}.sql, data: {{ grown: {{ rows: $(size) }} }} }}, expect: {{ rows: [ {{ n: 1 }} ] }} }} ]\n          measure: select\n          at_most: constant\n"
            ),
        )
    };
    let queries = [
        ("select count(*) as n from t where a = 50", ""),
        ("select count(*) as n from t where a + 0 = 50", ""),
    ];
    let course = course("sqlite", &queries);
    let grader = grader(&(growth(0) + &growth(1)));
    course.write(
        "graders/demo/grader.yaml",
        &grader.replace("shop: [schema.sql, rows.sql]", "grown: grown.sql"),
    );
    course.write("graders/demo/grown.sql", "create table t (a int primary key);\ninsert into t with recursive n(i) as (select 1 union all select i + 1 from n where i < $(rows)) select i from n;\n");
    let said = came_of(&course, &[]);
    assert_eq!(said[0], "passed");
    assert!(said[1].starts_with("growth: ") && said[1].contains("as the size to the power of "), "{said:?}");
}

#[test]
fn a_mistake_in_a_data_set_or_a_reference_is_the_authors() {
    for dialect in DIALECTS {
        let broken = course(dialect, &[("select 1 as a", OF_REFERENCE)]);
        broken.write("graders/demo/reference.sql", "select nothing\nfrom sales\n");
        broken.check(&[]).code(4).says("reference.sql:").says("nothing");
        broken.write(
            "graders/demo/rows.sql",
            "insert into sales values (9, 'eve', 1);\ninsert into nowhere values (1);\n",
        );
        broken.check(&[]).code(4).says("the data set `shop`: rows.sql: line 2: ").says("nowhere");
    }
}

#[test]
fn a_submission_says_its_dialect_and_the_report_tells_it() {
    let course = course("sqlite", &[("select 1 as a", "{ rows: [] }")]);
    let (code, report) = course.report(&[]);
    assert_eq!((code, report["submission"]["start"].as_str()), (1, Some("queries for sqlite")), "{report}");
    course.write("work/gradus.toml", "format = 1\nexercise = \"demo\"\n[run]\nstart = \"./x\"\n");
    course.check(&[]).code(1).says("in which dialect of SQL it is written");
    course.write("work/gradus.toml", &submission("oracle"));
    course.check(&[]).code(2).complains("`oracle` is not one of sqlite, postgresql, mariadb");
    course.write("work/gradus.toml", &submission("sqlite"));
    let other = check(0, "      - select: { file: q0.sql, data: shop }\n        expect: { rows: [] }\n");
    let other = grader(&other).replace("[sqlite, postgresql, mariadb]", "[mariadb]");
    course.write("graders/demo/grader.yaml", &other);
    course.check(&[]).code(1).says("it is written for sqlite, which this exercise does not take");
}

#[test]
fn lint_names_files_that_nobody_tells_of_and_data_that_nobody_asks() {
    let course = course("sqlite", &[("select 1 as a", "{ rows: [] }")]);
    let grader =
        grader(&check(0, "      - select: { file: q0.sql, data: shop }\n        expect: { rows: [] }\n"));
    course.write("graders/demo/grader.yaml", &grader.replace("data:\n", "data:\n  idle: schema.sql\n"));
    let root = course.root.path().display().to_string();
    Gradus::new(["lint", "demo", "--exercises", &root])
        .run()
        .says("the README does not tell of q0.sql")
        .says("no query is run on the data set `idle`");
}
