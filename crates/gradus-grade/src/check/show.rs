//! What was sent and what came back, in the form in which a report shows it.

use super::curl;
use crate::target::Origin;
use gradus_model::outcome::{Answer, Exchange, SentRequest, Shown};
use gradus_probe::{ProbeError, Request, Response};

/// How many bytes of a body a report shows.
const SHOWN_BODY: usize = 4 * 1024;

/// A request and its answer, or the reason why there is none.
pub fn exchange(request: &Request, origin: &Origin, result: Result<&Response, &ProbeError>) -> Exchange {
    let url = if request.target == "*" { format!("{origin}") } else { format!("{origin}{}", request.target) };
    Exchange {
        curl: curl::line(request, &url),
        request: SentRequest {
            method: request.method.clone(),
            headers: texts(&request.headers),
            body: Shown::new(&request.body, SHOWN_BODY),
            url,
        },
        answer: result.map(answer).map_err(ToString::to_string),
    }
}

fn answer(response: &Response) -> Answer {
    Answer {
        status: response.status,
        reason: response.reason.clone(),
        headers: texts(&response.headers),
        body: Shown::new(&response.body, SHOWN_BODY),
        took: response.timing.total,
    }
}

fn texts(headers: &[(String, Vec<u8>)]) -> Vec<(String, String)> {
    headers.iter().map(|(name, value)| (name.clone(), String::from_utf8_lossy(value).into_owned())).collect()
}
