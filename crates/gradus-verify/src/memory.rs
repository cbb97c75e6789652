//! Candidates that were as they should be, remembered, so that they are not graded again while nothing that could change the
//! outcome has changed: the exercise, the grader, the candidate, the toolchains and runners, this program, and how it was
//! asked.

use crate::candidate::{Candidate, Prepared};
use crate::judgement::Cell;
use crate::run::{Options, Workshop};
use gradus_intake::catalogue::{LoadedExercise, LoadedGrader};
use gradus_intake::{plan, tree};
use std::ffi::OsStr;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

/// Where rows that were as they should be are remembered.
#[derive(Clone, Debug)]
pub struct Memory {
    folder: PathBuf,
    /// What every key has in common.
    common: String,
    /// What those of programs in WebAssembly have in common, too.
    in_wasm: String,
}

impl Memory {
    /// One in this folder, of this grader; `program` is the one that grades. Nothing is remembered if something that counts
    /// can't be read.
    pub fn open(
        folder: &Path,
        program: &Path,
        exercise: &LoadedExercise,
        grader: &LoadedGrader,
        workshop: &Workshop,
        options: &Options,
    ) -> Option<Self> {
        let program = blake3::hash(&fs::read(program).ok()?);
        let exercise = tree::digest(&exercise.dir).ok()?;
        let mut common = format!("{program}\n{exercise}\n{}\n", grader.digest);
        // Writing to a string can't fail.
        let _ = writeln!(common, "{:?} {} {:?}", options.seeds, options.alone, workshop.sandbox);
        let path = workshop.environment.iter().find(|(name, _)| name == "PATH");
        let path = path.map_or(OsStr::new(""), |(_, path)| path.as_os_str());
        for (tool, _, found) in plan::tools_on(path).chain(plan::servers_on(path)) {
            let found = found.and_then(|path| path.canonicalize().ok());
            let meta = found.as_ref().and_then(|path| path.metadata().ok());
            let stamp = meta.map(|meta| (meta.len(), meta.modified().ok()));
            let _ = writeln!(common, "{tool} {found:?} {stamp:?}");
        }
        let in_wasm = format!("{:?}\n", gradus_grade::runners::installed(&workshop.supplies.runners));
        Some(Self { folder: folder.to_owned(), common, in_wasm })
    }

    /// What each check came to, if this candidate was graded before and all was as it should be.
    pub fn recall(&self, candidate: &Candidate, prepared: &Prepared) -> Option<Vec<Cell>> {
        let text = fs::read_to_string(self.place(candidate, prepared)).ok()?;
        text.trim_end().chars().map(cell).collect()
    }

    /// Remembers a candidate that is as it should be.
    pub fn keep(&self, candidate: &Candidate, prepared: &Prepared, cells: &[Cell]) {
        let text: String = cells.iter().map(|cell| letter(*cell)).collect();
        // What can't be remembered is graded again.
        let _ = fs::create_dir_all(&self.folder);
        let place = self.place(candidate, prepared);
        let half = place.with_extension("new");
        let _ = fs::write(&half, text).and_then(|()| fs::rename(&half, &place));
    }

    fn place(&self, candidate: &Candidate, prepared: &Prepared) -> PathBuf {
        let key = {
            let target = if candidate.in_wasm { self.in_wasm.as_str() } else { "" };
            format!(
                "{}{:?}\n{}\n{}\n{target}\n",
                self.common, candidate.kind, candidate.name, prepared.digest
            )
        };
        self.folder.join(blake3::hash(key.as_bytes()).to_hex().as_str())
    }
}

const LETTERS: [(Cell, char); 4] =
    [(Cell::Passed, 'p'), (Cell::Failed, 'f'), (Cell::Skipped, 's'), (Cell::Broken, 'b')];

fn letter(cell: Cell) -> char {
    LETTERS.iter().find(|(known, _)| *known == cell).map_or('b', |(_, letter)| *letter)
}

fn cell(letter: char) -> Option<Cell> {
    LETTERS.iter().find(|(_, known)| *known == letter).map(|(cell, _)| *cell)
}
