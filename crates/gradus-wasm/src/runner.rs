//! Plain files of a submission, run by a component that holds their interpreter.

mod installed;

pub use installed::{Installed, Language, NotInstalled, Runners};

use crate::components::Guest;
use crate::files::Files;
use crate::instance::Ask;
use crate::plugin::Wish;
use crate::state::World;
use crate::stopped::Stopped;
use crate::upstream::Silence as NoAnswer;
use bindings::gradus::runner::files::{About, Host as FilesHost};
use bindings::gradus::runner::inbox::Host as InboxHost;
use bindings::gradus::runner::types::{Host as TypesHost, Request, Response, Silence};
use bindings::gradus::runner::upstreams::Host as UpstreamsHost;
use bytes::Bytes;
use http::header::TRANSFER_ENCODING;
use http::{HeaderMap, HeaderName, HeaderValue};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};

/// What is generated from the interface.
mod bindings {
    wasmtime::component::bindgen!({
        path: "../../runners/wit",
        world: "runner",
        imports: { default: async | trappable },
        exports: { default: async },
    });
}

pub use bindings::RunnerPre;

/// For an upstream, unless the program says otherwise.
const PATIENCE: Duration = Duration::from_secs(60);

/// So many bytes an application writes until its data is looked at, also in the middle of a request.
const UNSEEN: u64 = 1 << 20;

/// Files, and the runner that runs them.
#[derive(Clone)]
pub struct App {
    /// The runner.
    pub runner: RunnerPre<Guest>,
    /// The file, below the submission's folder.
    pub entry: String,
}

/// What a runner finds on our side.
pub struct Desk {
    inbox: Option<mpsc::Receiver<Ask>>,
    asked: Option<oneshot::Sender<http::Response<Bytes>>>,
    world: World,
    files: Files,
    /// Bytes written since its data was looked at.
    unseen: u64,
    /// Where a plugin's wishes go.
    pub wishes: Option<mpsc::Sender<Wish>>,
}

impl Desk {
    /// That of an instance.
    pub fn new(world: &World) -> Self {
        Self {
            inbox: None,
            asked: None,
            world: world.clone(),
            files: Files::new(&world.settings),
            unseen: 0,
            wishes: None,
        }
    }

    /// Has a wish done.
    pub async fn wish<T>(&self, wish: impl FnOnce(oneshot::Sender<T>) -> Wish) -> wasmtime::Result<T> {
        let gone = || wasmtime::format_err!("nobody does what it wishes");
        let (answer, answered) = oneshot::channel();
        let wishes = self.wishes.as_ref().ok_or_else(gone)?;
        wishes.send(wish(answer)).await.map_err(|_| gone())?;
        answered.await.map_err(|_| gone())
    }
}

/// The life of an application in a runner.
pub async fn live(app: App, world: World, number: u64, inbox: mpsc::Receiver<Ask>) -> Stopped {
    let store = Guest::store(app.runner.engine(), &world, number, tokio::io::empty(), world.printer(), &[]);
    let mut store = match store {
        Ok(store) => store,
        Err(stopped) => return stopped,
    };
    store.data_mut().desk.inbox = Some(inbox);
    let ran = async {
        let runner = app.runner.instantiate_async(&mut store).await?;
        runner.call_run(&mut store, &app.entry, &world.settings.environment).await
    }
    .await;
    world.meter.note_left(store.get_fuel().unwrap_or(0));
    match ran {
        Ok(Ok(())) => Stopped::Exited(0),
        Ok(Err(why)) => Stopped::NotRun(format!("{why}{}", missing_module(&why))),
        Err(error) => Stopped::of(&error, &world.meter),
    }
}

/// What a learner should know of a module that Python did not find.
fn missing_module(why: &str) -> &'static str {
    match why.contains("ModuleNotFoundError: No module named") {
        true => {
            "; only files of the submission, Flask and a part of Python's own modules are here: grade what needs more with --sandbox native"
        }
        false => "",
    }
}

impl TypesHost for Guest {}

impl InboxHost for Guest {
    async fn accept(&mut self) -> wasmtime::Result<Option<Request>> {
        self.desk.world.is_idle();
        let Some(inbox) = &mut self.desk.inbox else { return Ok(None) };
        let Some(Ask { request, answer }) = inbox.recv().await else { return Ok(None) };
        self.desk.asked = Some(answer);
        let target = request.uri().path_and_query().map_or("/", |all| all.as_str()).to_owned();
        let method = request.method().to_string();
        Ok(Some(Request {
            method,
            target,
            headers: listed(request.headers()),
            body: request.into_body().into(),
        }))
    }

