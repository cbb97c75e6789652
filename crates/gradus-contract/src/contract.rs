//! What a contract promises, as plain data: operations, what they take, and how they answer. How the document is read is the
//! work of `read`.

use crate::document::Document;
use crate::link::Expression;
use crate::pointer::Pointer;
use crate::schemas::{SchemaId, Schemas};
use crate::template::Template;
use crate::{read, template};
use gradus_model::diagnostic::Diagnostic;
use gradus_model::source::{SourceId, Span};
use serde_json::Value;
use std::fmt;

/// An OpenAPI document that was read.
#[derive(Debug)]
pub struct Contract {
    /// In the document's order.
    pub operations: Vec<Operation>,
    /// What stands before each path, from the first of `servers`: `/api`, or nothing.
    pub base: String,
    pub(crate) schemas: Schemas,
    pub(crate) document: Document,
}

/// A method on a path.
#[derive(Debug)]
pub struct Operation {
    /// `operationId`.
    pub id: Option<String>,
    /// In capital letters.
    pub method: String,
    /// With `{name}` where a parameter stands.
    pub path: Template,
    /// Those of the path first, in the document's order.
    pub parameters: Vec<Parameter>,
    /// What it takes.
    pub body: Option<RequestBody>,
    /// How it answers, in the document's order.
    pub responses: Vec<Response>,
    /// Where it stands.
    pub pointer: Pointer,
}

/// A parameter.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// Its name as it is sent.
    pub name: String,
    /// Where it is sent.
    pub place: Place,
    /// Whether a request without it is wrong.
    pub required: bool,
    pub(crate) schema: Option<SchemaId>,
    pub(crate) style: Style,
    pub(crate) explode: bool,
    pub(crate) examples: Vec<Value>,
    pub(crate) pointer: Pointer,
}

/// Where a parameter is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// A part of the path.
    Path,
    /// The query.
    Query,
    /// A header.
    Header,
    /// A cookie.
    Cookie,
}

/// How a list or an object becomes text (OpenAPI, "Style Values").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    Simple,
    Label,
    Matrix,
    Form,
    SpaceDelimited,
    PipeDelimited,
    DeepObject,
    /// JSON, where `content` says so.
    Json,
}

/// What an operation takes.
#[derive(Debug)]
pub struct RequestBody {
    /// Whether a request without a body is wrong.
    pub required: bool,
    pub(crate) content: Vec<Media>,
    pub(crate) pointer: Pointer,
}

/// A media type, and what stands in it.
#[derive(Debug)]
pub(crate) struct Media {
    /// In small letters, without parameters: `application/json`, `text/*`.
    pub range: String,
    pub schema: Option<SchemaId>,
    pub examples: Vec<Value>,
    /// Fields of a form whose parts have a content type of their own, and that (`encoding`).
    pub parts: Vec<(String, String)>,
}

/// How an operation answers.
#[derive(Debug)]
pub struct Response {
    /// With which status.
    pub status: Status,
    pub(crate) headers: Vec<HeaderRule>,
    pub(crate) content: Vec<Media>,
    pub(crate) links: Vec<NamedLink>,
    pub(crate) pointer: Pointer,
}

/// A status code, or several.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// One.
    Exact(u16),
    /// `2XX`: its first digit.
    Class(u16),
    /// `default`: any that nothing else speaks of.
    Default,
}

/// Refusals that say that the request itself was wrong.
pub(crate) const BLAME: [u16; 9] = [400, 405, 406, 411, 413, 414, 415, 422, 431];

/// A header of an answer.
#[derive(Debug)]
pub(crate) struct HeaderRule {
    /// In small letters.
    pub name: String,
    pub required: bool,
    pub schema: Option<SchemaId>,
    pub pointer: Pointer,
}

/// What an answer tells about how to ask another operation.
#[derive(Debug)]
pub(crate) struct NamedLink {
    /// An `operationId`, or a pointer to an operation.
    pub to: LinkTarget,
    pub parameters: Vec<(String, Expression)>,
}

/// Which operation a link leads to.
#[derive(Debug)]
pub(crate) enum LinkTarget {
    Id(String),
    Pointer(Pointer),
}

impl Contract {
    /// Reads a document in YAML or JSON, OpenAPI 3.0 or 3.1, whose text is one of somebody's sources.
    ///
    /// # Errors
    /// Every mistake in it, in the file's order.
    pub fn read(text: &str, source: SourceId) -> Result<Self, Vec<Diagnostic>> {
        read::contract(text, source)
    }

