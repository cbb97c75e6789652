//! Every stub that a grader names is there; one that is not is a mistake in the file.

use crate::decode::{Problems, nearest};
use crate::diagnostic::Diagnostic;
use crate::grader::{Action, Grader, Step};
use crate::growth::Measure;
use crate::source::Spanned;
use crate::stub::{Reply, StubChange};

/// Notes every stub that is named and not there.
pub fn check_stubs(grader: &Grader, problems: &mut Problems) {
    let replies = grader.stubs.iter().flat_map(|stub| &stub.routes).flat_map(|route| &route.replies);
    let mut named: Vec<&Spanned<String>> = replies.flat_map(of_reply).collect();
    grader.checks.iter().flat_map(|check| &check.steps).for_each(|step| of_step(step, &mut named));
    let known = || grader.stubs.iter().map(|stub| stub.name.value.as_str());
    for name in named {
        if known().all(|stub| stub != name.value) {
            let problem = Diagnostic::new(format!("there is no stub `{}`", name.value), name.span);
            problems.add(match nearest(&name.value, known()) {
                Some(near) => problem.help(format!("did you mean `{near}`?")),
                None => problem.help("stubs stand under `stubs:` at the top of the file"),
            });
        }
    }
}

fn of_reply(reply: &Reply) -> Option<&Spanned<String>> {
    reply.after.as_ref().map(|(name, _)| name)
}

/// Adds every stub that a step names, and each step within it.
fn of_step<'g>(step: &'g Step, named: &mut Vec<&'g Spanned<String>>) {
    match &step.action {
        Action::Stub(stub) => {
            for (name, change) in &stub.changes {
                named.push(name);
                if let StubChange::Reply(reply) = change {
                    named.extend(of_reply(reply));
                }
            }
        }
        Action::Calls(calls) => named.push(&calls.stub),
        Action::Server(server) => named.extend(server.after.as_ref().map(|(name, _)| name)),
        Action::Growth(growth) => {
            if let Measure::Calls(stub) = &growth.measure {
                named.push(stub);
            }
            growth.before.iter().chain(&growth.steps).for_each(|step| of_step(step, named));
        }
        Action::Race(race) => race.before.iter().chain(&race.after).for_each(|step| of_step(step, named)),
        _ => {}
    }
}
