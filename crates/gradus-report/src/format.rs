//! The formats that a report can be written in.

use crate::classroom50::{self, Identity};
use crate::terminal::{self, Style};
use crate::{codequality, exercism, github, gradescope, html, json, junit, markdown};
use gradus_model::redact::Redacted;

/// A format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For people.
    Terminal,
    /// For programs: `gradus/report/1`.
    Json,
    /// JUnit XML, for CI.
    Junit,
    /// Annotations of a pull request, for standard output of GitHub Actions.
    Github,
    /// For `$GITHUB_STEP_SUMMARY`.
    GithubSummary,
    /// For `$GITHUB_OUTPUT`: what later steps may ask for.
    GithubOutput,
    /// GitLab's annotations of a merge request.
    Codequality,
    /// For a comment or a file.
    Markdown,
    /// Gradescope's `results.json`.
    Gradescope,
    /// Exercism's `results.json`.
    Exercism,
    /// Classroom 50's `result.json`.
    Classroom50,
    /// One page for a browser.
    Html,
}

/// What a format may hold that is not in the report. Whoever calls reads it from the environment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Surroundings {
    /// Whose submission it is in Classroom 50.
    pub classroom50: Option<Identity>,
    /// Where the submission lies in its repository, for annotations of its lines; empty for the root.
    pub folder: String,
}

const FORMATS: [(&str, &str, Format); 12] = [
    ("terminal", "txt", Format::Terminal),
    ("json", "json", Format::Json),
    ("junit", "xml", Format::Junit),
    ("github", "txt", Format::Github),
    ("github-summary", "md", Format::GithubSummary),
    ("github-output", "txt", Format::GithubOutput),
    ("codequality", "json", Format::Codequality),
    ("markdown", "md", Format::Markdown),
    ("gradescope", "json", Format::Gradescope),
    ("exercism", "json", Format::Exercism),
    ("classroom50", "json", Format::Classroom50),
    ("html", "html", Format::Html),
];

impl Format {
    /// The format of that name.
    pub fn parse(name: &str) -> Option<Self> {
        FORMATS.iter().find(|(known, _, _)| *known == name).map(|(_, _, format)| *format)
    }

    /// The names of all formats.
    pub fn names() -> Vec<&'static str> {
        FORMATS.iter().map(|(name, _, _)| *name).collect()
    }

    /// How the name of a file in this format ends, without the dot.
    pub fn extension(self) -> &'static str {
        FORMATS.iter().find(|(_, _, format)| *format == self).map_or("txt", |(_, extension, _)| extension)
    }

    /// The whole report, for a file.
    pub fn write(self, report: &Redacted) -> String {
        self.write_in(report, &Surroundings::default())
    }

    /// The whole report, for a file that also tells of its surroundings.
    pub fn write_in(self, report: &Redacted, surroundings: &Surroundings) -> String {
        match self {
            Format::Terminal => terminal::whole(report, &Style { color: false, width: 80 }),
            Format::Json => json::write(report),
            Format::Junit => junit::write(std::slice::from_ref(report)),
            Format::Github => github::annotations(report, &surroundings.folder),
            Format::GithubOutput => github::outputs(report),
            Format::Codequality => codequality::write(report, &surroundings.folder),
            Format::GithubSummary => markdown::github_summary(report),
            Format::Markdown => markdown::write(report),
            Format::Gradescope => gradescope::write(report),
            Format::Exercism => exercism::write(report),
            Format::Classroom50 => classroom50::write(report, surroundings.classroom50.as_ref()),
            Format::Html => html::write(report),
        }
    }

    /// The report for standard output. Of the terminal's, the lines of the checks were shown while they ran.
    pub fn write_styled(self, report: &Redacted, style: &Style, surroundings: &Surroundings) -> String {
        match self {
            Format::Terminal => terminal::ending(report, style),
            other => other.write_in(report, surroundings),
        }
    }
}
