//! The gradebook: marks as files for others, what is said by hand, and that a newer one is left alone.

use crate::support::Gradus;
use crate::support::class::{BAD, Class, GOOD};

#[test]
fn no_cell_of_an_export_is_a_formula() {
    let class =
        Class::new().server("=cmd|'calc'!A1", GOOD).server("+1", GOOD).server("@x", BAD).server("-2", BAD);
    class.batch(&[]).code(0);
    class.gradebook(&["note", "--", "-2", "=1+1"]).code(0);
    class.gradebook(&["adjust", "@x", "--by", "-1", "--reason", "\t=HYPERLINK(1)"]).code(0);
    for format in ["csv", "moodle", "canvas"] {
        let text = class.gradebook(&["export", "--format", format]).code(0).out;
        for cell in text.lines().flat_map(|line| line.split(',')) {
            let cell = cell.trim_start_matches('"').trim_start();
            assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{format}: {cell:?}\n{text}");
        }
        // Moodle's names of participants begin with a word of its own.
        assert!(format == "moodle" || text.contains("'=cmd"), "{text}");
    }
}

#[test]
fn what_was_changed_by_hand_survives_every_grading() {
    let class = Class::new().server("ada", BAD).server("bob", GOOD);
    class.batch(&[]).code(0);
    class.gradebook(&["adjust", "ada", "--by", "5", "--reason", "good style"]).code(0);
    class.gradebook(&["adjust", "bob", "--to", "3", "--reason", "copied"]).code(0);
    class.gradebook(&["note", "ada", "asked for a review"]).code(0);
    let marks = |class: &Class| class.csv(&["student", "mark", "notes"]);
    let expected = [["ada", "6", "asked for a review"], ["bob", "3", ""]];
    assert_eq!(marks(&class), expected);
    class.batch(&["--regrade", "all"]).code(0);
    assert_eq!(marks(&class), expected);
    let class = class.server("ada", GOOD);
    class.batch(&[]).code(0);
    assert_eq!(marks(&class), [["ada", "15", "asked for a review"], ["bob", "3", ""]]);
    class
        .gradebook(&["explain", "ada"])
        .code(0)
        .says("by hand: +5 points: good style")
        .says("note: asked for a review")
        .says("run 3.1");
    class.gradebook(&["adjust", "bob", "--undo"]).code(0).says("Took back");
    class.gradebook(&["adjust", "bob", "--undo"]).code(0).says("There was no change");
    assert_eq!(marks(&class)[1], ["bob", "10", ""]);
    class.gradebook(&["adjust", "ada", "--by", "5"]).code(2).complains("without a reason");
    class
        .gradebook(&["adjust", "nobody", "--by", "5", "--reason", "x"])
        .code(2)
        .complains("knows no `nobody`");
}

#[test]
fn whoever_has_no_mark_is_named_and_never_exported() {
    let class = Class::new().server("ada", GOOD);
    class.0.write("class/broken.zip", "no zip");
    class.0.write(
        "class/lua/gradus.toml",
        "format = 1\nexercise = \"demo\"\n[run]\nstart = [\"no-such-tool-here\", \"x\"]\n",
    );
    let ran = class.batch(&[]);
    for format in ["moodle", "canvas"] {
        let export = class
            .gradebook(&["export", "--format", format])
            .code(0)
            .complains("without a mark")
            .complains("broken");
        assert!(export.out.contains("ada") && !export.out.contains("broken"), "{}", export.out);
    }
    class.gradebook(&["adjust", "broken", "--to", "4", "--reason", "sent by mail"]).code(0);
    class.gradebook(&["export", "--format", "canvas"]).code(0).says("broken,,,broken,,4");
    assert!(ran.out.contains("refused"), "{}", ran.out);
}

#[test]
fn a_newer_gradebook_is_left_alone() {
    let class = Class::new().server("ada", GOOD);
    class.batch(&[]).code(0);
    class.database().pragma_update(None, "user_version", 99).expect("a version");
    for ran in [class.batch(&[]), class.gradebook(&["show"])] {
        ran.code(2).complains("was made by a newer Gradus: it has version 99").complains("--gradebook FILE");
    }
    let version: i64 =
        class.database().query_row("pragma user_version", [], |row| row.get(0)).expect("a version");
    assert_eq!(version, 99);
}

