//! The rows of a query against those that are wanted: all of them and no others, in one order or in any.

mod cell;

use crate::miss::Miss;
use cell::{alike, key, shown};
use gradus_model::json::Json;
use gradus_model::outcome::DiffLine;
use gradus_model::select::Likeness;
use gradus_model::source::Span;
use std::collections::HashMap;

/// How many rows that are missing are shown, and how many that are too many.
const SHOWN: usize = 5;
/// Of so many rows that differ, those that are near each other are sought.
const MOST_COMPARED: usize = 500;

/// What a query gives.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// The names of its columns.
    pub columns: Vec<String>,
    /// Its rows, each with a value for every column.
    pub rows: Vec<Vec<Json>>,
}

/// Every way in which one table is not like the wanted one. Columns whose names are wanted may come in any order, and their
/// case does not matter, as SQL has it.
pub fn judge(wanted: &Table, got: &Table, like: &Likeness, span: Span) -> Vec<Miss> {
    let places = match places(wanted, got, like) {
        Ok(places) => places,
        Err((wanted, got)) => return vec![miss("columns", wanted, got, None, Vec::new(), span)],
    };
    let rows: Vec<Vec<&Json>> =
        got.rows.iter().map(|row| places.iter().filter_map(|place| row.get(*place)).collect()).collect();
    let wants: Vec<Vec<&Json>> = wanted.rows.iter().map(|row| row.iter().collect()).collect();
    let within = like.within.as_deref();
    let (missing, surplus) = differing(&wants, &rows, within);
    let what = format!("{}{}", counted(wants.len()), if like.ordered { " in this order" } else { "" });
    if missing.is_empty() && surplus.is_empty() {
        let first = wants.iter().zip(&rows).position(|(want, row)| !same(want, row, within));
        return match first.filter(|_| like.ordered) {
            None => Vec::new(),
            Some(at) => {
                let difference = vec![
                    DiffLine::Missing(line(&wanted.columns, &wants[at])),
                    DiffLine::Extra(line(&wanted.columns, &rows[at])),
                ];
                let got = format!("the right rows in another order: row {} differs first", at + 1);
                vec![miss("rows", what, got, None, difference, span)]
            }
        };
    }
    let mut differs = Vec::new();
    differs.extend((!missing.is_empty()).then(|| format!("{} missing", are(missing.len()))));
    differs.extend((!surplus.is_empty()).then(|| format!("{} too many", are(surplus.len()))));
    let got = format!("{}, of which {}", counted(rows.len()), differs.join(", and "))
        .replace("0 rows, of which", "no rows:");
    let difference = difference(&wanted.columns, &missing, &surplus);
    let more = missing.len().saturating_sub(SHOWN) + surplus.len().saturating_sub(SHOWN);
    let note = (more > 0).then(|| format!("{more} more are not shown"));
    vec![miss("rows", what, got, note, difference, span)]
}

/// Where each wanted column is; or what is wanted, and what is there.
fn places(wanted: &Table, got: &Table, like: &Likeness) -> Result<Vec<usize>, (String, String)> {
    let names = |columns: &[String]| match columns {
        [] => "no columns".to_owned(),
        some => some.join(", "),
    };
    let refused = || Err((names(&wanted.columns), names(&got.columns)));
    // Nobody knows what the columns of fixed rows are called if there are none.
    if wanted.columns.is_empty() {
        return Ok((0..got.columns.len()).collect());
    }
    if wanted.columns.len() != got.columns.len() {
        return refused();
    }
    if like.placed {
        return Ok((0..got.columns.len()).collect());
    }
    let mut places = Vec::new();
    for name in &wanted.columns {
        let same = |(_, other): &(usize, &String)| other.to_lowercase() == name.to_lowercase();
        let at = got.columns.iter().enumerate().filter(same).map(|(at, _)| at);
        match at.collect::<Vec<_>>().as_slice() {
            [at] => places.push(*at),
            _ => return refused(),
        }
    }
    Ok(places)
}

/// The rows that are missing, and those that are too many: each as often as it is.
fn differing<'r>(
    wants: &[Vec<&'r Json>],
    rows: &[Vec<&'r Json>],
    within: Option<&str>,
) -> (Vec<Vec<&'r Json>>, Vec<Vec<&'r Json>>) {
    let mut left: HashMap<String, usize> = HashMap::new();
    for row in rows {
        *left.entry(key(row)).or_default() += 1;
    }
    let mut missing = Vec::new();
    for want in wants {
        match left.get_mut(&key(want)) {
            Some(count) if *count > 0 => *count -= 1,
            _ => missing.push(want.clone()),
        }
    }
    let mut surplus = Vec::new();
    for row in rows {
        if let Some(count) = left.get_mut(&key(row)).filter(|count| **count > 0) {
            *count -= 1;
            surplus.push(row.clone());
        }
    }
    if within.is_some() {
        missing.retain(|want| {
            let near = surplus.iter().take(MOST_COMPARED).position(|row| same(want, row, within));
            near.map(|at| surplus.remove(at)).is_none()
        });
    }
    (missing, surplus)
}

fn same(want: &[&Json], row: &[&Json], within: Option<&str>) -> bool {
    want.len() == row.len() && want.iter().zip(row).all(|(want, cell)| alike(want, cell, within))
}

/// What is missing, each beside what is there in its place, if something is that has much in common with it.
fn difference(columns: &[String], missing: &[Vec<&Json>], surplus: &[Vec<&Json>]) -> Vec<DiffLine> {
    let mut others: Vec<&Vec<&Json>> = surplus.iter().take(MOST_COMPARED).collect();
    let mut lines = Vec::new();
    let mut extra = 0;
    for want in missing.iter().take(SHOWN) {
        lines.push(DiffLine::Missing(line(columns, want)));
        let common = |row: &[&Json]| want.iter().zip(row).filter(|(a, b)| alike(a, b, None)).count();
        let nearest = others.iter().enumerate().max_by_key(|(at, row)| (common(row), usize::MAX - at));
        if let Some((at, row)) = nearest.filter(|(_, row)| common(row) > 0 && extra < SHOWN) {
            lines.push(DiffLine::Extra(line(columns, row)));
            others.remove(at);
            extra += 1;
        }
    }
    let rest = others.iter().take(SHOWN - extra);
    lines.extend(rest.map(|row| DiffLine::Extra(line(columns, row))));
    lines
}

/// `customer = "Ada", total = 12.5`
fn line(columns: &[String], row: &[&Json]) -> String {
    let cells = row.iter().enumerate().map(|(at, cell)| match columns.get(at) {
        Some(name) => format!("{name} = {}", shown(cell)),
        None => shown(cell),
    });
    cells.collect::<Vec<_>>().join(", ")
}

fn counted(rows: usize) -> String {
    if rows == 1 { "1 row".to_owned() } else { format!("{rows} rows") }
}

fn are(count: usize) -> String {
    if count == 1 { "1 is".to_owned() } else { format!("{count} are") }
}

fn miss(
    path: &str,
    wanted: String,
    got: String,
    note: Option<String>,
    difference: Vec<DiffLine>,
    span: Span,
) -> Miss {
    Miss { path: path.to_owned(), wanted, got, note, difference, span }
}
