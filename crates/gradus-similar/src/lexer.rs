//! Text of any usual language as tokens. Names, numbers and texts lose what they say, so that renaming changes nothing; comments,
//! blanks and line ends are gone. It knows no grammar.

/// A token and the line that it stands in, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// What kind of token: equal ones are alike.
    pub kind: u64,
    /// From 1.
    pub line: u32,
}

const NAME: u64 = 1;
const NUMBER: u64 = 2;
const TEXT: u64 = 3;
/// Words that shape programs keep what they say, in whatever language.
const KEYWORDS: &[&str] = &[
    "if",
    "else",
    "elif",
    "for",
    "while",
    "do",
    "switch",
    "case",
    "match",
    "when",
    "return",
    "break",
    "continue",
    "def",
    "fn",
    "func",
    "function",
    "class",
    "struct",
    "enum",
    "interface",
    "trait",
    "impl",
    "new",
    "try",
    "catch",
    "except",
    "finally",
    "throw",
    "raise",
    "with",
    "as",
    "in",
    "is",
    "not",
    "and",
    "or",
    "import",
    "from",
    "use",
    "package",
    "yield",
    "await",
    "async",
    "lambda",
    "let",
    "var",
    "const",
    "static",
    "public",
    "private",
    "true",
    "false",
    "null",
    "none",
    "nil",
    "self",
    "this",
    "end",
    "then",
    "begin",
    "defer",
    "go",
    "select",
    "pass",
    "del",
    "unless",
    "until",
];

/// The tokens of a text. `hash` says whether `#` begins a comment, as in Python and shells.
pub fn tokens(text: &str, hash: bool) -> Vec<Token> {
    let mut lexer = Lexer { rest: text, line: 1, tokens: Vec::new(), hash };
    while lexer.step() {}
    lexer.tokens
}

struct Lexer<'t> {
    rest: &'t str,
    line: u32,
    tokens: Vec<Token>,
    hash: bool,
}

impl Lexer<'_> {
    /// One token, comment or blank; false at the end.
    fn step(&mut self) -> bool {
        let Some(first) = self.rest.chars().next() else { return false };
        let starts = |text: &str| self.rest.starts_with(text);
        if starts("//") || (self.hash && first == '#') {
            let end = self.rest.find('\n').unwrap_or(self.rest.len());
            self.pass(end);
        } else if starts("/*") {
            let end = self.rest[2..].find("*/").map_or(self.rest.len(), |end| end + 4);
            self.pass(end);
        } else if first.is_whitespace() {
            self.pass(first.len_utf8());
        } else if starts("\"\"\"") || starts("'''") {
            let rest = self.rest;
            self.long_text(&rest[..3]);
        } else if matches!(first, '"' | '\'' | '`') {
            self.text(first);
        } else if first.is_alphabetic() || matches!(first, '_' | '$') {
            self.word();
        } else if first.is_ascii_digit() {
            let ends = |character: char| !character.is_alphanumeric() && character != '.' && character != '_';
            let end = self.rest.find(ends).unwrap_or(self.rest.len());
            self.push(NUMBER);
            self.pass(end);
        } else {
            // A statement's end is a matter of layout in some languages, and of taste in others.
            if !matches!(first, ';' | ',') {
                self.push(16 + u64::from(u32::from(first)));
            }
            self.pass(first.len_utf8());
        }
        true
    }

    fn push(&mut self, kind: u64) {
        self.tokens.push(Token { kind, line: self.line });
    }

    /// Goes on, and counts lines.
    fn pass(&mut self, bytes: usize) {
        let (passed, rest) = self.rest.split_at(bytes.min(self.rest.len()));
        let lines = passed.bytes().filter(|byte| *byte == b'\n').count();
        self.line = self.line.saturating_add(u32::try_from(lines).unwrap_or(u32::MAX));
        self.rest = rest;
    }

    fn word(&mut self) {
        let ends = |character: char| !character.is_alphanumeric() && !matches!(character, '_' | '$');
        let end = self.rest.find(ends).unwrap_or(self.rest.len());
        let word = &self.rest[..end];
        let lower = word.to_ascii_lowercase();
        let keyword = KEYWORDS.iter().position(|keyword| *keyword == lower);
        // Beyond every character that there is.
        self.push(keyword.map_or(NAME, |at| (1 << 32) + at as u64));
        self.pass(end);
    }

    /// Up to the same quote, or to the end of the line: an apostrophe is no text in every language.
    fn text(&mut self, quote: char) {
        let mut escaped = false;
        let inside = &self.rest[1..];
        let end = inside.char_indices().find(|(_, character)| {
            let ends = !escaped && (*character == quote || (*character == '\n' && quote != '`'));
            escaped = !escaped && *character == '\\';
            ends
        });
        self.push(TEXT);
        match end {
            Some((at, '\n')) => self.pass(1 + at),
            Some((at, _)) => self.pass(2 + at),
            None => self.pass(self.rest.len()),
        }
    }

    fn long_text(&mut self, quote: &str) {
        let end = self.rest[3..].find(quote).map_or(self.rest.len(), |end| end + 6);
        self.push(TEXT);
        self.pass(end);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<u64> {
        tokens(text, true).iter().map(|token| token.kind).collect()
    }

    #[test]
    fn names_numbers_texts_comments_and_layout_change_nothing() {
        let one = "def greet(name):\n    # says hello\n    return 'hello ' + name * 2\n";
        let other = "def  x( who ):\n\n  return \"good morning \" + who*17 # so\n";
        assert_eq!(kinds(one), kinds(other));
        assert_eq!(kinds("f(a, b); // c\ng()"), kinds("ff(aa  bb) /* c\n c */ gg()"));
        assert_ne!(kinds("if a: b()"), kinds("while a: b()"));
        assert_ne!(kinds("a + b"), kinds("a - b"));
    }

    #[test]
    fn lines_are_counted_through_everything() {
        let lines = |text| tokens(text, false).iter().map(|token| token.line).collect::<Vec<_>>();
        assert_eq!(lines("a\n/* \n */ b\n'''\n''' c\n`\n` d"), [1, 3, 4, 5, 6, 7]);
    }

    #[test]
    fn whatever_it_is_it_ends() {
        for text in ["'", "\"\\", "/*", "'''", "`", "\u{0}\u{ff}é日本", "#", "\\", "'\n'", "1e", "$", "/*/"]
        {
            let _ = tokens(text, false);
            let _ = tokens(text, true);
        }
    }
}
