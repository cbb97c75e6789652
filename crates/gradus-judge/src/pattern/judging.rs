//! One judgement under way: what it has found, and how much it wants to know. Which pattern means what stands beside it.

use super::path::Path;
use crate::miss::{MOST_MISSES, Miss};
use crate::words;
use gradus_model::json::Json;
use gradus_model::outcome::DiffLine;
use gradus_model::pattern::{Field, Marker, Pattern, PatternKind};
use gradus_model::value::Bindings;

/// How a value came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// As JSON, with a type.
    Json,
    /// As text, which may spell a number or a bool.
    Written,
}

/// How much a judgement wants to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effort {
    /// Every miss, in words.
    Report,
    /// How far the value is from fitting, without words.
    Distance,
    /// Whether it fits: the first miss ends it.
    Fit,
}

pub(super) struct Judging<'b> {
    pub(super) bindings: &'b Bindings,
    pub(super) form: Form,
    pub(super) effort: Effort,
    misses: Vec<Miss>,
    /// All misses, kept or not.
    count: usize,
    /// What did not fit, weighed by how much of the pattern it stands for.
    distance: usize,
}

/// The part of a miss that only words can tell.
#[derive(Default)]
pub(super) struct Said {
    pub(super) wanted: String,
    pub(super) got: String,
    pub(super) note: Option<String>,
    pub(super) difference: Vec<DiffLine>,
}

impl<'b> Judging<'b> {
    pub(super) fn new(bindings: &'b Bindings, form: Form, effort: Effort) -> Self {
        Self { bindings, form, effort, misses: Vec::new(), count: 0, distance: 0 }
    }

    /// How many misses there are (with [`Effort::Fit`], at most a few).
    pub(super) fn count(mut self, pattern: &Pattern, got: Option<&Json>) -> usize {
        self.judge(pattern, got, &Path::root(""));
        self.count
    }

    pub(super) fn into_misses(mut self) -> Vec<Miss> {
        let more = self.count - self.misses.len();
        if let Some(last) = self.misses.last_mut()
            && more > 0
        {
            last.remark(&format!("and {more} more that did not hold"));
        }
        self.misses
    }

    /// Whether nothing more needs to be known.
    pub(super) fn is_settled(&self) -> bool {
        self.effort == Effort::Fit && self.count > 0
    }

    /// Whether words for further misses would be thrown away.
    pub(super) fn is_full(&self) -> bool {
        self.misses.len() >= MOST_MISSES
    }

    pub(super) fn fits(&self, pattern: &Pattern, got: Option<&Json>) -> bool {
        Judging::new(self.bindings, self.form, Effort::Fit).count(pattern, got) == 0
    }

    /// How far a value is from fitting; 0 when it fits.
    pub(super) fn distance(&self, pattern: &Pattern, got: Option<&Json>) -> usize {
        let mut judging = Judging::new(self.bindings, self.form, Effort::Distance);
        judging.judge(pattern, got, &Path::root(""));
        judging.distance
    }

    /// The misses of a value that is looked at only to explain another miss, as sentences.
    pub(super) fn explain(&self, pattern: &Pattern, got: Option<&Json>, path: &Path<'_>) -> String {
        const MOST: usize = 3;
        let mut judging = Judging::new(self.bindings, self.form, Effort::Report);
        judging.judge(pattern, got, path);
        let sentences: Vec<String> = judging
            .misses
            .iter()
            .take(MOST)
            .map(|miss| format!("{}: wanted {}, got {}", miss.path, miss.wanted, miss.got))
            .collect();
        let mut text = sentences.join("; ");
        if judging.count > MOST {
            text.push_str(&format!("; and {} more", judging.count - MOST));
        }
        text
    }

    /// Notes a miss that weighs as much as all of its pattern; the words are made only if somebody will read them.
    pub(super) fn miss(&mut self, pattern: &Pattern, path: &Path<'_>, say: impl FnOnce(&Self) -> Said) {
        self.miss_by(|_| weight(pattern), pattern, path, say);
    }

