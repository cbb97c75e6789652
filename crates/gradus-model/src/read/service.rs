//! Reads services, and the steps that ask them, count their work, or do something to them.

use super::expect;
use super::files::Folder;
use super::nats;
use super::pattern::{Position, pattern};
use super::race::{steps, steps_and_races};
use super::seed::seed;
use super::template::{name, text_template};
use super::{sense, server};
use crate::decode::{self, Fields, Problems, nearest};
use crate::diagnostic::Diagnostic;
use crate::grader::{Act, Action, Check, Grader};
use crate::service::{
    CommandStep, Counter, DataFile, Engine, HoldStep, Role, Service, ServiceStep, SqlStep, WorkStep,
};
use crate::source::{Span, Spanned};
use crate::tree::{Node, NodeKind};
use crate::value::Template;

const ROLES: [(&str, Role); 2] = [("admin", Role::Admin), ("app", Role::App)];
const ACTS: [(&str, Act); 6] = [
    ("kill", Act::Kill),
    ("term", Act::Term),
    ("pause", Act::Pause),
    ("resume", Act::Resume),
    ("start", Act::Start),
    ("restart", Act::Restart),
];

/// What stands under `services:`: what runs, and what is only a file.
#[derive(Default)]
pub struct Services {
    /// Databases, caches and brokers.
    pub running: Vec<Service>,
    /// Files of SQLite.
    pub files: Vec<DataFile>,
}

/// `services: { db: { engine: postgresql, seed: seed.sql }, cache: memcached }`.
pub fn services(node: &Node, folder: &mut Folder<'_>, problems: &mut Problems) -> Services {
    let mut services = Services::default();
    for (key, node) in decode::map(node, problems) {
        name(key, problems);
        match one_service(key, node, folder, problems) {
            Some(OneService::Runs(service)) => services.running.push(service),
            Some(OneService::File(file)) => services.files.push(file),
            None => {}
        }
    }
    services
}

/// One of them.
enum OneService {
    Runs(Service),
    File(DataFile),
}

fn one_service(
    name: &Spanned<String>,
    node: &Node,
    folder: &mut Folder<'_>,
    problems: &mut Problems,
) -> Option<OneService> {
    let mut engines = Engine::ALL.map(|engine| (engine.word(), Some(engine))).to_vec();
    engines.push((DataFile::WORD, None));
    let of = |engine: Option<Engine>, seed, streams| match engine {
        Some(engine) => OneService::Runs(Service { name: name.clone(), engine, seed, streams }),
        None => OneService::File(DataFile { name: name.clone(), seed }),
    };
    if let NodeKind::Text(_) = node.kind {
        return Some(of(decode::word(node, &engines, problems)?, Vec::new(), Vec::new()));
    }
    let mut fields = Fields::of(node, "{ engine: …, seed: … }", problems)?;
    let engine = fields.require("engine", problems).and_then(|node| decode::word(node, &engines, problems));
    let seed = fields.take("seed").map(|node| (node, seed(node, folder, problems)));
    let streams = fields.take("streams").map(|node| (node, nats::streams(node, problems)));
    fields.finish(problems);
    let engine = engine?;
    match (&seed, &streams) {
        (Some((node, _)), _) if engine == Some(Engine::Nats) => problems.add(
            Diagnostic::new("a NATS has no seed", node.span)
                .help("what it begins with stands under `streams`"),
        ),
        (_, Some((node, _))) if engine != Some(Engine::Nats) => {
            let word = engine.map_or(DataFile::WORD, Engine::word);
            problems.add(Diagnostic::new(format!("{word} has no streams"), node.span));
        }
        (Some((node, parts)), _)
            if engine.is_some_and(|engine| !engine.speaks_sql())
                && parts.iter().any(|part| !part.has_lines()) =>
        {
            let what = "rows are of a database: this service knows no SQL";
            problems.add(Diagnostic::new(what, node.span));
        }
        _ => {}
    }
    let seed = seed.map_or_else(Vec::new, |(_, parts)| parts);
    Some(of(engine, seed, streams.map_or_else(Vec::new, |(_, streams)| streams)))
}

