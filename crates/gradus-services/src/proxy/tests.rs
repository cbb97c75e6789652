//! Each fault, as a client on the other side of it sees it. Times are only ever at least something.

use super::*;
use tokio::io::DuplexStream;
use tokio::net::TcpListener;

/// A client and an upstream with a disturbed way between them.
async fn disturbed(kind: ToxicKind) -> (TcpStream, DuplexStream) {
    let way = Way::default();
    way.begin(7);
    way.disturb(&[Toxic { stream: Direction::Downstream, kind }]);
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a listener");
    let client = TcpStream::connect(listener.local_addr().expect("an address")).await.expect("a client");
    let (mut accepted, _) = listener.accept().await.expect("a connection");
    let (upstream, far) = tokio::io::duplex(1 << 20);
    tokio::spawn(async move { way.join(&mut accepted, far).await });
    (client, upstream)
}

/// What the client reads of this answer, how it ends, and how long that took.
async fn answered(kind: ToxicKind, answer: &[u8]) -> (Vec<u8>, std::io::Result<usize>, Duration) {
    let (mut client, mut upstream) = disturbed(kind).await;
    let begun = Instant::now();
    upstream.write_all(answer).await.expect("an answer");
    drop(upstream);
    let mut read = Vec::new();
    let end = client.read_to_end(&mut read).await;
    (read, end, begun.elapsed())
}

const MS: fn(u64) -> Duration = Duration::from_millis;

#[tokio::test]
async fn latency_is_waited_for_by_every_byte() {
    let kind = ToxicKind::Latency { delay: MS(120), jitter: MS(20) };
    let (read, _, took) = answered(kind, b"late").await;
    assert_eq!(read, b"late");
    assert!(took >= MS(100), "{took:?}");
}

#[tokio::test]
async fn a_bandwidth_is_not_exceeded() {
    let (read, _, took) = answered(ToxicKind::Bandwidth(10 << 10), &[1; 2 << 10]).await;
    assert_eq!(read.len(), 2 << 10);
    assert!(took >= MS(190), "{took:?}");
}

#[tokio::test]
async fn a_slicer_pauses_between_pieces() {
    let (read, _, took) = answered(ToxicKind::Slicer { size: 4, delay: MS(10) }, &[1; 40]).await;
    assert_eq!(read.len(), 40);
    assert!(took >= MS(100), "{took:?}");
}

#[tokio::test]
async fn a_timeout_lets_nothing_pass_and_closes() {
    let (mut client, mut upstream) = disturbed(ToxicKind::Timeout(Some(MS(50)))).await;
    upstream.write_all(b"never seen").await.expect("an answer");
    let mut read = Vec::new();
    client.read_to_end(&mut read).await.expect("an end");
    assert_eq!(read, b"");
}

#[tokio::test]
async fn a_timeout_that_never_comes_hangs() {
    let (mut client, mut upstream) = disturbed(ToxicKind::Timeout(None)).await;
    upstream.write_all(b"never seen").await.expect("an answer");
    let heard = tokio::time::timeout(MS(200), client.read_u8()).await;
    assert!(heard.is_err(), "{heard:?}");
}

#[tokio::test]
async fn a_reset_is_no_orderly_end() {
    let (mut client, mut upstream) = disturbed(ToxicKind::ResetPeer(MS(0))).await;
    // The upstream may be gone already.
    let _ = upstream.write_all(b"never seen").await;
    let end = client.read_to_end(&mut Vec::new()).await;
    assert_eq!(end.map_err(|error| error.kind()), Err(ErrorKind::ConnectionReset));
}

#[tokio::test]
async fn a_slow_close_comes_after_the_answer() {
    let (read, end, took) = answered(ToxicKind::SlowClose(MS(150)), b"whole").await;
    assert_eq!((read.as_slice(), end.ok()), (&b"whole"[..], Some(5)));
    assert!(took >= MS(150), "{took:?}");
}

#[tokio::test]
async fn limited_data_ends_with_the_last_byte_that_is_allowed() {
    let (read, ..) = answered(ToxicKind::LimitData(5), b"0123456789").await;
    assert_eq!(read, b"01234");
}

#[tokio::test]
async fn one_direction_leaves_the_other_alone() {
    let (mut client, mut upstream) = disturbed(ToxicKind::Timeout(None)).await;
    client.write_all(b"asked").await.expect("a request");
    let mut asked = [0; 5];
    upstream.read_exact(&mut asked).await.expect("the request");
    assert_eq!(&asked, b"asked");
}
