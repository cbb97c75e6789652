//! Makes text of a submission harmless: no byte of it can steer a reader or hide what it says. It knows no report.

/// One line: line ends are shown too.
pub fn sanitize_line(text: &str) -> String {
    text.chars().map(|character| shown(character, false)).collect()
}

/// Several lines; `\r\n` counts as a line end.
pub fn sanitize_block(text: &str) -> String {
    text.replace("\r\n", "\n").chars().map(|character| shown(character, true)).collect()
}

/// Several lines whose bytes keep their places: what is harmful becomes as many blanks. For excerpts, of which a stretch is marked.
pub fn blank(text: &str) -> String {
    let blanks = |character: char| match shown(character, true) {
        Shown::Same(same) if same == character => character.to_string(),
        _ => " ".repeat(character.len_utf8()),
    };
    text.chars().map(blanks).collect()
}

fn shown(character: char, block: bool) -> Shown {
    match character {
        '\n' if block => Shown::Same('\n'),
        '\t' if block => Shown::Same('\t'),
        // The control pictures: U+2400 is NUL's, U+241B is ESC's.
        '\0'..='\u{1f}' => Shown::Same(char::from_u32(0x2400 + character as u32).unwrap_or('\u{fffd}')),
        '\u{7f}' => Shown::Same('\u{2421}'),
        // C1 controls, what turns the direction of text, and what has no width.
        '\u{80}'..='\u{9f}'
        | '\u{ad}'
        | '\u{61c}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}'
        // No characters at all; XML has none of them.
        | '\u{fffe}'..='\u{ffff}'
        | '\u{e0000}'..='\u{e007f}' => Shown::Escaped(character.escape_unicode()),
        other => Shown::Same(other),
    }
}

enum Shown {
    Same(char),
    Escaped(std::char::EscapeUnicode),
}

impl FromIterator<Shown> for String {
    fn from_iter<I: IntoIterator<Item = Shown>>(shown: I) -> Self {
        let mut text = String::new();
        for part in shown {
            match part {
                Shown::Same(character) => text.push(character),
                Shown::Escaped(escape) => text.extend(escape),
            }
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_steers_a_terminal_is_left() {
        for code in 0..0x3000_u32 {
            let Some(character) = char::from_u32(code) else { continue };
            let line = sanitize_line(&character.to_string());
            assert!(!line.chars().any(char::is_control), "U+{code:04X} gives {line:?}");
        }
        assert_eq!(sanitize_line("\u{1b}[2Jhi\r\n"), "␛[2Jhi␍␊");
        assert_eq!(blank("a\r\n\u{202e}é"), "a \n   é");
        assert_eq!(sanitize_block("a\r\nb\u{202e}c"), "a\nb\\u{202e}c");
    }
}
