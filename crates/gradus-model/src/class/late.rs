//! Deadlines, and what is taken off after them. Times come in; no clock is asked.

use std::time::Duration;

/// That a submission came late.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Late {
    /// By how much.
    pub by: Duration,
    /// Percent of its points that this costs.
    pub off: u32,
}

/// What is taken off for each day or hour that has begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LatePolicy {
    /// Percent.
    pub percent: u32,
    /// Of what.
    pub per: OffPer,
}

/// For each of which something is taken off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OffPer {
    /// 24 hours.
    Day,
    /// 60 minutes.
    Hour,
}

impl LatePolicy {
    /// Reads `10%/day` or `1%/hour`.
    pub fn parse(text: &str) -> Option<Self> {
        let (percent, per) = text.split_once("%/")?;
        let percent = percent.trim().parse().ok().filter(|percent| *percent <= 100)?;
        let per = match per.trim() {
            "day" => OffPer::Day,
            "hour" => OffPer::Hour,
            _ => return None,
        };
        Some(Self { percent, per })
    }
}

impl std::fmt::Display for LatePolicy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let per = match self.per {
            OffPer::Day => "day",
            OffPer::Hour => "hour",
        };
        write!(f, "{}%/{per}", self.percent)
    }
}

/// By how much, in the two largest units that are not zero: `2 days 3 h`, `45 min`.
impl std::fmt::Display for Late {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let seconds = self.by.as_secs();
        let days = seconds / 86_400;
        let day = if days == 1 { "1 day".to_owned() } else { format!("{days} days") };
        let (hours, minutes) = (seconds / 3600 % 24, seconds / 60 % 60);
        let units = [
            (days, day),
            (hours, format!("{hours} h")),
            (minutes, format!("{minutes} min")),
            (seconds % 60, format!("{} s", seconds % 60)),
        ];
        let said = units.into_iter().filter(|(count, _)| *count > 0).map(|(_, text)| text).take(2);
        f.write_str(&said.collect::<Vec<_>>().join(" "))
    }
}

/// Whether what was handed in at a time is late, and what that costs. At the deadline's own second it is not.
pub fn lateness(submitted_at: i64, deadline: i64, policy: Option<LatePolicy>) -> Option<Late> {
    let seconds = u64::try_from(submitted_at.checked_sub(deadline)?).ok().filter(|seconds| *seconds > 0)?;
    let off = policy.map_or(0, |policy| {
        let unit = match policy.per {
            OffPer::Day => 86_400,
            OffPer::Hour => 3_600,
        };
        let begun = seconds.div_ceil(unit);
        u64::from(policy.percent).saturating_mul(begun).min(100) as u32
    });
    Some(Late { by: Duration::from_secs(seconds), off })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_day_that_has_begun_costs_and_never_more_than_everything() {
        let policy = LatePolicy::parse("10%/day");
        let off = |seconds: i64| lateness(1000 + seconds, 1000, policy).map(|late| late.off);
        assert_eq!([off(-5), off(0)], [None, None]);
        assert_eq!([off(1), off(86_400), off(86_401)], [Some(10), Some(10), Some(20)]);
        assert_eq!(off(i64::from(u32::MAX)), Some(100));
        assert_eq!(lateness(i64::MAX, i64::MIN, policy), None);
        assert_eq!(lateness(2, 1, None), Some(Late { by: Duration::from_secs(1), off: 0 }));
    }

    #[test]
    fn how_late_it_is_has_two_units_at_most() {
        let said = |seconds| Late { by: Duration::from_secs(seconds), off: 0 }.to_string();
        let expected = ["59 s", "1 min 1 s", "1 h", "1 day 1 s", "2 days 3 h"];
        assert_eq!([59, 61, 3600, 86_401, 183_661].map(said), expected);
    }

    #[test]
    fn a_policy_is_percent_per_day_or_hour() {
        for text in ["10%/day", "1%/hour", "100%/day"] {
            assert_eq!(LatePolicy::parse(text).map(|policy| policy.to_string()).as_deref(), Some(text));
        }
        for text in ["", "10", "10%", "10%/week", "101%/day", "-1%/day", "x%/day"] {
            assert_eq!(LatePolicy::parse(text), None, "{text}");
        }
    }
}
