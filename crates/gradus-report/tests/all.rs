//! Reports in, text out: exact for people, by the rules of each system for programs, harmless for both.

mod beside;
mod class;
mod github;
mod hostile;
mod html;
mod json;
mod junit;
mod leaks;
mod markdown;
mod marks;
mod markup;
mod samples;
mod terminal;
