//! Whether a learner is told of what a check claims. It compares words, and knows nothing of what they mean.

use std::collections::BTreeSet;

/// Shorter words, and these, stand in every text.
const SHORT: usize = 5;
const COMMON: [&str; 14] = [
    "about", "after", "again", "every", "never", "other", "right", "still", "their", "there", "these",
    "those", "which", "while",
];
/// Words that begin alike are taken as the same: `order`, `orders`, `ordered`.
const ALIKE: usize = 4;

/// Whether not one of a claim's words stands in what a learner is told. Of a claim of a single word nobody can say.
pub fn is_untold(claim: &str, told: &str) -> bool {
    let told: BTreeSet<String> = words(told).map(|word| beginning(&word)).collect();
    let words: BTreeSet<String> = words(claim)
        .filter(|word| word.chars().count() >= SHORT && !COMMON.contains(&word.as_str()))
        .collect();
    words.len() > 1 && words.iter().all(|word| !told.contains(&beginning(word)))
}

fn words(text: &str) -> impl Iterator<Item = String> {
    text.split(|sign: char| !sign.is_alphabetic()).filter(|word| !word.is_empty()).map(str::to_lowercase)
}

fn beginning(word: &str) -> String {
    word.chars().take(ALIKE).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_is_told_if_one_of_its_words_is() {
        let told = "# Shop\nOrders are kept, and every *refund* is booked once.";
        assert!(!is_untold("It never loses a refund", told));
        assert!(!is_untold("An ordered lamp is delivered", told));
        assert!(is_untold("Passwords never appear in the logs", told));
        assert!(!is_untold("It greets", told), "one word says too little");
    }
}
