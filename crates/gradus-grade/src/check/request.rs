//! From a step of the grader's file to the request that is sent.

use crate::target::Origin;
use bytes::Bytes;
use gradus_judge::answer;
use gradus_judge::miss::Miss;
use gradus_model::coded::Coded;
use gradus_model::eval;
use gradus_model::grader::{Body, Connection, Outgoing, RequestStep};
use gradus_model::json::Json;
use gradus_model::value::{Bindings, Value};
use gradus_probe::Request;
use std::fmt::Write;
use url::{Host, Url};

/// Who asks, unless a step says otherwise.
pub const USER_AGENT: &str = concat!("gradus/", env!("CARGO_PKG_VERSION"));

/// A request, and where it goes.
#[derive(Clone, Debug)]
pub struct Addressed {
    /// What is sent.
    pub request: Request,
    /// The submission as it was told, or another port of it that it named.
    pub origin: Origin,
}

/// The step in a few words: `POST /todos`.
pub fn title(outgoing: &Outgoing, bindings: &Bindings) -> String {
    let path = outgoing.path.fill(bindings);
    format!("{} {}", outgoing.method, if path.is_empty() { "(an empty address)" } else { &path })
}

/// The request that a step sends to the port that the submission was told.
pub fn build(step: &RequestStep, bindings: &Bindings, origin: &Origin) -> Result<Request, Box<Miss>> {
    let addressed = address(&step.outgoing, step.connection, bindings, origin)?;
    if addressed.origin != *origin {
        let given = step.outgoing.path.fill(bindings);
        return Err(elsewhere(&step.outgoing, &given, origin, "it names another port".into()));
    }
    Ok(addressed.request)
}

/// A request, and the port of the submission that it goes to.
pub fn address(
    outgoing: &Outgoing,
    connection: Connection,
    bindings: &Bindings,
    origin: &Origin,
) -> Result<Addressed, Box<Miss>> {
    let given = outgoing.path.fill(bindings);
    let (mut target, port) =
        target_of(&given, origin).map_err(|why| elsewhere(outgoing, &given, origin, why))?;
    append_query(&mut target, &outgoing.query, bindings);
    let (body, content_type) = body(&outgoing.body, bindings)?;
    let mut headers: Vec<(String, Vec<u8>)> =
        vec![("accept".into(), b"*/*".to_vec()), ("user-agent".into(), USER_AGENT.into())];
    if let Some(content_type) = content_type {
        headers.push(("content-type".into(), content_type.into()));
    }
    set_headers(&mut headers, &outgoing.headers, &body, bindings);
    let connection = match connection {
        Connection::Keep => gradus_probe::Connection::Keep,
        Connection::Fresh => gradus_probe::Connection::Fresh,
        Connection::Close => gradus_probe::Connection::Close,
    };
    let request = Request { method: outgoing.method.clone(), target, headers, body, connection };
    Ok(Addressed { request, origin: Origin { port, ..origin.clone() } })
}

/// An address that a submission gave and that is not its own. It is never followed.
fn elsewhere(outgoing: &Outgoing, given: &str, origin: &Origin, why: String) -> Box<Miss> {
    Box::new(Miss {
        path: "url".to_owned(),
        wanted: format!("an address of the submission, {origin}"),
        got: quoted(given),
        note: Some(why),
        difference: Vec::new(),
        span: outgoing.path.span,
    })
}

/// Origin-form (RFC 9112 §3.2.1) of a path or of an absolute address of the submission's, and its port.
fn target_of(given: &str, origin: &Origin) -> Result<(String, u16), String> {
    if given == "*" {
        return Ok(("*".into(), origin.port));
    }
    if given.starts_with('/') && !given.starts_with("//") {
        return Ok((format!("{}{}", origin.base, escape(given)), origin.port));
    }
    if given.is_empty() {
        return Err("an empty address names nothing".into());
    }
    let base = Url::parse(&format!("{origin}/")).map_err(|error| error.to_string())?;
    let url = base.join(given).map_err(|error| format!("it is not an address: {error}"))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err("only http and https are asked".into());
    }
    if !same_host(&url, &base) {
        return Err("it names another host".into());
    }
    let same_scheme = url.scheme() == origin.scheme();
    let port = url.port_or_known_default().filter(|_| same_scheme).unwrap_or(origin.port);
    let mut target = url.path().to_owned();
    if let Some(query) = url.query() {
        target.push('?');
        target.push_str(query);
    }
    Ok((target, port))
}

/// Loopback has several names, and a submission may use any of them.
fn same_host(url: &Url, base: &Url) -> bool {
    url.host() == base.host() || (is_loopback(url) && is_loopback(base))
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback() || address.is_unspecified(),
        Some(Host::Ipv6(address)) => address.is_loopback() || address.is_unspecified(),
        None => false,
    }
}

/// Percent-encodes what may not stand in a request line; what is already encoded stays.
fn escape(path: &str) -> String {
    let mut escaped = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'!' | b'#'..=b';' | b'=' | b'?'..=b'[' | b']' | b'_' | b'a'..=b'z' | b'~' => {
                escaped.push(byte as char)
            }
            other => push_percent(&mut escaped, other),
        }
    }
    escaped
}

