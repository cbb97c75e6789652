//! What went wrong with a check as plain text, for formats that hold a text per check. They do their own escaping.

use crate::terminal::{Style, details};
use crate::words;
use gradus_model::duration::format_size;
use gradus_model::outcome::Shown;
use gradus_model::redact::{Audience, redact_check};
use gradus_model::report::{CheckReport, Phase};

/// Everything there is to say, without indentation; empty for a check that passed. The check is redacted already.
pub fn told(check: &CheckReport) -> String {
    let style = Style { color: false, width: 100 };
    // Redacting it again as for an instructor takes nothing more out.
    match details(&redact_check(check.clone(), Audience::Instructor), &style) {
        Some(text) => {
            let lines: Vec<&str> = text.lines().map(|line| line.strip_prefix("  ").unwrap_or(line)).collect();
            lines.join("\n").trim().to_owned()
        }
        None => words::gist(check).unwrap_or_default(),
    }
}

/// A command and what it printed.
pub fn ran(phase: &Phase) -> String {
    let command = if phase.command.is_empty() { String::new() } else { format!("$ {}\n", phase.command) };
    format!("{command}{}", printed(&phase.output)).trim_end().to_owned()
}

/// What was printed, and whether that is not all.
pub fn printed(shown: &Shown) -> String {
    let more = if shown.cut { format!("\n… {} in all", format_size(shown.bytes)) } else { String::new() };
    format!("{}{more}", shown.text.trim_end())
}
