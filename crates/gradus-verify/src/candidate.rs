//! The programs that a grader is tested with: solutions, starters, and solutions changed by a mutant's patch.

use gradus_intake::catalogue::{Catalogue, CatalogueError, LoadedGrader};
use gradus_intake::plan::PortableKind;
use gradus_intake::{patch, plan, tree};
use gradus_model::exercise::SubmissionKind;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// One program that a grader is tested with.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// `python`, or a mutant's name.
    pub name: String,
    /// What is expected of it.
    pub kind: Kind,
    /// Whether it is graded in WebAssembly, where checks that can't run there are skipped: because it is nothing else, or
    /// besides how it is graded otherwise.
    pub in_wasm: bool,
    /// The folder that it is copied from.
    pub source: PathBuf,
}

/// What is expected of a candidate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It earns everything but what its stack can't do.
    Solution {
        /// The checks that it does not pass.
        lacks: Vec<String>,
        /// The checks that are shown with it to hold alone.
        alone: Vec<String>,
    },
    /// It boots and does not pass.
    Starter,
    /// It fails exactly these.
    Mutant {
        /// The solution that it changes.
        of: String,
        /// Checks, or `build`, or `boot`.
        fails: Vec<String>,
        /// The change.
        patch: String,
        /// A folder with what was built of it.
        built: Option<PathBuf>,
    },
}

/// Why a candidate could not be prepared. This is always the exercise's or the grader's fault.
#[derive(Debug, thiserror::Error)]
pub enum NotPrepared {
    /// The copy failed.
    #[error("could not be copied: {0}")]
    Copy(String),
    /// Its patch does not apply.
    #[error("change.patch does not apply: {0}")]
    Patch(String),
    /// Nothing in it says how it runs.
    #[error("{0}")]
    Plan(String),
}

/// A candidate in a folder of its own.
#[derive(Debug)]
pub struct Prepared {
    /// Gone when this is dropped.
    pub folder: TempDir,
    /// How it builds and runs.
    pub plan: plan::Plan,
    /// Its digest, in hex.
    pub digest: String,
}

/// Every candidate of an exercise: solutions first, then starters, then mutants.
pub fn all(
    catalogue: &Catalogue,
    slug: &str,
    grader: &LoadedGrader,
) -> Result<Vec<Candidate>, CatalogueError> {
    let mut candidates = Vec::new();
    for (name, source) in catalogue.solutions(slug)? {
        let lacks = catalogue.lacks(slug, &name, &grader.grader)?;
        let in_wasm = is_wasm(&source);
        candidates.push(Candidate {
            name,
            kind: Kind::Solution { lacks, alone: Vec::new() },
            in_wasm,
            source,
        });
    }
    for (name, source) in catalogue.starters(slug)? {
        candidates.push(Candidate { name, kind: Kind::Starter, in_wasm: false, source });
    }
    for mutant in catalogue.mutants(slug)? {
        let of = mutant.mutant.of.value.clone();
        let source = grader.dir.join("solutions").join(&of);
        let fails = mutant.mutant.fails.iter().map(|id| id.value.clone()).collect();
        candidates.push(Candidate {
            name: mutant.name,
            kind: Kind::Mutant { of, fails, patch: mutant.patch, built: mutant.built },
            in_wasm: is_wasm(&source),
            source,
        });
    }
    Ok(candidates)
}

/// Whether it is WebAssembly by itself.
fn is_wasm(source: &Path) -> bool {
    let plan = plan::plan(source, Some(SubmissionKind::Server));
    let portable = plan.ok().and_then(|plan| plan.portable(source).ok().flatten());
    portable.is_some_and(|portable| portable.kind == PortableKind::Binary)
}

