//! What went wrong with one check, in Markdown. Its text is harmless already.

use super::signs::{block, code, text};
use crate::words::{self, shorten};
use gradus_model::duration::format_duration;
use gradus_model::outcome::{Answer, DiffLine, Exchange, Failure, Fault, Mismatch, Outcome, Shown};
use gradus_model::report::{CheckReport, CodePlace};

/// Lines of a body or of a server's output.
const LINES: usize = 40;
/// Characters of a line, and of a code span.
const WIDTH: usize = 400;
/// Mismatches of a check.
const MISMATCHES: usize = 20;

/// What follows the check's heading.
pub fn section(check: &CheckReport) -> String {
    match &check.outcome {
        Outcome::Failed(failure) => failed(check, failure),
        Outcome::Broken(fault) => broken(fault),
        Outcome::Passed => noticed(check),
        Outcome::Skipped(_) => String::new(),
    }
}

/// The last lines of what was printed.
pub fn last(printed: &str) -> String {
    let lines: Vec<&str> = printed.trim_end().lines().collect();
    narrow(&lines[lines.len().saturating_sub(LINES)..])
}

fn broken(fault: &Fault) -> String {
    let way_out = fault
        .way_out
        .as_ref()
        .map_or_else(String::new, |way_out| format!("\n{}\n", text(&shorten(way_out, 2000))));
    let what = span(&fault.what);
    format!("This could not be judged, and that is not the submission's fault: {what}\n{way_out}")
}

/// What was noticed although it passed; empty if nothing was.
fn noticed(check: &CheckReport) -> String {
    let remarks = check.remarks.iter().map(|remark| format!("**Noticed:** {}\n", span(remark)));
    remarks.collect::<Vec<_>>().join("\n")
}

fn failed(check: &CheckReport, failure: &Failure) -> String {
    let mut parts: Vec<String> = Vec::new();
    if !failure.step.is_empty() {
        let circumstance =
            failure.circumstance.as_ref().map_or_else(String::new, |text| format!(" in {}", span(text)));
        parts.push(format!("{}{circumstance}\n", span(&failure.step)));
    }
    parts.extend(failure.server.as_ref().map(|server| format!("The server: {}\n", span(server))));
    parts.extend(failure.mismatches.iter().take(MISMATCHES).map(mismatch));
    let more = failure.mismatches.len().saturating_sub(MISMATCHES);
    parts.extend((more > 0).then(|| format!("{more} more expectations did not hold\\.\n")));
    parts.extend(failure.exchange.as_ref().map(exchanged));
    if !check.output.text.trim().is_empty() {
        parts.push(format!("The server's last words:\n\n{}", block("text", &last(&check.output.text))));
    }
    parts.extend(pointed(&check.places));
    parts.extend(check.hint.as_ref().map(|hint| format!("**Hint:** {}\n", text(&shorten(hint, 2000)))));
    let mut commands: Vec<&str> = failure.exchange.iter().map(|exchange| exchange.curl.as_str()).collect();
    commands.extend(Some(check.rerun.as_str()).filter(|rerun| !rerun.is_empty()));
    if !commands.is_empty() {
        parts.push(format!("Try it:\n\n{}", block("sh", &commands.join("\n"))));
    }
    if parts.is_empty() {
        parts.push("What it claims does not hold\\.\n".into());
    }
    parts.join("\n")
}

/// Lines of the learner's own files.
pub fn pointed(places: &[CodePlace]) -> Option<String> {
    words::pointed(places).map(|told| format!("**Your code:** {}\n", span(&told)))
}

fn mismatch(mismatch: &Mismatch) -> String {
    let mut lines = format!("- {}: got {}", span(&mismatch.path), span(&mismatch.got));
    if !mismatch.wanted.is_empty() {
        lines.push_str(&format!(", wanted {}", span(&mismatch.wanted)));
    }
    if let Some(note) = &mismatch.note {
        lines.push_str(&format!(" ({})", span(note)));
    }
    lines.push('\n');
    if !mismatch.difference.is_empty() {
        let difference: Vec<String> = mismatch.difference.iter().map(difference).collect();
        let difference: Vec<&str> = difference.iter().map(String::as_str).collect();
        lines.push_str(&format!("\n{}", block("diff", &narrow(&difference[..difference.len().min(LINES)]))));
    }
    lines
}

fn difference(line: &DiffLine) -> String {
    match line {
        DiffLine::Same(text) => format!("  {text}"),
        DiffLine::Missing(text) => format!("- {text}"),
        DiffLine::Extra(text) => format!("+ {text}"),
        DiffLine::Gap(lines) => format!("  … {lines} equal lines"),
    }
}

fn exchanged(exchange: &Exchange) -> String {
    let request = &exchange.request;
    let first = format!("{} {}", request.method, request.url);
    let sent = block("http", &message(&first, &request.headers, &request.body));
    let answer = match &exchange.answer {
        Err(why) => format!("No answer: {}\n", span(why)),
        Ok(answer) => answered(answer),
    };
    format!("Sent:\n\n{sent}\n{answer}")
}

fn answered(answer: &Answer) -> String {
    let first = format!("{} {}", answer.status, answer.reason);
    let shown = block("http", &message(first.trim_end(), &answer.headers, &answer.body));
    format!("Answer after {}:\n\n{shown}", text(&format_duration(answer.took)))
}

fn message(first: &str, headers: &[(String, String)], body: &Shown) -> String {
    let mut lines = vec![first.to_owned()];
    lines.extend(headers.iter().take(LINES).map(|(name, value)| format!("{name}: {value}")));
    let printed = crate::plain::printed(body);
    if !printed.is_empty() {
        lines.push(String::new());
        lines.extend(printed.lines().take(LINES).map(str::to_owned));
        let more = printed.lines().count().saturating_sub(LINES);
        lines.extend((more > 0).then(|| format!("… {more} more lines")));
    }
    narrow(&lines.iter().map(String::as_str).collect::<Vec<_>>())
}

fn narrow(lines: &[&str]) -> String {
    lines.iter().map(|line| shorten(line, WIDTH)).collect::<Vec<_>>().join("\n")
}

fn span(text: &str) -> String {
    code(&shorten(text, WIDTH))
}
