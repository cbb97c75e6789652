//! The formats that a report can be written in.

use crate::json;
use crate::terminal::{self, Style};
use gradus_model::redact::Redacted;

/// A format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For people.
    Terminal,
    /// For programs: `gradus/report/1`.
    Json,
}

const FORMATS: [(&str, Format); 2] = [("terminal", Format::Terminal), ("json", Format::Json)];

impl Format {
    /// The format of that name.
    pub fn parse(name: &str) -> Option<Self> {
        FORMATS.iter().find(|(known, _)| *known == name).map(|(_, format)| *format)
    }

    /// The names of all formats.
    pub fn names() -> Vec<&'static str> {
        FORMATS.iter().map(|(name, _)| *name).collect()
    }

    /// The whole report, for a file.
    pub fn write(self, report: &Redacted) -> String {
        match self {
            Format::Terminal => terminal::whole(report, &Style { color: false, width: 80 }),
            Format::Json => json::write(report),
        }
    }

    /// The report for standard output. Of the terminal's, the lines of the checks were shown while they ran.
    pub fn write_styled(self, report: &Redacted, style: &Style) -> String {
        match self {
            Format::Terminal => terminal::ending(report, style),
            Format::Json => json::write(report),
        }
    }
}
