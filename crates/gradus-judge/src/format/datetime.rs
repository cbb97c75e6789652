//! RFC 3339 dates and times, by calendar and clock; it knows no time zones but offsets, and not which leap seconds there were.

/// A full date of a day that exists (RFC 3339 §5.6): `2024-02-29`.
pub fn is_date(text: &str) -> bool {
    let Some(([y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2], [])) = text.as_bytes().split_first_chunk::<10>()
    else {
        return false;
    };
    let (Some(year), Some(month), Some(day)) =
        (number(&[*y1, *y2, *y3, *y4]), number(&[*m1, *m2]), number(&[*d1, *d2]))
    else {
        return false;
    };
    (1..=12).contains(&month) && (1..=days(year, month)).contains(&day)
}

/// A date and time (RFC 3339 §5.6): `2024-02-29T12:30:00.5Z`, `2024-02-29t12:30:00+01:00`. Second 60 only where a leap second
/// can be: at 23:59:60 UTC.
pub fn is_datetime(text: &str) -> bool {
    let Some((date, time)) = text.split_once(['T', 't']) else { return false };
    is_date(date) && is_time(time)
}

fn is_time(text: &str) -> bool {
    let Some(([h1, h2, b':', m1, m2, b':', s1, s2], rest)) = text.as_bytes().split_first_chunk::<8>() else {
        return false;
    };
    let (Some(hour), Some(minute), Some(second)) =
        (number(&[*h1, *h2]), number(&[*m1, *m2]), number(&[*s1, *s2]))
    else {
        return false;
    };
    let Some(offset) = fraction_end(rest).and_then(offset_minutes) else { return false };
    let utc = (i64::from(hour * 60 + minute) - offset).rem_euclid(24 * 60);
    hour < 24 && minute < 60 && (second < 60 || (second == 60 && utc == 23 * 60 + 59))
}

/// What stands after the fraction of a second, if there is one.
fn fraction_end(rest: &[u8]) -> Option<&[u8]> {
    let Some(fraction) = rest.strip_prefix(b".") else { return Some(rest) };
    let digits = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
    (digits > 0).then(|| &fraction[digits..])
}

fn offset_minutes(text: &[u8]) -> Option<i64> {
    match text {
        [b'Z' | b'z'] => Some(0),
        [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] => {
            let (hours, minutes) = (number(&[*h1, *h2])?, number(&[*m1, *m2])?);
            let offset = i64::from(hours * 60 + minutes);
            (hours < 24 && minutes < 60).then_some(if *sign == b'-' { -offset } else { offset })
        }
        _ => None,
    }
}

fn number(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |sum, byte| Some(sum * 10 + (*byte as char).to_digit(10)?))
}

fn days(year: u32, month: u32) -> u32 {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        2 => 28 + u32::from(leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}
