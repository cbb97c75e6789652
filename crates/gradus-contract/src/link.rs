//! How a request gets at things that exist: which operation makes them, and which part of its answer tells their address.

mod expression;

pub use expression::{Expression, Piece};

use crate::contract::{Contract, Operation, Parameter, Status};
use crate::shape::Shape;
use crate::template::{Template, is_json};
use serde_json::Value;

/// Where the value of a parameter of a path comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The grader gives it.
    Given,
    /// Any value will do, or the contract lists those that will.
    Drawn,
    /// Another operation is asked first.
    From(Source),
}

/// An operation whose answer tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Which.
    pub operation: usize,
    takes: Vec<Take>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Take {
    /// As a link of the contract says.
    Link(Expression),
    /// What the request itself was sent to.
    Own,
    /// This field of the answer.
    Field(String),
    /// The address in the header `location`.
    Location,
    /// An address in the answer.
    Address,
}

/// What an exchange tells.
#[derive(Clone, Copy, Debug)]
pub struct Told<'a> {
    /// What the path was filled with, by name.
    pub path: &'a [(String, Value)],
    /// The body that was sent, if it was JSON.
    pub sent: Option<&'a Value>,
    /// The headers of the answer.
    pub headers: &'a [(String, Vec<u8>)],
    /// The body of the answer, if it is JSON.
    pub answered: Option<&'a Value>,
}

/// Where the value of a parameter of an operation's path comes from; `None` when nothing says that.
pub fn origin(
    contract: &Contract,
    operation: usize,
    parameter: &Parameter,
    given: &[(String, Value)],
) -> Option<Origin> {
    let asked = &contract.operations[operation];
    if given.iter().any(|(name, _)| *name == parameter.name) {
        return Some(Origin::Given);
    }
    let address = prefix(&asked.path, &parameter.name)?;
    if is_put_anew(asked) && asked.path.text == address.text {
        return Some(Origin::Drawn);
    }
    let found = linked(contract, asked, parameter)
        .or_else(|| posted(contract, &address, parameter))
        .or_else(|| put(contract, &address))
        .or_else(|| named(contract, parameter));
    match found {
        Some(source) => Some(Origin::From(source)),
        None => lists_values(contract, parameter).then_some(Origin::Drawn),
    }
}

/// The first parameter of an operation's path for which nothing says where its values come from.
pub fn unreachable(contract: &Contract, operation: usize, given: &[(String, Value)]) -> Option<String> {
    reach(contract, operation, given, &mut Vec::new()).err()
}

fn reach(
    contract: &Contract,
    operation: usize,
    given: &[(String, Value)],
    on_the_way: &mut Vec<usize>,
) -> Result<(), String> {
    on_the_way.push(operation);
    for (_, parameter) in contract.operations[operation].path_parameters() {
        match origin(contract, operation, parameter, given) {
            None => return Err(parameter.name.clone()),
            Some(Origin::From(source)) if on_the_way.contains(&source.operation) => {
                return Err(parameter.name.clone());
            }
            Some(Origin::From(source)) => reach(contract, source.operation, given, on_the_way)?,
            Some(Origin::Given | Origin::Drawn) => {}
        }
    }
    on_the_way.pop();
    Ok(())
}

/// The path up to the segment that is this parameter.
fn prefix(path: &Template, name: &str) -> Option<Template> {
    let segment = format!("{{{name}}}");
    let segments: Vec<&str> = path.text.split('/').collect();
    let at = segments.iter().position(|part| *part == segment)?;
    Some(Template::new(&segments[..=at].join("/")))
}

/// Whether it makes what it is sent to.
fn is_put_anew(operation: &Operation) -> bool {
    let made = |status| matches!(status, Status::Exact(201) | Status::Class(2));
    operation.method == "PUT" && operation.responses.iter().any(|response| made(response.status))
}

