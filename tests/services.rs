//! Databases and caches: private, as they were at the beginning of each grading, asked by steps, and their work counted.

use crate::support::course::{Course, http_server};
use crate::support::grader::is_root;

/// A server that asks PostgreSQL or MariaDB what it is told, through the command-line clients.
const ASKS: &str = r#"
import glob, subprocess
def answer(method, path, body):
    url = os.environ["DB_URL"]
    if url.startswith("postgresql"):
        psql = sorted(glob.glob("/usr/lib/postgresql/*/bin/psql"))[-1]
        command = [psql, url, "-AtqX", "-c", body.decode()]
    else:
        command = ["mariadb", "-N", "-h127.0.0.1", "-P" + os.environ["DATABASE_PORT"], "-u" + os.environ["DATABASE_USER"], "-p" + os.environ["DATABASE_PASSWORD"], os.environ["DATABASE_NAME"], "-e", body.decode()]
    done = subprocess.run(command, capture_output=True, timeout=20)
    if done.returncode: return 409, {}, done.stderr
    return 200, {}, done.stdout.strip()
"#;

const SEED: &str = "create table orders (id int primary key, customer int, total int);\ninsert into orders values (1, 7, 10), (2, 7, 20), (3, 8, 30);\n";

fn course(engine: &str, checks: &str) -> Course {
    let course = Course::get_root(&http_server(ASKS));
    course.write("graders/demo/seed.sql", SEED);
    let grader = format!(
        "format: 1\nexercise: demo\npass: 80\nservices:\n  db: {{ engine: {engine}, seed: seed.sql }}\nchecks:\n{checks}"
    );
    course.write("graders/demo/grader.yaml", &grader);
    course
}

fn check(id: &str, steps: &str) -> String {
    format!("  - id: {id}\n    claim: About {id}\n    points: 1\n    steps:\n{steps}\n")
}

fn ask(statement: &str, expect: &str) -> String {
    format!("      - post: /\n        text: \"{statement}\"\n        expect: {expect}\n")
}

#[test]
fn a_submission_finds_a_private_database_that_is_seeded_and_steps_ask_it_too() {
    for engine in ["postgresql", "mariadb"] {
        let steps = ask("select sum(total) from orders", "{ text: \"60\" }")
            + &ask("insert into orders values (4, 9, 5)", "{ status: 200 }")
            + "      - sql: { db: \"select id, customer from orders where total = 5\" }\n        expect: { rows: [ { id: 4, customer: 9 } ] }\n        save: { id: \"rows[0].id\" }\n"
            + "      - sql: { db: \"delete from orders where id = $(id)\" }\n        as: app\n        expect: { rows: [] }\n"
            + "      - sql: { db: \"select nothing from orders\" }\n        expect: { error: { $contains: nothing } }\n"
            + &ask("select count(*) from orders", "{ text: \"3\" }");
        let fresh = "  - id: fresh\n    claim: As at the beginning\n    points: 1\n    fresh: data\n    steps:\n      - sql: { db: \"select count(*) as n from orders\" }\n        expect: { rows: [ { n: 3 } ] }\n";
        let leaves = check("leaves", &ask("insert into orders values (5, 9, 5)", "{ status: 200 }"));
        let course = course(engine, &(check("asks", &steps) + &leaves + fresh));
        for sandbox in ["native", "none"] {
            course.check(&["--sandbox", sandbox]).code(0);
        }
    }
}

#[test]
fn a_submission_can_neither_administer_its_database_nor_reset_what_is_counted() {
    let denied = |statement: &str| {
        ask(statement, "{ status: 409, text: { $regex: \"denied|must be|permission|privilege\" } }")
    };
    let postgresql = denied("alter system set jit = on")
        + &denied("select pg_stat_statements_reset()")
        + &denied("create role other superuser");
    course("postgresql", &check("postgresql", &postgresql)).check(&[]).code(0);
    let mariadb = denied("set global innodb_stats_auto_recalc = 1")
        + &denied("create database other")
        + &denied("truncate table performance_schema.events_statements_summary_by_digest");
    course("mariadb", &check("mariadb", &mariadb)).check(&[]).code(0);
}

