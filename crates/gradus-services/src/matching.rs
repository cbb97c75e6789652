//! Whether a request is one of those that are meant.

use crate::call::{Call, Unexpected, decoded};
use gradus_judge::pattern::{fits, fits_written};
use gradus_model::pattern::Pattern;
use gradus_model::source::Spanned;
use gradus_model::stub::{Asked, Route};
use gradus_model::value::Bindings;

/// What of a request does not fit, in a few words; nothing when all does.
pub fn misfit(asked: &Asked, call: &Call, bindings: &Bindings) -> Option<String> {
    if segments(&asked.path.fill(bindings), &call.raw_path).is_none() {
        return Some("its path differs".to_owned());
    }
    if asked.method != call.method {
        return Some(format!("its method is {}", asked.method));
    }
    let wrong = named(&asked.query, &call.query, bindings);
    if let Some(name) = wrong {
        return Some(format!("the parameter `{name}` differs"));
    }
    if let Some(name) = named(&asked.headers, &call.headers, bindings) {
        return Some(format!("the header `{name}` differs"));
    }
    if asked.json.as_ref().is_some_and(|json| !fits(json, call.json().as_ref(), bindings)) {
        return Some("the body differs".to_owned());
    }
    let text = asked.text.as_ref();
    text.is_some_and(|text| !fits_written(text, &call.text(), bindings))
        .then(|| "the body differs".to_owned())
}

/// What each `*` of a path stands for, decoded; nothing if the path, as it came, does not fit. A segment with escapes means what
/// came just so, one without means what it stands for.
pub fn segments(pattern: &str, raw: &str) -> Option<Vec<String>> {
    let (wanted, got): (Vec<&str>, Vec<&str>) = (pattern.split('/').collect(), raw.split('/').collect());
    if wanted.len() != got.len() {
        return None;
    }
    let pairs = || wanted.iter().zip(&got);
    let fits = pairs().all(|(wanted, got)| match *wanted {
        "*" => !got.is_empty(),
        wanted => wanted == *got || (!wanted.contains('%') && wanted == decoded(got)),
    });
    fits.then(|| pairs().filter(|(wanted, _)| **wanted == "*").map(|(_, got)| decoded(got)).collect())
}

/// The first name whose value does not fit.
fn named<'a>(
    wanted: &'a [(Spanned<String>, Pattern)],
    got: &[(String, String)],
    bindings: &Bindings,
) -> Option<&'a str> {
    let found = wanted.iter().find(|(name, pattern)| {
        let mut values = got.iter().filter(|(other, _)| *other == name.value).peekable();
        match values.peek() {
            None => !fits(pattern, None, bindings),
            Some(_) => !values.any(|(_, value)| fits_written(pattern, value, bindings)),
        }
    });
    found.map(|(name, _)| name.value.as_str())
}

/// Why no route answers a request: the one that is nearest, and what of it differs.
pub fn unexpected(routes: &[Route], call: &Call, bindings: &Bindings) -> Unexpected {
    let title = |asked: &Asked| format!("{} {}", asked.method, asked.path.fill(bindings));
    // Whose path fits is nearer than whose path does not; then the path with the most equal segments.
    let likeness = |asked: &Asked| {
        let path = asked.path.fill(bindings);
        let same = path.split('/').zip(call.raw_path.split('/')).filter(|(one, other)| one == other).count();
        (segments(&path, &call.raw_path).is_some(), asked.method == call.method, same)
    };
    let nearest = routes.iter().map(|route| &route.asked).max_by_key(|asked| likeness(asked));
    let why = nearest.and_then(|asked| misfit(asked, call, bindings));
    Unexpected {
        asked: call.title(),
        nearest: nearest.map(title),
        why: why.unwrap_or_else(|| "it has no routes".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_one_segment() {
        assert_eq!(segments("/v1/*/x", "/v1/eur/x"), Some(vec!["eur".to_owned()]));
        assert_eq!(segments("/v1/*", "/v1/a/b"), None);
        assert_eq!(segments("/v1/*", "/v1/"), None);
        assert_eq!(segments("/", "/"), Some(vec![]));
    }

    #[test]
    fn escapes_of_the_author_mean_what_came_and_others_what_it_stands_for() {
        assert_eq!(segments("/a b", "/a%20b"), Some(vec![]));
        assert_eq!(segments("/a%2Fb", "/a%2Fb"), Some(vec![]));
        assert_eq!(segments("/a%2Fb", "/a/b"), None);
        assert_eq!(segments("/a%62", "/ab"), None);
        // An escaped slash parts nothing.
        assert_eq!(segments("/a/b", "/a%2Fb"), None);
        assert_eq!(segments("/*", "/a%2Fb"), Some(vec!["a/b".to_owned()]));
    }
}
