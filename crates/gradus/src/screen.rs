//! Writing to standard output and error. A reader that went away (`gradus list | head -1`) ends nothing.

use crate::environment::Environment;
use crate::exit::{Problem, What};
use gradus_report::diagnostics;
use std::io::Write;

/// Writes to standard output.
pub fn out(text: &str) {
    let mut stdout = std::io::stdout().lock();
    // A closed pipe is the reader's choice, not a problem of ours.
    let _ = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush());
}

/// Writes to standard error.
pub fn err(text: &str) {
    let mut stderr = std::io::stderr().lock();
    let _ = stderr.write_all(text.as_bytes()).and_then(|()| stderr.flush());
}

/// Says why a command could not do what it was asked, and the way out.
pub fn problem(problem: &Problem, environment: &Environment) {
    match &problem.what {
        What::Invalid(invalid) => err(&diagnostics::render(invalid, environment.color_err)),
        What::Sentence(sentence) => {
            let word = if environment.color_err { "\u{1b}[1;31merror\u{1b}[0m" } else { "error" };
            err(&format!("{word}: {sentence}\n"));
        }
    }
    if let Some(way_out) = &problem.way_out {
        err(&format!("{}\n", indent(way_out)));
    }
}

fn indent(text: &str) -> String {
    text.lines().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n")
}
