//! Random data from the grading's seed: the same seed and label give the same data on every machine.

use crate::json::Json;
use crate::value::{Bindings, Draw, Generator, Var};
use crate::{eval, words};

/// SplitMix64 (Steele, Lea, Flood 2014): small, fast, and the same everywhere. Nothing secret hangs on it.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// A stream of its own for each label.
    pub fn new(seed: u64, label: &str) -> Self {
        let mut state = seed ^ 0x9e37_79b9_7f4a_7c15;
        for byte in label.bytes() {
            state = (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        let mut random = Self(state);
        random.any();
        random
    }

    /// Any number.
    pub fn any(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// From 0 to `bound` - 1, without a bias that anybody could notice.
    pub fn below(&mut self, bound: u64) -> u64 {
        ((u128::from(self.any()) * u128::from(bound.max(1))) >> 64) as u64
    }

    /// One of them, if there are any.
    pub fn pick<'t, T>(&mut self, choices: &'t [T]) -> Option<&'t T> {
        choices.get(self.below(choices.len() as u64) as usize)
    }

    /// Every order is as likely (Fisher and Yates).
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last as u64 + 1) as usize);
        }
    }
}

/// Draws variables in their order, and binds them. `label` is the check's id, or empty for the grader's own; `now` is in
/// seconds since 1970-01-01 UTC.
pub fn vars(vars: &[Var], seed: u64, label: &str, now: u64, bindings: &mut Bindings) {
    for var in vars {
        // A stream for each name, so that a new variable changes no other one.
        let mut random = Random::new(seed, &format!("{label}/{}", var.name.value));
        let value = one(&var.draw, &mut random, now, bindings);
        bindings.insert(var.name.value.clone(), value);
    }
}

/// The items of a stub, drawn from the seed that `$(seed)` stands for; nothing if they are no list.
pub fn items(draw: &Draw, stub: &str, bindings: &Bindings) -> Option<Vec<Json>> {
    let seed = bindings.get("seed").and_then(|seed| seed.to_text().parse().ok()).unwrap_or_default();
    match one(draw, &mut Random::new(seed, &format!("items/{stub}")), 0, bindings) {
        Json::Array(items) => Some(items),
        _ => None,
    }
}

/// One value from a stream.
pub fn value(draw: &Draw, random: &mut Random, bindings: &Bindings) -> Json {
    one(draw, random, 0, bindings)
}

fn one(draw: &Draw, random: &mut Random, now: u64, bindings: &Bindings) -> Json {
    match draw {
        Draw::Value(value) => eval::value(value, bindings),
        Draw::Generated(generator) => generate(generator, random, now, bindings),
    }
}

/// Text for `$(secret)`: 32 letters and digits.
pub fn secret(seed: u64) -> String {
    letters(&mut Random::new(seed, "/secret/"), 32)
}

/// RFC 3339 in UTC, to the second.
pub fn rfc3339(now: u64) -> String {
    let (days, seconds) = (now / 86_400, now % 86_400);
    // Days to a civil date, after Howard Hinnant's "chrono-compatible low-level date algorithms".
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    format!(
        "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z",
        seconds / 3600,
        seconds / 60 % 60,
        seconds % 60
    )
}

fn generate(generator: &Generator, random: &mut Random, now: u64, bindings: &Bindings) -> Json {
    match generator {
        Generator::Words(count) => Json::String(some_words(random, *count)),
        Generator::Int { from, to } => {
            let span = to.wrapping_sub(*from) as u64;
            let offset = if span == u64::MAX { random.any() } else { random.below(span + 1) };
            Json::from(from.wrapping_add(offset as i64))
        }
        Generator::Number => Json::Number(format!("{}.{:02}", random.below(1000), random.below(100))),
        Generator::Bool => Json::Bool(random.any() >> 63 == 1),
        Generator::Uuid => Json::String(uuid(random)),
        Generator::Email => {
            Json::String(format!("{}.{}@example.com", some_words(random, 1), letters(random, 5)))
        }
        Generator::Name => {
            let (first, last) = (random.pick(&words::FIRST_NAMES), random.pick(&words::LAST_NAMES));
            Json::String(format!("{} {}", first.unwrap_or(&""), last.unwrap_or(&"")))
        }
        Generator::Ints(ints) => ints
            .draw(random, bindings)
            .map_or(Json::Null, |list| Json::Array(list.into_iter().map(Json::from).collect())),
        Generator::Text { length } => Json::String(letters(random, *length)),
        Generator::Pick(choices) => {
            random.pick(choices).map_or(Json::Null, |choice| eval::value(choice, bindings))
        }
        Generator::NowPlus(duration) => Json::String(rfc3339(now.saturating_add(duration.as_secs()))),
    }
}

/// So many plain English words, joined by blanks.
pub fn some_words(random: &mut Random, count: u32) -> String {
    let words: Vec<&str> = (0..count).filter_map(|_| random.pick(&words::WORDS).copied()).collect();
    words.join(" ")
}

/// So many lower-case letters and digits.
pub fn letters(random: &mut Random, length: u32) -> String {
    const LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789";
    (0..length).filter_map(|_| random.pick(LETTERS).map(|byte| char::from(*byte))).collect()
}

/// A UUID of version 4, variant 1 (RFC 9562 §5.4).
pub fn uuid(random: &mut Random) -> String {
    let (high, low) = (random.any(), random.any());
    let high = (high & 0xffff_ffff_ffff_0fff) | 0x4000;
    let low = (low & 0x3fff_ffff_ffff_ffff) | 0x8000_0000_0000_0000;
    format!(
        "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
        high >> 32,
        high >> 16 & 0xffff,
        high & 0xffff,
        low >> 48,
        low & 0xffff_ffff_ffff
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_written_by_the_calendar() {
        assert_eq!(rfc3339(0), "1970-01-01T00:00:00Z");
        assert_eq!(rfc3339(951_782_400), "2000-02-29T00:00:00Z");
        assert_eq!(rfc3339(1_000_000_000), "2001-09-09T01:46:40Z");
    }

    #[test]
    fn no_word_stands_twice() {
        let words: std::collections::BTreeSet<&str> = words::WORDS.into_iter().collect();
        assert_eq!(words.len(), words::WORDS.len());
    }

    #[test]
    fn the_same_seed_and_label_give_the_same_data() {
        let draw = |seed, label: &str| {
            let mut random = Random::new(seed, label);
            (some_words(&mut random, 3), uuid(&mut random), letters(&mut random, 8))
        };
        assert_eq!(draw(7, "a"), draw(7, "a"));
        assert_ne!(draw(7, "a"), draw(8, "a"));
        assert_ne!(draw(7, "a"), draw(7, "b"));
        assert_eq!(draw(7, "a").1.as_bytes()[14], b'4');
    }
}