#[test]
fn work_is_counted_and_the_dearest_statements_are_shown() {
    for (engine, reads) in [("postgresql", "blocks"), ("mariadb", "rows_examined")] {
        let work = |most: u32| {
            let inner = ask("select total from orders where customer = 7", "{ status: 200 }")
                .replace("\n        ", "\n              ")
                .replace("      - post", "            - post")
                .repeat(2);
            format!(
                "      - work:\n          steps:\n{inner}          expect: {{ db.statements: 2, db.{reads}: {{ $between: [1, {most}] }}, db.bytes: {{ $at_least: 100 }} }}\n"
            )
        };
        course(engine, &check("work", &work(100))).check(&[]).code(0);
        let cheap = work(100).replace("db.statements: 2", "db.statements: 1");
        course(engine, &check("work", &cheap))
            .check(&[])
            .code(1)
            .says("db.statements: got the number 2")
            .says("the dearest first")
            .says("orders");
    }
}

/// A server that speaks MariaDB's protocol itself: it prepares what it is told there, and has it executed.
const PREPARES: &str = r#"
import hashlib, socket, struct
def packet(stream):
    head = stream.read(4)
    return stream.read(int.from_bytes(head[:3], "little"))
def say(link, number, body):
    link.sendall(len(body).to_bytes(3, "little") + bytes([number]) + body)
def answer(method, path, body):
    with socket.create_connection(("127.0.0.1", int(os.environ["DATABASE_PORT"])), timeout=20) as link:
        stream = link.makefile("rb")
        greeting = packet(stream)
        at = greeting.index(b"\0", 1) + 5
        salt = greeting[at:at + 8] + greeting[at + 27:at + 39]
        one = hashlib.sha1(os.environ["DATABASE_PASSWORD"].encode()).digest()
        two = hashlib.sha1(salt + hashlib.sha1(one).digest()).digest()
        scramble = bytes(a ^ b for a, b in zip(one, two))
        user, name = os.environ["DATABASE_USER"].encode(), os.environ["DATABASE_NAME"].encode()
        say(link, 1, struct.pack("<IIB23x", 0x8A209, 1 << 24, 45) + user + b"\0" + bytes([20]) + scramble + name + b"\0mysql_native_password\0")
        if packet(stream)[:1] != b"\0": return 500, {}, b"not let in"
        say(link, 0, b"\x16" + body)
        prepared = packet(stream)
        if prepared[:1] != b"\0": return 409, {}, prepared[9:]
        for _ in range(int.from_bytes(prepared[5:7], "little") + 1): packet(stream)
        say(link, 0, b"\x17" + prepared[1:5] + struct.pack("<BI", 0, 1))
        for _ in range(int.from_bytes(prepared[5:7], "little") + 2): packet(stream)
        count = 0
        while packet(stream)[:1] != b"\xfe": count += 1
        return 200, {}, str(count).encode()
"#;

#[test]
fn work_is_counted_in_whatever_way_it_is_asked_for_and_the_graders_own_is_not() {
    let course = Course::get_root(&http_server(PREPARES));
    course.write("graders/demo/seed.sql", SEED);
    let asks = "{ post: /, text: select total from orders where customer = 7, expect: { text: \"2\" } }";
    // The grader asks in the submission's database, too.
    let own = "{ sql: { db: select sum(total) from orders } }";
    let counted = |rows: u32| {
        format!(
            "      - sql: {{ db: select * from orders }}\n      - work:\n          steps: [{asks}, {own}, {asks}]\n          expect: {{ db.statements: 2, db.rows_examined: {rows}, db.full_scans: 2, db.rows: 4 }}\n"
        )
    };
    let grader = format!(
        "format: 1\nexercise: demo\npass: 80\nservices:\n  db: {{ engine: mariadb, seed: seed.sql }}\nchecks:\n{}",
        check("prepared", &counted(6))
    );
    course.write("graders/demo/grader.yaml", &grader);
    for sandbox in ["native", "none"] {
        course.check(&["--sandbox", sandbox]).code(0);
    }
    course.write("graders/demo/grader.yaml", &grader.replace("db.rows_examined: 6", "db.rows_examined: 2"));
    course
        .check(&[])
        .code(1)
        .says("2 ×, 6 read: select total from orders where customer = ?")
        .says("→ orders: reads every row, 3 rows");
    let procedure = ask(
        "create procedure p() select sum(total) from orders where customer = 7",
        "{ status: 200 }",
    ) + &ask("call p()", "{ text: \"30\" }")
        + "      - work:\n          steps: [ { post: /, text: call p(), expect: { text: \"30\" } } ]\n          expect: { db.statements: 1, db.rows_examined: 3, db.full_scans: 1 }\n";
    let hidden = "      - work:\n          steps: [ { post: /, text: \"set @a = (select sum(total) from orders)\", expect: { status: 200 } } ]\n          expect: { db.statements: 0, db.rows_examined: 3, db.full_scans: 1 }\n";
    self::course("mariadb", &check("procedure", &(procedure + hidden))).check(&[]).code(0);
}

