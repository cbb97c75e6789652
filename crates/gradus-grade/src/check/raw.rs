//! A step that sends bytes as they stand, and judges what comes back.

use super::{Bench, failure, mismatch, mismatch_at, request};
use gradus_judge::miss::Miss;
use gradus_judge::pattern;
use gradus_model::grader::{RawEnd, RawPart, RawStep, Step};
use gradus_model::outcome::{Failure, Mismatch};
use gradus_model::pattern::{Pattern, PatternKind};
use gradus_model::value::Bindings;
use gradus_probe::BoxStream;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::Instant;

/// How much of what comes back is kept.
const MOST: usize = 1 << 20;

/// What came back.
#[derive(Default)]
struct Back {
    bytes: Vec<u8>,
    closed: bool,
}

/// Sends and judges.
pub async fn run(
    bench: &mut Bench<'_>,
    step: &Step,
    raw: &RawStep,
    bindings: &Bindings,
    circumstance: Option<String>,
) -> Result<(), Box<Failure>> {
    let title = "bytes as they stand";
    let expectations = usize::from(raw.bytes.is_some()) + usize::from(raw.closed.is_some());
    let fail = |mismatches| failure(title, circumstance.clone(), expectations, mismatches, None);
    let parts = parts(raw, bindings).map_err(|miss| fail(vec![mismatch(bench.grader, *miss)]))?;
    let dial = bench.target.dial();
    let mut stream = dial.connect(bench.target.origin().port).await.map_err(|error| {
        fail(vec![mismatch_at(bench.grader, step.span, "connection", "a connection", error.to_string())])
    })?;
    let deadline = Instant::now() + raw.timeout.unwrap_or(bench.request_timeout);
    // Who reads nothing is judged by what came back until then.
    let _ = tokio::time::timeout_at(deadline, send(&mut stream, &parts, raw.then)).await;
    let back = receive(&mut stream, raw, bindings, deadline).await;
    bench.heard.anything |= !back.bytes.is_empty();
    let text: String = back.bytes.iter().map(|byte| char::from(*byte)).collect();
    let mut mismatches: Vec<Mismatch> = Vec::new();
    if let Some(bytes) = &raw.bytes {
        let misses = pattern::judge_written(bytes, Some(&text), "bytes", bindings);
        mismatches.extend(misses.into_iter().map(|miss| mismatch(bench.grader, miss)));
        if mismatches.is_empty() && text.is_empty() && forbids(bytes) {
            // Whoever says nothing says nothing forbidden.
            let got = "nothing came".to_owned();
            mismatches.push(mismatch_at(bench.grader, bytes.span, "bytes", "at least one byte", got));
        }
    }
    if let Some(closed) = raw.closed.filter(|closed| *closed != back.closed) {
        let wanted =
            if closed { "a connection that the server closes" } else { "a connection that stays open" };
        let got = if back.closed { "it was closed" } else { "it stayed open" };
        mismatches.push(mismatch_at(bench.grader, step.span, "connection", wanted, got.to_owned()));
    }
    if mismatches.is_empty() { Ok(()) } else { Err(fail(mismatches)) }
}

/// Whether what fits may fit no longer once more has come.
fn forbids(pattern: &Pattern) -> bool {
    match &pattern.kind {
        PatternKind::Not(_) | PatternKind::Size(_) => true,
        PatternKind::AllOf(all) | PatternKind::OneOf(all) => all.iter().any(forbids),
        _ => false,
    }
}

/// A part of what is sent, with what names stand for.
enum Sent {
    Bytes(Vec<u8>),
    Pause(Duration),
}

fn parts(raw: &RawStep, bindings: &Bindings) -> Result<Vec<Sent>, Box<Miss>> {
    let part = |part: &RawPart| {
        Ok(match part {
            RawPart::Text(text) => Sent::Bytes(text.fill(bindings).into_bytes()),
            RawPart::Bytes(coded) => Sent::Bytes(request::bytes(coded, bindings)?),
            RawPart::Wait(pause) => Sent::Pause(*pause),
        })
    };
    raw.send.iter().map(part).collect()
}

/// Sends what is to be sent; a server that hangs up meanwhile is judged by what came back.
async fn send(stream: &mut BoxStream, parts: &[Sent], then: RawEnd) {
    for part in parts {
        let sent = match part {
            Sent::Bytes(bytes) => stream.write_all(bytes).await,
            Sent::Pause(pause) => {
                tokio::time::sleep(*pause).await;
                Ok(())
            }
        };
        if sent.is_err() {
            return;
        }
    }
    let _ = stream.flush().await;
    if then == RawEnd::HalfClose {
        let _ = stream.shutdown().await;
    }
}

/// Reads until what is expected has come, and nothing after it that could be forbidden; or the server closes, or the time is over.
async fn receive(stream: &mut BoxStream, raw: &RawStep, bindings: &Bindings, deadline: Instant) -> Back {
    /// A connection that is to stay open, or silent, is watched for so long after all has come.
    const LINGERS: Duration = Duration::from_millis(300);
    let mut back = Back::default();
    let mut until = deadline;
    let mut buffer = vec![0; 16 * 1024];
    loop {
        match tokio::time::timeout_at(until, stream.read(&mut buffer)).await {
            Ok(Ok(length @ 1..)) => {
                let room = MOST.saturating_sub(back.bytes.len());
                back.bytes.extend_from_slice(&buffer[..length.min(room)]);
                let text: String = back.bytes.iter().map(|byte| char::from(*byte)).collect();
                let fits =
                    raw.bytes.as_ref().is_some_and(|bytes| pattern::fits_written(bytes, &text, bindings));
                let lingers = raw.closed == Some(false) || raw.bytes.as_ref().is_some_and(forbids);
                match raw.closed {
                    None if fits && !lingers => return back,
                    None | Some(false) if fits => until = deadline.min(Instant::now() + LINGERS),
                    _ => until = deadline,
                }
            }
            // A connection that breaks is closed, too.
            Ok(_) => {
                back.closed = true;
                return back;
            }
            Err(_) => return back,
        }
    }
}
