//! NATS with JetStream: its settings, its text protocol as far as the grader speaks it, and what was published since a
//! check began. A library of its own would not take the connection of a room.

mod wire;

pub use wire::Message;

use super::{ADMIN, APP, PASSWORD, Places, Programs};
use futures_util::future::{BoxFuture, FutureExt};
use gradus_judge::json;
use gradus_model::json::Json;
use gradus_model::nats::{Consumer, Stream};
use std::collections::VecDeque;
use std::ffi::OsString;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncWriteExt, BufReader, ReadHalf, WriteHalf, split};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use wire::Said;

/// How long the server may take to answer the grader.
const ANSWERS: Duration = Duration::from_secs(10);
/// So many messages are remembered, and read of a stream, at most.
const MOST: usize = 10_000;
/// Where replies to the grader go.
const INBOX: &str = "_INBOX.gradus";

pub fn serve(programs: &Programs, places: &Places) -> Vec<OsString> {
    // Visitors need not say who they are, so that the protocol can be spoken by hand; nor are they asked whether they are
    // still there, which would be counted as bytes of theirs.
    let settings = format!(
        "listen: \"127.0.0.1:{}\"\nmax_payload: 1MB\nping_interval: \"1h\"\nno_auth_user: {APP}\n\
         jetstream {{ store_dir: \"{}\", max_memory_store: 64MB, max_file_store: 512MB }}\n\
         authorization {{ users = [ {{ user: {ADMIN}, password: \"{}\" }}, {{ user: {APP}, password: {PASSWORD} }} ] }}\n",
        places.port,
        places.data.join("jetstream").display(),
        places.secret
    );
    let script = "umask 077 && printf '%s' \"$2\" > \"$1\" && exec \"$0\" -c \"$1\"";
    let mut command: Vec<OsString> = ["sh", "-c", script].map(OsString::from).to_vec();
    command.extend([programs.server.clone().into(), places.door.join("nats.conf").into(), settings.into()]);
    command
}

/// What was published on subjects that somebody asks for; it outlives connections.
#[derive(Clone, Debug, Default)]
pub struct Heard(Arc<Mutex<VecDeque<Message>>>);

impl Heard {
    /// Nothing yet.
    pub fn begin(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    fn note(&self, message: Message) {
        let mut messages = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if messages.len() == MOST {
            messages.pop_front();
        }
        messages.push_back(message);
    }

    /// Those of a subject, in which `*` and `>` may stand, in the order in which they came.
    pub fn on(&self, subject: &str) -> Vec<Message> {
        let messages = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        messages.iter().filter(|message| fits(subject, &message.subject)).cloned().collect()
    }
}

/// Whether a subject is one of those that a pattern names.
fn fits(pattern: &str, subject: &str) -> bool {
    let (mut wanted, mut words) = (pattern.split('.'), subject.split('.'));
    loop {
        match (wanted.next(), words.next()) {
            (Some(">"), Some(_)) | (None, None) => return true,
            (Some("*"), Some(_)) => {}
            (Some(one), Some(other)) if one == other => {}
            _ => return false,
        }
    }
}

/// A connection.
#[derive(Debug)]
pub struct Client {
    to: WriteHalf<TcpStream>,
    said: mpsc::UnboundedReceiver<Said>,
    heard: Arc<Mutex<Option<Heard>>>,
    asked: u64,
    listens: usize,
}

impl Client {
    pub async fn open(stream: TcpStream, secret: &str) -> Result<Self, String> {
        let (from, to) = split(stream);
        let (sender, said) = mpsc::unbounded_channel();
        let heard = Arc::new(Mutex::new(None));
        tokio::spawn(listen(from, sender, heard.clone()));
        let mut client = Self { to, said, heard, asked: 0, listens: 1 };
        // What we publish ourselves is no news to us.
        let hello = format!(
            "CONNECT {{\"user\":\"{ADMIN}\",\"pass\":\"{secret}\",\"verbose\":false,\"pedantic\":false,\"echo\":false,\
             \"headers\":true,\"no_responders\":true,\"name\":\"gradus\",\"lang\":\"rust\",\"version\":\"1\"}}\r\nSUB {INBOX}.* 1\r\n"
        );
        client.write(hello.as_bytes()).await?;
        client.flush().await?;
        Ok(client)
    }

