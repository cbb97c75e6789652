//! Stubs that steps speak of: each is there, and holds items where items are spoken of.

use crate::decode::{Problems, nearest};
use crate::diagnostic::Diagnostic;
use crate::grader::{Action, Check, Grader, Step};
use crate::growth::Measure;
use crate::source::{Span, Spanned};
use crate::stub::{Reply, Stub, StubChange};
use crate::value::{Draw, Generator, ValueKind};

/// What is said of a stub.
struct Mention<'g> {
    stub: &'g Spanned<String>,
    /// Where its items are spoken of.
    items: Option<Span>,
}

/// Notes every stub that is named and not there, and items of stubs that hold none.
pub fn check_stubs(grader: &Grader, problems: &mut Problems) {
    let mut mentions = Vec::new();
    let disturbed = grader.disturbed();
    for stub in &grader.stubs {
        stub.routes.iter().flat_map(|route| &route.replies).for_each(|reply| of_reply(reply, &mut mentions));
        named_items(grader, stub, problems);
    }
    let steps = grader.checks.iter().flat_map(Check::every_step);
    steps.for_each(|step| of_step(step, &mut mentions));
    let is_service = |name: &str| grader.services.iter().any(|service| service.name.value == name);
    for Mention { stub: name, items } in mentions {
        match grader.stubs.iter().find(|stub| stub.name.value == name.value) {
            // The way to a service may go wrong like that to a stub.
            None if disturbed.contains(name.value.as_str()) && is_service(&name.value) => {}
            None => problems.add(missing(grader, name)),
            Some(stub) => {
                if let Some(span) = items.filter(|_| stub.items.is_none()) {
                    problems.add(
                        Diagnostic::new(format!("the stub `{}` holds no items", name.value), span)
                            .help("give it `items: [ … ]` at the top of the file"),
                    );
                }
            }
        }
    }
}

fn missing(grader: &Grader, name: &Spanned<String>) -> Diagnostic {
    let problem = Diagnostic::new(format!("there is no stub `{}`", name.value), name.span);
    let known = grader.stubs.iter().map(|stub| stub.name.value.as_str());
    match nearest(&name.value, known) {
        Some(near) => problem.help(format!("did you mean `{near}`?")),
        None => problem.help("stubs stand under `stubs:` at the top of the file"),
    }
}

/// Items by the name of a variable of the file, which must be a list.
fn named_items(grader: &Grader, stub: &Stub, problems: &mut Problems) {
    let Some(items) = &stub.items else { return };
    let Draw::Value(value) = &items.draw else { return };
    let ValueKind::Text(text) = &value.kind else { return };
    let var = grader.vars.iter().find(|var| text.only_name() == Some(&var.name.value));
    let is_list = |draw: &Draw| match draw {
        Draw::Generated(generator) => matches!(generator, Generator::Ints(_)),
        Draw::Value(value) => matches!(value.kind, ValueKind::List(_)),
    };
    // A name that stands for nothing is a mistake of its own.
    if var.is_some_and(|var| !is_list(&var.draw)) {
        problems.add(Diagnostic::new("the items of a stub are a list", items.span));
    }
}

fn of_reply<'g>(reply: &'g Reply, mentions: &mut Vec<Mention<'g>>) {
    mentions.extend(reply.after.iter().map(|(stub, _)| Mention { stub, items: None }));
}

fn of_step<'g>(step: &'g Step, mentions: &mut Vec<Mention<'g>>) {
    match &step.action {
        Action::Stub(step) => {
            for (stub, change) in &step.changes {
                let items = match change {
                    StubChange::Items(items) => Some(items.span),
                    _ => None,
                };
                mentions.push(Mention { stub, items });
                if let StubChange::Reply(reply) = change {
                    of_reply(reply, mentions);
                }
            }
        }
        Action::Calls(calls) => {
            let items = calls.items.as_ref().map(|pattern| pattern.span);
            mentions.push(Mention { stub: &calls.stub, items });
        }
        Action::Growth(growth) => {
            if let Measure::Calls { stub, .. } = &growth.measure {
                mentions.push(Mention { stub, items: None });
            }
        }
        Action::Server(server) => {
            mentions.extend(server.after.iter().map(|(stub, _)| Mention { stub, items: None }));
        }
        Action::Faults(faults) => {
            mentions.extend(faults.changes.iter().map(|(stub, _)| Mention { stub, items: None }));
        }
        _ => {}
    }
}
