//! JSON Schemas (2020-12) of the files that people write, for editors. Reading the files is stricter than any schema.

/// Of `grader.yaml`.
pub fn grader() -> &'static str {
    include_str!("../schemas/grader.json")
}

/// Of `exercise.toml`.
pub fn exercise() -> &'static str {
    include_str!("../schemas/exercise.json")
}

/// Of `gradus.toml`.
pub fn submission() -> &'static str {
    include_str!("../schemas/submission.json")
}

/// Of `mutant.toml`.
pub fn mutant() -> &'static str {
    include_str!("../schemas/mutant.json")
}

/// Of `solutions/<name>.toml`.
pub fn solution() -> &'static str {
    include_str!("../schemas/solution.json")
}
