//! Databases and caches: private, as they were at the beginning of each grading, asked by steps, and their work counted.

use crate::support::course::{Course, http_server};

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
        for sandbox in if engine == "mariadb" { vec!["native", "none"] } else { vec!["native"] } {
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
    let procedure = ask(
        "create procedure p() select sum(total) from orders where customer = 7",
        "{ status: 200 }",
    ) + &ask("call p()", "{ text: \"30\" }")
        + "      - work:\n          steps: [ { post: /, text: call p(), expect: { text: \"30\" } } ]\n          expect: { db.statements: 1, db.rows_examined: 3, db.full_scans: 1 }\n";
    let hidden = "      - work:\n          steps: [ { post: /, text: \"set @a = (select sum(total) from orders)\", expect: { status: 200 } } ]\n          expect: { db.statements: 0, db.rows_examined: 3, db.full_scans: 1 }\n";
    self::course("mariadb", &check("procedure", &(procedure + hidden))).check(&[]).code(0);
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
fn a_mistake_in_a_seed_is_the_authors_and_names_its_line() {
    for engine in ["postgresql", "mariadb"] {
        let course = course(engine, &check("any", &ask("select 1", "{ status: 200 }")));
        course.write("graders/demo/seed.sql", "create table a (id int);\nselect * from nowhere;\n");
        course.check(&[]).code(4).says("the service `db`: seed.sql: line 2").says("nowhere");
    }
}
