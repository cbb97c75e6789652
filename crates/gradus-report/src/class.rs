//! A class for people and for other systems: a table, files of marks, a page. What is incomplete is shown and never a mark.

mod harmless;
mod page;
mod sheet;
mod table;

pub use page::html;
pub use sheet::{canvas, csv, moodle};
pub use table::table;

use gradus_model::class::{Class, Row, Standing};

/// What came of a submission, in one word.
fn standing(row: &Row) -> &'static str {
    match row.standing {
        Standing::Passed => "passed",
        Standing::Failed => "failed",
        Standing::Incomplete(_) => "not judged",
        Standing::Refused(_) => "refused",
    }
}

/// Why there is no mark.
fn why(row: &Row) -> Option<&str> {
    match &row.standing {
        Standing::Passed | Standing::Failed => None,
        Standing::Incomplete(why) | Standing::Refused(why) => Some(why),
    }
}

/// That a deadline judges less than the whole class, if it does.
fn untimed(class: &Class) -> Option<String> {
    let (Some(_), 1..) = (class.policy.deadline, class.untimed) else { return None };
    let (untimed, all) = (class.untimed, class.rows.len());
    Some(format!(
        "Of {untimed} of {all} learners nobody told when they handed in, so that none of them is late; a roster can tell it (submitted_at)."
    ))
}

/// What asks to be looked at, by semicolons.
fn attention(row: &Row) -> String {
    row.attention.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}
