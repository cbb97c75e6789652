//! A grader as plain data: its checks, their steps, and what they expect. How the file is read is the work of `read`.

mod walk;

use crate::coded::Coded;
use crate::compare::CompareStep;
use crate::conform::ConformStep;
use crate::growth::GrowthStep;
use crate::nats::NatsStep;
use crate::pattern::Pattern;
use crate::race::{LoadStep, RaceStep};
use crate::select::{DataSet, Dialect, SelectStep};
use crate::service::{CommandStep, DataFile, HoldStep, Service, ServiceStep, SqlStep, WorkStep};
use crate::source::{SourceId, Sources, Span, Spanned};
use crate::stub::{Asked, CallsStep, Stub, StubStep};
use crate::toxic::FaultsStep;
use crate::value::{Template, Value, Var};
use std::time::Duration;

/// What `graders/<slug>/grader.yaml` says.
#[derive(Clone, Debug)]
pub struct Grader {
    /// grader.yaml itself first, then each file of expected output that it names; spans point into these.
    pub sources: Sources,
    /// The exercise that it grades.
    pub exercise: Spanned<String>,
    /// Percent of the points from which a submission passes, 1 to 100.
    pub pass: u32,
    /// What a learner sees of failed visible checks.
    pub detail: Detail,
    /// What the submission is told besides `PORT`, `HOST` and `DATA_DIR`.
    pub env: Vec<(String, Value)>,
    /// Drawn once per grading.
    pub vars: Vec<Var>,
    /// Upstreams that the grader serves.
    pub stubs: Vec<Stub>,
    /// Databases and caches, private to each grading.
    pub services: Vec<Service>,
    /// Files of SQLite that the submission begins with.
    pub files: Vec<DataFile>,
    /// The dialects of SQL in which a submission may be written, where it is SQL.
    pub dialects: Vec<Dialect>,
    /// Data sets on which queries of the submission run.
    pub data: Vec<DataSet>,
    /// Where it says that the answer to every request is held to the contract.
    pub passive: Option<Span>,
    /// The exercise's contract among the sources, if something here is held to it. Whoever finds the exercise adds it.
    pub contract: Option<SourceId>,
    /// In the file's order.
    pub checks: Vec<Check>,
}

/// One claim about a submission.
#[derive(Clone, Debug)]
pub struct Check {
    /// Its name, `[a-z0-9-]+`.
    pub id: Spanned<String>,
    /// Its earlier names.
    pub was: Vec<String>,
    /// One sentence that is true of a right submission.
    pub claim: String,
    /// What it is worth.
    pub worth: Worth,
    /// Checks that must pass first, each above this one.
    pub needs: Vec<Spanned<String>>,
    /// One next step for a learner.
    pub hint: Option<String>,
    /// Who sees it.
    pub visibility: Visibility,
    /// What a learner sees when it fails.
    pub detail: Detail,
    /// For the whole check.
    pub timeout: Duration,
    /// What is made anew before it.
    pub fresh: Option<Fresh>,
    /// Drawn for this check, the same for the same seed and id.
    pub vars: Vec<Var>,
    /// What it does, in order.
    pub steps: Vec<Step>,
    /// The whole entry.
    pub span: Span,
}

/// What a check is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Worth {
    /// Counts towards the maximum.
    Points(u32),
    /// On top of the maximum.
    Bonus(u32),
    /// Nothing, but everything after it needs it.
    Gate,
}

/// Who sees a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Visibility {
    /// Everybody.
    Visible,
    /// Runs last, in a boot and data folder of its own, and a learner sees only its claim and whether it holds.
    Hidden,
}

/// What a learner sees of a failed check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// Request, answer and expectation.
    Full,
    /// Request and answer, not the expectation.
    Actual,
    /// That it failed.
    None,
}

/// What is made anew before a check, from the least to the most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fresh {
    /// The server; `DATA_DIR` stays.
    Server,
    /// The server and an empty `DATA_DIR`.
    Data,
    /// The server, `DATA_DIR` and every service.
    All,
}

/// One thing that a check does.
#[derive(Clone, Debug)]
pub struct Step {
    /// What it does.
    pub action: Action,
    /// Which further instance of the submission it is about; the one that every check has when missing.
    pub instance: Option<Spanned<String>>,
    /// How often.
    pub again: Again,
    /// Done once for each; empty means once.
    pub cases: Vec<Case>,
    /// The whole entry.
    pub span: Span,
}

