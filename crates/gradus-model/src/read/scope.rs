//! Every `$(name)` stands for something when its step runs; what does not is a mistake in the file.

use super::sense::cannot_fail;
use super::template::{ALWAYS, RACE, SENT_BODY, SIZE, TURN};
use crate::coded::Coded;
use crate::compare::Work;
use crate::decode::{Problems, nearest};
use crate::diagnostic::Diagnostic;
use crate::grader::{
    Action, Again, Body, Check, Expect, ExpectedContent, ExpectedText, Grader, Outgoing, RawPart, Step, Worth,
};
use crate::growth::Measure;
use crate::ints::{Count, Ints};
use crate::nats::Said;
use crate::pattern::{Bound, Field, Pattern, PatternKind};
use crate::race::{Hold, LoadStep, Op, OpCall, RaceRequest, RaceStep};
use crate::seed::{ROW, Seed};
use crate::select::WantedRows;
use crate::source::{Sources, Span};
use crate::stub::{Asked, Reply, StubChange};
use crate::value::{Draw, Function, Generator, Template, Value, ValueKind, Var};
use std::collections::BTreeSet;

/// Notes every undefined name.
pub fn check_names(grader: &Grader, sources: &Sources, problems: &mut Problems) {
    let mut names: BTreeSet<&str> = ALWAYS.into_iter().collect();
    let mut walk = Walk { sources, of_request: false, by_size: false, problems };
    for var in &grader.vars {
        walk.draw(&var.draw, &names);
        names.insert(&var.name.value);
    }
    for (_, value) in &grader.env {
        walk.value(value, &names);
    }
    let rows = [ROW].into_iter().collect();
    let seeds = grader.services.iter().flat_map(|service| &service.seed);
    for seed in seeds.chain(grader.files.iter().flat_map(|file| &file.seed)) {
        if let Seed::Rows(seed) = seed {
            seed.columns.iter().for_each(|(_, draw)| walk.draw(draw, &rows));
        }
    }
    for stub in &grader.stubs {
        for route in &stub.routes {
            walk.asked(&route.asked, &names);
            route.replies.iter().for_each(|reply| walk.reply(reply, &names));
        }
        stub.items.iter().for_each(|items| walk.draw(&items.draw, &names));
    }
    for check in &grader.checks {
        walk.check(grader, check, &names);
    }
}

/// Names that stand for parts of the request that a stub answers.
fn is_of_request(name: &str) -> bool {
    let whole = ["request_method", "request_path", "request_text", "request_json", "request_number"];
    let parts = ["query_", "json_", "header_", "path_"];
    whole.contains(&name)
        || parts.iter().any(|part| name.strip_prefix(part).is_some_and(|rest| !rest.is_empty()))
}

struct Walk<'p> {
    sources: &'p Sources,
    /// Within a reply of a stub.
    of_request: bool,
    /// Whether a size was named so far, by a step or by what it takes.
    by_size: bool,
    problems: &'p mut Problems,
}

type Names<'g> = BTreeSet<&'g str>;

