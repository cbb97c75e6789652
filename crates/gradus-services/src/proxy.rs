//! The way to an upstream, which can go wrong: bytes pass through here, later, slower, in pieces, or not at all. It knows
//! nothing of what they mean, so that any protocol can be disturbed.

use crate::fault::reset_on_close;
use bytes::BytesMut;
use gradus_model::draw::Random;
use gradus_model::toxic::{Direction, Toxic, ToxicKind};
use std::future::pending;
use std::io::ErrorKind;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep, sleep_until};

/// How many bytes are taken at once.
const CHUNK: usize = 16 << 10;
/// How many chunks are on their way in one direction before its sender has to wait.
const UNDER_WAY: usize = 64;
/// Bytes that pass at a limited rate do so in this many pieces a second.
const PIECES: u64 = 50;

/// What disturbs the way to one upstream. Clones share it; changes hold for open connections too.
#[derive(Clone, Debug)]
pub struct Way(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    toxics: watch::Sender<Vec<Toxic>>,
    seed: AtomicU64,
    connections: AtomicU64,
    /// Bytes, in both directions.
    passed: AtomicU64,
}

impl Default for Way {
    fn default() -> Self {
        Self(Arc::new(Shared {
            toxics: watch::Sender::default(),
            seed: AtomicU64::new(0),
            connections: AtomicU64::new(0),
            passed: AtomicU64::new(0),
        }))
    }
}

impl Way {
    /// What disturbs it from now on; nothing, when the list is empty.
    pub fn disturb(&self, toxics: &[Toxic]) {
        self.0.toxics.send_replace(toxics.to_vec());
    }

    /// How many bytes have passed so far, in both directions.
    pub fn passed(&self) -> u64 {
        self.0.passed.load(Ordering::Relaxed)
    }

    /// Nothing disturbs it, and what is random about its faults begins anew from this seed.
    pub fn begin(&self, seed: u64) {
        self.0.seed.store(seed, Ordering::Relaxed);
        self.0.connections.store(0, Ordering::Relaxed);
        self.disturb(&[]);
    }

    /// Passes on what a client and an upstream say to each other until both have ended, or a fault ends the connection.
    pub async fn join(&self, client: &mut TcpStream, upstream: impl AsyncRead + AsyncWrite) {
        let number = self.0.connections.fetch_add(1, Ordering::Relaxed);
        // A connection that can't be told to hurry is only slower.
        let _ = client.set_nodelay(true);
        let (from_client, to_client) = client.split();
        let (from_upstream, to_upstream) = tokio::io::split(upstream);
        let passing = async {
            let asked = self.pass(from_client, to_upstream, Direction::Upstream, number);
            let answered = self.pass(from_upstream, to_client, Direction::Downstream, number);
            tokio::try_join!(asked, answered).err().unwrap_or(End::Closed)
        };
        let end = tokio::select! {
            end = passing => end,
            end = self.doom() => end,
        };
        if end == End::Reset {
            reset_on_close(&*client);
        }
    }

    /// Passes on one direction until its sender ends it.
    async fn pass(
        &self,
        mut from: impl AsyncRead + Unpin,
        mut to: impl AsyncWrite + Unpin,
        direction: Direction,
        connection: u64,
    ) -> Result<(), End> {
        let (sender, mut under_way) = mpsc::channel(UNDER_WAY);
        let read = async move {
            loop {
                let mut chunk = BytesMut::with_capacity(CHUNK);
                match from.read_buf(&mut chunk).await {
                    Ok(0) => return Ok(()),
                    Ok(_) if sender.send((Instant::now(), chunk)).await.is_err() => return Ok(()),
                    Ok(_) => {}
                    Err(error) if error.kind() == ErrorKind::ConnectionReset => return Err(End::Reset),
                    Err(_) => return Err(End::Closed),
                }
            }
        };
        let write = async {
            let seed = self.0.seed.load(Ordering::Relaxed);
            let mut random = Random::new(seed, &format!("{direction:?} {connection}"));
            let mut passed = 0;
            while let Some((arrived, chunk)) = under_way.recv().await {
                let toxics = self.kinds(direction);
                sleep_until(arrived + latency(&toxics, &mut random)).await;
                self.0.passed.fetch_add(chunk.len() as u64, Ordering::Relaxed);
                // What disturbs it may have changed meanwhile.
                write(&mut to, &chunk, &self.kinds(direction), &mut passed).await?;
            }
            for kind in self.kinds(direction) {
                if let ToxicKind::SlowClose(delay) = kind {
                    sleep(delay).await;
                }
            }
            // Who has gone already need not be told.
            let _ = to.shutdown().await;
            Ok(())
        };
        tokio::try_join!(read, write).map(drop)
    }

