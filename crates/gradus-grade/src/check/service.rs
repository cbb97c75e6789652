//! Steps about databases and caches: questions to them, what happens to them, and what steps cost them.

use super::{Bench, Stop, failure, file, lend, meanwhile, mismatch, mismatch_at, run_step};
use crate::further;
use gradus_judge::answer::AnswerView;
use gradus_judge::{pattern, place};
use gradus_model::grader::Step;
use gradus_model::json::Json;
use gradus_model::outcome::{DiffLine, Failure, Fault, Mismatch};
use gradus_model::service::{CommandStep, Counter, HoldStep, Role, ServiceStep, SqlStep, WorkStep};
use gradus_model::source::Span;
use gradus_model::value::Bindings;
use gradus_services::engine::{Client, Cost, Counters};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// How long requests get until they wait for what is held.
const THEY_WAIT: Duration = Duration::from_secs(1);
/// How often it is looked whether they do.
const LOOKS: Duration = Duration::from_millis(5);

/// Asks a database, and judges its rows.
pub async fn sql(
    bench: &mut Bench<'_>,
    step: &Step,
    sql: &SqlStep,
    bindings: &mut Bindings,
    circumstance: Option<String>,
) -> Result<(), Box<Failure>> {
    let statement = sql.statement.fill(bindings);
    let title = format!("{} asked: {statement}", sql.service.value);
    let name = &sql.service.value;
    let answer = if bench.upstreams.backing().is_file(name) {
        file::ask(bench, name, &statement, sql.role).await
    } else {
        match bench.upstreams.backing().client(name) {
            Ok(client) => client.sql(&statement, sql.role).await,
            Err(why) => Err(why),
        }
    };
    let mut misses = Vec::new();
    match (answer, &sql.error) {
        (Ok(rows), None) => {
            if let Some(wanted) = &sql.rows {
                misses.extend(pattern::judge(wanted, Some(&rows), "rows", bindings));
            }
            if misses.is_empty() {
                save(sql, &rows, bindings).map_err(|why| {
                    let wanted = "rows with everything that is to be saved";
                    let missing = mismatch_at(bench.grader, step.span, "rows", wanted, why);
                    failure(&title, circumstance.clone(), 1, vec![missing], None)
                })?;
            }
        }
        (Err(why), Some(wanted)) => {
            misses.extend(pattern::judge(wanted, Some(&Json::from(why)), "error", bindings));
        }
        (Ok(rows), Some(_)) => {
            let mismatch =
                mismatch_at(bench.grader, step.span, "error", "a refusal", format!("the rows {rows}"));
            return Err(failure(&title, circumstance, 1, vec![mismatch], None));
        }
        (Err(why), None) => {
            let mismatch = mismatch_at(bench.grader, step.span, "rows", "rows", why);
            return Err(failure(&title, circumstance, 1, vec![mismatch], None));
        }
    }
    told(bench, &title, circumstance, misses)
}

/// Names for parts of the rows.
fn save(sql: &SqlStep, rows: &Json, bindings: &mut Bindings) -> Result<(), String> {
    let text = rows.to_string();
    let view = AnswerView { status: 200, headers: &[], body: text.as_bytes() };
    for save in &sql.save {
        bindings.insert(save.name.value.clone(), place::find(&save.from.value, &view)?);
    }
    Ok(())
}

/// Asks Redis or Memcached, and judges its reply.
pub async fn command(
    bench: &mut Bench<'_>,
    step: &Step,
    asked: &CommandStep,
    bindings: &Bindings,
    circumstance: Option<String>,
) -> Result<(), Box<Failure>> {
    let words: Vec<String> = asked.command.iter().map(|word| word.fill(bindings)).collect();
    let title = format!("{} asked: {}", asked.service.value, words.join(" "));
    let reply = match bench.upstreams.backing().client(&asked.service.value) {
        Ok(client) => client.command(&words).await,
        Err(why) => Err(why),
    };
    match reply {
        Ok(reply) => {
            let misses = pattern::judge(&asked.reply, Some(&reply), "reply", bindings);
            told(bench, &title, circumstance, misses)
        }
        Err(why) => {
            let mismatch = mismatch_at(bench.grader, step.span, "reply", "a reply", why);
            Err(failure(&title, circumstance, 1, vec![mismatch], None))
        }
    }
}

