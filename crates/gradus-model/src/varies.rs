//! Which checks may turn out otherwise with another seed: those that draw something, or speak of what is drawn. It knows
//! nothing of gradings.

use crate::grader::{Action, Check, Grader, Step, Worth};
use crate::source::{SourceId, Span};
use crate::stub::StubChange;
use crate::toxic::ToxicKind;
use crate::value::{Draw, Generator, Value, ValueKind, Var};
use std::collections::{BTreeMap, BTreeSet};

/// Names that are other ones with each seed, whatever a grader draws.
const ALWAYS: [&str; 2] = ["seed", "secret"];

impl Grader {
    /// The ids of checks of which another seed can change what is asked or expected, in the file's order. What a check drew or
    /// saved is another one for whoever needs that check, and names it.
    pub fn varying(&self) -> Vec<&str> {
        let drawn = Drawn::of(self);
        if self.all_vary(&drawn) {
            return self.checks.iter().map(|check| check.id.value.as_str()).collect();
        }
        let mut varying: Vec<&str> = Vec::new();
        // What each check hands on, and its needs with it. What a check needs stands above it, as do the gates that all need.
        let mut handed: BTreeMap<&str, Drawn<'_>> = BTreeMap::new();
        let mut gates = drawn;
        for check in &self.checks {
            let id = check.id.value.as_str();
            let needs = check.needs.iter().filter_map(|need| handed.get(need.value.as_str()));
            let mut names = needs.fold(gates.clone(), Drawn::with);
            if self.varies(check, &names) {
                varying.push(id);
                names.0.extend(check.vars.iter().map(|var| var.name.value.as_str()));
                names.0.extend(
                    check.every_step().into_iter().flat_map(Step::saves).map(|save| save.name.value.as_str()),
                );
            }
            if check.worth == Worth::Gate {
                gates = names.clone();
            }
            handed.insert(id, names);
        }
        varying
    }

    fn varies(&self, check: &Check, drawn: &Drawn<'_>) -> bool {
        check.vars.iter().any(|var| draws(&var.draw))
            || check.every_step().into_iter().any(step_draws)
            || drawn.are_named(self.text(check.span))
    }

    /// Whether something that every check meets is another one with each seed. What the submission is told of `$(secret)` is
    /// not: whether a check speaks of it is seen in the check.
    fn all_vary(&self, drawn: &Drawn<'_>) -> bool {
        let own = &self.sources.get(SourceId(0)).text;
        let mut apart: Vec<Span> = self.checks.iter().map(|check| check.span).collect();
        apart.extend(self.env.iter().filter(|(_, value)| is_secret(value)).map(|(_, value)| value.span));
        apart.retain(|span| span.source == SourceId(0));
        apart.sort_by_key(|span| span.start);
        let mut rest = String::new();
        let mut at = 0;
        for span in apart {
            rest.push_str(own.get(at..span.start).unwrap_or(""));
            at = at.max(span.end);
        }
        rest.push_str(own.get(at..).unwrap_or(""));
        let items = self.stubs.iter().filter_map(|stub| stub.items.as_ref());
        let files = self.sources.0.iter().skip(1);
        drawn.are_named(&rest)
            || files.map(|file| file.text.as_str()).any(|text| drawn.are_named(text))
            || items.map(|items| &items.draw).any(draws)
    }

    fn text(&self, span: Span) -> &str {
        self.sources.get(span.source).text.get(span.start..span.end).unwrap_or("")
    }
}

/// The names of what is another one with each seed.
#[derive(Clone)]
struct Drawn<'g>(BTreeSet<&'g str>);

impl<'g> Drawn<'g> {
    /// What is drawn for the whole grading.
    fn of(grader: &'g Grader) -> Self {
        let drawn = |var: &&Var| draws(&var.draw) || !matches!(var.draw, Draw::Generated(_));
        let own = grader.vars.iter().filter(drawn).map(|var| var.name.value.as_str());
        Self(own.chain(ALWAYS).collect())
    }

    fn with(mut self, more: &Self) -> Self {
        self.0.extend(&more.0);
        self
    }

    /// Whether one of them is named in what an author wrote.
    fn are_named(&self, text: &str) -> bool {
        let names = text.split("$(").skip(1).filter_map(|rest| rest.split_once(')'));
        names.into_iter().any(|(name, _)| self.0.contains(name.trim()))
    }
}

/// Whether it is another one with each seed by itself.
fn draws(draw: &Draw) -> bool {
    // The clock is no seed.
    matches!(draw, Draw::Generated(generator) if !matches!(generator, Generator::NowPlus(_)))
}

fn step_draws(step: &Step) -> bool {
    match &step.action {
        // A plugin is told the seed.
        Action::Conform(_) | Action::Plugin(_) => true,
        Action::Stub(stub) => stub
            .changes
            .iter()
            .any(|(_, change)| matches!(change, StubChange::Items(items) if draws(&items.draw))),
        Action::Faults(faults) => faults
            .changes
            .iter()
            .flat_map(|(_, toxics)| toxics)
            .any(|toxic| matches!(toxic.kind, ToxicKind::Latency { jitter, .. } if !jitter.is_zero())),
        _ => false,
    }
}

fn is_secret(value: &Value) -> bool {
    matches!(&value.kind, ValueKind::Text(text) if text.only_name() == Some("secret"))
}
