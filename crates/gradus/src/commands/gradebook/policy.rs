//! How marks are made, as the command line says it and the gradebook keeps it.

use super::problem;
use crate::arguments::class::{Counts as Asked, Policy as Arguments};
use crate::exit::{Exit, Problem};
use gradus_batch::gradebook::Gradebook;
use gradus_intake::moment;
use gradus_model::class::{Counts, LatePolicy};

/// What of a policy was said: the inner `None` takes back what was said before.
pub struct Said {
    deadline: Option<Option<i64>>,
    late: Option<Option<LatePolicy>>,
    counts: Option<Counts>,
}

pub fn read(arguments: &Arguments) -> Result<Said, Problem> {
    let deadline = match arguments.deadline.as_deref() {
        None => None,
        Some("none") => Some(None),
        Some(text) => Some(Some(moment::parse(text).ok_or_else(|| {
            Problem::new(Exit::Usage, format!("`{text}` is no time with its distance from UTC"))
                .way_out("Write it like 2026-11-20T23:59:00+01:00, or 2026-11-20 22:59 Z.")
        })?)),
    };
    let late = match arguments.late.as_deref() {
        None => None,
        Some("none") => Some(None),
        Some(text) => Some(Some(LatePolicy::parse(text).ok_or_else(|| {
            Problem::new(Exit::Usage, format!("`{text}` is no policy for what is late"))
                .way_out("Write percent for each day or hour: 10%/day or 1%/hour.")
        })?)),
    };
    let counts = arguments.counts.map(|counts| match counts {
        Asked::Latest => Counts::Latest,
        Asked::Best => Counts::Best,
    });
    Ok(Said { deadline, late, counts })
}

/// Keeps what was said; what was not said stays as it was.
pub fn keep(book: &mut Gradebook, slug: &str, said: &Said) -> Result<(), Problem> {
    let before = book.policy(slug).map_err(problem)?;
    let mut policy = before.clone();
    policy.deadline = said.deadline.unwrap_or(policy.deadline);
    policy.late = said.late.unwrap_or(policy.late);
    policy.counts = said.counts.unwrap_or(policy.counts);
    if policy == before { Ok(()) } else { book.set_policy(slug, &policy).map_err(problem) }
}