fn linked(contract: &Contract, asked: &Operation, parameter: &Parameter) -> Option<Source> {
    contract.operations.iter().enumerate().find_map(|(at, operation)| {
        let links = operation.responses.iter().flat_map(|response| &response.links);
        let of_it = links.filter(|link| link.to.means(asked)).flat_map(|link| &link.parameters);
        let qualified = format!("path.{}", parameter.name);
        let takes: Vec<Take> = of_it
            .filter(|(name, _)| *name == parameter.name || *name == qualified)
            .map(|(_, expression)| Take::Link(expression.clone()))
            .collect();
        (!takes.is_empty()).then_some(Source { operation: at, takes })
    })
}

/// A POST on the collection.
fn posted(contract: &Contract, address: &Template, parameter: &Parameter) -> Option<Source> {
    let parent = Template::new(address.parent()?).shape();
    let is_it = |operation: &Operation| operation.method == "POST" && operation.path.shape() == parent;
    let operation = contract.operations.iter().position(is_it)?;
    let takes =
        vec![Take::Field(parameter.name.clone()), Take::Field("id".into()), Take::Location, Take::Address];
    Some(Source { operation, takes })
}

/// A PUT on the thing itself.
fn put(contract: &Contract, address: &Template) -> Option<Source> {
    let shape = address.shape();
    let is_it = |operation: &Operation| operation.path.shape() == shape && is_put_anew(operation);
    let operation = contract.operations.iter().position(is_it)?;
    Some(Source { operation, takes: vec![Take::Own] })
}

/// A POST anywhere whose answer has a field of just that name; `id` may be anything's.
fn named(contract: &Contract, parameter: &Parameter) -> Option<Source> {
    let tells = |operation: &Operation| {
        let made = operation
            .responses
            .iter()
            .filter(|response| matches!(response.status, Status::Exact(200..=299) | Status::Class(2)));
        let json = made.flat_map(|response| &response.content).filter(|media| is_json(&media.range));
        json.filter_map(|media| media.schema).any(|id| {
            let shape = Shape::of(&[contract.schemas.get(id)], 0, &contract.schemas);
            shape.properties.iter().any(|property| property.required && property.name == parameter.name)
        })
    };
    let is_it = |operation: &Operation| operation.method == "POST" && tells(operation);
    let operation = contract.operations.iter().position(is_it).filter(|_| parameter.name != "id")?;
    Some(Source { operation, takes: vec![Take::Field(parameter.name.clone())] })
}

fn lists_values(contract: &Contract, parameter: &Parameter) -> bool {
    let shape = parameter.schema.map(|id| Shape::of(&[contract.schemas.get(id)], 0, &contract.schemas));
    !parameter.examples.is_empty()
        || shape.is_some_and(|shape| shape.choices.is_some() || !shape.examples.is_empty())
}

impl Source {
    /// The value that an exchange tells for a parameter of another operation.
    pub fn take(&self, contract: &Contract, operation: usize, name: &str, told: &Told<'_>) -> Option<Value> {
        let path = prefix(&contract.operations[operation].path, name)?;
        let of_address = |address: &str| {
            let path_of = address
                .split_once("://")
                .map_or(address, |(_, rest)| rest.find('/').map_or("/", |at| &rest[at..]));
            let own = path_of.split(['?', '#']).next()?.strip_prefix(&contract.base)?;
            let values = path.values(own)?;
            values.into_iter().find(|(found, _)| found == name).map(|(_, value)| Value::String(value))
        };
        self.takes.iter().find_map(|take| match take {
            Take::Link(expression) => expression.value(told),
            Take::Own => told.path.last().map(|(_, value)| value.clone()),
            Take::Field(field) => told.answered?.get(field).filter(|value| is_scalar(value)).cloned(),
            Take::Location => of_address(&header(told.headers, "location")?),
            Take::Address => {
                told.answered?.as_object()?.values().find_map(|value| of_address(value.as_str()?))
            }
        })
    }
}

fn is_scalar(value: &Value) -> bool {
    value.is_string() || value.is_number()
}

fn header(headers: &[(String, Vec<u8>)], name: &str) -> Option<String> {
    let (_, value) = headers.iter().find(|(other, _)| other.eq_ignore_ascii_case(name))?;
    Some(String::from_utf8_lossy(value).into_owned())
}