#[test]
fn work_counts_what_many_clients_at_once_cost() {
    let race = |statements: u32| {
        let asks =
            "{ post: /, text: select total from orders where id = $(client), expect: { status: 200 } }";
        format!(
            "      - work:\n          steps:\n            - race:\n                rounds: 2\n                clients: 3\n                each: [ {asks} ]\n                holds: [ {{ count: {{ status: 200 }}, is: 3 }} ]\n          expect: {{ db.statements: {statements} }}\n"
        )
    };
    for engine in ["postgresql", "mariadb"] {
        course(engine, &check("race", &race(6))).check(&[]).code(0);
        let wrong = course(engine, &check("race", &race(2))).check(&[]).code(1);
        wrong.says("db.statements: got the number 6").says("orders");
    }
}

#[test]
fn a_service_is_killed_and_comes_back_with_what_it_was_told() {
    for engine in ["postgresql", "mariadb"] {
        let steps = ask("insert into orders values (4, 9, 5)", "{ status: 200 }")
            + "      - service: { db: kill }\n"
            + &ask("select 1", "{ status: 409 }")
            + "      - service: { db: start }\n"
            + &ask("select count(*) from orders", "{ text: \"4\" }")
            + "      - faults: { db: [ { reset_peer: 0ms } ] }\n"
            + &ask("select 1", "{ status: 409 }");
        course(engine, &check("life", &steps)).check(&[]).code(0);
    }
}

#[test]
fn a_lock_is_held_while_steps_are_done() {
    let wait = "set lock_timeout = '100ms'; update orders set total = 1 where id = 1";
    let inner = ask(wait, "{ status: 409, text: { $contains: lock timeout } }")
        .replace("      - post", "            - post")
        .replace("\n        ", "\n              ");
    let steps = format!(
        "      - hold:\n          db: \"select * from orders where id = 1 for update\"\n          steps:\n{inner}"
    ) + &ask(wait, "{ status: 200 }");
    course("postgresql", &check("hold", &steps)).check(&[]).code(0);
}

/// Reads, and writes what it makes of it: right for one at a time. All that it does is in one statement of the client's.
const SELLS: &str = "begin; select total from orders where id = 1 \\gset\nupdate orders set total = :total - 1 where id = 1; commit";

#[test]
fn requests_wait_for_a_lock_and_are_let_go_together() {
    for (lock, code) in [("", 1), ("for update", 0)] {
        let sells = SELLS.replace("\\gset", &format!("{lock} \\gset"));
        let server = format!(
            "SELLS = r\"\"\"{sells}\"\"\"\n{}",
            ASKS.replace("[psql, url, \"-AtqX\", \"-c\", body.decode()]", "[psql, url, \"-AtqX\"]")
                .replace("capture_output=True", "capture_output=True, input=SELLS.encode()")
        );
        let course = Course::get_root(&http_server(&server));
        course.write("graders/demo/seed.sql", SEED);
        let meanwhile = "            - post: /\n              expect: { status: 200 }\n".repeat(2);
        let steps = format!(
            "      - hold:\n          db: \"select * from orders where id = 1 for update\"\n          meanwhile:\n{meanwhile}      - sql: {{ db: \"select total from orders where id = 1\" }}\n        expect: {{ rows: [{{ total: 8 }}] }}"
        );
        let services = "services:\n  db: { engine: postgresql, seed: seed.sql }\n";
        course.write(
            "graders/demo/grader.yaml",
            &format!("format: 1\nexercise: demo\npass: 80\n{services}checks:\n{}", check("sells", &steps)),
        );
        course.check(&[]).code(code);
    }
}

