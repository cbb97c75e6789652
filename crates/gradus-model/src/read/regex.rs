//! Reads `$regex`: an expression that compiles, and that some text fails.

use super::sense::cannot_fail;
use crate::decode::{self, Problems};
use crate::diagnostic::Diagnostic;
use crate::source::{Sources, Span};
use crate::tree::Node;
use regex_syntax::hir::{Hir, Look};

/// Reads an expression as the author wrote it.
pub fn regex(operand: &Node, sources: &Sources, problems: &mut Problems) -> Option<String> {
    let text = decode::text(operand, problems)?;
    match regex_syntax::Parser::new().parse(&text) {
        Err(error) => {
            problems.add(no_expression(&error, &text, operand.span, sources));
            return None;
        }
        Ok(hir) if found_everywhere(&hir) => problems.add(
            cannot_fail(operand.span, "it is found in every text")
                .help("write $string if any text will do, or anchor it with ^ and $"),
        ),
        Ok(_) => {}
    }
    if let Some(at) = text.find("$(") {
        let end = text[at..].find(')').map_or(text.len(), |end| at + end + 1);
        let span = within(operand.span, &text, at, end, sources);
        problems.add(
            Diagnostic::new("names are not filled into regular expressions", span)
                .help("use { $contains: $(name) }, or write \\$ for a dollar sign"),
        );
    }
    if let Err(error) = regex::Regex::new(&text) {
        // It parses, so that only its size is left: the one limit that comes after parsing.
        problems.add(Diagnostic::new(format!("this regular expression is too large: {error}"), operand.span));
        return None;
    }
    Some(text)
}

/// Whether it is found in every text: it fits the empty text, and asks for nothing but a beginning, which every text
/// has, or for nothing but an end.
fn found_everywhere(hir: &Hir) -> bool {
    let looks = hir.properties().look_set();
    let only = |allowed: [Look; 3]| looks.iter().all(|look| allowed.contains(&look));
    hir.properties().minimum_len() == Some(0)
        && (only([Look::Start, Look::StartLF, Look::StartCRLF])
            || only([Look::End, Look::EndLF, Look::EndCRLF]))
}

fn no_expression(error: &regex_syntax::Error, text: &str, span: Span, sources: &Sources) -> Diagnostic {
    let (why, at) = match error {
        regex_syntax::Error::Parse(error) => (error.kind().to_string(), Some(error.span())),
        regex_syntax::Error::Translate(error) => (error.kind().to_string(), Some(error.span())),
        other => (other.to_string(), None),
    };
    let span = at.map_or(span, |at| within(span, text, at.start.offset, at.end.offset, sources));
    Diagnostic::new(format!("this is no regular expression: {why}"), span)
}

/// A part of a text, if the file spells it as it is; else all of it.
fn within(span: Span, text: &str, start: usize, end: usize, sources: &Sources) -> Span {
    let written = sources.get(span.source).text.get(span.start..span.end).unwrap_or("");
    let Some(before) = written.find(text) else { return span };
    match start < end {
        true => Span { start: span.start + before + start, end: span.start + before + end, ..span },
        false => span,
    }
}
