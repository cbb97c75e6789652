//! Hostile servers are data: each is a sentence, never a crash, a hang, or unbounded memory.

use gradus_probe::{
    BoxStream, Client, Connection, Dial, Dialing, Limits, Loopback, ProbeError, Request, Response,
};
use std::io::Write;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

fn limits() -> Limits {
    Limits {
        timeout: Duration::from_millis(500),
        body_bytes: 100_000,
        decoded_bytes: 200_000,
        ..Limits::default()
    }
}

fn get(target: &str) -> Request {
    Request {
        method: "GET".into(),
        target: target.into(),
        headers: Vec::new(),
        body: Default::default(),
        connection: Connection::Keep,
    }
}

/// Reads a request's head.
async fn read_head(stream: &mut TcpStream) -> Option<Vec<u8>> {
    let mut head = Vec::new();
    let mut buffer = [0; 4096];
    while !head.windows(4).any(|window| window == b"\r\n\r\n") {
        match stream.read(&mut buffer).await {
            Ok(length @ 1..) => head.extend_from_slice(&buffer[..length]),
            _ => return None,
        }
    }
    Some(head)
}

/// A client of a server that answers each connection's first request with these bytes and closes.
async fn client_of(answer: impl Into<Vec<u8>>) -> Client {
    let answer = answer.into();
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            if read_head(&mut stream).await.is_some() {
                let _ = stream.write_all(&answer).await;
            }
        }
    });
    Client::new(Arc::new(Loopback), port, "test".into(), limits())
}

async fn answer(bytes: impl Into<Vec<u8>>) -> Result<Response, ProbeError> {
    client_of(bytes).await.send(&get("/")).await
}

#[track_caller]
fn says(result: Result<Response, ProbeError>, sentence: &str) {
    let error = result.expect_err("an error").to_string();
    assert!(error.contains(sentence), "{error:?} does not say {sentence:?}");
}

#[tokio::test]
async fn a_plain_answer_is_read() {
    let response = answer("HTTP/1.1 201 Made It\r\nX-A: 1\r\nX-A: 2\r\nContent-Length: 2\r\n\r\nhi")
        .await
        .expect("an answer");
    assert_eq!(
        (response.status, response.reason.as_str(), response.body.as_ref()),
        (201, "Made It", b"hi".as_slice())
    );
    let values: Vec<&[u8]> = response
        .headers
        .iter()
        .filter(|(name, _)| name == "x-a")
        .map(|(_, value)| value.as_slice())
        .collect();
    assert_eq!(values, [b"1", b"2"]);
}

#[tokio::test]
async fn an_answer_without_a_length_ends_with_its_connection() {
    assert_eq!(
        answer("HTTP/1.1 200 OK\r\n\r\nall of it").await.expect("an answer").body.as_ref(),
        b"all of it"
    );
}

#[tokio::test]
async fn nobody_listens() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    drop(listener);
    let mut client = Client::new(Arc::new(Loopback), port, "test".into(), limits());
    assert_eq!(client.send(&get("/")).await.err(), Some(ProbeError::Refused));
}

#[tokio::test]
async fn a_connection_that_is_closed_before_the_answer() {
    says(answer("").await, "closed the connection before answering");
}

#[tokio::test]
async fn a_head_that_breaks_off() {
    says(answer("HTTP/1.1 200 OK\r\nContent-Le").await, "in the middle of the answer's head, after 27 bytes");
}

#[tokio::test]
async fn garbage_instead_of_http_is_shown_escaped() {
    says(answer("\u{1b}[31mhello\r\n\r\n").await, r#"the answer is not HTTP: it begins with "\x1b[31mhello"#);
    says(answer("HTTP/1.1 abc OK\r\n\r\n").await, "the answer's head is not valid HTTP");
}

#[tokio::test]
async fn a_body_that_is_shorter_than_its_length() {
    says(
        answer("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n0123456789").await,
        "ended after 10 of the 100 bytes",
    );
}

#[tokio::test]
async fn chunks_that_are_garbage_or_break_off() {
    says(
        answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nzz\r\n").await,
        "broke off after 5 bytes",
    );
    says(
        answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n").await,
        "broke off after 5 bytes",
    );
}

#[tokio::test]
async fn a_head_that_is_too_large() {
    let long = format!("HTTP/1.1 200 OK\r\nX: {}\r\n\r\n", "a".repeat(200_000));
    says(answer(long).await, "head is too large");
    let many = format!("HTTP/1.1 200 OK\r\n{}\r\n", "X: 1\r\n".repeat(1000));
    says(answer(many).await, "head is too large");
}

#[tokio::test]
async fn a_body_that_is_too_large() {
    let large = format!("HTTP/1.1 200 OK\r\n\r\n{}", "a".repeat(200_000));
    says(answer(large).await, "body is larger than 100000 bytes");
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).expect("it compresses");
    encoder.finish().expect("it compresses")
}

fn gzipped(body: &[u8]) -> Vec<u8> {
    let mut answer =
        format!("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {}\r\n\r\n", body.len())
            .into_bytes();
    answer.extend_from_slice(body);
    answer
}