fn told(
    bench: &Bench<'_>,
    title: &str,
    circumstance: Option<String>,
    misses: Vec<gradus_judge::miss::Miss>,
) -> Result<(), Box<Failure>> {
    if misses.is_empty() {
        return Ok(());
    }
    let mismatches = misses.into_iter().map(|miss| mismatch(bench.grader, miss)).collect();
    Err(failure(title, circumstance, 1, mismatches, None))
}

/// Does something to services. Whether they come back is no fault of the submission's.
pub async fn act(bench: &mut Bench<'_>, service: &ServiceStep) -> Result<(), Stop> {
    for (name, act) in &service.changes {
        let done = bench.upstreams.backing().act(&name.value, *act).await;
        done.map_err(|why| broken(&name.value, &why))?;
    }
    Ok(())
}

/// Keeps a transaction open while steps are done; in the end it is as if it had never been.
pub async fn hold(
    bench: &mut Bench<'_>,
    hold: &HoldStep,
    bindings: &mut Bindings,
    requests: &mut u32,
) -> Result<(), Stop> {
    let name = &hold.service.value;
    let ours = |why: String| broken(name, &why);
    let mut client = bench.upstreams.backing().another_client(name).await.map_err(ours)?;
    // Where the submission's tables are found, as they are by itself.
    for statement in ["begin".to_owned(), hold.statement.fill(bindings)] {
        client.sql(&statement, Role::Admin).await.map_err(ours)?;
    }
    let origin = bench.target.origin();
    let mut sent = Vec::new();
    for step in &hold.meanwhile {
        *requests += 1;
        sent.extend(meanwhile::send(bench, step, bindings, &origin)?);
    }
    if !sent.is_empty() {
        until_they_wait(&mut client, sent.len()).await.map_err(ours)?;
    }
    let mut done = Ok(());
    for step in &hold.steps {
        done = Box::pin(run_step(bench, step, bindings, requests)).await;
        if done.is_err() {
            break;
        }
    }
    // With the connection, the transaction is gone too.
    let _ = client.sql("rollback", Role::Admin).await;
    done?;
    for sent in sent {
        meanwhile::judge(bench, sent, bindings).await?;
    }
    Ok(())
}

/// Until each request that is on its way waits for what is locked. A submission that lets them queue up by themselves has
/// fewer that wait, and none of them is late for it.
async fn until_they_wait(client: &mut Client, many: usize) -> Result<(), String> {
    let begun = Instant::now();
    while begun.elapsed() < THEY_WAIT && client.waiting().await? < many as u64 {
        tokio::time::sleep(LOOKS).await;
    }
    Ok(())
}

/// Counts what steps cost, and judges it.
pub async fn work(
    bench: &mut Bench<'_>,
    work: &WorkStep,
    bindings: &mut Bindings,
    requests: &mut u32,
    circumstance: Option<String>,
) -> Result<(), Stop> {
    let counters: Vec<&Counter> = work.expect.iter().map(|(counter, _)| counter).collect();
    let before = counted(bench, &counters, true).await?;
    for step in &work.steps {
        Box::pin(run_step(bench, step, bindings, requests)).await?;
    }
    let after = counted(bench, &counters, false).await?;
    let mut baseline = None;
    if let Some(counter) = counters.iter().find(|counter| counter.is_per_baseline()) {
        baseline = Some(of_baseline(bench, work, counter.span, bindings).await?);
    }
    let mut mismatches: Vec<Mismatch> = Vec::new();
    for (counter, wanted) in &work.expect {
        let cost = difference(&before, &after, counter);
        let cost = match baseline.filter(|_| counter.is_per_baseline()) {
            Some(baseline) => format!("{:.3}", cost as f64 / baseline as f64),
            None => cost.to_string(),
        };
        let at = counter.to_string();
        let misses = pattern::judge(wanted, Some(&Json::Number(cost)), &at, bindings);
        mismatches.extend(misses.into_iter().map(|miss| mismatch(bench.grader, miss)));
    }
    if mismatches.is_empty() {
        return Ok(());
    }
    for name in before.keys().filter(|name| !name.is_empty()) {
        let dearest = bench.upstreams.backing().dearest(name).await;
        if let Some(first) =
            mismatches.iter_mut().find(|mismatch| mismatch.path.starts_with(&format!("{name}.")))
            && !dearest.is_empty()
        {
            first.note = Some(format!("{name} was asked, the dearest first:"));
            first.difference = dearest.iter().flat_map(lines).collect();
        }
    }
    Err(failure("what these steps cost", circumstance, work.expect.len(), mismatches, None).into())
}

