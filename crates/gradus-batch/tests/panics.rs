//! A bug of ours in one grading costs that grading alone. It has no harness, as its own program is what starts programs.

use gradus_batch::gradebook::{Gradebook, Orders, Regrade, Verdict};
use gradus_batch::{Batch, Event, Scratch};
use gradus_grade::{Interrupt, Sandbox, Supplies};
use gradus_intake::catalogue::Catalogue;
use gradus_intake::class;
use gradus_intake::packages::PackageCache;
use gradus_model::class::{Policy, Standing};
use gradus_model::report::{Progress, Report};
use std::fs;
use std::path::Path;
use std::sync::Mutex;

const EXERCISE: &str = "format = 1\nslug = \"demo\"\ntitle = \"Demo\"\nsummary = \"A test.\"\ntrack = \"foundations\"\n\
    difficulty = 1\nsubmission = \"server\"\nskills = [\"HTTP\"]\nlanguages = []\n";
const GRADER: &str = "format: 1\nexercise: demo\npass: 80\nchecks:\n  - id: root\n    claim: It answers\n    points: 1\n    \
    steps: [ { get: /, expect: { status: 200 } } ]\n";

fn main() {
    gradus_sandbox::enter_if_asked();
    let dir = tempfile::tempdir().expect("a folder");
    write(dir.path(), "exercises/demo/exercise.toml", EXERCISE);
    write(dir.path(), "exercises/demo/README.md", "# Demo\n");
    write(dir.path(), "graders/demo/grader.yaml", GRADER);
    for student in ["ada", "bob", "eve", "zoe"] {
        write(dir.path(), &format!("class/{student}/README.md"), "nothing that starts");
    }
    // The report of the second learner's grading can't be written, and what says so can.
    let panics = |report: &Report| {
        assert!(
            report.submission.name != "bob" || matches!(report.progress, Progress::Broken(_)),
            "on purpose"
        );
        "{}".to_owned()
    };
    let (told, rows) = batch(dir.path(), &panics);
    assert!(
        told.iter().any(|what| what.contains("a bug in Gradus, while it graded bob: on purpose")),
        "{told:?}"
    );
    let standings: Vec<(&str, &Standing)> =
        rows.iter().map(|(student, standing)| (student.as_str(), standing)).collect();
    assert!(
        matches!(
            standings[..],
            [
                ("ada", Standing::Failed),
                ("bob", Standing::Incomplete(_)),
                ("eve", Standing::Failed),
                ("zoe", Standing::Failed)
            ]
        ),
        "{standings:?}"
    );
    // The next batch, with the bug mended, grades that one and no other.
    let (told, rows) = batch(dir.path(), &|_| "{}".to_owned());
    assert_eq!(told, ["graded bob Failed"]);
    assert_eq!(rows[1].1, Standing::Failed);
    println!("a panic costs its submission alone: ok");
}

fn batch(dir: &Path, json: &(dyn Fn(&Report) -> String + Sync)) -> (Vec<String>, Vec<(String, Standing)>) {
    let catalogue = Catalogue::find(Some(dir), None, None, dir, dir).expect("a catalogue");
    let exercise = catalogue.exercise("demo").expect("an exercise").exercise;
    let grader = catalogue.grader("demo").expect("a grader").expect("one");
    let path = dir.join("gradebook.db");
    let scratch = Scratch::beside(&path).expect("a folder");
    let class = class::read(&dir.join("class"), Path::new("")).expect("a class");
    let book = Mutex::new(Gradebook::open(&path).expect("a gradebook"));
    let supplies = Supplies {
        runners: std::path::PathBuf::new(),
        templates: dir.join("services"),
        packages: PackageCache::new(dir),
        hosts: Vec::new(),
        registries: Vec::new(),
    };
    let batch = Batch {
        orders: Orders {
            exercise: &exercise,
            grader: &grader.grader,
            grader_digest: &grader.digest,
            withheld: None,
            baselines: Path::new("none"),
            source: "class",
            isolation: "none",
            regrade: Regrade::Changed,
            repeat: 1,
            seed: Some(1),
        },
        submissions: &class.submissions,
        sandbox: &Sandbox::None { because: None },
        environment: &[],
        supplies: &supplies,
        jobs: 2,
        memory: 1 << 30,
        scratch: &scratch,
        new_seed: 1,
        clock: &|| 1_763_679_540,
        json,
        interrupt: &Interrupt::default(),
    };
    let mut told = Vec::new();
    let summary = gradus_batch::run(&batch, &book, &mut |event| match event {
        Event::Trouble(what) => told.push(what),
        Event::Graded(submission, graded) if graded.verdict != Verdict::Refused => {
            told.push(format!("graded {} {:?}", submission.student.id, graded.verdict));
        }
        _ => {}
    });
    assert!(summary.expect("it runs").complete);
    let book = book.into_inner().expect("nobody holds it");
    let (class, _) = book.class("demo", &Policy::default()).expect("it can be read").expect("a class");
    (told, class.rows.into_iter().map(|row| (row.student, row.standing)).collect())
}

fn write(dir: &Path, path: &str, text: &str) {
    let path = dir.join(path);
    fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    fs::write(path, text).expect("a file");
}
