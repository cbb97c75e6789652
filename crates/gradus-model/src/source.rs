//! Where a thing stands in a file that a person wrote.

/// One file that a person wrote, with its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The path as it is shown to people.
    pub path: String,
    /// The whole text.
    pub text: String,
}

/// Every file that a grader or an exercise consists of; a [`Span`] points into one of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sources(pub Vec<Source>);

/// Which file of [`Sources`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SourceId(pub u16);

/// A stretch of one file: bytes `start..end`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// The file.
    pub source: SourceId,
    /// The first byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

/// A value and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Where it stands.
    pub span: Span,
}

/// The lines of a file around a span, so that whoever shows them need not read the file again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excerpt {
    /// The path as it is shown to people.
    pub path: String,
    /// The number of the first line of `text`, from 1.
    pub first_line: usize,
    /// Whole lines.
    pub text: String,
    /// What is meant, as bytes of `text`.
    pub start: usize,
    /// One past the last byte that is meant.
    pub end: usize,
}

impl Sources {
    /// Adds a file and answers its id.
    pub fn add(&mut self, path: impl Into<String>, text: impl Into<String>) -> SourceId {
        self.0.push(Source { path: path.into(), text: text.into() });
        SourceId((self.0.len() - 1) as u16)
    }

    /// The file that an id names.
    ///
    /// # Panics
    /// When the id comes from other `Sources`.
    pub fn get(&self, id: SourceId) -> &Source {
        &self.0[id.0 as usize]
    }

    /// The lines that a span touches, with `context` lines before and after.
    pub fn excerpt(&self, span: Span, context: usize) -> Excerpt {
        let source = self.get(span.source);
        let text = &source.text;
        let (start, end) = (floor(text, span.start), floor(text, span.end.max(span.start)));
        let mut from = text[..start].rfind('\n').map_or(0, |at| at + 1);
        for _ in 0..context {
            if from > 0 {
                from = text[..from - 1].rfind('\n').map_or(0, |at| at + 1);
            }
        }
        let mut to = text[end..].find('\n').map_or(text.len(), |at| end + at);
        for _ in 0..context {
            if to < text.len() {
                to = text[to + 1..].find('\n').map_or(text.len(), |at| to + 1 + at);
            }
        }
        Excerpt {
            path: source.path.clone(),
            first_line: text[..from].matches('\n').count() + 1,
            text: text[from..to].to_owned(),
            start: start - from,
            end: end - from,
        }
    }

    /// The line, from 1, and the column in characters, from 1, of a span's first byte.
    pub fn line_and_column(&self, span: Span) -> (usize, usize) {
        let text = &self.get(span.source).text;
        let start = floor(text, span.start);
        let line_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
        (text[..start].matches('\n').count() + 1, text[line_start..start].chars().count() + 1)
    }
}

impl<T> Spanned<T> {
    /// Pairs a value with its place.
    pub fn new(value: T, span: Span) -> Self {
        Self { value, span }
    }
}

/// The nearest character boundary at or below `at`.
fn floor(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excerpt_holds_whole_lines_and_keeps_the_place() {
        let mut sources = Sources::default();
        let source = sources.add("grader.yaml", "one\ntwo\nthree\nfour\n");
        let excerpt = sources.excerpt(Span { source, start: 8, end: 13 }, 1);
        assert_eq!((excerpt.first_line, excerpt.text.as_str()), (2, "two\nthree\nfour"));
        assert_eq!(&excerpt.text[excerpt.start..excerpt.end], "three");
        assert_eq!(sources.line_and_column(Span { source, start: 9, end: 9 }), (3, 2));
    }
}
