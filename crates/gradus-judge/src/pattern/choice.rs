//! `$one_of` and `$not`.

use super::judging::{Judging, Said};
use super::path::Path;
use gradus_model::json::Json;
use gradus_model::pattern::{Pattern, PatternKind};

impl Judging<'_> {
    pub(super) fn one_of(
        &mut self,
        pattern: &Pattern,
        choices: &[Pattern],
        got: Option<&Json>,
        path: &Path<'_>,
    ) {
        if choices.iter().any(|choice| self.fits(choice, got)) {
            return;
        }
        let distance = |judging: &Self, choice: &Pattern| judging.distance(choice, got);
        let least =
            |judging: &Self| choices.iter().map(|choice| distance(judging, choice)).min().unwrap_or(1);
        self.miss_by(least, pattern, path, |judging| {
            let inside = choices.iter().filter(|choice| looks_inside(choice));
            let nearest = inside.min_by_key(|choice| distance(judging, choice)).filter(|_| got.is_some());
            Said {
                note: nearest.map(|choice| format!("nearest: {}", judging.explain(choice, got, path))),
                ..judging.said(pattern, got)
            }
        });
    }

    pub(super) fn not(&mut self, pattern: &Pattern, inner: &Pattern, got: &Json, path: &Path<'_>) {
        if self.fits(inner, Some(got)) {
            self.plain_miss(pattern, Some(got), path);
        }
    }
}

/// Whether a miss of this pattern can be deeper than the value itself, so that there is something to explain.
pub(super) fn looks_inside(pattern: &Pattern) -> bool {
    match &pattern.kind {
        PatternKind::List(_)
        | PatternKind::Object(_)
        | PatternKind::Partial(_)
        | PatternKind::Contains(_)
        | PatternKind::AnyOrder(_)
        | PatternKind::Each(_)
        | PatternKind::Json(_)
        | PatternKind::Schema(_) => true,
        PatternKind::OneOf(parts) | PatternKind::AllOf(parts) => parts.iter().any(looks_inside),
        PatternKind::Optional(inner) => looks_inside(inner),
        _ => false,
    }
}
