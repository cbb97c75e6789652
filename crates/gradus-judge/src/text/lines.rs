//! The difference of two texts line by line, bounded whatever the texts are.

use crate::words;
use gradus_model::outcome::DiffLine;
use similar::{Algorithm, DiffOp, capture_diff_slices};

/// Lines of each text that are compared, after the equal ones at the beginning: Myers' algorithm needs time for their product.
const MOST_COMPARED: usize = 2_000;
/// Equal lines around a difference.
const CONTEXT: usize = 3;
/// Lines of difference that are told.
const MOST_LINES: usize = 200;

/// The lines that differ, with three equal ones around them and gaps between; at most two hundred. Empty if all lines are
/// equal (line ends count: a `\r` shows as such).
pub fn difference(wanted: &str, got: &str) -> Vec<DiffLine> {
    let (wanted, got): (Vec<&str>, Vec<&str>) = (lines(wanted), lines(got));
    let same = wanted.iter().zip(&got).take_while(|(wanted, got)| wanted == got).count();
    let start = same.saturating_sub(CONTEXT);
    let (wanted, got) = (window(&wanted, start), window(&got, start));
    let operations = capture_diff_slices(Algorithm::Myers, wanted, got);
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
    difference.truncate(MOST_LINES);
    difference
}

/// As `str::lines`, but a `\r` stays, and a missing newline at the end shows.
fn lines(text: &str) -> Vec<&str> {
    text.split('\n').collect()
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
