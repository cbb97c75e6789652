//! A step that a component does: its requests and restarts are done here, and its findings become mismatches.

use super::{Bench, Stop, failure, mismatch_at, show};
use crate::upstreams::MAIN;
use gradus_model::eval;
use gradus_model::grader::{PluginStep, Step};
use gradus_model::json::Json;
use gradus_model::outcome::{Exchange, Fault, Mismatch};
use gradus_model::value::Bindings;
use gradus_probe::{Connection, Request};
use gradus_wasm::plugin::{Answered, Asked, Finding, Unfinished, Wish};
use gradus_wasm::{Limits, Settings};
use std::time::Duration;
use tokio::sync::mpsc;

/// Requests that a plugin may send in one step.
const MOST_REQUESTS: usize = 1000;

/// What a plugin may use: less than a submission, as it only asks and compares.
fn limits() -> Limits {
    let minute = Duration::from_secs(60);
    Limits {
        memory: 256 << 20,
        fuel_start: 50_000_000_000,
        start: minute,
        request: minute,
        ..Limits::default()
    }
}

/// Does it and judges what it found.
pub async fn run(
    bench: &mut Bench<'_>,
    step: &Step,
    plugin: &PluginStep,
    bindings: &Bindings,
    requests: &mut u32,
) -> Result<(), Stop> {
    let name = &plugin.component.value;
    let ours = |why: String| Stop::Broken(Fault { what: format!("the plugin {name}: {why}"), way_out: None });
    let component = bench.plugins.of(name).ok_or_else(|| ours("it was not compiled".into()))?;
    let settings = Settings {
        limits: limits(),
        seed: bench.seed,
        epoch: 0,
        environment: Vec::new(),
        folder: None,
        data: None,
        upstreams: Vec::new(),
    };
    let input = plugin.input.as_ref().map_or(Json::Null, |input| eval::value(input, bindings)).to_string();
    let (wishes, mut wished) = mpsc::channel(1);
    let doing = component.run(settings, &input, wishes);
    tokio::pin!(doing);
    let mut exchanges = Vec::new();
    let found = loop {
        bench.plugins.note_at_work(Some(name));
        let wish = tokio::select! {
            biased;
            found = &mut doing => break found,
            Some(wish) = wished.recv() => wish,
        };
        bench.plugins.note_at_work(None);
        match wish {
            Wish::Send(..) if exchanges.len() >= MOST_REQUESTS => {
                break Err(Unfinished::Requests(MOST_REQUESTS));
            }
            // No server can be blamed for what it was never asked.
            Wish::Send(asked, _) if !asked.path.starts_with('/') => break Err(Unfinished::Path(asked.path)),
            // A plugin that waits for no answer has ended, and says so itself.
            Wish::Send(asked, answer) => drop(answer.send(send(bench, asked, &mut exchanges).await)),
            Wish::Restart(answer) => drop(answer.send(restart(bench).await)),
        }
    };
    bench.plugins.note_at_work(None);
    let found = found.map_err(|why| Fault { what: format!("the plugin {name} {why}"), way_out: None })?;
    *requests += exchanges.len() as u32;
    if found.is_empty() {
        // What asked nothing proves nothing.
        return match exchanges.is_empty() {
            true => Err(ours("it sent no request, and so proves nothing".into())),
            false => Ok(()),
        };
    }
    let evidence = found.iter().find_map(|finding| exchanges.get(finding.exchange? as usize)).cloned();
    let mismatches: Vec<Mismatch> = found.into_iter().map(|finding| told(bench, step, finding)).collect();
    Err(failure(&format!("plugin {name}"), None, mismatches.len(), mismatches, evidence).into())
}

fn told(bench: &Bench<'_>, step: &Step, finding: Finding) -> Mismatch {
    mismatch_at(bench.grader, step.span, &finding.path, &finding.wanted, finding.got)
}

async fn send(
    bench: &mut Bench<'_>,
    asked: Asked,
    exchanges: &mut Vec<Exchange>,
) -> Result<(u32, Answered), String> {
    let origin = bench.target.origin();
    let request = Request {
        target: format!("{}{}", origin.base, asked.path),
        headers: asked.headers.into_iter().map(|(name, value)| (name, value.into_bytes())).collect(),
        body: asked.body.into(),
        connection: Connection::Keep,
        method: asked.method,
    };
    bench.client.set_timeout(bench.request_timeout);
    let result = bench.client.send(&request).await;
    bench.heard.note(&result, &format!("{} {}", request.method, request.target));
    exchanges.push(show::exchange(&request, &origin, result.as_ref()));
    let response = result.map_err(|error| error.to_string())?;
    let text = |value: Vec<u8>| String::from_utf8_lossy(&value).into_owned();
    let headers = response.headers.into_iter().map(|(name, value)| (name, text(value))).collect();
    let answered = Answered { status: response.status, headers, body: response.body.into() };
    Ok((exchanges.len() as u32 - 1, answered))
}

async fn restart(bench: &mut Bench<'_>) -> Result<(), String> {
    if !bench.target.capabilities().restart {
        return Err("this server can't be restarted".into());
    }
    bench.client.drop_connections();
    bench.target.stop().await;
    bench.target.start().await.map_err(|cause| cause.to_string())?;
    // A place that is new has nobody listening yet.
    bench.upstreams.listen(MAIN, &*bench.target).await.map_err(|error| error.to_string())
}
