//! What a check needs that a target can't do, in words that end with what to use instead. It runs nothing.

use crate::further::Further;
use crate::target::{Capabilities, Target};
use gradus_model::grader::{Act, Action, Again, Check, Fresh, Step};
use gradus_model::growth::Measure;
use gradus_model::stub::{Fault, StubChange};
use gradus_model::toxic::{Direction, Toxic, ToxicKind};
use std::time::Duration;

/// A shorter timeout of a request is no bound for the server, but a client that hangs up.
const HANGS_UP: Duration = Duration::from_secs(1);
const STUBS: &str = "stubs where the server runs";
const SEVERAL: &str = "several requests at a time";

/// The first thing that it lacks, if it lacks something: "signals to the server; grade the folder instead of a URL".
pub fn lacks(target: &dyn Target, further: &Further, check: &Check) -> Option<String> {
    let can = target.capabilities();
    let steps = check.every_step();
    let fuel = |step: &&Step| step.action.counters().iter().any(|counter| counter.is_fuel());
    if !can.fuel && steps.iter().any(fuel) {
        return Some(
            "counted work (fuel), which only WebAssembly has; grade the folder with --sandbox wasm".into(),
        );
    }
    let has_baseline = match can.fuel {
        true => further.has_counted_baseline(),
        false => further.has_baseline(),
    };
    let divides = |step: &&Step| step.action.counters().iter().any(|counter| counter.is_per_baseline());
    let compares = |step: &&Step| matches!(step.action, Action::Compare(_));
    if steps.iter().any(compares) && !can.instances {
        return Some(format!("a comparison with the exercise's baseline by time; {}", target.instead()));
    }
    if steps.iter().any(|step| compares(step) || can.fuel && divides(step)) && !has_baseline {
        return Some(
            "a baseline in the submission's language; the exercise has none, and its author can add one"
                .into(),
        );
    }
    let fresh = check.fresh.and_then(|fresh| for_fresh(can, fresh));
    let what = fresh.or_else(|| steps.into_iter().find_map(|step| for_step(can, step)))?;
    Some(format!("{what}; {}", target.instead()))
}

fn for_fresh(can: Capabilities, fresh: Fresh) -> Option<&'static str> {
    match fresh {
        Fresh::Server if !can.restart => Some("restarting the server"),
        Fresh::Data | Fresh::All if !can.wipe => Some("an empty DATA_DIR"),
        _ => None,
    }
}

fn for_step(can: Capabilities, step: &Step) -> Option<&'static str> {
    let several = match &step.action {
        Action::Race(race) => race.instances > 1,
        _ => step.instance.is_some(),
    };
    if several && !can.instances {
        return Some("several instances of the server");
    }
    let counters = step.action.counters();
    if !counters.is_empty() && counters.iter().all(|counter| counter.is_fuel()) {
        return None;
    }
    match &step.action {
        Action::Race(_) if !can.concurrent => Some(SEVERAL),
        // Who hangs up and asks again leaves a request behind that is still being answered.
        Action::Request(request)
            if !can.concurrent
                && matches!(step.again, Again::Until { .. })
                && request.timeout.is_some_and(|timeout| timeout < HANGS_UP) =>
        {
            Some(SEVERAL)
        }
        Action::Load(load) if !can.memory && load.memory.is_some() => Some("a look at the server's memory"),
        Action::Raw(_) if !can.raw => Some("bytes that are no whole request"),
        Action::Printed(_) if !can.prints => Some("what the server prints"),
        Action::Server(_) if !can.restart => Some("signals to the server"),
        Action::Server(server)
            if !can.signals && matches!(server.act, Act::Term | Act::Pause | Act::Resume) =>
        {
            Some("signals to the server")
        }
        Action::Server(server) if !can.concurrent && !server.meanwhile.is_empty() => {
            Some("requests that are on their way when something happens to the server")
        }
        Action::Select(_) if !can.commands => Some("the files of its queries"),
        Action::Run(_) if !can.commands => Some("commands beside the server"),
        Action::Run(run) if run.command.is_some() && !can.others => {
            Some("commands other than the submission itself")
        }
        Action::Sql(_)
        | Action::Command(_)
        | Action::Nats(_)
        | Action::Service(_)
        | Action::Work(_)
        | Action::Hold(_)
            if !can.listen =>
        {
            Some("databases where the server runs")
        }
        Action::Stub(_) | Action::Faults(_) | Action::Calls(_) if !can.listen => Some(STUBS),
        Action::Stub(stub) if !can.pieces && stub.changes.iter().any(|(_, change)| is_in_pieces(change)) => {
            Some("an upstream's answer that comes byte by byte")
        }
        Action::Faults(faults)
            if !can.pieces && faults.changes.iter().any(|(_, toxics)| are_slow(toxics)) =>
        {
            Some("an upstream's answer that comes in pieces")
        }
        Action::Growth(growth) => match growth.measure {
            Measure::Calls { .. } | Measure::Work(_) if !can.listen => Some(STUBS),
            _ => None,
        },
        _ => None,
    }
}

fn is_in_pieces(change: &StubChange) -> bool {
    matches!(change, StubChange::Reply(reply) if matches!(reply.fault, Some(Fault::Trickle(_))))
}

fn are_slow(toxics: &[Toxic]) -> bool {
    let is_slow = |kind| matches!(kind, ToxicKind::Bandwidth(_) | ToxicKind::Slicer { .. });
    toxics.iter().any(|toxic| toxic.stream == Direction::Downstream && is_slow(toxic.kind))
}
