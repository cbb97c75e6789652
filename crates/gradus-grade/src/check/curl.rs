//! A command line that sends what the grader sent. It knows curl's habits, and nothing of what came back.

use super::request::USER_AGENT;
use crate::shell;
use gradus_probe::{Connection, Request};

/// A body of more bytes does not go into a command line.
const MOST: usize = 8 * 1024;

/// The command line of a request to this address. Where the grader tells its own name, curl tells its own.
pub fn line(request: &Request, url: &str) -> String {
    let has_body = !request.body.is_empty();
    let mut words = vec!["curl".to_owned()];
    match (request.method.as_str(), has_body) {
        ("HEAD", false) => words.push("-I".into()),
        ("GET", false) | ("POST", true) => words.push("-i".into()),
        // Nothing comes after the head, and curl would wait for it.
        ("HEAD", true) => words.push("-i -m 5 -X HEAD".into()),
        (method, _) => words.push(format!("-i -X {}", shell::word(method.as_bytes()))),
    }
    words.extend(as_it_stands(request, url).into_iter().map(str::to_owned));
    words.extend(headers(request).iter().map(|header| format!("-H {}", shell::word(header))));
    words.push(shell::word(url.as_bytes()));
    let line = words.join(" ");
    match shell::readable(&request.body) {
        _ if !has_body => line,
        _ if request.body.len() > MOST => {
            format!("{line} --data-binary @FILE  # {} bytes", request.body.len())
        }
        Some(text) => format!("{line} --data-raw {}", shell::word(text.as_bytes())),
        None => format!("printf {} | {line} --data-binary @-", shell::printf(&request.body)),
    }
}

/// What keeps curl from making another address of it, and another protocol.
fn as_it_stands(request: &Request, url: &str) -> Vec<&'static str> {
    let path = request.target.split(['?', '#']).next().unwrap_or_default();
    let is_dots =
        |segment: &str| matches!(segment.to_ascii_lowercase().replace("%2e", ".").as_str(), "." | "..");
    let mut options = Vec::new();
    if url.starts_with("https:") {
        options.push("--http1.1");
    }
    if path == "*" {
        options.push("--request-target '*'");
    }
    if path.split('/').any(is_dots) {
        options.push("--path-as-is");
    }
    if request.target.contains(['[', ']', '{', '}']) {
        options.push("-g");
    }
    options
}

/// The headers to be named: those that curl does not send of itself, and those that it would.
fn headers(request: &Request) -> Vec<Vec<u8>> {
    let given = |name: &str| {
        let named = request.headers.iter().filter(|(other, _)| other.eq_ignore_ascii_case(name));
        named.map(|(_, value)| value.as_slice()).collect::<Vec<_>>()
    };
    let has_body = !request.body.is_empty();
    let curls = [("accept", &b"*/*"[..]), ("user-agent", USER_AGENT.as_bytes())];
    let mut lines = Vec::new();
    for (name, value) in &request.headers {
        if curls.iter().any(|(curl, usual)| name.eq_ignore_ascii_case(curl) && given(name) == [*usual]) {
            continue;
        }
        // With a colon, one without a value is left out.
        let blank = value.trim_ascii().is_empty();
        lines.push([name.as_bytes(), if blank { b";" } else { b": " }, value.trim_ascii()].concat());
    }
    let own = curls.map(|(name, _)| name).into_iter().chain(has_body.then_some("content-type"));
    lines.extend(own.filter(|name| given(name).is_empty()).map(|name| format!("{name}:").into_bytes()));
    if request.connection == Connection::Close && given("connection").is_empty() {
        lines.push(b"connection: close".to_vec());
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn is(method: &str, target: &str, headers: &[(&str, &str)], body: &[u8], expected: &str) {
        let usual = [("accept", "*/*"), ("user-agent", USER_AGENT)];
        let headers =
            usual.iter().filter(|(name, _)| headers.iter().all(|(other, _)| other != name)).chain(headers);
        let request = Request {
            method: method.into(),
            target: target.into(),
            headers: headers.map(|(name, value)| ((*name).to_owned(), value.as_bytes().to_vec())).collect(),
            body: body.to_vec().into(),
            connection: Connection::Keep,
        };
        assert_eq!(line(&request, &format!("http://h{target}")), expected);
    }

    const JSON: (&str, &str) = ("content-type", "application/json");

    #[test]
    fn a_curl_line_can_be_pasted_into_a_shell() {
        is(
            "POST",
            "/todos",
            &[JSON],
            br#"{"title":"it's"}"#,
            r#"curl -i -H 'content-type: application/json' http://h/todos --data-raw '{"title":"it'\''s"}'"#,
        );
        is(
            "PUT",
            "/x",
            &[JSON],
            &[0, 255],
            r"printf '\000\377' | curl -i -X PUT -H 'content-type: application/json' http://h/x --data-binary @-",
        );
        is("HEAD", "/?a=1", &[JSON], b"", "curl -I -H 'content-type: application/json' 'http://h/?a=1'");
        is("GET", "/", &[("accept", "text/html")], b"", "curl -i -H 'accept: text/html' http://h/");
    }

    #[test]
    fn curl_changes_neither_the_address_nor_a_header() {
        is("GET", "/a/../b", &[], b"", "curl -i --path-as-is http://h/a/../b");
        is("GET", "/%2E/b?c=/../", &[], b"", "curl -i --path-as-is 'http://h/%2E/b?c=/../'");
        is("GET", "/a..b", &[], b"", "curl -i http://h/a..b");
        is("GET", "/?f[a]=1", &[], b"", "curl -i -g 'http://h/?f[a]=1'");
        is("GET", "/", &[("x-empty", "")], b"", "curl -i -H 'x-empty;' http://h/");
        is("POST", "/", &[], b"{}", "curl -i -H content-type: http://h/ --data-raw '{}'");
        is("POST", "/", &[], b"", "curl -i -X POST http://h/");
        is(
            "POST",
            "/",
            &[JSON],
            b"a\n",
            r"printf 'a\n' | curl -i -H 'content-type: application/json' http://h/ --data-binary @-",
        );
        is(
            "HEAD",
            "/",
            &[JSON],
            b"a",
            "curl -i -m 5 -X HEAD -H 'content-type: application/json' http://h/ --data-raw a",
        );
    }
}
