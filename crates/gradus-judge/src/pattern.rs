//! A pattern against a value: every mismatch, each with its path. It knows neither HTTP nor where values come from.

mod choice;
mod judging;
mod leaf;
mod list;
mod object;
pub(crate) mod path;
mod prepared;
mod rising;
mod schema;
mod text;
mod unordered;

pub use prepared::{Mistake, mistakes};

use crate::json::Read;
use crate::miss::Miss;
use gradus_model::json::Json;
use gradus_model::pattern::Pattern;
use gradus_model::value::Bindings;
use judging::{Effort, Form, Judging};
use path::Path;

/// Every way in which a value of JSON does not fit, at most [`crate::miss::MOST_MISSES`]; none when it fits. `None` is a value
/// that is not there. `at` begins each path: `json`.
pub fn judge(pattern: &Pattern, got: Option<&Json>, at: &str, bindings: &Bindings) -> Vec<Miss> {
    judge_as(Form::Json, pattern, got, at, bindings)
}

/// As [`judge`], for JSON as it was read: duplicate keys are misses too.
pub fn judge_read(pattern: &Pattern, read: &Read, at: &str, bindings: &Bindings) -> Vec<Miss> {
    let mut judging = Judging::new(bindings, Form::Json, Effort::Report);
    judging.read(pattern, pattern, read, &Path::root(at));
    judging.into_misses()
}

/// As [`judge`], for what came as text: a header's value, a body of text. Such a text fits a number, a bool or null, and an
/// operator or marker of numbers or bools, if it is one by JSON's grammar: `content-length: 5`, `age: $int`.
pub fn judge_written(pattern: &Pattern, got: Option<&str>, at: &str, bindings: &Bindings) -> Vec<Miss> {
    let got = got.map(Json::from);
    judge_as(Form::Written, pattern, got.as_ref(), at, bindings)
}

/// Whether a value fits; stops at the first mismatch.
pub fn fits(pattern: &Pattern, got: Option<&Json>, bindings: &Bindings) -> bool {
    Judging::new(bindings, Form::Json, Effort::Fit).count(pattern, got) == 0
}

/// As [`fits`], for what came as text.
pub fn fits_written(pattern: &Pattern, got: &str, bindings: &Bindings) -> bool {
    Judging::new(bindings, Form::Written, Effort::Fit).count(pattern, Some(&Json::from(got))) == 0
}

fn judge_as(form: Form, pattern: &Pattern, got: Option<&Json>, at: &str, bindings: &Bindings) -> Vec<Miss> {
    let mut judging = Judging::new(bindings, form, Effort::Report);
    judging.judge(pattern, got, &Path::root(at));
    judging.into_misses()
}