#[test]
fn redis_is_asked_and_counts_but_is_not_administered_by_visitors() {
    let server = "import socket\ndef answer(method, path, body):\n    host, port = os.environ['CACHE_URL'][8:].split('/')[0].split(':')\n    with socket.create_connection((host, int(port)), timeout=5) as redis:\n        redis.sendall(body + b'\\r\\n')\n        return 200, {}, redis.recv(4096)\n";
    let course = Course::get_root(&http_server(server));
    course.write("graders/demo/seed.redis", "SET greeting \"hello there\"\n");
    let ask = |command: &str, expect: &str| {
        format!("      - post: /\n        text: {command}\n        expect: {{ text: {expect} }}\n")
    };
    let steps = ask("GET greeting", "{ $contains: hello there }")
        + &ask("SET a b", "{ $contains: OK }")
        + "      - redis: { cache: [GET, a] }\n        expect: { reply: b }\n"
        + &ask("CONFIG RESETSTAT", "{ $contains: NOPERM }")
        + &ask("CONFIG GET dir", "{ $contains: NOPERM }")
        + "      - work:\n          steps: [ { post: /, text: GET a, expect: { status: 200 } } ]\n          expect: { cache.commands: 1 }\n      - service: { cache: restart }\n      - redis: { cache: [GET, a] }\n        expect: { reply: b }\n";
    let grader = format!(
        "format: 1\nexercise: demo\npass: 80\nservices:\n  cache: {{ engine: redis, seed: seed.redis }}\nchecks:\n{}",
        check("redis", &steps)
    );
    course.write("graders/demo/grader.yaml", &grader);
    for sandbox in ["native", "none"] {
        course.check(&["--sandbox", sandbox]).code(0);
    }
}

#[test]
fn a_service_that_is_paused_says_nothing_more() {
    let server = "import socket\ndef answer(method, path, body):\n    host, port = os.environ['CACHE_URL'][8:].split('/')[0].split(':')\n    with socket.create_connection((host, int(port)), timeout=0.4) as redis:\n        try:\n            redis.sendall(b'PING\\r\\n')\n            return 200, {}, redis.recv(100)\n        except TimeoutError:\n            return 503, {}, b''\n";
    let course = Course::get_root(&http_server(server));
    let asks = |status: u32| format!("      - get: /\n        expect: {{ status: {status} }}\n");
    let service = |what: &str| format!("      - service: {{ cache: {what} }}\n");
    let steps = [asks(200), service("pause"), asks(503), service("resume"), asks(200)].concat().repeat(3);
    let grader = format!(
        "format: 1\nexercise: demo\npass: 80\nservices:\n  cache: redis\nchecks:\n{}",
        check("pause", &steps)
    );
    course.write("graders/demo/grader.yaml", &grader);
    for sandbox in ["native", "none"] {
        course.check(&["--sandbox", sandbox]).code(0);
    }
}

#[test]
fn a_mistake_in_a_seed_is_the_authors_and_names_its_line() {
    for engine in ["postgresql", "mariadb"] {
        let course = course(engine, &check("any", &ask("select 1", "{ status: 200 }")));
        course.write("graders/demo/seed.sql", "create table a (id int);\nselect * from nowhere;\n");
        course.check(&[]).code(4).says("the service `db`: seed.sql: line 2").says("nowhere");
    }
}

