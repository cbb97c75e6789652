//! Texts that fit a regular expression. What the expression looks ahead or behind for is not looked at: whoever uses such a text
//! asks the schema whether it is valid.

use gradus_model::draw::Random;
use regex_syntax::hir::{Class, Hir, HirKind};

/// How much of what may be repeated is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// As little as allowed.
    Least,
    /// As much as allowed; without a bound, eight more than the least.
    Most,
    /// Between.
    Some,
}

/// Longer texts are not made.
const LONGEST: usize = 10_000;
/// How often what has no bound is repeated at most, beyond the least.
const REPEATED: u32 = 8;

/// A text that the expression matches whole; `None` when it is not read, or asks for too much.
pub fn matching(expression: &str, size: Size, random: &mut Random) -> Option<String> {
    let hir = regex_syntax::parse(expression).ok()?;
    let mut text = String::new();
    write(&hir, size, random, &mut text)?;
    Some(text)
}

fn write(hir: &Hir, size: Size, random: &mut Random, text: &mut String) -> Option<()> {
    if text.len() > LONGEST {
        return None;
    }
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => text.push_str(std::str::from_utf8(&literal.0).ok()?),
        HirKind::Class(Class::Unicode(class)) => {
            let ranges: Vec<(u32, u32)> =
                class.iter().map(|range| (range.start() as u32, range.end() as u32)).collect();
            text.push(one_of(&ranges, random)?);
        }
        HirKind::Class(Class::Bytes(class)) => {
            let ranges: Vec<(u32, u32)> =
                class.iter().map(|range| (range.start().into(), range.end().into())).collect();
            text.push(one_of(&ranges, random)?);
        }
        HirKind::Repetition(repetition) => {
            let most = repetition.max.unwrap_or(repetition.min.saturating_add(REPEATED));
            let times = match size {
                Size::Least => repetition.min,
                Size::Most => most,
                Size::Some => {
                    let room = most.saturating_sub(repetition.min).min(REPEATED);
                    // Optional parts are mostly there: a text of which nothing is left says little.
                    repetition.min + (1 + random.below(u64::from(room) + 1) as u32).min(room)
                }
            };
            for _ in 0..times {
                write(&repetition.sub, size, random, text)?;
            }
        }
        HirKind::Capture(capture) => write(&capture.sub, size, random, text)?,
        HirKind::Concat(parts) => parts.iter().try_for_each(|part| write(part, size, random, text))?,
        HirKind::Alternation(parts) => write(random.pick(parts)?, size, random, text)?,
    }
    Some(())
}

/// A character of these ranges, printable ASCII if there is one.
fn one_of(ranges: &[(u32, u32)], random: &mut Random) -> Option<char> {
    let within = |low: u32, high: u32| -> Vec<(u32, u32)> {
        let cut = ranges.iter().map(|(from, to)| ((*from).max(low), (*to).min(high)));
        cut.filter(|(from, to)| from <= to).collect()
    };
    let letters: Vec<(u32, u32)> = [('a', 'z'), ('0', '9'), ('A', 'Z')]
        .iter()
        .flat_map(|(from, to)| within(*from as u32, *to as u32))
        .collect();
    let printable = within(0x21, 0x7e);
    let ranges = [letters.as_slice(), &printable, ranges].into_iter().find(|ranges| !ranges.is_empty())?;
    let (from, to) = *random.pick(ranges)?;
    let drawn = from + random.below(u64::from(to - from) + 1) as u32;
    char::from_u32(drawn).or_else(|| char::from_u32(from))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_fits_its_expression_at_each_size() {
        for expression in
            ["^[A-Za-z0-9._-]{8,64}$", r"^\d{3}-\w+$", "^(a|bc)?x*$", r"^\p{Greek}+$", "^[^a-z]$"]
        {
            // The library that judges patterns is asked, through a schema, in the tests of the crate.
            for size in [Size::Least, Size::Some, Size::Most] {
                let text = matching(expression, size, &mut Random::new(7, expression)).expect("a text");
                let length = text.chars().count();
                match (expression, size) {
                    ("^[A-Za-z0-9._-]{8,64}$", Size::Least) => assert_eq!(length, 8),
                    ("^[A-Za-z0-9._-]{8,64}$", Size::Most) => assert_eq!(length, 64),
                    _ => assert!(length <= 64, "{text}"),
                }
            }
        }
        assert_eq!(matching("(", Size::Least, &mut Random::new(7, "")), None);
        assert_eq!(matching("((a{1000}){1000}){1000}", Size::Least, &mut Random::new(7, "")), None);
    }
}
