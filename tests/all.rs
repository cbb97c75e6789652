//! The real `gradus` against real submissions: one binary, one module per feature.

mod architecture;
mod bad_input;
mod callbacks;
mod check;
mod commands;
mod documents;
mod hostile;
mod life;
mod races;
mod sandbox;
mod stays;
mod support;
mod upstream;
mod workflow;