#[test]
fn a_failed_check_shows_how_the_dearest_statement_is_done_and_which_part_reads_most() {
    let rows = "{ rows: orders, count: 5000, columns: { id: '$(row)', customer: { $int: { from: 1, to: 50 } }, total: 1 } }";
    for (engine, counter, scan) in [
        ("postgresql", "blocks", "→ Seq Scan on orders: reads "),
        ("mariadb", "rows_examined", "→ orders: reads every row, 5000 rows"),
    ] {
        let asks = "{ post: /, text: select total from orders where customer = 7, expect: { status: 200 } }";
        let check = |id: &str, keys: &str| {
            format!(
                "  - id: {id}\n    claim: About {id}\n    points: 1\n{keys}    steps:\n      - work: {{ steps: [ {asks} ], expect: {{ db.{counter}: {{ $at_most: 5 }} }} }}\n"
            )
        };
        let own = Course::get_root(&http_server(ASKS));
        own.write(
            "graders/demo/schema.sql",
            "create table orders (id int primary key, customer int, total int);\n",
        );
        let grader = |checks: &str| {
            format!(
                "format: 1\nexercise: demo\npass: 80\nservices:\n  db: {{ engine: {engine}, seed: [schema.sql, {rows}] }}\nchecks:\n{checks}"
            )
        };
        own.write("graders/demo/grader.yaml", &grader(&check("work", "")));
        own.check(&[]).code(1).says(scan).says("customer");
        let (_, report) = own.report(&[]);
        assert!(report.to_string().contains(scan), "the JSON report has no plan");
        let page = own.check(&["--report", "html"]).code(1).out;
        assert!(page.contains("orders") && page.contains('→'), "the page has no plan");
        own.write("graders/demo/grader.yaml", &grader(&check("work", "    visibility: hidden\n")));
        own.check(&[]).code(1).never_says("orders").never_says("→");
    }
}

#[test]
fn postgresql_counts_neither_the_graders_statements_nor_those_within_a_function_twice() {
    let function = "create function f() returns int as 'select count(*)::int from orders where customer = 7' language sql";
    let steps = ask(function, "{ status: 200 }")
        + "      - work:\n          steps:\n            - { post: /, text: select f(), expect: { text: \"2\" } }\n            - { sql: { db: select sum(total) from orders } }\n            - { sql: { db: select sum(total) from orders }, as: app }\n          expect: { db.statements: 1, db.rows: 1, db.blocks: { $between: [1, 100] } }\n"
        + "      - work:\n          steps: [ { post: /, text: \"do 'begin perform sum(total) from orders; end'\", expect: { status: 200 } } ]\n          expect: { db.blocks: { $at_least: 1 } }\n";
    course("postgresql", &check("own", &steps)).check(&[]).code(0);
}

#[test]
fn seeds_are_several_files_and_rows_that_are_the_same_in_every_grading() {
    let rows = "{ rows: orders, count: 1200, columns: { id: $(row), customer: { $int: { from: 1, to: 9 } }, note: \"it's \\\\ $(row)\" } }";
    let statement = "select count(*) as n, sum(customer * id) as sum, max(note) as note from orders";
    let mut sums = Vec::new();
    for engine in ["postgresql", "mariadb", "sqlite"] {
        let of = |expect: &str| {
            let course = Course::get_root(&http_server(ASKS));
            course.write(
                "graders/demo/schema.sql",
                "create table orders (id int, customer int, note varchar(20));\n",
            );
            course.write("graders/demo/more.sql", "create index by_customer on orders (customer);\n");
            let grader = format!(
                "format: 1\nexercise: demo\npass: 80\nservices:\n  db:\n    engine: {engine}\n    seed:\n      - schema.sql\n      - {rows}\n      - more.sql\nchecks:\n  - id: rows\n    claim: A\n    points: 1\n    steps:\n      - sql: {{ db: \"{statement}\" }}\n        expect: {{ rows: [ {{ n: 1200, sum: {expect}, note: \"it's \\\\ 999\" }} ] }}\n"
            );
            course.write("graders/demo/grader.yaml", &grader);
            course
        };
        let (_, report) = of("-1").report(&["--seed", "5"]);
        let got = report.pointer("/checks/0/outcome/mismatches/0/got").and_then(|got| got.as_str());
        let sum = got.expect("a sum").rsplit(' ').next().expect("a number").to_owned();
        of(&sum).check(&["--seed", "6"]).code(0);
        sums.push(sum);
    }
    assert!(sums.iter().all(|sum| *sum == sums[0]), "{sums:?}");
    let course = course("postgresql", &check("any", &ask("select 1", "{ status: 200 }")));
    let grader = "format: 1\nexercise: demo\npass: 80\nservices:\n  db:\n    engine: postgresql\n    seed:\n      - seed.sql\n      - rows: ordres\n        count: 3\n        columns: { id: $(row) }\nchecks:\n";
    course.write(
        "graders/demo/grader.yaml",
        &(grader.to_owned() + &check("any", &ask("select 1", "{ status: 200 }"))),
    );
    course.check(&[]).code(4).says("grader.yaml: line 9: rows of `ordres`").says("does not exist");
}

