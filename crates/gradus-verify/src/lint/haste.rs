//! Bounds of a step that judge how fast the machine is, wherever they stand. It knows no exercise, only the step.

use gradus_model::grader::{Act, Action, Again, RawStep, Step};
use gradus_model::json::Json;
use gradus_model::nats::Said;
use gradus_model::pattern::{Bound, Pattern, PatternKind};
use std::time::Duration;

/// A bound below this is a mark for speed.
pub const LIVENESS: Duration = Duration::from_secs(1);

/// The bounds of a step itself that are too short, by the key that says them. The steps within it have their own.
pub fn bounds(step: &Step) -> Vec<String> {
    let mut found = Vec::new();
    let mut short = |key: &str, bound: Option<Duration>| {
        found.extend(bound.filter(|bound| *bound < LIVENESS).map(|_| key.to_owned()));
    };
    if let Again::Until { at_most, .. } = step.again {
        short("until: at_most", Some(at_most));
    }
    match &step.action {
        // Who may hang up without an answer judges nobody by it.
        Action::Request(request) if !request.may_go_unanswered => short("timeout", request.timeout),
        Action::Run(run) => short("timeout", run.timeout),
        Action::Server(server) if server.act == Act::Term => short("within", Some(server.within)),
        // That something does not come is waited for until then, and nobody has to hurry.
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

/// Whether only something is expected that does not come.
fn is_silence(raw: &RawStep) -> bool {
    let absent = raw.bytes.as_ref().map(|bytes| matches!(bytes.kind, PatternKind::Not(_)));
    raw.closed != Some(true) && absent.unwrap_or(raw.closed.is_some())
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
