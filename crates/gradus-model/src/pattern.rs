//! What an author expects of a value: the closed list of markers and operators. Judging is another crate's work.

use crate::json::Json;
use crate::source::Span;
use crate::value::Template;

/// An expectation of one value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    /// What is expected.
    pub kind: PatternKind,
    /// Where it stands.
    pub span: Span,
}

/// The kinds of [`Pattern`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PatternKind {
    /// Exactly this `null`, bool or number (numbers by value).
    Scalar(Json),
    /// Exactly this text; only `$(name)` means exactly the value that it names.
    Text(Template),
    /// A list of exactly these, in order.
    List(Vec<Pattern>),
    /// An object of exactly these keys.
    Object(Vec<Field>),
    /// A named class of values.
    Marker(Marker),
    /// `$regex`: found in a string. The author's text compiled when it was read.
    Regex(String),
    /// `$partial`: at least these keys.
    Partial(Vec<Field>),
    /// `$contains`: a string with this text in it, or a list with an element that fits.
    Contains(Box<Pattern>),
    /// `$any_order`: a list of exactly these, in any order.
    AnyOrder(Vec<Pattern>),
    /// `$each`: a list of one or more, each of which fits.
    Each(Box<Pattern>),
    /// `$size`: the number of characters, elements or keys.
    Size(Box<Pattern>),
    /// `$one_of`.
    OneOf(Vec<Pattern>),
    /// `$all_of`.
    AllOf(Vec<Pattern>),
    /// `$not`.
    Not(Box<Pattern>),
    /// `$between`, ends included; numbers as text.
    Between(Bound, Bound),
    /// `$at_most`.
    AtMost(Bound),
    /// `$at_least`.
    AtLeast(Bound),
    /// `$approx`: |got − value| ≤ within.
    Approx {
        /// The number meant.
        value: Bound,
        /// The greatest distance.
        within: Bound,
    },
    /// `$json`: a string that is itself JSON and fits.
    Json(Box<Pattern>),
    /// `$schema`: valid by this JSON Schema.
    Schema(Json),
    /// `$optional`: as a field of an object, it may be missing.
    Optional(Box<Pattern>),
}

/// A number of an operator: as it stands, or a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Bound {
    /// A number as it was written.
    Number(String),
    /// `$(name)`.
    Name(Template),
}

/// A key of an object and what is expected there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// The key.
    pub key: Template,
    /// What is expected of its value.
    pub pattern: Pattern,
}

/// The named classes of values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Marker {
    /// A whole number: no fraction once its value is taken (`1.0` and `1e2` are whole).
    Int,
    /// Any number.
    Number,
    /// Any string.
    String,
    /// `true` or `false`.
    Bool,
    /// `null`.
    Null,
    /// Any object.
    Object,
    /// Any list.
    Array,
    /// A UUID in its text form (RFC 9562 §4).
    Uuid,
    /// An RFC 3339 date and time.
    Datetime,
    /// An RFC 3339 full date.
    Date,
    /// An absolute http or https URL (RFC 3986).
    Url,
    /// Something like an address: one `@`, a dot in the domain, no blanks.
    Email,
    /// Anything that is there.
    Any,
    /// Not there.
    Absent,
    /// `""`, `[]` or `{}`; of a body, no bytes.
    Empty,
    /// A list of two or more numbers, or of texts, none less than the one before it.
    Sorted,
}

impl Marker {
    /// Every marker with its word, without the dollar sign.
    pub const ALL: [(&'static str, Marker); 16] = [
        ("int", Marker::Int),
        ("number", Marker::Number),
        ("string", Marker::String),
        ("bool", Marker::Bool),
        ("null", Marker::Null),
        ("object", Marker::Object),
        ("array", Marker::Array),
        ("uuid", Marker::Uuid),
        ("datetime", Marker::Datetime),
        ("date", Marker::Date),
        ("url", Marker::Url),
        ("email", Marker::Email),
        ("any", Marker::Any),
        ("absent", Marker::Absent),
        ("empty", Marker::Empty),
        ("sorted", Marker::Sorted),
    ];

    /// The word for it, without the dollar sign.
    pub fn word(self) -> &'static str {
        Self::ALL.iter().find(|(_, marker)| *marker == self).map_or("", |(word, _)| word)
    }
}
