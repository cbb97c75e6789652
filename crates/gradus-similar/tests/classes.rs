//! What is alike is found, whatever was done to hide it; what was written alone is not.

use gradus_similar::{Pair, Program, Source, rank, stretches};

const STARTER: &str = r#"
import json, os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def answer(self, status, body, kind="application/json"):
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)
def main():
    ThreadingHTTPServer((os.environ["HOST"], int(os.environ["PORT"])), Handler).serve_forever()
"#;

const ALONE: &str = r#"
def parse_query(text):
    pairs = {}
    for part in text.split("&"):
        if not part:
            continue
        key, sign, value = part.partition("=")
        pairs.setdefault(decode(key), []).append(decode(value) if sign else None)
    return pairs

def decode(text):
    out = bytearray()
    index = 0
    while index < len(text):
        letter = text[index]
        if letter == "+":
            out.append(32)
        elif letter == "%":
            out.append(int(text[index + 1:index + 3], 16))
            index += 2
        else:
            out.extend(letter.encode())
        index += 1
    return out.decode()

def total(orders, rates):
    result = 0
    for order in orders:
        price = order["price"] * rates.get(order["currency"], 1)
        if order.get("discount"):
            price -= price * order["discount"] / 100
        result += price
    return round(result, 2)
"#;

/// Renamed throughout, commented, laid out differently, its functions in another order.
const COPIED: &str = r#"
# all my own work
def sum_up(items, table):
    s = 0
    for i in items:
        p = i["price"] * table.get(i["currency"], 1)   # convert
        if i.get("discount"):
            p -= p * i["discount"] / 100
        s += p
    return round(s, 2)


def unescape(raw):
    buffer = bytearray()
    pos = 0
    while pos < len(raw):
        c = raw[pos]
        if c == '+':
            buffer.append(32)
        elif c == '%':
            buffer.append(int(raw[pos + 1:pos + 3], 16))
            pos += 2
        else:
            buffer.extend(c.encode())
        pos += 1
    return buffer.decode()


def query_of(s):
    d = {}
    for piece in s.split('&'):
        if not piece:
            continue
        k, eq, v = piece.partition('=')
        d.setdefault(unescape(k), []).append(unescape(v) if eq else None)
    return d
"#;

/// The same exercise, solved by somebody else.
const OTHER: &str = r#"
from urllib.parse import unquote_to_bytes
from decimal import Decimal

class Query:
    def __init__(self, raw):
        self.items = [tuple(map(self.clean, item.split("=", 1))) for item in raw.split("&") if "=" in item]
    @staticmethod
    def clean(text):
        return unquote_to_bytes(text.replace("+", " ")).decode("utf-8")
    def first(self, name, default=None):
        return next((value for key, value in self.items if key == name), default)

def convert(order, rates):
    amount = Decimal(str(order["price"])) * Decimal(str(rates.get(order["currency"], 1)))
    return amount * (100 - order.get("discount", 0)) / 100

def total(orders, rates):
    return float(sum((convert(order, rates) for order in orders), Decimal(0)).quantize(Decimal("0.01")))
"#;

fn program(name: &str, text: &str) -> Program {
    let text = format!("{STARTER}{text}");
    Program { name: name.into(), sources: vec![Source { path: "app.py".into(), text }] }
}

fn starter() -> Vec<Source> {
    vec![Source { path: "app.py".into(), text: STARTER.into() }]
}

fn between(pairs: &[Pair], one: usize, other: usize) -> u32 {
    pairs.iter().find(|pair| (pair.one, pair.other) == (one, other)).map_or(0, |pair| pair.percent)
}

#[test]
fn renamed_moved_and_commented_copies_rank_high_and_other_solutions_low() {
    let programs = [program("ada", ALONE), program("bob", OTHER), program("eve", COPIED)];
    let pairs = rank(&programs, &starter());
    assert!(between(&pairs, 0, 2) > 70, "{pairs:?}");
    assert!(between(&pairs, 0, 1) < 15 && between(&pairs, 1, 2) < 15, "{pairs:?}");
    assert_eq!((pairs[0].one, pairs[0].other), (0, 2));
    assert!(pairs[0].shared > 100, "{pairs:?}");
}

#[test]
fn what_was_given_counts_for_nothing() {
    let programs = [program("ada", ""), program("bob", "")];
    assert!(rank(&programs, &starter()).is_empty());
    assert_eq!(between(&rank(&programs, &[]), 0, 1), 100);
}

#[test]
fn the_score_is_the_same_both_ways_and_padding_only_lowers_it() {
    let padded = format!("{COPIED}{OTHER}");
    let forth = rank(&[program("ada", ALONE), program("eve", &padded)], &starter());
    let back = rank(&[program("eve", &padded), program("ada", ALONE)], &starter());
    assert_eq!((forth[0].percent, forth[0].shared), (back[0].percent, back[0].shared));
    assert!((35..90).contains(&forth[0].percent), "{forth:?}");
}

#[test]
fn what_most_of_a_large_class_has_is_nobodys() {
    let idiom = OTHER;
    let own = |n: u64| {
        let mut state = n;
        let mut sign = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            ["+", "-", "*", "/", "%", "&", "|", "^"][(state >> 61) as usize]
        };
        let lines: String = (0..40).map(|at| format!("x{at} = y {} z {} w\n", sign(), sign())).collect();
        format!("{idiom}{lines}")
    };
    let mut programs: Vec<Program> = (0..14).map(|n| program(&n.to_string(), &own(n))).collect();
    programs.push(program("ada", &format!("{idiom}{ALONE}")));
    programs.push(program("eve", &format!("{idiom}{COPIED}")));
    let pairs = rank(&programs, &starter());
    assert_eq!((pairs[0].one, pairs[0].other), (14, 15), "{:?}", &pairs[..3]);
}

#[test]
fn stretches_show_where_it_is_alike_on_both_sides() {
    let (ada, eve) = (program("ada", ALONE), program("eve", COPIED));
    let found = stretches(&ada, &eve, &starter());
    let lines = |program: &Program, (file, from, to): (usize, u32, u32)| {
        let text: Vec<&str> = program.sources[file].text.lines().collect();
        text[from as usize - 1..to as usize].join("\n")
    };
    assert!(found[0].tokens >= 60, "{found:?}");
    assert!(
        lines(&ada, found[0].one).contains("bytearray()")
            && lines(&eve, found[0].other).contains("bytearray()")
    );
    let all: usize = found.iter().map(|stretch| stretch.tokens).sum();
    assert!(all > 180, "{found:?}");
    assert!(stretches(&program("a", ""), &program("b", ""), &starter()).is_empty());
}

#[test]
fn nothing_at_all_is_alike_to_nothing() {
    let empty = Program { name: "x".into(), sources: Vec::new() };
    assert!(rank(&[empty.clone(), empty.clone()], &[]).is_empty());
    assert!(rank(&[], &[]).is_empty());
    assert!(stretches(&empty, &empty, &[]).is_empty());
}

#[test]
fn a_text_that_repeats_itself_without_end_costs_no_more_than_another() {
    let repeats = Program {
        name: "x".into(),
        sources: vec![Source { path: "x.py".into(), text: "a = 1\n".repeat(60_000) }],
    };
    let found = stretches(&repeats, &repeats, &[]);
    assert_eq!(found.iter().map(|stretch| stretch.tokens).sum::<usize>(), 180_000);
}