    /// What disturbs one direction at the moment.
    fn kinds(&self, direction: Direction) -> Vec<ToxicKind> {
        let toxics = self.0.toxics.borrow();
        toxics.iter().filter(|toxic| toxic.stream == direction).map(|toxic| toxic.kind).collect()
    }

    /// Waits until a fault ends the connection, and tells how.
    async fn doom(&self) -> End {
        let mut news = self.0.toxics.subscribe();
        loop {
            let toxics = news.borrow_and_update().clone();
            let ends = toxics.iter().filter_map(|toxic| match toxic.kind {
                ToxicKind::Timeout(Some(after)) => Some((after, End::Closed)),
                ToxicKind::ResetPeer(after) => Some((after, End::Reset)),
                _ => None,
            });
            let first = ends.min_by_key(|(after, _)| *after);
            let over = async {
                match first {
                    Some((after, end)) => {
                        sleep(after).await;
                        end
                    }
                    None => pending().await,
                }
            };
            tokio::select! {
                end = over => return end,
                // The sender lives as long as we do.
                _ = news.changed() => {}
            }
        }
    }
}

/// How a connection ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Closed,
    Reset,
}

/// How much later a chunk arrives.
fn latency(toxics: &[ToxicKind], random: &mut Random) -> Duration {
    let mut all = Duration::ZERO;
    for toxic in toxics {
        if let ToxicKind::Latency { delay, jitter } = toxic {
            let spread = u64::try_from(jitter.as_micros()).unwrap_or(u64::MAX / 4);
            let drawn = Duration::from_micros(random.below(2 * spread + 1));
            all += (*delay + drawn).saturating_sub(*jitter);
        }
    }
    all
}

/// Passes a chunk on, at the pace and in the pieces that the toxics allow.
async fn write(
    to: &mut (impl AsyncWrite + Unpin),
    chunk: &[u8],
    toxics: &[ToxicKind],
    passed: &mut u64,
) -> Result<(), End> {
    let (mut most, mut rate, mut pause, mut left) = (u64::MAX, None, Duration::ZERO, u64::MAX);
    for toxic in toxics {
        match toxic {
            ToxicKind::Timeout(_) | ToxicKind::ResetPeer(_) => return Ok(()),
            ToxicKind::Bandwidth(bytes) => {
                rate = Some(rate.map_or(*bytes, |rate: u64| rate.min(*bytes)));
                most = most.min((bytes / PIECES).max(1));
            }
            ToxicKind::Slicer { size, delay } => {
                most = most.min(*size);
                pause += *delay;
            }
            ToxicKind::LimitData(bytes) => left = left.min(bytes.saturating_sub(*passed)),
            ToxicKind::Latency { .. } | ToxicKind::SlowClose(_) => {}
        }
    }
    let allowed = &chunk[..chunk.len().min(usize::try_from(left).unwrap_or(usize::MAX))];
    for piece in allowed.chunks(usize::try_from(most).unwrap_or(usize::MAX)) {
        to.write_all(piece).await.map_err(|_| End::Closed)?;
        to.flush().await.map_err(|_| End::Closed)?;
        *passed += piece.len() as u64;
        let paced = rate
            .map_or(Duration::ZERO, |rate| Duration::from_secs_f64(piece.len() as f64 / rate.max(1) as f64));
        if !(pause + paced).is_zero() {
            sleep(pause + paced).await;
        }
    }
    if left <= chunk.len() as u64 { Err(End::Closed) } else { Ok(()) }
}

#[cfg(test)]
mod tests;
