//! Queries that a learner hands in: run on data sets that they can only read, judged by their rows and by what they cost.

use crate::support::course::Course;

const EXERCISE: &str = "format = 1\nslug = \"demo\"\ntitle = \"Demo\"\nsummary = \"An exercise of the tests.\"\ntrack = \"data\"\ndifficulty = 1\nsubmission = \"sql\"\nskills = [\"SQL\"]\nlanguages = [\"sqlite\", \"postgresql\", \"mariadb\"]\n";
const SCHEMA: &str =
    "create table sales (id int primary key, who varchar(20), total numeric(8,2));\n";
const ROWS: &str =
    "insert into sales values (1, 'ada', 10.50), (2, 'bob', 5), (3, 'ada', 0.25), (4, null, 7);\n";
const DIALECTS: [&str; 3] = ["sqlite", "postgresql", "mariadb"];

/// An exercise in all dialects with one query, which the learner wrote in one of them.
fn course(dialect: &str, query: &str, expect: &str) -> Course {
    let steps =
        format!("      - select: {{ file: totals.sql, data: shop }}\n        expect: {expect}\n");
    let course = Course::get_root("");
    course.write("exercises/demo/exercise.toml", EXERCISE);
    course.write("graders/demo/schema.sql", SCHEMA);
    course.write("graders/demo/rows.sql", ROWS);
    course.write("graders/demo/reference.sql", "select who, sum(total) as total from sales group by who;\n");
    course.write("graders/demo/grader.yaml", &grader(&steps));
    course.write("work/gradus.toml", &submission(dialect));
    course.write("work/totals.sql", query);
    course
}

fn grader(steps: &str) -> String {
    format!(
        "format: 1\nexercise: demo\npass: 80\ndialects: [sqlite, postgresql, mariadb]\ndata:\n  shop: [schema.sql, rows.sql]\nchecks:\n  - id: totals\n    claim: Who bought for how much\n    points: 10\n    steps:\n{steps}"
    )
}

fn submission(dialect: &str) -> String {
    format!("format = 1\nexercise = \"demo\"\n\n[sql]\ndialect = \"{dialect}\"\n")
}

const OF_REFERENCE: &str = "{ rows: { of: reference.sql } }";

#[test]
fn a_query_gives_the_rows_of_the_reference_or_those_that_are_written_down_in_every_dialect() {
    let right = "-- who bought for how much\nselect sum(total) as TOTAL, who\nfrom sales group by who; -- that is all\n";
    let fixed = "{ rows: [ { who: ada, total: 10.75 }, { who: bob, total: 5 }, { who: null, total: 7 } ] }";
    for dialect in DIALECTS {
        course(dialect, right, OF_REFERENCE).check(&[]).code(0);
        course(dialect, right, fixed).check(&[]).code(0);
        course(dialect, "select who, max(total) as total from sales group by who", OF_REFERENCE)
            .check(&[])
            .code(1)
            .says("rows: got 3 rows, of which 1 is missing, and 1 is too many")
            .says("- who = \"ada\", total = 10.75")
            .says("+ who = \"ada\", total = 10.5");
        course(dialect, "select who as buyer, sum(total) as total from sales group by who", fixed)
            .check(&[])
            .code(1)
            .says("columns: got buyer, total");
    }
    let ordered = fixed.replace(" }", ", order: given }").replace(", order: given }, {", " }, {");
    let ordered = ordered.replace("total: 7, order: given } ]", "total: 7 } ]");
    course("sqlite", "select who, sum(total) as total from sales group by who order by who desc", &ordered)
        .check(&[])
        .code(1)
        .says("in another order: row 1 differs first");
}

#[test]
fn a_mistake_is_shown_with_the_learners_line_and_the_databases_words() {
    for dialect in DIALECTS {
        course(dialect, "select who,\n  total\nfrm sales\n", OF_REFERENCE)
            .check(&[])
            .code(1)
            .says("totals.sql:3")
            .says("   3 | frm sales")
            .says("sales");
        course(dialect, "select nothing from sales", OF_REFERENCE).check(&[]).code(1).says("nothing");
        course(dialect, "-- not yet\n", OF_REFERENCE).check(&[]).code(1).says("there is no query in it");
        course(dialect, "select 1; select 2", OF_REFERENCE).check(&[]).code(1).says("totals.sql");
    }
    let course = course("sqlite", "", OF_REFERENCE);
    std::fs::remove_file(course.work().join("totals.sql")).expect("a file");
    course.check(&[]).code(1).says("a file with a query");
}

