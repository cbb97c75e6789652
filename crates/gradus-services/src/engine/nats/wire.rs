//! The text protocol of NATS, read and written; what is said in it, and why, is not known here.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gradus_model::json::Json;
use std::io;
use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncRead, AsyncReadExt};

/// More than the server itself lets pass.
const LONGEST: usize = 2 << 20;

/// A message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Message {
    /// Its subject.
    pub subject: String,
    /// Its headers, in their order.
    pub headers: Vec<(String, String)>,
    /// What it says.
    pub body: Vec<u8>,
    /// What the server itself says with it, such as that nobody listens: `503`.
    pub status: Option<String>,
}

impl Message {
    /// One without headers.
    pub fn new(subject: String, body: Vec<u8>) -> Self {
        Self { subject, body, ..Self::default() }
    }

    /// As an object for judging: `subject`, `headers` (an object), `text`, `json` (null if it is none).
    pub fn to_json(&self) -> Json {
        let headers = self.headers.iter().map(|(name, value)| (name.clone(), Json::from(value.as_str())));
        let json = gradus_judge::json::read(&self.body, Default::default()).map(|read| read.value);
        let entries = [
            ("subject", Json::from(self.subject.as_str())),
            ("headers", Json::Object(headers.collect())),
            ("text", Json::String(String::from_utf8_lossy(&self.body).into_owned())),
            ("json", json.unwrap_or(Json::Null)),
        ];
        Json::Object(entries.map(|(key, value)| (key.to_owned(), value)).into_iter().collect())
    }
}

/// What somebody who asked waits for.
#[derive(Debug)]
pub enum Said {
    /// A reply.
    Reply(Message),
    /// Everything before was heard.
    Pong,
    /// Why the server does not do it.
    Refusal(String),
}

/// What comes from the server.
#[derive(Debug)]
pub enum Frame {
    /// A message, for the subscription with this number.
    Message {
        /// The number.
        listener: usize,
        /// The message.
        message: Message,
    },
    /// The answer to a ping.
    Pong,
    /// What it does not like.
    Error(String),
    /// What needs no answer.
    Other,
}

/// The bytes that publish a message; the error says why it can't be.
pub fn publish(message: &Message, reply: Option<&str>) -> Result<Vec<u8>, String> {
    let subject = &message.subject;
    if subject.is_empty() || subject.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return Err(format!("{subject:?} is no subject"));
    }
    let reply = reply.map_or_else(String::new, |reply| format!(" {reply}"));
    let length = message.body.len();
    let mut bytes = if message.headers.is_empty() {
        format!("PUB {subject}{reply} {length}\r\n").into_bytes()
    } else {
        let mut head = "NATS/1.0\r\n".to_owned();
        for (name, value) in &message.headers {
            if format!("{name}{value}").contains(['\r', '\n']) || name.contains(':') {
                return Err(format!("{name:?} is no header"));
            }
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str("\r\n");
        format!("HPUB {subject}{reply} {} {}\r\n{head}", head.len(), head.len() + length).into_bytes()
    };
    bytes.extend(&message.body);
    bytes.extend(b"\r\n");
    Ok(bytes)
}

/// The next thing that the server says.
pub async fn frame(from: &mut (impl AsyncBufRead + Unpin)) -> io::Result<Frame> {
    let mut line = String::new();
    if from.read_line(&mut line).await? == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    let words: Vec<&str> = line.split_whitespace().collect();
    let strange = || io::Error::from(io::ErrorKind::InvalidData);
    match words.as_slice() {
        ["MSG", subject, listener, .., total] => {
            let body = exactly(from, total).await?;
            let listener = listener.parse().map_err(|_| strange())?;
            Ok(Frame::Message { listener, message: Message::new((*subject).to_owned(), body) })
        }
        ["HMSG", subject, listener, .., head, total] => {
            let mut all = exactly(from, total).await?;
            let head = head.parse().ok().filter(|head| *head <= all.len()).ok_or_else(strange)?;
            let body = all.split_off(head);
            let (status, headers) = headers(&String::from_utf8_lossy(&all));
            let listener = listener.parse().map_err(|_| strange())?;
            let message = Message { subject: (*subject).to_owned(), headers, body, status };
            Ok(Frame::Message { listener, message })
        }
        ["PONG", ..] => Ok(Frame::Pong),
        ["-ERR", ..] => Ok(Frame::Error(line["-ERR".len()..].trim().trim_matches('\'').to_owned())),
        _ => Ok(Frame::Other),
    }
}

