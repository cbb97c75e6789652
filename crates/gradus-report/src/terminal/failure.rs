//! What went wrong with one check: the request, the expectation, the answer, the server's words, one next step.

use super::Style;
use super::paint::Paint;
use crate::clean::{sanitize_block, sanitize_line};
use crate::snippet;
use crate::words::{self, shorten};
use gradus_model::duration::{format_duration, format_size};
use gradus_model::outcome::{Answer, DiffLine, Exchange, Failure, Fault, Mismatch, Outcome, Shown};
use gradus_model::redact::RedactedCheck;
use gradus_model::report::{CheckReport, CodePlace};

/// Lines of a body or of a server's output that are shown.
const SHOWN_LINES: usize = 12;
/// Headers of an answer that are shown; the others seldom matter.
const TELLING_HEADERS: [&str; 12] = [
    "content-type",
    "content-length",
    "location",
    "allow",
    "etag",
    "cache-control",
    "www-authenticate",
    "set-cookie",
    "content-encoding",
    "retry-after",
    "access-control-allow-origin",
    "access-control-allow-methods",
];

/// The details of a check that failed or could not be judged, under its name; nothing for the others.
pub fn failure(check: &RedactedCheck, style: &Style) -> Option<String> {
    let paint = Paint(style.color);
    let body = details(check, style)?;
    let check = check.check();
    let title = format!("{} {}", paint.bold_red(&check.id), paint.bold(&sanitize_line(&check.claim)));
    Some(format!("\n{}\n{title}\n{body}", paint.dim(&"─".repeat(style.width.min(80)))))
}

/// The same without its name.
pub fn details(check: &RedactedCheck, style: &Style) -> Option<String> {
    let check = check.check();
    match &check.outcome {
        Outcome::Failed(failure) => Some(failed(check, failure, style, Paint(style.color))),
        Outcome::Broken(fault) => Some(broken(fault, Paint(style.color))),
        Outcome::Passed | Outcome::Skipped(_) => None,
    }
}

fn broken(fault: &Fault, paint: Paint) -> String {
    let way_out =
        fault.way_out.as_ref().map_or_else(String::new, |way_out| format!("  {}\n", sanitize_line(way_out)));
    format!(
        "\n  {} {}\n{way_out}",
        paint.magenta("This could not be judged, and that is not the submission's fault:"),
        sanitize_line(&fault.what)
    )
}

fn failed(check: &CheckReport, failure: &Failure, style: &Style, paint: Paint) -> String {
    let mut text = String::new();
    if !failure.step.is_empty() {
        let circumstance = failure
            .circumstance
            .as_ref()
            .map_or_else(String::new, |text| format!("  {}", sanitize_line(text)));
        text.push_str(&format!("\n  {}{}\n", sanitize_line(&failure.step), paint.dim(&circumstance)));
    }
    if let Some(server) = &failure.server {
        text.push_str(&format!("  {}\n", paint.red(&sanitize_line(server))));
    }
    // What has no place in the grader's file is told besides, and was never expected.
    let failed = failure.mismatches.iter().filter(|mismatch| mismatch.place.is_some()).count();
    if failed > 1 {
        text.push_str(&format!("  {failed} of {} expectations failed\n", failure.expectations.max(failed)));
    }
    for mismatch in &failure.mismatches {
        text.push_str(&one(mismatch, style, paint));
    }
    if let Some(exchange) = &failure.exchange {
        text.push_str(&exchanged(exchange, style, paint));
    }
    text.push_str(&said(&check.output, paint));
    text.push_str(&pointed(&check.places, paint));
    if let Some(hint) = &check.hint {
        text.push_str(&format!(
            "\n  {} {}\n",
            paint.yellow("hint:"),
            wrap(&sanitize_line(hint), style.width, 8)
        ));
    }
    if let Some(exchange) = &failure.exchange {
        text.push_str(&format!("\n  {} {}\n", paint.dim("try: "), sanitize_line(&exchange.curl)));
    }
    if !check.rerun.is_empty() {
        text.push_str(&format!("  {} {}\n", paint.dim("again:"), sanitize_line(&check.rerun)));
    }
    text
}

fn one(mismatch: &Mismatch, style: &Style, paint: Paint) -> String {
    let (path, got) = (sanitize_line(&mismatch.path), sanitize_line(&mismatch.got));
    let mut text = String::from("\n");
    let label = shorten(&format!("{path}: got {got}"), style.width.saturating_sub(8));
    match snippet::expectation(&clean(mismatch), &label, style.color) {
        Some(lines) => text.push_str(&indent(&lines)),
        None => text.push_str(&format!("  {}\n", paint.bold(&path))),
    }
    text.push_str(&format!("  {}    {got}\n", paint.red("got")));
    if !mismatch.wanted.is_empty() {
        text.push_str(&format!("  {} {}\n", paint.green("wanted"), sanitize_line(&mismatch.wanted)));
    }
    if let Some(note) = &mismatch.note {
        text.push_str(&format!("  {}   {}\n", paint.dim("note"), wrap(&sanitize_line(note), style.width, 9)));
    }
    for line in &mismatch.difference {
        text.push_str(&format!("    {}\n", difference(line, paint)));
    }
    text
}

