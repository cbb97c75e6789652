//! Which statements have cost a MariaDB most, and how the dearest of them is done.

use super::{APP, Client, WORK, connect, plan, why};
use crate::engine::Cost;
use gradus_model::json::Json;
use mysql_async::prelude::Queryable;
use std::cmp::Reverse;

/// So many are shown.
const SHOWN: usize = 3;
/// Values within a statement, as the server writes them: texts, and numbers that stand alone.
const VALUES: &str = r"'(?:[^'\\]|\\.|'')*'|\b\d+(?:\.\d+)?\b";
/// Prepared statements of the submission's, those that are done most often first: each kind without its values, and one with
/// them. What each has examined is counted only as long as its connection stands, so they are looked at one by one.
const PREPARED: &str = "select regexp_replace(argument, ?, '?') kind, count(*), min(argument) from mysql.general_log \
    where command_type = 'Execute' and user_host like 'app[app] @%[127.0.0.1]' group by kind order by 2 desc, 1 limit 5";

/// One of them.
struct Dear {
    cost: Cost,
    /// By which its text is found, if its plan is not known yet.
    digest: Option<String>,
}

impl Client {
    pub async fn dearest(&mut self) -> Result<Vec<Cost>, String> {
        let mut all = self.spoken().await?;
        all.extend(self.prepared().await?);
        all.sort_by_key(|dear| Reverse((dear.cost.reads, dear.cost.calls)));
        all.truncate(SHOWN);
        // Only the dearest one is looked at more closely.
        if let Some(Dear { cost, digest: Some(digest) }) = all.first_mut()
            && cost.reads > 0
        {
            cost.plan = self.plan_of_kind(digest).await.unwrap_or_default();
        }
        for dear in all.iter_mut().skip(1) {
            dear.cost.plan.clear();
        }
        Ok(all.into_iter().map(|dear| dear.cost).collect())
    }

    /// Those that come as text.
    async fn spoken(&mut self) -> Result<Vec<Dear>, String> {
        let rows: Vec<(Option<String>, u64, u64, Option<String>)> = self
            .conn
            .query(format!(
                "select digest_text, count_star, sum_rows_examined, digest \
                 from performance_schema.events_statements_summary_by_digest where {WORK} order by 3 desc, 2 desc limit {SHOWN}"
            ))
            .await
            .map_err(why)?;
        let dear = |(statement, calls, reads, digest): (Option<String>, u64, u64, Option<String>)| {
            let statement = statement.unwrap_or_else(|| "(too many kinds of statement)".to_owned());
            Dear { cost: Cost { statement, calls, reads, plan: Vec::new() }, digest }
        };
        Ok(rows.into_iter().map(dear).collect())
    }

    /// Those that were prepared; what they read is what one of them reads, as often as it was done.
    async fn prepared(&mut self) -> Result<Vec<Dear>, String> {
        let kinds: Vec<(String, u64, String)> = self.conn.exec(PREPARED, (VALUES,)).await.map_err(why)?;
        let mut all = Vec::new();
        for (statement, calls, example) in kinds {
            let done = self.explained(&example).await;
            let (reads, plan) =
                done.map_or_else(Default::default, |done| (plan::rows(&done), plan::lines(&done)));
            all.push(Dear { cost: Cost { statement, calls, reads: reads * calls, plan }, digest: None });
        }
        Ok(all)
    }

    /// How the dearest statement of a kind is done.
    async fn plan_of_kind(&mut self, digest: &str) -> Option<Vec<String>> {
        let told = "select sql_text from performance_schema.events_statements_history_long \
            where digest = ? and sql_text is not null order by rows_examined desc limit 1";
        let statement: String = self.conn.exec_first(told, (digest,)).await.ok()??;
        self.explained(&statement).await.map(|done| plan::lines(&done))
    }

    /// How a statement is done. It is done once more, but it can't change anything.
    async fn explained(&self, statement: &str) -> Option<Json> {
        let mut app = connect(&self.door, APP, Some(APP)).await.ok()?;
        for setting in
            ["set max_statement_time = 5", "set lock_wait_timeout = 1", "start transaction read only"]
        {
            app.query_drop(setting).await.ok()?;
        }
        for how in ["analyze format=json", "explain format=json"] {
            if let Ok(Some(text)) = app.query_first::<String, _>(format!("{how} {statement}")).await {
                return gradus_judge::json::read(text.as_bytes(), Default::default())
                    .ok()
                    .map(|read| read.value);
            }
        }
        None
    }
}
