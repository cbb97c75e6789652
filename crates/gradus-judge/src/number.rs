//! Decimal numbers as text, compared by their exact value; no floating point, and no exponent, however great, costs memory.

mod sum;

use std::cmp::Ordering;

/// A decimal number by value: 0.d₁d₂d₃… × 10^exponent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decimal {
    /// Below zero. Never set for zero.
    pub negative: bool,
    /// The digits as numbers 0 to 9, without zeros at either end; empty for zero.
    pub digits: Vec<u8>,
    /// The power of ten. Zero for zero. An exponent of more than thirty digits counts as 10^30.
    pub exponent: i128,
}

/// Whether a text is a number by JSON's grammar (RFC 8259 §6).
pub fn is_number(text: &str) -> bool {
    scan(text).is_some()
}

/// The number that a text of JSON's grammar stands for; `None` for any other text.
pub fn parse(text: &str) -> Option<Decimal> {
    let Scan { negative, whole, fraction, exponent } = scan(text)?;
    let digits = || whole.bytes().chain(fraction.bytes()).map(|byte| byte - b'0');
    let leading = digits().take_while(|digit| *digit == 0).count();
    let mut digits: Vec<u8> = digits().skip(leading).collect();
    digits.truncate(digits.iter().rposition(|digit| *digit != 0).map_or(0, |last| last + 1));
    if digits.is_empty() {
        return Some(Decimal { negative: false, digits, exponent: 0 });
    }
    Some(Decimal { negative, digits, exponent: exponent + whole.len() as i128 - leading as i128 })
}

/// How two numbers are ordered by value; `None` when one of the texts is not a number.
pub fn compare(a: &str, b: &str) -> Option<Ordering> {
    if a == b && is_number(a) {
        return Some(Ordering::Equal);
    }
    Some(order(&parse(a)?, &parse(b)?))
}

/// Whether two texts are numbers of one value.
pub fn equal(a: &str, b: &str) -> bool {
    compare(a, b) == Some(Ordering::Equal)
}

/// Whether a text is a number without a fraction, by value: `1.0` and `1e2` are whole, `1.5` and `1e-1` are not.
pub fn is_whole(text: &str) -> bool {
    parse(text)
        .is_some_and(|number| number.digits.is_empty() || number.exponent >= number.digits.len() as i128)
}

/// Whether |got − value| ≤ within, exactly as long as `value` and `within` are less than ten thousand digits apart; beyond
/// that the smaller of the two counts as zero. `None` when one of the texts is not a number.
pub fn near(got: &str, value: &str, within: &str) -> Option<bool> {
    let (got, value, within) = (parse(got)?, parse(value)?, parse(within)?);
    let least = sum::add(&value, &Decimal { negative: !within.negative, ..within.clone() });
    let most = sum::add(&value, &within);
    Some(order(&least, &got).is_le() && order(&got, &most).is_le())
}

/// How two numbers are ordered.
pub fn order(a: &Decimal, b: &Decimal) -> Ordering {
    match (sign(a), sign(b)) {
        (-1, -1) => magnitude(b, a),
        (1, 1) => magnitude(a, b),
        (a, b) => a.cmp(&b),
    }
}

fn sign(number: &Decimal) -> i8 {
    match (number.digits.is_empty(), number.negative) {
        (true, _) => 0,
        (false, true) => -1,
        (false, false) => 1,
    }
}

/// How two numbers other than zero are ordered without their signs.
fn magnitude(a: &Decimal, b: &Decimal) -> Ordering {
    a.exponent.cmp(&b.exponent).then_with(|| a.digits.cmp(&b.digits))
}

struct Scan<'t> {
    negative: bool,
    whole: &'t str,
    fraction: &'t str,
    exponent: i128,
}

fn scan(text: &str) -> Option<Scan<'_>> {
    let (negative, rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (mantissa, exponent) = match rest.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, scan_exponent(exponent)?),
        None => (rest, 0),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) if is_digits(fraction) => (whole, fraction),
        Some(_) => return None,
        None => (mantissa, ""),
    };
    let superfluous_zero = whole.len() > 1 && whole.starts_with('0');
    (is_digits(whole) && !superfluous_zero).then_some(Scan { negative, whole, fraction, exponent })
}

fn scan_exponent(text: &str) -> Option<i128> {
    const MOST: i128 = 10_i128.pow(30);
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    if !is_digits(digits) {
        return None;
    }
    let significant = digits.trim_start_matches('0');
    let size = match significant.len() {
        0 => 0,
        1..=30 => significant.parse().ok()?,
        _ => MOST,
    };
    Some(if negative { -size } else { size })
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}
