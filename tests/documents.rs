//! The documents are true: the README's commands run, its table of exit codes is the code's, its links lead somewhere.

use crate::support::{Gradus, repository};

fn readme() -> String {
    std::fs::read_to_string(repository().join("README.md")).expect("README.md")
}

#[test]
fn the_readme_is_short_and_its_links_lead_somewhere() {
    let readme = readme();
    assert!(readme.lines().filter(|line| !is_row_of_exercise(line)).count() < 120);
    for link in readme.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
        let (file, heading) = link.split_once('#').unwrap_or((link, ""));
        let text = std::fs::read_to_string(repository().join(file));
        let text = text.unwrap_or_else(|error| panic!("{link}: {error}"));
        let anchor = |line: &str| line.trim_start_matches('#').trim().to_lowercase().replace(' ', "-");
        let is_there = |line: &str| line.starts_with('#') && anchor(line) == heading;
        assert!(heading.is_empty() || text.lines().any(is_there), "{link} is no heading");
    }
}

/// `| [`slug`](exercises/slug) | …`
fn is_row_of_exercise(line: &str) -> bool {
    line.starts_with("| [`")
}

#[test]
fn the_readme_lists_every_exercise_with_what_it_trains_and_its_languages() {
    let row = |folder: std::fs::DirEntry| {
        let text = std::fs::read_to_string(folder.path().join("exercise.toml")).expect("exercise.toml");
        let exercise: toml::Table = text.parse().expect("TOML");
        let listed = |key: &str| {
            let words =
                exercise[key].as_array().expect("a list").iter().map(|word| word.as_str().expect("text"));
            words.collect::<Vec<_>>().join(", ")
        };
        let slug = exercise["slug"].as_str().expect("text");
        format!("| [`{slug}`](exercises/{slug}/README.md) | {} | {} |", listed("skills"), listed("languages"))
    };
    let folders = std::fs::read_dir(repository().join("exercises")).expect("exercises").flatten();
    let mut rows: Vec<String> =
        folders.filter(|entry| entry.path().join("exercise.toml").exists()).map(row).collect();
    rows.sort();
    let readme = readme();
    let listed: Vec<&str> = readme.lines().filter(|line| is_row_of_exercise(line)).collect();
    assert_eq!(listed, rows, "the rows of README.md should be:\n\n{}\n", rows.join("\n"));
}

#[test]
fn the_demo_of_the_readme_grades_a_good_and_a_wrong_submission() {
    assert!(readme().contains("cargo run --release -- demo"));
    Gradus::new(["demo"])
        .run()
        .code(0)
        .says("A good submission")
        .says("passed")
        .says("A wrong one:")
        .says("✗")
        .says("curl -i");
}

#[test]
fn the_test_command_of_the_readme_is_what_ci_runs() {
    assert!(readme().contains("\n./scripts/test\n"));
    let ci = std::fs::read_to_string(repository().join(".ci/run")).expect(".ci/run");
    assert!(ci.contains("exec ./scripts/test"));
}

#[test]
fn the_table_of_exit_codes_is_the_codes() {
    let source = std::fs::read_to_string(repository().join("crates/gradus/src/exit.rs")).expect("exit.rs");
    let mut codes: Vec<&str> = source
        .lines()
        .filter_map(|line| line.trim().split_once(" = ")?.1.strip_suffix(','))
        .filter(|code| code.parse::<u8>().is_ok())
        .collect();
    let readme = readme();
    let table =
        readme.split("## Exit codes").nth(1).and_then(|rest| rest.split("##").next()).expect("a table");
    let mut told: Vec<&str> = table
        .lines()
        .filter_map(|line| line.strip_prefix("| ")?.split(' ').next())
        .filter(|code| code.parse::<u8>().is_ok())
        .collect();
    codes.sort_unstable();
    told.sort_unstable();
    assert_eq!(codes, told);
    assert!(codes.len() >= 7);
}

#[test]
fn every_command_of_the_readme_is_one() {
    let help = Gradus::new(["--help"]).run().code(0).out;
    for line in readme().lines().filter_map(|line| line.strip_prefix("| `gradus ")) {
        let command = line.split([' ', '`']).next().expect("a command");
        assert!(help.contains(&format!("\n  {command} ")), "`gradus {command}` is no command");
    }
}
