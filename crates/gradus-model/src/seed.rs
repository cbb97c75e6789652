//! What fills a service: files beside grader.yaml, and rows that are drawn, the same in every grading, so that what they cost
//! can be bounded exactly.

use crate::draw::{self, Random};
use crate::json::Json;
use crate::source::Spanned;
use crate::value::{Bindings, Draw};
use std::borrow::Cow;

/// So many rows are put in by one statement.
const TOGETHER: u32 = 500;
/// The name of a row's number, from 1.
pub const ROW: &str = "row";

/// A part of what fills a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seed {
    /// A file beside grader.yaml.
    File {
        /// Its path.
        path: Spanned<String>,
        /// What stands in it.
        text: String,
    },
    /// Rows of a table that is there already.
    Rows(Rows),
}

/// Rows that are drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rows {
    /// Their table.
    pub table: Spanned<String>,
    /// How many.
    pub count: u32,
    /// Their columns; `$(row)` stands for the number of the row.
    pub columns: Vec<(String, Draw)>,
    /// The line of grader.yaml on which they stand, from 1.
    pub line: usize,
}

/// How texts are quoted in SQL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quoting {
    /// A backslash means itself.
    Standard,
    /// A backslash begins an escape.
    Backslash,
}

impl Seed {
    /// Where it stands, for whoever made a mistake there: `seed.sql`, or `grader.yaml: line 7: rows of orders`.
    pub fn place(&self) -> String {
        match self {
            Seed::File { path, .. } => path.value.clone(),
            Seed::Rows(rows) => format!("grader.yaml: line {}: rows of `{}`", rows.line, rows.table.value),
        }
    }

    /// Whether a line of [`Seed::text`] is a line that somebody wrote.
    pub fn has_lines(&self) -> bool {
        matches!(self, Seed::File { .. })
    }

    /// The statements.
    pub fn text(&self, quoting: Quoting) -> Cow<'_, str> {
        match self {
            Seed::File { text, .. } => Cow::Borrowed(text),
            Seed::Rows(rows) => Cow::Owned(rows.statements(quoting)),
        }
    }
}

impl Rows {
    /// Statements that put them in. Each column has a stream of its own, so that a new one changes no other.
    fn statements(&self, quoting: Quoting) -> String {
        let table = &self.table.value;
        let mut streams: Vec<Random> = self
            .columns
            .iter()
            .map(|(column, _)| Random::new(0, &format!("rows/{table}/{column}")))
            .collect();
        let names: Vec<&str> = self.columns.iter().map(|(column, _)| column.as_str()).collect();
        let head = format!("insert into {table} ({}) values\n", names.join(", "));
        let mut text = String::new();
        for row in 1..=self.count {
            let number = Json::from(i64::from(row));
            let bindings = Bindings::from([(ROW.to_owned(), number)]);
            let values = self.columns.iter().zip(&mut streams);
            let values: Vec<String> = values
                .map(|((_, draw), random)| literal(&draw::value(draw, random, &bindings), quoting))
                .collect();
            let is_first = row % TOGETHER == 1;
            let is_last = row % TOGETHER == 0 || row == self.count;
            text.push_str(if is_first { &head } else { "" });
            text.push_str(&format!("({}){}\n", values.join(", "), if is_last { ";" } else { "," }));
        }
        text
    }
}

fn literal(value: &Json, quoting: Quoting) -> String {
    match value {
        Json::Null => "null".to_owned(),
        Json::Bool(flag) => flag.to_string(),
        Json::Number(number) => number.clone(),
        other => {
            let text = other.to_text().replace('\'', "''");
            match quoting {
                Quoting::Standard => format!("'{text}'"),
                // No line of it ends a statement.
                Quoting::Backslash => format!("'{}'", text.replace('\\', "\\\\").replace('\n', "\\n")),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Generator;

    fn rows(count: u32) -> String {
        let columns = vec![
            ("a".to_owned(), Draw::Generated(Generator::Int { from: 1, to: 9 })),
            ("b".to_owned(), Draw::Generated(Generator::Name)),
        ];
        Rows { table: Spanned::new("t".into(), Default::default()), count, columns, line: 1 }
            .statements(Quoting::Standard)
    }

    #[test]
    fn rows_are_the_same_each_time_and_more_of_them_begin_with_the_fewer() {
        assert_eq!(rows(3), rows(3));
        let (few, many) = (rows(3), rows(1001));
        assert!(many.starts_with(few.trim_end().trim_end_matches(';')));
        assert_eq!(many.matches("insert into t (a, b) values").count(), 3);
        assert_eq!(many.lines().filter(|line| line.starts_with('(')).count(), 1001);
        assert_eq!(many.matches(";\n").count(), 3);
    }

    #[test]
    fn a_text_stays_one_text() {
        let text = Json::from("it's \\ a\nline;");
        assert_eq!(literal(&text, Quoting::Standard), "'it''s \\ a\nline;'");
        assert_eq!(literal(&text, Quoting::Backslash), "'it''s \\\\ a\\nline;'");
        assert_eq!(literal(&Json::Null, Quoting::Standard), "null");
    }
}
