//! Lists in any order: which expectation is met by which element, and for those that are not, the element that comes nearest.

mod matching;

use super::choice::looks_inside;
use super::judging::{Effort, Judging, Said};
use super::path::Path;
use crate::words;
use gradus_model::json::Json;
use gradus_model::pattern::Pattern;

/// How many elements are looked at to find the nearest one.
const MOST_CANDIDATES: usize = 1_000;
/// How many pairs are tried where the lengths differ, so that the expectation is missed in any case.
const MOST_PAIRS: usize = 1_000_000;

impl Judging<'_> {
    pub(super) fn any_order(&mut self, pattern: &Pattern, items: &[Pattern], got: &Json, path: &Path<'_>) {
        let Json::Array(values) = got else { return self.plain_miss(pattern, Some(got), path) };
        if self.effort == Effort::Fit && items.len() != values.len() {
            return self.plain_miss(pattern, Some(got), path);
        }
        let tried = if items.len() == values.len() {
            values.len()
        } else {
            values.len().min((MOST_PAIRS / items.len().max(1)).max(items.len()))
        };
        let partners = matching::greatest(items.len(), tried, |item, value| {
            self.fits(&items[item], Some(&values[value]))
        });
        let mut free = vec![true; values.len()];
        partners.iter().flatten().for_each(|value| free[*value] = false);
        for (item, _) in items.iter().zip(&partners).filter(|(_, partner)| partner.is_none()) {
            if self.is_settled() {
                return;
            }
            if let Some(nearest) = self.unmet(item, item, values, &free, path) {
                free[nearest] = false;
            }
        }
        for (index, value) in values.iter().enumerate().filter(|(index, _)| free[*index]) {
            self.unexpected_element(pattern, value, &path.index(index));
        }
    }

    /// `$contains` on a list without such an element.
    pub(super) fn missing_element(
        &mut self,
        pattern: &Pattern,
        inner: &Pattern,
        values: &[Json],
        path: &Path<'_>,
    ) {
        let free = vec![true; values.len()];
        self.unmet(pattern, inner, values, &free, path);
    }

    /// Notes that no free element meets an expectation, and answers the one that comes nearest.
    fn unmet(
        &mut self,
        pattern: &Pattern,
        item: &Pattern,
        values: &[Json],
        free: &[bool],
        path: &Path<'_>,
    ) -> Option<usize> {
        let needed = self.effort != Effort::Fit && !self.is_full();
        let nearest = needed.then(|| self.nearest(item, values, free)).flatten();
        let distance = nearest.map_or_else(|| super::judging::weight(item), |(_, distance)| distance);
        let nearest = nearest.map(|(index, _)| index);
        self.miss_by(
            |_| distance,
            pattern,
            path,
            |judging| Said {
                wanted: format!("an element that is {}", words::wanted(item, judging.bindings)),
                got: no_such(values.len()),
                note: nearest.and_then(|nearest| judging.nearest_note(item, values, nearest, path)),
                difference: Vec::new(),
            },
        );
        nearest
    }

    /// The first of the free elements with the least distance, and that distance.
    fn nearest(&self, item: &Pattern, values: &[Json], free: &[bool]) -> Option<(usize, usize)> {
        let candidates = (0..values.len()).filter(|index| free[*index]).take(MOST_CANDIDATES);
        candidates
            .map(|index| (index, self.distance(item, Some(&values[index]))))
            .min_by_key(|(_, distance)| *distance)
    }

    fn nearest_note(
        &self,
        item: &Pattern,
        values: &[Json],
        nearest: usize,
        path: &Path<'_>,
    ) -> Option<String> {
        let here = path.index(nearest);
        let value = Some(&values[nearest]);
        if looks_inside(item) {
            return Some(format!("the nearest is {here}, but {}", self.explain(item, value, &here)));
        }
        // Scalars are all equally near: the first one without a partner stands for them.
        Some(format!("{here} is {}", words::seen(value)))
    }
}

fn no_such(count: usize) -> String {
    match count {
        0 => "an empty list".to_owned(),
        count => format!("no such element among {count}"),
    }
}