/// The kinds of step.
#[derive(Clone, Debug)]
pub enum Action {
    /// A request and what is expected of its answer.
    Request(Box<RequestStep>),
    /// What happens to the server.
    Server(Box<ServerStep>),
    /// What happens to stubs.
    Stub(StubStep),
    /// What goes wrong on the way to upstreams.
    Faults(FaultsStep),
    /// A question to a database.
    Sql(Box<SqlStep>),
    /// A query of the submission.
    Select(Box<SelectStep>),
    /// A question to Redis or Memcached.
    Command(Box<CommandStep>),
    /// Something said to NATS, or a question about what it heard.
    Nats(Box<NatsStep>),
    /// What happens to services.
    Service(ServiceStep),
    /// What steps cost services.
    Work(Box<WorkStep>),
    /// Steps while a transaction is kept open.
    Hold(Box<HoldStep>),
    /// What a stub was asked.
    Calls(Box<CallsStep>),
    /// What the server printed.
    Printed(Box<PrintedStep>),
    /// A command of the submission.
    Run(Box<RunStep>),
    /// Bytes over a connection of their own.
    Raw(Box<RawStep>),
    /// Many clients at once.
    Race(Box<RaceStep>),
    /// Many requests one after another.
    Load(Box<LoadStep>),
    /// The same work at several sizes.
    Growth(Box<GrowthStep>),
    /// The same work of the exercise's baseline.
    Compare(Box<CompareStep>),
    /// Requests made from the contract.
    Conform(Box<ConformStep>),
    /// What a component does.
    Plugin(Box<PluginStep>),
}

/// A step that a component does.
#[derive(Clone, Debug)]
pub struct PluginStep {
    /// Its file beside grader.yaml.
    pub component: Spanned<String>,
    /// The file's bytes.
    pub bytes: Vec<u8>,
    /// What it is given, as JSON; `null` when missing.
    pub input: Option<Value>,
}

/// A command of the submission that is run where its server runs, and what is expected of it.
#[derive(Clone, Debug)]
pub struct RunStep {
    /// The program and its arguments; what starts the submission when missing.
    pub command: Option<Vec<Template>>,
    /// More arguments.
    pub args: Vec<Template>,
    /// What it reads from its standard input.
    pub stdin: Body,
    /// Variables besides those of the submission.
    pub env: Vec<(String, Value)>,
    /// How long it may run; the grading's limit of a check unless told.
    pub timeout: Option<Duration>,
    /// Its exit code.
    pub exit: Option<Pattern>,
    /// Its standard output.
    pub stdout: Option<ExpectedText>,
    /// Its standard error.
    pub stderr: Option<ExpectedText>,
    /// Files that it leaves, by their path below its folder or an absolute one.
    pub files: Vec<(Template, ExpectedText)>,
}

/// What is expected of text that is no body.
#[derive(Clone, Debug)]
pub enum ExpectedText {
    /// A pattern.
    Pattern(Pattern),
    /// The text of a file beside grader.yaml.
    File {
        /// Its path.
        path: Spanned<String>,
        /// What stands in it.
        text: String,
    },
}

/// Bytes that are sent as they stand, and what is expected back.
#[derive(Clone, Debug)]
pub struct RawStep {
    /// What is done, in order.
    pub send: Vec<RawPart>,
    /// What becomes of our side of the connection afterwards.
    pub then: RawEnd,
    /// How long to wait for what is expected; the limit of a request unless told.
    pub timeout: Option<Duration>,
    /// What comes back, each byte as the character of that number (ISO 8859-1).
    pub bytes: Option<Pattern>,
    /// Whether the server closes the connection.
    pub closed: Option<bool>,
}

/// A part of what is sent.
#[derive(Clone, Debug)]
pub enum RawPart {
    /// Text.
    Text(Template),
    /// Bytes, written as text.
    Bytes(Coded),
    /// A pause.
    Wait(Duration),
}

/// What becomes of our side of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RawEnd {
    /// It stays open.
    Keep,
    /// Nothing more is sent, and the answer is still read.
    HalfClose,
}

/// What is expected of what the server printed since the check began.
#[derive(Clone, Debug)]
pub struct PrintedStep {
    /// All of it as text.
    pub text: Option<Pattern>,
    /// Its lines, as a list of texts.
    pub lines: Option<Pattern>,
    /// Those of its lines that are JSON, as a list.
    pub json: Option<Pattern>,
}

/// What happens to the server.
#[derive(Clone, Debug)]
pub struct ServerStep {
    /// What.
    pub act: Act,
    /// How long it may take to end after SIGTERM.
    pub within: Duration,
    /// The exit code that SIGTERM leads to.
    pub exit: Option<Pattern>,
    /// Requests that are on their way when it happens.
    pub meanwhile: Vec<Step>,
    /// It happens once this was asked of a stub.
    pub after: Option<(Spanned<String>, Asked)>,
}

