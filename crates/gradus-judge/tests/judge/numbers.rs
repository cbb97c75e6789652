//! Numbers by value, without floating point.

use gradus_judge::number::{compare, equal, is_number, is_whole, near};
use std::cmp::Ordering::{Equal, Greater, Less};

#[test]
fn numbers_are_equal_by_value_not_by_spelling() {
    for (a, b) in [
        ("1", "1.0"),
        ("1", "1e0"),
        ("100", "1e2"),
        ("100", "1E+2"),
        ("0.001", "1e-3"),
        ("0.1", "0.10"),
        ("0", "-0"),
        ("0", "0.000e99999999999999999999"),
        ("1e400", "10e399"),
        ("1e400", "0.1e401"),
        ("123456789012345678901234567890", "1.2345678901234567890123456789e29"),
        ("-12.50", "-125e-1"),
        ("1e000000000000000000000000000000000000000002", "100"),
    ] {
        assert!(equal(a, b), "{a} = {b}");
    }
}

#[test]
fn numbers_that_floating_point_would_confuse_differ() {
    for (a, b) in [
        ("9007199254740993", "9007199254740992"),
        ("0.1", "0.1000000000000000055511151231257827"),
        ("1e400", "1e401"),
        ("1e-400", "0"),
        ("1e999999999999", "1e999999999998"),
        ("1", "-1"),
    ] {
        assert!(!equal(a, b), "{a} ≠ {b}");
    }
}

#[test]
fn numbers_are_ordered_by_value() {
    for (a, order, b) in [
        ("2", Less, "10"),
        ("-2", Greater, "-10"),
        ("-1", Less, "0"),
        ("0", Less, "1e-999999"),
        ("-1e-999999", Less, "0"),
        ("0.09", Less, "0.1"),
        ("1e400", Greater, "99999999"),
        ("-1e400", Less, "-99999999"),
        ("1.5", Equal, "15e-1"),
        ("0.99999999999999999999", Less, "1"),
    ] {
        assert_eq!(compare(a, b), Some(order), "{a} {b}");
    }
}

#[test]
fn whole_numbers_are_told_by_value() {
    for whole in ["0", "-0.0", "1.0", "1e2", "1.5e1", "-30", "1e400", "120e-1"] {
        assert!(is_whole(whole), "{whole}");
    }
    for broken in ["1.5", "1e-1", "0.1", "125e-2", "1e-999999999999999999999999", "x", ""] {
        assert!(!is_whole(broken), "{broken}");
    }
}

#[test]
fn only_json_numbers_are_numbers() {
    for text in
        ["", "-", "01", "1.", ".1", "+1", "1e", "1e+", "0x1", " 1", "1 ", "NaN", "1_000", "١", "1e1.5", "--1"]
    {
        assert!(!is_number(text), "{text:?}");
        assert_eq!(compare(text, "1"), None);
    }
}

#[test]
fn near_is_exact_at_its_ends() {
    for (got, value, within, holds) in [
        ("10.91", "10.9", "0.01", true),
        ("10.89", "10.9", "0.01", true),
        ("10.910000000000000000001", "10.9", "0.01", false),
        ("0.30000000000000004", "0.3", "0", false),
        ("0.3", "0.1", "0.2", true),
        ("-0.1", "0.1", "0.2", true),
        ("-0.11", "0.1", "0.2", false),
        ("999", "1000", "1", true),
        ("1001", "999.5", "1.5", true),
        ("5", "5", "-1", false),
        ("5", "5", "0", true),
        ("1e400", "1e400", "1", true),
        ("0", "0.5", "0.5", true),
    ] {
        assert_eq!(near(got, value, within), Some(holds), "{got} ~ {value} ± {within}");
    }
    assert_eq!(near("x", "1", "1"), None);
}

#[test]
fn absurd_exponents_cost_no_memory() {
    assert_eq!(near("1e999999999999", "1", "1e-999999999999"), Some(false));
    assert_eq!(near("1", "1", "1e-999999999999"), Some(true));
    assert_eq!(near("-5", "1", "1e999999999999"), Some(true));
    assert!(!is_whole("1e-99999999999999999999999999999999999999999999"));
}
