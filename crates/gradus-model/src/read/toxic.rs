//! Reads what goes wrong on the way to upstreams.

use super::files::Folder;
use crate::decode::{self, Fields, Problems};
use crate::diagnostic::Diagnostic;
use crate::duration::parse_duration;
use crate::grader::Action;
use crate::source::{Span, Spanned};
use crate::toxic::{Direction, FaultsStep, Toxic, ToxicKind};
use crate::tree::{Node, NodeKind};
use std::time::Duration;

const KINDS: &str = "latency, bandwidth, slicer, timeout, reset_peer, slow_close, limit_data";
const STREAMS: [(&str, Direction); 2] =
    [("upstream", Direction::Upstream), ("downstream", Direction::Downstream)];

/// `faults: { rates: [ { latency: 200ms }, { reset_peer: 0ms, stream: upstream } ] }`.
pub fn faults(
    fields: &mut Fields<'_>,
    _: &Node,
    _: &mut Folder<'_>,
    problems: &mut Problems,
) -> Option<Action> {
    let node = fields.take("faults")?;
    let changes = decode::map(node, problems).iter().map(|(name, node)| {
        let toxics = decode::list(node, problems).iter().filter_map(|item| toxic(item, problems));
        (name.clone(), toxics.collect())
    });
    Some(Action::Faults(FaultsStep { changes: changes.collect() }))
}

fn toxic(node: &Node, problems: &mut Problems) -> Option<Toxic> {
    let mut fields = Fields::of(node, "a fault, a map like { latency: 200ms }", problems)?;
    let mut kinds: Vec<(Span, Option<ToxicKind>)> = Vec::new();
    let mut found = |span: Span, kind: Option<ToxicKind>| kinds.push((span, kind));
    let jitter = fields.take_entry("jitter");
    let pause = fields.take_entry("delay");
    let optional = |entry: Option<(&Spanned<String>, &Node)>, problems: &mut Problems| {
        entry.and_then(|(_, node)| time(node, problems)).unwrap_or_default()
    };
    match fields.take_entry("latency") {
        Some((key, node)) => {
            let delay = time(node, problems);
            let varying = optional(jitter, problems);
            if let Some((_, node)) = jitter.filter(|_| delay.is_some_and(|delay| varying > delay)) {
                let problem = Diagnostic::new("a latency varies by no more than itself", node.span);
                problems.add(problem.help("what comes can't come earlier than at once"));
            }
            found(key.span, delay.map(|delay| ToxicKind::Latency { delay, jitter: varying }));
        }
        None => goes_with(jitter, "latency", problems),
    }
    if let Some((key, node)) = fields.take_entry("bandwidth") {
        found(key.span, decode::size(node, problems).map(ToxicKind::Bandwidth));
    }
    match fields.take_entry("slicer") {
        Some((key, node)) => {
            let delay = optional(pause, problems);
            let size = decode::whole(node, 1, i64::from(u32::MAX), problems);
            found(key.span, size.map(|size| ToxicKind::Slicer { size: size.unsigned_abs(), delay }));
        }
        None => goes_with(pause, "slicer", problems),
    }
    if let Some((key, node)) = fields.take_entry("timeout") {
        let never = node.kind == NodeKind::Text("never".into());
        let after = if never { Some(None) } else { time(node, problems).map(Some) };
        found(key.span, after.map(ToxicKind::Timeout));
    }
    if let Some((key, node)) = fields.take_entry("reset_peer") {
        found(key.span, time(node, problems).map(ToxicKind::ResetPeer));
    }
    if let Some((key, node)) = fields.take_entry("slow_close") {
        found(key.span, time(node, problems).map(ToxicKind::SlowClose));
    }
    if let Some((key, node)) = fields.take_entry("limit_data") {
        let bytes = decode::whole(node, 0, i64::from(u32::MAX), problems);
        found(key.span, bytes.map(|bytes| ToxicKind::LimitData(bytes.unsigned_abs())));
    }
    let stream = fields.take("stream").and_then(|node| decode::word(node, &STREAMS, problems));
    let head = fields.head;
    fields.finish(problems);
    match kinds.as_slice() {
        [(_, kind)] => kind.map(|kind| Toxic { kind, stream: stream.unwrap_or(Direction::Downstream) }),
        [] => {
            problems
                .add(Diagnostic::new("this fault does nothing", head).help(format!("name one of {KINDS}")));
            None
        }
        [_, (second, _), ..] => {
            problems.add(Diagnostic::new("a fault does one thing", *second).help("make it two of the list"));
            None
        }
    }
}

fn goes_with(entry: Option<(&Spanned<String>, &Node)>, other: &str, problems: &mut Problems) {
    if let Some((key, _)) = entry {
        problems.add(Diagnostic::new(format!("`{}` goes with `{other}` only", key.value), key.span));
    }
}

/// A duration that may be none: `0ms`.
fn time(node: &Node, problems: &mut Problems) -> Option<Duration> {
    match &node.kind {
        NodeKind::Text(text) if parse_duration(text).is_some_and(|time| time.is_zero()) => {
            Some(Duration::ZERO)
        }
        _ => decode::duration(node, problems),
    }
}
