//! Your list of todos. It listens, and its list is always empty: the rest is yours.
//! `http.rs` speaks HTTP and `json.rs` reads and writes JSON; look into them, change them, replace them.

#![allow(dead_code)] // Until you use all of both.

mod http;
mod json;

use http::{Request, Response};
use json::Json;
use std::net::TcpListener;
use std::{env, io};

fn main() -> io::Result<()> {
    let told = |name: &str, otherwise: &str| env::var(name).unwrap_or_else(|_| otherwise.to_owned());
    let listener = TcpListener::bind(format!("{}:{}", told("HOST", "127.0.0.1"), told("PORT", "8080")))?;
    // Every connection has a thread of its own: what you share between them belongs in a Mutex.
    http::serve(&listener, answer)
}

fn answer(request: &Request) -> Response {
    match (request.method.as_str(), request.path.as_str()) {
        ("GET", "/") => json(200, &Json::Array(Vec::new())), // Which todos are there?
        // Next: POST, DELETE, PATCH and OPTIONS. What a client sent is `Json::parse` of `request.body`.
        _ => Response::empty(404),
    }
}

fn json(status: u16, content: &Json) -> Response {
    Response { status, headers: Vec::new(), body: Some(content.to_string().into_bytes()) }
        .with("content-type", "application/json")
}
