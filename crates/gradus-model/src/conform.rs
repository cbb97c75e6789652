//! What a step asks of an exercise's contract, an OpenAPI document, as plain data. It knows nothing of such documents.

use crate::source::{SourceId, Span, Spanned};
use crate::value::Value;

/// Requests made from the contract, and answers held to it.
#[derive(Clone, Debug)]
pub struct ConformStep {
    /// A contract that stands beside grader.yaml; the exercise's own unless told.
    pub contract: Option<SourceId>,
    /// Which operations.
    pub operations: Operations,
    /// Which of them not, by `operationId` or as `POST /todos`.
    pub except: Vec<Spanned<String>>,
    /// How many requests at most for each operation.
    pub cases: u32,
    /// Values of parameters by their name, and of fields of a JSON body as `json.NAME`.
    pub with: Vec<(Spanned<String>, Value)>,
    /// Sent with every request.
    pub headers: Vec<(String, Value)>,
    /// With which documented statuses an operation may answer a valid request besides those that always make sense.
    pub allow: Vec<(Spanned<String>, Vec<u16>)>,
    /// The key that begins the step.
    pub span: Span,
}

/// Which operations of a contract are asked.
#[derive(Clone, Debug)]
pub enum Operations {
    /// Every one, and where that is said.
    All(Span),
    /// These, by `operationId` or as `POST /todos`.
    Named(Vec<Spanned<String>>),
}