#[tokio::test]
async fn compressed_bodies_are_decompressed_and_bombs_are_not() {
    assert_eq!(answer(gzipped(&gzip(b"hello"))).await.expect("an answer").body.as_ref(), b"hello");
    says(
        answer(gzipped(&gzip(&vec![0; 50_000_000]))).await,
        "decompressing the body gives more than 200000 bytes",
    );
    says(answer(gzipped(b"this is not gzip")).await, "can't be decompressed (gzip)");
}

/// A client of a server that does this with each connection.
async fn client_with<F, Fut>(serve: F) -> Client
where
    F: Fn(TcpStream) -> Fut + Send + 'static,
    Fut: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream));
        }
    });
    Client::new(Arc::new(Loopback), port, "test".into(), limits())
}

#[tokio::test]
async fn a_server_that_never_answers() {
    let mut client = client_with(|mut stream| async move {
        read_head(&mut stream).await;
        std::future::pending::<()>().await;
    })
    .await;
    says(client.send(&get("/")).await, "no answer came within 0.5 s");
}

#[tokio::test]
async fn a_server_that_trickles_its_answer() {
    let mut client = client_with(|mut stream| async move {
        read_head(&mut stream).await;
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n").await;
        while stream.write_all(b"x").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
    says(client.send(&get("/")).await, "was not complete within 0.5 s");
}

#[tokio::test]
async fn a_connection_is_kept_and_a_closed_one_is_replaced() {
    // Each connection answers two requests, with its own number, and then is closed.
    let count = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let mut client = client_with(move |mut stream| {
        let number = count.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        async move {
            for _ in 0..2 {
                if read_head(&mut stream).await.is_none() {
                    return;
                }
                let _ = stream
                    .write_all(format!("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n{number}").as_bytes())
                    .await;
            }
        }
    })
    .await;
    let mut bodies = Vec::new();
    for _ in 0..4 {
        let response = client.send(&get("/")).await.expect("an answer");
        bodies.push((response.body[0] as char, response.timing.connected.is_some()));
    }
    assert_eq!(bodies, [('0', true), ('0', false), ('1', true), ('1', false)]);
    let fresh = Request { connection: Connection::Fresh, ..get("/") };
    assert_eq!(client.send(&fresh).await.expect("an answer").body.as_ref(), b"2");
}

#[tokio::test]
async fn the_request_is_sent_as_it_stands() {
    let mut client = client_with(|mut stream| async move {
        if let Some(head) = read_head(&mut stream).await {
            let _ = stream
                .write_all(format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", head.len()).as_bytes())
                .await;
            let _ = stream.write_all(&head).await;
        }
    })
    .await;
    let request = Request {
        method: "PURGE".into(),
        headers: vec![("X-B".into(), b"\xff".to_vec()), ("x-b".into(), b"2".to_vec())],
        connection: Connection::Close,
        ..get("/a%20b?c=d")
    };
    let sent = client.send(&request).await.expect("an answer").body;
    assert_eq!(
        sent.as_ref(),
        b"PURGE /a%20b?c=d HTTP/1.1\r\nx-b: \xff\r\nx-b: 2\r\nhost: test\r\nconnection: close\r\n\r\n"
            .as_slice()
    );
    says(client.send(&Request { method: "NO WAY".into(), ..get("/") }).await, "is no method");
}

#[tokio::test]
async fn a_head_request_has_no_body_whatever_its_length_says() {
    let mut client = client_of("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n").await;
    let response = client.send(&Request { method: "HEAD".into(), ..get("/") }).await.expect("an answer");
    assert!(response.body.is_empty());
}

/// Whoever dials as any program does, and puts its acknowledgements off as the system likes.
struct Plain;

impl Dial for Plain {
    fn connect(&self, port: u16) -> Dialing<'_> {
        Box::pin(async move {
            let stream = TcpStream::connect(("127.0.0.1", port)).await?;
            stream.set_nodelay(true)?;
            Ok(Box::new(stream) as BoxStream)
        })
    }
}

/// How long it takes to be answered in two pieces, many times, after many answers in one.
async fn time_in_pieces(dial: Arc<dyn Dial>) -> Duration {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            // As most do: the second piece waits until the first one is acknowledged.
            while let Some(head) = read_head(&mut stream).await {
                let in_pieces = head.starts_with(b"GET /pieces");
                let (first, second) = ("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n", "ok");
                let parts = if in_pieces {
                    vec![first.into(), second.to_owned()]
                } else {
                    vec![first.to_owned() + second]
                };
                for part in parts {
                    stream.write_all(part.as_bytes()).await.expect("somebody reads");
                }
            }
        }
    });
    let mut client = Client::new(dial, port, "test".into(), limits());
    for _ in 0..50 {
        client.send(&get("/whole")).await.expect("an answer");
    }
    let begun = Instant::now();
    for _ in 0..30 {
        client.send(&get("/pieces")).await.expect("an answer");
    }
    begun.elapsed()
}

#[tokio::test]
async fn answers_in_pieces_do_not_wait_for_our_acknowledgements() {
    let [ours, plain] = [time_in_pieces(Arc::new(Loopback)).await, time_in_pieces(Arc::new(Plain)).await];
    assert!(ours * 3 < plain, "{ours:?}, and {plain:?} by whoever puts them off");
}