#[test]
fn a_query_can_only_read_its_data_set() {
    let here = std::env::temp_dir().join("gradus-sql-attached.db");
    let attach = format!("attach database '{}' as other", here.display());
    for query in [
        "delete from sales",
        "insert into sales (id) values (9) returning id",
        "create table mine (a int)",
        "create temp table mine as select 1 as a",
        attach.as_str(),
        "pragma journal_mode = delete",
        "select load_extension('/nowhere')",
        "vacuum into '/tmp/gradus-sql-copy.db'",
        "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) as n from n",
        "with recursive n(i, t) as (select 1, hex(zeroblob(40000)) union all select i + 1, hex(zeroblob(40000)) from n) select count(distinct t || i) as n from n",
        "select hex(zeroblob(100000000)) as n",
    ] {
        let slow = course("sqlite", query, OF_REFERENCE);
        slow.write("exercises/demo/exercise.toml", &format!("{EXERCISE}[limits]\nrequest = \"1s\"\n"));
        slow.check(&[]).code(1).says("totals.sql");
        assert!(!here.exists(), "{query}");
    }
    for query in [
        "delete from sales returning id",
        "copy sales to program 'id'",
        "select pg_read_file('/etc/passwd') as a",
        "reset session authorization",
        "select set_config('role', 'gradus', false) as a",
        "select pg_stat_statements_reset() as a",
        "select lo_import('/etc/passwd') as a",
        "select pg_sleep(60)::text as a",
    ] {
        let slow = course("postgresql", query, OF_REFERENCE);
        slow.write("exercises/demo/exercise.toml", &format!("{EXERCISE}[limits]\nrequest = \"1s\"\n"));
        slow.check(&[]).code(1).says("totals.sql");
    }
    for query in [
        "delete from sales",
        "select * from sales into outfile '/tmp/gradus-sql.txt'",
        "select load_file('/etc/passwd') as who, 1 as total",
        "set statement max_statement_time = 0 for select sleep(60) as a",
        "select * from mysql.user",
    ] {
        let slow = course("mariadb", query, OF_REFERENCE);
        slow.write("exercises/demo/exercise.toml", &format!("{EXERCISE}[limits]\nrequest = \"1s\"\n"));
        slow.check(&[]).code(1).says("totals.sql");
    }
}

#[test]
fn a_query_that_gives_too_much_fails_and_harms_nobody() {
    let many = "select a.id as who, b.id as total from sales a, sales b, sales c, sales d, sales e, sales f, sales g, sales h";
    for dialect in DIALECTS {
        course(dialect, many, OF_REFERENCE).check(&[]).code(1).says("it gives more than 20000 rows");
    }
    let large = "select repeat('x', 200000000) as who, 1 as total";
    course("postgresql", large, OF_REFERENCE).check(&[]).code(1).says("totals.sql");
}

#[test]
fn work_is_judged_for_the_dialect_of_the_submission_and_its_plan_is_shown() {
    let work = |sqlite: u32, blocks: u32, examined: u32| {
        format!(
            "{{ rows: {{ of: reference.sql }}, work: {{ sqlite.full_scan_steps: {sqlite}, postgresql.blocks: {blocks}, mariadb.rows_examined: {{ $at_most: {examined} }} }} }}"
        )
    };
    let query = "select who, sum(total) as total from sales group by who";
    for dialect in DIALECTS {
        course(dialect, query, &work(3, 1, 100)).check(&[]).code(0);
        course(dialect, query, &work(0, 0, 0))
            .check(&[])
            .code(1)
            .says(&format!("{dialect}."))
            .says("this is how the database does it")
            .says("sales");
    }
}

#[test]
fn cost_is_judged_as_the_data_grows() {
    let steps = "      - growth:\n          sizes: [100, 400, 1600]\n          steps: [ { select: { file: totals.sql, data: { grown: { rows: $(size) } } }, expect: { rows: [ { n: 1 } ] } } ]\n          measure: select\n          at_most: constant\n";
    for (query, code) in [
        ("select count(*) as n from t where a = 50", 0),
        ("select count(*) as n from t where a + 0 = 50", 1),
    ] {
        let course = course("sqlite", "", OF_REFERENCE);
        let grader = grader(steps).replace("  shop: [schema.sql, rows.sql]", "  grown: grown.sql");
        course.write("graders/demo/grader.yaml", &grader);
        course.write("graders/demo/grown.sql", "create table t (a int primary key);\ninsert into t with recursive n(i) as (select 1 union all select i + 1 from n where i < $(rows)) select i from n;\n");
        course.write("work/totals.sql", query);
        let ran = course.check(&[]).code(code);
        if code == 1 {
            ran.says("a cost that grows not at all at most").says("1600: ");
        }
    }
}

#[test]
fn a_mistake_in_a_data_set_or_a_reference_is_the_authors() {
    for dialect in DIALECTS {
        let broken = course(dialect, "select 1 as a", OF_REFERENCE);
        broken.write("graders/demo/rows.sql", "insert into sales values (9, 'eve', 1);\ninsert into nowhere values (1);\n");
        broken.check(&[]).code(4).says("the data set `shop`: rows.sql: line 2: ").says("nowhere");
        let broken = course(dialect, "select 1 as a", OF_REFERENCE);
        broken.write("graders/demo/reference.sql", "select nothing\nfrom sales\n");
        broken.check(&[]).code(4).says("reference.sql:").says("nothing");
    }
}

#[test]
fn a_submission_says_its_dialect_and_the_plan_and_the_report_tell_it() {
    let course = course("sqlite", "select 1 as a", OF_REFERENCE);
    course.write("work/gradus.toml", "format = 1\nexercise = \"demo\"\n[run]\nstart = \"./x\"\n");
    course.check(&[]).code(1).says("in which dialect of SQL it is written");
    course.write("work/gradus.toml", &submission("oracle"));
    course.check(&[]).code(2).complains("`oracle` is not one of sqlite, postgresql, mariadb");
    course.write("work/gradus.toml", &submission("sqlite"));
    let yaml = grader("      - select: { file: totals.sql, data: shop }\n        expect: { rows: [] }\n");
    course.write("graders/demo/grader.yaml", &yaml.replace("[sqlite, postgresql, mariadb]", "[mariadb]"));
    course.check(&[]).code(1).says("it is written for sqlite, which this exercise does not take");
    course.write("graders/demo/grader.yaml", &yaml);
    let (code, report) = course.report(&[]);
    assert_eq!((code, report["submission"]["start"].as_str()), (1, Some("queries for sqlite")), "{report}");
}
