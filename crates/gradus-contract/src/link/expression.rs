//! Runtime expressions of links: which part of an exchange is meant.

use super::{Told, header, is_scalar};
use crate::pointer::Pointer;
use crate::value::to_text;
use serde_json::Value;

/// A runtime expression of a link (OpenAPI, "Runtime Expressions").
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expression {
    /// A value as it stands.
    Constant(Value),
    /// Text and parts of the exchange; a part that stands alone keeps its type.
    Pieces(Vec<Piece>),
}

/// A piece of an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Text.
    Text(String),
    /// `$request.path.NAME`.
    RequestPath(String),
    /// `$request.body#/…`.
    RequestBody(Pointer),
    /// `$response.header.NAME`.
    ResponseHeader(String),
    /// `$response.body#/…`.
    ResponseBody(Pointer),
}

impl Expression {
    /// Reads one: `$response.body#/id`, `notes-{$response.body#/id}`, or text.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.starts_with('$') {
            return Ok(Expression::Pieces(vec![piece(text)?]));
        }
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((before, (inner, after))) =
            rest.split_once("{$").and_then(|(before, rest)| Some((before, rest.split_once('}')?)))
        {
            pieces.push(Piece::Text(before.to_owned()));
            pieces.push(piece(&format!("${inner}"))?);
            rest = after;
        }
        if pieces.is_empty() {
            return Ok(Expression::Constant(Value::from(text)));
        }
        pieces.push(Piece::Text(rest.to_owned()));
        Ok(Expression::Pieces(pieces))
    }

    /// What it stands for in an exchange.
    pub fn value(&self, told: &Told<'_>) -> Option<Value> {
        match self {
            Expression::Constant(value) => Some(value.clone()),
            Expression::Pieces(pieces) => match pieces.as_slice() {
                [one] => one.value(told),
                many => {
                    let texts: Option<String> =
                        many.iter().map(|piece| piece.value(told).map(|value| to_text(&value))).collect();
                    texts.map(Value::String)
                }
            },
        }
    }
}

fn piece(text: &str) -> Result<Piece, String> {
    let pointer =
        |rest: &str| Pointer::parse(rest).ok_or_else(|| format!("`{text}` has no JSON pointer behind `#`"));
    if let Some(name) = text.strip_prefix("$request.path.") {
        Ok(Piece::RequestPath(name.to_owned()))
    } else if let Some(rest) = text.strip_prefix("$request.body#") {
        pointer(rest).map(Piece::RequestBody)
    } else if let Some(name) = text.strip_prefix("$response.header.") {
        Ok(Piece::ResponseHeader(name.to_owned()))
    } else if let Some(rest) = text.strip_prefix("$response.body#") {
        pointer(rest).map(Piece::ResponseBody)
    } else {
        Err(format!(
            "`{text}` is not read here; write $response.body#/…, $response.header.…, $request.body#/… or $request.path.…"
        ))
    }
}

impl Piece {
    fn value(&self, told: &Told<'_>) -> Option<Value> {
        let at = |value: Option<&Value>, pointer: &Pointer| {
            let found = pointer.0.iter().try_fold(value?, |value, step| match value {
                Value::Array(items) => items.get(step.parse::<usize>().ok()?),
                other => other.get(step),
            });
            found.filter(|value| is_scalar(value)).cloned()
        };
        match self {
            Piece::Text(text) => Some(Value::from(text.as_str())),
            Piece::RequestPath(name) => {
                told.path.iter().find(|(other, _)| other == name).map(|(_, value)| value.clone())
            }
            Piece::RequestBody(pointer) => at(told.sent, pointer),
            Piece::ResponseHeader(name) => header(told.headers, name).map(Value::String),
            Piece::ResponseBody(pointer) => at(told.answered, pointer),
        }
    }
}
