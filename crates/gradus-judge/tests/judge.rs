//! Pure judging over literal data: a pattern, a value, and the misses in words.

#[path = "judge/against_others.rs"]
mod against_others;
#[path = "judge/answers.rs"]
mod answers;
#[path = "judge/build.rs"]
mod build;
#[path = "judge/formats.rs"]
mod formats;
#[path = "judge/histories.rs"]
mod histories;
#[path = "judge/history_build.rs"]
mod history_build;
#[path = "judge/history_every_order.rs"]
mod history_every_order;
#[path = "judge/history_size.rs"]
mod history_size;
#[path = "judge/hostile.rs"]
mod hostile;
#[path = "judge/json_text.rs"]
mod json_text;
#[path = "judge/lists.rs"]
mod lists;
#[path = "judge/literals.rs"]
mod literals;
#[path = "judge/numbers.rs"]
mod numbers;
#[path = "judge/objects.rs"]
mod objects;
#[path = "judge/operators.rs"]
mod operators;
#[path = "judge/places.rs"]
mod places;
#[path = "judge/rows.rs"]
mod rows;
#[path = "judge/rules.rs"]
mod rules;
#[path = "judge/texts.rs"]
mod texts;
