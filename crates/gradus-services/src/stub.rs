//! The stubs of one grading: what each was told to answer, and what it was asked.

use crate::call::{Call, Unexpected};
use crate::callback::{Begun, Courier, Delivered, Round, Slots, Undelivered};
use crate::fault::{Wire, reset_on_close};
use crate::matching::{misfit, segments, unexpected};
use crate::proxy::Way;
use crate::reply::{Said, say, with_request};
use crate::shelf;
use bytes::Bytes;
use futures_util::future::{BoxFuture, FutureExt};
use gradus_model::draw;
use gradus_model::grader::Grader;
use gradus_model::json::Json;
use gradus_model::source::Span;
use gradus_model::stub::{Asked, Fault, Reply, Stub, StubChange};
use gradus_model::toxic::Toxic;
use gradus_model::value::Bindings;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use std::collections::BTreeMap;
use std::future::pending;
use std::os::fd::AsFd;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// How long an answer waits for another request before it goes out as a failure of the barrier.
const BARRIER: Duration = Duration::from_secs(3);

/// What was to be the items of this stub is no list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoList(pub String);

/// All stubs of one grading. Clones share them.
#[derive(Clone)]
pub struct Stubs(Arc<Shared>);

struct Shared {
    stubs: BTreeMap<String, Stub>,
    /// The way to those whose way a step of the grader disturbs.
    ways: BTreeMap<String, Way>,
    state: Mutex<State>,
    /// Changes whenever a request came or answers were released.
    news: watch::Sender<u64>,
    slots: Slots,
}

#[derive(Default)]
struct State {
    bindings: Bindings,
    of: BTreeMap<String, OfOne>,
    /// What the stubs hold that are shelves.
    shelves: BTreeMap<String, Vec<Json>>,
    /// Brings callbacks to the submission.
    courier: Option<Arc<dyn Courier>>,
    /// Callbacks on their way: none outlives its check.
    sending: JoinSet<()>,
}

/// What becomes of a request that a route answers.
struct Planned {
    reply: Reply,
    /// The how manieth answer of its route it is.
    number: usize,
    callbacks: Option<Begun>,
}

/// What is known of one stub since the check began.
#[derive(Debug, Default)]
struct OfOne {
    calls: Vec<Call>,
    unexpected: Vec<Unexpected>,
    /// How often each route answered.
    answered: BTreeMap<usize, usize>,
    /// Answers everything, with the names that it was written for.
    instead: Option<(Reply, Bindings)>,
    released: bool,
}

impl Stubs {
    /// The stubs of a grader.
    pub fn new(grader: &Grader) -> Self {
        let stubs = grader.stubs.iter().map(|stub| (stub.name.value.clone(), stub.clone())).collect();
        let ways = grader.disturbed().into_iter().map(|name| (name.to_owned(), Way::default())).collect();
        let (state, news, slots) = (Mutex::default(), watch::Sender::new(0), Slots::default());
        Self(Arc::new(Shared { stubs, ways, state, news, slots }))
    }

