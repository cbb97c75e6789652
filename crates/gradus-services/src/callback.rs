//! Callbacks: requests that a stub sends because it was asked something. How they reach the submission is somebody else's business.

use crate::call::Call;
use gradus_judge::json::{self, ReadLimits};
use gradus_model::grader::Outgoing;
use gradus_model::json::Json;
use gradus_model::source::Span;
use gradus_model::stub::{Callback, When};
use gradus_model::value::Bindings;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;
use tokio::sync::{Semaphore, oneshot};
use tokio::task::JoinSet;

/// Callbacks that are on their way at a time; a submission that asks for more has them wait.
const AT_ONCE: usize = 64;

/// A callback on its way.
pub type Delivering = Pin<Box<dyn Future<Output = Delivered> + Send>>;

/// Whoever brings callbacks to the submission.
pub trait Courier: Send + Sync {
    /// Sends a request in which names stand for these values, and tells what came of it.
    fn deliver(&self, outgoing: &Outgoing, names: &Bindings) -> Delivering;
}

/// A callback that was sent, or could not be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivered {
    /// The method.
    pub method: String,
    /// Where it went, or should have.
    pub url: String,
    /// What came back.
    pub back: Result<Back, Undelivered>,
}

/// What came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Back {
    /// The status code.
    pub status: u16,
    /// By lower-case name, in order.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

/// Why nothing came back, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Undelivered {
    /// The address is not one of the submission's: nothing was sent.
    Misdirected(String),
    /// It was not answered.
    Unanswered(String),
}

/// What came of the callbacks of one call, with when each was sent and where the grader speaks of its address. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Log(Arc<Mutex<Vec<(Instant, Delivered, Span)>>>);

impl Log {
    /// All of them that are done, in the order in which they were sent.
    pub fn all(&self) -> Vec<(Instant, Delivered, Span)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn push(&self, at: Instant, delivered: Delivered, span: Span) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push((at, delivered, span));
    }
}

impl Delivered {
    /// All of it as one object: what `calls` judges.
    pub fn to_json(&self) -> Json {
        let text = |text: &str| Json::from(text);
        let (status, headers, json, body, error) = match &self.back {
            Ok(back) => {
                let json = json::read(&back.body, ReadLimits::default()).ok().map(|read| read.value);
                let status = Json::Number(back.status.to_string());
                let body = text(&String::from_utf8_lossy(&back.body));
                (status, Call::map(&back.headers), json.unwrap_or(Json::Null), body, Json::Null)
            }
            Err(Undelivered::Misdirected(why) | Undelivered::Unanswered(why)) => {
                (Json::Null, Json::Null, Json::Null, Json::Null, text(why))
            }
        };
        Json::Object(vec![
            ("method".into(), text(&self.method)),
            ("url".into(), text(&self.url)),
            ("status".into(), status),
            ("headers".into(), headers),
            ("json".into(), json),
            ("text".into(), body),
            ("error".into(), error),
        ])
    }
}

/// The callbacks of one answer.
pub struct Round {
    pub callbacks: Vec<Callback>,
    /// What names stand for, the parts of the request included.
    pub names: Bindings,
    pub log: Log,
    pub courier: Arc<dyn Courier>,
    pub slots: Slots,
}

/// Limits how many callbacks are on their way at a time. Clones share the limit.
#[derive(Clone, Debug)]
pub struct Slots(Arc<Semaphore>);

impl Default for Slots {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(AT_ONCE)))
    }
}

/// Callbacks that are under way.
pub struct Begun {
    /// Hears when those that come before the answer are done.
    pub before_is_done: oneshot::Receiver<()>,
    /// Is told when the answer is on its way, and is dropped if nobody waits for it any more.
    pub answered: oneshot::Sender<()>,
}

impl Round {
    /// Sets them going among others of their check: those that come before the answer at once, the others when it is on its way.
    pub fn begin(self, others: &mut JoinSet<()>) -> Begun {
        let (before, before_is_done) = oneshot::channel();
        let (answered, is_answered) = oneshot::channel();
        while others.try_join_next().is_some() {}
        others.spawn(async move {
            self.send_those(When::BeforeAnswer).await;
            // Whoever was to be answered may have hung up; the callbacks are sent all the same.
            let _ = before.send(());
            let _ = is_answered.await;
            self.send_those(When::AfterAnswer).await;
        });
        Begun { before_is_done, answered }
    }

    async fn send_those(&self, when: When) {
        for callback in self.callbacks.iter().filter(|callback| callback.when == when) {
            tokio::time::sleep(callback.delay).await;
            for _ in 0..callback.times {
                // The limit is never closed.
                let _slot = self.slots.0.acquire().await;
                let at = Instant::now();
                let delivered = match self.lacks(&callback.outgoing) {
                    None => self.courier.deliver(&callback.outgoing, &self.names).await,
                    Some(why) => self.misdirected(&callback.outgoing, why),
                };
                self.log.push(at, delivered, callback.outgoing.path.span);
            }
        }
    }

    /// Why there is no address: the submission was to give one, and gave none.
    fn lacks(&self, outgoing: &Outgoing) -> Option<String> {
        let part =
            |name: &str| name.split_once('_').map_or_else(|| name.to_owned(), |(_, part)| part.to_owned());
        if let Some(name) = outgoing.path.names().find(|name| !self.names.contains_key(*name)) {
            return Some(format!("what it was asked has no `{}`", part(name)));
        }
        let name = outgoing.path.only_name()?;
        match self.names.get(name) {
            Some(Json::String(_)) | None => None,
            Some(other) => Some(format!("`{}` is {other}, and no address", part(name))),
        }
    }

    fn misdirected(&self, outgoing: &Outgoing, why: String) -> Delivered {
        Delivered {
            method: outgoing.method.clone(),
            url: outgoing.path.fill(&self.names),
            back: Err(Undelivered::Misdirected(why)),
        }
    }
}
