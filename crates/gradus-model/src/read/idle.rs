//! What a grader says that nothing can ever come of: routes that another one answers for, waits for what no stub answers, and
//! steps that undo what nothing did.

use crate::decode::Problems;
use crate::diagnostic::Diagnostic;
use crate::grader::{Act, Action, Check, Grader, Step};
use crate::source::Spanned;
use crate::stub::{Asked, Reply, Stub, StubChange};
use crate::value::{Part, Template};

/// Notes all of it.
pub fn check_idle(grader: &Grader, problems: &mut Problems) {
    grader.stubs.iter().for_each(|stub| shadowed(stub, problems));
    for (stub, asked) in waited_for(grader) {
        never_answered(grader, stub, asked, problems);
    }
    for check in &grader.checks {
        let steps = check.every_step();
        steps.iter().for_each(|step| released(grader, step, &steps, problems));
        steps.iter().for_each(|step| resumed(step, &steps, problems));
    }
}

/// Notes routes of which an earlier one answers every request.
fn shadowed(stub: &Stub, problems: &mut Problems) {
    for (index, route) in stub.routes.iter().enumerate() {
        let takes_all = |earlier: &Asked| {
            let is_free = earlier.query.is_empty() && earlier.headers.is_empty();
            let is_free = is_free && earlier.json.is_none() && earlier.text.is_none();
            is_free && earlier.method == route.asked.method && covers(&earlier.path, &route.asked.path)
        };
        if stub.routes[..index].iter().any(|earlier| takes_all(&earlier.asked)) {
            let problem = "this route never answers: one above it answers the same requests";
            problems.add(
                Diagnostic::new(problem, route.asked.path.span)
                    .help("the first one that fits answers; several answers in turn are `replies`"),
            );
        }
    }
}

/// What an answer or a step waits for, with its stub.
fn waited_for(grader: &Grader) -> Vec<(&Spanned<String>, &Asked)> {
    let routes = grader.stubs.iter().flat_map(|stub| &stub.routes).flat_map(|route| &route.replies);
    let steps: Vec<&Step> = grader.checks.iter().flat_map(Check::every_step).collect();
    let changed = steps.iter().flat_map(|step| replies(step)).map(|(_, reply)| reply);
    let of_servers = steps.iter().filter_map(|step| match &step.action {
        Action::Server(server) => server.after.as_ref(),
        _ => None,
    });
    let all = routes.chain(changed).filter_map(|reply| reply.after.as_ref()).chain(of_servers);
    all.map(|(stub, asked)| (stub, asked)).collect()
}

/// Notes a wait for a request that its stub has no answer to.
fn never_answered(grader: &Grader, name: &Spanned<String>, asked: &Asked, problems: &mut Problems) {
    // One that is not there is a mistake of its own.
    let Some(stub) = grader.stubs.iter().find(|stub| stub.name.value == name.value) else { return };
    let mut steps = grader.checks.iter().flat_map(Check::every_step);
    let answers_all = steps.any(|step| replies(step).any(|(other, _)| other.value == name.value));
    let may_answer =
        |route: &Asked| route.method == asked.method && may_be_the_same(&route.path, &asked.path);
    if stub.items.is_some() || answers_all || stub.routes.iter().any(|route| may_answer(&route.asked)) {
        return;
    }
    let problem = format!("no route of the stub `{}` answers this", name.value);
    problems
        .add(Diagnostic::new(problem, asked.path.span).help("wait for a request that it has a route for"));
}

/// Notes a release of a stub that holds nothing in this check.
fn released(grader: &Grader, step: &Step, steps: &[&Step], problems: &mut Problems) {
    let Action::Stub(changes) = &step.action else { return };
    let releases = changes.changes.iter().filter(|(_, change)| matches!(change, StubChange::Release));
    for (name, _) in releases {
        let is_it = |other: &Spanned<String>| other.value == name.value;
        let Some(stub) = grader.stubs.iter().find(|stub| is_it(&stub.name)) else { continue };
        let by_route = stub.routes.iter().flat_map(|route| &route.replies).any(|reply| reply.hold);
        let mut changed = steps.iter().flat_map(|step| replies(step));
        if !by_route && !changed.any(|(other, reply)| is_it(other) && reply.hold) {
            let problem = format!("the stub `{}` holds no answer that could be released", name.value);
            problems.add(
                Diagnostic::new(problem, name.span).help("write `hold: true` into the reply that is to wait"),
            );
        }
    }
}

/// Notes that a server goes on that nothing paused in this check.
fn resumed(step: &Step, steps: &[&Step], problems: &mut Problems) {
    let does = |step: &Step, act: Act| matches!(&step.action, Action::Server(server) if server.act == act);
    let same = |other: &Step| {
        let name = |step: &Step| step.instance.as_ref().map(|name| name.value.clone());
        name(other) == name(step)
    };
    if does(step, Act::Resume) && !steps.iter().any(|other| does(other, Act::Pause) && same(other)) {
        problems.add(
            Diagnostic::new("nothing of this check pauses that server", step.span)
                .help("write `server: pause` before, or `server: start` after it was ended"),
        );
    }
}

/// What a step makes stubs answer to everything.
fn replies(step: &Step) -> impl Iterator<Item = (&Spanned<String>, &Reply)> {
    let changes = match &step.action {
        Action::Stub(step) => step.changes.as_slice(),
        _ => &[],
    };
    changes.iter().filter_map(|(name, change)| match change {
        StubChange::Reply(reply) => Some((name, &**reply)),
        _ => None,
    })
}

/// Whether a path is asked for by every request that another one is asked for by.
fn covers(path: &Template, other: &Template) -> bool {
    let (Some(segments), Some(others)) = (segments(path), segments(other)) else {
        return path.parts == other.parts;
    };
    segments.len() == others.len()
        && segments.iter().zip(others).all(|(one, other)| *one == "*" || *one == other)
}

/// Whether one request may be asked for by both.
fn may_be_the_same(path: &Template, other: &Template) -> bool {
    // What a name stands for may be anything.
    let (Some(segments), Some(others)) = (segments(path), segments(other)) else { return true };
    segments.len() == others.len()
        && segments.iter().zip(others).all(|(one, other)| *one == "*" || other == "*" || *one == other)
}

/// The segments of a path in which no name stands.
fn segments(path: &Template) -> Option<Vec<&str>> {
    let text = match path.parts.as_slice() {
        [] => "",
        [Part::Literal(text)] => text,
        _ => return None,
    };
    Some(text.split('/').collect())
}