/// What can happen to a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// SIGKILL to all of it; it stays down.
    Kill,
    /// SIGTERM, until it has ended; it stays down.
    Term,
    /// SIGSTOP to all of it.
    Pause,
    /// SIGCONT to all of it.
    Resume,
    /// It is started.
    Start,
    /// It is killed and started.
    Restart,
}

/// How often a step is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Again {
    /// Once.
    Once,
    /// So many times, and each must hold.
    Repeat(u32),
    /// Until it holds.
    Until {
        /// The pause between.
        every: Duration,
        /// How long at most.
        at_most: Duration,
    },
}

/// Values for the names of one case.
pub type Case = Vec<(String, Value)>;

/// A request as it is sent.
#[derive(Clone, Debug)]
pub struct Outgoing {
    /// The method.
    pub method: String,
    /// Origin-form, or an absolute URL of the submission's.
    pub path: Template,
    /// Added to the path; a list gives a repeated name.
    pub query: Vec<(String, Value)>,
    /// A list gives a repeated header, `null` leaves out one that is otherwise sent.
    pub headers: Vec<(String, Value)>,
    /// The body.
    pub body: Body,
}

/// A request and what is expected of its answer.
#[derive(Clone, Debug)]
pub struct RequestStep {
    /// What is sent.
    pub outgoing: Outgoing,
    /// How the connection is used.
    pub connection: Connection,
    /// For this request; the grading's default unless told.
    pub timeout: Option<Duration>,
    /// Whether no answer at all is as good as the one that is expected.
    pub may_go_unanswered: bool,
    /// What is expected.
    pub expect: Expect,
    /// Whether the answer is held to the contract where the grader is `passive`.
    pub by_contract: bool,
    /// Names for parts of the answer.
    pub save: Vec<Save>,
}

/// The body of a request.
#[derive(Clone, Debug)]
pub enum Body {
    /// None.
    None,
    /// `application/json`.
    Json(Value),
    /// `text/plain; charset=utf-8`.
    Text(Template),
    /// `application/x-www-form-urlencoded`.
    Form(Vec<(String, Value)>),
    /// Bytes as they stand in the grader, or of a file beside it; the path is kept for showing.
    Bytes {
        /// What is sent.
        bytes: Vec<u8>,
        /// The file they come from.
        file: Option<String>,
    },
    /// Bytes that are written as text with names in it.
    Coded(Coded),
}

/// How a request uses connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Connection {
    /// Reuses the idle one.
    Keep,
    /// A new one, kept afterwards.
    Fresh,
    /// A new one with `Connection: close`.
    Close,
}

/// What is expected of an answer. Everything that is `None` or empty is not judged.
#[derive(Clone, Debug, Default)]
pub struct Expect {
    /// The status code, as a number.
    pub status: Option<Pattern>,
    /// By lower-case name.
    pub headers: Vec<(Spanned<String>, Pattern)>,
    /// The body as JSON.
    pub json: Option<Pattern>,
    /// The body as UTF-8 text.
    pub text: Option<Pattern>,
    /// The body against a file.
    pub file: Option<ExpectedFile>,
    /// The body, byte for byte.
    pub bytes: Option<Spanned<Coded>>,
    /// `body: $empty`, and where it stands.
    pub empty_body: Option<Span>,
}

/// Expected output that stands in a file beside grader.yaml.
#[derive(Clone, Debug)]
pub struct ExpectedFile {
    /// Its path, relative to the grader's folder.
    pub path: Spanned<String>,
    /// What stands in it.
    pub content: ExpectedContent,
}

/// What stands in a file of expected output.
#[derive(Clone, Debug)]
pub enum ExpectedContent {
    /// A `.json` file, with markers.
    Json(Pattern),
    /// Any other; compared as text, line by line.
    Text(String),
}

/// A name for a part of an answer.
#[derive(Clone, Debug)]
pub struct Save {
    /// The name.
    pub name: Spanned<String>,
    /// Which part.
    pub from: Spanned<Place>,
}

/// A part of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// The status code.
    Status,
    /// A header's first value, by lower-case name.
    Header(String),
    /// The body as text.
    Text,
    /// A value within the body read as JSON; whether it is one or many is decided by the syntax: always one.
    Json(Vec<PathPart>),
}

/// A part of a path into JSON: `.key` or `[0]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PathPart {
    /// A key of an object.
    Key(String),
    /// An index of a list, from 0.
    Index(usize),
}
