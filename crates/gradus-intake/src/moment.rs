//! Points in time as people and other systems write them. It never asks a clock.

use jiff::Timestamp;

/// Seconds since 1970-01-01 UTC of a time that says how far from UTC it is: `2026-11-20T23:59:00+01:00`, `2026-11-20 23:59 Z`,
/// `2026-11-20 23:59:00 UTC`.
pub fn parse(text: &str) -> Option<i64> {
    let text = text.trim();
    let text = text.strip_suffix(" UTC").map_or_else(|| text.to_owned(), |text| format!("{text}Z"));
    // Some leave a blank before the offset, and some the seconds out; RFC 3339 has neither.
    let (day, rest) = text.split_once(['T', ' '])?;
    let rest = rest.replace(' ', "");
    let zone = rest.find(['Z', 'z', '+', '-'])?;
    let (time, zone) = rest.split_at(zone);
    let seconds = if time.matches(':').count() == 1 { ":00" } else { "" };
    let zone = match zone.len() {
        // +0100
        5 if !zone.contains(':') => format!("{}:{}", &zone[..3], &zone[3..]),
        _ => zone.to_ascii_uppercase(),
    };
    format!("{day}T{time}{seconds}{zone}").parse::<Timestamp>().ok().map(Timestamp::as_second)
}

/// RFC 3339 in UTC, to the second; of the years that can be written so, or what stands at their ends.
pub fn format(seconds: i64) -> String {
    let time =
        Timestamp::from_second(seconds).unwrap_or(if seconds < 0 { Timestamp::MIN } else { Timestamp::MAX });
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_needs_its_distance_from_utc_and_may_be_written_in_many_ways() {
        let expected = Some(1_763_679_540);
        for text in [
            "2025-11-20T22:59:00Z",
            "2025-11-20T23:59:00+01:00",
            "2025-11-20 23:59 +0100",
            "2025-11-20 22:59:00 UTC",
            "2025-11-20 22:59:00.123456000 Z",
            "2025-11-20 17:59:00 -0500",
        ] {
            assert_eq!(parse(text), expected, "{text}");
        }
        for text in [
            "",
            "2025-11-20",
            "2025-11-20 22:59",
            "2025-13-20T22:59:00Z",
            "tomorrow",
            "2025-11-20T22:59:00é0000",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
        assert_eq!(format(1_763_679_540), "2025-11-20T22:59:00Z");
    }
}
