//! The measure: a hyper client that asks the same on one kept connection, and looks at nothing but the status.

use bytes::Bytes;
use http_body_util::{BodyExt, Empty};
use hyper::Request;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

/// Asks for items 1 to `requests` at `127.0.0.1:4711`.
pub fn run(origin: &str, requests: usize) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(ask(origin, requests));
}

pub async fn ask(origin: &str, requests: usize) {
    let stream = TcpStream::connect(origin).await.expect("a server");
    stream.set_nodelay(true).expect("no delay");
    ask_on(stream, origin, requests).await;
}

/// The same on a connection that there is.
pub async fn ask_on(stream: TcpStream, origin: &str, requests: usize) {
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.expect("a connection");
    tokio::spawn(connection);
    for item in 1..=requests {
        let request = Request::get(format!("/items/{item}")).header("host", origin);
        let request = request.body(Empty::<Bytes>::new()).expect("a request");
        let response = sender.send_request(request).await.expect("an answer");
        assert_eq!(response.status(), 200);
        response.into_body().collect().await.expect("a body");
    }
}
