//! What a stub was asked.

use crate::callback::Log;
use gradus_judge::json::{self, ReadLimits};
use gradus_model::json::Json;
use http_body_util::{BodyExt, Limited};
use hyper::Request;
use hyper::body::Incoming;
use percent_encoding::percent_decode_str;
use std::time::Instant;

/// How much of a request's body is read.
const MOST_BODY: usize = 16 << 20;

/// One request, as it came.
#[derive(Clone, Debug)]
pub struct Call {
    /// The method.
    pub method: String,
    /// The path, percent-decoded, without the query.
    pub path: String,
    /// The path as it came, without the query.
    pub raw_path: String,
    /// The parameters of the query, decoded, in order.
    pub query: Vec<(String, String)>,
    /// By lower-case name, in order.
    pub headers: Vec<(String, String)>,
    /// The body, up to 16 MiB of it.
    pub body: Vec<u8>,
    /// When it came.
    pub at: Instant,
    /// What came of the callbacks that it led to.
    pub callbacks: Log,
}

/// A request that no route answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unexpected {
    /// `GET /v2/rates`.
    pub asked: String,
    /// The route that is nearest: `GET /v1/rates/*`.
    pub nearest: Option<String>,
    /// What of it does not fit: "its path differs".
    pub why: String,
}

impl Call {
    /// A request as it comes in, with all of its body.
    pub(crate) async fn read(request: Request<Incoming>) -> std::io::Result<Self> {
        let at = Instant::now();
        let (head, body) = request.into_parts();
        let raw_path = head.uri.path().to_owned();
        let path = decoded(&raw_path);
        let query = head.uri.query().unwrap_or("");
        let query = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let headers = head.headers.iter();
        let headers = headers.map(|(name, value)| {
            (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
        });
        let headers = headers.collect();
        let body = Limited::new(body, MOST_BODY).collect().await.map_err(std::io::Error::other)?;
        Ok(Call {
            method: head.method.to_string(),
            path,
            raw_path,
            query,
            headers,
            body: body.to_bytes().to_vec(),
            at,
            callbacks: Log::default(),
        })
    }

    /// `GET /v1/rates?base=EUR`.
    pub fn title(&self) -> String {
        let query: Vec<String> = self.query.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let query = if query.is_empty() { String::new() } else { format!("?{}", query.join("&")) };
        format!("{} {}{query}", self.method, self.path)
    }

    /// The body read as JSON, if it is that.
    pub fn json(&self) -> Option<Json> {
        json::read(&self.body, ReadLimits::default()).ok().map(|read| read.value)
    }

    /// The body as text; what is no UTF-8 is replaced.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// All of it as one object: what `calls` judges.
    pub fn to_json(&self) -> Json {
        Json::Object(vec![
            ("method".into(), Json::from(self.method.as_str())),
            ("path".into(), Json::from(self.path.as_str())),
            ("raw_path".into(), Json::from(self.raw_path.as_str())),
            ("query".into(), Self::map(&self.query)),
            ("headers".into(), Self::map(&self.headers)),
            ("json".into(), self.json().unwrap_or(Json::Null)),
            ("text".into(), Json::from(self.text().as_str())),
        ])
    }
    /// Names with their values; a name that comes twice has a list of them.
    pub(crate) fn map(pairs: &[(String, String)]) -> Json {
        let mut entries: Vec<(String, Json)> = Vec::new();
        for (name, value) in pairs {
            match entries.iter_mut().find(|(other, _)| other == name) {
                Some((_, Json::Array(values))) => values.push(Json::from(value.as_str())),
                Some((_, first)) => *first = Json::Array(vec![first.clone(), Json::from(value.as_str())]),
                None => entries.push((name.clone(), Json::from(value.as_str()))),
            }
        }
        Json::Object(entries)
    }
}

/// What a path, or a segment of it, stands for.
pub(crate) fn decoded(path: &str) -> String {
    percent_decode_str(path).decode_utf8_lossy().into_owned()
}
