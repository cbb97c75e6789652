//! Between HTTP and what stubs know of it: a request is read whole, an answer is made.

use crate::call::Call;
use crate::callback::Log;
use crate::reply::Said;
use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::{Request, Response};
use percent_encoding::percent_decode_str;
use std::time::Instant;

/// How much of a request's body is read.
const MOST_BODY: usize = 16 << 20;

/// A request as it is kept; the error is the connection's.
pub async fn read(request: Request<Incoming>) -> std::io::Result<Call> {
    let at = Instant::now();
    let (head, body) = request.into_parts();
    let path = percent_decode_str(head.uri.path()).decode_utf8_lossy().into_owned();
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
        query,
        headers,
        body: body.to_bytes().to_vec(),
        at,
        callbacks: Log::default(),
    })
}

/// An answer as it goes out.
pub fn response(said: Said) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(said.body)));
    // A status of three digits is one that HTTP can carry.
    *response.status_mut() = said.status.try_into().unwrap_or_default();
    for (name, value) in said.headers {
        // What HTTP can't carry as a header was refused when the file was read.
        if let (Ok(name), Ok(value)) =
            (hyper::header::HeaderName::try_from(name), hyper::header::HeaderValue::try_from(value))
        {
            response.headers_mut().append(name, value);
        }
    }
    response
}
