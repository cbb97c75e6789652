//! Fingerprints of token streams, and which of them are chosen. It knows no programs.

use crate::lexer::Token;

/// So many tokens make a stretch; what is shorter is too common to mean anything.
pub const STRETCH: usize = 12;
/// Of so many fingerprints in a row one is chosen: every common stretch of `STRETCH + WINDOW - 1` tokens is found.
const WINDOW: usize = 8;
const BASE: u64 = 0x0100_0000_01b3;

/// A fingerprint and where its stretch begins, as an index into the tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Print {
    pub hash: u64,
    pub at: usize,
}

/// The fingerprint of every stretch.
pub fn all(tokens: &[Token]) -> Vec<Print> {
    if tokens.len() < STRETCH {
        return Vec::new();
    }
    let highest = (1..STRETCH).fold(1_u64, |power, _| power.wrapping_mul(BASE));
    let mut rolling = tokens[..STRETCH].iter().fold(0_u64, |hash, token| roll(hash, token.kind));
    let mut prints = vec![Print { hash: mixed(rolling), at: 0 }];
    for at in 1..=tokens.len() - STRETCH {
        let gone = mixed(tokens[at - 1].kind).wrapping_mul(highest);
        rolling = roll(rolling.wrapping_sub(gone), tokens[at + STRETCH - 1].kind);
        prints.push(Print { hash: mixed(rolling), at });
    }
    prints
}

/// The least one of each window, the rightmost of equals; each once.
pub fn chosen(prints: &[Print]) -> Vec<Print> {
    let mut chosen: Vec<Print> = Vec::new();
    for window in prints.windows(WINDOW.min(prints.len().max(1))) {
        let least =
            window.iter().copied().reduce(|least, next| if next.hash <= least.hash { next } else { least });
        if let Some(least) = least.filter(|least| chosen.last() != Some(least)) {
            chosen.push(least);
        }
    }
    chosen
}

fn roll(hash: u64, kind: u64) -> u64 {
    hash.wrapping_mul(BASE).wrapping_add(mixed(kind))
}

/// Spreads what is near over everything (the finalizer of SplitMix64), so that the least of a window is a fair choice.
fn mixed(hash: u64) -> u64 {
    let hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    hash ^ (hash >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    fn stream(kinds: impl IntoIterator<Item = u64>) -> Vec<Token> {
        kinds.into_iter().map(|kind| Token { kind, line: 1 }).collect()
    }

    #[test]
    fn rolling_finds_what_counting_anew_finds() {
        let tokens = stream((0..60).map(|at| at * at % 7));
        for print in all(&tokens) {
            assert_eq!(print.hash, all(&tokens[print.at..print.at + STRETCH])[0].hash);
        }
    }

    #[test]
    fn every_common_stretch_that_is_long_enough_shares_a_chosen_fingerprint() {
        let common: Vec<u64> = (0..(STRETCH + WINDOW - 1) as u64).map(|at| 100 + at * 31 % 17).collect();
        for before in 0..20 {
            let one = stream((0..before).chain(common.clone()).chain(500..530));
            let other = stream((900..930).chain(common.clone()).chain(700..705));
            let hashes = |tokens| chosen(&all(tokens)).iter().map(|print| print.hash).collect::<HashSet<_>>();
            assert!(!hashes(&one).is_disjoint(&hashes(&other)), "{before}");
        }
    }

    #[test]
    fn too_little_has_none() {
        assert!(all(&stream(0..STRETCH as u64 - 1)).is_empty());
        assert!(chosen(&[]).is_empty());
        assert_eq!(chosen(&all(&stream(0..STRETCH as u64))).len(), 1);
    }
}
