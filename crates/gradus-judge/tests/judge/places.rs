//! Parts of answers for `save`.

use crate::build::json;
use gradus_judge::answer::AnswerView;
use gradus_judge::place::find;
use gradus_model::grader::PathPart::{Index, Key};
use gradus_model::grader::Place;
use gradus_model::json::Json;

const BODY: &str = r#"{"items":[{"id":7,"a b":true}],"none":[],"twice":1,"twice":2}"#;

fn at(place: Place) -> Result<Json, String> {
    let headers = [("ETag".to_owned(), b"\"v1\"".to_vec()), ("etag".to_owned(), b"\"v2\"".to_vec())];
    find(&place, &AnswerView { status: 201, headers: &headers, body: BODY.as_bytes() })
}

#[test]
fn each_part_of_an_answer_can_be_saved() {
    assert_eq!(at(Place::Status), Ok(json("201")));
    assert_eq!(at(Place::Header("etag".into())), Ok(json(r#""\"v1\"""#)));
    assert_eq!(at(Place::Text), Ok(Json::from(BODY)));
    assert_eq!(at(Place::Json(vec![Key("items".into()), Index(0), Key("id".into())])), Ok(json("7")));
    assert_eq!(at(Place::Json(vec![Key("items".into())])), Ok(json(r#"[{"id":7,"a b":true}]"#)));
}

#[test]
fn what_is_not_there_is_said_with_what_is() {
    let missing = |parts| at(Place::Json(parts)).expect_err("it is not there");
    assert_eq!(at(Place::Header("x".into())), Err("nothing, as there is no header `x`".into()));
    assert_eq!(
        missing(vec![Key("id".into())]),
        "nothing, as json is an object with the keys items, none, twice, twice"
    );
    assert_eq!(missing(vec![Key("none".into()), Index(0)]), "nothing, as json.none is an empty list");
    assert_eq!(
        missing(vec![Key("items".into()), Key("id".into())]),
        r#"nothing, as json.items is the list [{"id":7,"a b":true}]"#
    );
    assert_eq!(
        missing(vec![Key("items".into()), Index(0), Key("a b".into()), Key("c".into())]),
        r#"nothing, as json.items[0]["a b"] is the bool true"#
    );
}

#[test]
fn a_key_that_stands_twice_names_nothing() {
    let error = at(Place::Json(vec![Key("twice".into())])).expect_err("it is not clear");
    assert_eq!(error, "json.twice stands more than once, so which one is meant is not clear");
}

#[test]
fn a_body_that_cannot_be_read_says_why() {
    let view = AnswerView { status: 200, headers: &[], body: b"\xff" };
    assert_eq!(find(&Place::Text, &view), Err("nothing, as the body is no text: not UTF-8 at byte 0".into()));
    let view = AnswerView { status: 200, headers: &[], body: b"<html>" };
    let error = find(&Place::Json(vec![Key("id".into())]), &view).expect_err("it is a page");
    assert_eq!(error, "nothing: not JSON: it begins with `<html>`");
}
