//! Reads the streams of a NATS, and the step that speaks with one.

use super::expect;
use super::files::Folder;
use super::pattern::{Position, pattern};
use super::request;
use super::sense::{self, Known};
use super::service::one;
use super::template::text_template;
use super::value::values;
use crate::decode::{self, Fields, Problems};
use crate::diagnostic::Diagnostic;
use crate::grader::{Action, Body, Place, Save};
use crate::nats::{Consumer, Message, NatsStep, Said, Stream};
use crate::source::Spanned;
use crate::tree::Node;
use std::time::Duration;

/// How long a request waits for its reply, unless told.
const REPLY: Duration = Duration::from_secs(5);

/// `streams: { ORDERS: { subjects: [orders.>], consumers: { worker: { ack_wait: 300ms } } } }`.
pub fn streams(node: &Node, problems: &mut Problems) -> Vec<Stream> {
    let mut streams = Vec::new();
    for (key, node) in decode::map(node, problems) {
        word(key, problems);
        let Some(mut fields) = Fields::of(node, "{ subjects: […], consumers: … }", problems) else {
            continue;
        };
        let subjects = fields.require("subjects", problems);
        let subjects = subjects.map_or_else(Vec::new, |node| decode::texts(node, problems));
        subjects.iter().for_each(|subject| self::subject(subject, problems));
        let duplicates = fields.take("duplicates").and_then(|node| decode::duration(node, problems));
        let consumers = fields.take("consumers").map_or_else(Vec::new, |node| consumers(node, problems));
        fields.finish(problems);
        streams.push(Stream { name: key.clone(), subjects, duplicates, consumers });
    }
    streams
}

fn consumers(node: &Node, problems: &mut Problems) -> Vec<Consumer> {
    let mut consumers = Vec::new();
    for (key, node) in decode::map(node, problems) {
        word(key, problems);
        let Some(mut fields) = Fields::of(node, "{ ack_wait: … }", problems) else { continue };
        let filter = fields.take("filter").and_then(|node| decode::sentence(node, problems));
        let ack_wait = fields.take("ack_wait").and_then(|node| decode::duration(node, problems));
        let max_deliver =
            fields.take("max_deliver").and_then(|node| decode::whole(node, 1, 1_000_000, problems));
        fields.finish(problems);
        let max_deliver = max_deliver.and_then(|most| u32::try_from(most).ok());
        consumers.push(Consumer { name: key.clone(), filter, ack_wait, max_deliver });
    }
    consumers
}

/// A name of a stream or a consumer stands within subjects, where these letters mean something else.
fn word(name: &Spanned<String>, problems: &mut Problems) {
    if name.value.is_empty() || name.value.contains(|c: char| c.is_whitespace() || ".*>/\\".contains(c)) {
        problems.add(
            Diagnostic::new(format!("`{}` is no name of a stream or a consumer", name.value), name.span)
                .help("use letters, digits, - and _"),
        );
    }
}

/// A subject is a line's word.
fn subject(subject: &Spanned<String>, problems: &mut Problems) {
    if subject.value.contains(char::is_whitespace) || subject.value.split('.').any(str::is_empty) {
        problems.add(
            Diagnostic::new(format!("`{}` is no subject", subject.value), subject.span)
                .help("write words joined by dots: orders.created, orders.*, orders.>"),
        );
    }
}

/// `nats: { bus: { publish: orders.created, json: … } }`, or `request`, `published` or `stream`, with `expect` and `save`.
pub fn nats(
    fields: &mut Fields<'_>,
    node: &Node,
    folder: &mut Folder<'_>,
    problems: &mut Problems,
) -> Option<Action> {
    let (service, inner) =
        one(fields.take("nats")?, "{ bus: { publish: orders.created, json: … } }", problems)?;
    let said = said(inner, folder, problems);
    let (mut count, mut json, mut text) = (None, None, None);
    if let Some(expected) = fields.take("expect")
        && let Some(mut expect) = Fields::of(expected, "{ count: …, json: …, text: … }", problems)
    {
        // A reply is any JSON; what was published, or stands in a stream, is several messages.
        let are_several = matches!(said, Some(Said::Published(_) | Said::Stream(_)));
        let mut take = |key: &'static str, known: &Known| {
            expect.take(key).and_then(|node| sense::expected(node, known, folder, problems))
        };
        (count, text) = (take("count", &sense::COUNT), take("text", &sense::TEXT));
        json = expect.take("json").and_then(|node| match are_several {
            true => sense::expected(node, &sense::LIST, folder, problems),
            false => pattern(node, Position::Present, folder, problems),
        });
        expect.finish(problems);
    }
    let save = fields.take("save").map_or_else(Vec::new, |node| expect::save(node, problems));
    let step = NatsStep { service, said: said?, count, json, text, save };
    sensible(&step, node, problems);
    Some(Action::Nats(Box::new(step)))
}

