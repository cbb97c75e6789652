//! Unified differences: made between two folders, and applied exactly, without guessing where a hunk might belong.

use crate::tree;
use similar::TextDiff;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Component, Path, PathBuf};

/// Why a patch does not apply. Lines are those of the patch, from 1.
#[derive(Debug, thiserror::Error)]
pub enum PatchError {
    /// It is not written as a unified difference.
    #[error("line {line} of the patch: {what}")]
    Syntax {
        /// The line.
        line: usize,
        /// What is wrong.
        what: String,
    },
    /// It names a file outside the folder.
    #[error("line {line} of the patch names {path}, which is outside the folder")]
    Outside {
        /// The line.
        line: usize,
        /// The path.
        path: String,
    },
    /// A line that should be there is not.
    #[error("{path}, line {at}: the patch (line {line}) expects {wanted:?}, found {found:?}")]
    Differs {
        /// The file.
        path: String,
        /// Its line, from 1.
        at: usize,
        /// The patch's line.
        line: usize,
        /// What the patch expects.
        wanted: String,
        /// What is there.
        found: String,
    },
    /// A file can't be read or written.
    #[error("{path}: {error}")]
    Io {
        /// The file.
        path: String,
        /// The system's reason.
        error: std::io::Error,
    },
    /// A folder can't be read.
    #[error(transparent)]
    Tree(#[from] tree::TreeError),
}

/// Applies a patch to a folder. When it fails, nothing was changed.
pub fn apply(dir: &Path, patch: &str) -> Result<(), PatchError> {
    let lines: Vec<&str> = patch.split_inclusive('\n').collect();
    let mut reader = Reader { lines: &lines, at: 0 };
    let mut results: Vec<(PathBuf, Option<String>)> = Vec::new();
    while let Some(change) = reader.next_file()? {
        results.push(change.apply(dir, &mut reader)?);
    }
    if results.is_empty() {
        return Err(PatchError::Syntax {
            line: 1,
            what: "it changes no file (expected `--- a/…` and `+++ b/…`)".into(),
        });
    }
    for (path, text) in results {
        write(&path, text)?;
    }
    Ok(())
}

/// The patch that turns one folder into the other; empty when they are the same.
pub fn record(from: &Path, to: &Path) -> Result<String, PatchError> {
    let (before, after) = (tree::files(from)?, tree::files(to)?);
    let paths: BTreeSet<&PathBuf> = before.keys().chain(after.keys()).collect();
    let mut patch = String::new();
    for path in paths {
        let read =
            |entry: Option<&tree::Entry>| entry.map_or(Ok(String::new()), |entry| text_of(&entry.path));
        let (old, new) = (read(before.get(path))?, read(after.get(path))?);
        if old == new {
            continue;
        }
        let name = path.to_string_lossy();
        let side = |there: bool, letter: &str| {
            if there { format!("{letter}/{name}") } else { "/dev/null".to_owned() }
        };
        let (old_name, new_name) =
            (side(before.contains_key(path), "a"), side(after.contains_key(path), "b"));
        patch.push_str(
            &TextDiff::from_lines(&old, &new).unified_diff().header(&old_name, &new_name).to_string(),
        );
    }
    Ok(patch)
}

struct Reader<'p> {
    lines: &'p [&'p str],
    at: usize,
}

struct FileChange {
    old: Option<String>,
    new: Option<String>,
    line: usize,
}

impl<'p> Reader<'p> {
    /// The next `---` and `+++`; what stands between files (`diff --git`, `index`) is passed over.
    fn next_file(&mut self) -> Result<Option<FileChange>, PatchError> {
        while let Some(line) = self.peek() {
            if let Some(old) = line.strip_prefix("--- ") {
                let at = self.at + 1;
                self.at += 1;
                let Some(new) = self.peek().and_then(|line| line.strip_prefix("+++ ")) else {
                    return Err(self.syntax("expected `+++ b/…` after `--- a/…`"));
                };
                self.at += 1;
                return Ok(Some(FileChange { old: name(old), new: name(new), line: at }));
            }
            self.at += 1;
        }
        Ok(None)
    }

    fn peek(&self) -> Option<&'p str> {
        self.lines.get(self.at).copied()
    }

    fn syntax(&self, what: &str) -> PatchError {
        PatchError::Syntax { line: self.at + 1, what: what.to_owned() }
    }
}

