//! Reads how many times as fast as the exercise's baseline a submission must be.

use super::files::Folder;
use super::load;
use super::race::steps;
use crate::compare::{CompareStep, Work};
use crate::decode::{self, Fields, Problems};
use crate::diagnostic::Diagnostic;
use crate::grader::Action;
use crate::tree::{Node, NodeKind};

/// `compare: { with: baseline, before: […], load: { … }, at_least: 20x }`, or `steps: […]` instead of a load.
pub fn compare(
    fields: &mut Fields<'_>,
    _: &Node,
    folder: &mut Folder<'_>,
    problems: &mut Problems,
) -> Option<Action> {
    let (key, node) = fields.take_entry("compare")?;
    let mut compare = Fields::of(node, "{ with: baseline, load: …, at_least: 20x }", problems)?;
    if let Some(with) = compare.require("with", problems) {
        decode::word(with, &[("baseline", ())], problems);
    }
    let before = compare.take("before").map_or_else(Vec::new, |node| steps(node, folder, problems));
    let (by_load, by_steps) = (compare.take("load"), compare.take_entry("steps"));
    let at_least = compare.require("at_least", problems).and_then(|node| times(node, problems));
    let head = compare.head;
    compare.finish(problems);
    let work = match (by_load, by_steps) {
        (Some(node), None) => load::asked(node, folder, problems).map(|load| Work::Load(Box::new(load))),
        (None, Some((_, node))) => Some(Work::Steps(steps(node, folder, problems))),
        (None, None) => {
            problems.add(
                Diagnostic::new("nothing is compared", head).help("add `load: { … }` or `steps: [ … ]`"),
            );
            None
        }
        (Some(_), Some((steps, _))) => {
            problems.add(Diagnostic::new("a load or steps are compared, not both", steps.span));
            None
        }
    };
    if let Some(Work::Steps(steps)) = &work
        && steps.is_empty()
    {
        problems.add(Diagnostic::new("these steps do nothing", key.span));
    }
    Some(Action::Compare(Box::new(CompareStep { before, work: work?, at_least: at_least?, span: key.span })))
}

/// `20x`
fn times(node: &Node, problems: &mut Problems) -> Option<f64> {
    let said = match &node.kind {
        NodeKind::Text(text) => {
            text.strip_suffix('x').and_then(|number| number.trim_end().parse::<f64>().ok())
        }
        _ => None,
    };
    let times = said.filter(|times| times.is_finite() && *times > 0.0);
    if times.is_none() {
        problems.add(
            Diagnostic::new("expected how many times as fast", node.span).help("write it like 20x or 1.5x"),
        );
    }
    times
}