/// `sql: { db: "select 1" }`, with `as: app`, `expect: { rows: … }` or `expect: { error: … }`, and `save`.
pub fn sql(
    fields: &mut Fields<'_>,
    _: &Node,
    folder: &mut Folder<'_>,
    problems: &mut Problems,
) -> Option<Action> {
    let (service, statement) = one(fields.take("sql")?, "{ db: \"select …\" }", problems)?;
    let statement = text_template(statement, problems);
    let role = fields.take("as").and_then(|node| decode::word(node, &ROLES, problems));
    let (mut rows, mut error) = (None, None);
    if let Some(expected) = fields.take("expect")
        && let Some(mut expect) = Fields::of(expected, "{ rows: … } or { error: … }", problems)
    {
        rows = expect.take("rows").and_then(|node| sense::expected(node, &sense::LIST, folder, problems));
        error = expect.take("error").and_then(|node| pattern(node, Position::Present, folder, problems));
        expect.finish(problems);
        match (&rows, &error) {
            (None, None) => problems.add(sense::cannot_fail(expected.span, "nothing is expected")),
            (Some(_), Some(error)) => {
                problems.add(Diagnostic::new("a statement has rows or is refused, not both", error.span))
            }
            _ => {}
        }
    }
    let save = fields.take("save").map_or_else(Vec::new, |node| expect::save(&as_json(node), problems));
    Some(Action::Sql(Box::new(SqlStep {
        service,
        statement: statement?,
        role: role.unwrap_or(Role::Admin),
        rows,
        error,
        save,
    })))
}

/// `rows[0].id` is a path into JSON.
fn as_json(node: &Node) -> Node {
    let NodeKind::Map(entries) = &node.kind else { return node.clone() };
    let entries = entries.iter().map(|(key, node)| {
        let kind = match &node.kind {
            NodeKind::Text(text) => match text.strip_prefix("rows") {
                Some(rest) => NodeKind::Text(format!("json{rest}")),
                None => node.kind.clone(),
            },
            other => other.clone(),
        };
        (key.clone(), Node { kind, span: node.span })
    });
    Node { kind: NodeKind::Map(entries.collect()), span: node.span }
}

/// `redis: { cache: [GET, "user:1"] }` with `expect: { reply: … }`.
pub fn redis(
    fields: &mut Fields<'_>,
    node: &Node,
    folder: &mut Folder<'_>,
    problems: &mut Problems,
) -> Option<Action> {
    let asked = fields.take("redis")?;
    command((Engine::Redis, asked), fields, node, folder, problems)
}

/// `memcached: { cache: [get, "user:1"] }` with `expect: { reply: … }`.
pub fn memcached(
    fields: &mut Fields<'_>,
    node: &Node,
    folder: &mut Folder<'_>,
    problems: &mut Problems,
) -> Option<Action> {
    let asked = fields.take("memcached")?;
    command((Engine::Memcached, asked), fields, node, folder, problems)
}

fn command(
    (engine, asked): (Engine, &Node),
    fields: &mut Fields<'_>,
    node: &Node,
    folder: &mut Folder<'_>,
    problems: &mut Problems,
) -> Option<Action> {
    let (service, command) = one(asked, "{ cache: [get, key] }", problems)?;
    let words = decode::list(command, problems);
    let command: Vec<Template> = words.iter().filter_map(|word| text_template(word, problems)).collect();
    let Some(expect) = fields.take("expect") else {
        problems.add(
            Diagnostic::new("nothing is expected of this command", node.span)
                .help("add `expect: { reply: … }`"),
        );
        return None;
    };
    let mut expect = Fields::of(expect, "{ reply: … }", problems)?;
    let reply = expect.require("reply", problems);
    let reply = reply.and_then(|node| pattern(node, Position::FreeKey, folder, problems));
    expect.finish(problems);
    Some(Action::Command(Box::new(CommandStep { service, engine, command, reply: reply? })))
}

/// `service: { db: kill }`.
pub fn service(
    fields: &mut Fields<'_>,
    _: &Node,
    _: &mut Folder<'_>,
    problems: &mut Problems,
) -> Option<Action> {
    let node = fields.take("service")?;
    let changes = decode::map(node, problems).iter();
    let changes =
        changes.filter_map(|(name, node)| Some((name.clone(), decode::word(node, &ACTS, problems)?)));
    Some(Action::Service(ServiceStep { changes: changes.collect() }))
}

