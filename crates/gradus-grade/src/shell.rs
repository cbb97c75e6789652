//! Words of a command line that a person can paste: for a POSIX shell, and without a character that nobody sees.

use std::fmt::Write;

/// One word. Bytes that no line can show are made by printf(1); line ends at its end do not come through.
pub fn word(bytes: &[u8]) -> String {
    match readable(bytes) {
        Some(text) => quote(text),
        None => format!("\"$(printf {})\"", printf(bytes)),
    }
}

/// The text of bytes that a line can show as they are.
pub fn readable(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok().filter(|text| text.chars().all(is_seen))
}

/// The argument of printf(1) that prints these bytes.
pub fn printf(bytes: &[u8]) -> String {
    let mut text = String::from("'");
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            match character {
                '%' => text.push_str("%%"),
                '\\' => text.push_str(r"\\"),
                '\'' => text.push_str(r"'\''"),
                '\n' => text.push_str(r"\n"),
                '\r' => text.push_str(r"\r"),
                '\t' => text.push_str(r"\t"),
                // An option, if it stands first.
                '-' if text == "'" => octal(&mut text, b"-"),
                seen if is_seen(seen) => text.push(seen),
                unseen => octal(&mut text, unseen.encode_utf8(&mut [0; 4]).as_bytes()),
            }
        }
        octal(&mut text, chunk.invalid());
    }
    text + "'"
}

fn octal(text: &mut String, bytes: &[u8]) {
    for byte in bytes {
        // Writing to a string can't fail.
        let _ = write!(text, "\\{byte:03o}");
    }
}

/// Whether it stands for itself on any screen: what Rust prints as it is in a debugging line, and what it escapes for being a quote.
fn is_seen(character: char) -> bool {
    matches!(character, '\'' | '"' | '\\') || character.escape_debug().len() == 1
}

fn quote(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=@%+,".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_word_holds_a_character_that_is_not_seen() {
        for code in 0..0x1_0000_u32 {
            let Some(character) = char::from_u32(code) else { continue };
            let word = word(character.to_string().as_bytes());
            let hides = |c: char| {
                c.is_control()
                    || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{fffe}'..)
            };
            assert!(!word.contains(hides), "U+{code:04X} gives {word:?}");
        }
    }

    #[test]
    fn what_a_shell_understands_otherwise_is_quoted() {
        let words = [
            ("/a/b?c".as_bytes(), "'/a/b?c'"),
            (b"plain-1.0", "plain-1.0"),
            (b"", "''"),
            ("it's é".as_bytes(), r"'it'\''s é'"),
            (b"a\tb", "\"$(printf 'a\\tb')\""),
            (b"-%\\\n'\xff\x007", "\"$(printf '\\055%%\\\\\\n'\\''\\377\\0007')\""),
        ];
        for (bytes, expected) in words {
            assert_eq!(word(bytes), expected);
        }
    }
}
