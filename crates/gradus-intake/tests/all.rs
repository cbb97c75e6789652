//! Folders in; plans, digests, copies and patches out.

mod archive;
mod aside;
mod cache;
mod class;
mod configuration;
mod pack;
mod packages;
mod patch;
mod plan;
mod portable;
mod trace;
mod tree;

use std::fs;
use std::path::Path;
use tempfile::TempDir;

/// A folder with these files.
fn folder(files: &[(&str, &str)]) -> TempDir {
    let dir = tempfile::tempdir().expect("a folder");
    files.iter().for_each(|(path, text)| write(dir.path(), path, text));
    dir
}

fn write(dir: &Path, path: &str, text: &str) {
    let path = dir.join(path);
    fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    fs::write(path, text).expect("a file");
}

fn read(dir: &Path, path: &str) -> String {
    fs::read_to_string(dir.join(path)).expect("a file")
}