/// `work: { steps: […], expect: { db.rows_examined: { $at_most: 200 } } }`.
pub fn work(
    fields: &mut Fields<'_>,
    _: &Node,
    folder: &mut Folder<'_>,
    problems: &mut Problems,
) -> Option<Action> {
    let node = fields.take("work")?;
    let mut work = Fields::of(node, "{ steps: […], expect: { db.rows_examined: … } }", problems)?;
    let inner = work.require("steps", problems);
    if let Some(node) = inner {
        sense::not_empty(node, "nothing is done", "name a step: { get: / }", problems);
    }
    let inner = inner.map_or_else(Vec::new, |node| steps_and_races(node, folder, problems));
    let expected = work.require("expect", problems);
    work.finish(problems);
    let mut expect = Vec::new();
    for (key, node) in expected.map_or(&[][..], |node| decode::map(node, problems)) {
        let counter = counter(&key.value, key.span, problems);
        let known = match &counter {
            Some(counter) if counter.is_per_baseline() => &sense::RATIO,
            _ => &sense::COUNT,
        };
        let wanted = sense::expected(node, known, folder, problems);
        expect.extend(counter.zip(wanted));
    }
    if let Some(node) = expected
        && matches!(&node.kind, NodeKind::Map(entries) if entries.is_empty())
    {
        problems.add(sense::cannot_fail(node.span, "no work is judged"));
    }
    Some(Action::Work(Box::new(WorkStep { steps: inner, expect })))
}

/// `hold: { db: "select … for update", meanwhile: […], steps: […] }`.
pub fn hold(
    fields: &mut Fields<'_>,
    _: &Node,
    folder: &mut Folder<'_>,
    problems: &mut Problems,
) -> Option<Action> {
    let node = fields.take("hold")?;
    let NodeKind::Map(entries) = &node.kind else {
        problems.expected("{ db: \"select … for update\", steps: […] }", node);
        return None;
    };
    let (mut meanwhile, mut inner, mut others) = (None, None, Vec::new());
    for (key, node) in entries {
        match key.value.as_str() {
            "meanwhile" => meanwhile = Some(server::requests(node, folder, problems)),
            "steps" => inner = Some(steps(node, folder, problems)),
            _ => others.push((key, node)),
        }
    }
    if meanwhile.is_none() && inner.is_none() {
        problems.add(
            Diagnostic::new("nothing happens while it is held", node.span)
                .help("add `steps`, or `meanwhile` with requests that wait for it"),
        );
    }
    let [(service, statement)] = others.as_slice() else {
        problems.add(
            Diagnostic::new("one service is held", node.span)
                .help("write { db: \"select … for update\", steps: […] }"),
        );
        return None;
    };
    Some(Action::Hold(Box::new(HoldStep {
        service: (*service).clone(),
        statement: text_template(statement, problems)?,
        meanwhile: meanwhile.unwrap_or_default(),
        steps: inner.unwrap_or_default(),
    })))
}

/// A map of one service.
pub(super) fn one<'n>(
    node: &'n Node,
    what: &str,
    problems: &mut Problems,
) -> Option<(Spanned<String>, &'n Node)> {
    match &node.kind {
        NodeKind::Map(entries) if entries.len() == 1 => {
            entries.first().map(|(name, node)| (name.clone(), node))
        }
        _ => {
            problems.expected(what, node);
            None
        }
    }
}

/// `db.rows_examined`, or `fuel`.
pub fn counter(text: &str, span: Span, problems: &mut Problems) -> Option<Counter> {
    if matches!(text, Counter::FUEL | Counter::PER_BASELINE) {
        return Some(Counter { service: String::new(), what: text.to_owned(), span });
    }
    let counter = text.split_once('.').filter(|(service, what)| !service.is_empty() && !what.is_empty());
    if counter.is_none() {
        problems.add(
            Diagnostic::new(format!("`{text}` names no work of a service"), span)
                .help("write SERVICE.COUNTER, such as db.statements, or fuel"),
        );
    }
    counter.map(|(service, what)| Counter { service: service.to_owned(), what: what.to_owned(), span })
}

/// What a name under `services:` stands for.
struct Known<'g> {
    name: &'g Spanned<String>,
    word: &'static str,
    counters: &'static [&'static str],
    /// Nothing, where it is a file.
    engine: Option<Engine>,
}

impl Known<'_> {
    fn speaks_sql(&self) -> bool {
        self.engine.is_none_or(Engine::speaks_sql)
    }
}