fn said(node: &Node, folder: &mut Folder<'_>, problems: &mut Problems) -> Option<Said> {
    let mut fields = Fields::of(node, "{ publish: …, json: … }", problems)?;
    let head = fields.head;
    let kinds: Vec<_> = ["publish", "request", "published", "stream"]
        .into_iter()
        .filter_map(|key| fields.take_entry(key))
        .collect();
    let headers = fields.take_entry("headers");
    let body = request::body(&mut fields, folder, problems);
    let timeout = fields.take_entry("timeout");
    fields.finish(problems);
    let [(key, subject_node)] = kinds.as_slice() else {
        let (what, span) = match kinds.get(1) {
            Some((second, _)) => ("one thing is said to NATS at a time", second.span),
            None => ("nothing is said to NATS", head),
        };
        problems.add(Diagnostic::new(what, span).help("write one of publish, request, published and stream"));
        return None;
    };
    let of_request = key.value == "request";
    if let Some((name, _)) = timeout
        && !of_request
    {
        problems.add(Diagnostic::new("only a request waits", name.span).help("use `until` to ask again"));
    }
    if of_request || key.value == "publish" {
        let headers = headers.map_or_else(Vec::new, |(_, node)| values(node, problems));
        let message = Message { subject: text_template(subject_node, problems)?, body, headers };
        let timeout = timeout.and_then(|(_, node)| decode::duration(node, problems)).unwrap_or(REPLY);
        return Some(if of_request { Said::Request(message, timeout) } else { Said::Publish(message) });
    }
    if !matches!(body, Body::None) || headers.is_some() {
        problems.add(Diagnostic::new("nothing is sent with this question", key.span));
    }
    let name = Spanned::new(decode::sentence(subject_node, problems)?, subject_node.span);
    Some(if key.value == "published" {
        subject(&name, problems);
        Said::Published(name)
    } else {
        word(&name, problems);
        Said::Stream(name)
    })
}

/// What is expected has to be something that can be heard.
fn sensible(step: &NatsStep, node: &Node, problems: &mut Problems) {
    let unheard = |what: &str| format!("{what} is heard of this");
    match &step.said {
        Said::Publish(_) => {
            if let Some(pattern) = step.patterns().next() {
                problems.add(
                    Diagnostic::new("nothing is heard when a message is published", pattern.span)
                        .help("`request` waits for a reply; `published` and `stream` tell what came of it"),
                );
            }
        }
        Said::Request(..) => {
            if let Some(count) = &step.count {
                problems
                    .add(Diagnostic::new(unheard("no number"), count.span).help("judge `json` or `text`"));
            }
        }
        Said::Published(_) | Said::Stream(_) => {
            if let Some(text) = &step.text {
                problems.add(Diagnostic::new(unheard("no text"), text.span).help("judge `count` or `json`"));
            }
        }
    }
    if !matches!(step.said, Said::Publish(_)) && !step.expects() {
        problems
            .add(Diagnostic::new("nothing is expected of this", node.span).help("add `expect: { json: … }`"));
    }
    for Save { from, .. } in &step.save {
        let heard = match (&step.said, &from.value) {
            (Said::Publish(_), _) => false,
            (_, Place::Json(_)) => true,
            (said, Place::Text) => matches!(said, Said::Request(..)),
            _ => false,
        };
        if !heard {
            problems.add(
                Diagnostic::new("this is no part of what is heard", from.span)
                    .help("save from it by a path that begins with json, such as json[0].json.id"),
            );
        }
    }
}
