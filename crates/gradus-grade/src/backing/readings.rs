//! Where queries of a submission are run: SQLite within the grader, or an instance of its own that holds nothing but data sets.

use super::instance::Instance;
use super::template::template;
use super::{Host, programs};
use crate::ground::Sandbox;
use gradus_model::outcome::Fault;
use gradus_model::select::{DataSet, Dialect};
use gradus_model::service::Service;
use gradus_model::source::{Span, Spanned};
use gradus_sandbox::free_port;
use gradus_services::desk::{Answer, Bounds, Desk, Refusal};
use gradus_services::engine;
use std::collections::BTreeMap;

/// A query to be run.
pub struct Asked<'a> {
    /// On this data set.
    pub set: &'a DataSet,
    /// With these values for the names in its files.
    pub with: &'a [(String, String)],
    /// The query.
    pub query: &'a str,
    /// What it may take.
    pub bounds: Bounds,
}

/// A desk, and the data sets that lie there.
pub struct Readings {
    /// In what queries are written.
    pub dialect: Dialect,
    desk: Desk,
    instance: Option<Instance>,
    /// The number of each data set, by its name and what the names in it stand for.
    sets: BTreeMap<(String, Vec<(String, String)>), usize>,
    /// How many were begun, which is how many the instance may hold.
    begun: usize,
    /// What all queries of the submission have cost so far.
    spent: u64,
}

impl Readings {
    /// With no data set yet.
    pub async fn open(host: &Host, dialect: Dialect) -> Result<Self, Fault> {
        let instance = match dialect.engine() {
            None => None,
            Some(engine) => {
                let what = "what runs the queries";
                let programs = programs(host, engine, what)?;
                let ours = |why: String| Fault { what: format!("{what}: {why}"), way_out: None };
                let name = Spanned::new(dialect.word().to_owned(), Span::default());
                let empty = Service { name, engine, seed: Vec::new(), streams: Vec::new() };
                let template = template(host, &programs, &empty).await.map_err(ours)?;
                let port = match host.sandbox {
                    Sandbox::Native => engine::usual_port(engine),
                    _ => free_port().map_err(|error| ours(error.to_string()))?.port(),
                };
                let own = (port, String::new());
                let started = Instance::start(host, &programs, engine, template.as_deref(), own).await;
                Some(started.map_err(ours)?)
            }
        };
        let desk = desk(dialect, instance.as_ref(), 0).await;
        let desk =
            desk.map_err(|why| Fault { what: format!("what runs the queries: {why}"), way_out: None })?;
        Ok(Self { dialect, desk, instance, sets: BTreeMap::new(), begun: 0, spent: 0 })
    }

    /// Runs a query of the submission.
    pub async fn ask(&mut self, asked: &Asked<'_>) -> Result<Answer, Refusal> {
        let set = self.set(asked).await.map_err(Refusal::Ours)?;
        match self.desk.ask(set, asked.query, asked.bounds).await {
            Ok(answer) => {
                self.spent +=
                    self.dialect.counters().first().and_then(|name| answer.work.get(*name)).unwrap_or(&0);
                Ok(answer)
            }
            // What it was running when it ended has ended it.
            Err(Refusal::Ours(_)) if self.instance.as_ref().is_some_and(Instance::is_gone) => {
                self.start_again().await.map_err(Refusal::Ours)?;
                let says = "the database ended while it ran this: it takes too much memory".to_owned();
                Err(Refusal::Query { line: None, says })
            }
            Err(refusal) => Err(refusal),
        }
    }

    /// Runs a query of the grader's.
    pub async fn ask_ours(&mut self, asked: &Asked<'_>) -> Result<Answer, Refusal> {
        let set = self.set(asked).await.map_err(Refusal::Ours)?;
        self.desk.ask(set, asked.query, asked.bounds).await
    }

    /// How a query is done.
    pub async fn plan(&mut self, asked: &Asked<'_>) -> Vec<String> {
        match self.set(asked).await {
            Ok(set) => self.desk.plan(set, asked.query, asked.bounds).await,
            Err(_) => Vec::new(),
        }
    }

    /// What all queries of the submission have cost so far, by the first counter of their dialect.
    pub fn spent(&self) -> u64 {
        self.spent
    }

    /// The data set, which is made when it is first wanted.
    async fn set(&mut self, asked: &Asked<'_>) -> Result<usize, String> {
        let key = (asked.set.name.value.clone(), asked.with.to_vec());
        if let Some(set) = self.sets.get(&key) {
            return Ok(*set);
        }
        let files = asked.set.scripts.iter().filter_map(|script| script.file(self.dialect));
        let files: Vec<(&str, String)> =
            files.map(|file| (file.path.as_str(), file.fill(asked.with))).collect();
        self.begun += 1;
        let loaded = self.desk.load(&files).await;
        let set = loaded.map_err(|why| format!("the data set `{}`: {why}", asked.set.name.value))?;
        self.sets.insert(key, set);
        Ok(set)
    }

    /// What it held is there again.
    async fn start_again(&mut self) -> Result<(), String> {
        if let Some(instance) = &mut self.instance {
            instance.ensure().await?;
        }
        self.desk = desk(self.dialect, self.instance.as_ref(), self.begun).await?;
        Ok(())
    }

    /// Ends it.
    pub async fn end(&mut self) {
        if let Some(mut instance) = self.instance.take() {
            instance.kill().await;
        }
    }
}

async fn desk(dialect: Dialect, instance: Option<&Instance>, sets: usize) -> Result<Desk, String> {
    match instance {
        None => Ok(Desk::sqlite()),
        Some(instance) => Desk::of_instance(dialect, instance.door(), sets).await,
    }
}
