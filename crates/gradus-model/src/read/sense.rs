//! Expectations that no answer can fail, or that none can fulfil: mistakes of an author that a run would never show.

mod fits;
mod schema;

pub use schema::asks_nothing;

use super::files::Folder;
use super::pattern::{Position, pattern};
use crate::decode::Problems;
use crate::diagnostic::Diagnostic;
use crate::pattern::{Marker, Pattern, PatternKind};
use crate::source::Span;
use crate::tree::{Node, NodeKind};
use fits::Sample;

/// What a value is, whatever a submission does.
#[derive(Clone, Debug)]
pub struct Known {
    kind: Kind,
    /// The same in words: one sentence without a full stop.
    is: &'static str,
    /// What makes sense instead.
    help: &'static str,
}

/// The kinds of values that are known.
#[derive(Clone, Copy, Debug)]
enum Kind {
    /// A whole number, both ends included.
    Whole(f64, f64),
    /// A number from 0, a fraction or not.
    Measured,
    List,
    Text,
}

/// RFC 9110 §15: three digits, the first of them from 1 to 5.
pub const STATUS: Known = Known {
    kind: Kind::Whole(100.0, 599.0),
    is: "every status is a whole number from 100 to 599",
    help: "write 200, or { $one_of: [200, 204] }",
};
/// How many there were.
pub const COUNT: Known = Known {
    kind: Kind::Whole(0.0, f64::MAX),
    is: "every count is a whole number from 0",
    help: "write the number itself, or { $at_most: 3 }",
};
/// How many characters, elements or keys.
pub const SIZE: Known = Known {
    kind: Kind::Whole(0.0, f64::MAX),
    is: "every size is a whole number from 0",
    help: "write the number itself, or { $at_least: 1 }",
};
/// What a program ends with.
pub const EXIT: Known = Known {
    kind: Kind::Whole(0.0, 255.0),
    is: "every exit code is a whole number from 0 to 255",
    help: "write 0, or { $not: 0 }",
};
/// How long something took.
pub const SECONDS: Known = Known {
    kind: Kind::Measured,
    is: "every time is a number of seconds from 0",
    help: "write a bound of liveness: { $at_most: 1 }",
};
/// How many times as much.
pub const RATIO: Known = Known {
    kind: Kind::Measured,
    is: "every ratio is a number from 0",
    help: "write a bound: { $at_most: 2 }",
};
/// Several values.
pub const LIST: Known = Known {
    kind: Kind::List,
    is: "this is always a list, if only an empty one",
    help: "write what stands in it, { $contains: … }, or { $size: 3 }",
};
/// What is read as text.
pub const TEXT: Known = Known {
    kind: Kind::Text,
    is: "this is always text, if only an empty one",
    help: "write the text itself, { $contains: … }, or { $size: { $at_least: 1 } }",
};

impl Known {
    /// A count that has a greatest number.
    pub fn count_up_to(most: u32) -> Self {
        let is = "every client's request is one answer at most";
        Known { kind: Kind::Whole(0.0, f64::from(most)), is, ..COUNT }
    }
}

/// Reads an expectation of such a value, which some value must fail, and some fulfil.
pub fn expected(
    node: &Node,
    known: &Known,
    folder: &mut Folder<'_>,
    problems: &mut Problems,
) -> Option<Pattern> {
    let before = problems.0.len();
    let pattern = pattern(node, Position::Present, folder, problems)?;
    // What could not be read as it stands is spoken of already.
    if problems.0.len() == before {
        sensible(&pattern, known, problems);
    }
    Some(pattern)
}

/// Notes an expectation that no value of this kind fails, or that none fulfils.
fn sensible(pattern: &Pattern, known: &Known, problems: &mut Problems) {
    let samples = fits::samples(pattern, known.kind);
    let all_say = |answer: bool| samples.iter().all(|sample| fits::fits(pattern, *sample) == Some(answer));
    if all_say(true) {
        problems.add(cannot_fail(pattern.span, known.is).help(known.help));
    } else if all_say(false) {
        problems.add(cannot_hold(pattern.span, known.is).help(known.help));
    }
}

/// The pattern of a header, which may be missing.
pub fn header(pattern: &Pattern, problems: &mut Problems) {
    if fits::fits(pattern, Sample::Text) == Some(false) {
        problems.add(
            cannot_hold(pattern.span, "a header is text")
                .help("write text, a marker, { $contains: … } or { $regex: … }"),
        );
    }
}

/// Notes a list in which something has to stand.
pub fn not_empty(node: &Node, what: &str, help: &str, problems: &mut Problems) {
    if matches!(&node.kind, NodeKind::List(items) if items.is_empty()) {
        problems.add(Diagnostic::new(format!("this list is empty: {what}"), node.span).help(help));
    }
}

/// An expectation that no answer can fail.
pub fn cannot_fail(span: Span, why: &str) -> Diagnostic {
    Diagnostic::new(format!("this expectation can't fail: {why}"), span)
}

/// An expectation that no answer can fulfil.
pub fn cannot_hold(span: Span, why: &str) -> Diagnostic {
    Diagnostic::new(format!("this expectation can't hold: {why}"), span)
}

/// Whether one of them is just what another one is not.
pub fn has_both(choices: &[Pattern]) -> bool {
    let same = |one: &Pattern, other: &Pattern| match (&one.kind, &other.kind) {
        (PatternKind::Marker(one), PatternKind::Marker(other)) => one == other,
        (PatternKind::Scalar(one), PatternKind::Scalar(other)) => one == other,
        (PatternKind::Text(one), PatternKind::Text(other)) => one.parts == other.parts,
        _ => false,
    };
    choices.iter().any(|choice| match &choice.kind {
        PatternKind::Not(inner) => choices.iter().any(|other| same(inner, other)),
        _ => false,
    })
}

/// Whether every value that is there fits, of whatever kind.
pub fn always_holds(pattern: &Pattern) -> bool {
    match &pattern.kind {
        PatternKind::Marker(Marker::Any) => true,
        PatternKind::OneOf(choices) => choices.iter().any(always_holds) || has_both(choices),
        PatternKind::AllOf(parts) => parts.iter().all(always_holds),
        _ => false,
    }
}