    async fn answer(&mut self, response: Response) -> wasmtime::Result<()> {
        let answer = self.desk.asked.take().ok_or_else(|| wasmtime::format_err!("it answered twice"))?;
        let most = self.desk.world.settings.limits.answer;
        if response.body.len() as u64 > most {
            return Err(wasmtime::Error::new(Stopped::Answer(most)));
        }
        let mut built = http::Response::new(Bytes::from(response.body));
        *built.status_mut() = http::StatusCode::from_u16(response.status)?;
        *built.headers_mut() = mapped(response.headers)?;
        built.headers_mut().remove(TRANSFER_ENCODING);
        // Whoever asked may have gone.
        drop(answer.send(built));
        Ok(())
    }
}

impl UpstreamsHost for Guest {
    async fn send(
        &mut self,
        request: Request,
        timeout_ms: Option<u32>,
    ) -> wasmtime::Result<Result<Response, Silence>> {
        let within = timeout_ms.map_or(PATIENCE, |ms| Duration::from_millis(ms.into()));
        let asked = http::Request::builder().method(request.method.as_str()).uri(&request.target);
        let mut asked = match asked.body(Bytes::from(request.body)) {
            Ok(asked) => asked,
            Err(error) => return Ok(Err(Silence::Refused(error.to_string()))),
        };
        *asked.headers_mut() = mapped(request.headers)?;
        let _asking = self.desk.world.meter.asks();
        Ok(match self.desk.world.upstreams.ask(asked, within).await {
            Ok(answer) => Ok(Response {
                status: answer.status().as_u16(),
                headers: listed(answer.headers()),
                body: answer.into_body().into(),
            }),
            Err(NoAnswer::TimedOut) => Err(Silence::TimedOut),
            Err(NoAnswer::Refused(why)) => Err(Silence::Refused(why)),
            Err(NoAnswer::Broken(why)) => Err(Silence::Broken(why)),
        })
    }
}

impl FilesHost for Guest {
    async fn read(&mut self, path: String) -> wasmtime::Result<Result<Vec<u8>, String>> {
        Ok(self.desk.files.read(&path))
    }

    async fn write(
        &mut self,
        path: String,
        content: Vec<u8>,
        append: bool,
    ) -> wasmtime::Result<Result<(), String>> {
        let (most, more) = (self.desk.world.settings.limits.disk, content.len() as u64);
        if more > most {
            return Err(wasmtime::Error::new(Stopped::Disk(most)));
        }
        let written = self.desk.files.write(&path, &content, append);
        self.desk.unseen += more;
        if self.desk.unseen >= UNSEEN {
            self.desk.unseen = 0;
            self.desk.world.data_fits().map_err(wasmtime::Error::new)?;
        }
        Ok(written)
    }

    async fn rename(&mut self, from: String, to: String) -> wasmtime::Result<Result<(), String>> {
        Ok(self.desk.files.rename(&from, &to))
    }

    async fn remove(&mut self, path: String) -> wasmtime::Result<Result<(), String>> {
        Ok(self.desk.files.remove(&path))
    }

    async fn make_folder(&mut self, path: String) -> wasmtime::Result<Result<(), String>> {
        Ok(self.desk.files.make_folder(&path))
    }

    async fn look(&mut self, path: String) -> wasmtime::Result<Result<About, String>> {
        let about = self.desk.files.look(&path);
        Ok(about.map(|about| About { size: about.size, is_folder: about.is_folder }))
    }

    async fn names(&mut self, path: String) -> wasmtime::Result<Result<Vec<String>, String>> {
        Ok(self.desk.files.names(&path))
    }
}

fn listed(headers: &HeaderMap) -> Vec<(String, Vec<u8>)> {
    headers.iter().map(|(name, value)| (name.as_str().to_owned(), value.as_bytes().to_owned())).collect()
}

fn mapped(headers: Vec<(String, Vec<u8>)>) -> wasmtime::Result<HeaderMap> {
    let mut map = HeaderMap::with_capacity(headers.len());
    for (name, value) in headers {
        map.append(HeaderName::from_bytes(name.as_bytes())?, HeaderValue::from_bytes(&value)?);
    }
    Ok(map)
}
