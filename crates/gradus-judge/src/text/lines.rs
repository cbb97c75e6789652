//! The difference of two texts line by line, bounded whatever the texts are.

use crate::words;
use gradus_model::outcome::DiffLine;
use similar::DiffOp;
use similar::algorithms::{Capture, Compact, Replace, myers};

/// Lines of each text that are compared, after the equal ones at the beginning: Myers' algorithm needs time for their product.
const MOST_COMPARED: usize = 2_000;
/// Equal lines around a difference.
const CONTEXT: usize = 3;
/// Lines of difference that are told.
const MOST_LINES: usize = 200;

/// What differs, line by line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Difference {
    /// The lines that differ, with three equal ones around them and gaps between; none if all lines are equal.
    pub lines: Vec<DiffLine>,
    /// Whether there may be more differences than these.
    pub is_cut: bool,
}

/// Compares texts line by line (line ends count: a `\r` shows as such). At most two hundred lines come out.
pub fn difference(wanted: &str, got: &str) -> Difference {
    let (wanted, got) = lines(wanted, got);
    let same = wanted.iter().zip(&got).take_while(|(wanted, got)| wanted == got).count();
    let start = same.saturating_sub(CONTEXT);
    let is_long = wanted.len().max(got.len()) > start + MOST_COMPARED;
    let (wanted, got) = (window(&wanted, start), window(&got, start));
    let mut lines = told(start, wanted, got);
    let is_cut = is_long || lines.len() > MOST_LINES;
    lines.truncate(MOST_LINES);
    Difference { lines, is_cut }
}

/// What makes one of the other. The library would bring its other algorithms, too.
fn operations(wanted: &[&str], got: &[&str]) -> Vec<DiffOp> {
    let mut hook = Compact::new(Replace::new(Capture::new()), wanted, got);
    let Ok(()) = myers::diff(&mut hook, wanted, 0..wanted.len(), got, 0..got.len());
    hook.into_inner().into_inner().into_ops()
}

fn told(start: usize, wanted: &[&str], got: &[&str]) -> Vec<DiffLine> {
    let operations = operations(wanted, got);
    let mut difference = Vec::new();
    if start > 0 {
        difference.push(DiffLine::Gap(start));
    }
    let last = operations.len().saturating_sub(1);
    for (index, operation) in operations.iter().enumerate() {
        match operation {
            DiffOp::Equal { old_index, len, .. } => {
                let lines = &wanted[*old_index..old_index + len];
                equal(&mut difference, lines, index == 0, index == last);
            }
            changed => {
                difference
                    .extend(wanted[changed.old_range()].iter().map(|line| DiffLine::Missing(shown(line))));
                difference.extend(got[changed.new_range()].iter().map(|line| DiffLine::Extra(shown(line))));
            }
        }
    }
    if !difference.iter().any(|line| matches!(line, DiffLine::Missing(_) | DiffLine::Extra(_))) {
        return Vec::new();
    }
    difference
}

/// As `str::lines`, but a `\r` stays; and where only one text ends with a newline, that is an empty line of it.
fn lines<'t>(wanted: &'t str, got: &'t str) -> (Vec<&'t str>, Vec<&'t str>) {
    let (wanted, got) = match (wanted.strip_suffix('\n'), got.strip_suffix('\n')) {
        (Some(wanted), Some(got)) => (wanted, got),
        _ => (wanted, got),
    };
    (wanted.split('\n').collect(), got.split('\n').collect())
}

fn window<'l>(lines: &'l [&'l str], start: usize) -> &'l [&'l str] {
    &lines[start.min(lines.len())..(start + MOST_COMPARED).min(lines.len())]
}

fn equal(difference: &mut Vec<DiffLine>, lines: &[&str], is_first: bool, is_last: bool) {
    let before = if is_first { 0 } else { CONTEXT };
    let after = if is_last { 0 } else { CONTEXT };
    let same = |line: &&str| DiffLine::Same(shown(line));
    if lines.len() <= before + after + 1 {
        return difference.extend(lines.iter().map(same));
    }
    difference.extend(lines[..before].iter().map(same));
    difference.push(DiffLine::Gap(lines.len() - before - after));
    difference.extend(lines[lines.len() - after..].iter().map(same));
}

/// A line as it is shown: shortened, and what cannot be seen escaped.
fn shown(line: &str) -> String {
    let mut text = String::new();
    for character in words::shortened(line).chars() {
        match character {
            '\t' | '"' | '\'' | '\\' => text.push(character),
            other => text.extend(other.escape_debug()),
        }
    }
    text
}