/// What stands in a grader's file is the author's; still, no control character of it reaches a terminal.
fn clean(mismatch: &Mismatch) -> Mismatch {
    let mut mismatch = mismatch.clone();
    if let Some(place) = &mut mismatch.place {
        place.text = place
            .text
            .chars()
            .map(|c| if c.is_control() && c != '\n' && c.len_utf8() == 1 { ' ' } else { c })
            .collect();
    }
    mismatch
}

fn difference(line: &DiffLine, paint: Paint) -> String {
    match line {
        DiffLine::Same(text) => format!("  {}", sanitize_line(text)),
        DiffLine::Missing(text) => paint.green(&format!("- {}", sanitize_line(text))),
        DiffLine::Extra(text) => paint.red(&format!("+ {}", sanitize_line(text))),
        DiffLine::Gap(lines) => paint.dim(&format!("  … {lines} equal lines")),
    }
}

fn exchanged(exchange: &Exchange, style: &Style, paint: Paint) -> String {
    let request = &exchange.request;
    let mut text = format!(
        "\n  {} {} {}\n",
        paint.dim("sent    "),
        sanitize_line(&request.method),
        sanitize_line(&request.url)
    );
    text.push_str(&body(&request.body, style, paint));
    match &exchange.answer {
        Err(why) => {
            text.push_str(&format!("  {} {}\n", paint.dim("answer  "), paint.red(&sanitize_line(why))))
        }
        Ok(answer) => text.push_str(&answered(answer, style, paint)),
    }
    text
}

fn answered(answer: &Answer, style: &Style, paint: Paint) -> String {
    let took = paint.dim(&format!("  {}", format_duration(answer.took)));
    let mut text =
        format!("  {} {} {}{took}\n", paint.dim("answer  "), answer.status, sanitize_line(&answer.reason));
    for (name, value) in answer.headers.iter().filter(|(name, _)| TELLING_HEADERS.contains(&name.as_str())) {
        let line = shorten(
            &format!("{}: {}", sanitize_line(name), sanitize_line(value)),
            style.width.saturating_sub(11),
        );
        text.push_str(&format!("           {}\n", paint.dim(&line)));
    }
    text + &body(&answer.body, style, paint)
}

fn body(body: &Shown, style: &Style, paint: Paint) -> String {
    let clean = sanitize_block(&body.text);
    let room = style.width.saturating_sub(11);
    let mut text = String::new();
    for line in clean.lines().take(SHOWN_LINES) {
        text.push_str(&format!("           {}\n", shorten(line, room)));
    }
    let hidden = clean.lines().count() > SHOWN_LINES
        || body.cut
        || clean.lines().any(|line| line.chars().count() > room);
    if hidden {
        text.push_str(&format!(
            "           {}\n",
            paint.dim(&format!("… {} in all", format_size(body.bytes)))
        ));
    }
    text
}

/// The server's last lines.
fn said(output: &Shown, paint: Paint) -> String {
    let clean = sanitize_block(output.text.trim_end());
    if clean.trim().is_empty() {
        return String::new();
    }
    let lines: Vec<&str> = clean.lines().collect();
    let from = lines.len().saturating_sub(SHOWN_LINES);
    let mut text = format!("\n  {}\n", paint.dim("the server's last words"));
    for line in &lines[from..] {
        text.push_str(&format!("  {} {line}\n", paint.dim("│")));
    }
    text
}

/// The lines of the learner's own files that those words point at.
pub fn pointed(places: &[CodePlace], paint: Paint) -> String {
    let told = words::pointed(places);
    told.map_or_else(String::new, |told| {
        format!("\n  {} {}\n", paint.yellow("your code:"), sanitize_line(&told))
    })
}

fn indent(lines: &str) -> String {
    lines.lines().map(|line| format!("  {line}\n")).collect()
}

/// Breaks at blanks; the first line begins at column `from`.
pub fn wrap(text: &str, width: usize, from: usize) -> String {
    let room = width.saturating_sub(from).max(20);
    let mut lines: Vec<String> = vec![String::new()];
    for word in text.split(' ') {
        let line = lines
            .last_mut()
            .filter(|line| line.is_empty() || line.chars().count() + 1 + word.chars().count() <= room);
        match line {
            Some(line) if line.is_empty() => line.push_str(word),
            Some(line) => {
                line.push(' ');
                line.push_str(word);
            }
            None => lines.push(word.to_owned()),
        }
    }
    lines.join(&format!("\n{}", " ".repeat(from)))
}
