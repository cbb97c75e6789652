//! Files in, data or mistakes out.

mod mistakes;
mod samples;
mod scoring;
