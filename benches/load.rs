//! How well Gradus asks many things at once: the load generator beside `wrk`, how close together a burst leaves, and how long a
//! history takes to be judged.

use crate::course::Course;
use crate::grading::Up;
use crate::measure::{self, median};
use gradus_judge::history::{self, Call, Model, Operation, Outcome, Start, Verdict};
use gradus_model::json::Json;
use gradus_probe::{BoxStream, Burst, Client, Connection, Dial, Dialing, Limits, Request};
use std::io;
use std::path::Path;
use std::pin::Pin;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

const CONNECTIONS: usize = 16;
const SECONDS: u64 = 2;
const ROUNDS: usize = 5;
const CLIENTS: usize = 32;
const BURSTS: usize = 51;
const OPERATIONS: u64 = 800;

/// Measures and prints.
pub fn run(gradus: &Path) {
    beside_wrk(gradus);
    burst();
    judged();
}

fn beside_wrk(gradus: &Path) {
    let course = Course::of_load(CONNECTIONS, SECONDS);
    let up = Up::start(&course.work().join("server"));
    let report = course.root().join("report.json");
    let ours = || {
        let mut command = Command::new(gradus);
        command.args(["check", "--exercise", "bench", "--url", &format!("http://{}", up.origin)]);
        command.arg("--exercises").arg(course.root());
        command.arg("--report").arg(format!("json={}", report.display())).env("HOME", course.root());
        measure::time(&mut command);
        let text = std::fs::read_to_string(&report).expect("a report");
        let report: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        report["checks"][0]["requests"].as_u64().expect("a number of requests") as f64 / SECONDS as f64
    };
    let theirs = || {
        let mut command = Command::new("wrk");
        command.args(["-t1", &format!("-c{CONNECTIONS}"), &format!("-d{SECONDS}s")]);
        let output =
            command.arg(format!("http://{}/items/1", up.origin)).stdin(Stdio::null()).output().ok()?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let line = text.lines().find_map(|line| line.strip_prefix("Requests/sec:"))?;
        line.trim().parse::<f64>().ok()
    };
    println!("\n## {CONNECTIONS} connections to one server, {SECONDS} s\n");
    let (mut mine, mut others) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        mine.push(ours());
        others.extend(theirs());
    }
    let middle = |mut rates: Vec<f64>| {
        rates.sort_by(f64::total_cmp);
        rates.get(rates.len() / 2).copied()
    };
    let mine = middle(mine).unwrap_or_default();
    match middle(others) {
        Some(wrk) => println!("`load`: {mine:.0} requests a second, {:.2} of wrk's {wrk:.0}.", mine / wrk),
        None => println!("`load`: {mine:.0} requests a second; wrk is not installed."),
    }
}

/// When each client's last byte went out.
type Sent = Arc<Mutex<Vec<Instant>>>;

fn burst() {
    let course = Course::of_load(CONNECTIONS, SECONDS);
    let up = Up::start(&course.work().join("server"));
    let (_, port) = up.origin.rsplit_once(':').expect("a port");
    let port: u16 = port.parse().expect("a port");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let spreads = (0..BURSTS).map(|_| runtime.block_on(one_burst(port))).collect();
    println!("\n## A burst of {CLIENTS}\n");
    println!("{:.3} ms from the first last byte to the last one.", median(spreads).as_secs_f64() * 1e3);
}

async fn one_burst(port: u16) -> Duration {
    let (burst, sent) = (Burst::default(), Sent::default());
    let mut clients = tokio::task::JoinSet::new();
    for _ in 0..CLIENTS {
        let dial = burst.hold(Arc::new(Noting(sent.clone())));
        let mut client = Client::new(dial, port, format!("127.0.0.1:{port}"), Limits::default());
        clients.spawn(async move {
            let request = Request {
                method: "GET".into(),
                target: "/items/1".into(),
                headers: Vec::new(),
                body: bytes::Bytes::new(),
                connection: Connection::Keep,
            };
            client.send(&request).await.expect("an answer");
        });
    }
    burst.is_held(CLIENTS).await;
    let released = burst.release();
    clients.join_all().await;
    let sent = sent.lock().unwrap_or_else(PoisonError::into_inner);
    let last: Vec<Instant> = sent.iter().copied().filter(|at| *at >= released).collect();
    assert_eq!(last.len(), CLIENTS, "each client writes one byte more");
    let (first, last) = (last.iter().min().expect("one"), last.iter().max().expect("one"));
    *last - *first
}

/// Connections that note when they are written to.
struct Noting(Sent);

impl Dial for Noting {
    fn connect(&self, port: u16) -> Dialing<'_> {
        Box::pin(async move {
            let stream = TcpStream::connect(("127.0.0.1", port)).await?;
            stream.set_nodelay(true)?;
            Ok(Box::new(Noted { stream, sent: self.0.clone() }) as BoxStream)
        })
    }
}

struct Noted {
    stream: TcpStream,
    sent: Sent,
}

impl AsyncRead for Noted {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Noted {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        if written.is_ready() {
            self.sent.lock().unwrap_or_else(PoisonError::into_inner).push(Instant::now());
        }
        written
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

/// A counter that 32 clients count up; each operation takes effect somewhere between its beginning and its end.
fn judged() {
    const APART: u64 = 1_000;
    let operations: Vec<Operation> = (0..OPERATIONS)
        .map(|number| {
            let at = (number + CLIENTS as u64) * APART;
            // As wide as it can be without touching the same client's next one.
            let wide = APART * CLIENTS as u64 / 2 - 1;
            Operation {
                client: (number % CLIENTS as u64) as u32,
                label: "POST /count".into(),
                key: String::new(),
                begin: at - wide,
                end: Some(at + wide),
                call: Call::Add(1),
                result: Some(Outcome::Value(Json::Number((number + 1).to_string()))),
            }
        })
        .collect();
    let model = Model::Counter { start: Start::from(0) };
    let times = (0..21).map(|_| {
        let begun = Instant::now();
        let verdict = history::judge(&model, &operations, history::USUAL_STEPS).expect("no mistake");
        assert_eq!(verdict, Verdict::Holds);
        begun.elapsed()
    });
    println!("\n## A history of {OPERATIONS} operations of {CLIENTS} clients\n");
    println!("Judged in {:.2} ms.", median(times.collect()).as_secs_f64() * 1e3);
}
