//! Paths with `{name}` where a parameter stands, and the names of media types.

use percent_encoding::percent_decode_str;

/// A path with parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    /// As it is written: `/todos/{id}`.
    pub text: String,
    parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Literal(String),
    Name(String),
}

impl Template {
    /// Reads one.
    pub fn new(text: &str) -> Self {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((literal, (name, after))) =
            rest.split_once('{').and_then(|(literal, rest)| Some((literal, rest.split_once('}')?)))
        {
            parts.push(Part::Literal(literal.to_owned()));
            parts.push(Part::Name(name.to_owned()));
            rest = after;
        }
        parts.push(Part::Literal(rest.to_owned()));
        Self { text: text.to_owned(), parts }
    }

    /// The names in it.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| match part {
            Part::Name(name) => Some(name.as_str()),
            Part::Literal(_) => None,
        })
    }

    /// The path with these texts, already encoded, in the places of the names.
    pub fn fill(&self, text_of: impl Fn(&str) -> String) -> String {
        let texts = self.parts.iter().map(|part| match part {
            Part::Literal(text) => text.clone(),
            Part::Name(name) => text_of(name),
        });
        texts.collect()
    }

    /// What the names stand for in a path, decoded; `None` when it is another path. No parameter reaches over a `/`.
    pub fn values(&self, path: &str) -> Option<Vec<(String, String)>> {
        let mut values = Vec::new();
        let mut rest = path;
        let mut parts = self.parts.iter().peekable();
        while let Some(part) = parts.next() {
            match part {
                Part::Literal(text) => rest = rest.strip_prefix(text.as_str())?,
                Part::Name(name) => {
                    let end = match parts.peek() {
                        Some(Part::Literal(next)) if !next.is_empty() => rest.find(next.as_str())?,
                        _ => rest.len(),
                    };
                    let (value, after) = rest.split_at(end);
                    if value.is_empty() || value.contains('/') {
                        return None;
                    }
                    values.push((name.clone(), percent_decode_str(value).decode_utf8_lossy().into_owned()));
                    rest = after;
                }
            }
        }
        rest.is_empty().then_some(values)
    }

    /// The path one segment shorter, as text: `/todos` of `/todos/{id}`.
    pub fn parent(&self) -> Option<&str> {
        let (parent, _) = self.text.trim_end_matches('/').rsplit_once('/')?;
        Some(if parent.is_empty() { "/" } else { parent })
    }

    /// The same path whatever its parameters are called.
    pub fn shape(&self) -> String {
        self.fill(|_| "{}".to_owned())
    }
}

/// A media type in small letters, without its parameters.
pub fn essence(media: &str) -> String {
    media.split(';').next().unwrap_or("").trim().to_ascii_lowercase()
}

/// Whether what stands in it is JSON (RFC 8259, RFC 6839 §3.1).
pub fn is_json(essence: &str) -> bool {
    essence.ends_with("/json") || essence.ends_with("+json")
}

/// How exactly a range speaks of a media type: 2 by its name, 1 by `text/*`, 0 by `*/*`; `None` when it does not.
pub fn speaks_of(range: &str, essence: &str) -> Option<u8> {
    match range {
        "*/*" | "*" => Some(0),
        _ if range == essence => Some(2),
        _ => {
            let kind = range.strip_suffix("/*")?;
            (essence.split('/').next() == Some(kind)).then_some(1)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(template: &str, path: &str, expect: Option<&[(&str, &str)]>) {
        let values = Template::new(template).values(path);
        let values: Option<Vec<(&str, &str)>> =
            values.as_ref().map(|all| all.iter().map(|(name, value)| (&**name, &**value)).collect());
        assert_eq!(values.as_deref(), expect, "{template} {path}");
    }

    #[test]
    fn a_path_gives_its_values() {
        check("/todos/{id}", "/todos/7", Some(&[("id", "7")]));
        check("/todos/{id}", "/todos/a%20b", Some(&[("id", "a b")]));
        check("/todos/{id}", "/todos/", None);
        check("/todos/{id}", "/todos/7/notes", None);
        check("/a/{x}/b/{y}.json", "/a/1/b/2.json", Some(&[("x", "1"), ("y", "2")]));
        check("/", "/", Some(&[]));
        check("/todos", "/todos/7", None);
    }

    #[test]
    fn a_range_speaks_of_media_types() {
        assert_eq!(speaks_of("application/json", "application/json"), Some(2));
        assert_eq!(speaks_of("application/*", "application/json"), Some(1));
        assert_eq!(speaks_of("text/*", "application/json"), None);
        assert_eq!(essence("Application/JSON; charset=utf-8"), "application/json");
        assert!(is_json("application/problem+json"));
    }
}
