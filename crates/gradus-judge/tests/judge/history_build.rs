//! Histories for tests: short ones by hand, random ones from a seed.

use gradus_judge::history::{Call, Excerpt, Model, Operation, Outcome, USUAL_STEPS, Verdict, judge};
use gradus_model::json::Json;

pub fn n(number: i64) -> Json {
    Json::from(number)
}

/// Client, begin and end in milliseconds.
pub fn op(client: u32, begin: u64, end: u64, call: Call, result: Outcome) -> Operation {
    Operation {
        client,
        label: String::new(),
        key: String::new(),
        begin: begin * 1_000_000,
        end: Some(end * 1_000_000),
        call,
        result: Some(result),
    }
}

/// It timed out.
pub fn lost(client: u32, begin: u64, call: Call) -> Operation {
    Operation { end: None, result: None, ..op(client, begin, begin, call, Outcome::Done) }
}

pub fn on(key: &str, operation: Operation) -> Operation {
    Operation { key: key.to_owned(), ..operation }
}

pub fn register(start: i64) -> Model {
    Model::Register { start: n(start).into() }
}

pub fn counter(start: i64) -> Model {
    Model::Counter { start: start.into() }
}

pub fn set() -> Model {
    Model::Set { start: Vec::new().into() }
}

pub fn queue() -> Model {
    Model::Queue { start: Vec::new().into() }
}

pub fn account(start: u64) -> Model {
    Model::Account { start: start.into() }
}

#[track_caller]
pub fn holds(model: &Model, history: &[Operation]) {
    assert_eq!(judge(model, history, USUAL_STEPS), Ok(Verdict::Holds));
}

#[track_caller]
pub fn violated(model: &Model, history: &[Operation]) -> Excerpt {
    match judge(model, history, USUAL_STEPS) {
        Ok(Verdict::Violated(excerpt)) => excerpt,
        other => panic!("{other:?}"),
    }
}

/// The sentence, and the operations of the excerpt by their indices.
#[track_caller]
pub fn says(model: &Model, history: &[Operation], sentence: &str, core: &[usize]) {
    let excerpt = violated(model, history);
    let shown: Vec<usize> = excerpt.lines.iter().map(|line| line.operation).collect();
    assert_eq!((excerpt.sentence.as_str(), &shown[..]), (sentence, core), "{excerpt}");
}

/// xorshift64* (Marsaglia 2003; Vigna 2016).
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) % end
    }

    pub fn one_in(&mut self, chances: u64) -> bool {
        self.below(chances) == 0
    }

    pub fn small(&mut self, end: u64) -> Json {
        n(self.below(end) as i64)
    }
}
