//! Mistakes about services, and about steps that ask them.

use super::*;

fn serving(services: &str, step: &str) -> String {
    format!(
        "format: 1\nexercise: demo\npass: 80\nservices: {services}\nchecks:\n  - {{ id: a, claim: A claim, points: 1, steps: [ {{ {step} }} ] }}\n"
    )
}

const GET: &str = "get: /, expect: { status: 200 }";

#[test]
fn a_service_is_a_word_or_a_map() {
    check(&serving("{ cache: memcached, db: { engine: mariadb } }", GET), &[]);
    check(
        &serving("{ cache: memcache }", GET),
        &["`memcache` is not one of postgresql, mariadb, redis, memcached, nats, sqlite @ `memcache`"],
    );
    check_help(&serving("{ cache: memcache }", GET), "did you mean `memcached`?");
    check(&serving("{ cache: 5 }", GET), &["expected { engine: …, seed: … }, found a number @ `5`"]);
}

#[test]
fn a_step_asks_a_service_in_its_own_words() {
    let asks = |step: &str| serving("{ cache: memcached, bus: nats }", step);
    check(&asks("memcached: { cache: [get, a] }, expect: { reply: b }"), &[]);
    check(
        &asks("redis: { cache: [GET, a] }, expect: { reply: b }"),
        &["`cache` is no redis, but memcached @ `cache`"],
    );
    check(&asks("sql: { bus: select 1 }, expect: { rows: [] }"), &["`bus` is not asked in SQL @ `bus`"]);
    check(
        &asks("nats: { buss: { stream: A } }, expect: { count: 1 }"),
        &["there is no service `buss` @ `buss`"],
    );
    check(
        &asks(&format!("work: {{ steps: [ {{ {GET} }} ], expect: {{ cache.hits: 1 }} }}")),
        &["memcached does not count `hits` @ `cache.hits`"],
    );
}

#[test]
fn streams_are_of_a_nats_and_seeds_are_not() {
    let stream =
        |stream: &str| serving(&format!("{{ bus: {{ engine: nats, streams: {{ {stream} }} }} }}"), GET);
    check(&stream("A: { subjects: [a.>], consumers: { w: { ack_wait: 300ms, max_deliver: 3 } } }"), &[]);
    check(&stream("A: { subjects: [a..b] }"), &["`a..b` is no subject @ `a..b`"]);
    check(&stream("A.B: { subjects: [a] }"), &["`A.B` is no name of a stream or a consumer @ `A.B`"]);
    check(&stream("A: { consumers: {} }"), &["the key `subjects` is missing @ `consumers`"]);
    check(
        &serving("{ db: { engine: redis, streams: { A: { subjects: [a] } } } }", GET),
        &["redis has no streams @ `{ A: { subjects: [a] } }`"],
    );
    check(&serving("{ bus: { engine: nats, seed: text.txt } }", GET), &["a NATS has no seed @ `text.txt`"]);
}

#[test]
fn what_is_said_to_nats_is_one_thing_that_can_be_judged() {
    let says =
        |said: &str, rest: &str| serving("{ bus: nats }", &format!("nats: {{ bus: {{ {said} }} }}{rest}"));
    check(&says("request: a, text: b", ", expect: { text: c }, save: { d: text }"), &[]);
    check(&says("stream: A", ", expect: { count: 1 }, save: { d: 'json[0].text' }"), &[]);
    check(&says("publish: a, stream: A", ""), &["one thing is said to NATS at a time @ `stream`"]);
    check(&says("text: a", ""), &["nothing is said to NATS @ `text`"]);
    check(
        &says("publish: a", ", expect: { count: 1 }"),
        &["nothing is heard when a message is published @ `1`"],
    );
    check(
        &says("published: a, text: b", ", expect: { count: 1 }"),
        &["nothing is sent with this question @ `published`"],
    );
    check(
        &says("published: a, timeout: 1s", ", expect: { count: 1 }"),
        &["only a request waits @ `timeout`"],
    );
    check(&says("published: a b", ", expect: { count: 1 }"), &["`a b` is no subject @ `a b`"]);
    check(
        &says("request: $(nobody)", ", expect: { text: c }"),
        &["`$(nobody)` stands for nothing here @ `$(nobody)`"],
    );
    check(
        &says("stream: A", ", expect: { count: 1 }, save: { d: text }"),
        &["this is no part of what is heard @ `text`"],
    );
    let silent = says("stream: A", "");
    assert!(mistakes(&silent)[0].starts_with("nothing is expected of this"));
}

#[test]
fn a_seed_is_files_and_rows_of_a_database() {
    let seed =
        |engine: &str, seed: &str| serving(&format!("{{ db: {{ engine: {engine}, seed: {seed} }} }}"), GET);
    let rows = "{ rows: orders, count: 3, columns: { id: $(row), name: $name, kind: { $pick: [a, b] } } }";
    check(&seed("sqlite", &format!("[text.txt, {rows}]")), &[]);
    check(&seed("mariadb", rows), &[]);
    check(&seed("mariadb", "none.sql"), &["`none.sql` can't be read: no such file @ `none.sql`"]);
    check(
        &seed("mariadb", "{ rows: orders, count: 0, columns: { id: $(rwo) } }"),
        &["expected a whole number from 1 to 1000000 @ `0`"],
    );
    check(
        &seed("mariadb", "{ rows: orders, count: 1, columns: { id: $(rwo) } }"),
        &["`$(rwo)` stands for nothing here @ `$(rwo)`"],
    );
    check(
        &seed("mariadb", "{ rows: a-b, count: 1, columns: { id: 1 } }"),
        &["`a-b` is no name of a table or a column @ `a-b`"],
    );
    check(&seed("mariadb", "{ rows: a, count: 1, columns: {} }"), &["these rows have no columns @ `a`"]);
    let of_redis = seed("redis", "[{ rows: a, count: 1, columns: { id: 1 } }]");
    assert!(mistakes(&of_redis)[0].starts_with("rows are of a database: this service knows no SQL"));
}

#[test]
fn a_file_is_no_program() {
    let asks = |step: &str| serving("{ db: sqlite }", step);
    check(&asks("sql: { db: select 1 }, expect: { rows: [] }"), &[]);
    let killed = mistakes(&asks("service: { db: kill }"));
    assert!(killed.contains(&"`db` is a file, and no program @ `db`".to_owned()), "{killed:?}");
    check(
        &asks(&format!("hold: {{ db: select 1, steps: [ {{ {GET} }} ] }}")),
        &["`db` is a file, and no program @ `db`"],
    );
    check(
        &asks(&format!("work: {{ steps: [ {{ {GET} }} ], expect: {{ db.blocks: 1 }} }}")),
        &["sqlite does not count `blocks` @ `db.blocks`"],
    );
}
