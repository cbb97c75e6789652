//! A class as the gradebook knows it: which grading counts for each learner, and what asks to be looked at.

use super::record::Verdict;
use super::{Gradebook, GradebookError, words};
use crate::fairness;
use gradus_model::class::{
    Attention, Cell, Class, ClassCheck, Counts, Late, Policy, Row, Standing, lateness, mark,
};
use gradus_model::report::ExerciseName;
use gradus_model::score::Score;
use rusqlite::{OptionalExtension, params};
use std::cmp::Ordering;
use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;
use std::time::Duration;

/// A grading in few words.
struct Brief {
    id: i64,
    run: i64,
    grader_digest: Rc<str>,
    verdict: Verdict,
    why: Option<String>,
    score: Score,
    near: Option<String>,
    took: Duration,
    memory: Option<u64>,
    graded: String,
    /// The first letter of each check's outcome, in the grader's order.
    came: Rc<str>,
}

/// Texts of which one after another is mostly the same, each kept once.
#[derive(Default)]
struct Same(Option<Rc<str>>);

impl Same {
    fn text(&mut self, text: &str) -> Rc<str> {
        match &self.0 {
            Some(last) if **last == *text => last.clone(),
            _ => self.0.insert(text.into()).clone(),
        }
    }
}

/// A submission with its gradings, the latest run first, and within a run in the order of the turns.
struct Candidate {
    student: String,
    name: Option<String>,
    members: Vec<String>,
    label: String,
    digest: String,
    submitted_at: Option<i64>,
    self_declared: bool,
    gradings: Vec<Brief>,
}

impl Candidate {
    /// The latest grader's latest grading that came to an end; of several turns the first.
    fn counts(&self) -> Option<&Brief> {
        let newest = self.gradings.first()?;
        let complete = self.gradings.iter().filter(|grading| grading.grader_digest == newest.grader_digest);
        complete.clone().find(|grading| grading.verdict != Verdict::Incomplete).or(Some(newest))
    }

    /// Gradings that must not differ from the one that counts.
    fn alike<'c>(&'c self, counts: &'c Brief) -> impl Iterator<Item = &'c Brief> {
        self.gradings.iter().filter(|grading| {
            grading.grader_digest == counts.grader_digest
                && matches!(grading.verdict, Verdict::Passed | Verdict::Failed)
        })
    }
}

impl Gradebook {
    /// The class of an exercise, and for each row the grading that counts; none if nothing was graded.
    pub fn class(
        &self,
        exercise: &str,
        policy: &Policy,
    ) -> Result<Option<(Class, Vec<i64>)>, GradebookError> {
        let latest: Option<(String, u32, String)> = self
            .connection
            .prepare_cached(
                "select title, pass, grader_digest from runs where exercise = ?1 order by id desc limit 1",
            )?
            .query_row([exercise], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .optional()?;
        let Some((title, pass, grader_digest)) = latest else { return Ok(None) };
        let checks = self.checks(exercise, &grader_digest)?;
        let ids: Vec<&str> = checks.iter().map(|check| check.id.as_str()).collect();
        let (mut notes, mut adjustments) = (self.notes(exercise)?, self.adjustments(exercise)?);
        // Few graders judged a class, so that each one's checks are read once and not for every learner.
        let mut graders: HashMap<Rc<str>, Vec<ClassCheck>> = HashMap::new();
        let (mut rows, mut gradings, mut untimed) = (Vec::new(), Vec::new(), 0);
        for (student, candidates) in self.candidates(exercise)? {
            let drafts = candidates.iter().filter_map(|candidate| draft(candidate, policy, pass));
            let Some((mut row, candidate, counts)) = choose(drafts, policy.counts) else { continue };
            let known = match graders.entry(counts.grader_digest.clone()) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(place) => place.insert(self.checks(exercise, &counts.grader_digest)?),
            };
            fill(&mut row, candidate, counts, known, &ids);
            row.notes = notes.remove(&student).unwrap_or_default();
            row.adjustments = adjustments.remove(&student).unwrap_or_default();
            untimed += usize::from(candidate.submitted_at.is_none());
            gradings.push(counts.id);
            rows.push(row);
        }
        let as_of = rows.iter().map(|row: &Row| row.graded.clone()).max().unwrap_or_default();
        let exercise = ExerciseName { slug: exercise.to_owned(), title };
        Ok(Some((Class { exercise, pass, checks, rows, policy: policy.clone(), untimed, as_of }, gradings)))
    }

