//! Which cases are asked when there are more than is asked for.

use super::Case;
use gradus_model::draw::Random;

/// So many cases at most, in their order: those that go first, then such as the seed chooses.
pub fn choose(found: Vec<(Case, bool)>, most: usize, mut random: Random) -> Vec<Case> {
    let (first, mut others): (Vec<_>, Vec<_>) =
        found.into_iter().enumerate().partition(|(_, (_, goes_first))| *goes_first);
    let mut chosen: Vec<(usize, (Case, bool))> = first.into_iter().take(most).collect();
    while chosen.len() < most && !others.is_empty() {
        let index = random.below(others.len() as u64) as usize;
        chosen.push(others.swap_remove(index));
    }
    chosen.sort_by_key(|(index, _)| *index);
    chosen.into_iter().map(|(_, (case, _))| case).collect()
}
