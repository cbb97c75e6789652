//! Which file of a submission can be run without its toolchain: WebAssembly itself, or a plain file that a runner takes.

use super::Plan;
use gradus_model::submission::CommandLine;
use std::path::Path;

/// A file that can be run as or in WebAssembly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Portable {
    /// Its path below the folder in which everything happens.
    pub file: String,
    /// What it is.
    pub kind: PortableKind,
}

/// What such a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PortableKind {
    /// WebAssembly.
    Binary,
    /// Python.
    Python,
    /// JavaScript.
    JavaScript,
}

impl Plan {
    /// The file that its start names, if WebAssembly can take it; `ground` is the folder in which everything happens.
    pub fn portable(&self, ground: &Path) -> Option<Portable> {
        let words: Vec<&str> = match &self.start {
            Some(CommandLine::Shell(line)) => line.split_whitespace().collect(),
            Some(CommandLine::Argv(words)) => words.iter().map(String::as_str).collect(),
            None => Vec::new(),
        };
        let named =
            words.iter().map(|word| word.trim_start_matches("./")).find_map(|word| portable(ground, word));
        // A start such as `npm start` or `flask --app app` leaves the file to convention.
        let usual: &[&str] = match self.language {
            Some("python") => &["app.py", "main.py", "server.py"],
            Some("javascript") => &["server.js", "index.js", "app.js", "server.mjs", "index.mjs"],
            _ => &[],
        };
        named.or_else(|| usual.iter().find_map(|file| portable(ground, file)))
    }
}

fn portable(ground: &Path, file: &str) -> Option<Portable> {
    let kind = match Path::new(file).extension()?.to_str()? {
        "wasm" | "cwasm" => PortableKind::Binary,
        "py" => PortableKind::Python,
        "js" | "mjs" | "cjs" => PortableKind::JavaScript,
        _ => return None,
    };
    let is_inside = Path::new(file).components().all(|part| matches!(part, std::path::Component::Normal(_)));
    (is_inside && ground.join(file).is_file()).then(|| Portable { file: file.to_owned(), kind })
}
