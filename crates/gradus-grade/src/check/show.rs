//! What was sent and what came back, in the form in which a report shows it.

use crate::target::Origin;
use gradus_model::outcome::{Answer, Exchange, SentRequest, Shown};
use gradus_probe::{ProbeError, Request, Response};
use std::fmt::Write;

/// How many bytes of a body a report shows.
const SHOWN_BODY: usize = 4 * 1024;
/// A body of more bytes does not go into a command line.
const CURL_BODY: usize = 8 * 1024;

/// A request and its answer, or the reason why there is none.
pub fn exchange(request: &Request, origin: &Origin, result: Result<&Response, &ProbeError>) -> Exchange {
    let url = if request.target == "*" { format!("{origin}") } else { format!("{origin}{}", request.target) };
    Exchange {
        curl: curl(request, &url),
        request: SentRequest {
            method: request.method.clone(),
            headers: texts(&request.headers),
            body: Shown::new(&request.body, SHOWN_BODY),
            url,
        },
        answer: result.map(answer).map_err(ToString::to_string),
    }
}

fn answer(response: &Response) -> Answer {
    Answer {
        status: response.status,
        reason: response.reason.clone(),
        headers: texts(&response.headers),
        body: Shown::new(&response.body, SHOWN_BODY),
        took: response.timing.total,
    }
}

fn texts(headers: &[(String, Vec<u8>)]) -> Vec<(String, String)> {
    headers.iter().map(|(name, value)| (name.clone(), String::from_utf8_lossy(value).into_owned())).collect()
}

/// A command line that sends the same request.
fn curl(request: &Request, url: &str) -> String {
    let mut line = String::from("curl -i");
    let has_body = !request.body.is_empty();
    match request.method.as_str() {
        "GET" if !has_body => {}
        "POST" if has_body => {}
        "HEAD" => line = "curl -I".into(),
        method => push(&mut line, &format!("-X {}", quote(method))),
    }
    if request.target == "*" {
        push(&mut line, "--request-target '*'");
    }
    for (name, value) in texts(&request.headers) {
        if !matches!(name.to_ascii_lowercase().as_str(), "accept" | "user-agent") {
            push(&mut line, &format!("-H {}", quote(&format!("{name}: {value}"))));
        }
    }
    push(&mut line, &quote(url));
    if !has_body {
        return line;
    }
    match std::str::from_utf8(&request.body) {
        Ok(text) if text.len() <= CURL_BODY && !text.contains('\0') => {
            push(&mut line, &format!("--data-raw {}", quote(text)));
            line
        }
        _ if request.body.len() <= CURL_BODY => {
            format!("printf {} | {line} --data-binary @-", octal(&request.body))
        }
        _ => format!("{line} --data-binary @FILE  # {} bytes", request.body.len()),
    }
}

fn push(line: &mut String, word: &str) {
    line.push(' ');
    line.push_str(word);
}

/// Quoted for a POSIX shell.
fn quote(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=@%+,".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

/// The argument of printf(1) that prints these bytes.
fn octal(bytes: &[u8]) -> String {
    let mut text = String::from("'");
    for byte in bytes {
        // Writing to a string can't fail.
        let _ = write!(text, "\\{byte:03o}");
    }
    text + "'"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(method: &str, body: &[u8]) -> Request {
        Request {
            method: method.into(),
            target: "/todos".into(),
            headers: vec![("content-type".into(), b"application/json".to_vec())],
            body: body.to_vec().into(),
            connection: gradus_probe::Connection::Keep,
        }
    }

    #[test]
    fn a_curl_line_can_be_pasted_into_a_shell() {
        assert_eq!(
            curl(&request("POST", br#"{"title":"it's"}"#), "http://h/todos"),
            r#"curl -i -H 'content-type: application/json' http://h/todos --data-raw '{"title":"it'\''s"}'"#
        );
        assert_eq!(
            curl(&request("PUT", &[0, 255]), "http://h/todos"),
            r"printf '\000\377' | curl -i -X PUT -H 'content-type: application/json' http://h/todos --data-binary @-"
        );
        assert_eq!(
            curl(&request("HEAD", b""), "http://h/?a=1"),
            "curl -I -H 'content-type: application/json' 'http://h/?a=1'"
        );
    }
}
