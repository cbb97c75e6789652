//! The exact sum of two decimals, for `$approx`; bounded where their powers of ten lie absurdly far apart.

use super::{Decimal, magnitude};

/// Powers of ten further apart than this are not lined up: the smaller number counts as zero.
const FURTHEST: i128 = 10_000;

pub(super) fn add(a: &Decimal, b: &Decimal) -> Decimal {
    if a.digits.is_empty() {
        return b.clone();
    }
    if b.digits.is_empty() {
        return a.clone();
    }
    let (great, small) = if magnitude(a, b).is_ge() { (a, b) } else { (b, a) };
    let shift = great.exponent - small.exponent;
    if shift > FURTHEST {
        return great.clone();
    }
    let length = great.digits.len().max(small.digits.len() + shift as usize);
    let (great_digits, small_digits) = (line_up(great, 0, length), line_up(small, shift as usize, length));
    let (digits, carry) = if great.negative == small.negative {
        plus(&great_digits, &small_digits)
    } else {
        (minus(&great_digits, &small_digits), 0)
    };
    tidy(great.negative, carry, digits, great.exponent)
}

fn line_up(number: &Decimal, shift: usize, length: usize) -> Vec<u8> {
    let mut digits = vec![0; shift];
    digits.extend(&number.digits);
    digits.resize(length, 0);
    digits
}

fn plus(a: &[u8], b: &[u8]) -> (Vec<u8>, u8) {
    let mut digits = vec![0; a.len()];
    let mut carry = 0;
    for (index, digit) in digits.iter_mut().enumerate().rev() {
        let sum = a[index] + b[index] + carry;
        (*digit, carry) = (sum % 10, sum / 10);
    }
    (digits, carry)
}

/// `a` is not less than `b`.
fn minus(a: &[u8], b: &[u8]) -> Vec<u8> {
    let mut digits = vec![0; a.len()];
    let mut borrow = 0;
    for (index, digit) in digits.iter_mut().enumerate().rev() {
        let take = b[index] + borrow;
        borrow = u8::from(a[index] < take);
        *digit = a[index] + 10 * borrow - take;
    }
    digits
}

fn tidy(negative: bool, carry: u8, mut digits: Vec<u8>, mut exponent: i128) -> Decimal {
    if carry > 0 {
        digits.insert(0, carry);
        exponent += 1;
    }
    let leading = digits.iter().take_while(|digit| **digit == 0).count();
    digits.drain(..leading);
    digits.truncate(digits.iter().rposition(|digit| *digit != 0).map_or(0, |last| last + 1));
    if digits.is_empty() {
        return Decimal { negative: false, digits, exponent: 0 };
    }
    Decimal { negative, digits, exponent: exponent - leading as i128 }
}