/// So many bytes, and the end of their line.
async fn exactly(from: &mut (impl AsyncRead + Unpin), length: &str) -> io::Result<Vec<u8>> {
    let length = length.parse().ok().filter(|length| *length <= LONGEST);
    let length = length.ok_or(io::ErrorKind::InvalidData)?;
    let mut bytes = vec![0; length + 2];
    from.read_exact(&mut bytes).await?;
    bytes.truncate(length);
    Ok(bytes)
}

/// `NATS/1.0 503`, and then a header on each line.
fn headers(text: &str) -> (Option<String>, Vec<(String, String)>) {
    let mut lines = text.lines();
    let status = lines.next().and_then(|first| first.split_whitespace().nth(1)).map(str::to_owned);
    let headers = lines.filter_map(|line| line.split_once(':'));
    (status, headers.map(|(name, value)| (name.to_owned(), value.trim().to_owned())).collect())
}

/// A message as JetStream tells it, and its place in the stream.
pub fn stored(answer: &Json) -> Option<(Message, u64)> {
    let message = answer.get("message")?;
    let text = |key: &str| message.get(key).map(Json::to_text);
    let decoded = |key: &str| STANDARD.decode(text(key).unwrap_or_default()).ok();
    let (status, headers) = headers(&String::from_utf8_lossy(&decoded("hdrs")?));
    let message = Message { subject: text("subject")?, headers, body: decoded("data")?, status };
    Some((message, text("seq")?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_published_is_what_is_read() {
        let mut bytes: &[u8] = b"MSG a.b 2 3\r\nabc\r\nHMSG a 1 inbox 24 26\r\nNATS/1.0 503\r\nA: b c\r\n\r\nhi\r\n-ERR 'no'\r\nPONG\r\n";
        let Frame::Message { listener: 2, message } = frame(&mut bytes).await.expect("a frame") else {
            panic!("a message")
        };
        assert_eq!(message, Message::new("a.b".into(), b"abc".to_vec()));
        let Frame::Message { message, .. } = frame(&mut bytes).await.expect("a frame") else {
            panic!("a message")
        };
        assert_eq!((message.status.as_deref(), message.body.as_slice()), (Some("503"), b"hi".as_slice()));
        assert_eq!(message.headers, [("A".to_owned(), "b c".to_owned())]);
        assert!(matches!(frame(&mut bytes).await, Ok(Frame::Error(why)) if why == "no"));
        assert!(matches!(frame(&mut bytes).await, Ok(Frame::Pong)));
        assert!(frame(&mut bytes).await.is_err());
    }

    #[test]
    fn what_would_be_another_command_is_not_written() {
        let publish = |subject: &str, header: (&str, &str)| {
            let headers = vec![(header.0.to_owned(), header.1.to_owned())];
            publish(&Message { headers, ..Message::new(subject.into(), b"x".to_vec()) }, Some("r"))
        };
        assert_eq!(
            publish("a", ("A", "b")).expect("bytes"),
            b"HPUB a r 18 19\r\nNATS/1.0\r\nA: b\r\n\r\nx\r\n"
        );
        assert!(publish("a\r\nPUB b", ("A", "b")).is_err());
        assert!(publish("a", ("A", "b\r\nc")).is_err());
    }
}
