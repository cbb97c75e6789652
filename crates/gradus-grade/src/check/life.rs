//! Steps that do something to the server: signals, an end, a start.

use super::{Bench, failure, meanwhile, mismatch_at};
use gradus_judge::pattern;
use gradus_model::duration::format_duration;
use gradus_model::grader::{Act, ServerStep, Step};
use gradus_model::json::Json;
use gradus_model::outcome::{Failure, Mismatch};
use gradus_model::source::Spanned;
use gradus_model::stub::Asked;
use gradus_model::value::Bindings;
use std::time::Duration;

/// How long requests that are to be on their way get to arrive.
const ARRIVES: Duration = Duration::from_millis(150);

/// What a stub must have been asked.
type After = (Spanned<String>, Asked);

/// Does it, and judges how it went.
pub async fn act(
    bench: &mut Bench<'_>,
    step: &Step,
    server: &ServerStep,
    bindings: &mut Bindings,
    requests: &mut u32,
) -> Result<(), Box<Failure>> {
    let title = title(server.act);
    let origin = bench.target.origin();
    if server.act == Act::Term {
        // A server may wait for idle connections when it ends; ours should not be what it waits for.
        bench.client.drop_connections();
    }
    let asked_before = server.after.as_ref().map(|after| asked_so_far(bench, after, bindings));
    let mut sent = Vec::new();
    for step in &server.meanwhile {
        *requests += 1;
        sent.extend(meanwhile::send(bench, step, bindings, &origin)?);
    }
    match server.after.as_ref().zip(asked_before) {
        Some((after, before)) => wait_for(bench, after, before, bindings)
            .await
            .map_err(|mismatch| failure(title, None, 1, vec![mismatch], None))?,
        None if !sent.is_empty() => tokio::time::sleep(ARRIVES).await,
        None => {}
    }
    let result = match server.act {
        Act::Kill => {
            bench.target.stop().await;
            Ok(())
        }
        Act::Term => term(bench, step, server, bindings).await,
        Act::Pause => {
            bench.target.pause().await;
            Ok(())
        }
        Act::Resume => {
            bench.target.resume();
            Ok(())
        }
        Act::Start => start(bench, step).await,
        Act::Restart => {
            bench.target.stop().await;
            start(bench, step).await
        }
    };
    if !matches!(server.act, Act::Pause | Act::Resume) {
        bench.client.drop_connections();
    }
    result.map_err(|mismatches| failure(title, None, 1, mismatches, None))?;
    for sent in sent {
        meanwhile::judge(bench, sent, bindings).await?;
    }
    Ok(())
}

/// How often a stub was asked this since the check began.
fn asked_so_far(bench: &Bench<'_>, (stub, asked): &After, bindings: &Bindings) -> usize {
    bench.upstreams.stubs().calls(&stub.value, Some(asked), bindings).len()
}

/// Waits until a stub was asked this once more, for as long as a request may take.
async fn wait_for(
    bench: &Bench<'_>,
    after: &After,
    before: usize,
    bindings: &Bindings,
) -> Result<(), Mismatch> {
    let (stub, asked) = after;
    let is_asked = || asked_so_far(bench, after, bindings) > before;
    if bench.upstreams.stubs().until(is_asked, bench.request_timeout).await {
        return Ok(());
    }
    let wanted = format!("{} {}, meanwhile", asked.method, asked.path.fill(bindings));
    let got = format!("nothing within {}", format_duration(bench.request_timeout));
    Err(mismatch_at(bench.grader, asked.span, &format!("the stub {}", stub.value), &wanted, got))
}

fn title(act: Act) -> &'static str {
    match act {
        Act::Kill => "kill the server",
        Act::Term => "end the server by SIGTERM",
        Act::Pause => "pause the server",
        Act::Resume => "resume the server",
        Act::Start => "start the server",
        Act::Restart => "restart the server",
    }
}

async fn start(bench: &mut Bench<'_>, step: &Step) -> Result<(), Vec<Mismatch>> {
    match bench.target.start().await {
        Ok(()) => Ok(()),
        Err(cause) => {
            let wanted = "a server that can be started again";
            Err(vec![mismatch_at(bench.grader, step.span, "server", wanted, cause.to_string())])
        }
    }
}

async fn term(
    bench: &mut Bench<'_>,
    step: &Step,
    server: &ServerStep,
    bindings: &Bindings,
) -> Result<(), Vec<Mismatch>> {
    match (bench.target.term(server.within).await, &server.exit) {
        (Ok(_), None) => Ok(()),
        (Ok(code), Some(exit)) => {
            let misses = pattern::judge(exit, Some(&Json::Number(code.to_string())), "exit", bindings);
            if misses.is_empty() {
                return Ok(());
            }
            Err(misses.into_iter().map(|miss| super::mismatch(bench.grader, miss)).collect())
        }
        (Err(how), None) if how.starts_with("was ended by signal 15") => Ok(()),
        (Err(how), _) => {
            let wanted = "a server that ends by itself when it is asked to";
            Err(vec![mismatch_at(bench.grader, step.span, "server", wanted, format!("it {how}"))])
        }
    }
}
