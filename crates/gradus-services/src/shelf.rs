//! A row of items that can only be read one by one and changed by swapping two. It counts nothing: its stub remembers
//! every request.

use crate::call::{Call, Unexpected};
use crate::reply::Said;
use gradus_model::json::Json;

/// The answer of a shelf; nothing if it can't be asked that. A swap changes the items.
pub fn answer(items: &mut [Json], call: &Call) -> Option<Said> {
    let path: Vec<&str> = call.path.split('/').skip(1).collect();
    match (call.method.as_str(), path.as_slice()) {
        ("GET", ["size"]) => Some(say(200, "size", Json::Number(items.len().to_string()))),
        ("GET", ["items", place]) => {
            Some(match place.parse().ok().and_then(|place: usize| items.get(place)) {
                Some(item) => say(200, "item", item.clone()),
                None => refuse(404, format!("there is no place {place} among {}", items.len())),
            })
        }
        ("POST", ["swaps"]) => Some(match places(call, items.len()) {
            Some((a, b)) => {
                items.swap(a, b);
                Said { status: 204, headers: Vec::new(), body: Vec::new() }
            }
            None => refuse(400, format!("`a` and `b` are two places among {}", items.len())),
        }),
        _ => None,
    }
}

/// A request that no shelf answers.
pub fn unexpected(call: &Call) -> Unexpected {
    Unexpected {
        asked: call.title(),
        nearest: Some("GET /size, GET /items/N or POST /swaps".to_owned()),
        why: "it is a shelf, which can be asked nothing else".to_owned(),
    }
}

fn places(call: &Call, size: usize) -> Option<(usize, usize)> {
    let Some(Json::Object(entries)) = call.json() else { return None };
    let place = |name: &str| {
        let (_, value) = entries.iter().find(|(key, _)| key == name)?;
        let Json::Number(text) = value else { return None };
        text.parse().ok().filter(|place| *place < size)
    };
    Some((place("a")?, place("b")?))
}

fn say(status: u16, name: &str, value: Json) -> Said {
    let body = Json::Object(vec![(name.to_owned(), value)]).to_string().into_bytes();
    Said { status, headers: vec![("content-type".to_owned(), "application/json".to_owned())], body }
}

fn refuse(status: u16, why: String) -> Said {
    say(status, "error", Json::from(why.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::callback::Log;
    use std::time::Instant;

    fn asked(items: &mut [Json], method: &str, path: &str, body: &str) -> Option<(u16, String)> {
        let call = Call {
            method: method.into(),
            path: path.into(),
            raw_path: path.into(),
            query: Vec::new(),
            headers: Vec::new(),
            body: body.into(),
            at: Instant::now(),
            callbacks: Log::default(),
        };
        answer(items, &call).map(|said| (said.status, String::from_utf8_lossy(&said.body).into_owned()))
    }

    fn row(numbers: &[i64]) -> Vec<Json> {
        numbers.iter().map(|number| Json::from(*number)).collect()
    }

    #[test]
    fn items_are_read_one_by_one_and_swapped() {
        let items = &mut row(&[5, 3, 9]);
        let some = |status, body: &str| Some((status, body.to_owned()));
        assert_eq!(asked(items, "GET", "/size", ""), some(200, r#"{"size":3}"#));
        assert_eq!(asked(items, "GET", "/items/2", ""), some(200, r#"{"item":9}"#));
        assert_eq!(asked(items, "POST", "/swaps", r#"{"a": 0, "b": 2}"#), some(204, ""));
        assert_eq!(*items, row(&[9, 3, 5]));
    }

    #[test]
    fn places_that_are_not_there_are_refused_and_nothing_moves() {
        let items = &mut row(&[5, 3]);
        assert_eq!(asked(items, "GET", "/items/2", "").map(|said| said.0), Some(404));
        assert_eq!(asked(items, "GET", "/items/-1", "").map(|said| said.0), Some(404));
        for body in ["", "{}", r#"{"a": 0}"#, r#"{"a": 0, "b": 2}"#, r#"{"a": 0, "b": "1"}"#, "[0, 1]"] {
            assert_eq!(asked(items, "POST", "/swaps", body).map(|said| said.0), Some(400), "{body}");
        }
        assert_eq!(*items, row(&[5, 3]));
        assert_eq!(asked(&mut [], "GET", "/items/0", "").map(|said| said.0), Some(404));
    }

    #[test]
    fn a_shelf_knows_nothing_else() {
        let items = &mut row(&[5]);
        for (method, path) in
            [("GET", "/items"), ("GET", "/"), ("PUT", "/items/0"), ("GET", "/swaps"), ("GET", "/items/0/x")]
        {
            assert_eq!(asked(items, method, path, ""), None, "{method} {path}");
        }
    }
}
