//! A step about what the server printed.

use super::{Bench, failure, mismatch};
use gradus_judge::json::{self, ReadLimits};
use gradus_judge::pattern;
use gradus_model::grader::PrintedStep;
use gradus_model::json::Json;
use gradus_model::outcome::Failure;
use gradus_model::value::Bindings;

/// Judges what the server printed since the check began; of much, the last part.
pub fn judge(
    bench: &Bench<'_>,
    step: &PrintedStep,
    bindings: &Bindings,
    circumstance: Option<String>,
) -> Result<(), Box<Failure>> {
    let text = bench.target.output_since_mark().text;
    let lines = || text.lines().map(str::trim_end);
    let mut misses = Vec::new();
    if let Some(wanted) = &step.text {
        misses.extend(pattern::judge_written(wanted, Some(&text), "printed", bindings));
    }
    if let Some(wanted) = &step.lines {
        let all = Json::Array(lines().map(Json::from).collect());
        misses.extend(pattern::judge(wanted, Some(&all), "lines", bindings));
    }
    if let Some(wanted) = &step.json {
        let read = |line: &str| json::read(line.as_bytes(), ReadLimits::default()).ok();
        let all = Json::Array(lines().filter_map(read).map(|read| read.value).collect());
        misses.extend(pattern::judge(wanted, Some(&all), "lines", bindings));
    }
    if misses.is_empty() {
        return Ok(());
    }
    let mismatches = misses.into_iter().map(|miss| mismatch(bench.grader, miss)).collect();
    Err(failure("what the server printed", circumstance, 1, mismatches, None))
}
