//! Our own reader and numbers against others, over many small mutations drawn from a fixed seed.

use gradus_judge::json::{ReadLimits, read};
use gradus_judge::number::{compare, near};
use gradus_model::json::Json;

/// xorshift64 (Marsaglia 2003): the same draws every time.
struct Draws(u64);

impl Draws {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit as u64) as usize
    }
}

const TEXTS: [&str; 4] = [
    r#"{"a":[1,-2.50e+3,true,null],"b":{"c":"x\"\\\u0041\ud83d\ude00\n"},"":[]}"#,
    r#"[[],{},"",0,-0.0,1E2,[[false]],{"k":{"l":[]}}]"#,
    " { \"ä\" : \"ö\" , \"x\" : [ 1 , 2 ] } ",
    r#""\u00e9\/\b\f\r\t""#,
];
const BYTES: &[u8] = b"{}[]\",:\\0123456789.eE+-truefalsn u\n\tdD8a\x00\xc3\xff/";

#[test]
fn the_reader_accepts_what_serde_json_accepts_and_reads_the_same() {
    let mut draws = Draws(0x9e37_79b9_7f4a_7c15);
    let mut accepted = 0;
    for _ in 0..60_000 {
        let mut bytes = TEXTS[draws.below(TEXTS.len())].as_bytes().to_vec();
        for _ in 0..=draws.below(3) {
            let (at, byte) = (draws.below(bytes.len().max(1)), BYTES[draws.below(BYTES.len())]);
            match draws.below(3) {
                0 => bytes.insert(at, byte),
                1 if at < bytes.len() => bytes[at] = byte,
                _ if at < bytes.len() => drop(bytes.remove(at)),
                _ => {}
            }
        }
        let shown = String::from_utf8_lossy(&bytes);
        match (read(&bytes, ReadLimits::default()), serde_json::from_slice::<serde_json::Value>(&bytes)) {
            (Ok(ours), Ok(theirs)) => {
                accepted += 1;
                let ours_again: serde_json::Value =
                    serde_json::from_str(&ours.value.to_string()).expect("what we write is JSON");
                assert_eq!(ours_again, theirs, "{shown}");
            }
            (Err(_), Err(_)) => {}
            // Only we hold numbers of any size.
            (Ok(_), Err(error)) => assert!(error.to_string().contains("out of range"), "{shown}: {error}"),
            (Err(error), Ok(_)) => panic!("{shown}: {error}"),
        }
    }
    assert!(accepted > 1_000, "{accepted} were accepted");
}

#[test]
fn numbers_are_ordered_as_integers_are() {
    let mut draws = Draws(7);
    for _ in 0..20_000 {
        // The same hundredths, spelled in different ways.
        let mut number = || draws.below(4_001) as i64 - 2_000;
        let (a, b, within) = (number(), number(), number().abs());
        let (spelled_a, spelled_b) = (format!("{a}e-2"), spelled(b));
        assert_eq!(compare(&spelled_a, &spelled_b), Some(a.cmp(&b)), "{spelled_a} {spelled_b}");
        let holds = (a - b).abs() <= within;
        assert_eq!(near(&spelled_a, &spelled_b, &spelled(within)), Some(holds), "{a} {b} {within}");
    }
}

fn spelled(hundredths: i64) -> String {
    let sign = if hundredths < 0 { "-" } else { "" };
    format!("{sign}{}.{:02}", hundredths.abs() / 100, hundredths.abs() % 100)
}

#[test]
fn what_was_read_is_written_and_read_again_alike() {
    for text in TEXTS {
        let value = read(text.as_bytes(), ReadLimits::default()).expect("it is JSON").value;
        let again: Json =
            read(value.to_string().as_bytes(), ReadLimits::default()).expect("it is JSON").value;
        assert_eq!(value, again);
    }
}