    /// Remembers from now on what is published on these subjects.
    pub fn attend<'c>(
        &'c mut self,
        heard: &'c Heard,
        subjects: &'c [String],
    ) -> BoxFuture<'c, Result<(), String>> {
        async move {
            *self.heard.lock().unwrap_or_else(PoisonError::into_inner) = Some(heard.clone());
            for subject in subjects {
                self.listens += 1;
                self.write(format!("SUB {subject} {}\r\n", self.listens).as_bytes()).await?;
            }
            self.flush().await
        }
        .boxed()
    }

    /// Makes streams and their consumers.
    pub async fn furnish(&mut self, streams: &[Stream]) -> Result<(), String> {
        for stream in streams {
            let name = &stream.name.value;
            let created = self.api(&format!("STREAM.CREATE.{name}"), &settings_of(stream)).await;
            created.map_err(|why| format!("the stream `{name}`: {why}"))?;
            for consumer in &stream.consumers {
                let api = format!("CONSUMER.DURABLE.CREATE.{name}.{}", consumer.name.value);
                let created = self.api(&api, &settings_of_consumer(name, consumer)).await;
                created
                    .map_err(|why| format!("the consumer `{}` of `{name}`: {why}", consumer.name.value))?;
            }
        }
        Ok(())
    }

    /// Returns once everything that was said has reached the server, and all that it had to say before is noted.
    pub async fn flush(&mut self) -> Result<(), String> {
        self.write(b"PING\r\n").await?;
        loop {
            match self.next(ANSWERS).await? {
                Said::Pong => return Ok(()),
                Said::Refusal(why) => return Err(why),
                Said::Reply(_) => {}
            }
        }
    }

    /// A message to whom it may concern.
    pub fn publish<'c>(&'c mut self, message: &'c Message) -> BoxFuture<'c, Result<(), String>> {
        async move {
            self.write(&wire::publish(message, None)?).await?;
            self.flush().await
        }
        .boxed()
    }

    /// A message that is answered.
    pub fn request<'c>(
        &'c mut self,
        message: &'c Message,
        timeout: Duration,
    ) -> BoxFuture<'c, Result<Message, String>> {
        async move {
            self.asked += 1;
            let inbox = format!("{INBOX}.{}", self.asked);
            self.write(&wire::publish(message, Some(&inbox))?).await?;
            let wait = async {
                loop {
                    match self.next(timeout).await? {
                        Said::Reply(reply) if reply.subject == inbox => return Ok(reply),
                        Said::Refusal(why) => return Err(why),
                        // Of an earlier request, which waited no longer.
                        Said::Reply(_) | Said::Pong => {}
                    }
                }
            };
            let reply = tokio::time::timeout(timeout, wait).await.map_err(|_| "no reply".to_owned())??;
            if reply.status.as_deref() == Some("503") {
                return Err("nobody listens on that subject".to_owned());
            }
            Ok(reply)
        }
        .boxed()
    }

    /// What a stream holds, from its first message to its last.
    pub fn stream<'c>(&'c mut self, name: &'c str) -> BoxFuture<'c, Result<Vec<Message>, String>> {
        async move {
            let about = self.api(&format!("STREAM.INFO.{name}"), "").await?;
            let number = |key: &str| {
                let number = about.get("state").and_then(|state| state.get(key)).map(Json::to_text);
                number.and_then(|number| number.parse::<u64>().ok()).unwrap_or(0)
            };
            let (first, last, count) = (number("first_seq"), number("last_seq"), number("messages"));
            if count > MOST as u64 {
                return Err(format!("it holds {count} messages, and {MOST} are read at most"));
            }
            let mut messages = Vec::new();
            let mut next = first;
            while next <= last && (messages.len() as u64) < count {
                // `next_by_subj` leaps over what was deleted.
                let asked = format!("{{\"seq\":{next},\"next_by_subj\":\">\"}}");
                let answer = match self.api(&format!("STREAM.MSG.GET.{name}"), &asked).await {
                    Ok(answer) => answer,
                    // What was left of it has been deleted meanwhile.
                    Err(why) if why.contains("no message found") => break,
                    Err(why) => return Err(why),
                };
                let (message, sequence) =
                    wire::stored(&answer).ok_or("it tells a message in a way of its own")?;
                messages.push(message);
                next = sequence + 1;
            }
            Ok(messages)
        }
        .boxed()
    }

    /// Asks JetStream.
    async fn api(&mut self, what: &str, text: &str) -> Result<Json, String> {
        let message = Message::new(format!("$JS.API.{what}"), text.as_bytes().to_vec());
        let reply = self.request(&message, ANSWERS).await?;
        let read =
            json::read(&reply.body, Default::default()).map_err(|_| "it answers no JSON".to_owned())?;
        let error = read.value.get("error").and_then(|error| error.get("description"));
        match error {
            Some(why) => Err(why.to_text()),
            None => Ok(read.value),
        }
    }

    async fn next(&mut self, within: Duration) -> Result<Said, String> {
        let next = tokio::time::timeout(within, self.said.recv()).await;
        next.map_err(|_| "it does not answer".to_owned())?.ok_or_else(|| "it hung up".to_owned())
    }

    async fn write(&mut self, bytes: &[u8]) -> Result<(), String> {
        self.to.write_all(bytes).await.map_err(|error| error.to_string())
    }
}