fn append_query(target: &mut String, query: &[(String, Value)], bindings: &Bindings) {
    for (name, value) in query {
        for text in texts(eval::value(value, bindings)) {
            target.push(if target.contains('?') { '&' } else { '?' });
            push_component(target, name);
            target.push('=');
            push_component(target, &text);
        }
    }
}

/// A list gives one text for each element, `null` none.
fn texts(value: Json) -> Vec<String> {
    match value {
        Json::Array(items) => items.iter().map(Json::to_text).collect(),
        Json::Null => Vec::new(),
        other => vec![other.to_text()],
    }
}

/// Everything but RFC 3986's unreserved characters is percent-encoded.
fn push_component(target: &mut String, text: &str) {
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => target.push(byte as char),
            other => push_percent(target, other),
        }
    }
}

fn push_percent(target: &mut String, byte: u8) {
    // Writing to a string can't fail.
    let _ = write!(target, "%{byte:02X}");
}

/// The bytes of a body, and the content type that goes with it.
pub fn body(body: &Body, bindings: &Bindings) -> Result<(Bytes, Option<&'static str>), Box<Miss>> {
    Ok(match body {
        Body::None => (Bytes::new(), None),
        Body::Json(value) => (eval::value(value, bindings).to_string().into(), Some("application/json")),
        Body::Text(text) => (text.fill(bindings).into(), Some("text/plain; charset=utf-8")),
        Body::Form(fields) => {
            let mut form = String::new();
            append_query(&mut form, fields, bindings);
            (form.trim_start_matches('?').to_owned().into(), Some("application/x-www-form-urlencoded"))
        }
        Body::Bytes { bytes, file } => (bytes.clone().into(), file.as_deref().map(content_type_of)),
        Body::Coded(coded) => (bytes(coded, bindings)?.into(), None),
    })
}

/// Bytes with what names stand for.
pub fn bytes(coded: &Coded, bindings: &Bindings) -> Result<Vec<u8>, Box<Miss>> {
    coded.bytes(bindings).map_err(|uncoded| Box::new(answer::no_bytes(&uncoded, coded.text.span)))
}

fn content_type_of(file: &str) -> &'static str {
    match file.rsplit('.').next() {
        Some("json") => "application/json",
        Some("txt" | "md" | "csv") => "text/plain; charset=utf-8",
        Some("xml") => "application/xml",
        Some("html") => "text/html; charset=utf-8",
        _ => "application/octet-stream",
    }
}

/// The author's headers take the place of those that are otherwise sent. They may speak of the body.
fn set_headers(
    headers: &mut Vec<(String, Vec<u8>)>,
    given: &[(String, Value)],
    body: &Bytes,
    bindings: &Bindings,
) {
    if given.is_empty() {
        return;
    }
    let mut bindings = bindings.clone();
    bindings.insert("sent_body".into(), Json::from(&*String::from_utf8_lossy(body)));
    for (name, value) in given {
        headers.retain(|(other, _)| !other.eq_ignore_ascii_case(name));
        for text in texts(eval::value(value, &bindings)) {
            headers.push((name.clone(), text.into_bytes()));
        }
    }
}

fn quoted(text: &str) -> String {
    Json::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin() -> Origin {
        Origin { tls: false, host: "127.0.0.1".into(), port: 4711, base: String::new() }
    }

    #[track_caller]
    fn follows(given: &str, target: &str, port: u16) {
        assert_eq!(target_of(given, &origin()), Ok((target.to_owned(), port)), "{given}");
    }

    #[track_caller]
    fn refuses(given: &str, why: &str) {
        assert_eq!(target_of(given, &origin()), Err(why.to_owned()), "{given}");
    }

    #[test]
    fn the_submissions_own_addresses_are_followed() {
        follows("/todos?done=1", "/todos?done=1", 4711);
        follows("http://127.0.0.1:4711/todos/1", "/todos/1", 4711);
        follows("http://localhost:4711/todos/1?x=2", "/todos/1?x=2", 4711);
        follows("todos/1", "/todos/1", 4711);
        follows("http://[::1]:80/hooks", "/hooks", 80);
        follows("/buy milk/é%20", "/buy%20milk/%C3%A9%20", 4711);
    }

    #[test]
    fn an_address_of_somebody_else_is_never_followed() {
        refuses("http://example.com:4711/", "it names another host");
        refuses("//example.com/x", "it names another host");
        refuses("file:///etc/passwd", "only http and https are asked");
        refuses("", "an empty address names nothing");
    }

    #[test]
    fn a_path_below_a_url_target_keeps_its_base() {
        let origin = Origin { base: "/api".into(), ..origin() };
        assert_eq!(target_of("/todos", &origin), Ok(("/api/todos".to_owned(), 4711)));
        let absolute = target_of("http://127.0.0.1:4711/api/todos/1", &origin);
        assert_eq!(absolute, Ok(("/api/todos/1".to_owned(), 4711)));
    }
}
