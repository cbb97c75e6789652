//! Text that Markdown takes for nothing but text. It knows no report.
//!
//! What a submission says goes into code, spans or blocks: there GitHub makes no links, mentions, images or formulas of it.

/// Signs that mean something somewhere in GitHub's Markdown. Any punctuation of ASCII may be escaped.
const SIGNS: &str = "\\`*_[](){}<>#+-.!|~&:@$=^\"'";

/// Running text of an author, in one line.
pub fn text(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() * 2);
    for character in text.chars() {
        if SIGNS.contains(character) {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

/// A code span of one line.
pub fn code(text: &str) -> String {
    if text.trim().is_empty() {
        return "(nothing)".into();
    }
    let ticks = "`".repeat(longest_run(text) + 1);
    // A blank at both ends is taken off again; without it a backtick at an end would join the ticks.
    let (from, to) = (text.starts_with(['`', ' ']), text.ends_with(['`', ' ']));
    let pad = if from || to { " " } else { "" };
    format!("{ticks}{pad}{text}{pad}{ticks}")
}

/// A block of code.
pub fn block(language: &str, text: &str) -> String {
    let fence = "`".repeat(longest_run(text).max(2) + 1);
    format!("{fence}{language}\n{}\n{fence}\n", text.trim_end_matches('\n'))
}

/// The most backticks in a row.
fn longest_run(text: &str) -> usize {
    text.split(|character| character != '`').map(str::len).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backticks_never_end_the_code_they_stand_in() {
        for (said, is) in
            [("a", "`a`"), ("`", "`` ` ``"), ("a``b", "```a``b```"), (" a ", "`  a  `"), (" ", "(nothing)")]
        {
            assert_eq!(code(said), is);
        }
        assert_eq!(block("text", "```\n~~~"), "````text\n```\n~~~\n````\n");
    }

    #[test]
    fn signs_of_an_author_are_only_signs() {
        assert_eq!(text("a*b <i> 1. x|y @me"), "a\\*b \\<i\\> 1\\. x\\|y \\@me");
    }
}
