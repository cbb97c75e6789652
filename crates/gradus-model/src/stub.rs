//! Upstreams that the grader serves to a submission, as plain data.

use crate::grader::{Body, Outgoing, Save};
use crate::pattern::Pattern;
use crate::source::{Span, Spanned};
use crate::value::{Draw, Template, Value};
use std::time::Duration;

/// An upstream.
#[derive(Clone, Debug)]
pub struct Stub {
    /// Its name; the submission finds its address in the variable `<NAME>_URL`.
    pub name: Spanned<String>,
    /// The first one that fits a request answers it.
    pub routes: Vec<Route>,
    /// What it holds, if it is a shelf: what no route answers is asked of that.
    pub items: Option<Items>,
}

/// A list that can only be read one by one and changed by swapping two.
#[derive(Clone, Debug)]
pub struct Items {
    /// The list, or how it is drawn.
    pub draw: Draw,
    /// Where it stands.
    pub span: Span,
}

/// A kind of request and what it is answered.
#[derive(Clone, Debug)]
pub struct Route {
    /// Which requests.
    pub asked: Asked,
    /// The answers, one after another; the last one goes on.
    pub replies: Vec<Reply>,
}

/// Which requests are meant.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The method.
    pub method: String,
    /// The path, without a query; `*` stands for one segment.
    pub path: Template,
    /// Parameters of the query, by name.
    pub query: Vec<(Spanned<String>, Pattern)>,
    /// Headers, by lower-case name.
    pub headers: Vec<(Spanned<String>, Pattern)>,
    /// The body as JSON.
    pub json: Option<Pattern>,
    /// The body as text.
    pub text: Option<Pattern>,
    /// The whole entry.
    pub span: Span,
}

/// An answer.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The status code.
    pub status: u16,
    /// Its headers.
    pub headers: Vec<(String, Value)>,
    /// Its body.
    pub body: Body,
    /// How long it waits first.
    pub delay: Duration,
    /// What must have been asked before it answers: of which stub, and which request.
    pub after: Option<(Spanned<String>, Asked)>,
    /// It waits until a step releases it.
    pub hold: bool,
    /// What goes wrong.
    pub fault: Option<Fault>,
    /// Requests that the stub sends to the submission, one after another.
    pub callbacks: Vec<Callback>,
}

/// A request that a stub sends to the submission because it was asked something.
#[derive(Clone, Debug)]
pub struct Callback {
    /// What is sent, and where; names stand for parts of the request that the stub was asked.
    pub outgoing: Outgoing,
    /// Whether before the stub's answer goes out, or after.
    pub when: When,
    /// How long it waits first.
    pub delay: Duration,
    /// How often it is sent, the same each time.
    pub times: u32,
}

/// When a callback is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// The stub's answer goes out once the callback has come back.
    BeforeAnswer,
    /// Once the stub's answer is on its way, or has begun to go wrong.
    AfterAnswer,
}

/// What goes wrong with an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The connection is reset instead.
    Reset,
    /// The connection is closed instead.
    Close,
    /// No answer ever comes.
    Hang,
    /// Bytes come that are no HTTP.
    Garbage,
    /// The body ends before the length that was announced.
    Short,
    /// The body comes byte by byte, with a pause after each.
    Trickle(Duration),
}

/// What a step does to stubs.
#[derive(Clone, Debug)]
pub struct StubStep {
    /// Each with what becomes of it.
    pub changes: Vec<(Spanned<String>, StubChange)>,
}

/// What becomes of a stub.
#[derive(Clone, Debug)]
pub enum StubChange {
    /// Nobody listens on its port.
    Down,
    /// It listens and answers as its routes say.
    Up,
    /// Answers that are held go out.
    Release,
    /// It answers everything so.
    Reply(Box<Reply>),
    /// It holds these, and has been asked nothing.
    Items(Items),
}

/// What a stub was asked since the check began, and what is expected of that.
#[derive(Clone, Debug)]
pub struct CallsStep {
    /// Which stub.
    pub stub: Spanned<String>,
    /// Only these requests; all of them when missing.
    pub asked: Option<Asked>,
    /// How many there were.
    pub count: Option<Pattern>,
    /// The requests as a list of objects: `method`, `path`, `query`, `headers`, `json` (null if it is none), `text`.
    pub json: Option<Pattern>,
    /// The seconds between each two of them.
    pub gaps: Option<Pattern>,
    /// What the stub holds now, a list.
    pub items: Option<Pattern>,
    /// What came of the callbacks that they led to, as a list of objects: `method`, `url`, `status`, `headers`, `json`, `text`,
    /// `error`; those still on their way are missing.
    pub callbacks: Option<Pattern>,
    /// Names for parts of the list of requests.
    pub save: Vec<Save>,
}
