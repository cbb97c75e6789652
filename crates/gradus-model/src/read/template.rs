//! Reads text with `$(name)` and `$$` in it, and names themselves. What a name stands for is not known here.

use crate::decode::{Problems, nearest};
use crate::diagnostic::Diagnostic;
use crate::source::{Span, Spanned};
use crate::tree::{Node, NodeKind};
use crate::value::{Part, Template};

/// Names that are always there.
pub const ALWAYS: [&str; 4] = ["origin", "host", "seed", "secret"];
/// The name of the turn, from 1, inside `repeat`.
pub const TURN: &str = "turn";

/// The name of a request's own body as text, in its headers.
pub const SENT_BODY: &str = "sent_body";
/// The name of a size, inside `growth`.
pub const SIZE: &str = "size";
/// The names of a race's client and round, from 1.
pub const RACE: [&str; 2] = ["client", "round"];

/// Text with `$(name)` and `$$`.
pub fn template(text: &str, span: Span, problems: &mut Problems) -> Template {
    let mut parts: Vec<Part> = Vec::new();
    let mut literal = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        literal.push_str(&rest[..at]);
        let after = &rest[at + 1..];
        rest = if let Some(after) = after.strip_prefix('$') {
            literal.push('$');
            after
        } else if let Some(inside) = after.strip_prefix('(') {
            let (name, after) = named(inside, span, problems);
            if let Some(name) = name {
                if !literal.is_empty() {
                    parts.push(Part::Literal(std::mem::take(&mut literal)));
                }
                parts.push(Part::Name(name));
            }
            after
        } else {
            literal.push('$');
            after
        };
    }
    literal.push_str(rest);
    if !literal.is_empty() || parts.is_empty() {
        parts.push(Part::Literal(literal));
    }
    Template { parts, span }
}

/// The name before the bracket closes, and what comes after it.
fn named<'t>(inside: &'t str, span: Span, problems: &mut Problems) -> (Option<String>, &'t str) {
    let Some((name, after)) = inside.split_once(')') else {
        problems.add(Diagnostic::new("`$(` is not closed", span).help("write $$( for the text itself"));
        return (None, "");
    };
    if is_name(name) {
        return (Some(name.to_owned()), after);
    }
    problems.add(
        Diagnostic::new(format!("`{name}` is no name"), span)
            .help("names are letters, digits and _; write $$( for the text itself"),
    );
    (None, after)
}

/// A node that should be text, as a template. A number is text as it stands.
pub fn text_template(node: &Node, problems: &mut Problems) -> Option<Template> {
    match &node.kind {
        NodeKind::Text(text) | NodeKind::Number(text) => Some(template(text, node.span, problems)),
        _ => {
            problems.expected("text", node);
            None
        }
    }
}

pub fn is_name(word: &str) -> bool {
    let mut characters = word.chars();
    characters.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && characters.all(|other| other.is_ascii_alphanumeric() || other == '_')
}

/// A key that has the shape of a name.
pub fn name(key: &Spanned<String>, problems: &mut Problems) {
    if !is_name(&key.value) {
        problems.add(
            Diagnostic::new(format!("`{}` is no name", key.value), key.span)
                .help("names are letters, digits and _, and do not begin with a digit"),
        );
    }
}

/// A key that names something new, so that `$(key)` can stand for it.
pub fn new_name(key: &Spanned<String>, problems: &mut Problems) {
    name(key, problems);
    if ALWAYS.iter().chain(&RACE).any(|name| *name == key.value)
        || [TURN, SIZE, SENT_BODY].contains(&key.value.as_str())
    {
        problems.add(
            Diagnostic::new(format!("`$({})` has a meaning of its own", key.value), key.span)
                .help("choose another name"),
        );
    }
}

/// Whether a text has the shape of a marker or an operator: `$` and then a letter.
pub fn is_word(text: &str) -> bool {
    text.strip_prefix('$').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_alphabetic()))
}

/// The one key of a map, if it has the shape of an operator. Beside other keys it is a mistake.
pub fn operator<'n>(
    entries: &'n [(Spanned<String>, Node)],
    problems: &mut Problems,
) -> Option<(&'n Spanned<String>, &'n Node)> {
    if let [(key, operand)] = entries {
        return is_word(&key.value).then_some((key, operand));
    }
    for (key, _) in entries.iter().filter(|(key, _)| is_word(&key.value)) {
        problems.add(
            Diagnostic::new(format!("`{}` does not stand beside other keys", key.value), key.span)
                .help(format!("give it a map of its own, or write `${}` for the key itself", key.value)),
        );
    }
    None
}

/// "unknown marker `$strng`", with what was probably meant.
pub fn unknown(what: &str, key: &Spanned<String>, known: &[&str]) -> Diagnostic {
    let problem = Diagnostic::new(format!("unknown {what} `{}`", key.value), key.span);
    match nearest(&key.value, known.iter().copied()) {
        Some(near) => {
            problem.help(format!("did you mean `{near}`? For the text itself, write `${}`", key.value))
        }
        None => {
            problem.help(format!("known: {}; for the text itself, write `${}`", known.join(" "), key.value))
        }
    }
}
