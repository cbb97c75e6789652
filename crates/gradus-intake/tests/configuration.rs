//! Names in a configuration stand for what the server is told, and nothing else in it changes.

use super::{folder, read};
use gradus_intake::configuration::{NotFilled, fill, names};
use std::collections::BTreeMap;

fn known() -> BTreeMap<String, String> {
    let told = [
        ("PORT", "4711"),
        ("APP_URL", "http://127.0.0.1:80/x"),
        ("DATABASE_URL", "postgresql://me:at@db:5432/shop"),
    ];
    names(told.map(|(name, value)| (name.to_owned(), value.to_owned())))
}

/// What becomes of a file `a.conf`.
fn filled(text: &str) -> Result<String, NotFilled> {
    let (from, to) = (folder(&[("a.conf", text)]), folder(&[]));
    fill(from.path(), to.path(), &known()).map(|()| read(to.path(), "a.conf"))
}

#[test]
fn an_address_has_parts() {
    let known = known();
    let of = |name: &str| known.get(name).map(String::as_str);
    assert_eq!((of("APP_HOST"), of("APP_PORT")), (Some("127.0.0.1"), Some("80")));
    assert_eq!((of("DATABASE_HOST"), of("DATABASE_PORT")), (Some("db"), Some("5432")));
}

#[test]
fn names_in_capitals_are_filled_in_and_whatever_looks_alike_is_not() {
    let same = |text: &str, after: &str| assert_eq!(filled(text).expect("filled"), after);
    same("listen ${APP_HOST}:${PORT};", "listen 127.0.0.1:4711;");
    same("${PORT}${PORT}\r\n\tä ${PORT}", "47114711\r\n\tä 4711");
    for text in ["${uri} $PORT ${} ${", "${map:PORT} %{PORT} ${1A}", "  # ${NOBODY}\n", "$${port}"] {
        same(text, text);
    }
}

#[test]
fn each_name_that_stands_for_nothing_is_shown_where_it_is() {
    let Err(NotFilled::Unknown(unknown)) = filled("a\n\tü ${POTR} ${NOTHING_LIKE_IT}\n") else {
        panic!("both are unknown")
    };
    let shown: Vec<String> = unknown.iter().map(ToString::to_string).collect();
    let first = "a.conf:2:4: ${POTR} stands for nothing\n  |\n2 | \tü ${POTR} ${NOTHING_LIKE_IT}\n  | \t  ^^^^^^^\n  = did you mean ${PORT}?";
    assert_eq!(shown[0], first);
    assert!(shown[1].contains("there are: ${APP_HOST}, ${APP_PORT}, ${APP_URL}, ${DATABASE_HOST}"));
}

#[test]
fn only_text_of_a_sensible_length_is_filled_in_and_other_files_are_copied() {
    assert!(matches!(filled(&"#".repeat((1 << 20) + 1)), Err(NotFilled::TooLong)));
    let (from, to) = (folder(&[("b/page.html", "${PORT}")]), folder(&[]));
    std::fs::write(from.path().join("a.conf"), [0xff]).expect("a file");
    assert!(matches!(fill(from.path(), to.path(), &known()), Err(NotFilled::NotText(_))));
    std::fs::remove_file(from.path().join("a.conf")).expect("a file");
    fill(from.path(), to.path(), &known()).expect("filled");
    assert_eq!(read(to.path(), "b/page.html"), "${PORT}");
}
