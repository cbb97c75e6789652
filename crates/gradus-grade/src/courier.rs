//! Brings callbacks of stubs to the submission, and to nobody else. What they are an answer to is not known here.

use crate::check::{Addressed, address};
use crate::target::Origin;
use gradus_model::grader::{Connection, Outgoing};
use gradus_model::value::Bindings;
use gradus_probe::{Client, Dial, Limits, Response};
use gradus_services::{Back, Courier, Delivered, Delivering, Undelivered};
use std::sync::Arc;

/// How many bytes of an answer to a callback are read.
const MOST_BODY: usize = 1 << 20;

/// The way to one submission.
pub struct ToSubmission {
    dial: Arc<dyn Dial>,
    origin: Origin,
}

impl ToSubmission {
    /// To the one at this origin, by connections that are made so.
    pub fn new(dial: Arc<dyn Dial>, origin: Origin) -> Self {
        Self { dial, origin }
    }
}

impl Courier for ToSubmission {
    fn deliver(&self, outgoing: &Outgoing, names: &Bindings) -> Delivering {
        let method = outgoing.method.clone();
        match address(outgoing, Connection::Close, names, &self.origin) {
            Ok(Addressed { request, origin }) => {
                let url = format!("{origin}{}", request.target);
                let limits = Limits { body_bytes: MOST_BODY, decoded_bytes: MOST_BODY, ..Limits::default() };
                let mut client = Client::new(self.dial.clone(), origin.port, origin.authority(), limits);
                Box::pin(async move {
                    let answer = client.send(&request).await;
                    let back = answer.map(back).map_err(|error| Undelivered::Unanswered(error.to_string()));
                    Delivered { method, url, back }
                })
            }
            Err(miss) => {
                let url = outgoing.path.fill(names);
                let back = Err(Undelivered::Misdirected(miss.note.unwrap_or(miss.wanted)));
                Box::pin(std::future::ready(Delivered { method, url, back }))
            }
        }
    }
}

fn back(response: Response) -> Back {
    let headers = response.headers.into_iter();
    let headers = headers.map(|(name, value)| (name, String::from_utf8_lossy(&value).into_owned()));
    Back { status: response.status, headers: headers.collect(), body: response.body.to_vec() }
}
