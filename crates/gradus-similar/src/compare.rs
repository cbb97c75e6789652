//! Which pairs of programs share how much. What everybody was given, and what most of a class has, is taken out first.

use crate::lexer::tokens;
use crate::prints::{Print, STRETCH, all, chosen};
use std::collections::{HashMap, HashSet};

/// What more than a third of a class shares is the exercise's, not somebody's; in classes of so many or more.
const LARGE_CLASS: usize = 12;
/// Pairs that share less than so many fingerprints share what any two programs do.
const FEWEST: usize = 4;

/// A file of a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Its path, as it is shown.
    pub path: String,
    /// Its text.
    pub text: String,
}

/// A program of somebody's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program {
    /// Whose.
    pub name: String,
    /// Its files.
    pub sources: Vec<Source>,
}

/// Two programs and how alike they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    /// The first, as its place among the programs.
    pub one: usize,
    /// The second.
    pub other: usize,
    /// How much of both is shared: percent of what is left of the two after what was given is taken out. The same both ways.
    pub percent: u32,
    /// About so many tokens are shared.
    pub shared: usize,
}

/// Pairs that share anything, the most alike first; `given` is what everybody had to begin with.
pub fn rank(programs: &[Program], given: &[Source]) -> Vec<Pair> {
    let known: HashSet<u64> = given.iter().flat_map(prints_of).map(|print| print.hash).collect();
    let mut own: Vec<HashSet<u64>> = programs.iter().map(|program| own(program, &known)).collect();
    take_out_common(&mut own);
    let mut holders: HashMap<u64, Vec<usize>> = HashMap::new();
    for (index, prints) in own.iter().enumerate() {
        prints.iter().for_each(|print| holders.entry(*print).or_default().push(index));
    }
    let mut shared: HashMap<(usize, usize), usize> = HashMap::new();
    for holders in holders.values() {
        for (place, one) in holders.iter().enumerate() {
            holders[place + 1..].iter().for_each(|other| *shared.entry((*one, *other)).or_default() += 1);
        }
    }
    let mut pairs: Vec<Pair> = shared
        .into_iter()
        .filter(|(_, shared)| *shared >= FEWEST)
        .map(|((one, other), shared)| pair(one, other, shared, own[one].len() + own[other].len()))
        .collect();
    pairs.sort_by_key(|pair| (std::cmp::Reverse((pair.percent, pair.shared)), pair.one, pair.other));
    pairs
}

fn pair(one: usize, other: usize, shared: usize, all: usize) -> Pair {
    // Twice the shared part over both: moving functions changes nothing, padding one of the two lowers it only by half.
    let percent =
        (200 * shared).checked_div(all).and_then(|percent| u32::try_from(percent).ok()).unwrap_or(0);
    // Of about as many tokens one fingerprint is chosen: half a window and a bit.
    Pair { one, other, percent, shared: shared * 9 / 2 + STRETCH }
}

fn prints_of(source: &Source) -> Vec<Print> {
    all(&tokens(&source.text, hash_comments(&source.path)))
}

/// The fingerprints that stand for a program, without what was given.
fn own(program: &Program, known: &HashSet<u64>) -> HashSet<u64> {
    let prints = program.sources.iter().flat_map(|source| chosen(&prints_of(source)));
    prints.map(|print| print.hash).filter(|hash| !known.contains(hash)).collect()
}

fn take_out_common(own: &mut [HashSet<u64>]) {
    if own.len() < LARGE_CLASS {
        return;
    }
    let mut counts: HashMap<u64, usize> = HashMap::new();
    own.iter().flatten().for_each(|hash| *counts.entry(*hash).or_default() += 1);
    let most = own.len() / 3;
    own.iter_mut().for_each(|prints| prints.retain(|hash| counts[hash] <= most));
}

/// Whether `#` begins a comment, by how the file's name ends; in C and Rust it does not.
pub(crate) fn hash_comments(path: &str) -> bool {
    let end = path.rsplit('.').next().unwrap_or_default();
    matches!(end, "py" | "rb" | "sh" | "pl" | "ex" | "exs" | "r" | "jl" | "toml" | "yaml" | "yml" | "php")
}
