//! Two texts side by side with what is alike in them marked, and a ranking of such pairs, as pages that need nothing else.
//! It is told what is alike and compares nothing.

use crate::clean::{sanitize_block, sanitize_line};
use crate::html::{POLICY, STYLE};
use maud::{DOCTYPE, Markup, PreEscaped, html};

const BESIDE_STYLE: &str = include_str!("beside/style.css");

/// A pair in a ranking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ranked {
    /// Whose.
    pub names: [String; 2],
    /// How much of both is alike.
    pub percent: u32,
    /// About how many tokens are.
    pub shared: usize,
    /// Where they are shown side by side.
    pub link: Option<String>,
}

/// Two programs side by side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Beside {
    /// What the page is about.
    pub ranked: Ranked,
    /// The files of both.
    pub files: [Vec<File>; 2],
    /// How many stretches are alike.
    pub stretches: usize,
}

/// A file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Its path.
    pub path: String,
    /// Its text.
    pub text: String,
    /// Lines that are alike: from, to (from 1, both included) and the number of the stretch, from 1.
    pub alike: Vec<(u32, u32, usize)>,
}

/// The page of a ranking.
pub fn ranking(title: &str, pairs: &[Ranked]) -> String {
    let body = html! {
        header {
            h1 { (sanitize_line(title)) }
            p.of { "Who wrote alike? Names, layout and order count for nothing, and neither does what everybody was given." }
        }
        main {
            @if pairs.is_empty() { p { "No two share more than any two would." } }
            @else {
                p.note { "A high figure is a reason to look, and no proof." }
                table.ranked {
                    thead { tr { th scope="col" { "pair" } th scope="col" { "alike" } th scope="col" { "tokens" } } }
                    tbody { @for pair in pairs { (line(pair)) } }
                }
            }
        }
    };
    page(title, &body)
}

fn line(pair: &Ranked) -> Markup {
    html! {
        tr {
            th scope="row" {
                @match &pair.link {
                    Some(link) => a href=(link) { (title(pair)) },
                    None => (title(pair)),
                }
            }
            td.number { (pair.percent) " %" }
            td.number { (pair.shared) }
        }
    }
}

fn title(pair: &Ranked) -> String {
    format!("{} and {}", sanitize_line(&pair.names[0]), sanitize_line(&pair.names[1]))
}

/// The page of a pair.
pub fn html(beside: &Beside) -> String {
    let body = html! {
        header {
            h1 { (title(&beside.ranked)) }
            p.of { (beside.ranked.percent) " % alike, about " (beside.ranked.shared) " tokens. A reason to look, and no proof." }
        }
        main {
            @if beside.stretches > 0 {
                nav aria-label="What is alike" {
                    "Alike: "
                    @for number in 1..=beside.stretches {
                        a href={ "#s0-" (number) } aria-label={ "stretch " (number) } { (number) } " "
                    }
                }
            }
            div.beside {
                @for (side, files) in beside.files.iter().enumerate() {
                    section aria-label=(sanitize_line(&beside.ranked.names[side])) {
                        h2 { (sanitize_line(&beside.ranked.names[side])) }
                        @for file in files { (self::file(file, side)) }
                    }
                }
            }
        }
    };
    page(&title(&beside.ranked), &body)
}

fn file(file: &File, side: usize) -> Markup {
    let of = |line: u32| file.alike.iter().find(|(from, to, _)| (*from..=*to).contains(&line)).copied();
    // Each line is made harmless alone: a text's own way to end lines must not shift the numbers.
    let lines: Vec<&str> = file.text.split('\n').collect();
    html! {
        h3 { (sanitize_line(&file.path)) }
        pre {
            @for (number, text) in (1_u32..).zip(&lines) {
                @match of(number) {
                    Some((from, _, stretch)) => {
                        @if from == number {
                            a.leap id={ "s" (side) "-" (stretch) } href={ "#s" (1 - side) "-" (stretch) } aria-label={ "stretch " (stretch) " of the other" } { "↔ " (stretch) }
                        }
                        span.alike.{ "t" (stretch % 6) } { (shown(text)) "\n" }
                    },
                    None => span.own { (shown(text)) "\n" },
                }
            }
        }
    }
}

fn shown(line: &str) -> String {
    sanitize_block(line.trim_end_matches('\r'))
}

fn page(title: &str, body: &Markup) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="referrer" content="no-referrer";
                title { (sanitize_line(title)) }
                style { (PreEscaped(STYLE)) (PreEscaped(BESIDE_STYLE)) }
            }
            body.pairs { (body) }
        }
    };
    page.into_string() + "\n"
}
