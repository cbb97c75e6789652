//! A history taken apart into pieces that can't influence one another (Herlihy and Wing: linearizability is local).

use super::ties::Ties;
use super::told::canonical;
use super::{Call, Model, Operation};
use gradus_model::json::Json;
use std::collections::BTreeMap;

/// What is judged together.
pub(super) struct Part {
    /// The key of its operations; with transfers, the first of the keys.
    pub(super) key: String,
    /// The element, for a set.
    pub(super) element: Option<Json>,
    /// Indices of its operations.
    pub(super) operations: Vec<usize>,
}

/// The pieces, the small ones first: where the budget does not suffice for all, most are judged.
pub(super) fn split(model: &Model, operations: &[Operation]) -> Vec<Part> {
    let mut joined = Ties::default();
    for operation in operations {
        if let Call::Transfer { to, .. } = &operation.call {
            joined.tie(operation.key.as_str(), to);
        }
    }
    let mut parts: BTreeMap<(String, Option<String>), Part> = BTreeMap::new();
    for (index, operation) in operations.iter().enumerate() {
        let element = match (&operation.call, model) {
            (Call::Insert(element) | Call::Remove(element) | Call::Contains(element), Model::Set { .. }) => {
                Some(element)
            }
            _ => None,
        };
        let key = joined.first(operation.key.as_str()).to_owned();
        let part = parts.entry((key.clone(), element.map(canonical))).or_insert_with(|| Part {
            key,
            element: element.cloned(),
            operations: Vec::new(),
        });
        part.operations.push(index);
    }
    let mut parts: Vec<Part> = parts.into_values().collect();
    parts.sort_by_key(|part| part.operations.len());
    parts
}
