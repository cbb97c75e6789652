//! A class of which no text can steer a reader. Every field is named, so that a new one is decided here.

use crate::clean::sanitize_line;
use gradus_model::class::{Adjustment, Attention, Class, ClassCheck, Row, Standing};

/// The class with harmless text.
pub fn harmless(class: &Class) -> Class {
    let mut class = class.clone();
    let Class { exercise, pass: _, checks, rows, policy: _, untimed: _, as_of } = &mut class;
    lines([&mut exercise.slug, &mut exercise.title, as_of]);
    for ClassCheck { id, claim, worth: _, hidden: _ } in checks {
        lines([id, claim]);
    }
    rows.iter_mut().for_each(row);
    class
}

fn row(row: &mut Row) {
    let Row {
        student,
        name,
        members,
        label,
        standing,
        score: _,
        late: _,
        adjustments,
        notes,
        attention,
        cells: _,
        gradings: _,
        took: _,
        memory: _,
        graded,
        digest,
    } = row;
    lines([student, label, graded, digest].into_iter().chain(name).chain(members).chain(notes));
    match standing {
        Standing::Passed | Standing::Failed => {}
        Standing::Incomplete(why) | Standing::Refused(why) => lines([why]),
    }
    lines(adjustments.iter_mut().map(|Adjustment { change: _, reason }| reason));
    for attention in attention {
        match attention {
            Attention::Unstable(ids) => lines(ids),
            Attention::NearLimit(what) => lines([what]),
            Attention::Refused
            | Attention::Incomplete
            | Attention::NearPass
            | Attention::Late
            | Attention::SelfDeclared => {}
        }
    }
}

fn lines<'t>(texts: impl IntoIterator<Item = &'t mut String>) {
    texts.into_iter().for_each(|text| *text = sanitize_line(text));
}
