//! The statements of a file.

/// Each with the line on which it begins, from 1; a semicolon at the end of a line ends one.
pub fn statements_of(text: &str) -> Vec<(usize, &str)> {
    let mut statements = Vec::new();
    let (mut start, mut first, mut at) = (0, 1, 0);
    for (index, line) in text.split_inclusive('\n').enumerate() {
        at += line.len();
        if line.trim_end().ends_with(';') {
            statements.push((first, text[start..at].trim().trim_end_matches(';')));
            (start, first) = (at, index + 2);
        }
    }
    if !text[start..].trim().is_empty() {
        statements.push((first, text[start..].trim()));
    }
    statements
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_its_statements_with_their_lines() {
        let text = "create table a (id int);\n\ninsert into a values\n  (1);\nselect 2\n";
        let found = statements_of(text);
        assert_eq!(found.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [1, 2, 5]);
        assert_eq!(found[1].1, "insert into a values\n  (1)");
        assert_eq!(found[2].1, "select 2");
    }
}