/// Notes every service that is named and not there, and work that it does not count.
pub fn check_services(grader: &Grader, problems: &mut Problems) {
    let running = grader.services.iter().map(|service| Known {
        name: &service.name,
        word: service.engine.word(),
        counters: service.engine.counters(),
        engine: Some(service.engine),
    });
    let files = grader.files.iter().map(|file| Known {
        name: &file.name,
        word: DataFile::WORD,
        counters: DataFile::COUNTERS,
        engine: None,
    });
    let all: Vec<Known<'_>> = running.chain(files).collect();
    let find = |name: &str| all.iter().find(|known| known.name.value == name);
    for known in &all {
        if grader.stubs.iter().any(|stub| stub.name.value == known.name.value) {
            let what = format!("a stub is called `{}` too", known.name.value);
            problems.add(Diagnostic::new(what, known.name.span));
        }
    }
    for step in grader.checks.iter().flat_map(Check::every_step) {
        for (name, span) in services_of(&step.action) {
            if find(name).is_none() {
                let problem = Diagnostic::new(format!("there is no service `{name}`"), span);
                let names = all.iter().map(|known| known.name.value.as_str());
                problems.add(match nearest(name, names) {
                    Some(near) => problem.help(format!("did you mean `{near}`?")),
                    None => problem.help("services stand under `services:` at the top of the file"),
                });
            }
        }
        for counter in step.action.counters() {
            let Some(known) = find(&counter.service) else { continue };
            if !known.counters.contains(&counter.what.as_str()) {
                let what = format!("{} does not count `{}`", known.word, counter.what);
                let problem = Diagnostic::new(what, counter.span);
                problems.add(problem.help(format!("it counts {}", known.counters.join(", "))));
            }
        }
        if let Some((name, taken_for)) = spoken(&step.action)
            && let Some(known) = find(&name.value)
        {
            let other = match taken_for {
                None => Some("is not asked in SQL".to_owned()).filter(|_| !known.speaks_sql()),
                Some(engine) => Some(format!("is no {}, but {}", engine.word(), known.word))
                    .filter(|_| known.engine != Some(engine)),
            };
            let problem = |other| Diagnostic::new(format!("`{}` {other}", name.value), name.span);
            other.into_iter().for_each(|other| problems.add(problem(other)));
        }
        for name in of_programs(&step.action) {
            if find(&name.value).is_some_and(|known| known.engine.is_none()) {
                problems.add(
                    Diagnostic::new(format!("`{}` is a file, and no program", name.value), name.span).help(
                        "a file is asked by `sql`, and is as it was at the beginning with `fresh: data`",
                    ),
                );
            }
        }
    }
}

/// The services that have to be programs for a step.
fn of_programs(action: &Action) -> Vec<&Spanned<String>> {
    match action {
        Action::Hold(hold) => vec![&hold.service],
        Action::Service(service) => service.changes.iter().map(|(name, _)| name).collect(),
        _ => Vec::new(),
    }
}

/// The service that a step speaks to, and what it takes it for: anything that knows SQL where nothing is said.
fn spoken(action: &Action) -> Option<(&Spanned<String>, Option<Engine>)> {
    match action {
        Action::Sql(sql) => Some((&sql.service, None)),
        Action::Hold(hold) => Some((&hold.service, None)),
        Action::Command(asked) => Some((&asked.service, Some(asked.engine))),
        Action::Nats(nats) => Some((&nats.service, Some(Engine::Nats))),
        _ => None,
    }
}

/// The services that a step names.
fn services_of(action: &Action) -> Vec<(&str, Span)> {
    match action {
        Action::Sql(sql) => vec![(&sql.service.value, sql.service.span)],
        Action::Hold(hold) => vec![(&hold.service.value, hold.service.span)],
        Action::Command(asked) => vec![(&asked.service.value, asked.service.span)],
        Action::Nats(nats) => vec![(&nats.service.value, nats.service.span)],
        Action::Service(service) => {
            service.changes.iter().map(|(name, _)| (name.value.as_str(), name.span)).collect()
        }
        _ => {
            let of_services = action.counters().into_iter().filter(|counter| !counter.is_fuel());
            of_services.map(|counter| (counter.service.as_str(), counter.span)).collect()
        }
    }
}
