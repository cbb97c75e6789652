//! A step that runs a query of the submission on a data set, and judges its rows and what they cost.

use super::{Bench, Stop, failure, mismatch, mismatch_at};
use crate::backing::Asked;
use gradus_judge::rows::{self, Table};
use gradus_judge::{miss::Miss, pattern};
use gradus_model::eval;
use gradus_model::json::Json;
use gradus_model::outcome::{DiffLine, Failure, Fault, Mismatch};
use gradus_model::select::{DataSet, Dialect, SelectStep, WantedRows};
use gradus_model::source::Span;
use gradus_model::value::Bindings;
use gradus_services::desk::{Answer, Bounds, Refusal};

/// A query's file is no longer, in bytes.
const MOST_OF_A_QUERY: u64 = 1 << 20;

/// What a query may give.
const MOST_ROWS: usize = 20_000;
const MOST_BYTES: usize = 4 << 20;
/// Lines of a plan that are shown.
const SHOWN_PLAN: usize = 30;

/// Runs it and judges what came of it.
pub async fn run(
    bench: &mut Bench<'_>,
    select: &SelectStep,
    bindings: &Bindings,
    circumstance: Option<String>,
) -> Result<(), Stop> {
    let file = &select.file.value;
    let title = format!("{file} on the data set {}", select.data.value);
    let expectations = usize::from(select.rows.is_some()) + select.work.len();
    let fail = |mismatches: Vec<Mismatch>| -> Box<Failure> {
        failure(&title, circumstance.clone(), expectations, mismatches, None)
    };
    let query = match read(bench, select).await {
        Ok(query) => query,
        Err(mismatch) => return Err(fail(vec![mismatch]).into()),
    };
    let with: Vec<(String, String)> = select
        .with
        .iter()
        .map(|(name, value)| (name.value.clone(), eval::value(value, bindings).to_text()))
        .collect();
    let grader = bench.grader;
    let set = grader.data.iter().find(|set| set.name.value == select.data.value);
    let set = set.ok_or_else(|| broken("there is no such data set".to_owned()))?;
    let bounds = Bounds { time: bench.request_timeout, rows: MOST_ROWS, bytes: MOST_BYTES };
    let desk = Desk { set, with: &with, bounds };
    let wanted = wanted(bench, select, &desk, bindings).await?;
    let answer = match readings(bench)?.ask(&desk.asked(&query)).await {
        Ok(answer) => answer,
        Err(Refusal::Ours(why)) => return Err(broken(why).into()),
        Err(Refusal::Query { line, says }) => {
            return Err(fail(vec![refused(bench, select, &query, line, says)]).into());
        }
    };
    let mut misses = Vec::new();
    if let Some((wanted, span)) = &wanted {
        misses.extend(rows::judge(wanted, &answer.table, &select.like, *span));
    }
    if misses.is_empty() {
        misses = costs(bench, select, &answer, &desk, (&query, bindings)).await?;
    }
    match misses.is_empty() {
        true => Ok(()),
        false => Err(fail(misses.into_iter().map(|miss| mismatch(grader, miss)).collect()).into()),
    }
}

/// A data set, and what queries may take there.
struct Desk<'a> {
    set: &'a DataSet,
    with: &'a [(String, String)],
    bounds: Bounds,
}

impl Desk<'_> {
    fn asked<'q>(&'q self, query: &'q str) -> Asked<'q> {
        Asked { set: self.set, with: self.with, query, bounds: self.bounds }
    }
}

fn readings<'b>(bench: &'b mut Bench<'_>) -> Result<&'b mut crate::backing::Readings, Fault> {
    let missing =
        || broken("queries are run where `submission = \"sql\"` stands in exercise.toml".to_owned());
    bench.upstreams.backing().readings().ok_or_else(missing)
}

