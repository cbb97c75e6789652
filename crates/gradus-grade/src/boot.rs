//! From a started program to one that accepts a connection on its port, or to the reason why it does not.

use gradus_model::duration::format_duration;
use gradus_sandbox::{Listening, Running};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::{Duration, Instant};

/// Why a server is not ready. Each is one sentence.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotReady {
    /// It ended.
    #[error("the server {how} before it listened on port {port}")]
    Exited {
        /// "exited with code 1".
        how: String,
        /// The port that it was told.
        port: u16,
    },
    /// It opened no port at all.
    #[error(
        "the server opened no port within {within}; it should listen on the port that the variable PORT names ({port})"
    )]
    NeverBound {
        /// The port that it was told.
        port: u16,
        /// How long it had.
        within: String,
    },
    /// It listens on other ports only.
    #[error("the server listens on {bound} instead of port {port}; it should read the variable PORT")]
    OtherPort {
        /// The port that it was told.
        port: u16,
        /// Where it listens.
        bound: String,
    },
    /// It listens on the right port of another address.
    #[error(
        "the server listens only on {bound}, where 127.0.0.1:{port} cannot reach it; it should bind the address in the variable HOST"
    )]
    Elsewhere {
        /// The port.
        port: u16,
        /// Where it listens.
        bound: String,
    },
    /// It listens and accepts nothing.
    #[error("the server listens on port {port}, but never accepts a connection")]
    NeverAccepts {
        /// The port.
        port: u16,
    },
    /// Somebody else has the port.
    #[error("port {port} was taken by {who}, which is not the submission")]
    Stranger {
        /// The port.
        port: u16,
        /// Who.
        who: String,
    },
    /// A server that should be up is not.
    #[error("nothing answers at {origin}: {why}")]
    Unreachable {
        /// Where.
        origin: String,
        /// The system's reason.
        why: String,
    },
    /// It ended, in words that say it all.
    #[cfg_attr(
        not(feature = "wasm"),
        expect(dead_code, reason = "only what runs in WebAssembly ends like this")
    )]
    #[error("the server {0}")]
    Unfit(String),
    /// The program could not be started, through no fault of its own.
    #[error("the server could not be started: {0}")]
    Launch(String),
}

impl NotReady {
    /// Whether the machine or Gradus is to blame, and not the submission.
    pub fn is_ours(&self) -> bool {
        matches!(self, NotReady::Launch(_) | NotReady::Stranger { .. })
    }
}

/// Waits until the program accepts a connection on `port`, and answers which address to connect to.
///
/// The connection is closed at once: a server that serves one connection at a time must not wait for it.
pub async fn ready(running: &Running, port: u16, limit: Duration) -> Result<IpAddr, NotReady> {
    let begun = Instant::now();
    let mut hung = false;
    loop {
        if let Some(exit) = running.exited() {
            return Err(NotReady::Exited { how: exit.ending.to_string(), port });
        }
        for address in [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)] {
            match tokio::time::timeout(Duration::from_secs(1), running.room().connect((address, port).into()))
                .await
            {
                Ok(Ok(_)) => match running.room().listening(port).await {
                    Listening::Mine { .. } | Listening::Unknown => return Ok(address),
                    Listening::Strangers { pid, name } => return Err(stranger(port, pid, name)),
                    Listening::Nobody | Listening::MineElsewhere { .. } => {}
                },
                Ok(Err(_)) => {}
                Err(_) => hung = true,
            }
        }
        let elapsed = begun.elapsed();
        if elapsed >= limit {
            return Err(cause(running, port, limit, hung).await);
        }
        if elapsed >= limit / 4
            && let Listening::MineElsewhere { ports } = running.room().listening(port).await
        {
            return Err(elsewhere(port, &ports));
        }
        tokio::select! {
            _ = running.wait() => {}
            () = tokio::time::sleep(pause(elapsed)) => {}
        }
    }
}

/// A fiftieth of what it has taken so far: whoever starts fast loses nothing, and whoever is slow is not disturbed.
fn pause(elapsed: Duration) -> Duration {
    (elapsed / 50).clamp(Duration::from_millis(1), Duration::from_millis(20))
}

async fn cause(running: &Running, port: u16, limit: Duration, hung: bool) -> NotReady {
    match running.room().listening(port).await {
        Listening::Mine { .. } if hung => NotReady::NeverAccepts { port },
        Listening::Mine { addresses } => NotReady::Elsewhere { port, bound: list(&addresses) },
        Listening::MineElsewhere { ports } => elsewhere(port, &ports),
        Listening::Strangers { pid, name } => stranger(port, pid, name),
        Listening::Nobody | Listening::Unknown => {
            NotReady::NeverBound { port, within: format_duration(limit) }
        }
    }
}

fn elsewhere(port: u16, bound: &[SocketAddr]) -> NotReady {
    if bound.iter().any(|address| address.port() == port) {
        NotReady::Elsewhere { port, bound: list(bound) }
    } else {
        NotReady::OtherPort { port, bound: list(bound) }
    }
}

fn stranger(port: u16, pid: Option<i32>, name: Option<String>) -> NotReady {
    let who = match (name, pid) {
        (Some(name), Some(pid)) => format!("`{name}` (process {pid})"),
        (None, Some(pid)) => format!("process {pid}"),
        _ => "another program".to_owned(),
    };
    NotReady::Stranger { port, who }
}

fn list(addresses: &[SocketAddr]) -> String {
    addresses.iter().map(SocketAddr::to_string).collect::<Vec<_>>().join(" and ")
}
