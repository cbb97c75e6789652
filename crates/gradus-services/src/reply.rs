//! What a reply says, once the request that it answers is known.

use crate::call::Call;
use gradus_model::eval;
use gradus_model::grader::Body;
use gradus_model::json::Json;
use gradus_model::stub::Reply;
use gradus_model::value::Bindings;

/// An answer as it goes out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// The status code.
    pub status: u16,
    /// The headers, without a length.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

/// An answer in which names stand for these values.
pub fn say(reply: &Reply, bindings: &Bindings) -> Said {
    let (body, kind) = match &reply.body {
        Body::None => (Vec::new(), None),
        Body::Json(value) => {
            (eval::value(value, bindings).to_string().into_bytes(), Some("application/json"))
        }
        Body::Text(text) => (text.fill(bindings).into_bytes(), Some("text/plain; charset=utf-8")),
        Body::Form(fields) => {
            let pairs = fields.iter().map(|(name, value)| (name, eval::value(value, bindings).to_text()));
            let form = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
            (form.into_bytes(), Some("application/x-www-form-urlencoded"))
        }
        Body::Bytes { bytes, .. } => (bytes.clone(), Some("application/octet-stream")),
        // Reading the file has refused names in it, and text that stands for no bytes.
        Body::Coded(coded) => (coded.bytes(bindings).unwrap_or_default(), Some("application/octet-stream")),
    };
    let mut headers: Vec<(String, String)> = Vec::new();
    for (name, value) in &reply.headers {
        let name = name.to_ascii_lowercase();
        match eval::value(value, bindings) {
            Json::Array(items) => headers.extend(items.iter().map(|item| (name.clone(), item.to_text()))),
            Json::Null => {}
            one => headers.push((name, one.to_text())),
        }
    }
    if let Some(kind) = kind.filter(|_| headers.iter().all(|(name, _)| name != "content-type")) {
        headers.push(("content-type".to_owned(), kind.to_owned()));
    }
    Said { status: reply.status, headers, body }
}

/// Adds the names that stand for parts of a request, the `number`th of its route; `stars` are the segments of its path that
/// stood for any.
pub fn with_request(bindings: &Bindings, call: &Call, stars: &[String], number: usize) -> Bindings {
    let mut bindings = bindings.clone();
    let mut bind = |name: String, value: Json| drop(bindings.insert(name, value));
    bind("request_method".into(), Json::from(call.method.as_str()));
    bind("request_path".into(), Json::from(call.path.as_str()));
    bind("request_text".into(), Json::from(call.text().as_str()));
    bind("request_number".into(), Json::Number(number.to_string()));
    for (index, star) in stars.iter().enumerate() {
        bind(format!("path_{}", index + 1), Json::from(star.as_str()));
    }
    for (name, value) in &call.query {
        bind(format!("query_{name}"), Json::from(value.as_str()));
    }
    for (name, value) in &call.headers {
        bind(format!("header_{}", name.replace('-', "_")), Json::from(value.as_str()));
    }
    let json = call.json();
    if let Some(Json::Object(entries)) = &json {
        for (key, value) in entries {
            bind(format!("json_{key}"), value.clone());
        }
    }
    bind("request_json".into(), json.unwrap_or(Json::Null));
    bindings
}

#[cfg(test)]
mod tests {
    use super::*;
    use gradus_model::source::Span;
    use gradus_model::value::{Value, ValueKind};
    use std::time::Duration;

    #[test]
    fn a_list_gives_a_repeated_header_and_null_none() {
        let value = |kind| Value { kind, span: Span::default() };
        let text = |text: &str| value(ValueKind::Scalar(Json::from(text)));
        let reply = Reply {
            status: 200,
            headers: vec![
                ("Set-Cookie".into(), value(ValueKind::List(vec![text("a=1"), text("b=2")]))),
                ("etag".into(), value(ValueKind::Scalar(Json::Null))),
            ],
            body: Body::None,
            delay: Duration::ZERO,
            after: None,
            hold: false,
            fault: None,
            callbacks: Vec::new(),
        };
        let cookie = |text: &str| ("set-cookie".to_owned(), text.to_owned());
        let said = say(&reply, &Bindings::new());
        assert_eq!(said.headers, [cookie("a=1"), cookie("b=2")]);
    }
}