#[test]
fn the_best_or_the_latest_of_several_submissions_counts() {
    let class = Class::new().server("one", GOOD).server("two", BAD);
    class.0.write("first.csv", "student,path,submitted_at\nada,class/one,2026-11-19T12:00:00Z\n");
    class.0.write("second.csv", "student,path,submitted_at\nada,class/two,2026-11-20T12:00:00Z\n");
    class.batch_of("first.csv", &[]).run().code(0);
    class.batch_of("second.csv", &[]).run().code(0);
    assert_eq!(class.csv(&["student", "mark"]), [["ada", "1"]]);
    class.gradebook(&["show", "--counts", "best"]).code(0).says("10/10");
    // It is kept, so that everything that is shown or written afterwards tells the same.
    assert_eq!(class.csv(&["student", "mark"]), [["ada", "10"]]);
    class
        .gradebook(&["show", "--deadline", "2026-11-19T11:00:00Z", "--late", "50%/day"])
        .code(0)
        .says("5/10");
    class.gradebook(&["show", "--deadline", "none"]).code(0).says("10/10").never_says("nobody told");
}

#[test]
fn what_a_roster_told_stays_known_when_the_same_files_come_from_a_folder() {
    let class = Class::new().server("ada", GOOD);
    class.0.write("r.csv", "student,name,path,submitted_at\nada,Ada L,class/ada,2026-11-20T12:00:00Z\n");
    class.batch_of("r.csv", &["--deadline", "2026-11-20T11:00:00Z", "--late", "10%/day"]).run().code(0);
    class.batch(&["--regrade", "all"]).code(0);
    assert_eq!(class.csv(&["student", "name", "mark"]), [["ada", "Ada L", "9"]]);
    // Another content, handed in later, counts from then on, whoever knows a time.
    let class = class.server("ada", BAD);
    class.batch(&[]).code(0);
    assert_eq!(class.csv(&["student", "mark"]), [["ada", "1"]]);
    class.gradebook(&["show"]).code(0).says("Of 1 of 1 learners nobody told when they handed in");
}

#[test]
fn the_page_needs_nothing_and_shows_learners_only_what_is_theirs() {
    let class = Class::new().server("ada", GOOD).server("<script>alert(1)</script>", BAD);
    class.batch(&["--out", "pages"]).code(0).says("index.html");
    let page = std::fs::read_to_string(class.path("pages/index.html")).expect("a page");
    assert!(!page.contains("<script") && page.contains("&lt;script&gt;"), "{page}");
    assert!(
        !page.contains("http://") && !page.contains("https://") && !page.contains("src="),
        "it loads nothing"
    );
    for word in
        ["The root answers", "Hardest checks", "Time and memory", "learners/ada.html", "secret (hidden)"]
    {
        assert!(page.contains(word), "the page does not say {word:?}");
    }
    let learner = std::fs::read_to_string(class.path("pages/learners/ada.html")).expect("a page");
    assert!(learner.contains("It keeps a secret") && !learner.contains("/secret"), "{learner}");
}

#[test]
fn a_renamed_copy_is_found_and_shown_beside_its_original() {
    let original = "def area(shape):\n    if shape['kind'] == 'circle':\n        return 3.14 * shape['r'] ** 2\n    sides = [shape[k] for k in ('a', 'b')]\n    total = sides[0] * sides[1]\n    while total > 100:\n        total = total / 2 - len(sides)\n    return total\n";
    let copy = original.replace("shape", "thing").replace("total", "sum_up").replace("sides", "edges");
    let other = "import math\nclass Shape:\n    def __init__(self, **given): self.given = given\n    def area(self): return math.prod(self.given.get(k, 1) for k in 'ab') if 'r' not in self.given else math.pi * pow(self.given['r'], 2)\n";
    let class = Class::new().program("ada", original).program("eve", &copy).program("<b>", other);
    class.0.write("exercises/demo/starters/python/app.py", "print()\n");
    let root = class.path("").display().to_string();
    let arguments = ["similar", "demo", "class", "--exercises", &root, "--out", "alike"];
    let ran = Gradus::new(arguments).dir(&class.path("")).run().code(0).says("100 %");
    assert!(ran.out.contains("ada  eve") && !ran.out.contains("<b>"), "{}", ran.out);
    let page = std::fs::read_to_string(class.path("alike/pair-1.html")).expect("a page");
    assert!(
        page.contains("ada and eve") && page.contains("thing[&#39;kind&#39;]")
            || page.contains("thing['kind']"),
        "{page}"
    );
    assert!(
        std::fs::read_to_string(class.path("alike/index.html"))
            .is_ok_and(|page| page.contains("pair-1.html"))
    );
}
