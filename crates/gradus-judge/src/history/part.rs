//! A history taken apart into pieces that can't influence one another (Herlihy and Wing: linearizability is local).

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
    let joined = Joined::new(operations);
    let mut parts: BTreeMap<(String, Option<String>), Part> = BTreeMap::new();
    for (index, operation) in operations.iter().enumerate() {
        let element = match (&operation.call, model) {
            (Call::Insert(element) | Call::Remove(element) | Call::Contains(element), Model::Set { .. }) => {
                Some(element)
            }
            _ => None,
        };
        let key = joined.first(&operation.key).to_owned();
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

/// Accounts that transfers connect: each points to an earlier one of its circle, the first to none.
struct Joined<'o>(BTreeMap<&'o str, &'o str>);

impl<'o> Joined<'o> {
    fn new(operations: &'o [Operation]) -> Self {
        let mut joined = Self(BTreeMap::new());
        for operation in operations {
            if let Call::Transfer { to, .. } = &operation.call {
                let (a, b) = (joined.first(&operation.key), joined.first(to));
                if a != b {
                    joined.0.insert(a.max(b), a.min(b));
                }
            }
        }
        joined
    }

    fn first(&self, key: &'o str) -> &'o str {
        let mut key = key;
        while let Some(earlier) = self.0.get(key) {
            key = earlier;
        }
        key
    }
}