    pub(super) fn checks(
        &self,
        exercise: &str,
        grader_digest: &str,
    ) -> Result<Vec<ClassCheck>, GradebookError> {
        let mut statement = self.connection.prepare_cached(
            "select id, claim, worth, points, hidden from checks where exercise = ?1 and grader_digest = ?2
             order by position",
        )?;
        let rows = statement.query_map([exercise, grader_digest], |row| {
            let worth: String = row.get(2)?;
            Ok(ClassCheck {
                id: row.get(0)?,
                claim: row.get(1)?,
                worth: words::read_worth(&worth, row.get(3)?),
                hidden: row.get(4)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// What was handed in and graded, by student.
    fn candidates(&self, exercise: &str) -> Result<BTreeMap<String, Vec<Candidate>>, GradebookError> {
        let mut statement = self.connection.prepare_cached(
            "select submission, student, name, members, label, digest, submitted_at, self_declared,
             gradings.id, run, grader_digest, verdict, why, earned, maximum, near, took_ms, peak_memory, graded, came
             from submissions cross join gradings on submission = submissions.id
             where exercise = ?1 order by submissions.id, run desc, turn",
        )?;
        let mut rows = statement.query(params![exercise])?;
        let mut candidates: BTreeMap<String, Vec<Candidate>> = BTreeMap::new();
        let mut last: Option<(i64, Candidate)> = None;
        let (mut digests, mut came) = (Same::default(), Same::default());
        while let Some(row) = rows.next()? {
            let submission: i64 = row.get(0)?;
            if last.as_ref().is_none_or(|(id, _)| *id != submission) {
                keep(&mut candidates, last.take());
                let members: String = row.get(3)?;
                let candidate = Candidate {
                    student: row.get(1)?,
                    name: row.get(2)?,
                    members: members.lines().map(str::to_owned).collect(),
                    label: row.get(4)?,
                    digest: row.get(5)?,
                    submitted_at: row.get(6)?,
                    self_declared: row.get(7)?,
                    gradings: Vec::new(),
                };
                last = Some((submission, candidate));
            }
            let memory: Option<i64> = row.get(17)?;
            let brief = Brief {
                id: row.get(8)?,
                run: row.get(9)?,
                grader_digest: digests.text(text(row, 10)?),
                verdict: words::read_verdict(text(row, 11)?),
                why: row.get(12)?,
                score: Score { earned: row.get(13)?, maximum: row.get(14)? },
                near: row.get(15)?,
                took: Duration::from_millis(row.get::<_, u32>(16)?.into()),
                memory: memory.and_then(|bytes| u64::try_from(bytes).ok()),
                graded: row.get(18)?,
                came: came.text(text(row, 19)?),
            };
            if let Some((_, candidate)) = &mut last {
                candidate.gradings.push(brief);
            }
        }
        keep(&mut candidates, last);
        Ok(candidates)
    }
}

/// What came of each check, and whether it always came out so. `known` are the checks of the grading's own grader, `ids` those
/// of the class.
fn fill(row: &mut Row, candidate: &Candidate, counts: &Brief, known: &[ClassCheck], ids: &[&str]) {
    let of = counts.came.as_bytes();
    let mut wavers = vec![false; of.len()];
    for other in candidate.alike(counts).filter(|other| other.came != counts.came) {
        let differs = fairness::differences(of, other.came.as_bytes());
        differs.into_iter().for_each(|position| wavers[position] = true);
    }
    let cell = |id: &&str| {
        let position = known.iter().position(|check| check.id == **id);
        match position.and_then(|position| Some((of.get(position)?, wavers[position]))) {
            None => Cell::Unknown,
            Some((_, true)) => Cell::Unstable,
            Some((letter, false)) => words::cell(*letter),
        }
    };
    row.cells = ids.iter().map(cell).collect();
    let unstable: Vec<String> =
        known.iter().zip(&wavers).filter(|(_, wavers)| **wavers).map(|(check, _)| check.id.clone()).collect();
    if !unstable.is_empty() {
        row.attention.insert(0, Attention::Unstable(unstable));
    }
}

/// A column as it lies in the database, not copied.
fn text<'r>(row: &'r rusqlite::Row<'_>, column: usize) -> rusqlite::Result<&'r str> {
    Ok(row.get_ref(column)?.as_str()?)
}

fn keep(candidates: &mut BTreeMap<String, Vec<Candidate>>, candidate: Option<(i64, Candidate)>) {
    if let Some((_, candidate)) = candidate {
        candidates.entry(candidate.student.clone()).or_default().push(candidate);
    }
}

/// A row as far as a grading alone tells it.
fn draft<'c>(
    candidate: &'c Candidate,
    policy: &Policy,
    pass: u32,
) -> Option<(Row, &'c Candidate, &'c Brief)> {
    let counts = candidate.counts()?;
    let why = || counts.why.clone().unwrap_or_default();
    let standing = match counts.verdict {
        Verdict::Passed => Standing::Passed,
        Verdict::Failed => Standing::Failed,
        Verdict::Incomplete => Standing::Incomplete(why()),
        Verdict::Refused => Standing::Refused(why()),
    };
    let late = late(candidate, policy);
    let mut attention = Vec::new();
    match standing {
        Standing::Refused(_) => attention.push(Attention::Refused),
        Standing::Incomplete(_) => attention.push(Attention::Incomplete),
        Standing::Passed | Standing::Failed => {
            attention.extend(counts.near.clone().map(Attention::NearLimit));
            attention.extend(fairness::is_near_pass(counts.score, pass).then_some(Attention::NearPass));
        }
    }
    attention.extend(late.map(|_| Attention::Late));
    if policy.deadline.is_some() && candidate.self_declared {
        attention.push(Attention::SelfDeclared);
    }
    let row = Row {
        student: candidate.student.clone(),
        name: candidate.name.clone(),
        members: candidate.members.clone(),
        label: candidate.label.clone(),
        standing,
        score: counts.score,
        late,
        adjustments: Vec::new(),
        notes: Vec::new(),
        attention,
        cells: Vec::new(),
        gradings: u32::try_from(candidate.alike(counts).count()).unwrap_or(u32::MAX),
        took: counts.took,
        memory: counts.memory,
        graded: counts.graded.clone(),
        digest: candidate.digest.clone(),
    };
    Some((row, candidate, counts))
}

fn late(candidate: &Candidate, policy: &Policy) -> Option<Late> {
    lateness(candidate.submitted_at?, policy.deadline?, policy.late)
}

type Draft<'c> = (Row, &'c Candidate, &'c Brief);

/// The one that was handed in last, or graded last where nobody knows; or the best, the later one of two as good.
fn choose<'c>(drafts: impl Iterator<Item = Draft<'c>>, counts: Counts) -> Option<Draft<'c>> {
    drafts.max_by(|one, other| {
        let best = |draft: &Draft<'_>| match counts {
            Counts::Best => mark(&draft.0).map(|mark| mark.hundredths),
            Counts::Latest => None,
        };
        best(one).cmp(&best(other)).then_with(|| later(one, other))
    })
}

/// Which is later. Where one has no time, a later run saw it: the other was there before.
fn later(one: &Draft<'_>, other: &Draft<'_>) -> Ordering {
    let handed_in = match (one.1.submitted_at, other.1.submitted_at) {
        (Some(one), Some(other)) => one.cmp(&other),
        _ => Ordering::Equal,
    };
    handed_in.then((one.2.run, one.2.id).cmp(&(other.2.run, other.2.id)))
}
