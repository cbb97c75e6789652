//! The JSON reader: RFC 8259 to the letter, and a sentence for everything else.

use gradus_judge::json::{ReadLimits, read};

#[track_caller]
fn reads(text: &str, expected: &str) {
    assert_eq!(
        read(text.as_bytes(), ReadLimits::default()).map(|read| read.value.to_string()),
        Ok(expected.into())
    );
}

#[track_caller]
fn refuses(text: impl AsRef<[u8]>, expected: &str) {
    let error = read(text.as_ref(), ReadLimits::default()).expect_err("it is refused");
    assert_eq!(error.to_string(), expected);
}

#[test]
fn every_kind_of_value_is_read() {
    for text in ["null", "true", "false", "0", "-0", "1.50", "-1e400", "2E+07", "\"\"", "[]", "{}"] {
        reads(text, text);
    }
    reads(" [ 1 , [ ] , { \"a\" : { } } ]\r\n\t", r#"[1,[],{"a":{}}]"#);
    reads(r#"{"b":1,"a":[true,{"c":null}]}"#, r#"{"b":1,"a":[true,{"c":null}]}"#);
}

#[test]
fn numbers_keep_their_text() {
    reads("[1.0, 1e400, 12345678901234567890123, 0.1]", "[1.0,1e400,12345678901234567890123,0.1]");
}

#[test]
fn every_escape_is_resolved() {
    reads(
        r#""\"\\\/\b\f\n\r\t\u0041\u00e9\ud83d\ude00\u0000""#,
        "\"\\\"\\\\/\\u0008\\u000c\\n\\r\\tAé😀\\u0000\"",
    );
}

#[test]
fn what_is_not_json_is_said_with_its_place() {
    refuses("[1 2]", "not JSON: expected `,` or `]` at byte 3, found `2`");
    refuses("[1", "not JSON: expected `,` or `]` at byte 2, where the text ends");
    refuses("{\"a\" 1}", "not JSON: expected `:` at byte 5, found `1`");
    refuses("{a: 1}", "not JSON: expected a key in quotes or `}` at byte 1, found `a`");
    refuses("{\"a\":1,}", "not JSON: expected a key in quotes at byte 7, found `}`");
    refuses("[1,]", "not JSON: expected a value at byte 3, found `]`");
    refuses("{\"a\":1", "not JSON: expected `,` or `}` at byte 6, where the text ends");
    refuses("{\"a\":", "not JSON: expected a value at byte 5, where the text ends");
    refuses("\"abc", "not JSON: expected `\"` at the end of a string at byte 4, where the text ends");
    refuses("tru", "not JSON: expected a value at byte 0, found `tru`");
    refuses("trueish", "not JSON: expected a value at byte 0, found `trueish`");
    refuses("'a'", "not JSON: expected a value at byte 0, found `'`".replace('\'', "\\'").as_str());
    refuses(
        "{\n  \"a\": 1\n  \"b\": 2\n}",
        "not JSON: expected `,` or `}` at byte 13 (line 3), found `\"`".replace("`\"`", "`\\\"`").as_str(),
    );
}

#[test]
fn a_page_is_named_as_what_it_begins_with() {
    refuses("<!DOCTYPE html><html>", "not JSON: it begins with `<!DOCTYPE`");
    refuses("\n <html lang=\"en\">", "not JSON: it begins with `<html`");
    refuses(b"<p>caf\xe9", "not JSON: it begins with `<p>caf`");
}

#[test]
fn nothing_is_not_json() {
    refuses("", "not JSON: it is empty");
    refuses(" \n", "not JSON: it is empty");
}

#[test]
fn what_stands_after_the_value_is_refused() {
    refuses("{} x", "not JSON: expected the end of the text at byte 3, found `x`");
    refuses("1 2", "not JSON: expected the end of the text at byte 2, found `2`");
    refuses("null\u{0}", "not JSON: expected the end of the text at byte 4, found `\\0`");
}

#[test]
fn a_byte_order_mark_is_refused() {
    refuses("\u{feff}{}", "not JSON: it begins with a byte order mark (U+FEFF)");
}

#[test]
fn words_that_only_javascript_knows_are_refused() {
    refuses("NaN", "not JSON: expected a value at byte 0, found `NaN`");
    refuses("[Infinity]", "not JSON: expected a value at byte 1, found `Infinity`");
    refuses("undefined", "not JSON: expected a value at byte 0, found `undefined`");
    refuses("-Infinity", "not JSON: expected a digit at byte 1, found `Infinity`");
}

#[test]
fn numbers_follow_the_grammar() {
    refuses("012", "not JSON: a number begins with a superfluous zero at byte 0");
    refuses("-01", "not JSON: a number begins with a superfluous zero at byte 1");
    refuses("1.", "not JSON: expected a digit at byte 2, where the text ends");
    refuses("1.e5", "not JSON: expected a digit at byte 2, found `e5`");
    refuses("1e", "not JSON: expected a digit at byte 2, where the text ends");
    refuses("1e+", "not JSON: expected a digit at byte 3, where the text ends");
    refuses(".5", "not JSON: expected a value at byte 0, found `.`");
    refuses("+5", "not JSON: expected a value at byte 0, found `+`");
    refuses("-", "not JSON: expected a digit at byte 1, where the text ends");
    refuses("0x10", "not JSON: expected the end of the text at byte 1, found `x10`");
}

#[test]
fn a_lone_surrogate_is_named() {
    refuses(r#""\ud83d""#, "not JSON: the lone surrogate `\\ud83d` at byte 1, which stands for no character");
    refuses(
        r#""a\ude00""#,
        "not JSON: the lone surrogate `\\ude00` at byte 2, which stands for no character",
    );
    refuses(
        r#""\ud83d\u0041""#,
        "not JSON: the lone surrogate `\\ud83d` at byte 1, which stands for no character",
    );
    refuses(
        r#""\ud83dx""#,
        "not JSON: the lone surrogate `\\ud83d` at byte 1, which stands for no character",
    );
}

#[test]
fn strings_follow_the_grammar() {
    refuses("\"a\nb\"", "not JSON: the control character U+000A unescaped in a string at byte 2");
    refuses("\"\u{0}\"", "not JSON: the control character U+0000 unescaped in a string at byte 1");
    refuses(r#""\x41""#, "not JSON: the unknown escape `\\x` at byte 1");
    refuses(r#""\u00g0""#, "not JSON: the unknown escape `\\u00g0` at byte 1");
    refuses(r#""\u12"#, "not JSON: the unknown escape `\\u12` at byte 1");
    refuses("\"\\é\"", "not JSON: the unknown escape `\\é` at byte 1");
    refuses("\"\\", "not JSON: the unknown escape `\\` at byte 1");
}

#[test]
fn bytes_that_are_not_utf_8_are_refused_where_they_stand() {
    refuses(b"{\"a\":\"caf\xe9\"}", "not JSON: not UTF-8 at byte 9");
    refuses(b"\xff\xfe[\0]\0", "not JSON: not UTF-8 at byte 0");
}

#[test]
fn duplicate_keys_are_kept_and_told_with_their_paths() {
    let text = br#"{"a":1,"items":[{"id":1},{"id":2,"id":3}],"a":2,"x y":{"z":1,"z":1,"z":1}}"#;
    let read = read(text, ReadLimits::default()).expect("it is JSON");
    assert_eq!(read.duplicates, [".items[1].id", ".a", "[\"x y\"].z"]);
    assert!(read.value.to_string().ends_with(r#""z":1,"z":1,"z":1}}"#));
}

#[test]
fn duplicates_are_found_in_long_objects_and_through_escapes() {
    let entries: Vec<String> = (0..100).map(|key| format!("\"k{key}\":{key}")).collect();
    let text = format!("{{{},\"\\u006b50\":0}}", entries.join(","));
    assert_eq!(
        read(text.as_bytes(), ReadLimits::default()).map(|read| read.duplicates),
        Ok(vec![".k50".into()])
    );
}

#[test]
fn limits_hold_to_the_last_level_and_value() {
    let limits = ReadLimits { depth: 3, values: 5 };
    assert!(read(b"[[[1]]]", limits).is_ok());
    let deep = read(b"[[[[1]]]]", limits).expect_err("too deep").to_string();
    assert_eq!(deep, "the JSON is nested deeper than 3 levels at byte 3");
    assert!(read(b"[1,2,3,4]", limits).is_ok());
    let many = read(b"[1,2,3,4,5]", limits).expect_err("too many").to_string();
    assert_eq!(many, "the JSON holds more than 5 values at byte 9");
}