impl Walk<'_> {
    fn check<'g>(&mut self, grader: &'g Grader, check: &'g Check, always: &Names<'g>) {
        let mut names = always.clone();
        gifts(grader, check, &mut names, &mut BTreeSet::new());
        for Var { name, draw } in &check.vars {
            self.draw(draw, &names);
            names.insert(&name.value);
        }
        for step in &check.steps {
            self.step(step, &names);
            names.extend(step.saves().map(|save| save.name.value.as_str()));
        }
    }

    fn step(&mut self, step: &Step, names: &Names<'_>) {
        let mut inside = names.clone();
        for case in &step.cases {
            for (_, value) in case {
                self.value(value, names);
            }
            inside.extend(case.iter().map(|(name, _)| name.as_str()));
        }
        if matches!(step.again, Again::Repeat(_)) {
            inside.insert(TURN);
        }
        self.action(&step.action, &inside);
    }

    /// A step that is done just once, whatever else it says: what goes on side by side with others is.
    fn action(&mut self, action: &Action, names: &Names<'_>) {
        match action {
            Action::Request(request) => {
                self.outgoing(&request.outgoing, names);
                self.expect(&request.expect, names);
            }
            Action::Server(server) => {
                server.exit.iter().for_each(|pattern| self.pattern(pattern, names));
                server.meanwhile.iter().for_each(|step| self.action(&step.action, names));
                server.after.iter().for_each(|(_, asked)| self.asked(asked, names));
            }
            Action::Stub(stub) => {
                for (_, change) in &stub.changes {
                    match change {
                        StubChange::Reply(reply) => self.reply(reply, names),
                        StubChange::Items(items) => self.draw(&items.draw, names),
                        StubChange::Down | StubChange::Up | StubChange::Release => {}
                    }
                }
            }
            Action::Faults(_) | Action::Service(_) => {}
            Action::Sql(sql) => {
                self.template(&sql.statement, names);
                sql.rows.iter().chain(&sql.error).for_each(|pattern| self.pattern(pattern, names));
            }
            Action::Select(select) => {
                select.with.iter().for_each(|(_, value)| self.value(value, names));
                if let Some(WantedRows::Fixed(rows)) = &select.rows {
                    self.value(rows, names);
                }
                select.work.iter().for_each(|(_, pattern)| self.pattern(pattern, names));
            }
            Action::Command(asked) => {
                asked.command.iter().for_each(|word| self.template(word, names));
                self.pattern(&asked.reply, names);
            }
            Action::Nats(nats) => {
                if let Said::Publish(message) | Said::Request(message, _) = &nats.said {
                    self.template(&message.subject, names);
                    self.body(&message.body, names);
                    message.headers.iter().for_each(|(_, value)| self.value(value, names));
                }
                nats.patterns().for_each(|pattern| self.pattern(pattern, names));
            }
            Action::Work(work) => {
                self.in_order(&work.steps, names);
                work.expect.iter().for_each(|(_, pattern)| self.pattern(pattern, names));
            }
            Action::Hold(hold) => {
                self.template(&hold.statement, names);
                hold.meanwhile.iter().for_each(|step| self.action(&step.action, names));
                self.in_order(&hold.steps, names);
            }
            Action::Run(run) => {
                let words = run.command.iter().flatten().chain(&run.args);
                words.for_each(|word| self.template(word, names));
                self.body(&run.stdin, names);
                run.env.iter().for_each(|(_, value)| self.value(value, names));
                run.exit.iter().for_each(|pattern| self.pattern(pattern, names));
                run.files.iter().for_each(|(path, _)| self.template(path, names));
                let files = run.files.iter().map(|(_, text)| text);
                for text in run.stdout.iter().chain(&run.stderr).chain(files) {
                    if let ExpectedText::Pattern(pattern) = text {
                        self.pattern(pattern, names);
                    }
                }
            }
            Action::Race(race) => self.race(race, names),
            Action::Growth(growth) => {
                let mut inside = names.clone();
                inside.insert(SIZE);
                let outside = std::mem::take(&mut self.by_size);
                for step in growth.before.iter().chain(&growth.steps) {
                    self.step(step, &inside);
                    inside.extend(step.saves().map(|save| save.name.value.as_str()));
                }
                // A step that could not be read may have been the one that names it.
                if !self.by_size && self.problems.0.is_empty() {
                    self.problems.add(
                        cannot_fail(growth.span, "all sizes do the same, for no step names the size")
                            .help("write $(size) in `steps`, or in `before`"),
                    );
                }
                self.by_size |= outside;
                if let Measure::Calls { asked: Some(asked), .. } = &growth.measure {
                    self.asked(asked, &inside);
                }
            }
            Action::Conform(conform) => {
                conform.with.iter().for_each(|(_, value)| self.value(value, names));
                conform.headers.iter().for_each(|(_, value)| self.value(value, names));
            }
            Action::Compare(compare) => {
                let mut inside = names.clone();
                for step in &compare.before {
                    self.step(step, &inside);
                    inside.extend(step.saves().map(|save| save.name.value.as_str()));
                }
                match &compare.work {
                    Work::Load(load) => self.load(load, &inside),
                    Work::Steps(steps) => {
                        for step in steps {
                            self.step(step, &inside);
                            inside.extend(step.saves().map(|save| save.name.value.as_str()));
                        }
                    }
                }
            }
            Action::Load(load) => {
                self.load(load, names);
                let patterns = [&load.errors, &load.judged, &load.answers, &load.p99].into_iter().flatten();
                patterns.for_each(|pattern| self.pattern(pattern, names));
            }
            Action::Plugin(plugin) => plugin.input.iter().for_each(|input| self.value(input, names)),
            Action::Raw(raw) => {
                for part in &raw.send {
                    if let RawPart::Text(text) | RawPart::Bytes(Coded { text, .. }) = part {
                        self.template(text, names);
                    }
                }
                raw.bytes.iter().for_each(|pattern| self.pattern(pattern, names));
            }
            Action::Printed(printed) => {
                let patterns = [&printed.text, &printed.lines, &printed.json].into_iter().flatten();
                patterns.for_each(|pattern| self.pattern(pattern, names));
            }
            Action::Calls(calls) => {
                calls.asked.iter().for_each(|asked| self.asked(asked, names));
                let patterns = [&calls.count, &calls.json, &calls.gaps, &calls.items, &calls.callbacks]
                    .into_iter()
                    .flatten();
                patterns.for_each(|pattern| self.pattern(pattern, names));
            }
        }
    }

    /// Steps of which each sees what those before it have saved.
    fn in_order(&mut self, steps: &[Step], names: &Names<'_>) {
        let mut inside = names.clone();
        for step in steps {
            self.step(step, &inside);
            inside.extend(step.saves().map(|save| save.name.value.as_str()));
        }
    }

    fn load(&mut self, load: &LoadStep, names: &Names<'_>) {
        let mut inside = names.clone();
        inside.insert(RACE[0]);
        inside.insert(TURN);
        load.requests.iter().for_each(|step| self.action(&step.action, &inside));
    }

    fn race<'g>(&mut self, race: &'g RaceStep, names: &Names<'g>) {
        let mut names = names.clone();
        names.extend(RACE);
        for step in &race.before {
            self.step(step, &names);
            names.extend(step.saves().map(|save| save.name.value.as_str()));
        }
        let mut of_client = names.clone();
        for RaceRequest { step, op } in &race.each {
            self.action(&step.action, &of_client);
            of_client.extend(step.saves().map(|save| save.name.value.as_str()));
            op.iter().for_each(|op| self.op(op, &of_client));
        }
        for step in &race.after {
            self.step(step, &names);
            names.extend(step.saves().map(|save| save.name.value.as_str()));
        }
        for hold in &race.holds {
            match hold {
                Hold::Count { of, is, .. } => {
                    self.expect(of, &names);
                    self.pattern(is, &names);
                }
                Hold::Linearizable { start, .. } => start.iter().for_each(|start| self.value(start, &names)),
            }
        }
    }

    fn op(&mut self, op: &Op, names: &Names<'_>) {
        let of_call = match &op.call {
            OpCall::Read | OpCall::Dequeue => None,
            OpCall::Write(value)
            | OpCall::CompareAndSet(value)
            | OpCall::Add(value)
            | OpCall::Insert(value)
            | OpCall::Remove(value)
            | OpCall::Contains(value)
            | OpCall::Enqueue(value)
            | OpCall::Deposit(value)
            | OpCall::Withdraw(value)
            | OpCall::Transfer(value) => Some(value),
        };
        of_call.into_iter().chain(&op.key).for_each(|value| self.value(value, names));
        let outcomes = [&op.done, &op.refused, &op.yes, &op.no, &op.ignored];
        outcomes.into_iter().flatten().for_each(|expect| self.expect(expect, names));
    }

    fn asked(&mut self, asked: &Asked, names: &Names<'_>) {
        self.template(&asked.path, names);
        let parts = asked.query.iter().chain(&asked.headers).map(|(_, pattern)| pattern);
        parts.chain(&asked.json).chain(&asked.text).for_each(|pattern| self.pattern(pattern, names));
    }

    /// In a reply, names of the request that it answers stand for something too.
    fn reply(&mut self, reply: &Reply, names: &Names<'_>) {
        self.of_request = true;
        reply.headers.iter().for_each(|(_, value)| self.value(value, names));
        self.body(&reply.body, names);
        reply.callbacks.iter().for_each(|callback| self.outgoing(&callback.outgoing, names));
        self.of_request = false;
        reply.after.iter().for_each(|(_, asked)| self.asked(asked, names));
    }

    fn body(&mut self, body: &Body, names: &Names<'_>) {
        match body {
            Body::Json(value) => self.value(value, names),
            Body::Text(text) => self.template(text, names),
            Body::Form(fields) => fields.iter().for_each(|(_, value)| self.value(value, names)),
            Body::Coded(coded) => self.template(&coded.text, names),
            Body::None | Body::Bytes { .. } => {}
        }
    }

    /// A request's headers may speak of its body.
    fn outgoing(&mut self, outgoing: &Outgoing, names: &Names<'_>) {
        self.template(&outgoing.path, names);
        outgoing.query.iter().for_each(|(_, value)| self.value(value, names));
        self.body(&outgoing.body, names);
        let mut names = names.clone();
        match &outgoing.body {
            Body::Coded(_) => {}
            Body::Bytes { bytes, .. } if std::str::from_utf8(bytes).is_err() => {}
            _ => drop(names.insert(SENT_BODY)),
        }
        outgoing.headers.iter().for_each(|(_, value)| self.value(value, &names));
    }

    fn expect(&mut self, expect: &Expect, names: &Names<'_>) {
        let file = expect.file.as_ref().and_then(|file| match &file.content {
            ExpectedContent::Json(pattern) => Some(pattern),
            ExpectedContent::Text(_) => None,
        });
        let patterns = [&expect.status, &expect.json, &expect.text].into_iter().flatten().chain(file);
        expect.bytes.iter().for_each(|bytes| self.template(&bytes.value.text, names));
        for pattern in patterns.chain(expect.headers.iter().map(|(_, pattern)| pattern)) {
            self.pattern(pattern, names);
        }
    }

    fn template(&mut self, template: &Template, names: &Names<'_>) {
        for name in template.names() {
            self.by_size |= name == SIZE;
            let known = names.contains(name) || (self.of_request && is_of_request(name));
            if !known {
                let problem = Diagnostic::new(
                    format!("`$({name})` stands for nothing here"),
                    self.place(name, template.span),
                );
                self.problems.add(match nearest(name, names.iter().copied()) {
                    Some(near) => problem.help(format!("did you mean `$({near})`?")),
                    None => problem.help("names come from `vars`, from `save` in an earlier step, and from the checks in `needs`"),
                });
            }
        }
    }

    /// Where the name itself stands, if the file spells the text as it is.
    fn place(&self, name: &str, span: Span) -> Span {
        let written = format!("$({name})");
        let text = self.sources.get(span.source).text.get(span.start..span.end).unwrap_or("");
        text.find(&written).map_or(span, |at| {
            let start = span.start + at;
            Span { start, end: start + written.len(), ..span }
        })
    }

    fn value(&mut self, value: &Value, names: &Names<'_>) {
        match &value.kind {
            ValueKind::Scalar(_) => {}
            ValueKind::Text(text) => self.template(text, names),
            ValueKind::List(items) => items.iter().for_each(|item| self.value(item, names)),
            ValueKind::Object(entries) => {
                for (key, value) in entries {
                    self.template(key, names);
                    self.value(value, names);
                }
            }
            ValueKind::Function(Function::Sha256(of) | Function::Base64(of)) => self.value(of, names),
            ValueKind::Function(
                Function::HmacSha256 { key: one, message: other }
                | Function::Jwt { secret: one, claims: other },
            ) => {
                self.value(one, names);
                self.value(other, names);
            }
        }
    }

    fn draw(&mut self, draw: &Draw, names: &Names<'_>) {
        match draw {
            Draw::Value(value) => self.value(value, names),
            Draw::Generated(Generator::Pick(choices)) => {
                choices.iter().for_each(|choice| self.value(choice, names))
            }
            Draw::Generated(Generator::Ints(Ints { size: Count::Name(size), .. })) => {
                self.template(size, names)
            }
            Draw::Generated(_) => {}
        }
    }

    fn pattern(&mut self, pattern: &Pattern, names: &Names<'_>) {
        match &pattern.kind {
            PatternKind::Scalar(_)
            | PatternKind::Marker(_)
            | PatternKind::Regex(_)
            | PatternKind::Schema(_) => {}
            PatternKind::Text(text) => self.template(text, names),
            PatternKind::List(items)
            | PatternKind::AnyOrder(items)
            | PatternKind::OneOf(items)
            | PatternKind::AllOf(items) => items.iter().for_each(|item| self.pattern(item, names)),
            PatternKind::Object(fields) | PatternKind::Partial(fields) => {
                for Field { key, pattern } in fields {
                    self.template(key, names);
                    self.pattern(pattern, names);
                }
            }
            PatternKind::Contains(inner)
            | PatternKind::Each(inner)
            | PatternKind::Size(inner)
            | PatternKind::Not(inner)
            | PatternKind::Json(inner)
            | PatternKind::Optional(inner) => self.pattern(inner, names),
            PatternKind::Between(one, other) | PatternKind::Approx { value: one, within: other } => {
                self.bound(one, names);
                self.bound(other, names);
            }
            PatternKind::AtMost(bound) | PatternKind::AtLeast(bound) => self.bound(bound, names),
        }
    }

    fn bound(&mut self, bound: &Bound, names: &Names<'_>) {
        if let Bound::Name(template) = bound {
            self.template(template, names);
        }
    }
}

/// What a check sees of those that it needs, directly or not, gates above it included: drawn and saved names.
fn gifts<'g>(grader: &'g Grader, check: &'g Check, names: &mut Names<'g>, seen: &mut BTreeSet<&'g str>) {
    let above = grader.checks.iter().take_while(|other| other.id.value != check.id.value);
    let gates = above.filter(|other| other.worth == Worth::Gate);
    for need in gates.chain(check.needs.iter().filter_map(|need| grader.check(&need.value))) {
        if !seen.insert(&need.id.value) {
            continue;
        }
        names.extend(need.vars.iter().map(|var| var.name.value.as_str()));
        names.extend(need.steps.iter().flat_map(Step::saves).map(|save| save.name.value.as_str()));
        gifts(grader, need, names, seen);
    }
}
