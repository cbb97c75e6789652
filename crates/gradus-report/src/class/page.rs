//! A class as one page that needs nothing else: no script, no font, no network. Learners' pages are linked, wherever they lie.
//!
//! Text gets into it through maud alone, which escapes it; the page forbids itself scripts and loading besides.

mod figures;

use super::harmless::harmless;
use super::{attention, standing, untimed, why};
use crate::html::{POLICY, STYLE};
use crate::words::shorten;
use gradus_model::class::{Attention, Cell, Class, Mark, Row, Standing, mark, mean, median};
use maud::{DOCTYPE, Markup, PreEscaped, html};

const CLASS_STYLE: &str = include_str!("page/style.css");
/// So many learners are shown at once where more are folded up.
const SHOWN: usize = 10;
/// Characters of what the course calls a learner, and of a name.
const CALLED: [usize; 2] = [60, 40];

/// A row with its place: where the learner's page is.
struct Placed<'c> {
    row: &'c Row,
    link: Option<&'c str>,
}

/// The page. `links` are the learners' pages, row by row, relative to it.
pub fn html(class: &Class, links: &[Option<String>]) -> String {
    let class = harmless(class);
    let placed: Vec<Placed<'_>> = class
        .by_attention()
        .into_iter()
        .map(|row| {
            let index = class.rows.iter().position(|other| std::ptr::eq(other, row));
            let link = index.and_then(|index| links.get(index)).and_then(Option::as_deref);
            Placed { row, link }
        })
        .collect();
    page(&class, &placed).into_string() + "\n"
}

fn page(class: &Class, placed: &[Placed<'_>]) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="referrer" content="no-referrer";
                title { (class.exercise.title) ": " (class.rows.len()) " learners" }
                style { (PreEscaped(STYLE)) (PreEscaped(CLASS_STYLE)) }
            }
            body.class {
                a.skip href="#learners" { "Skip to the learners" }
                header {
                    h1 { (class.exercise.title) }
                    p.of { (counted(class.rows.len())) ", passed from " (class.pass) " %, as of " time datetime=(class.as_of) { (when(&class.as_of)) } }
                    (sums(class))
                    @if let Some(untimed) = untimed(class) { p.note { (untimed) } }
                }
                main {
                    (look_at(placed))
                    (matrix(class, placed))
                    (figures::distribution(class))
                    (figures::hardest(class))
                    (figures::used(placed))
                }
            }
        }
    }
}

/// `2026-11-21 12:31 UTC`
fn when(time: &str) -> String {
    match (time.get(..10), time.get(11..16)) {
        (Some(day), Some(minute)) => format!("{day} {minute} UTC"),
        _ => time.to_owned(),
    }
}

fn counted(learners: usize) -> String {
    if learners == 1 { "1 learner".into() } else { format!("{learners} learners") }
}

fn sums(class: &Class) -> Markup {
    let count = |word: &str| class.rows.iter().filter(|row| standing(row) == word).count();
    let marks: Vec<Mark> = class.rows.iter().filter_map(mark).collect();
    let standings = [("passed", "good"), ("failed", "bad"), ("not judged", "open"), ("refused", "open")];
    html! {
        dl.sums {
            @for (word, kind) in standings {
                @if count(word) > 0 || kind != "open" {
                    div.(kind) { dt { (word) } dd { (count(word)) } }
                }
            }
            @if let (Some(mean), Some(median)) = (mean(&marks), median(&marks)) {
                div { dt { "mean" } dd { (mean) " %" } }
                div { dt { "median" } dd { (median) " %" } }
            }
        }
    }
}

