//! `gradus check --keep`: the servers that stay up below the report, until Ctrl-C. It knows no report.

use crate::progress::Lines;
use crate::screen;
use gradus_grade::{Interrupt, Kept};

/// Says where the servers are, below a report that stands where `lines` do, and ends them once it is interrupted.
pub async fn stay(kept: Option<Kept>, lines: Lines, interrupt: &Interrupt) {
    let Some(kept) = kept else {
        if !interrupt.is_thrown() {
            say(lines, "\n  No server is up any more, so none stays.\n");
        }
        return;
    };
    let mut text = String::from("\n");
    for (who, origin) in kept.addresses() {
        text.push_str(&format!("  {who} stays up at {origin}\n"));
    }
    say(lines, &(text + "  until Ctrl-C\n"));
    interrupt.thrown().await;
    kept.end().await;
}

fn say(lines: Lines, text: &str) {
    match lines {
        Lines::Out => screen::out(text),
        Lines::Err | Lines::Nowhere => screen::err(text),
    }
}