/// Sorts what the server says until it hangs up: what others publish is noted, and the rest is for whoever waits.
async fn listen(
    from: ReadHalf<TcpStream>,
    sender: mpsc::UnboundedSender<Said>,
    heard: Arc<Mutex<Option<Heard>>>,
) {
    let mut from = BufReader::new(from);
    while let Ok(frame) = wire::frame(&mut from).await {
        match frame {
            wire::Frame::Message { listener: 1, message } => drop(sender.send(Said::Reply(message))),
            wire::Frame::Message { message, .. } => {
                if let Some(heard) = &*heard.lock().unwrap_or_else(PoisonError::into_inner) {
                    heard.note(message);
                }
            }
            wire::Frame::Pong => drop(sender.send(Said::Pong)),
            wire::Frame::Error(why) => drop(sender.send(Said::Refusal(why))),
            wire::Frame::Other => {}
        }
    }
}

fn settings_of(stream: &Stream) -> String {
    let subjects = stream.subjects.iter().map(|subject| Json::from(subject.value.as_str()));
    let mut settings = vec![
        ("name", Json::from(stream.name.value.as_str())),
        ("subjects", Json::Array(subjects.collect())),
        ("storage", Json::from("file")),
        ("retention", Json::from("limits")),
        ("num_replicas", Json::from(1)),
        ("discard", Json::from("old")),
    ];
    settings.extend(stream.duplicates.map(|time| ("duplicate_window", nanoseconds(time))));
    object(settings).to_string()
}

fn settings_of_consumer(stream: &str, consumer: &Consumer) -> String {
    let mut settings = vec![
        ("durable_name", Json::from(consumer.name.value.as_str())),
        ("ack_policy", Json::from("explicit")),
        ("deliver_policy", Json::from("all")),
        ("replay_policy", Json::from("instant")),
    ];
    settings.extend(consumer.filter.as_deref().map(|filter| ("filter_subject", Json::from(filter))));
    settings.extend(consumer.ack_wait.map(|time| ("ack_wait", nanoseconds(time))));
    settings.extend(consumer.max_deliver.map(|most| ("max_deliver", Json::from(i64::from(most)))));
    object(vec![("stream_name", Json::from(stream)), ("config", object(settings))]).to_string()
}

fn nanoseconds(time: Duration) -> Json {
    Json::Number(time.as_nanos().to_string())
}

fn object(entries: Vec<(&str, Json)>) -> Json {
    Json::Object(entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_fits_word_by_word() {
        assert!(fits("orders.>", "orders.eu.created") && fits("orders.*", "orders.created"));
        assert!(fits("a", "a") && fits(">", "a.b"));
        assert!(!fits("orders.>", "orders") && !fits("orders.*", "orders.eu.created") && !fits("a.b", "a"));
    }
}