fn look_at(placed: &[Placed<'_>]) -> Markup {
    let pressing: Vec<&Placed<'_>> =
        placed.iter().filter(|placed| !placed.row.attention.is_empty()).collect();
    html! {
        @if !pressing.is_empty() {
            section aria-labelledby="look" {
                h2 id="look" { "Look at these" }
                @for alike in pressing.chunk_by(|one, other| pressing_as(one.row) == pressing_as(other.row)) {
                    details.look open[alike.len() <= SHOWN] {
                        summary { h3 { (alike.len()) " " (pressing_as(alike[0].row)) } }
                        ul { @for placed in alike { (told(placed)) } }
                    }
                }
            }
        }
    }
}

/// What of a row presses most, in words that follow a number.
fn pressing_as(row: &Row) -> &'static str {
    match row.attention.iter().min() {
        Some(Attention::Unstable(_)) => "unstable",
        Some(Attention::Refused) => "refused",
        Some(Attention::Incomplete) => "not judged",
        Some(Attention::NearLimit(_)) => "near a limit",
        Some(Attention::NearPass) => "near the pass mark",
        Some(Attention::Late) => "late",
        Some(Attention::SelfDeclared) => "with a self-declared time",
        None => "",
    }
}

fn told(placed: &Placed<'_>) -> Markup {
    html! {
        li {
            (called(placed)) ": " (attention(placed.row))
            @if let Some(why) = why(placed.row) { span.note { " (" (why) ")" } }
        }
    }
}

/// Names are set apart, so that one that is written from right to left turns nothing around it.
fn called(placed: &Placed<'_>) -> Markup {
    let row = placed.row;
    let student = html! { bdi { (shorten(&row.student, CALLED[0])) } };
    html! {
        @match placed.link {
            Some(link) => a href=(link) { (student) },
            None => (student),
        }
        @if let Some(name) = &row.name { " " bdi.note { (shorten(name, CALLED[1])) } }
    }
}

/// Learners down, checks across.
fn matrix(class: &Class, placed: &[Placed<'_>]) -> Markup {
    let (marked, unmarked): (Vec<&Placed<'_>>, Vec<&Placed<'_>>) =
        placed.iter().partition(|placed| mark(placed.row).is_some());
    html! {
        section aria-labelledby="learners" {
            h2 id="learners" tabindex="-1" { "Learners and checks" }
            p.note { "✓ passed, ✗ failed, – not tried, ~ unstable, ! not judged. Whoever asks to be looked at comes first." }
            div.wide role="region" aria-labelledby="learners" tabindex="0" {
                table.matrix {
                    thead {
                        tr {
                            th scope="col" { "learner" }
                            th.number scope="col" { "points" }
                            th.number scope="col" { "%" }
                            @for check in &class.checks {
                                th.asked scope="col" title=(check.claim) { span { (check.id) @if check.hidden { " (hidden)" } } }
                            }
                        }
                    }
                    tbody { @for placed in &marked { (line(placed)) } }
                    @if !unmarked.is_empty() {
                        tbody {
                            tr.apart { th scope="rowgroup" colspan=(class.checks.len() + 3) { "Without a mark" } }
                            @for placed in &unmarked { (line(placed)) }
                        }
                    }
                }
            }
        }
    }
}

fn line(placed: &Placed<'_>) -> Markup {
    let row = placed.row;
    let kind = match row.standing {
        Standing::Passed => "good",
        Standing::Failed => "bad",
        Standing::Incomplete(_) | Standing::Refused(_) => "open",
    };
    html! {
        tr.(kind) {
            th scope="row" {
                (called(placed))
                span.unseen { ", " (standing(row)) }
                @if let Some(late) = row.late { span.tag { "late, −" (late.off) " %" } }
                @if !row.adjustments.is_empty() { span.tag { "by hand" } }
            }
            @match mark(row) {
                Some(mark) => {
                    td.number { (mark) }
                    td.number { (mark.percent()) }
                },
                None => td.number colspan="2" { (standing(row)) },
            }
            @for cell in &row.cells { (self::cell(*cell)) }
        }
    }
}

fn cell(cell: Cell) -> Markup {
    let (kind, sign, word) = match cell {
        Cell::Passed => ("good", "✓", "passed"),
        Cell::Failed => ("bad", "✗", "failed"),
        Cell::Skipped => ("dim", "–", "not tried"),
        Cell::Broken => ("open", "!", "not judged"),
        Cell::Unstable => ("open", "~", "unstable"),
        Cell::Unknown => ("dim", "", "no such check"),
    };
    html! { td.cell.(kind) { span aria-hidden="true" { (sign) } span.unseen { (word) } } }
}
