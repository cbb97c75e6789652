//! Bounds of a step that judge how fast the machine is, wherever they stand. It knows no exercise, only the step.

use gradus_model::grader::{Act, Action, Again, Check, RawStep, Step};
use gradus_model::json::Json;
use gradus_model::nats::Said;
use gradus_model::pattern::{Bound, Pattern, PatternKind};
use std::collections::BTreeSet;
use std::time::Duration;

/// A bound below this is a mark for speed.
const LIVENESS: Duration = Duration::from_secs(1);

/// The bounds of a check and its steps that are too short, by the key that says them.
pub fn of_check(check: &Check) -> BTreeSet<String> {
    let steps = check.every_step();
    // An operation without an answer may have happened: nobody is judged by how soon it comes.
    let races = steps.iter().filter_map(|step| match &step.action {
        Action::Race(race) => Some(&race.each),
        _ => None,
    });
    let operations: Vec<&Step> =
        races.flatten().filter(|each| each.op.is_some()).map(|each| &each.step).collect();
    let is_operation = |step: &Step| operations.iter().any(|other| std::ptr::eq(*other, step));
    let judged = steps.iter().filter(|step| !is_operation(step));
    let whole = (check.timeout < LIVENESS).then(|| "timeout".to_owned());
    judged.flat_map(|step| bounds(step)).chain(whole).collect()
}

/// The bounds of a step itself. The steps within it have their own.
fn bounds(step: &Step) -> Vec<String> {
    let mut found = Vec::new();
    let mut short = |key: &str, bound: Option<Duration>| {
        found.extend(bound.filter(|bound| *bound < LIVENESS).map(|_| key.to_owned()));
    };
    if let Again::Until { at_most, .. } = step.again {
        // What comes too late is asked for again, until then.
        short("until: at_most", Some(at_most));
        return found;
    }
    match &step.action {
        // Who may hang up without an answer judges nobody by it.
        Action::Request(request) if !request.may_go_unanswered => short("timeout", request.timeout),
        Action::Run(run) => short("timeout", run.timeout),
        Action::Server(server) if server.act == Act::Term => short("within", Some(server.within)),
        // That nothing comes is waited for until then, and nobody has to hurry.
        Action::Raw(raw) if !is_silence(raw) => short("timeout", raw.timeout),
        Action::Nats(nats) => {
            if let Said::Request(_, timeout) = &nats.said {
                short("timeout", Some(*timeout));
            }
        }
        Action::Load(load) if load.p99.as_ref().is_some_and(is_short) => found.push("p99".to_owned()),
        Action::Calls(calls) if calls.gaps.as_ref().is_some_and(is_short) => found.push("gaps".to_owned()),
        _ => {}
    }
    found
}

/// Whether nothing is expected that has to come.
fn is_silence(raw: &RawStep) -> bool {
    let may_stay_away = |bytes: &Pattern| matches!(bytes.kind, PatternKind::Not(_));
    raw.closed != Some(true) && raw.bytes.as_ref().is_none_or(may_stay_away)
}

/// Whether a pattern of seconds says that something takes less than [`LIVENESS`].
fn is_short(pattern: &Pattern) -> bool {
    let below = |bound: &Bound| match bound {
        Bound::Number(text) => text.parse::<f64>().is_ok_and(|seconds| seconds < LIVENESS.as_secs_f64()),
        Bound::Name(_) => false,
    };
    match &pattern.kind {
        PatternKind::AtMost(most) | PatternKind::Between(_, most) => below(most),
        PatternKind::Approx { value, .. } => below(value),
        PatternKind::Scalar(Json::Number(text)) => below(&Bound::Number(text.clone())),
        PatternKind::List(inner)
        | PatternKind::AnyOrder(inner)
        | PatternKind::OneOf(inner)
        | PatternKind::AllOf(inner) => inner.iter().any(is_short),
        PatternKind::Each(inner) | PatternKind::Contains(inner) => is_short(inner),
        // No less than so much is a pause, and no mark for speed.
        PatternKind::Not(inner) => matches!(&inner.kind, PatternKind::AtLeast(least) if below(least)),
        _ => false,
    }
}
