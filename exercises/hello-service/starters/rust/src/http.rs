//! As much of HTTP/1.1 as a small server needs. It knows nothing of the shop.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::time::Duration;

const LARGEST_HEAD: u64 = 16 << 10;
const LARGEST_BODY: u64 = 1 << 20;
const PATIENCE: Duration = Duration::from_secs(60);

/// What a client asks.
pub struct Request {
    pub method: String,
    /// What stands before the `?`.
    pub path: String,
    /// What stands behind it, still encoded; often nothing.
    pub query: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

/// What it is told.
pub struct Response {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
}

impl Request {
    /// The first header of that name, whatever its case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(other, _)| other.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    fn keeps_alive(&self) -> bool {
        !self.header("connection").is_some_and(|value| value.eq_ignore_ascii_case("close"))
    }
}

impl Response {
    /// An answer with a body of that type.
    pub fn new(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        Self { status, headers: vec![("content-type", content_type.to_owned())], body: body.into() }
    }

    /// An answer without a body.
    pub fn empty(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Vec::new() }
    }

    /// This answer with one more header.
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

/// Answers every connection in a thread of its own, for ever.
pub fn serve(
    listener: &TcpListener,
    answer: impl Fn(&Request) -> Response + Send + Sync + 'static,
) -> io::Result<()> {
    let answer = Arc::new(answer);
    for stream in listener.incoming() {
        // A connection that is already gone, or one too many, is no reason to stop.
        let Ok(stream) = stream else { continue };
        let answer = Arc::clone(&answer);
        let _ = std::thread::Builder::new().spawn(move || converse(stream, &*answer));
    }
    Ok(())
}

/// One connection, request after request. An error means that the client is gone: there is nobody left to tell.
fn converse(stream: TcpStream, answer: impl Fn(&Request) -> Response) -> io::Result<()> {
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut writer = stream;
    loop {
        let request = match read_request(&mut reader)? {
            Reading::Request(request) => request,
            Reading::Refused(status) => {
                return write_response(&mut writer, &Response::empty(status), false, false)
            }
            Reading::End => return Ok(()),
        };
        let keep = request.keeps_alive();
        write_response(&mut writer, &answer(&request), request.method == "HEAD", keep)?;
        if !keep {
            return Ok(());
        }
    }
}

enum Reading {
    Request(Request),
    Refused(u16),
    End,
}

fn read_request(reader: &mut impl BufRead) -> io::Result<Reading> {
    let mut head = reader.by_ref().take(LARGEST_HEAD);
    let Some(first) = read_line(&mut head)? else { return Ok(Reading::End) };
    let mut words = first.split(' ');
    let (Some(method), Some(target), Some("HTTP/1.1" | "HTTP/1.0"), None) =
        (words.next(), words.next(), words.next(), words.next())
    else {
        return Ok(Reading::Refused(400));
    };
    let mut headers = Vec::new();
    loop {
        match read_line(&mut head)? {
            None => return Ok(Reading::Refused(431)),
            Some(line) if line.is_empty() => break,
            Some(line) => match line.split_once(':') {
                Some((name, value)) => headers.push((name.to_owned(), value.trim().to_owned())),
                None => return Ok(Reading::Refused(400)),
            },
        }
    }
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let mut request = Request {
        method: method.to_owned(),
        path: path.to_owned(),
        query: query.to_owned(),
        headers,
        body: Vec::new(),
    };
    if request.header("transfer-encoding").is_some() {
        return Ok(Reading::Refused(411));
    }
    // The body is read even where nobody wants it: the next request begins behind it.
    let Ok(length) = request.header("content-length").unwrap_or("0").parse::<u64>() else {
        return Ok(Reading::Refused(400));
    };
    if length > LARGEST_BODY {
        return Ok(Reading::Refused(413));
    }
    reader.take(length).read_to_end(&mut request.body)?;
    if request.body.len() as u64 == length {
        Ok(Reading::Request(request))
    } else {
        Ok(Reading::End)
    }
}

/// A line without its end; `None` when the connection, or the room for the head, ended first.
fn read_line(head: &mut impl BufRead) -> io::Result<Option<String>> {
    let mut line = Vec::new();
    head.read_until(b'\n', &mut line)?;
    if line.pop() != Some(b'\n') {
        return Ok(None);
    }
    if line.last() == Some(&b'\r') {
        line.pop();
    }
    Ok(Some(String::from_utf8_lossy(&line).into_owned()))
}

fn write_response(
    writer: &mut impl Write,
    response: &Response,
    head_only: bool,
    keep: bool,
) -> io::Result<()> {
    let mut bytes = Vec::new();
    write!(bytes, "HTTP/1.1 {} {}\r\n", response.status, reason(response.status))?;
    for (name, value) in &response.headers {
        write!(bytes, "{name}: {value}\r\n")?;
    }
    write!(bytes, "content-length: {}\r\n", response.body.len())?;
    write!(bytes, "connection: {}\r\n\r\n", if keep { "keep-alive" } else { "close" })?;
    if !head_only {
        bytes.extend_from_slice(&response.body);
    }
    // In one piece: two small writes would wait for each other on the way.
    writer.write_all(&bytes)
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        400 => "Bad Request",
        404 => "Not Found",
        405 => "Method Not Allowed",
        411 => "Length Required",
        413 => "Content Too Large",
        431 => "Request Header Fields Too Large",
        _ => "Internal Server Error",
    }
}
