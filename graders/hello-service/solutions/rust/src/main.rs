//! The shop's first server, with nothing but the standard library.

mod http;
mod text;

use http::{Request, Response};
use std::net::TcpListener;
use std::{env, io};

/// Why a request is not answered as it wished.
enum Refusal {
    /// A status and a sentence for the client.
    Said(u16, &'static str),
    /// The methods that would have been known.
    Method(&'static str),
}

/// SIGTERM simply ends it: nothing is kept, so there is nothing to finish.
fn main() -> io::Result<()> {
    let told = |name: &str, otherwise: &str| env::var(name).unwrap_or_else(|_| otherwise.to_owned());
    let listener = TcpListener::bind(format!("{}:{}", told("HOST", "127.0.0.1"), told("PORT", "8080")))?;
    http::serve(&listener, answer)
}

fn answer(request: &Request) -> Response {
    match route(request) {
        Ok(response) => response,
        Err(Refusal::Said(status, reason)) => json(status, "error", reason),
        Err(Refusal::Method(known)) => {
            json(405, "error", "this method is not known here").with("allow", known)
        }
    }
}

fn route(request: &Request) -> Result<Response, Refusal> {
    let handler = match request.path.as_str() {
        "/" => greet,
        "/health" => health,
        "/hello" => hello,
        "/echo" => return echo(request),
        _ => return Err(Refusal::Said(404, "there is nothing here")),
    };
    match request.method.as_str() {
        // Whoever writes the answer to HEAD leaves its body out.
        "GET" | "HEAD" => handler(request),
        _ => Err(Refusal::Method("GET, HEAD")),
    }
}

fn greet(_: &Request) -> Result<Response, Refusal> {
    Ok(Response::new(200, "text/plain; charset=utf-8", "Welcome to the shop!\n"))
}

fn health(_: &Request) -> Result<Response, Refusal> {
    Ok(json(200, "status", "ok"))
}

fn hello(request: &Request) -> Result<Response, Refusal> {
    let name = parameter(&request.query, "name")?.filter(|name| !name.is_empty());
    let name = name.ok_or(Refusal::Said(400, "say who you are: /hello?name=..."))?;
    Ok(json(200, "hello", &name))
}

fn echo(request: &Request) -> Result<Response, Refusal> {
    if request.method != "POST" {
        return Err(Refusal::Method("POST"));
    }
    let content_type = request.header("content-type").unwrap_or("application/octet-stream");
    Ok(Response::new(200, content_type, request.body.as_slice()))
}

/// The first parameter of that name. It is split before it is decoded: a value may hold an encoded `&`.
fn parameter(query: &str, wanted: &str) -> Result<Option<String>, Refusal> {
    for pair in query.split('&') {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        if decode(name)? == wanted {
            return decode(value).map(Some);
        }
    }
    Ok(None)
}

fn decode(packed: &str) -> Result<String, Refusal> {
    text::decode(packed).ok_or(Refusal::Said(400, "the query is not percent-encoded UTF-8"))
}

/// An object with one text in it; the shop has no other JSON.
fn json(status: u16, name: &str, text: &str) -> Response {
    let body = format!("{{{}: {}}}", text::quote(name), text::quote(text));
    Response::new(status, "application/json", body)
}
