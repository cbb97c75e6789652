//! From a row to its mark: what the checks earned, less what lateness costs, then what the instructor changed.

use super::{Change, Row, Standing};

/// A mark, in hundredths of a point, so that a late policy rounds nothing away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark {
    /// Hundredths of a point.
    pub hundredths: u64,
    /// Points that could be earned.
    pub maximum: u32,
}

impl Mark {
    /// In percent of the maximum, rounded down.
    pub fn percent(self) -> u32 {
        match u64::from(self.maximum) {
            0 => 0,
            maximum => u32::try_from(self.hundredths / maximum).unwrap_or(u32::MAX),
        }
    }
}

/// Points with as many decimals as they need: `12`, `12.5`, `0.25`.
impl std::fmt::Display for Mark {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (whole, part) = (self.hundredths / 100, self.hundredths % 100);
        match (part, part % 10) {
            (0, _) => write!(f, "{whole}"),
            (_, 0) => write!(f, "{whole}.{}", part / 10),
            _ => write!(f, "{whole}.{part:02}"),
        }
    }
}

/// The mark of a row. What is incomplete or was refused has none, unless the instructor set one.
pub fn mark(row: &Row) -> Option<Mark> {
    let off = row.late.map_or(0, |late| u64::from(late.off.min(100)));
    let mut hundredths = match row.standing {
        Standing::Passed | Standing::Failed => Some(i64::from(row.score.earned) * (100 - off as i64)),
        Standing::Incomplete(_) | Standing::Refused(_) => None,
    };
    for adjustment in &row.adjustments {
        hundredths = match (adjustment.change, hundredths) {
            (Change::To(points), _) => Some(i64::from(points) * 100),
            (Change::By(points), Some(before)) => Some((before + i64::from(points) * 100).max(0)),
            // A change to what is not there is none.
            (Change::By(_), None) => None,
        };
    }
    let hundredths = u64::try_from(hundredths?).unwrap_or(0);
    Some(Mark { hundredths, maximum: row.score.maximum })
}

/// The mean in percent, rounded down; none of nothing.
pub fn mean(marks: &[Mark]) -> Option<u32> {
    let sum: u64 = marks.iter().map(|mark| u64::from(mark.percent())).sum();
    sum.checked_div(marks.len() as u64).and_then(|mean| u32::try_from(mean).ok())
}

/// The percentage in the middle, the lower one of two.
pub fn median(marks: &[Mark]) -> Option<u32> {
    let mut percents: Vec<u32> = marks.iter().map(|mark| mark.percent()).collect();
    percents.sort_unstable();
    percents.get(percents.len().checked_sub(1)? / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::class::{Adjustment, Late};
    use crate::score::Score;
    use std::time::Duration;

    fn row(earned: u32) -> Row {
        Row {
            student: "ada".into(),
            name: None,
            members: Vec::new(),
            label: String::new(),
            standing: Standing::Failed,
            score: Score { earned, maximum: 40 },
            late: None,
            adjustments: Vec::new(),
            notes: Vec::new(),
            attention: Vec::new(),
            cells: Vec::new(),
            gradings: 1,
            took: Duration::ZERO,
            memory: None,
            graded: String::new(),
            digest: String::new(),
        }
    }

    fn adjusted(mut row: Row, changes: &[Change]) -> Option<String> {
        let adjustment = |change: &Change| Adjustment { change: *change, reason: "so".into() };
        row.adjustments = changes.iter().map(adjustment).collect();
        mark(&row).map(|mark| mark.to_string())
    }

    #[test]
    fn lateness_costs_first_and_the_instructor_has_the_last_word() {
        let late = Row { late: Some(Late { by: Duration::from_secs(1), off: 15 }), ..row(33) };
        assert_eq!(adjusted(late.clone(), &[]).as_deref(), Some("28.05"));
        assert_eq!(adjusted(late.clone(), &[Change::By(2)]).as_deref(), Some("30.05"));
        assert_eq!(adjusted(late.clone(), &[Change::To(20), Change::By(-1)]).as_deref(), Some("19"));
        assert_eq!(adjusted(late, &[Change::By(-50)]).as_deref(), Some("0"));
    }

    #[test]
    fn what_could_not_be_judged_has_no_mark_until_somebody_gives_one() {
        for standing in [Standing::Incomplete("x".into()), Standing::Refused("x".into())] {
            let open = Row { standing, ..row(40) };
            assert_eq!(adjusted(open.clone(), &[]), None);
            assert_eq!(adjusted(open.clone(), &[Change::By(5)]), None);
            assert_eq!(adjusted(open, &[Change::To(5)]).as_deref(), Some("5"));
        }
    }

    #[test]
    fn means_and_medians_are_of_percentages() {
        let marks: Vec<Mark> =
            [0, 10, 40].iter().map(|earned| mark(&row(*earned)).expect("a mark")).collect();
        assert_eq!((mean(&marks), median(&marks)), (Some(41), Some(25)));
        assert_eq!((mean(&[]), median(&[])), (None, None));
        assert_eq!(Mark { hundredths: 50, maximum: 0 }.percent(), 0);
    }
}
