//! How a folder of submissions is laid out. It reads names, and of files only what other systems wrote beside submissions.

use super::{Class, ClassError, Source, Student, Submission, io_error, metadata, names};
use crate::plan::plan;
use crate::{archive, git, tree};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// How deep folders that hold nothing but one folder are opened.
const WRAPPERS: usize = 4;
/// After so many files a size is large enough to be told from others.
const ENOUGH_FILES: usize = 20_000;

/// What lies in a folder.
struct Lying {
    folders: Vec<(String, PathBuf)>,
    files: Vec<(String, PathBuf)>,
    /// Links, devices and the like; whose links lead where is nobody's to say.
    others: Vec<String>,
}

pub fn read(dir: &Path) -> Result<Class, ClassError> {
    let mut lying = opened(dir)?;
    let others = std::mem::take(&mut lying.others);
    let mut class = told(lying);
    class
        .passed_over
        .extend(others.into_iter().map(|name| (name, "it is neither a folder nor a file".into())));
    Ok(class)
}

/// What lies in a folder, or in the one folder that is all that it holds.
fn opened(dir: &Path) -> Result<Lying, ClassError> {
    let mut dir = dir.to_owned();
    let mut lying = look(&dir)?;
    for _ in 0..WRAPPERS {
        let [(name, only)] = lying.folders.as_slice() else { break };
        // What would start is somebody's, and so is what holds nothing that could be.
        let is_somebodys = is_submission(only) || plan(only, None).is_ok() || names::moodle(name).is_some();
        if !lying.files.is_empty() || !lying.others.is_empty() || is_somebodys {
            break;
        }
        let inner = look(only)?;
        let could_be = |name: &str| archive::stem(name).is_some() || names::canvas(name).is_some();
        if inner.folders.is_empty() && !inner.files.iter().any(|(name, _)| could_be(name)) {
            break;
        }
        dir = only.clone();
        lying = inner;
    }
    if is_submission(&dir) { Err(ClassError::OneSubmission(dir)) } else { Ok(lying) }
}

/// Whose each of them is.
fn told(mut lying: Lying) -> Class {
    if let Some(index) = lying.files.iter().position(|(name, _)| name == metadata::FILE) {
        let (_, file) = lying.files.swap_remove(index);
        return gradescope(&file, lying);
    }
    let all = || lying.folders.iter().chain(&lying.files);
    if all().next().is_some() && all().all(|(name, _)| names::moodle(name).is_some()) {
        return grouped("a Moodle export", lying, names::moodle);
    }
    if lying.folders.is_empty() && lying.files.iter().all(|(name, _)| names::canvas(name).is_some()) {
        return grouped("a Canvas export", lying, names::canvas);
    }
    if lying.folders.len() > 1 && lying.folders.iter().all(|(_, path)| git::is_clone(path)) {
        return clones(lying);
    }
    plain(lying)
}

/// Files and folders by name, without what desktop systems leave.
fn look(dir: &Path) -> Result<Lying, ClassError> {
    let mut lying = Lying { folders: Vec::new(), files: Vec::new(), others: Vec::new() };
    for entry in fs::read_dir(dir).map_err(|error| io_error(dir, error))? {
        let entry = entry.map_err(|error| io_error(dir, error))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with('.') || name == "__MACOSX" {
            continue;
        }
        let kind = entry.file_type().map_err(|error| io_error(dir, error))?;
        if kind.is_dir() {
            lying.folders.push((name, entry.path()));
        } else if kind.is_file() {
            lying.files.push((name, entry.path()));
        } else {
            lying.others.push(name);
        }
    }
    lying.folders.sort();
    lying.files.sort();
    Ok(lying)
}

/// Whether a folder says of itself that it is one submission.
fn is_submission(dir: &Path) -> bool {
    dir.join("gradus.toml").is_file() || dir.join("Procfile").is_file()
}

/// Each folder and each archive is one learner's.
fn plain(lying: Lying) -> Class {
    let mut class =
        Class { layout: "a folder of submissions", submissions: Vec::new(), passed_over: Vec::new() };
    for (name, path) in lying.folders {
        class.submissions.push(of(Student { id: name, ..Student::default() }, folder(path)));
    }
    for (name, path) in lying.files {
        match archive::stem(&name) {
            Some(stem) => {
                let student = Student { id: stem.to_owned(), ..Student::default() };
                class.submissions.push(of(student, Source::Archive(path)));
            }
            None => class.passed_over.push((name, "it is neither a folder nor an archive".into())),
        }
    }
    class
}

