//! The contracts that a grader holds answers to, read and compiled once, and what can't be asked of them.

use gradus_contract::case::{self, Wanted};
use gradus_contract::contract::Contract;
use gradus_contract::link;
use gradus_model::conform::{ConformStep, Operations};
use gradus_model::diagnostic::{Diagnostic, Invalid};
use gradus_model::grader::Grader;
use gradus_model::source::{SourceId, Spanned};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Contracts by where their text stands among the grader's sources.
#[derive(Default)]
pub struct Contracts {
    all: BTreeMap<SourceId, Arc<Contract>>,
    own: Option<SourceId>,
    is_passive: bool,
}

impl Contracts {
    /// Reads all that a grader names.
    ///
    /// # Errors
    /// Every mistake in them.
    pub fn read(grader: &Grader) -> Result<Self, Invalid> {
        let named = grader.conform_steps().filter_map(|step| step.contract);
        let mut all = BTreeMap::new();
        let mut diagnostics = Vec::new();
        for source in named.chain(grader.contract) {
            match Contract::read(&grader.sources.get(source).text, source) {
                Ok(contract) => drop(all.insert(source, Arc::new(contract))),
                Err(mistakes) => diagnostics.extend(mistakes),
            }
        }
        if diagnostics.is_empty() {
            return Ok(Self { all, own: grader.contract, is_passive: grader.passive.is_some() });
        }
        Err(Invalid { sources: grader.sources.clone(), diagnostics })
    }

    /// The one that a step makes requests from.
    pub fn of(&self, step: &ConformStep) -> Option<&Arc<Contract>> {
        self.all.get(&step.contract.or(self.own)?)
    }

    /// The one that every answer is held to, if the grader is passive.
    pub fn passive(&self) -> Option<&Arc<Contract>> {
        self.all.get(&self.own.filter(|_| self.is_passive)?)
    }
}

/// The operations that a step asks, by index.
pub fn chosen(contract: &Contract, step: &ConformStep) -> Vec<usize> {
    let index = |name: &Spanned<String>| contract.named(&name.value).ok();
    let except: Vec<usize> = step.except.iter().filter_map(index).collect();
    let wanted = match &step.operations {
        Operations::All(_) => (0..contract.operations.len()).collect(),
        Operations::Named(names) => names.iter().filter_map(index).collect::<Vec<_>>(),
    };
    wanted.into_iter().filter(|index| !except.contains(index)).collect()
}

/// What a step asks of its contract and can't have.
pub fn mistakes(grader: &Grader, contracts: &Contracts) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for step in grader.conform_steps() {
        match contracts.of(step) {
            Some(contract) => of_step(contract, step, &mut found),
            None => found.push(Diagnostic::new("there is no contract to make requests from", step.span)),
        }
    }
    found
}

fn of_step(contract: &Contract, step: &ConformStep, found: &mut Vec<Diagnostic>) {
    let named = match &step.operations {
        Operations::All(_) => &[][..],
        Operations::Named(names) => names,
    };
    let before = found.len();
    for name in named.iter().chain(&step.except).chain(step.allow.iter().map(|(name, _)| name)) {
        if let Err(near) = contract.named(&name.value) {
            let problem =
                Diagnostic::new(format!("the contract has no operation `{}`", name.value), name.span);
            found.push(match near {
                Some(near) => problem.help(format!("did you mean `{near}`?")),
                None => problem.help("name one by its `operationId`, or as `POST /todos`"),
            });
        }
    }
    let operations = chosen(contract, step);
    if found.len() > before {
        return;
    }
    let place = match &step.operations {
        Operations::All(span) => *span,
        Operations::Named(names) => names.first().map_or(step.span, |name| name.span),
    };
    if operations.is_empty() {
        found.push(Diagnostic::new("no operation is left, and so this can't fail", place));
    }
    unused(contract, step, &operations, found);
    // Only that a parameter has a value matters here; what it is, and what fields of bodies are, shows when it is asked.
    let given = step.with.iter().filter(|(name, _)| !name.value.starts_with("json."));
    let given: Vec<(String, Value)> =
        given.map(|(name, _)| (name.value.clone(), Value::from("given"))).collect();
    for operation in operations {
        let title = contract.operations[operation].title();
        let span = named
            .iter()
            .find(|name| contract.named(&name.value) == Ok(operation))
            .map_or(place, |name| name.span);
        if let Some(parameter) = link::unreachable(contract, operation, &given) {
            let message = format!("nothing says which `{parameter}` {title} can be asked for");
            let help = format!(
                "add `with: {{ {parameter}: … }}`, an example or a link to the contract, or leave it out by `except`"
            );
            found.push(Diagnostic::new(message, span).help(help));
        } else if case::plain(contract, operation, &Wanted { seed: 0, label: "", most: 1, given: &given })
            .is_none()
        {
            let message = format!("no valid request can be made for {title}");
            found.push(
                Diagnostic::new(message, span)
                    .help("leave it out by `except`, or give an example in the contract"),
            );
        }
    }
}

/// Values that no operation takes.
fn unused(contract: &Contract, step: &ConformStep, operations: &[usize], found: &mut Vec<Diagnostic>) {
    let of = |index: &usize| &contract.operations[*index];
    for (name, _) in &step.with {
        let is_taken = operations.iter().map(of).any(|operation| match name.value.strip_prefix("json.") {
            Some(_) => operation.body.is_some(),
            None => operation.parameters.iter().any(|parameter| parameter.name == name.value),
        });
        if !is_taken {
            let message = format!("no operation that is asked has a parameter `{}`", name.value);
            let problem = Diagnostic::new(message, name.span);
            found.push(problem.help("a field of a body is written `json.NAME`"));
        }
    }
}
