//! A class: its page as a browser reads it, its sheets as a reader of CSV does, its table without a word that steers.

use crate::hostile::EVIL;
use crate::markup::holds;
use csv::{ReaderBuilder, StringRecord};
use gradus_model::class::{
    Adjustment, Attention, Cell, Change, Class, ClassCheck, Late, Policy, Row, Standing, mark,
};
use gradus_model::grader::Worth;
use gradus_model::report::ExerciseName;
use gradus_model::score::Score;
use gradus_report::class::{canvas, csv, html, moodle, table};
use gradus_report::terminal::Style;
use std::time::Duration;

const CHECKS: usize = 12;

fn cells(at: usize) -> Vec<Cell> {
    let kinds = [Cell::Passed, Cell::Failed, Cell::Skipped, Cell::Unstable, Cell::Broken, Cell::Unknown];
    (0..CHECKS).map(|check| kinds[(at * check) % kinds.len()]).collect()
}

fn row(at: usize, student: &str) -> Row {
    let standing = match at % 5 {
        0 => Standing::Failed,
        1 => Standing::Incomplete(student.into()),
        2 => Standing::Refused(student.into()),
        _ => Standing::Passed,
    };
    let attention = [
        Attention::Unstable(vec!["check-1".into()]),
        Attention::NearLimit(student.into()),
        Attention::Late,
        Attention::SelfDeclared,
    ];
    Row {
        student: student.into(),
        name: at.is_multiple_of(2).then(|| format!("Name of {student}")),
        members: Vec::new(),
        label: student.into(),
        standing,
        score: Score { earned: (at % 11) as u32, maximum: 10 },
        late: (at % 7 == 3).then_some(Late { by: Duration::from_secs(90_000), off: 20 }),
        adjustments: (at % 9 == 4)
            .then(|| Adjustment { change: Change::By(-1), reason: student.into() })
            .into_iter()
            .collect(),
        notes: vec![student.into()],
        attention: attention.into_iter().skip(at % 5).collect(),
        cells: cells(at),
        gradings: 1,
        took: Duration::from_millis(20 * at as u64),
        memory: Some(1 << 20),
        graded: "2026-11-21T12:31:00Z".into(),
        digest: "00".into(),
    }
}

fn of(rows: Vec<Row>) -> Class {
    let check = |at| ClassCheck {
        id: format!("check-{at}"),
        claim: format!("Claim {at} holds"),
        worth: Worth::Points(1),
        hidden: at % 4 == 0,
    };
    Class {
        exercise: ExerciseName { slug: "demo".into(), title: "Demo".into() },
        pass: 80,
        checks: (0..CHECKS).map(check).collect(),
        rows,
        policy: Policy::default(),
        untimed: 0,
        as_of: "2026-11-21T12:31:00Z".into(),
    }
}

/// Two hundred, some of whom have chosen their names with care.
fn large() -> Class {
    let names = [EVIL, "=cmd|'calc'!A1", "+1", "-1", "@SUM(A1)", "a,\"b\"\r\nc", "Ada"];
    of((0..200).map(|at| row(at, &format!("{}{at}", names[at % names.len()]))).collect())
}

#[test]
fn a_page_of_two_hundred_is_a_page_and_can_be_heard() {
    let class = large();
    let links: Vec<Option<String>> = (0..200).map(|at| Some(format!("learners/{at}.html"))).collect();
    let known: Vec<&str> = links.iter().flatten().map(String::as_str).collect();
    let read = holds(&html(&class, &links), &known);
    read.can_be_heard();
    // A row for the checks, one for each learner, and one that parts those without a mark.
    assert_eq!(read.count("tr"), 202);
    assert_eq!(
        read.count("td"),
        200 * (CHECKS + 2) - class.rows.iter().filter(|row| mark(row).is_none()).count()
    );
    let text = read.text.borrow();
    assert!(text.contains("<script>pwn()</script></pre></details></style></title><!-- <img src=x"));
    for said in ["Look at these", "Without a mark", "Hardest checks", "Time and memory", "check-0 (hidden)"] {
        assert!(text.contains(said), "{said}");
    }
}