/// Has each check shown to hold alone by one solution that passes it: by that which most mutants change, if it can. Whether a
/// check leans on another one is up to the grader, not to who answers.
pub fn share_alone(candidates: &mut [Candidate], checks: impl Iterator<Item = String>) {
    let mutants = |name: &str| {
        let is_its = |kind: &Kind| matches!(kind, Kind::Mutant { of, .. } if of == name);
        candidates.iter().filter(|candidate| is_its(&candidate.kind)).count()
    };
    let natives = candidates.iter().enumerate().filter(|(_, candidate)| !candidate.in_wasm);
    let mut order: Vec<(usize, usize)> =
        natives.map(|(index, candidate)| (mutants(&candidate.name), index)).collect();
    order.sort_by_key(|(mutants, _)| std::cmp::Reverse(*mutants));
    let mut left: Vec<String> = checks.collect();
    for (_, index) in order {
        if let Kind::Solution { lacks, alone } = &mut candidates[index].kind {
            (left, *alone) = left.into_iter().partition(|id| lacks.contains(id));
        }
    }
}

/// The same candidates in WebAssembly: of these solutions, with the mutants of each.
pub fn in_wasm(candidates: &[Candidate], solutions: &[String]) -> Vec<Candidate> {
    let is_portable = |candidate: &&Candidate| match &candidate.kind {
        _ if candidate.in_wasm => false,
        Kind::Solution { .. } => solutions.contains(&candidate.name),
        Kind::Mutant { of, .. } => solutions.contains(of),
        Kind::Starter => false,
    };
    candidates
        .iter()
        .filter(is_portable)
        .map(|candidate| Candidate { in_wasm: true, ..candidate.clone() })
        .collect()
}

/// Copies a candidate into a folder of its own, changes it if it is a mutant, and plans how it runs,
/// as that kind of thing.
pub fn prepare(candidate: &Candidate, kind: SubmissionKind) -> Result<Prepared, NotPrepared> {
    let folder =
        TempDir::with_prefix("gradus-verify-").map_err(|error| NotPrepared::Copy(error.to_string()))?;
    tree::stage(&candidate.source, folder.path()).map_err(|error| NotPrepared::Copy(error.to_string()))?;
    if let Kind::Mutant { patch, built, .. } = &candidate.kind {
        patch::apply(folder.path(), patch).map_err(|error| NotPrepared::Patch(error.to_string()))?;
        if let Some(built) = built {
            tree::stage(built, folder.path()).map_err(|error| NotPrepared::Copy(error.to_string()))?;
        }
    }
    let plan = plan::plan(folder.path(), Some(kind)).map_err(|error| NotPrepared::Plan(error.to_string()))?;
    let digest = tree::digest(folder.path()).map_err(|error| NotPrepared::Copy(error.to_string()))?;
    Ok(Prepared { folder, plan, digest })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(name: &str, in_wasm: bool, kind: Kind) -> Candidate {
        Candidate { name: name.to_owned(), kind, in_wasm, source: PathBuf::new() }
    }

    fn solution(name: &str, in_wasm: bool, lacks: &[&str]) -> Candidate {
        let lacks = lacks.iter().map(|id| (*id).to_owned()).collect();
        candidate(name, in_wasm, Kind::Solution { lacks, alone: Vec::new() })
    }

    fn mutant(of: &str) -> Candidate {
        let kind = Kind::Mutant { of: of.to_owned(), fails: Vec::new(), patch: String::new(), built: None };
        candidate("mutant", false, kind)
    }

    /// What each solution shows alone of the checks a, b and c.
    fn shown(mut candidates: Vec<Candidate>) -> Vec<String> {
        share_alone(&mut candidates, ["a", "b", "c"].map(str::to_owned).into_iter());
        let alone = candidates.into_iter().filter_map(|candidate| match candidate.kind {
            Kind::Solution { alone, .. } => Some(alone.concat()),
            _ => None,
        });
        alone.collect()
    }

    #[test]
    fn each_check_is_shown_alone_once_by_who_passes_it() {
        assert_eq!(shown(vec![solution("one", false, &[]), solution("two", false, &[])]), ["abc", ""]);
        let most = vec![
            solution("one", false, &[]),
            solution("two", false, &["b"]),
            mutant("one"),
            mutant("two"),
            mutant("two"),
        ];
        assert_eq!(shown(most), ["b", "ac"]);
        assert_eq!(shown(vec![solution("one", true, &[]), solution("two", false, &["c"])]), ["", "ab"]);
    }
}
