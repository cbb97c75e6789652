//! A server that is already up, over http or https. It can be asked, and nothing else.

use super::{Capabilities, Doing, Done, Errand, Origin, Target};
use crate::boot::NotReady;
use crate::job::UrlError;
use gradus_model::outcome::Shown;
use gradus_model::report::{Isolation, Usage};
use gradus_probe::{BoxStream, Dial, Prompt};
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};
use url::Url;

/// How long a server that is said to be up may take to accept a connection.
const PATIENCE: Duration = Duration::from_secs(5);

/// A server that is already up.
pub struct UrlTarget {
    origin: Origin,
    dial: Arc<dyn Dial>,
}

impl UrlTarget {
    /// The server at an http or https address, perhaps with a path that all requests begin with.
    pub fn new(url: &Url) -> Result<Self, UrlError> {
        let tls = match url.scheme() {
            "http" => false,
            "https" => true,
            _ => return Err(UrlError::NotHttp(url.to_string())),
        };
        if url.query().is_some() || url.fragment().is_some() {
            return Err(UrlError::HasQuery(url.to_string()));
        }
        let host = url.host_str().ok_or_else(|| UrlError::NotHttp(url.to_string()))?.to_owned();
        let port = url.port_or_known_default().unwrap_or(80);
        let base = url.path().trim_end_matches('/').to_owned();
        let dial: Arc<dyn Dial> = match tls {
            false => Arc::new(Tcp { host: host.clone(), port }),
            true => Arc::new(Tls { tcp: Tcp { host: host.clone(), port }, config: Arc::new(tls_config()) }),
        };
        Ok(Self { origin: Origin { tls, host, port, base }, dial })
    }
}

impl Target for UrlTarget {
    fn capabilities(&self) -> Capabilities {
        Capabilities { concurrent: true, raw: true, ..Capabilities::default() }
    }

    fn instead(&self) -> &'static str {
        "grade the folder instead of a URL"
    }

    fn isolation(&self) -> Isolation {
        Isolation {
            kind: "url".into(),
            says: format!("{} was already up: Gradus only asked it.", self.origin),
            limits: Vec::new(),
        }
    }

    fn origin(&self) -> Origin {
        self.origin.clone()
    }

    fn dial(&self) -> Arc<dyn Dial> {
        self.dial.clone()
    }

    fn start(&mut self) -> Doing<'_, Result<(), NotReady>> {
        Box::pin(async move {
            match tokio::time::timeout(PATIENCE, self.dial.connect(self.origin.port)).await {
                Ok(Ok(_)) => Ok(()),
                Ok(Err(error)) => {
                    Err(NotReady::Unreachable { origin: self.origin.to_string(), why: error.to_string() })
                }
                Err(_) => Err(NotReady::Unreachable {
                    origin: self.origin.to_string(),
                    why: "it accepted no connection within 5 s".into(),
                }),
            }
        })
    }

    fn open(&mut self) -> Doing<'_, Result<bool, NotReady>> {
        Box::pin(async { Ok(false) })
    }

    fn listen(&self, _: u16) -> Doing<'_, io::Result<TcpListener>> {
        Box::pin(async { Err(io::ErrorKind::Unsupported.into()) })
    }

    fn is_up(&self) -> bool {
        true
    }

    fn term(&mut self, _: Duration) -> Doing<'_, Result<i32, String>> {
        Box::pin(async { Err("cannot be sent signals".to_owned()) })
    }

    fn run(&mut self, _: Errand) -> Doing<'_, Result<Done, String>> {
        Box::pin(async { Err("commands can't be run at a URL".to_owned()) })
    }

    fn collect<'s>(&'s self, _: &'s str, _: u64) -> Doing<'s, Result<Vec<u8>, String>> {
        Box::pin(async { Err("files can't be read at a URL".to_owned()) })
    }

    fn data_dir(&self) -> Option<PathBuf> {
        None
    }

    fn pause(&mut self) -> Doing<'_, ()> {
        Box::pin(async {})
    }

    fn resume(&mut self) {}

    fn stop(&mut self) -> Doing<'_, ()> {
        Box::pin(async {})
    }

    fn wipe_data(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn publish(&mut self) -> Doing<'_, io::Result<()>> {
        Box::pin(async { Ok(()) })
    }

    fn ended(&mut self) -> Option<String> {
        None
    }

    fn ended_soon(&mut self) -> Doing<'_, Option<String>> {
        Box::pin(async { None })
    }

    fn mark_output(&mut self) {}

    fn output_since_mark(&self) -> Shown {
        Shown::default()
    }

    fn memory(&self) -> Doing<'_, Option<u64>> {
        Box::pin(async { None })
    }

    fn usage(&self) -> Option<Usage> {
        None
    }
}

struct Tcp {
    host: String,
    /// The only port that is asked: what else listens on that host is nobody's business here.
    port: u16,
}

impl Tcp {
    async fn stream(&self, port: u16) -> io::Result<Prompt> {
        if port != self.port {
            let why = format!("only port {} is asked", self.port);
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, why));
        }
        let host = self.host.trim_start_matches('[').trim_end_matches(']');
        let stream = TcpStream::connect((host, port)).await?;
        Prompt::new(stream)
    }
}

impl Dial for Tcp {
    fn connect(&self, port: u16) -> Doing<'_, io::Result<BoxStream>> {
        Box::pin(async move { Ok(Box::new(self.stream(port).await?) as BoxStream) })
    }
}

struct Tls {
    tcp: Tcp,
    config: Arc<ClientConfig>,
}

impl Dial for Tls {
    fn connect(&self, port: u16) -> Doing<'_, io::Result<BoxStream>> {
        Box::pin(async move {
            let host = self.tcp.host.trim_start_matches('[').trim_end_matches(']').to_owned();
            let name = ServerName::try_from(host)
                .map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
            let stream = self.tcp.stream(port).await?;
            let stream = TlsConnector::from(self.config.clone()).connect(name, stream).await?;
            Ok(Box::new(stream) as BoxStream)
        })
    }
}

/// Trusts what the system trusts (`SSL_CERT_FILE` included); what can't be read of that is left out.
fn tls_config() -> ClientConfig {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    ClientConfig::builder().with_root_certificates(roots).with_no_client_auth()
}
