//! Reads links: what an answer tells about how to ask another operation.

use super::Reader;
use crate::contract::{LinkTarget, NamedLink, Operation};
use crate::document::At;
use crate::link::Expression;
use crate::pointer::Pointer;
use gradus_model::diagnostic::Diagnostic;

const OF_LINK: [&str; 6] =
    ["operationRef", "operationId", "parameters", "requestBody", "description", "server"];

impl<'d> Reader<'d> {
    pub(super) fn links(&mut self, all: &At<'d>) -> Vec<NamedLink> {
        let mut links = Vec::new();
        for (_, at) in self.map(all, "{ read: { operationId: … } }") {
            let Some(at) = self.resolve(at) else { continue };
            self.knows(&at, &OF_LINK);
            let id = self.text_at(&at, "operationId");
            let reference = self.text_at(&at, "operationRef");
            let pointer = reference.and_then(|reference| Pointer::of_fragment(reference.strip_prefix('#')?));
            let to = match (id, pointer) {
                (Some(id), _) => LinkTarget::Id(id.to_owned()),
                (None, Some(pointer)) => LinkTarget::Pointer(pointer),
                (None, None) => {
                    let problem = Diagnostic::new("this link leads to no operation", self.span(&at));
                    self.add(problem.help("add `operationId`"));
                    continue;
                }
            };
            let mut parameters = Vec::new();
            let given = at.get("parameters").map(|all| self.map(&all, "{ id: $response.body#/id }"));
            for (name, value) in given.unwrap_or_default() {
                match self.expression(&value) {
                    Ok(expression) => parameters.push((name.value.clone(), expression)),
                    Err(why) => self.problem(&why, &value.pointer),
                }
            }
            links.push(NamedLink { to, parameters });
        }
        links
    }

    fn expression(&mut self, at: &At<'_>) -> Result<Expression, String> {
        match at.text() {
            Some(text) => Expression::parse(text),
            None => self.value(at).map(Expression::Constant).ok_or_else(|| "this is no value".to_owned()),
        }
    }

    /// Every link leads to an operation of this document.
    pub(super) fn links_lead_somewhere(&mut self, operations: &[Operation]) {
        for response in operations.iter().flat_map(|operation| &operation.responses) {
            for link in &response.links {
                let is_there = operations.iter().any(|operation| link.to.means(operation));
                if !is_there {
                    let said = match &link.to {
                        LinkTarget::Id(id) => id.clone(),
                        LinkTarget::Pointer(pointer) => pointer.to_string(),
                    };
                    let message = format!("a link leads to `{said}`, and there is no such operation");
                    self.problem(&message, &response.pointer.child("links"));
                }
            }
        }
    }
}
