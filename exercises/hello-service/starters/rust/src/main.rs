//! The shop's first server. It greets, and knows nothing else: the rest is yours.
//! `http.rs` speaks HTTP; look into it, change it, replace it.

#![allow(dead_code)] // Until you use all of it.

mod http;

use http::{Request, Response};
use std::net::TcpListener;
use std::{env, io};

fn main() -> io::Result<()> {
    let told = |name: &str, otherwise: &str| env::var(name).unwrap_or_else(|_| otherwise.to_owned());
    let listener = TcpListener::bind(format!("{}:{}", told("HOST", "127.0.0.1"), told("PORT", "8080")))?;
    http::serve(&listener, answer)
}

fn answer(request: &Request) -> Response {
    match (request.method.as_str(), request.path.as_str()) {
        ("GET", "/") => Response::new(200, "text/plain; charset=utf-8", "Welcome to the shop!\n"),
        // TODO: /health and /hello. The query is `request.query`, still percent-encoded. Rust brings no JSON along: a small
        // function that quotes and escapes one text is all that this shop needs.
        // TODO: POST on /echo. What a client sent is `request.body`, its headers are `request.header("content-type")`.
        // TODO: HEAD. `http.rs` leaves the body of your answer out, and counts it all the same.
        // TODO: what is not there is answered with 404, a method that is not known with 405, `.with("allow", "GET, HEAD")`.
        _ => Response::new(500, "application/json", r#"{"error": "not built yet"}"#),
    }
}