fn of(student: Student, source: Source) -> Submission {
    Submission { student, label: String::new(), source, submitted_at: None }
}

/// A clone is taken at its current commit: what was never committed was never handed in.
fn folder(path: PathBuf) -> Source {
    if git::is_clone(&path) { Source::Git { repository: path, revision: None } } else { Source::Folder(path) }
}

/// What lies there of one learner.
#[derive(Default)]
struct Group {
    name: String,
    folders: Vec<PathBuf>,
    /// Each with the name that its owner gave it.
    files: Vec<(PathBuf, String)>,
}

impl Group {
    fn source(mut self) -> Source {
        match (self.folders.len(), self.files.as_slice()) {
            (1, []) => folder(self.folders.remove(0)),
            (0, [(path, name)]) if archive::stem(name).is_some() => Source::Archive(path.clone()),
            (0, _) => Source::Files(self.files),
            _ => Source::Refused("it is there several times, and nothing tells which one counts".into()),
        }
    }
}

/// Files and folders whose names tell whose they are; several may be of one learner.
fn grouped(layout: &'static str, lying: Lying, told: fn(&str) -> Option<names::Told>) -> Class {
    let mut class = Class { layout, submissions: Vec::new(), passed_over: Vec::new() };
    let mut groups: BTreeMap<String, Group> = BTreeMap::new();
    for (index, (name, path)) in lying.folders.into_iter().chain(lying.files).enumerate() {
        let Some(told) = told(&name) else { continue };
        if told.is_text {
            class.passed_over.push((name, "it is text that was typed into a form".into()));
            continue;
        }
        let group = groups.entry(told.id).or_default();
        group.name = told.name;
        match told.file {
            None => group.folders.push(path),
            Some(file) => {
                // Two files of one name are two versions; a name of its own keeps both.
                let taken = group.files.iter().any(|(_, name)| *name == file);
                group.files.push((path, if taken { format!("{index}-{file}") } else { file }));
            }
        }
    }
    for (id, group) in groups {
        let student = Student { id, name: Some(group.name.clone()), members: Vec::new() };
        class.submissions.push(of(student, group.source()));
    }
    class
}

/// `hello-service-alice`, `hello-service-bob`: what all names begin with is the assignment's.
fn clones(lying: Lying) -> Class {
    let names: Vec<&str> = lying.folders.iter().map(|(name, _)| name.as_str()).collect();
    let prefix = names::common_prefix(&names).len();
    let submissions = lying.folders.iter().map(|(name, path)| {
        let student = Student { id: name[prefix..].to_owned(), ..Student::default() };
        of(student, folder(path.clone()))
    });
    let submissions = submissions.collect();
    let passed_over = lying.files.into_iter().map(|(name, _)| (name, "it is no clone".to_owned())).collect();
    Class { layout: "a folder of clones", submissions, passed_over }
}

/// `submission_metadata.yml` tells whose the folders are.
fn gradescope(file: &Path, lying: Lying) -> Class {
    let mut class = Class { layout: "a Gradescope export", submissions: Vec::new(), passed_over: Vec::new() };
    let text = fs::read_to_string(file).unwrap_or_default();
    let known = metadata::read(&text);
    for (name, path) in lying.folders {
        let Some(told) = known.get(&name) else {
            class.passed_over.push((name, format!("{} does not name it", metadata::FILE)));
            continue;
        };
        let source = folder(path);
        let submission = Submission {
            student: told.student(),
            label: String::new(),
            source,
            submitted_at: told.submitted_at,
        };
        class.submissions.push(submission);
    }
    for (name, _) in lying.files {
        class.passed_over.push((name, "it is no folder of a submission".into()));
    }
    class
}

/// Bytes of the files that belong to a submission, or of the first many of them.
pub fn size(dir: &Path) -> u64 {
    let mut open = vec![dir.to_owned()];
    let (mut files, mut bytes) = (0, 0);
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let Ok(kind) = entry.file_type() else { continue };
            if kind.is_dir() && !tree::is_never_kept(&entry.file_name().to_string_lossy()) {
                open.push(entry.path());
            } else if kind.is_file() {
                bytes += entry.metadata().map_or(0, |meta| meta.len());
            }
            files += 1;
            if files > ENOUGH_FILES {
                return bytes;
            }
        }
    }
    bytes
}
