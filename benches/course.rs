//! An exercise with a grader of a given size, and the server as its submission, in a temporary folder.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

const EXERCISE: &str = r#"format = 1
slug = "bench"
title = "Bench"
summary = "An exercise of the benchmarks."
track = "foundations"
difficulty = 1
submission = "server"
skills = ["HTTP"]
languages = []
"#;

/// What is graded, and by what.
pub struct Course(TempDir);

impl Course {
    /// A grader of so many checks, each of so many requests. The first seven of eight requests have three expectations
    /// each, the others two.
    pub fn new(checks: usize, requests: usize) -> Self {
        let mut grader = "format: 1\nexercise: bench\npass: 100\nchecks:\n".to_owned();
        for check in 0..checks {
            let _ = writeln!(
                grader,
                "  - id: check-{check}\n    claim: Items are there\n    points: 1\n    steps:"
            );
            for item in check * requests + 1..=(check + 1) * requests {
                let name = if item % 8 == 0 { String::new() } else { format!(", name: item {item}") };
                let _ = writeln!(
                    grader,
                    "      - get: /items/{item}\n        expect: {{ status: 200, json: {{ $partial: {{ id: {item}{name} }} }} }}"
                );
            }
        }
        Self::of(&grader)
    }

    /// A grader of one check: a load on so many connections, for so many seconds.
    pub fn of_load(connections: usize, seconds: u64) -> Self {
        Self::of(&format!(
            "format: 1\nexercise: bench\npass: 100\nchecks:\n  - id: load\n    claim: It bears load\n    points: 1\n    steps:\n      - load: {{ connections: {connections}, for: {seconds}s, requests: [ {{ get: /items/1, expect: {{ json: {{ $partial: {{ id: 1 }} }} }} }} ] }}\n        expect: {{ errors: 0 }}\n"
        ))
    }

    /// This grader.
    fn of(grader: &str) -> Self {
        let course = Self(tempfile::tempdir().expect("a temporary folder"));
        course.write("exercises/bench/exercise.toml", EXERCISE);
        course.write("exercises/bench/README.md", "# Bench\n");
        course.write("graders/bench/grader.yaml", grader);
        let start = "format = 1\nexercise = \"bench\"\n\n[run]\nstart = [\"./server\", \"serve\"]\n";
        course.write("work/gradus.toml", start);
        let us = std::env::current_exe().expect("our own path");
        std::fs::copy(us, course.work().join("server")).expect("a copy of the server");
        course
    }

    /// Where exercises and graders are.
    pub fn root(&self) -> &Path {
        self.0.path()
    }

    /// The submission.
    pub fn work(&self) -> PathBuf {
        self.root().join("work")
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.root().join(path);
        std::fs::create_dir_all(path.parent().expect("a file has a folder")).expect("a folder");
        std::fs::write(path, text).expect("a file");
    }
}
