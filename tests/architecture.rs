//! The manifests hold to the arrows that ARCHITECTURE.md draws, every path that it names is there, and every file of tests is run.

use crate::support::repository;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

fn drawn() -> BTreeMap<String, BTreeSet<String>> {
    let text = std::fs::read_to_string(repository().join("ARCHITECTURE.md")).expect("ARCHITECTURE.md");
    let block = text
        .split("```arrows\n")
        .nth(1)
        .and_then(|rest| rest.split("```").next())
        .expect("a block of arrows");
    let arrow = |line: &str| {
        let (from, to) = line.split_once("->").expect("an arrow on each line");
        (from.trim().to_owned(), to.split_whitespace().map(str::to_owned).collect())
    };
    block.lines().map(arrow).collect()
}

/// What a manifest names of ours, for building the crate or for running it.
fn named(manifest: &Path) -> (String, BTreeSet<String>) {
    let text = std::fs::read_to_string(manifest).expect("a manifest");
    let manifest: toml::Table = text.parse().expect("a manifest in TOML");
    let name = manifest["package"]["name"].as_str().expect("a name").to_owned();
    let tables =
        ["dependencies", "build-dependencies"].iter().filter_map(|key| manifest.get(*key)?.as_table());
    let ours =
        tables.flat_map(|table| table.keys()).filter(|key| key.starts_with("gradus-")).cloned().collect();
    (name, ours)
}

fn manifests() -> Vec<std::path::PathBuf> {
    let crates = std::fs::read_dir(repository().join("crates")).expect("crates/");
    let mut manifests: Vec<_> =
        crates.map(|entry| entry.expect("an entry").path().join("Cargo.toml")).collect();
    manifests.extend(["tests", "benches"].map(|folder| repository().join(folder).join("Cargo.toml")));
    manifests
}

#[test]
fn the_manifests_hold_to_the_arrows() {
    let found: BTreeMap<_, _> = manifests().iter().map(|manifest| named(manifest)).collect();
    assert_eq!(found, drawn());
}

#[test]
fn what_is_pure_knows_no_runtime_and_no_network() {
    for pure in ["gradus-model", "gradus-judge", "gradus-contract", "gradus-similar"] {
        let text = std::fs::read_to_string(repository().join("crates").join(pure).join("Cargo.toml"))
            .expect("a manifest");
        for word in ["tokio", "hyper", "rustix", "libc"] {
            assert!(!text.contains(word), "{pure} names {word}");
        }
        for file in sources(&repository().join("crates").join(pure).join("src")) {
            let text = std::fs::read_to_string(&file).expect("a source file");
            for word in [
                "std::fs",
                "TcpStream",
                "TcpListener",
                "UdpSocket",
                "std::env",
                "std::process",
                "SystemTime",
                "Instant",
                "println!",
            ] {
                assert!(!text.contains(word), "{} uses {word}", file.display());
            }
        }
    }
}

#[test]
fn every_file_says_its_job_in_its_first_line() {
    for manifest in manifests() {
        let package = manifest.parent().expect("a folder");
        let is_crate = package.parent().is_some_and(|parent| parent.ends_with("crates"));
        for file in sources(&if is_crate { package.join("src") } else { package.to_owned() }) {
            let text = std::fs::read_to_string(&file).expect("a source file");
            assert!(text.starts_with("//! "), "{} does not say what it is for", file.display());
        }
    }
}

#[test]
fn every_file_of_tests_is_run() {
    for manifest in manifests() {
        let package = manifest.parent().expect("a folder");
        let tests = if package.ends_with("tests") { package.to_owned() } else { package.join("tests") };
        let Ok(all) = std::fs::read_to_string(tests.join("all.rs")) else { continue };
        for entry in std::fs::read_dir(&tests).expect("tests") {
            let path = entry.expect("an entry").path();
            let name = path.file_stem().and_then(|name| name.to_str()).expect("a name in UTF-8").to_owned();
            let is_named = name == "all" || all.contains(&format!("mod {name};"));
            assert!(
                path.extension().is_none_or(|kind| kind != "rs") || is_named,
                "{path:?} is not in all.rs"
            );
        }
    }
}

#[test]
fn every_path_that_the_architecture_names_is_there() {
    let text = std::fs::read_to_string(repository().join("ARCHITECTURE.md")).expect("ARCHITECTURE.md");
    let paths: Vec<&str> = text.split('`').filter(|word| word.starts_with("crates/")).collect();
    assert!(paths.len() >= 4, "it names where to start reading");
    for path in paths {
        assert!(repository().join(path).exists(), "{path} is not there");
    }
}

fn sources(dir: &Path) -> Vec<std::path::PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(dir).into_iter().flatten() {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}
