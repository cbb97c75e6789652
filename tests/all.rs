//! The real `gradus` against real submissions: one binary, one module per feature.

mod architecture;
mod bad_input;
mod batch;
mod check;
mod commands;
mod documents;
mod gradebook;
mod hostile;
mod life;
mod races;
mod sandbox;
mod stays;
mod support;
mod upstream;
mod workflow;
