//! What a grader expects of an answer against the answer: status, headers and body. It knows no HTTP but these.

mod body;
mod header;

use crate::miss::Miss;
use crate::pattern;
use gradus_model::grader::{Expect, ExpectedContent};
use gradus_model::json::Json;
use gradus_model::value::Bindings;

/// An answer as it came, decompressed.
#[derive(Clone, Copy, Debug)]
pub struct AnswerView<'a> {
    /// The status code.
    pub status: u16,
    /// Names in any case, values as bytes, in order.
    pub headers: &'a [(String, Vec<u8>)],
    /// The body.
    pub body: &'a [u8],
}

/// Everything in which the answer is not what was expected, in the order of the page: status, headers, body.
pub fn judge(expect: &Expect, answer: &AnswerView<'_>, bindings: &Bindings) -> Vec<Miss> {
    let mut misses = Vec::new();
    if let Some(status) = &expect.status {
        let got = Json::Number(answer.status.to_string());
        misses.extend(pattern::judge(status, Some(&got), "status", bindings));
    }
    for (name, pattern) in &expect.headers {
        misses.extend(header::judge(&name.value, pattern, answer.headers, bindings));
    }
    let body = body::Body::new(answer.body);
    if let Some(json) = &expect.json {
        misses.extend(body.judge_json(json, bindings));
    }
    if let Some(text) = &expect.text {
        misses.extend(body.judge_text(text, bindings));
    }
    match expect.file.as_ref().map(|file| (&file.content, file)) {
        Some((ExpectedContent::Json(json), _)) => misses.extend(body.judge_json(json, bindings)),
        Some((ExpectedContent::Text(text), file)) => misses.extend(body.judge_file(text, &file.path)),
        None => {}
    }
    if let Some(bytes) = &expect.bytes {
        misses.extend(body.judge_bytes(bytes, bindings));
    }
    if let Some(span) = expect.empty_body {
        misses.extend(body.judge_empty(span));
    }
    misses
}

/// Every part of an expectation that can never be judged, by the author's mistake.
pub fn mistakes(expect: &Expect) -> Vec<pattern::Mistake> {
    let file = match expect.file.as_ref().map(|file| &file.content) {
        Some(ExpectedContent::Json(pattern)) => Some(pattern),
        _ => None,
    };
    let headers = expect.headers.iter().map(|(_, pattern)| pattern);
    let all = expect.status.iter().chain(headers).chain(&expect.json).chain(&expect.text).chain(file);
    all.flat_map(pattern::mistakes).collect()
}

pub use body::no_bytes;
pub(crate) use body::undecodable;
pub(crate) use header::values;
