//! The step that speaks with NATS: publishes, asks, and judges what was published and what streams hold.

use super::{Bench, Stop, failure, mismatch, mismatch_at, request, save_parts};
use gradus_judge::miss::Miss;
use gradus_judge::pattern;
use gradus_judge::place;
use gradus_model::eval;
use gradus_model::grader::{Place, Step};
use gradus_model::json::Json;
use gradus_model::nats::{NatsStep, Said};
use gradus_model::outcome::{Fault, Mismatch};
use gradus_model::value::Bindings;
use gradus_services::engine::Message;

/// Does what the step says, and judges what is heard.
pub async fn say(
    bench: &mut Bench<'_>,
    step: &Step,
    nats: &NatsStep,
    bindings: &mut Bindings,
    circumstance: Option<String>,
) -> Result<(), Stop> {
    let name = &nats.service.value;
    let ours =
        |why: String| Stop::Broken(Fault { what: format!("the service `{name}`: {why}"), way_out: None });
    let service = bench.upstreams.backing().client(name).and_then(|client| client.nats()).map_err(ours)?;
    let unfit = |miss: Box<Miss>| {
        failure("a message", circumstance.clone(), 1, vec![mismatch(bench.grader, *miss)], None)
    };
    let (title, heard) = match &nats.said {
        Said::Publish(message) => {
            let message = filled(message, bindings).map_err(unfit)?;
            let title = format!("{name} was sent {}", message.subject);
            (title, service.publish(&message).await.map(|()| Vec::new()))
        }
        Said::Request(message, timeout) => {
            let message = filled(message, bindings).map_err(unfit)?;
            let reply = service.request(&message, *timeout).await;
            (format!("{name} was asked on {}", message.subject), reply.map(|reply| vec![reply]))
        }
        Said::Published(subject) => {
            let flushed = service.flush().await;
            let heard = bench.upstreams.backing().heard(name, &subject.value);
            (format!("what was published on {}", subject.value), flushed.map(|()| heard))
        }
        Said::Stream(stream) => {
            (format!("what the stream {} holds", stream.value), service.stream(&stream.value).await)
        }
    };
    let heard = match heard {
        Ok(heard) => heard,
        // One that was ended by a step does not answer, and neither does one whose way is disturbed.
        Err(why) => {
            let wanted = "an answer of NATS";
            let mismatch = mismatch_at(bench.grader, step.span, "nats", wanted, why);
            return Err(failure(&title, circumstance, 1, vec![mismatch], None).into());
        }
    };
    let mismatches = judge(bench, nats, &heard, bindings);
    if mismatches.is_empty() {
        return Ok(());
    }
    Err(failure(&title, circumstance, nats.patterns().count(), mismatches, None).into())
}

/// The message with its values.
fn filled(message: &gradus_model::nats::Message, bindings: &Bindings) -> Result<Message, Box<Miss>> {
    let headers = message.headers.iter();
    let headers =
        headers.map(|(name, value)| (name.clone(), eval::value(value, bindings).to_text())).collect();
    let (body, _) = request::body(&message.body, bindings)?;
    Ok(Message { headers, ..Message::new(message.subject.fill(bindings), body.to_vec()) })
}

fn judge(bench: &Bench<'_>, nats: &NatsStep, heard: &[Message], bindings: &mut Bindings) -> Vec<Mismatch> {
    let text = |message: &Message| String::from_utf8_lossy(&message.body).into_owned();
    let reply = heard.first().filter(|_| matches!(nats.said, Said::Request(..)));
    let json = match reply {
        Some(reply) => reply.to_json().get("json").cloned(),
        None => Some(Json::Array(heard.iter().map(Message::to_json).collect())),
    };
    let mut misses = Vec::new();
    if let Some(wanted) = &nats.count {
        let count = Json::Number(heard.len().to_string());
        misses.extend(pattern::judge(wanted, Some(&count), "count", bindings));
    }
    if let Some(wanted) = &nats.json {
        let path = if reply.is_some() { "json" } else { "messages" };
        misses.extend(pattern::judge(wanted, json.as_ref(), path, bindings));
    }
    if let (Some(wanted), Some(reply)) = (&nats.text, reply) {
        misses.extend(pattern::judge(wanted, Some(&Json::String(text(reply))), "text", bindings));
    }
    let mut mismatches: Vec<Mismatch> = misses.into_iter().map(|miss| mismatch(bench.grader, miss)).collect();
    if mismatches.is_empty() {
        return save_parts(bench.grader, &nats.save, bindings, |place| match (place, &json, reply) {
            (Place::Json(parts), Some(json), _) => place::within(parts, json),
            (Place::Text, _, Some(reply)) => Ok(Json::String(text(reply))),
            _ => Err("nothing of the kind is heard".to_owned()),
        });
    }
    if reply.is_none()
        && let Some(first) = mismatches.first_mut().filter(|first| first.note.is_none())
    {
        let subjects: Vec<&str> = heard.iter().take(8).map(|message| message.subject.as_str()).collect();
        first.note = Some(match subjects.as_slice() {
            [] => "there are no messages".to_owned(),
            subjects => format!("there are messages on {}", subjects.join(", ")),
        });
    }
    mismatches
}
