//! What is known of a grader, a check or a step by walking through all that is within it.

use super::{Act, Action, Check, Expect, Grader, Save, Step};
use crate::conform::ConformStep;
use crate::growth::Measure;
use crate::service::Counter;
use crate::source::Span;
use std::collections::BTreeSet;

impl Grader {
    /// The upstreams on whose way something goes wrong in one of its steps.
    pub fn disturbed(&self) -> BTreeSet<&str> {
        let steps = self.checks.iter().flat_map(Check::every_step);
        let faults = steps.filter_map(|step| match &step.action {
            Action::Faults(faults) => Some(faults),
            _ => None,
        });
        faults.flat_map(|faults| &faults.changes).map(|(name, _)| name.value.as_str()).collect()
    }

    /// The further instances of the submission that its steps name.
    pub fn instances(&self) -> BTreeSet<&str> {
        let steps = self.checks.iter().flat_map(Check::every_step);
        steps.filter_map(|step| step.instance.as_ref()).map(|name| name.value.as_str()).collect()
    }

    /// Every step that makes requests from a contract.
    pub fn conform_steps(&self) -> impl Iterator<Item = &ConformStep> {
        self.checks.iter().flat_map(Check::every_step).filter_map(|step| match &step.action {
            Action::Conform(conform) => Some(&**conform),
            _ => None,
        })
    }

    /// What first asks for the exercise's own contract, if something does.
    pub fn wants_contract(&self) -> Option<Span> {
        let step = self.conform_steps().find(|conform| conform.contract.is_none());
        self.passive.or(step.map(|conform| conform.span))
    }

    /// The check of that id, or of one that was called so.
    pub fn check(&self, id: &str) -> Option<&Check> {
        self.checks
            .iter()
            .find(|check| check.id.value == id)
            .or_else(|| self.checks.iter().find(|check| check.was.iter().any(|was| was == id)))
    }
}

impl Check {
    /// Its steps, and the steps within each, in the file's order.
    pub fn every_step(&self) -> Vec<&Step> {
        let mut all = Vec::new();
        self.steps.iter().for_each(|step| step.with_inner(&mut all));
        all
    }
}

impl Step {
    /// Adds it and the steps within it.
    pub(crate) fn with_inner<'s>(&'s self, all: &mut Vec<&'s Step>) {
        all.push(self);
        let inner: Vec<&Step> = match &self.action {
            Action::Server(server) => server.meanwhile.iter().collect(),
            Action::Race(race) => {
                let each = race.each.iter().map(|request| &request.step);
                race.before.iter().chain(each).chain(&race.after).collect()
            }
            Action::Load(load) => load.requests.iter().collect(),
            Action::Work(work) => work.steps.iter().collect(),
            Action::Hold(hold) => hold.meanwhile.iter().chain(&hold.steps).collect(),
            Action::Growth(growth) => growth.before.iter().chain(&growth.steps).collect(),
            Action::Compare(compare) => compare.before.iter().chain(compare.work.steps()).collect(),
            _ => Vec::new(),
        };
        inner.into_iter().for_each(|step| step.with_inner(all));
    }

    /// The names that it saves.
    pub fn saves(&self) -> impl Iterator<Item = &Save> {
        let meanwhile = match &self.action {
            Action::Server(server) => server.meanwhile.as_slice(),
            Action::Hold(hold) => hold.meanwhile.as_slice(),
            _ => &[],
        };
        self.own_saves().iter().chain(meanwhile.iter().flat_map(Step::own_saves))
    }

    fn own_saves(&self) -> &[Save] {
        match &self.action {
            Action::Request(request) => &request.save,
            Action::Calls(calls) => &calls.save,
            Action::Sql(sql) => &sql.save,
            Action::Nats(nats) => &nats.save,
            _ => &[],
        }
    }

    /// Whether anything is expected of it.
    pub fn expects(&self) -> bool {
        match &self.action {
            // What may go unanswered proves nothing of a server that answers nothing.
            Action::Request(request) => request.expect.count() > 0 && !request.may_go_unanswered,
            // A server that does not end or start fails the check.
            Action::Server(server) => {
                matches!(server.act, Act::Term | Act::Start | Act::Restart)
                    || server.meanwhile.iter().any(Step::expects)
            }
            Action::Stub(_) | Action::Faults(_) | Action::Service(_) => false,
            Action::Sql(sql) => sql.rows.is_some() || sql.error.is_some(),
            Action::Select(_) | Action::Command(_) | Action::Work(_) => true,
            Action::Nats(nats) => nats.expects(),
            Action::Hold(hold) => hold.meanwhile.iter().chain(&hold.steps).any(Step::expects),
            Action::Calls(_) | Action::Printed(_) => true,
            Action::Run(run) => {
                run.exit.is_some() || run.stdout.is_some() || run.stderr.is_some() || !run.files.is_empty()
            }
            Action::Raw(raw) => raw.bytes.is_some() || raw.closed.is_some(),
            Action::Load(_)
            | Action::Growth(_)
            | Action::Compare(_)
            | Action::Conform(_)
            | Action::Plugin(_) => true,
            Action::Race(race) => {
                let each = race.each.iter().map(|request| &request.step);
                !race.holds.is_empty() || race.after.iter().chain(each).any(Step::expects)
            }
        }
    }
}

impl Action {
    /// The kinds of work that it counts.
    pub fn counters(&self) -> Vec<&Counter> {
        match self {
            Action::Work(work) => work.expect.iter().map(|(counter, _)| counter).collect(),
            Action::Growth(growth) => match &growth.measure {
                Measure::Work(counter) => vec![counter],
                Measure::Time | Measure::Calls { .. } | Measure::Select => Vec::new(),
            },
            _ => Vec::new(),
        }
    }
}

impl Expect {
    /// How many things are judged.
    pub fn count(&self) -> usize {
        usize::from(self.status.is_some())
            + self.headers.len()
            + usize::from(self.json.is_some())
            + usize::from(self.text.is_some())
            + usize::from(self.file.is_some())
            + usize::from(self.bytes.is_some())
            + usize::from(self.empty_body.is_some())
    }
}
