//! Reads exercise.toml.

use super::toml_file;
use crate::decode::{self, Fields, Problems};
use crate::diagnostic::{Diagnostic, Invalid};
use crate::exercise::{Exercise, Limits, SubmissionKind};
use crate::source::Sources;
use crate::tree::Node;

/// The parts of the curriculum, in their order.
pub const TRACKS: [&str; 7] =
    ["foundations", "apis", "data", "performance", "security", "integration", "practice"];

/// Reads an exercise. `path` is how the file is shown to people.
pub fn exercise(path: &str, text: &str) -> Result<(Exercise, Sources), Invalid> {
    toml_file(path, text, read)
}

fn read(root: &Node, problems: &mut Problems) -> Option<Exercise> {
    let mut fields = Fields::of(root, "a map", problems)?;
    decode::format_one(&mut fields, problems);
    let slug = fields.require("slug", problems).and_then(|node| slug(node, problems));
    let title = fields.require("title", problems).and_then(|node| decode::sentence(node, problems));
    let summary = fields.require("summary", problems).and_then(|node| decode::sentence(node, problems));
    let tracks = TRACKS.map(|track| (track, track));
    let track = fields.require("track", problems).and_then(|node| decode::word(node, &tracks, problems));
    let difficulty =
        fields.require("difficulty", problems).and_then(|node| decode::whole(node, 1, 5, problems));
    let kinds = [
        ("server", SubmissionKind::Server),
        ("command", SubmissionKind::Command),
        ("sql", SubmissionKind::Sql),
        ("config", SubmissionKind::Config),
        ("files", SubmissionKind::Files),
    ];
    let submission =
        fields.require("submission", problems).and_then(|node| decode::word(node, &kinds, problems));
    let skills = fields.take("skills").map_or_else(Vec::new, |node| decode::texts(node, problems));
    let contract = fields.take("contract").and_then(|node| decode::sentence(node, problems));
    let languages =
        fields.require("languages", problems).map_or_else(Vec::new, |node| decode::texts(node, problems));
    let wasm = fields.take("wasm").map_or_else(Vec::new, |node| decode::texts(node, problems));
    let limits = fields.take("limits").map_or_else(Limits::default, |node| limits(node, problems));
    fields.finish(problems);
    Some(Exercise {
        slug: slug?,
        title: title?,
        summary: summary?,
        track: track?.to_owned(),
        difficulty: difficulty? as u8,
        submission: submission?,
        skills: skills.into_iter().map(|skill| skill.value).collect(),
        contract,
        languages: languages.into_iter().map(|language| language.value).collect(),
        wasm: wasm.into_iter().map(|name| name.value).collect(),
        limits,
    })
}

fn slug(node: &Node, problems: &mut Problems) -> Option<String> {
    let slug = decode::sentence(node, problems)?;
    if !slug.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-') {
        problems.add(
            Diagnostic::new(format!("`{slug}` is no name of an exercise"), node.span)
                .help("use a-z, 0-9 and -"),
        );
        return None;
    }
    Some(slug)
}

fn limits(node: &Node, problems: &mut Problems) -> Limits {
    let mut limits = Limits::default();
    let Some(mut fields) = Fields::of(node, "a map", problems) else { return limits };
    let mut size = |key, into: &mut u64, problems: &mut Problems| {
        if let Some(bytes) = fields.take(key).and_then(|node| decode::size(node, problems)) {
            *into = bytes;
        }
    };
    size("memory", &mut limits.memory, problems);
    size("disk", &mut limits.disk, problems);
    size("output", &mut limits.output, problems);
    for (key, into) in [("tasks", &mut limits.tasks), ("files", &mut limits.files)] {
        if let Some(count) = fields.take(key).and_then(|node| decode::whole(node, 1, 1_000_000, problems)) {
            *into = count as u32;
        }
    }
    for (key, into) in [
        ("request", &mut limits.request),
        ("check", &mut limits.check),
        ("boot", &mut limits.boot),
        ("build", &mut limits.build),
        ("grading", &mut limits.grading),
    ] {
        if let Some(duration) = fields.take(key).and_then(|node| decode::duration(node, problems)) {
            *into = duration;
        }
    }
    fields.finish(problems);
    limits
}