impl FileChange {
    /// The file's path and its new text, or nothing if it goes.
    fn apply(&self, dir: &Path, reader: &mut Reader<'_>) -> Result<(PathBuf, Option<String>), PatchError> {
        let named = self.new.as_ref().or(self.old.as_ref());
        let name =
            named.ok_or_else(|| PatchError::Syntax { line: self.line, what: "it names no file".into() })?;
        let inside = Path::new(name).components().all(|part| matches!(part, Component::Normal(_)));
        if !inside || name.is_empty() {
            return Err(PatchError::Outside { line: self.line, path: name.clone() });
        }
        let path = dir.join(name);
        let text = if self.old.is_some() { text_of(&path)? } else { String::new() };
        let old: Vec<&str> = text.split_inclusive('\n').collect();
        let mut new = String::with_capacity(text.len());
        let mut at = 0;
        while let Some(header) = reader.peek().filter(|line| line.starts_with("@@ ")) {
            let begin = begin_of(header)
                .ok_or_else(|| reader.syntax("this hunk's header is not `@@ -1,2 +1,2 @@`"))?;
            reader.at += 1;
            if begin < at || begin > old.len() {
                return Err(reader.syntax("this hunk is out of order or beyond the end of the file"));
            }
            new.extend(old[at..begin].iter().copied());
            at = hunk(name, &old, begin, reader, &mut new)?;
        }
        new.extend(old[at..].iter().copied());
        Ok((path, self.new.is_some().then_some(new)))
    }
}

/// Applies a hunk's lines; the answer is the first old line behind it, from 0.
fn hunk(
    name: &str,
    old: &[&str],
    begin: usize,
    reader: &mut Reader<'_>,
    new: &mut String,
) -> Result<usize, PatchError> {
    let mut at = begin;
    while let Some(line) = reader.peek() {
        // A blank line is a context line whose blank an editor has eaten.
        let (sign, rest) = if line == "\n" {
            (' ', line)
        } else {
            (line.chars().next().unwrap_or('@'), line.get(1..).unwrap_or(""))
        };
        if line.starts_with("--- ")
            && reader.lines.get(reader.at + 1).is_some_and(|next| next.starts_with("+++ "))
        {
            return Ok(at);
        }
        let no_end = reader.lines.get(reader.at + 1).is_some_and(|next| next.starts_with("\\ "));
        let rest = if no_end { rest.strip_suffix('\n').unwrap_or(rest) } else { rest };
        match sign {
            ' ' | '-' => {
                let found = old.get(at).copied().unwrap_or("");
                if found != rest {
                    return Err(PatchError::Differs {
                        path: name.to_owned(),
                        at: at + 1,
                        line: reader.at + 1,
                        wanted: rest.to_owned(),
                        found: found.to_owned(),
                    });
                }
                if sign == ' ' {
                    new.push_str(rest);
                }
                at += 1;
            }
            '+' => new.push_str(rest),
            '\\' => {}
            _ => return Ok(at),
        }
        reader.at += 1;
    }
    Ok(at)
}

/// The file's name without `a/` or `b/` and without a time behind a tab.
fn name(header: &str) -> Option<String> {
    let path = header.trim_end().split('\t').next().unwrap_or("");
    if path == "/dev/null" {
        return None;
    }
    Some(path.strip_prefix("a/").or_else(|| path.strip_prefix("b/")).unwrap_or(path).to_owned())
}

/// The first old line of a hunk, from 0.
fn begin_of(header: &str) -> Option<usize> {
    let range = header.strip_prefix("@@ -")?.split(' ').next()?;
    let (line, count) = range.split_once(',').unwrap_or((range, "1"));
    let line: usize = line.parse().ok()?;
    // A hunk without old lines stands behind the line that it names.
    if count == "0" { Some(line) } else { line.checked_sub(1) }
}

fn text_of(path: &Path) -> Result<String, PatchError> {
    fs::read_to_string(path).map_err(|error| PatchError::Io { path: path.display().to_string(), error })
}

fn write(path: &Path, text: Option<String>) -> Result<(), PatchError> {
    let written = match text {
        None => fs::remove_file(path),
        Some(text) => path.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(path, text)),
    };
    written.map_err(|error| PatchError::Io { path: path.display().to_string(), error })
}
