//! Lines of a file with something underlined, as rustc shows them.

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use gradus_model::diagnostic::{Diagnostic, Invalid};
use gradus_model::outcome::Mismatch;

fn renderer(color: bool) -> Renderer {
    if color { Renderer::styled() } else { Renderer::plain() }
}

/// A mistake in a file.
pub fn mistake(invalid: &Invalid, diagnostic: &Diagnostic, color: bool) -> String {
    let source = invalid.sources.get(diagnostic.span.source);
    let end = source.text.len();
    let span = diagnostic.span.start.min(end)..diagnostic.span.end.clamp(diagnostic.span.start.min(end), end);
    let annotation = AnnotationKind::Primary.span(span).label(diagnostic.label.as_str());
    let snippet = Snippet::source(source.text.as_str()).path(source.path.as_str()).annotation(annotation);
    let mut group = Level::ERROR.primary_title(diagnostic.message.as_str()).element(snippet);
    if let Some(help) = &diagnostic.help {
        group = group.element(Level::HELP.message(help.as_str()));
    }
    renderer(color).render(&[group])
}

/// An expectation that did not hold, at its place in the grader. Everything in it is clean already.
pub fn expectation(mismatch: &Mismatch, label: &str, color: bool) -> Option<String> {
    let place = mismatch.place.as_ref()?;
    let annotation = AnnotationKind::Primary.span(place.start..place.end).label(label);
    let snippet = Snippet::source(place.text.as_str())
        .line_start(place.first_line)
        .path(place.path.as_str())
        .annotation(annotation);
    let rendered = renderer(color).render(&[Level::ERROR.no_name().primary_title("").element(snippet)]);
    // The title is the caller's: only the lines of the file are wanted.
    Some(rendered.split_once('\n').map_or(String::new(), |(_, lines)| lines.to_owned()))
}