    /// The operation that `operationId` or `POST /todos` names.
    ///
    /// # Errors
    /// There is none; what was probably meant.
    pub fn named(&self, name: &str) -> Result<usize, Option<String>> {
        let (method, path) = name.split_once(' ').unwrap_or(("", ""));
        let is_meant = |operation: &Operation| {
            operation.id.as_deref() == Some(name)
                || (operation.method.eq_ignore_ascii_case(method) && operation.path.text == path.trim())
        };
        self.operations.iter().position(is_meant).ok_or_else(|| {
            let ids = self.operations.iter().filter_map(|operation| operation.id.clone());
            let all = self.operations.iter().map(Operation::title).chain(ids);
            let near = all.map(|known| (strsim::osa_distance(name, &known), known));
            near.filter(|(distance, _)| *distance <= 3).min().map(|(_, known)| known)
        })
    }

    /// The operation that a request to this path, or path and query, asks for. A path without parameters goes first.
    pub fn asked(&self, method: &str, target: &str) -> Option<usize> {
        let path = target.split(['?', '#']).next()?.strip_prefix(&self.base)?;
        let fits =
            |operation: &&Operation| operation.method == method && operation.path.values(path).is_some();
        let found =
            self.operations.iter().filter(fits).min_by_key(|operation| operation.path.names().count())?;
        self.operations.iter().position(|operation| std::ptr::eq(operation, found))
    }

    /// Where a place stands in the file.
    pub fn span(&self, pointer: &Pointer) -> Span {
        self.document.span(pointer)
    }
}

impl Operation {
    /// `POST /todos`.
    pub fn title(&self) -> String {
        format!("{} {}", self.method, self.path.text)
    }

    /// The response that speaks of a status: by its number, else by its class, else `default`.
    pub fn response(&self, status: u16) -> Option<&Response> {
        let of = |wanted: Status| self.responses.iter().find(|response| response.status == wanted);
        of(Status::Exact(status)).or_else(|| of(Status::Class(status / 100))).or_else(|| of(Status::Default))
    }

    /// Whether a status of this class is documented, be it one of them or the whole class; `default` does not count.
    pub fn documents(&self, class: u16) -> bool {
        self.responses.iter().any(|response| match response.status {
            Status::Exact(status) => status / 100 == class,
            Status::Class(documented) => documented == class,
            Status::Default => false,
        })
    }

    /// Whether the contract says how this operation refuses a wrong request; with 404 only if the path is wrong.
    pub fn refuses(&self, by_path: bool) -> bool {
        self.responses.iter().any(|response| match response.status {
            Status::Exact(404) => by_path,
            Status::Exact(status) => BLAME.contains(&status),
            Status::Class(class) => class == 4,
            Status::Default => true,
        })
    }

    /// The parameters in the path that has them, with their index.
    pub fn path_parameters(&self) -> impl Iterator<Item = (usize, &Parameter)> {
        self.parameters.iter().enumerate().filter(|(_, parameter)| parameter.place == Place::Path)
    }

    /// `200, 404, default`.
    pub(crate) fn statuses(&self) -> String {
        let all = self.responses.iter().map(|response| response.status.to_string());
        all.collect::<Vec<_>>().join(", ")
    }
}

impl RequestBody {
    /// Bodies of that media type; where it is none of them by name, the first one.
    pub(crate) fn media(&self, media: &str) -> Option<&Media> {
        let named = self.content.iter().find(|own| own.range == media);
        named.or(self.content.first())
    }

    /// What stands in a body of that media type.
    pub(crate) fn schema(&self, media: &str) -> Option<SchemaId> {
        self.media(media).and_then(|media| media.schema)
    }
}

impl LinkTarget {
    /// Whether it means this operation.
    pub fn means(&self, operation: &Operation) -> bool {
        match self {
            LinkTarget::Id(id) => operation.id.as_ref() == Some(id),
            LinkTarget::Pointer(pointer) => operation.pointer == *pointer,
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Status::Exact(status) => write!(f, "{status}"),
            Status::Class(class) => write!(f, "{class}XX"),
            Status::Default => f.write_str("default"),
        }
    }
}

impl Media {
    /// Whether what stands in it is JSON (RFC 8259, RFC 6839 §3.1).
    pub fn is_json(&self) -> bool {
        template::is_json(&self.range)
    }
}
