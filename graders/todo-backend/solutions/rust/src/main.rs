//! A Todo-Backend: a list of todos over HTTP, with nothing but the standard library.

mod http;
mod json;
mod todos;

use http::{Request, Response};
use json::Json;
use std::net::TcpListener;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::{env, io};
use todos::{Changes, Todo, Todos};

/// Why a request is not answered as it wished.
enum Refusal {
    /// A status and a sentence for the client.
    Said(u16, &'static str),
    /// The methods that would have been known.
    Method(&'static str),
    /// Our own trouble.
    Trouble(io::Error),
}

impl From<io::Error> for Refusal {
    fn from(error: io::Error) -> Self {
        Self::Trouble(error)
    }
}

const UNKNOWN: Refusal = Refusal::Said(404, "there is no such todo");

/// SIGTERM simply ends it: every change is on disk before it is answered, so there is nothing to finish.
fn main() -> io::Result<()> {
    let told = |name: &str, otherwise: &str| env::var(name).unwrap_or_else(|_| otherwise.to_owned());
    let todos = Mutex::new(Todos::open(&Path::new(&told("DATA_DIR", "data")).join("todos.json"))?);
    let listener = TcpListener::bind(format!("{}:{}", told("HOST", "127.0.0.1"), told("PORT", "8080")))?;
    http::serve(&listener, move |request| answer(request, lock(&todos)))
}

/// The list is replaced as a whole, never half changed: a thread that panicked has not spoilt it.
fn lock(todos: &Mutex<Todos>) -> MutexGuard<'_, Todos> {
    todos.lock().unwrap_or_else(PoisonError::into_inner)
}

fn answer(request: &Request, mut todos: MutexGuard<'_, Todos>) -> Response {
    let response = match route(request, &mut todos) {
        Ok(response) => response,
        Err(Refusal::Said(status, reason)) => problem(status, reason),
        Err(Refusal::Method(known)) => problem(405, "this method is not known here").with("allow", known),
        Err(Refusal::Trouble(error)) => {
            eprintln!("{error}");
            problem(500, "that was our mistake")
        }
    };
    response.with("access-control-allow-origin", "*")
}

fn route(request: &Request, todos: &mut Todos) -> Result<Response, Refusal> {
    if request.path == "/" {
        return on_list(request, todos);
    }
    let number = request
        .path
        .strip_prefix("/todos/")
        .filter(|number| number.bytes().all(|byte| byte.is_ascii_digit()));
    match number.and_then(|number| number.parse().ok()) {
        Some(id) => on_todo(request, todos, id),
        None => Err(Refusal::Said(404, "there is nothing here")),
    }
}

fn on_list(request: &Request, todos: &mut Todos) -> Result<Response, Refusal> {
    match request.method.as_str() {
        "GET" | "HEAD" => Ok(json(200, &Json::Array(todos.all().map(|todo| shown(request, todo)).collect()))),
        "POST" => {
            let fields = read_fields(&request.body)?;
            if fields.title.is_none() {
                return Err(Refusal::Said(400, "a todo needs a title"));
            }
            let todo = todos.add(fields)?;
            Ok(json(201, &shown(request, &todo)).with("location", address(request, &todo)))
        }
        "DELETE" => {
            todos.clear()?;
            Ok(Response::empty(204))
        }
        "OPTIONS" => Ok(preflight("GET, POST, DELETE")),
        _ => Err(Refusal::Method("GET, HEAD, POST, DELETE, OPTIONS")),
    }
}

fn on_todo(request: &Request, todos: &mut Todos, id: u64) -> Result<Response, Refusal> {
    match request.method.as_str() {
        "GET" | "HEAD" => Ok(json(200, &shown(request, todos.find(id).ok_or(UNKNOWN)?))),
        "PATCH" => {
            todos.find(id).ok_or(UNKNOWN)?;
            let changes = read_fields(&request.body)?;
            Ok(json(200, &shown(request, &todos.change(id, changes)?.ok_or(UNKNOWN)?)))
        }
        "DELETE" => {
            todos.remove(id)?.ok_or(UNKNOWN)?;
            Ok(Response::empty(204))
        }
        "OPTIONS" => Ok(preflight("GET, PATCH, DELETE")),
        _ => Err(Refusal::Method("GET, HEAD, PATCH, DELETE, OPTIONS")),
    }
}

/// The fields of a todo that a client sent, each of the right type.
fn read_fields(body: &[u8]) -> Result<Changes, Refusal> {
    let sent = std::str::from_utf8(body).ok().and_then(Json::parse);
    let sent = sent.ok_or(Refusal::Said(400, "the body is not JSON"))?;
    if !matches!(sent, Json::Object(_)) {
        return Err(Refusal::Said(400, "a todo is a JSON object"));
    }
    let title = match sent.get("title") {
        None => None,
        Some(Json::Text(title)) => Some(title.clone()),
        Some(_) => return Err(Refusal::Said(400, "title is text")),
    };
    let completed = match sent.get("completed") {
        None => None,
        Some(Json::Bool(completed)) => Some(*completed),
        Some(_) => return Err(Refusal::Said(400, "completed is true or false")),
    };
    let order = match sent.get("order") {
        None => None,
        Some(Json::Null) => Some(None),
        Some(order) => Some(Some(order.integer().ok_or(Refusal::Said(400, "order is a whole number"))?)),
    };
    Ok(Changes { title, completed, order })
}

/// The todo as clients see it: its number becomes an address.
fn shown(request: &Request, todo: &Todo) -> Json {
    let mut fields = todo.fields();
    fields.push(("url".into(), Json::Text(address(request, todo))));
    Json::Object(fields)
}

/// Under the name that the client knows us by.
fn address(request: &Request, todo: &Todo) -> String {
    let origin = request.header("host").map(|host| format!("http://{host}")).unwrap_or_default();
    format!("{origin}/todos/{}", todo.id)
}

fn json(status: u16, content: &Json) -> Response {
    Response { status, headers: Vec::new(), body: Some(content.to_string().into_bytes()) }
        .with("content-type", "application/json")
}

fn problem(status: u16, reason: &str) -> Response {
    json(status, &Json::Object(vec![("error".into(), Json::Text(reason.to_owned()))]))
}

fn preflight(methods: &str) -> Response {
    Response::empty(204)
        .with("access-control-allow-methods", methods)
        .with("access-control-allow-headers", "content-type")
        .with("access-control-max-age", "600")
}
