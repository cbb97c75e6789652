//! Streams of a NATS, and the steps that speak with it, as plain data.

use crate::grader::{Body, Save};
use crate::pattern::Pattern;
use crate::source::Spanned;
use crate::value::{Template, Value};
use std::time::Duration;

/// A stream of JetStream, there when a grading begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stream {
    /// Its name.
    pub name: Spanned<String>,
    /// What it keeps.
    pub subjects: Vec<Spanned<String>>,
    /// For how long a second message with the same `Nats-Msg-Id` is dropped; two minutes unless told.
    pub duplicates: Option<Duration>,
    /// Who reads it.
    pub consumers: Vec<Consumer>,
}

/// A durable consumer of a stream, which acknowledges each message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consumer {
    /// Its name.
    pub name: Spanned<String>,
    /// Only messages with this subject.
    pub filter: Option<String>,
    /// After how long an unacknowledged message is delivered again; 30 s unless told.
    pub ack_wait: Option<Duration>,
    /// How often a message is delivered at most; without a bound unless told.
    pub max_deliver: Option<u32>,
}

/// Speaks with a NATS, and judges what it hears.
#[derive(Clone, Debug)]
pub struct NatsStep {
    /// Which.
    pub service: Spanned<String>,
    /// What is said, or asked.
    pub said: Said,
    /// How many messages there are.
    pub count: Option<Pattern>,
    /// The messages as a list of objects (`subject`, `headers`, `text`, `json`); of a request, its reply as JSON.
    pub json: Option<Pattern>,
    /// The reply to a request as text.
    pub text: Option<Pattern>,
    /// Names for parts of what was heard.
    pub save: Vec<Save>,
}

/// What a step says to a NATS.
#[derive(Clone, Debug)]
pub enum Said {
    /// A message, to whom it may concern.
    Publish(Message),
    /// A message that is to be answered within this time.
    Request(Message, Duration),
    /// What was published on a subject since the check began.
    Published(Spanned<String>),
    /// What a stream holds.
    Stream(Spanned<String>),
}

/// A message.
#[derive(Clone, Debug)]
pub struct Message {
    /// Its subject.
    pub subject: Template,
    /// What it says.
    pub body: Body,
    /// Its headers.
    pub headers: Vec<(String, Value)>,
}

impl NatsStep {
    /// Whether anything is expected of it.
    pub fn expects(&self) -> bool {
        self.patterns().next().is_some()
    }

    /// What is expected.
    pub fn patterns(&self) -> impl Iterator<Item = &Pattern> {
        [&self.count, &self.json, &self.text].into_iter().flatten()
    }
}
