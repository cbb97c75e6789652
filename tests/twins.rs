//! Files that several exercises or languages share lie in each of them, since a starter is copied as it is: they stay equal.

use crate::support::repository;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The files below a folder, relative to it.
fn files(folder: &Path) -> BTreeSet<PathBuf> {
    let mut found = BTreeSet::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(&next).unwrap_or_else(|error| panic!("{}: {error}", next.display())) {
            let path = entry.expect("an entry").path();
            // What running one in place leaves behind is nobody's.
            if path.is_dir() {
                folders.extend(Some(path).filter(|path| !path.ends_with("__pycache__")));
            } else {
                found.insert(path.strip_prefix(folder).expect("it lies below").to_owned());
            }
        }
    }
    found
}

#[track_caller]
fn equal(one: &Path, other: &Path) {
    let read =
        |path: &Path| std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    assert!(read(one) == read(other), "{} and {} should be equal", one.display(), other.display());
}

/// The same files in both folders, equal but for these, which differ for a reason and so must.
#[track_caller]
fn twins(one: &str, other: &str, differ: &[&str]) {
    let (one, other) = (repository().join(one), repository().join(other));
    assert_eq!(files(&one), files(&other), "{} and {}", one.display(), other.display());
    for file in files(&one) {
        let (one, other) = (one.join(&file), other.join(&file));
        if differ.iter().any(|name| Path::new(name) == file) {
            assert!(
                std::fs::read(&one).ok() != std::fs::read(&other).ok(),
                "{} is no exception",
                one.display()
            );
        } else {
            equal(&one, &other);
        }
    }
}

#[test]
fn the_clinic_is_the_same_with_both_databases_but_for_what_talks_to_them() {
    let (maria, postgres) = ("slow-query-clinic", "slow-query-clinic-pg");
    for (language, ending) in [("python", "py"), ("javascript", "js")] {
        let [clinic, database] = ["clinic", "database"].map(|name| format!("{name}.{ending}"));
        for folder in ["exercises/#/starters", "graders/#/solutions"] {
            let of = |slug: &str| format!("{}/{language}", folder.replace('#', slug));
            twins(&of(maria), &of(postgres), &[&clinic, &database, "gradus.toml"]);
        }
        for slug in [maria, postgres] {
            let starter = format!("exercises/{slug}/starters/{language}");
            twins(&starter, &format!("graders/{slug}/solutions/{language}"), &[&clinic]);
        }
    }
    let contract = |slug: &str| {
        let path = repository().join(format!("exercises/{slug}/openapi.yaml"));
        std::fs::read_to_string(path).expect("a contract")
    };
    assert_eq!(contract(maria).replace("MariaDB", "PostgreSQL"), contract(postgres));
    // Each database has its own order of capitals and accents.
    let expected = |slug: &str| format!("graders/{slug}/expected");
    twins(&expected(maria), &expected(postgres), &["ties.json", "ties-2.json"]);
}

#[test]
fn the_shop_is_the_same_in_each_dialect() {
    let starter = |dialect: &str| format!("exercises/sql-reports/starters/{dialect}");
    for dialect in ["mariadb", "postgresql"] {
        twins(&starter("sqlite"), &starter(dialect), &["gradus.toml", "data/schema.sql"]);
    }
    let grader = repository().join("graders/sql-reports");
    for dialect in ["sqlite", "mariadb", "postgresql"] {
        let data = repository().join(starter(dialect)).join("data");
        equal(&data.join("shop.sql"), &grader.join("data/shop.sql"));
        equal(&data.join("schema.sql"), &grader.join(format!("schema.{dialect}.sql")));
    }
}

#[test]
fn the_proxy_serves_the_same_files_with_each_server() {
    for folder in ["public", "private"] {
        let starter = |server: &str| format!("exercises/edge-proxy/starters/{server}/{folder}");
        for server in ["nginx", "apache", "lighttpd"] {
            twins(&starter("nginx"), &starter(server), &[]);
            twins(&starter(server), &format!("graders/edge-proxy/solutions/{server}/{folder}"), &[]);
        }
    }
}
