//! Where two programs are alike, line by line, for showing them side by side.

use crate::compare::{Program, Source, hash_comments};
use crate::lexer::{Token, tokens};
use crate::prints::{STRETCH, all};
use std::collections::{HashMap, HashSet};

/// Lines of two files that are alike.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stretch {
    /// The file of the first program, and its first and last line, from 1.
    pub one: (usize, u32, u32),
    /// The same of the second.
    pub other: (usize, u32, u32),
    /// How many tokens are alike.
    pub tokens: usize,
}

/// Where a stretch stands again and again, the first ones tell enough, and a text of nothing else costs no more than another.
const MOST_PLACES: usize = 16;

/// Where two programs are alike, without what was given; the longest first. No token of the first is in two of them.
pub fn stretches(one: &Program, other: &Program, given: &[Source]) -> Vec<Stretch> {
    let lex = |source: &Source| tokens(&source.text, hash_comments(&source.path));
    let known: HashSet<u64> =
        given.iter().flat_map(|source| all(&lex(source))).map(|print| print.hash).collect();
    let (ones, others): (Vec<_>, Vec<_>) =
        (one.sources.iter().map(lex).collect(), other.sources.iter().map(lex).collect());
    let mut places: HashMap<u64, Vec<(usize, usize)>> = HashMap::new();
    for (file, tokens) in others.iter().enumerate() {
        for print in all(tokens).iter().filter(|print| !known.contains(&print.hash)) {
            let places = places.entry(print.hash).or_default();
            if places.len() < MOST_PLACES {
                places.push((file, print.at));
            }
        }
    }
    let mut found = Vec::new();
    for (file, tokens) in ones.iter().enumerate() {
        let mut next = 0;
        for print in all(tokens) {
            let Some(places) = places.get(&print.hash).filter(|_| print.at >= next) else { continue };
            let longest = places
                .iter()
                .map(|(file, at)| (alike(tokens, print.at, &others[*file], *at), *file, *at))
                .max();
            let Some((length, other_file, at)) = longest.filter(|(length, ..)| *length >= STRETCH) else {
                continue;
            };
            next = print.at + length;
            let lines = |tokens: &[Token], at: usize| (tokens[at].line, tokens[at + length - 1].line);
            let (from, to) = lines(tokens, print.at);
            let (other_from, other_to) = lines(&others[other_file], at);
            found.push(Stretch {
                one: (file, from, to),
                other: (other_file, other_from, other_to),
                tokens: length,
            });
        }
    }
    found.sort_by_key(|stretch| (std::cmp::Reverse(stretch.tokens), stretch.one));
    found
}

/// For how many tokens both go on alike.
fn alike(one: &[Token], at: usize, other: &[Token], other_at: usize) -> usize {
    one[at..].iter().zip(&other[other_at..]).take_while(|(one, other)| one.kind == other.kind).count()
}
