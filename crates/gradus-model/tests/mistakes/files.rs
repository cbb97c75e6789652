//! Mistakes about files beside grader.yaml, and within them.

use super::*;

#[test]
fn files_are_there_and_inside_the_graders_folder() {
    let sending = |path: &str| step(&format!("post: /, file: {path}, expect: {{ status: 200 }}"));
    check(&sending("body.bin"), &[]);
    check(&sending("none.bin"), &["`none.bin` can't be read: no such file @ `none.bin`"]);
    for outside in ["../x", "/etc/passwd", "a/../../x", "a\\b"] {
        check(&sending(outside), &[&format!("`{outside}` is outside the grader's folder @ `{outside}`")]);
    }
    check(&sending("[a]"), &["expected the path of a file, found a list @ `[a]`"]);
}

#[test]
fn expected_files_are_read() {
    check(&expecting("{ file: right.json }"), &[]);
    check(&expecting("{ file: text.txt }"), &[]);
    check(&expecting("{ file: body.bin }"), &["`body.bin` is not UTF-8 @ `body.bin`"]);
    check(&json("{ $schema: schema.json }"), &[]);
    let grader = read(&expecting("{ file: right.json }")).expect("a right grader");
    let gradus_model::grader::Action::Request(request) = &grader.checks[0].steps[0].action else {
        panic!("a request")
    };
    let shown = format!("{:?}", request.expect.file);
    assert!(shown.contains("Marker(Uuid)") && shown.contains("😀/"), "{shown}");
    assert_eq!(grader.sources.0[1].path, "graders/demo/right.json");
}

#[test]
fn mistakes_in_files_of_expected_output_are_shown_where_they_stand() {
    check(
        &expecting("{ file: expected.json }"),
        &["unknown marker `$strng` @ `\"$strng\"`", "`$(nobody)` stands for nothing here @ `$(nobody)`"],
    );
    let broken = mistakes(&expecting("{ file: broken.json }"));
    assert!(broken[0].starts_with("this is not JSON: "), "{broken:?}");
}
