//! The text of a file of SQL, as far as it must be understood before a database reads it: not at all, but for its end.

/// The statement without blanks, comments in lines of their own, and the semicolon behind it; none if nothing but these is there.
pub fn one_statement(text: &str) -> Option<&str> {
    let mut rest = text.trim_end();
    loop {
        let last = rest.rfind('\n').map_or(0, |at| at + 1);
        let line = rest[last..].trim_start();
        let shorter = if line.starts_with("--") {
            &rest[..last]
        } else if let Some(before) = rest.strip_suffix(';') {
            before
        } else {
            break;
        };
        rest = shorter.trim_end();
    }
    (!only_comments(rest)).then_some(rest)
}

/// Whether nothing is there but blanks and comments.
fn only_comments(text: &str) -> bool {
    let mut rest = text.trim_start();
    loop {
        rest = if let Some(comment) = rest.strip_prefix("--") {
            comment.split_once('\n').map_or("", |(_, after)| after)
        } else if let Some(comment) = rest.strip_prefix("/*") {
            comment.split_once("*/").map_or("", |(_, after)| after)
        } else {
            return rest.is_empty();
        }
        .trim_start();
    }
}

/// The line of a byte, from 1.
pub fn line_of(text: &str, byte: usize) -> usize {
    text.as_bytes().iter().take(byte).filter(|byte| **byte == b'\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_behind_a_statement_is_left_out_and_nothing_is_no_statement() {
        assert_eq!(one_statement("-- all\nselect 1 ; \n-- end\n"), Some("-- all\nselect 1"));
        assert_eq!(one_statement("select ';'"), Some("select ';'"));
        assert_eq!(one_statement("select 1 -- one"), Some("select 1 -- one"));
        for nothing in ["", "  \n", "-- write it here\n", "/* a */ -- b\n;", "/* not closed"] {
            assert_eq!(one_statement(nothing), None, "{nothing:?}");
        }
        assert_eq!(line_of("a\nb\nc", 4), 3);
    }
}
