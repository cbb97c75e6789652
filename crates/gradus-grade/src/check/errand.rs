//! A step that runs a command of the submission.

use super::{Bench, failure, mismatch, request};
use crate::record::Compared;
use crate::target::{Done, Errand};
use gradus_judge::miss::Miss;
use gradus_judge::{pattern, text};
use gradus_model::eval;
use gradus_model::grader::{ExpectedText, RunStep};
use gradus_model::json::Json;
use gradus_model::outcome::Failure;
use gradus_model::source::Span;
use gradus_model::value::{Bindings, Template};
use std::ffi::OsString;
use std::time::Duration;

/// How much of a file is judged, in bytes.
const MOST_OF_A_FILE: u64 = 1 << 20;

/// For a command, unless the step says otherwise.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Runs it and judges what came of it.
pub async fn run(
    bench: &mut Bench<'_>,
    step: &RunStep,
    bindings: &Bindings,
    circumstance: Option<String>,
) -> Result<(), Box<Failure>> {
    let words =
        |words: &[Template]| words.iter().map(|word| OsString::from(word.fill(bindings))).collect::<Vec<_>>();
    let stdin = request::body(&step.stdin, bindings)
        .map_err(|miss| failure("run", circumstance.clone(), 1, vec![mismatch(bench.grader, *miss)], None))?;
    let errand = Errand {
        program: step.command.as_deref().map(words),
        args: words(&step.args),
        env: step
            .env
            .iter()
            .map(|(name, value)| (name.into(), eval::value(value, bindings).to_text().into()))
            .collect(),
        stdin: stdin.0.to_vec(),
        timeout: step.timeout.unwrap_or(TIMEOUT),
    };
    let shown = errand.program.iter().flatten().chain(&errand.args);
    let shown: Vec<String> = shown.map(|word| word.to_string_lossy().into_owned()).collect();
    let title = format!("run {}", if shown.is_empty() { "it".to_owned() } else { shown.join(" ") });
    let expectations = usize::from(step.exit.is_some())
        + usize::from(step.stdout.is_some())
        + usize::from(step.stderr.is_some())
        + step.files.len();
    let misses = match bench.target.run(errand).await {
        Ok(done) => judge(bench, step, &done, bindings).await,
        Err(why) => vec![miss("command", "a command that runs", why, Span::default(), None)],
    };
    if misses.is_empty() {
        return Ok(());
    }
    let mismatches = misses.into_iter().map(|miss| mismatch(bench.grader, miss)).collect();
    Err(failure(&title, circumstance, expectations.max(1), mismatches, None))
}

async fn judge(bench: &Bench<'_>, step: &RunStep, done: &Done, bindings: &Bindings) -> Vec<Miss> {
    let mut misses = Vec::new();
    let complained = String::from_utf8_lossy(&done.stderr).trim_end().to_owned();
    let complained = (!complained.is_empty()).then(|| format!("it complained: {complained}"));
    match (&step.exit, &done.ending) {
        (Some(exit), Ok(code)) => {
            let mut found = pattern::judge(exit, Some(&Json::Number(code.to_string())), "exit", bindings);
            if let Some(first) = found.first_mut() {
                first.note = first.note.take().or(complained);
            }
            misses.extend(found);
        }
        (exit, Err(how)) => {
            let span = exit.as_ref().map_or_else(Span::default, |exit| exit.span);
            misses.push(miss("exit", "a command that ends by itself", format!("it {how}"), span, complained));
        }
        (None, Ok(_)) => {}
    }
    if let Some(stdout) = &step.stdout {
        misses.extend(of_text(bench, stdout, &done.stdout, "stdout", bindings));
    }
    if let Some(stderr) = &step.stderr {
        misses.extend(of_text(bench, stderr, &done.stderr, "stderr", bindings));
    }
    for (path, wanted) in &step.files {
        let name = path.fill(bindings);
        match bench.target.collect(&name, MOST_OF_A_FILE).await {
            Ok(bytes) => misses.extend(of_text(bench, wanted, &bytes, &name, bindings)),
            Err(why) => misses.push(miss(&name, "a file", why, path.span, None)),
        }
    }
    misses
}

fn of_text(bench: &Bench<'_>, wanted: &ExpectedText, got: &[u8], at: &str, bindings: &Bindings) -> Vec<Miss> {
    let got = String::from_utf8_lossy(got);
    match wanted {
        ExpectedText::Pattern(wanted) => pattern::judge_written(wanted, Some(&got), at, bindings),
        ExpectedText::File { path, text } => {
            let miss = text::judge_text(text, &got, at, path.span);
            match (bench.record, &miss) {
                (Some(record), Some(_)) => {
                    record.note(&path.value, got.as_bytes(), Compared::AsText, bindings);
                    Vec::new()
                }
                _ => miss.into_iter().collect(),
            }
        }
    }
}

fn miss(path: &str, wanted: &str, got: String, span: Span, note: Option<String>) -> Miss {
    Miss { path: path.to_owned(), wanted: wanted.to_owned(), got, note, difference: Vec::new(), span }
}
