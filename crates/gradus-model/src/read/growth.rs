//! Reads how the cost of the same work may grow with its size.

use super::files::Folder;
use super::race::steps;
use super::sense;
use super::service;
use super::stub::asked_if_any;
use crate::decode::{self, Fields, Problems};
use crate::diagnostic::Diagnostic;
use crate::grader::Action;
use crate::growth::{Exponent, GrowthStep, Measure};
use crate::service::Counter;
use crate::source::Spanned;
use crate::tree::{Node, NodeKind};

const EXPONENTS: [(&str, Exponent); 5] = [
    ("constant", Exponent::Constant),
    ("logarithmic", Exponent::Logarithmic),
    ("linear", Exponent::Linear),
    ("n_log_n", Exponent::Linearithmic),
    ("quadratic", Exponent::Quadratic),
];
/// Between the least and the greatest size: less says nothing about growth.
const SPREAD: u32 = 8;

/// `growth: { sizes: [1000, 4000, 16000], before: […], steps: […], measure: time, at_most: linear }`.
pub fn growth(
    fields: &mut Fields<'_>,
    _: &Node,
    folder: &mut Folder<'_>,
    problems: &mut Problems,
) -> Option<Action> {
    let (key, node) = fields.take_entry("growth")?;
    let mut growth = Fields::of(node, "{ sizes: […], steps: […], at_most: … }", problems)?;
    let sizes = growth.require("sizes", problems).map_or_else(Vec::new, |node| sizes(node, problems));
    let before = growth.take("before").map_or_else(Vec::new, |node| steps(node, folder, problems));
    let steps_node = growth.require("steps", problems);
    if let Some(node) = steps_node {
        sense::not_empty(node, "nothing is measured", "name a step: { get: /items?count=$(size) }", problems);
    }
    let steps = steps_node.map_or_else(Vec::new, |node| steps(node, folder, problems));
    let measure = growth.take("measure").and_then(|node| measure(node, folder, problems));
    let at_most = growth.require("at_most", problems);
    let at_most = at_most.and_then(|node| decode::word(node, &EXPONENTS, problems));
    growth.finish(problems);
    let measure = measure.unwrap_or(Measure::Time);
    Some(Action::Growth(Box::new(GrowthStep {
        sizes,
        before,
        steps,
        measure,
        at_most: at_most?,
        span: key.span,
    })))
}

fn sizes(node: &Node, problems: &mut Problems) -> Vec<u32> {
    let items = decode::list(node, problems);
    let sizes: Vec<u32> = items
        .iter()
        .filter_map(|item| decode::whole(item, 1, 10_000_000, problems))
        .map(|size| size as u32)
        .collect();
    let grows = sizes.windows(2).all(|two| two[0] < two[1]);
    let spread = sizes.first().zip(sizes.last()).is_some_and(|(first, last)| last / first >= SPREAD);
    if sizes.len() == items.len() && !(grows && spread && sizes.len() >= 3) {
        problems
            .add(Diagnostic::new("these sizes do not show how anything grows", node.span).help(format!(
                "give three or more, each larger, the last at least {SPREAD} times the first"
            )));
    }
    sizes
}

/// `time`, `fuel`, `db.rows_examined`, or `{ calls: rates, get: /v1/* }`.
fn measure(node: &Node, folder: &mut Folder<'_>, problems: &mut Problems) -> Option<Measure> {
    if let NodeKind::Text(text) = &node.kind
        && text.contains('.')
    {
        return service::counter(text, node.span, problems).map(Measure::Work);
    }
    if !matches!(node.kind, NodeKind::Map(_)) {
        let words = ["time", "select", Counter::FUEL].map(|word| (word, word));
        return match decode::word(node, &words, problems)? {
            "time" => Some(Measure::Time),
            "select" => Some(Measure::Select),
            fuel => service::counter(fuel, node.span, problems).map(Measure::Work),
        };
    }
    let mut fields = Fields::of(node, "{ calls: …, get: … }", problems)?;
    let stub = fields.require("calls", problems);
    let stub = stub.and_then(|node| Some(Spanned::new(decode::sentence(node, problems)?, node.span)));
    let asked = asked_if_any(&mut fields, node, folder, problems);
    fields.finish(problems);
    Some(Measure::Calls { stub: stub?, asked: asked.map(Box::new) })
}