/// A server that does what it is told in a file of SQLite.
const SQLITE: &str = r#"
import sqlite3
def answer(method, path, body):
    if path == "/query": return 200, {}, b"select sum(total) as n from orders where customer = 7"
    with sqlite3.connect(os.environ["DB_PATH"]) as db:
        db.execute("pragma journal_mode = wal")
        rows = db.execute(body.decode()).fetchall()
    return 200, {}, json.dumps(rows).encode()
"#;

#[test]
fn a_file_of_sqlite_is_where_the_submission_is_told_and_its_statements_are_counted() {
    let course = Course::get_root(&http_server(SQLITE));
    course.write("graders/demo/seed.sql", SEED);
    let steps = ask("select count(*) from orders", "{ json: [[3]] }")
        + &ask("insert into orders values (4, 9, 5)", "{ status: 200 }")
        + "      - sql: { db: \"select id from orders where total = 5\" }\n        expect: { rows: [ { id: 4 } ] }\n"
        + "      - sql: { db: \"delete from orders\" }\n      - sql: { db: select count(*) as n from orders }\n        expect: { rows: [ { n: 4 } ] }\n"
        + "      - get: /query\n        expect: { status: 200 }\n        save: { query: text }\n"
        + "      - work:\n          steps:\n            - { sql: { db: $(query) }, as: app, expect: { rows: [ { n: 30 } ] } }\n            - { sql: { db: select * from orders } }\n          expect: { db.statements: 1, db.full_scan_steps: 3, db.sorts: 0, db.steps: { $between: [5, 100] } }\n"
        + "      - sql: { db: \"attach 'x' as y\" }\n        as: app\n        expect: { error: { $contains: attached } }\n"
        + "      - server: restart\n"
        + &ask("select count(*) from orders", "{ json: [[4]] }");
    let fresh = "  - id: fresh\n    claim: As at the beginning\n    points: 1\n    fresh: data\n    steps:\n      - post: /\n        instance: b\n        text: select count(*) from orders\n        expect: { json: [[3]] }\n      - sql: { db: select count(*) as n from orders }\n        expect: { rows: [ { n: 3 } ] }\n";
    let grader = format!(
        "format: 1\nexercise: demo\npass: 80\nservices:\n  db: {{ engine: sqlite, seed: seed.sql }}\nchecks:\n{}{fresh}",
        check("file", &steps)
    );
    course.write("graders/demo/grader.yaml", &grader);
    for sandbox in ["native", "none"] {
        course.check(&["--sandbox", sandbox]).code(0);
    }
    course.write("graders/demo/seed.sql", "create table a (id int);\nselect * from nowhere;\n");
    course.check(&[]).code(4).says("the service `db`: seed.sql: line 2: no such table: nowhere");
}