#[test]
fn a_page_without_anything_to_tell_is_a_page() {
    holds(&html(&of(Vec::new()), &[]), &[]).can_be_heard();
    let mut class = of(vec![row(3, "ada")]);
    class.checks.clear();
    class.rows[0].cells.clear();
    holds(&html(&class, &[None]), &[]).can_be_heard();
}

/// As a spreadsheet reads it: every row as long as the header, no cell a formula.
fn read(text: &str) -> (StringRecord, Vec<StringRecord>) {
    let mut reader = ReaderBuilder::new().from_reader(text.as_bytes());
    let header = reader.headers().expect("a header").clone();
    let rows: Vec<StringRecord> =
        reader.records().collect::<Result<_, _>>().expect("rows as long as the header");
    for cell in rows.iter().flatten() {
        let is_number = cell.parse::<f64>().is_ok();
        assert!(is_number || !cell.trim_start().starts_with(['=', '+', '-', '@']), "{cell:?}");
        assert!(!cell.contains(|c: char| c.is_control()), "{cell:?}");
    }
    (header, rows)
}

#[test]
fn the_sheet_has_everybody_and_a_mark_only_for_whom_there_is_one() {
    let class = large();
    let (header, rows) = read(&csv(&class));
    assert_eq!(rows.len(), 200);
    let column = |name: &str| header.iter().position(|column| column == name).expect("a column");
    for (line, row) in rows.iter().zip(&class.rows) {
        assert_eq!(line[column("mark")], mark(row).map_or(String::new(), |mark| mark.to_string()));
    }
    assert_eq!(header.len(), 15 + CHECKS);
}

/// docs.moodle.org, "Quickgrading and offline grading": the columns that an upload of a grading worksheet is recognised by.
#[test]
fn moodle_finds_whom_it_knows_and_nobody_without_a_mark() {
    let mut class = large();
    for (at, row) in class.rows.iter_mut().enumerate() {
        row.student = (1000 + at).to_string();
    }
    let (header, rows) = read(&moodle(&class));
    assert_eq!(header.iter().next(), Some("Identifier"));
    for needed in ["Grade", "Last modified (grade)"] {
        assert!(header.iter().any(|column| column == needed), "{needed}");
    }
    let marked: Vec<_> = class.rows.iter().filter_map(|row| Some((row, mark(row)?))).collect();
    assert_eq!(rows.len(), marked.len());
    for (line, (row, mark)) in rows.iter().zip(marked) {
        assert_eq!(line[0], format!("Participant {}", row.student));
        assert_eq!(line[2], mark.to_string());
        assert!(line[2].parse::<f64>().expect("a number") <= line[3].parse().expect("a number"));
    }
}

/// community.canvaslms.com, "How do I import grades in the Gradebook?": the first five columns in this order, assignments
/// after them, and below the header a row with the points possible.
#[test]
fn canvas_finds_the_columns_that_it_asks_for() {
    let class = large();
    let (header, rows) = read(&canvas(&class, "Demo (4711)"));
    let columns = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Demo (4711)"];
    assert_eq!(header.iter().collect::<Vec<_>>(), columns);
    assert_eq!((rows[0][0].trim(), &rows[0][5]), ("Points Possible", "10"));
    assert_eq!(rows.len() - 1, class.rows.iter().filter(|row| mark(row).is_some()).count());
    assert!(rows[1..].iter().all(|row| row[5].parse::<f64>().is_ok()));
}

#[test]
fn a_deadline_that_judges_nobody_says_so() {
    let mut class = of(vec![row(3, "ada")]);
    class.untimed = 1;
    let style = Style { color: false, width: 100 };
    let said = "Of 1 of 1 learners nobody told when they handed in";
    assert!(!table(&class, &style).contains(said) && !html(&class, &[None]).contains(said));
    class.policy.deadline = Some(0);
    assert!(table(&class, &style).contains(said) && html(&class, &[None]).contains(said));
}

#[test]
fn the_table_has_a_line_for_everybody_and_nothing_that_steers() {
    let class = large();
    let text = table(&class, &Style { color: false, width: 100 });
    assert!(!text.contains(|c: char| c.is_control() && c != '\n'), "{text}");
    // A title, a header, the learners, what parts those without a mark, sums, a legend, checks that few pass.
    assert!(text.lines().filter(|line| line.starts_with(['✓', '✗', '!'])).count() == 200, "{text}");
}
