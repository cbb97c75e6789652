//! A place in a document: a JSON pointer (RFC 6901), and the way in which it is shown to people.

use percent_encoding::percent_decode_str;
use std::fmt;

/// The keys and indexes that lead from the root to a place.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pointer(pub Vec<String>);

impl Pointer {
    /// One step further.
    pub fn child(&self, key: &str) -> Self {
        let mut steps = self.0.clone();
        steps.push(key.to_owned());
        Self(steps)
    }

    /// What stands behind `#` in a reference: `/components/schemas/Todo`, percent-encoded. `None` when it is no pointer.
    pub fn of_fragment(fragment: &str) -> Option<Self> {
        let text = percent_decode_str(fragment).decode_utf8().ok()?;
        Self::parse(&text)
    }

    /// A pointer as it stands in JSON.
    pub fn parse(text: &str) -> Option<Self> {
        if text.is_empty() {
            return Some(Self::default());
        }
        let steps = text.strip_prefix('/')?.split('/');
        Some(Self(steps.map(|step| step.replace("~1", "/").replace("~0", "~")).collect()))
    }
}

/// `paths./todos.post.responses.201`.
impl fmt::Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("."))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fragment_is_decoded_and_shown_with_points() {
        let pointer = Pointer::of_fragment("/paths/~1todos~1%7Bid%7D/get").expect("a pointer");
        assert_eq!(pointer.to_string(), "paths./todos/{id}.get");
        assert_eq!(Pointer::of_fragment("Todo"), None);
    }
}
