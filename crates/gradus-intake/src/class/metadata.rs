//! Gradescope's `submission_metadata.yml`: whose a folder is and when it was handed in. Of its YAML only the few lines that
//! tell that are read, as Ruby writes them; whatever else stands there is passed over.

use super::Student;
use crate::moment;
use std::collections::HashMap;

pub const FILE: &str = "submission_metadata.yml";

/// What is told of one submission.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Told {
    people: Vec<Person>,
    pub submitted_at: Option<i64>,
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Person {
    name: Option<String>,
    sid: Option<String>,
    email: Option<String>,
}

impl Told {
    /// A learner by address, else by number, else by name; of several, all.
    pub fn student(&self) -> Student {
        let id = |person: &Person| {
            person.email.clone().or(person.sid.clone()).or(person.name.clone()).unwrap_or_default()
        };
        let members: Vec<String> = self.people.iter().map(id).collect();
        let names: Vec<String> = self.people.iter().filter_map(|person| person.name.clone()).collect();
        Student {
            id: members.join(", "),
            name: Some(names.join(", ")).filter(|names| !names.is_empty()),
            members: if members.len() > 1 { members } else { Vec::new() },
        }
    }
}

/// By the names of the folders.
pub fn read(text: &str) -> HashMap<String, Told> {
    let mut known: HashMap<String, Told> = HashMap::new();
    let mut folder: Option<String> = None;
    // What was handed in before is told with the same keys, further in.
    let mut passes_over: Option<usize> = None;
    for line in text.lines() {
        let indent = line.len() - line.trim_start().len();
        let line = line.trim();
        if indent == 0 && line.starts_with("submission_") && line.ends_with(':') {
            folder = Some(line.trim_end_matches(':').to_owned());
            passes_over = None;
            continue;
        }
        if passes_over.is_some_and(|outer| indent > outer || (indent == outer && line.starts_with('-'))) {
            continue;
        }
        passes_over = None;
        let Some(told) = folder.as_ref().map(|name| known.entry(name.clone()).or_default()) else { continue };
        let begins = line.starts_with("- ");
        let Some((key, value)) = line.trim_start_matches("- ").trim_start_matches(':').split_once(':') else {
            continue;
        };
        let value = scalar(value);
        if matches!(key, "history" | "results") {
            passes_over = Some(indent);
        } else if key == "created_at" {
            told.submitted_at = value.as_deref().and_then(moment::parse);
        } else if matches!(key, "name" | "sid" | "email") {
            if begins || told.people.is_empty() {
                told.people.push(Person::default());
            }
            if let Some(person) = told.people.last_mut() {
                match key {
                    "name" => person.name = value,
                    "sid" => person.sid = value,
                    _ => person.email = value,
                }
            }
        }
    }
    known.retain(|_, told| !told.student().id.is_empty());
    known
}

fn scalar(text: &str) -> Option<String> {
    let text = text.trim();
    let bare = match text.as_bytes() {
        [b'\'', .., b'\''] => text[1..text.len() - 1].replace("''", "'"),
        [b'"', .., b'"'] => text[1..text.len() - 1].replace("\\\"", "\""),
        _ => text.to_owned(),
    };
    Some(bare).filter(|text| !text.is_empty() && text != "~" && text != "null")
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "---
submission_11:
  :submitters:
  - :name: Ada Lovelace
    :sid: '0012'
    :email: ada@example.org
  :created_at: 2025-11-20 22:59:00.123456000 Z
  :score: 3.0
  :history:
  - :score: 1.0
    :created_at: 2024-01-01 00:00:00 Z
    :submitters:
    - :name: Nobody
submission_12:
  :submitters:
  - :name: Alan
    :sid:
    :email: alan@example.org
  - :name: Grace
    :sid: 7
    :email:
  :created_at: 2025-11-20 23:59:00 +0100
submission_13:
  :score: 0.0
";

    #[test]
    fn whose_a_folder_is_and_when_it_was_handed_in() {
        let known = read(TEXT);
        assert_eq!(known.len(), 2);
        let ada = &known["submission_11"];
        assert_eq!((ada.student().id.as_str(), ada.submitted_at), ("ada@example.org", Some(1_763_679_540)));
        assert_eq!(ada.student().name.as_deref(), Some("Ada Lovelace"));
        let group = known["submission_12"].student();
        assert_eq!((group.id.as_str(), group.members.len()), ("alan@example.org, 7", 2));
    }

    #[test]
    fn nonsense_tells_nothing() {
        for text in ["", "submission_1:\n", ":::\n - \n", "submission_1:\n  '", "submission_1:\n  :name: '"] {
            assert!(read(text).values().all(|told| !told.student().id.is_empty()), "{text}");
        }
    }
}
