//! One way in which an exchange is not what the contract says, as plain data.

use crate::pointer::Pointer;
use gradus_model::json::Json;
use gradus_model::source::Span;

/// One way in which an exchange is not what the contract says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Breach {
    /// Where in the answer: `status`, `headers.location`, `json.items[0].id`.
    pub path: String,
    /// What the contract wants there, in words.
    pub wanted: String,
    /// What was there.
    pub got: Got,
    /// What helps to see it.
    pub note: Option<String>,
    /// The place in the contract: `paths./todos.post.responses.201`.
    pub pointer: Pointer,
    /// The same in the file.
    pub span: Span,
}

/// What was there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Got {
    /// Nothing.
    Nothing,
    /// Something that is told in words.
    Words(String),
    /// A value.
    Value(Json),
}