    /// Notes a miss of which the distance is known better than from the pattern alone.
    pub(super) fn miss_by(
        &mut self,
        distance: impl FnOnce(&Self) -> usize,
        pattern: &Pattern,
        path: &Path<'_>,
        say: impl FnOnce(&Self) -> Said,
    ) {
        self.count += 1;
        match self.effort {
            Effort::Fit => {}
            Effort::Distance => self.distance += distance(self).max(1),
            Effort::Report if self.is_full() => {}
            Effort::Report => {
                let Said { wanted, got, note, difference } = say(self);
                let path = path.to_string();
                self.misses.push(Miss { path, wanted, got, note, difference, span: pattern.span });
            }
        }
    }

    /// Notes a miss that needs no more words than what was wanted and what was there.
    pub(super) fn plain_miss(&mut self, pattern: &Pattern, got: Option<&Json>, path: &Path<'_>) {
        self.miss(pattern, path, |judging| judging.said(pattern, got));
    }

    pub(super) fn said(&self, pattern: &Pattern, got: Option<&Json>) -> Said {
        Said { wanted: words::wanted(pattern, self.bindings), got: words::seen(got), ..Said::default() }
    }

    /// Judges one node.
    pub(super) fn judge(&mut self, pattern: &Pattern, got: Option<&Json>, path: &Path<'_>) {
        match (&pattern.kind, got) {
            (PatternKind::OneOf(choices), _) => self.one_of(pattern, choices, got, path),
            // What is not there is told once, and not by each part.
            (PatternKind::AllOf(parts), None) if parts.iter().any(|part| !self.fits(part, None)) => {
                self.plain_miss(pattern, None, path);
            }
            (PatternKind::AllOf(parts), _) => parts.iter().for_each(|part| self.judge(part, got, path)),
            (PatternKind::Optional(_) | PatternKind::Marker(Marker::Absent), None) => {}
            (_, None) => self.plain_miss(pattern, None, path),
            (PatternKind::Optional(inner), Some(_)) => self.judge(inner, got, path),
            (PatternKind::Not(inner), Some(value)) => self.not(pattern, inner, value, path),
            (PatternKind::Text(template), Some(value)) => self.text(pattern, template, value, path),
            (PatternKind::List(items), Some(value)) => self.list(pattern, items, value, path),
            (PatternKind::Object(fields), Some(value)) => self.object(pattern, fields, value, path),
            (PatternKind::Partial(fields), Some(value)) => self.partial(pattern, fields, value, path),
            (PatternKind::Contains(inner), Some(value)) => self.contains(pattern, inner, value, path),
            (PatternKind::AnyOrder(items), Some(value)) => self.any_order(pattern, items, value, path),
            (PatternKind::Each(inner), Some(value)) => self.each(pattern, inner, value, path),
            (PatternKind::Size(inner), Some(value)) => self.size(pattern, inner, value, path),
            (PatternKind::Json(inner), Some(value)) => self.inner_json(pattern, inner, value, path),
            (PatternKind::Schema(schema), Some(value)) => self.schema(pattern, schema, value, path),
            (PatternKind::Regex(expression), Some(value)) => self.regex(pattern, expression, value, path),
            (_, Some(value)) => self.leaf(pattern, value, path),
        }
    }
}

/// How much of an expectation hangs on a pattern: the number of its nodes.
pub(super) fn weight(pattern: &Pattern) -> usize {
    let fields = |fields: &[Field]| 1 + fields.iter().map(|field| weight(&field.pattern)).sum::<usize>();
    match &pattern.kind {
        PatternKind::Object(inner) | PatternKind::Partial(inner) => fields(inner),
        PatternKind::List(items) | PatternKind::AnyOrder(items) => {
            1 + items.iter().map(weight).sum::<usize>()
        }
        PatternKind::Each(inner) | PatternKind::Optional(inner) => weight(inner),
        _ => 1,
    }
}