/// The text of the learner's file.
async fn read(bench: &Bench<'_>, select: &SelectStep) -> Result<String, Mismatch> {
    let span = select.file.span;
    let file = &select.file.value;
    let bytes = bench.target.collect(file, MOST_OF_A_QUERY).await;
    let bytes = bytes.map_err(|why| mismatch_at(bench.grader, span, file, "a file with a query", why))?;
    String::from_utf8(bytes)
        .map_err(|_| mismatch_at(bench.grader, span, file, "text in UTF-8", "other bytes".to_owned()))
}

/// The rows that are wanted, if any are, and where that stands.
async fn wanted(
    bench: &mut Bench<'_>,
    select: &SelectStep,
    desk: &Desk<'_>,
    bindings: &Bindings,
) -> Result<Option<(Table, Span)>, Stop> {
    match &select.rows {
        None => Ok(None),
        Some(WantedRows::Fixed(value)) => Ok(Some((table(&eval::value(value, bindings)), value.span))),
        Some(WantedRows::Of(script)) => {
            let readings = readings(bench)?;
            let file = script.file(readings.dialect);
            let file = file.ok_or_else(|| broken(format!("`{}` is not there", script.path.value)))?;
            match readings.ask_ours(&desk.asked(&file.text)).await {
                Ok(answer) => Ok(Some((answer.table, script.path.span))),
                Err(Refusal::Ours(why)) => Err(broken(why).into()),
                Err(Refusal::Query { line, says }) => {
                    let line = line.map_or_else(String::new, |line| format!(" line {line}:"));
                    Err(broken(format!("{}:{line} {says}", file.path)).into())
                }
            }
        }
    }
}

/// Rows as they stand in grader.yaml.
fn table(rows: &Json) -> Table {
    let mut table = Table::default();
    let Json::Array(rows) = rows else { return table };
    for row in rows {
        let Json::Object(cells) = row else { continue };
        if table.columns.is_empty() {
            table.columns = cells.iter().map(|(name, _)| name.clone()).collect();
        }
        table.rows.push(cells.iter().map(|(_, cell)| cell.clone()).collect());
    }
    table
}

/// What it costs more than it may, with its plan.
async fn costs(
    bench: &mut Bench<'_>,
    select: &SelectStep,
    answer: &Answer,
    desk: &Desk<'_>,
    (query, bindings): (&str, &Bindings),
) -> Result<Vec<Miss>, Stop> {
    let dialect: Dialect = readings(bench)?.dialect;
    let mut misses: Vec<Miss> = Vec::new();
    for (spent, wanted) in select.work.iter().filter(|(spent, _)| spent.dialect == dialect) {
        let cost = answer.work.get(&spent.what).copied().unwrap_or_default();
        let at = format!("{}.{}", dialect.word(), spent.what);
        misses.extend(pattern::judge(wanted, Some(&Json::Number(cost.to_string())), &at, bindings));
    }
    if let Some(first) = misses.first_mut() {
        let plan = readings(bench)?.plan(&desk.asked(query)).await;
        if !plan.is_empty() {
            first.note = Some("this is how the database does it:".to_owned());
            first.difference = plan.into_iter().take(SHOWN_PLAN).map(DiffLine::Same).collect();
        }
    }
    Ok(misses)
}

/// What the database says of the learner's file, with the line that it names.
fn refused(
    bench: &Bench<'_>,
    select: &SelectStep,
    query: &str,
    line: Option<usize>,
    says: String,
) -> Mismatch {
    let file = &select.file.value;
    let path = line.map_or_else(|| file.clone(), |line| format!("{file}:{line}"));
    let mut mismatch = mismatch_at(bench.grader, select.file.span, &path, "a query that gives rows", says);
    if let Some(line) = line {
        let lines = query.lines().enumerate().skip(line.saturating_sub(2)).take(3);
        mismatch.difference = lines
            .map(|(at, text)| {
                let text = format!("{:>4} | {text}", at + 1);
                if at + 1 == line { DiffLine::Extra(text) } else { DiffLine::Same(text) }
            })
            .collect();
    }
    mismatch
}

fn broken(what: String) -> Fault {
    Fault { what, way_out: None }
}
