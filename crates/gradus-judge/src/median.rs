//! The median of noisy measurements, and how sure it is. Noise that slows both sides of a ratio down leaves it as it is, and
//! an outlier moves neither the median nor its interval.

use std::fmt::{self, Display, Formatter};

/// How sure an interval is to hold the true median.
const CONFIDENCE: f64 = 0.98;
/// Fewer measurements give no interval that is so sure.
pub const LEAST: usize = 7;

/// The median of measurements and an interval that holds the true one with 98 % confidence, whatever their distribution (the
/// sign test's interval, by order statistics).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Median {
    /// The median.
    pub median: f64,
    /// It is hardly less.
    pub low: f64,
    /// It is hardly more.
    pub high: f64,
    /// Of how many measurements.
    pub count: usize,
}

/// Whether a median is at least as great as it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reaches {
    /// It is.
    Yes,
    /// It is not.
    No,
    /// The measurements do not tell.
    Unclear,
}

impl Median {
    /// Of these measurements; none, if there are too few.
    pub fn of(measured: &[f64]) -> Option<Self> {
        if measured.len() < LEAST {
            return None;
        }
        let mut sorted = measured.to_vec();
        sorted.sort_by(f64::total_cmp);
        let count = sorted.len();
        let median = if count % 2 == 1 {
            sorted[count / 2]
        } else {
            f64::midpoint(sorted[count / 2 - 1], sorted[count / 2])
        };
        let outside = outside(count);
        Some(Self { median, low: sorted[outside], high: sorted[count - 1 - outside], count })
    }

    /// Whether it is at least so great.
    pub fn reaches(&self, bound: f64) -> Reaches {
        if self.low >= bound {
            Reaches::Yes
        } else if self.high < bound {
            Reaches::No
        } else {
            Reaches::Unclear
        }
    }
}

/// `18 (16 to 21)`
impl Display for Median {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let digits =
            |number: f64| if number < 10.0 { format!("{number:.2}") } else { format!("{number:.0}") };
        let [median, low, high] = [self.median, self.low, self.high].map(digits);
        write!(f, "{median} ({low} to {high})")
    }
}

/// How many of the sorted measurements stand outside of the interval at each of its ends.
fn outside(count: usize) -> usize {
    // Each measurement falls above or below the true median as a coin does: the tail of a binomial distribution.
    let (mut below, mut tail) = (0, 0.0);
    let mut chance = 0.5_f64.powi(i32::try_from(count).unwrap_or(i32::MAX));
    while 2.0 * (tail + chance) <= 1.0 - CONFIDENCE {
        tail += chance;
        below += 1;
        chance *= (count - below + 1) as f64 / below as f64;
    }
    below.saturating_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seven_measurements_are_the_least_and_their_interval_is_all_of_them() {
        assert_eq!(Median::of(&[1.0; 6]), None);
        let median = Median::of(&[3.0, 1.0, 2.0, 7.0, 5.0, 4.0, 6.0]).expect("a median");
        assert_eq!(median, Median { median: 4.0, low: 1.0, high: 7.0, count: 7 });
    }

    #[test]
    fn the_interval_is_as_wide_as_the_sign_tests() {
        // Tables of the sign test: for 20 pairs the fifth from each end is 98.8 % sure, the sixth only 95.9 %.
        assert_eq!([7, 10, 11, 20, 31].map(outside), [0, 0, 1, 4, 8]);
    }

    #[test]
    fn outliers_decide_nothing() {
        let mut ratios = vec![20.0; 18];
        ratios.extend([0.1, 900.0]);
        let median = Median::of(&ratios).expect("a median");
        assert_eq!(median.reaches(10.0), Reaches::Yes);
        assert_eq!(median.reaches(30.0), Reaches::No);
        assert_eq!(median.to_string(), "20 (20 to 20)");
    }

    #[test]
    fn what_lies_on_both_sides_of_the_bound_is_unclear() {
        let median = Median::of(&[1.0, 1.1, 0.9, 1.2, 0.8, 1.05, 0.95]).expect("a median");
        assert_eq!(median.reaches(1.0), Reaches::Unclear);
    }
}
