//! Mistakes in commands and in bytes.

use super::*;

#[test]
fn a_command_is_words_and_expects_something() {
    let run = |what: &str, expect: &str| step(&format!("run: {what}, expect: {expect}"));
    let right = run(
        "{ command: [./restore, x], args: [-v], stdin: { json: { a: 1 } }, env: { A: b } }",
        "{ exit: 0, stdout: { file: text.txt }, files: { out/a.txt: b, /tmp/$(seed)/c: { $contains: d } } }",
    );
    assert_eq!(mistakes(&right), Vec::<String>::new());
    check(&run("{ command: [] }", "{ exit: 0 }"), &["this list is empty: no program is named @ `[]`"]);
    check(&run("{ command: ./restore }", "{ exit: 0 }"), &["expected a list, found text @ `./restore`"]);
    check(&run("{ comand: [a] }", "{ exit: 0 }"), &["unknown key `comand` @ `comand`"]);
    check(&run("{ stdin: { fle: a } }", "{ exit: 0 }"), &["unknown key `fle` @ `fle`"]);
    check(
        &run("{}", "{ exit: 256 }"),
        &["this expectation can't hold: every exit code is a whole number from 0 to 255 @ `256`"],
    );
    check(
        &run("{}", "{ stdout: { file: none.txt } }"),
        &["`none.txt` can't be read: no such file @ `none.txt`"],
    );
    check(&run("{}", "{ code: 0 }"), &["unknown key `code` @ `code`"]);
    check(&step("run: {}"), &["this check can't fail: none of its steps expects anything @ `{ run: {} }`"]);
    check(
        &step("run: { args: [$(nobody)] }, expect: { exit: 0 }"),
        &["`$(nobody)` stands for nothing here @ `$(nobody)`"],
    );
}

#[test]
fn files_of_a_command_stand_below_its_folder_or_are_absolute() {
    let text = step("run: {}, expect: { files: { ../out.txt: a } }");
    check(&text, &["`../out.txt` leads upwards @ `../out.txt`"]);
    assert_eq!(help(&text), "name it below the submission's folder, or by its absolute path");
    assert_eq!(mistakes(&step("run: {}, expect: { files: { a..b/out.txt: a } }")), Vec::<String>::new());
}

#[test]
fn bytes_are_text_hexadecimal_or_a_wait() {
    let raw = |send: &str| step(&format!("raw: {{ send: {send} }}, expect: {{ closed: true }}"));
    assert_eq!(mistakes(&raw("[ab, { hex: 00ff }, { wait: 100ms }]")), Vec::<String>::new());
    check(&raw("[{ hex: xyz }]"), &["expected hexadecimal digits, two for a byte @ `xyz`"]);
    check(&raw("[{ wait: soon }]"), &["expected a duration @ `soon`"]);
    check(&raw("a, then: close"), &["`close` is not one of keep, half_close @ `close`"]);
    check(
        &step("raw: { send: a }, expect: { closed: 1 }"),
        &["expected true or false, found a number @ `1`"],
    );
}