#[test]
fn a_service_that_dies_makes_a_grading_broken_and_never_failed() {
    let server = "def answer(method, path, body):\n    return 200, {}, b''\n";
    let course = Course::get_root(&http_server(server));
    let flag = course.root.path().join("die");
    // It ends as soon as somebody wants it to, and takes its server with it.
    let dies = format!(
        "#!/bin/sh\n/usr/bin/redis-server \"$@\" &\nwhile [ ! -e '{}' ]; do sleep 0.02; done\necho it was too much >&2\nkill -9 $!\nexit 3\n",
        flag.display()
    );
    course.write("bin/redis-server", &dies);
    let program = course.root.path().join("bin/redis-server");
    let executable = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(&program, executable).expect("a program");
    let path = format!(
        "{}:{}",
        program.parent().expect("a folder").display(),
        std::env::var("PATH").unwrap_or_default()
    );
    let kill =
        format!("      - run: {{ command: [touch, '{}'] }}\n        expect: {{ exit: 0 }}\n", flag.display());
    let wait = "      - redis: { cache: [GET, a] }\n        expect: { reply: never }\n        until: { every: 20ms, at_most: 5s }\n";
    let grader = format!(
        "format: 1\nexercise: demo\npass: 80\nservices:\n  cache: redis\nchecks:\n{}",
        check("dies", &(kill + wait))
    );
    course.write("graders/demo/grader.yaml", &grader);
    course
        .gradus(&["--sandbox", "none"])
        .env("PATH", path)
        .run()
        .code(4)
        .says("the service `cache` exited with code 3 while it was needed")
        .says("it was too much");
}

#[test]
fn a_service_that_is_never_root_says_how_to_get_to_its_folder() {
    let course = course("postgresql", &check("any", &ask("select 1", "{ text: \"1\" }")));
    let closed = course.root.path().join("closed");
    std::fs::create_dir(&closed).expect("a folder");
    let nobody_else = || std::os::unix::fs::PermissionsExt::from_mode(0o700);
    std::fs::set_permissions(&closed, nobody_else()).expect("a folder of our own");
    let everybody = || std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(course.root.path(), everybody()).expect("a folder that can be entered");
    let check = |sandbox: &str| course.gradus(&["--sandbox", sandbox]).env("TMPDIR", &closed).run();
    check("native").code(0);
    if is_root() {
        let where_it_is = format!("may not enter {}", closed.display());
        check("none").code(4).says(&where_it_is).says("set TMPDIR to a folder that everybody may enter");
    } else {
        check("none").code(0);
    }
}

#[test]
fn gradings_in_a_row_leave_no_process_no_folder_and_no_shared_memory() {
    let of = |engine: &str| course(engine, &check("any", &ask("select 1", "{ text: \"1\" }")));
    let (postgresql, mariadb) = (of("postgresql"), of("mariadb"));
    let folder = postgresql.root.path().join("temporary");
    std::fs::create_dir(&folder).expect("a folder");
    // PostgreSQL never runs as root: without a sandbox, it is somebody who has to get there.
    let everybody = || std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(postgresql.root.path(), everybody()).expect("a folder that can be entered");
    for (course, sandbox) in
        [(&mariadb, "none"), (&postgresql, "none"), (&postgresql, "native"), (&postgresql, "native")]
    {
        course.gradus(&["--sandbox", sandbox]).env("TMPDIR", &folder).run().code(0);
    }
    let left = std::fs::read_dir(&folder).expect("a folder").flatten().map(|entry| entry.file_name());
    // Which ports are taken is noted in one place for all gradings of this machine.
    let left: Vec<_> = left.filter(|name| name != "gradus-ports").collect();
    assert!(left.is_empty(), "{left:?}");
    let name = folder.display().to_string();
    let processes = std::fs::read_dir("/proc").expect("processes").flatten().filter(|entry| {
        let command = std::fs::read(entry.path().join("cmdline")).unwrap_or_default();
        String::from_utf8_lossy(&command).contains(&name)
    });
    assert_eq!(processes.count(), 0, "a process is left");
    // Whoever made a piece of memory that nobody uses any more would have ended, too.
    let segments = std::fs::read_to_string("/proc/sysvipc/shm").unwrap_or_default();
    let orphans = segments.lines().skip(1).filter(|line| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let maker = words.get(4).copied().unwrap_or_default();
        words.get(6) == Some(&"0") && !std::path::Path::new("/proc").join(maker).exists()
    });
    assert_eq!(orphans.count(), 0, "{segments}");
}