/// What the exercise's baseline needs for the same steps, under the same runner.
async fn of_baseline(
    bench: &mut Bench<'_>,
    work: &WorkStep,
    span: Span,
    bindings: &Bindings,
) -> Result<u64, Stop> {
    let mut server = lend(bench, &further::Role::Baseline, span).await?;
    let (mine, others) = (bench.target.counted_under(), server.target.counted_under());
    if mine != others {
        bench.further.give_back(further::Role::Baseline, server);
        let said = |under: Option<String>| under.unwrap_or_else(|| "nothing that counts".into());
        return Err(Stop::Broken(Fault {
            what: format!(
                "the submission's work is counted under {}, the baseline's under {}: such counts can't be compared",
                said(mine),
                said(others)
            ),
            way_out: Some("Give the exercise a baseline that is run as its submissions are.".into()),
        }));
    }
    // What its answers are saved as is nobody else's business.
    let (mut names, mut requests) = (bindings.clone(), 0);
    let before = server.target.fuel().unwrap_or(0);
    let mut done = Ok(());
    for step in &work.steps {
        done = Box::pin(run_step(&mut bench.at(&mut server), step, &mut names, &mut requests)).await;
        if done.is_err() {
            break;
        }
    }
    let fuel = server.target.fuel().unwrap_or(0) - before;
    bench.further.give_back(further::Role::Baseline, server);
    match done {
        Ok(()) if fuel > 0 => Ok(fuel),
        // It is ours: what it does not do is nothing that the submission lacks.
        _ => Err(Stop::Broken(Fault {
            what: "the exercise's baseline does not do these steps".into(),
            way_out: None,
        })),
    }
}

/// `12 ×, 1911 read: select …`, and below it how that is done.
fn lines(cost: &Cost) -> Vec<DiffLine> {
    let statement: Vec<&str> = cost.statement.split_whitespace().collect();
    let head = format!("{} ×, {} read: {}", cost.calls, cost.reads, statement.join(" "));
    let plan = cost.plan.iter().map(|line| format!("    {line}"));
    std::iter::once(head).chain(plan).map(DiffLine::Same).collect()
}

/// What services have done so far, by their names; with `anew`, the count of statements begins here.
pub async fn counted(
    bench: &mut Bench<'_>,
    counters: &[&Counter],
    anew: bool,
) -> Result<BTreeMap<String, Counters>, Stop> {
    let mut counted = BTreeMap::new();
    for counter in counters {
        let name = &counter.service;
        if counted.contains_key(name) {
            continue;
        }
        if counter.is_fuel() {
            let fuel = bench.target.fuel().unwrap_or(0);
            let kinds = [Counter::FUEL, Counter::PER_BASELINE];
            counted.insert(name.clone(), kinds.map(|kind| (kind.to_owned(), fuel)).into());
            continue;
        }
        let ours = |why: String| broken(name, &why);
        let backing = bench.upstreams.backing();
        if anew {
            backing.reset(name).await.map_err(ours)?;
        }
        counted.insert(name.clone(), backing.counters(name).await.map_err(ours)?);
    }
    Ok(counted)
}

/// How much of one kind of work was done between two counts.
pub fn difference(
    before: &BTreeMap<String, Counters>,
    after: &BTreeMap<String, Counters>,
    counter: &Counter,
) -> u64 {
    let of = |counted: &BTreeMap<String, Counters>| {
        counted.get(&counter.service).and_then(|counters| counters.get(&counter.what)).copied().unwrap_or(0)
    };
    of(after).saturating_sub(of(before))
}

fn broken(name: &str, why: &str) -> Stop {
    Stop::Broken(Fault { what: format!("the service `{name}`: {why}"), way_out: None })
}
