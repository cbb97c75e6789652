//! Text against text: what differs, line by line, and the one sentence that helps to see it. It knows no patterns.

mod lines;

pub use lines::{Difference, difference};

use crate::miss::Miss;
use crate::words;
use gradus_model::source::Span;

/// Two texts that should be the same: `None` if they are. The miss shows the lines that differ.
pub fn judge_text(wanted: &str, got: &str, at: &str, span: Span) -> Option<Miss> {
    if wanted == got {
        return None;
    }
    let difference = difference(wanted, got);
    let mut miss = Miss {
        path: at.to_owned(),
        wanted: format!("the string {}", words::quoted(wanted)),
        got: format!("the string {}", words::quoted(got)),
        note: hint(wanted, got),
        difference: difference.lines,
        span,
    };
    if difference.is_cut {
        miss.remark("only the beginning of the difference is shown");
    }
    Some(miss)
}

/// What is hard to see in two texts that differ: blanks, line ends, upper and lower case, or a place far from the beginning.
pub fn hint(wanted: &str, got: &str) -> Option<String> {
    if wanted == got || got.is_empty() {
        return None;
    }
    for (same, sentence) in INVISIBLE {
        if same(wanted, got) {
            return Some((*sentence).to_owned());
        }
    }
    far_away(wanted, got)
}

type Same = fn(&str, &str) -> bool;

/// From the narrowest explanation to the widest.
const INVISIBLE: &[(Same, &str)] = &[
    (|wanted, got| wanted.strip_suffix('\n') == Some(got), "only the newline at the end is missing"),
    (|wanted, got| got.strip_suffix('\n') == Some(wanted), "only the newline at the end is too much"),
    (
        |wanted, got| wanted.replace("\r\n", "\n") == got.replace("\r\n", "\n"),
        "only the line ends differ: CR LF and LF",
    ),
    (|wanted, got| wanted.trim_end() == got.trim_end(), "only blanks or newlines at the end differ"),
    (
        |wanted, got| lines_without_ends(wanted).eq(lines_without_ends(got)),
        "only blanks at the ends of lines differ",
    ),
    (|wanted, got| wanted.trim() == got.trim(), "only blanks at the beginning or the end differ"),
    (|wanted, got| wanted.split_whitespace().eq(got.split_whitespace()), "only blanks differ"),
    (|wanted, got| wanted.to_lowercase() == got.to_lowercase(), "only upper and lower case differ"),
];

fn lines_without_ends(text: &str) -> impl Iterator<Item = &str> {
    text.trim_end().lines().map(str::trim_end)
}

/// Where the first difference is, if the shown beginnings of long texts do not reach it.
fn far_away(wanted: &str, got: &str) -> Option<String> {
    let same = wanted.chars().zip(got.chars()).take_while(|(wanted, got)| wanted == got).count();
    if same < words::MOST_CHARACTERS {
        return None;
    }
    let excerpt = |text: &str| {
        let part: String = text.chars().skip(same).take(30).collect();
        words::quoted(&part)
    };
    Some(format!(
        "the first difference is at character {}: wanted {}, got {}",
        same + 1,
        excerpt(wanted),
        excerpt(got)
    ))
}
