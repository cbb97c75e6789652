//! The real `gradus` against real submissions: one binary, one module per feature.

mod architecture;
mod bad_input;
mod batch;
mod callbacks;
mod check;
mod commands;
mod config;
mod conform;
mod documents;
mod gradebook;
mod hostile;
mod life;
mod messages;
mod packages;
mod races;
mod rules;
mod sandbox;
mod services;
mod speed;
mod sql;
mod stays;
mod support;
mod upstream;
mod wasm;
mod workflow;
