//! The formats behind the markers.

use gradus_judge::format::{is_date, is_datetime, is_email, is_url, is_uuid};

#[track_caller]
fn all(is: fn(&str) -> bool, right: &[&str], wrong: &[&str]) {
    right.iter().for_each(|text| assert!(is(text), "{text:?} is right"));
    wrong.iter().for_each(|text| assert!(!is(text), "{text:?} is wrong"));
}

#[test]
fn a_uuid_has_five_groups_of_hexadecimal_digits() {
    all(
        is_uuid,
        &[
            "123e4567-e89b-12d3-a456-426614174000",
            "123E4567-E89B-12D3-A456-426614174000",
            "00000000-0000-0000-0000-000000000000",
        ],
        &[
            "",
            "123e4567e89b12d3a456426614174000",
            "123e4567-e89b-12d3-a456-42661417400",
            "123e4567-e89b-12d3-a456-4266141740000",
            "{123e4567-e89b-12d3-a456-426614174000}",
            "123e4567-e89b-12d3-a456-42661417400g",
            "123e4567-e89b-12d3-a456_426614174000",
            "123e4567-e89b-12d3-a456-42661417400é",
        ],
    );
}

#[test]
fn a_date_is_a_day_that_exists() {
    all(
        is_date,
        &["2024-02-29", "2000-02-29", "0000-01-01", "9999-12-31", "2026-11-21"],
        &[
            "2023-02-29",
            "1900-02-29",
            "2024-13-01",
            "2024-00-10",
            "2024-04-31",
            "2024-01-00",
            "2024-1-1",
            "24-01-01",
            "2024/01/01",
            "2024-01-01T00:00:00Z",
            "",
        ],
    );
}

#[test]
fn a_datetime_has_a_clock_time_and_an_offset() {
    all(
        is_datetime,
        &[
            "2024-02-29T12:30:00Z",
            "2024-02-29t12:30:00z",
            "2024-02-29T12:30:00.123456789Z",
            "2024-02-29T12:30:00+01:00",
            "2024-02-29T23:59:59-23:59",
            "1990-12-31T23:59:60Z",
            "1990-12-31T15:59:60-08:00",
            "1991-01-01T00:59:60.5+01:00",
        ],
        &[
            "2024-02-29",
            "2024-02-29T12:30:00",
            "2024-02-29 12:30:00Z",
            "2024-02-30T12:30:00Z",
            "2024-02-29T24:00:00Z",
            "2024-02-29T12:60:00Z",
            "2024-02-29T12:30:60Z",
            "2024-02-29T12:30:61Z",
            "2024-02-29T12:30:00.Z",
            "2024-02-29T12:30Z",
            "2024-02-29T12:30:00+0100",
            "2024-02-29T12:30:00+24:00",
            "2024-02-29T12:30:00+01:60",
            "2024-02-29T12:30:00ZZ",
            "2024-02-29T+1:30:00Z",
            "1709209800",
        ],
    );
}

#[test]
fn a_url_is_absolute_and_of_http() {
    all(
        is_url,
        &[
            "http://127.0.0.1:4711/todos/1",
            "https://example.com",
            "HTTP://Example.COM:/",
            "http://localhost:80?x=1#y",
            "http://[::1]:8080/",
            "http://[2001:db8::1]",
            "http://user:pw@example.com/",
            "http://example.com/a%20b/(c);d=e?f[0]=1".split("?f[").next().unwrap_or_default(),
            "http://xn--caf-dma.example/",
        ],
        &[
            "",
            "/todos/1",
            "//example.com/",
            "ftp://example.com/",
            "http:/example.com",
            "http://",
            "http:///todos",
            "http://:80/",
            "http://example.com:99999/",
            "http://example.com:80a/",
            "http://example.com/a b",
            "http://example.com/%zz",
            "http://example.com/%4",
            "http://[::1",
            "http://[::g]/",
            "http://[::1]x/",
            "http://café.example/",
            "http://example.com/<id>",
            "http://example.com/#a#b",
            "http://example.com/\n",
            "undefined/todos/1",
        ],
    );
}

#[test]
fn an_address_has_one_at_and_a_dotted_domain() {
    all(
        is_email,
        &["a@b.co", "first.last+tag@sub.example.com", "ü@exämple.org"],
        &["", "a", "a@b", "@b.co", "a@", "a@b.", "a@.co", "a@b..co", "a b@c.de", "a@b@c.de", "a@b.c\n"],
    );
}