    /// The names of all stubs.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.stubs.keys().map(String::as_str)
    }

    /// A check begins: every stub answers as its routes say and has been asked nothing, no callback is on its way, and
    /// nothing disturbs the way to it; names stand for these values.
    pub fn begin(&self, seed: u64, bindings: Bindings, courier: Arc<dyn Courier>) {
        self.0.ways.values().for_each(|way| way.begin(seed));
        let shelves = self.0.stubs.values().filter_map(|stub| {
            // Reading the file has made sure that it is a list.
            let items = draw::items(&stub.items.as_ref()?.draw, &stub.name.value, &bindings)?;
            Some((stub.name.value.clone(), items))
        });
        let shelves = shelves.collect();
        *self.state() = State { bindings, shelves, courier: Some(courier), ..State::default() };
    }

    /// Changes what a stub answers. Whether it listens is up to whoever serves it. What was to be its items may be no list.
    pub fn change(&self, name: &str, change: &StubChange, bindings: &Bindings) -> Result<(), NoList> {
        let mut state = self.state();
        let State { of, shelves, .. } = &mut *state;
        let stub = of.entry(name.to_owned()).or_default();
        match change {
            StubChange::Down => {}
            StubChange::Up => stub.instead = None,
            StubChange::Release => stub.released = true,
            StubChange::Reply(reply) => stub.instead = Some(((**reply).clone(), bindings.clone())),
            StubChange::Items(items) => {
                let held = draw::items(&items.draw, name, bindings).ok_or_else(|| NoList(name.to_owned()))?;
                shelves.insert(name.to_owned(), held);
                stub.calls.clear();
            }
        }
        drop(state);
        self.0.news.send_modify(|news| *news += 1);
        Ok(())
    }

    /// What disturbs the way to a stub from now on.
    pub fn disturb(&self, name: &str, toxics: &[Toxic]) {
        if let Some(way) = self.0.ways.get(name) {
            way.disturb(toxics);
        }
    }

    /// What a stub was asked since the check began, only such requests if they are named.
    pub fn calls(&self, name: &str, asked: Option<&Asked>, bindings: &Bindings) -> Vec<Call> {
        let state = self.state();
        let calls = state.of.get(name).map_or(&[][..], |stub| &stub.calls);
        let meant = |call: &&Call| asked.is_none_or(|asked| misfit(asked, call, bindings).is_none());
        calls.iter().filter(meant).cloned().collect()
    }

    /// What a stub holds now; nothing if it is no shelf.
    pub fn items(&self, name: &str) -> Option<Vec<Json>> {
        self.state().shelves.get(name).cloned()
    }

    /// Requests that no route answered since the check began, with the stub's name.
    pub fn unexpected(&self) -> Vec<(String, Unexpected)> {
        let state = self.state();
        let all = state.of.iter();
        all.flat_map(|(name, stub)| stub.unexpected.iter().map(|one| (name.clone(), one.clone()))).collect()
    }

    /// Callbacks since the check began that the submission gave no address of its own for, with the stub's name and where the
    /// grader speaks of that address.
    pub fn misdirected(&self) -> Vec<(String, Delivered, Span)> {
        let state = self.state();
        let calls = state.of.iter().flat_map(|(name, stub)| stub.calls.iter().map(move |call| (name, call)));
        let all = calls.flat_map(|(name, call)| {
            call.callbacks.all().into_iter().map(|(_, delivered, span)| (name.clone(), delivered, span))
        });
        all.filter(|(_, delivered, _)| matches!(delivered.back, Err(Undelivered::Misdirected(_)))).collect()
    }

    /// Waits until it is so, looking whenever a stub was asked; whether it became so within that time.
    pub async fn until(&self, done: impl Fn() -> bool, within: Duration) -> bool {
        let mut news = self.0.news.subscribe();
        let waiting = async {
            while !done() {
                // The sender lives as long as we do.
                let _ = news.changed().await;
            }
        };
        tokio::time::timeout(within, waiting).await.is_ok()
    }

    /// Serves a stub until the future is dropped; then its connections are gone too.
    pub fn serve(self, name: String, listener: TcpListener) -> BoxFuture<'static, ()> {
        self.serving(name, listener).boxed()
    }

    async fn serving(self, name: String, listener: TcpListener) {
        let mut connections = JoinSet::new();
        loop {
            tokio::select! {
                accepted = listener.accept() => match accepted {
                    Ok((stream, _)) => drop(connections.spawn(self.clone().arrived(name.clone(), stream))),
                    // Too many open files, perhaps; the next one may work.
                    Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
                },
                Some(_) = connections.join_next() => {}
            }
        }
    }

    /// A connection of the submission's; where a step of the grader disturbs the way, its bytes take that way.
    async fn arrived(self, name: String, mut client: TcpStream) {
        // A connection that can't be told to hurry is only slower.
        let _ = client.set_nodelay(true);
        let Some(way) = self.0.ways.get(&name).cloned() else {
            self.connection(name, client).await;
            return;
        };
        let Ok((near, far)) = UnixStream::pair() else { return };
        let reset = async {
            if !self.connection(name, far).await {
                pending::<()>().await;
            }
        };
        tokio::select! {
            biased;
            () = reset => reset_on_close(&client),
            () = way.join(&mut client, near) => {}
        }
    }

    /// Answers what comes over a connection; whether it was reset in the end.
    async fn connection<S>(self, name: String, stream: S) -> bool
    where
        S: AsyncRead + AsyncWrite + AsFd + Unpin,
    {
        let Ok(wire) = stream.as_fd().try_clone_to_owned() else { return false };
        let wire = Arc::new(Wire::new(wire));
        let seen = wire.clone();
        let service = service_fn(move |request| self.clone().answer(name.clone(), request, seen.clone()));
        // However the connection ends, the stub goes on.
        let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        wire.was_reset()
    }

    async fn answer(
        self,
        name: String,
        request: Request<Incoming>,
        wire: Arc<Wire>,
    ) -> Result<Response<Full<Bytes>>, std::io::Error> {
        let call = Call::read(request).await?;
        let (said, planned) = self.note(&name, call);
        let Some(Planned { reply, number, callbacks }) = planned else { return Ok(response(said)) };
        let answered = match callbacks {
            Some(Begun { before_is_done, answered }) => {
                // Callbacks that ended with their check are waited for no more.
                let _ = before_is_done.await;
                Some(answered)
            }
            None => None,
        };
        tokio::time::sleep(reply.delay).await;
        if let Some((other, asked)) = &reply.after
            && !self
                .until(|| self.calls(&other.value, Some(asked), &self.bindings()).len() >= number, BARRIER)
                .await
        {
            let body = format!("{} was not asked meanwhile\n", other.value).into_bytes();
            return Ok(response(Said { status: 504, headers: Vec::new(), body }));
        }
        if reply.hold {
            self.released(&name).await;
        }
        // Dropped, it says the same: an answer that nobody waits for any more is as good as given.
        if let Some(answered) = answered {
            let _ = answered.send(());
        }
        match reply.fault {
            None => Ok(response(said)),
            Some(fault) => {
                wire.go_wrong(fault, &said).await;
                if matches!(fault, Fault::Short | Fault::Trickle(_) | Fault::Garbage) {
                    // What was written must arrive before the end of the connection does.
                    tokio::task::yield_now().await;
                }
                Err(std::io::Error::other("as it was told to"))
            }
        }
    }

    /// Remembers a request and finds its answer; without a plan, it is that of a shelf, or nothing was prepared for it.
    fn note(&self, name: &str, call: Call) -> (Said, Option<Planned>) {
        let mut state = self.state();
        let State { bindings, of, shelves, courier, sending } = &mut *state;
        let stub = of.entry(name.to_owned()).or_default();
        let shelf = shelves.get_mut(name);
        let is_shelf = shelf.is_some();
        stub.calls.push(call.clone());
        let routes = self.0.stubs.get(name).map_or(&[][..], |stub| &stub.routes);
        let found = if let Some((reply, bindings)) = &stub.instead {
            Some((reply.clone(), 1, with_request(bindings, &call, &[], stub.calls.len())))
        } else {
            let fits = |asked: &Asked| misfit(asked, &call, bindings).is_none();
            routes.iter().enumerate().find(|(_, route)| fits(&route.asked)).and_then(|(index, route)| {
                let answered = stub.answered.entry(index).or_default();
                let reply = route.replies.get(*answered).or(route.replies.last())?;
                *answered += 1;
                let stars = segments(&route.asked.path.fill(bindings), &call.raw_path).unwrap_or_default();
                Some((reply.clone(), *answered, with_request(bindings, &call, &stars, *answered)))
            })
        };
        let planned = found.map(|(reply, number, names)| {
            let said = say(&reply, &names);
            let callbacks = courier.clone().filter(|_| !reply.callbacks.is_empty()).map(|courier| {
                let callbacks = reply.callbacks.clone();
                let slots = self.0.slots.clone();
                let log = call.callbacks.clone();
                Round { callbacks, names, log, courier, slots }.begin(sending)
            });
            (said, Some(Planned { reply, number, callbacks }))
        });
        let planned = planned.or_else(|| Some((shelf::answer(shelf?, &call)?, None)));
        let answer = planned.unwrap_or_else(|| {
            let unexpected = match is_shelf {
                true => shelf::unexpected(&call),
                false => unexpected(routes, &call, bindings),
            };
            let body = format!("{} has no answer to {}\n", name, unexpected.asked).into_bytes();
            stub.unexpected.push(unexpected);
            (Said { status: 501, headers: Vec::new(), body }, None)
        });
        drop(state);
        self.0.news.send_modify(|news| *news += 1);
        answer
    }

    async fn released(&self, name: &str) {
        let mut news = self.0.news.subscribe();
        while !self.state().of.get(name).is_none_or(|stub| stub.released) {
            let _ = news.changed().await;
        }
    }

    fn bindings(&self) -> Bindings {
        self.state().bindings.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn response(said: Said) -> Response<Full<Bytes>> {
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
