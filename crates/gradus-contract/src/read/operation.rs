//! Reads paths and their operations.

use super::Reader;
use crate::contract::{Operation, Parameter, Place, RequestBody, Response, Status};
use crate::document::At;
use crate::schemas::Direction;
use crate::template::Template;
use gradus_model::diagnostic::Diagnostic;

const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];
const OF_ITEM: [&str; 5] = ["$ref", "summary", "description", "servers", "parameters"];
const OF_OPERATION: [&str; 12] = [
    "tags",
    "summary",
    "description",
    "externalDocs",
    "operationId",
    "parameters",
    "requestBody",
    "responses",
    "callbacks",
    "deprecated",
    "security",
    "servers",
];

impl<'d> Reader<'d> {
    pub(super) fn path_item(&mut self, path: &str, item: At<'d>, operations: &mut Vec<Operation>) {
        let Some(item) = self.resolve(item) else { return };
        self.knows(&item, &[&METHODS[..], &OF_ITEM].concat());
        let shared = item.get("parameters").map_or_else(Vec::new, |list| self.parameters(&list));
        for method in METHODS {
            if let Some(at) = item.get(method) {
                operations.extend(self.operation(method, path, &at, &shared));
            }
        }
    }

    fn operation(
        &mut self,
        method: &str,
        path: &str,
        at: &At<'d>,
        shared: &[Parameter],
    ) -> Option<Operation> {
        self.knows(at, &OF_OPERATION);
        let path = Template::new(path);
        let mut parameters = at.get("parameters").map_or_else(Vec::new, |list| self.parameters(&list));
        let is_own = |other: &&Parameter| {
            parameters.iter().all(|own| (own.place, &own.name) != (other.place, &other.name))
        };
        // What the operation says itself goes before what it shares with others of its path.
        let inherited: Vec<Parameter> = shared.iter().filter(is_own).cloned().collect();
        parameters.extend(inherited);
        parameters.sort_by_key(|parameter| {
            path.names().position(|name| name == parameter.name).unwrap_or(usize::MAX)
        });
        self.path_parameters(&path, &parameters, at);
        let body = at.get("requestBody").and_then(|body| self.request_body(body));
        let responses = self.responses(at);
        Some(Operation {
            id: self.text_at(at, "operationId").map(str::to_owned),
            method: method.to_ascii_uppercase(),
            path,
            parameters,
            body,
            responses,
            pointer: at.pointer.clone(),
        })
    }

    /// Every name in the path is a parameter, and every such parameter is in the path.
    fn path_parameters(&mut self, path: &Template, parameters: &[Parameter], at: &At<'_>) {
        let in_path = |parameter: &&Parameter| parameter.place == Place::Path;
        for name in path.names() {
            if parameters.iter().filter(in_path).all(|parameter| parameter.name != name) {
                let message = format!("no parameter says what `{{{name}}}` in the path is");
                self.problem(&message, &at.pointer);
            }
        }
        for parameter in parameters.iter().filter(in_path) {
            if path.names().all(|name| name != parameter.name) {
                let message = format!("the path has no `{{{}}}`", parameter.name);
                self.problem(&message, &parameter.pointer);
            }
        }
    }

    fn request_body(&mut self, at: At<'d>) -> Option<RequestBody> {
        let at = self.resolve(at)?;
        self.knows(&at, &["description", "content", "required"]);
        let required = self.flag(&at, "required").unwrap_or(false);
        let Some(content) = at.get("content") else {
            self.problem("the key `content` is missing", &at.pointer);
            return None;
        };
        let content = self.content(&content, Direction::Request);
        Some(RequestBody { required, content, pointer: at.pointer })
    }

    fn responses(&mut self, operation: &At<'d>) -> Vec<Response> {
        let Some(all) = operation.get("responses") else {
            self.problem("the key `responses` is missing", &operation.pointer);
            return Vec::new();
        };
        let mut responses = Vec::new();
        for (key, at) in self.map(&all, "{ \"200\": { description: … } }") {
            if key.value.starts_with("x-") {
                continue;
            }
            let Some(status) = status(&key.value) else {
                let problem = Diagnostic::new(format!("`{}` is no status", key.value), key.span);
                self.add(problem.help("write \"200\", \"2XX\" or default"));
                continue;
            };
            responses.extend(self.response(status, at));
        }
        if all.is_map() && all.entries().next().is_none() {
            self.problem("an operation answers somehow: there are no responses", &all.pointer);
        }
        responses
    }

    fn response(&mut self, status: Status, at: At<'d>) -> Option<Response> {
        let at = self.resolve(at)?;
        self.knows(&at, &["description", "headers", "content", "links", "summary"]);
        let headers = at.get("headers").map_or_else(Vec::new, |headers| self.headers(&headers));
        let content = at.get("content").map_or_else(Vec::new, |all| self.content(&all, Direction::Response));
        let links = at.get("links").map_or_else(Vec::new, |links| self.links(&links));
        Some(Response { status, headers, content, links, pointer: at.pointer })
    }
}

fn status(key: &str) -> Option<Status> {
    match key.as_bytes() {
        b"default" => Some(Status::Default),
        [class @ b'1'..=b'5', b'X', b'X'] => Some(Status::Class(u16::from(class - b'0'))),
        [b'1'..=b'5', b'0'..=b'9', b'0'..=b'9'] => key.parse().ok().map(Status::Exact),
        _ => None,
    }
}
