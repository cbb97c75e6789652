//! How many times as fast one thing is as another, from measurements in pairs, and how sure that is. Noise that slows both
//! down leaves their ratio as it is, and an outlier moves neither the median nor its interval.

use std::fmt::{self, Display, Formatter};

/// How sure an interval is to hold the true median.
const CONFIDENCE: f64 = 0.98;
/// Fewer pairs give no interval that is so sure.
pub const LEAST_PAIRS: usize = 7;

/// The median of ratios and an interval that holds the true one with 98 % confidence, whatever their distribution (the sign
/// test's interval, by order statistics).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ratio {
    /// The median.
    pub median: f64,
    /// It is hardly less.
    pub low: f64,
    /// It is hardly more.
    pub high: f64,
    /// From how many pairs.
    pub pairs: usize,
}

/// Whether a ratio is at least as great as it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reaches {
    /// It is.
    Yes,
    /// It is not.
    No,
    /// The pairs do not tell.
    Unclear,
}

impl Ratio {
    /// Of these pairs' ratios; none, if there are too few.
    pub fn of(ratios: &[f64]) -> Option<Self> {
        if ratios.len() < LEAST_PAIRS {
            return None;
        }
        let mut sorted = ratios.to_vec();
        sorted.sort_by(f64::total_cmp);
        let pairs = sorted.len();
        let median = if pairs % 2 == 1 {
            sorted[pairs / 2]
        } else {
            f64::midpoint(sorted[pairs / 2 - 1], sorted[pairs / 2])
        };
        let outside = outside(pairs);
        Some(Self { median, low: sorted[outside], high: sorted[pairs - 1 - outside], pairs })
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

/// `18 times (16 to 21, from 7 pairs)`
impl Display for Ratio {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let digits =
            |number: f64| if number < 10.0 { format!("{number:.2}") } else { format!("{number:.0}") };
        let [median, low, high] = [self.median, self.low, self.high].map(digits);
        write!(f, "{median} times ({low} to {high}, from {} pairs)", self.pairs)
    }
}

/// How many of the sorted ratios stand outside of the interval at each of its ends.
fn outside(pairs: usize) -> usize {
    // Each ratio falls above or below the true median as a coin does: the tail of a binomial distribution.
    let (mut below, mut tail) = (0, 0.0);
    let mut chance = 0.5_f64.powi(i32::try_from(pairs).unwrap_or(i32::MAX));
    while 2.0 * (tail + chance) <= 1.0 - CONFIDENCE {
        tail += chance;
        below += 1;
        chance *= (pairs - below + 1) as f64 / below as f64;
    }
    below.saturating_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seven_pairs_are_the_least_and_their_interval_is_all_of_them() {
        assert_eq!(Ratio::of(&[1.0; 6]), None);
        let ratio = Ratio::of(&[3.0, 1.0, 2.0, 7.0, 5.0, 4.0, 6.0]).expect("a ratio");
        assert_eq!(ratio, Ratio { median: 4.0, low: 1.0, high: 7.0, pairs: 7 });
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
        let ratio = Ratio::of(&ratios).expect("a ratio");
        assert_eq!(ratio.reaches(10.0), Reaches::Yes);
        assert_eq!(ratio.reaches(30.0), Reaches::No);
        assert_eq!(ratio.to_string(), "20 times (20 to 20, from 20 pairs)");
    }

    #[test]
    fn what_lies_on_both_sides_of_the_bound_is_unclear() {
        let ratio = Ratio::of(&[1.0, 1.1, 0.9, 1.2, 0.8, 1.05, 0.95]).expect("a ratio");
        assert_eq!(ratio.reaches(1.0), Reaches::Unclear);
    }
}
