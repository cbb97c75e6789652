//! Files in, data or mistakes out.

mod drawing;
mod mistakes;
mod public;
mod samples;
mod schemas;
mod scoring;
mod toml;
mod varying;
