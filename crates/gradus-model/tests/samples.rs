//! The sample of the guide and the files of the catalogue are read.

use gradus_model::read;

const GUIDE: &str = include_str!("../../../docs/grader-language.md");

fn sample() -> &'static str {
    GUIDE.split("```yaml\n").nth(1).and_then(|rest| rest.split("```").next()).expect("a sample in the guide")
}

#[test]
fn the_sample_of_the_guide_is_read() {
    let grader = read::grader("grader.yaml", sample(), &|_| Err("none".into())).expect("a right grader");
    assert_eq!((grader.pass, grader.checks.len(), grader.checks[0].steps.len()), (80, 1, 3));
}

/// Each folder below a folder of the repository.
fn folders(of: &str) -> Vec<std::path::PathBuf> {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(of);
    std::fs::read_dir(root).expect("a folder").map(|entry| entry.expect("an entry").path()).collect()
}

#[test]
fn the_catalogue_is_read() {
    for folder in folders("exercises") {
        let text = std::fs::read_to_string(folder.join("exercise.toml")).expect("exercise.toml");
        let (exercise, _) = read::exercise("exercise.toml", &text).expect("a right exercise");
        assert_eq!(Some(exercise.slug.as_str()), folder.file_name().and_then(|name| name.to_str()));
    }
    for folder in folders("graders") {
        let text = std::fs::read_to_string(folder.join("grader.yaml")).expect("grader.yaml");
        let files = |path: &str| std::fs::read(folder.join(path)).map_err(|error| error.to_string());
        read::grader("grader.yaml", &text, &files).expect("a right grader");
        for mutant in std::fs::read_dir(folder.join("mutants")).expect("mutants") {
            let file = mutant.expect("an entry").path().join("mutant.toml");
            read::mutant("mutant.toml", &std::fs::read_to_string(file).expect("mutant.toml"))
                .expect("a right mutant");
        }
    }
}
