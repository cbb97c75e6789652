//! Questions to upstreams over real connections: which are kept, which are made anew, and what a program hears when one fails.

use super::*;
use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What an upstream does with a request.
#[derive(Clone, Copy)]
enum Does {
    Answers(&'static str),
    Closes,
    Resets,
    Hangs,
}

const OK: Does = Does::Answers("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");

/// Listens, and counts its connections.
struct Upstream {
    port: u16,
    connections: Arc<AtomicUsize>,
    requests: Arc<AtomicUsize>,
}

impl Upstream {
    /// One that does this with its first requests, and says `ok` to all others.
    async fn that(does: &'static [Does]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (connections, requests) = (Arc::<AtomicUsize>::default(), Arc::<AtomicUsize>::default());
        let (opened, asked) = (connections.clone(), requests.clone());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                opened.fetch_add(1, Ordering::Relaxed);
                tokio::spawn(serve(stream, does, asked.clone()));
            }
        });
        Self { port, connections, requests }
    }

    fn seen(&self) -> (usize, usize) {
        (self.connections.load(Ordering::Relaxed), self.requests.load(Ordering::Relaxed))
    }
}

async fn serve(mut stream: TcpStream, does: &[Does], asked: Arc<AtomicUsize>) -> io::Result<()> {
    let mut read = Vec::new();
    loop {
        while !read.ends_with(b"\r\n\r\n") {
            read.push(stream.read_u8().await?);
        }
        read.clear();
        let number = asked.fetch_add(1, Ordering::Relaxed);
        match does.get(number).unwrap_or(&OK) {
            Does::Answers(words) => stream.write_all(words.as_bytes()).await?,
            Does::Closes => return Ok(()),
            Does::Resets => {
                return rustix::net::sockopt::set_socket_linger(&stream, Some(Duration::ZERO))
                    .map_err(io::Error::from);
            }
            Does::Hangs => std::future::pending().await,
        }
    }
}

async fn get(upstreams: &Upstreams, upstream: &Upstream) -> Result<String, Silence> {
    let request = Request::get(format!("http://127.0.0.1:{}/", upstream.port)).body(Bytes::new()).unwrap();
    let answer = upstreams.ask(request, Duration::from_secs(20)).await?;
    Ok(String::from_utf8_lossy(answer.body()).into_owned())
}

#[tokio::test]
async fn one_connection_carries_all_questions_until_it_is_hung_up() {
    let upstream = Upstream::that(&[]).await;
    let upstreams = Upstreams::new(&[upstream.port]);
    for _ in 0..5 {
        assert_eq!(get(&upstreams, &upstream).await.as_deref(), Ok("ok"));
    }
    assert_eq!(upstream.seen(), (1, 5));
    upstreams.hang_up();
    assert_eq!(get(&upstreams, &upstream).await.as_deref(), Ok("ok"));
    assert_eq!(upstream.seen(), (2, 6));
}

#[tokio::test]
async fn what_either_side_closes_is_not_used_again() {
    const LAST: Does = Does::Answers("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 4\r\n\r\nlast");
    let upstream = Upstream::that(&[LAST]).await;
    let upstreams = Upstreams::new(&[upstream.port]);
    assert_eq!(get(&upstreams, &upstream).await.as_deref(), Ok("last"));
    assert_eq!(get(&upstreams, &upstream).await.as_deref(), Ok("ok"));
    assert_eq!(upstream.seen(), (2, 2));
    let request = Request::get(format!("http://127.0.0.1:{}/", upstream.port)).header("connection", "close");
    let request = request.body(Bytes::new()).unwrap();
    upstreams.ask(request, Duration::from_secs(20)).await.unwrap();
    assert_eq!(get(&upstreams, &upstream).await.as_deref(), Ok("ok"));
    assert_eq!(upstream.seen(), (3, 4));
}

/// What goes wrong is told as it is, on a connection that was used before as on a new one, and nothing is asked twice.
#[tokio::test]
async fn faults_reach_the_program_and_the_upstream_counts_each_request_once() {
    const GARBAGE: Does = Does::Answers("all is well\r\n\r\n");
    const FAULTS: [&[Does]; 4] =
        [&[OK, Does::Closes, OK], &[OK, Does::Resets, OK], &[OK, GARBAGE, OK], &[Does::Closes, OK, OK]];
    for does in FAULTS {
        let upstream = Upstream::that(does).await;
        let upstreams = Upstreams::new(&[upstream.port]);
        let mut answers = Vec::new();
        for _ in does {
            answers.push(get(&upstreams, &upstream).await);
        }
        let broken = answers.iter().filter(|answer| matches!(answer, Err(Silence::Broken(_)))).count();
        let fine = answers.iter().filter(|answer| answer.as_deref() == Ok("ok")).count();
        assert_eq!((broken, fine), (1, 2), "{answers:?}");
        assert_eq!(upstream.seen(), (2, 3), "{answers:?}");
    }
}

#[tokio::test]
async fn an_answer_longer_than_it_says_spoils_only_its_own_connection() {
    const LONG: Does = Does::Answers("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok and more");
    let upstream = Upstream::that(&[LONG]).await;
    let upstreams = Upstreams::new(&[upstream.port]);
    assert_eq!(get(&upstreams, &upstream).await.as_deref(), Ok("ok"));
    assert_eq!(get(&upstreams, &upstream).await.as_deref(), Ok("ok"));
    assert_eq!(upstream.seen(), (2, 2));
}

#[tokio::test]
async fn who_was_too_slow_is_not_waited_for_by_the_next_question() {
    let upstream = Upstream::that(&[OK, Does::Hangs]).await;
    let upstreams = Upstreams::new(&[upstream.port]);
    assert_eq!(get(&upstreams, &upstream).await.as_deref(), Ok("ok"));
    let request = Request::get(format!("http://127.0.0.1:{}/", upstream.port)).body(Bytes::new()).unwrap();
    let late = upstreams.ask(request, Duration::from_millis(50)).await;
    assert_eq!(late.unwrap_err(), Silence::TimedOut);
    assert_eq!(get(&upstreams, &upstream).await.as_deref(), Ok("ok"));
    assert_eq!(upstream.seen(), (2, 3));
}

#[tokio::test]
async fn an_upstream_that_went_away_refuses_though_there_was_a_connection() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let upstreams = Upstreams::new(&[port]);
    let once = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut read = [0; 1024];
        let _ = stream.read(&mut read).await.unwrap();
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok").await.unwrap();
    });
    let request = || Request::get(format!("http://127.0.0.1:{port}/")).body(Bytes::new()).unwrap();
    upstreams.ask(request(), Duration::from_secs(20)).await.unwrap();
    once.await.unwrap();
    // What the other side did is known to us once the system has told it.
    let gone = async {
        loop {
            match upstreams.ask(request(), Duration::from_secs(20)).await {
                Err(Silence::Refused(_)) => break,
                Err(_) => tokio::task::yield_now().await,
                Ok(_) => panic!("nobody is there"),
            }
        }
    };
    gone.await;
}

#[tokio::test]
async fn nobody_else_is_asked() {
    let upstreams = Upstreams::new(&[1]);
    for url in ["http://127.0.0.1:2/", "https://127.0.0.1:1/", "http://example.org:1/"] {
        let request = Request::get(url).body(Bytes::new()).unwrap();
        let refused = upstreams.ask(request, Duration::from_secs(20)).await.unwrap_err();
        assert!(matches!(refused, Silence::Refused(_)), "{url}");
    }
}
