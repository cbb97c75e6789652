//! `gradus check`: one submission, graded; the reports that were asked for; the exit code.

use crate::arguments::{Check, Reader};
use crate::commands::{kept, watch};
use crate::environment::Environment;
use crate::exit::{Exit, Problem};
use crate::means::{Beginning, Means, interrupt_on_signals, now, runtime, supplies};
use crate::progress::{Lines, Progress};
use crate::screen;
use crate::subject::{self, Graded};
use gradus_grade::{
    Folder, Interrupt, Job, Observer, Quiet, Remote, Subject, Where, grade, grade_and_keep, shell_word,
};
use gradus_intake::cache::BuildCache;
use gradus_intake::catalogue::Catalogue;
use gradus_intake::tree;
use gradus_model::exercise::SubmissionKind;
use gradus_model::redact::{Audience, redact};
use gradus_model::report::{Progress as HowFar, Report, Selection};
use gradus_model::score::{Verdict, verdict};
use gradus_report::github::fenced;
use gradus_report::terminal::Style;
use gradus_report::{Format, Surroundings};
use std::borrow::Borrow;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use url::Url;

/// A report that was asked for.
#[derive(Clone, Debug)]
pub struct Output {
    format: Format,
    /// Standard output when missing.
    path: Option<PathBuf>,
}

pub fn run<C: Borrow<Catalogue>>(
    catalogue: impl FnOnce() -> Result<C, Problem>,
    check: Check,
    environment: &Environment,
) -> Result<Exit, Problem> {
    let outputs = outputs(&check.report)?;
    let runtime = runtime()?;
    let interrupt = Interrupt::default();
    runtime.block_on(async {
        interrupt_on_signals(&interrupt);
        let means = match check.url {
            Some(_) => None,
            None => Some(Beginning::new(check.sandbox).await?),
        };
        let catalogue = catalogue()?;
        let catalogue = catalogue.borrow();
        if check.watch {
            return watch::run(catalogue, &check, &outputs, means.as_ref(), environment, &interrupt).await;
        }
        let report = once(catalogue, &check, &outputs, means.as_ref(), environment, &interrupt).await?;
        Ok(exit(&report, &interrupt))
    })
}

/// Grades once and writes the reports.
pub async fn once(
    catalogue: &Catalogue,
    check: &Check,
    outputs: &[Output],
    means: Option<&Beginning>,
    environment: &Environment,
    interrupt: &Interrupt,
) -> Result<Report, Problem> {
    let (graded, subject, home) = subject_of(catalogue, check, means, environment).await?;
    let selection = selection(&graded, &check.only)?;
    let job = Job {
        exercise: &graded.exercise.exercise,
        grader: &graded.grader.grader,
        grader_digest: &graded.grader.digest,
        withheld: graded.grader.withheld,
        baselines: graded.exercise.dir.join("baseline"),
        subject,
        seed: check.seed.map_or_else(random_seed, Ok)?,
        now: now(),
        selection,
        record: None,
        quiet: Quiet::default(),
    };
    let audience = audience(check.reader);
    let mut progress = Progress::new(environment, audience, lines(outputs));
    let watched = &mut progress as &mut dyn Observer;
    let (report, kept) = match check.keep {
        true => grade_and_keep(job, watched, interrupt).await,
        false => (grade(job, watched, interrupt).await, None),
    };
    drop(progress);
    if let Some(home) = home {
        remember(&home, &report);
    }
    let written = write(outputs, report.clone(), check, environment);
    if check.keep && written.is_ok() {
        kept::stay(kept, lines(outputs), interrupt).await;
    }
    written?;
    Ok(report)
}

async fn subject_of(
    catalogue: &Catalogue,
    check: &Check,
    means: Option<&Beginning>,
    environment: &Environment,
) -> Result<(Graded, Subject, Option<PathBuf>), Problem> {
    let Some(means) = means else {
        let url = check.url.as_deref().unwrap_or_default();
        let url = Url::parse(url).map_err(|error| {
            Problem::new(Exit::Usage, format!("`{url}` is not an address: {error}"))
                .way_out("Give the address of the server: --url http://127.0.0.1:8080")
        })?;
        if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
            return Err(Problem::new(Exit::Usage, format!("`{url}` is not an http or https address")));
        }
        let said = url_exercise(&check.dir, environment);
        let slug = subject::slug(check.exercise.as_deref(), said.as_deref(), &check.dir)?;
        let remote = Remote { url, runners: environment.runners() };
        return Ok((subject::graded(catalogue, &slug)?, Subject::Url(remote), None));
    };
    let dir = subject::folder(&check.dir, environment)?;
    let said = subject::said(&dir)?;
    let slug = subject::slug(check.exercise.as_deref(), said.as_deref(), &check.dir)?;
    let graded = subject::graded(catalogue, &slug)?;
    let kind = graded.exercise.exercise.submission;
    let means = means.means().await?;
    let (folder, home) = folder_of(&check.dir, &dir, kind, means, &check.build_network, environment)?;
    Ok((graded, Subject::Folder(folder), Some(home)))
}

/// A folder as a submission, in its build cache; and where notes about it are kept.
pub fn folder_of(
    asked: &Path,
    dir: &Path,
    kind: SubmissionKind,
    means: &Means,
    hosts: &[String],
    environment: &Environment,
) -> Result<(Folder, PathBuf), Problem> {
    let plan = subject::plan(dir, Some(kind))?;
    let digest = tree::digest(dir).map_err(|error| Problem::new(Exit::Usage, error))?;
    let cache =
        BuildCache::open(&environment.cache, dir).map_err(|error| Problem::new(Exit::Machine, error))?;
    let home = cache.home().to_owned();
    let folder = Folder {
        name: shown(asked, dir),
        plan,
        digest,
        place: Where::Cache(cache),
        sandbox: means.sandbox.clone(),
        launcher: means.launcher.clone(),
        supplies: supplies(hosts, environment)?,
        environment: environment.passed_on.clone(),
    };
    Ok((folder, home))
}

/// With `--url`, the folder need not exist; if it says which exercise it is, that counts.
fn url_exercise(dir: &Path, environment: &Environment) -> Option<String> {
    subject::said(&subject::folder(dir, environment).ok()?).ok().flatten()
}

fn shown(asked: &Path, dir: &Path) -> String {
    let name =
        if asked == Path::new(".") { dir.file_name().map(PathBuf::from) } else { Some(asked.to_owned()) };
    name.unwrap_or_else(|| dir.to_owned()).display().to_string()
}

fn selection(graded: &Graded, only: &[String]) -> Result<Selection, Problem> {
    if only.is_empty() {
        return Ok(Selection::All);
    }
    let grader = &graded.grader.grader;
    let mut ids = Vec::new();
    for id in only {
        match grader.check(id) {
            Some(check) => ids.push(check.id.value.clone()),
            None => {
                let known: Vec<&str> = grader.checks.iter().map(|check| check.id.value.as_str()).collect();
                return Err(Problem::new(
                    Exit::Usage,
                    format!("`{id}` is no check of {}", grader.exercise.value),
                )
                .way_out(format!("Its checks are: {}", known.join(", "))));
            }
        }
    }
    Ok(Selection::Only(ids))
}

fn outputs(asked: &[String]) -> Result<Vec<Output>, Problem> {
    if asked.is_empty() {
        return Ok(vec![Output { format: Format::Terminal, path: None }]);
    }
    let mut outputs = Vec::new();
    for text in asked {
        let (name, path) = match text.split_once('=') {
            Some((name, path)) => (name, Some(PathBuf::from(path))),
            None => (text.as_str(), None),
        };
        let format = Format::parse(name).ok_or_else(|| {
            Problem::new(Exit::Usage, format!("`{name}` is no format of a report"))
                .way_out(format!("Formats are: {}", Format::names().join(", ")))
        })?;
        outputs.push(Output { format, path });
    }
    if outputs.iter().filter(|output| output.path.is_none()).count() > 1 {
        return Err(Problem::new(Exit::Usage, "two reports can't both go to standard output")
            .way_out("Give one of them a file: --report json=report.json"));
    }
    Ok(outputs)
}

/// Finished checks are shown where the terminal report goes, or on standard error when another has standard output.
fn lines(outputs: &[Output]) -> Lines {
    match outputs.iter().find(|output| output.path.is_none()) {
        Some(output) if output.format == Format::Terminal => Lines::Out,
        Some(_) => Lines::Nowhere,
        None => Lines::Err,
    }
}

fn write(
    outputs: &[Output],
    report: Report,
    check: &Check,
    environment: &Environment,
) -> Result<(), Problem> {
    let audience = audience(check.reader);
    let told_here = redact(as_asked_here(report.clone(), check), audience);
    let redacted = redact(report, audience);
    let folder = folder_in_repository(&check.dir, environment);
    let surroundings = Surroundings { folder, ..environment.surroundings.clone() };
    for output in outputs {
        match &output.path {
            None => {
                let style = Style { color: environment.color_out, width: environment.width };
                let report = if output.format == Format::Terminal { &told_here } else { &redacted };
                let text = output.format.write_styled(report, &style, &surroundings);
                screen::out(&if environment.github_actions && output.format != Format::Github {
                    fenced(&text, &token()?)
                } else {
                    text
                });
            }
            Some(path) => {
                let path = environment.current_dir.join(path);
                write_whole(&path, &output.format.write_in(&redacted, &surroundings)).map_err(|error| {
                    Problem::new(Exit::Machine, format!("{} could not be written: {error}", path.display()))
                })?;
            }
        }
    }
    Ok(())
}

/// With commands that can be typed where this one was, if it can be repeated. A report that others read says them for the
/// submission's own folder.
fn as_asked_here(mut report: Report, check: &Check) -> Report {
    let word = |word: OsString| format!(" {}", shell_word(word.as_encoded_bytes()));
    let given: Option<String> = check.again().map(|words| words.into_iter().map(word).collect());
    for check in &mut report.checks {
        let rest = check.rerun.strip_prefix("gradus check").unwrap_or_default();
        check.rerun = given.as_ref().map(|given| format!("gradus check{given}{rest}")).unwrap_or_default();
    }
    report
}

/// Where a submission lies below the folder that CI checked out, or below the current one; empty for that itself.
fn folder_in_repository(dir: &Path, environment: &Environment) -> String {
    let root = environment.github_workspace.as_deref().unwrap_or(&environment.current_dir);
    let relative = || {
        let dir = environment.current_dir.join(dir).canonicalize().ok()?;
        Some(dir.strip_prefix(root.canonicalize().ok()?).ok()?.to_str()?.to_owned())
    };
    relative().unwrap_or_default()
}

/// A reader never sees half a report. What is there and no file, such as a pipe, is written to, never replaced.
pub fn write_whole(path: &Path, text: &str) -> std::io::Result<()> {
    write_bytes(path, text.as_bytes())
}

/// The same for what is no text.
pub fn write_bytes(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    if path.metadata().is_ok_and(|found| !found.is_file()) {
        return std::fs::write(path, bytes);
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    // As any new file: for whom, the umask says.
    builder.permissions(<std::fs::Permissions as std::os::unix::fs::PermissionsExt>::from_mode(0o666));
    let mut file = builder.tempfile_in(folder)?;
    std::io::Write::write_all(&mut file, bytes)?;
    file.persist(path)?;
    Ok(())
}

/// The first failing check, for `gradus hint`.
fn remember(home: &Path, report: &Report) {
    let failed =
        report.checks.iter().find(|check| matches!(check.outcome, gradus_model::outcome::Outcome::Failed(_)));
    // Only a convenience: a full disk must not fail a grading that is done.
    let _ = std::fs::write(home.join("last-failure"), failed.map_or("", |check| check.id.as_str()));
}

/// The exit code of a report.
pub fn exit(report: &Report, interrupt: &Interrupt) -> Exit {
    match (&report.progress, verdict(report)) {
        (HowFar::CutShort(_), _) if interrupt.is_thrown() => Exit::Interrupted,
        (_, verdict) => verdict.into(),
    }
}

/// Whether anything is left to do, for `--watch`.
pub fn passed(report: &Report) -> bool {
    matches!(verdict(report), Verdict::Passed | Verdict::SelectionPassed)
}

fn audience(reader: Reader) -> Audience {
    match reader {
        Reader::Learner => Audience::Learner,
        Reader::Instructor => Audience::Instructor,
    }
}

/// A word that no submission can guess.
fn token() -> Result<String, Problem> {
    let random = getrandom::u64()
        .map_err(|error| Problem::new(Exit::Machine, format!("no random numbers: {error}")))?;
    Ok(format!("gradus-{random:016x}"))
}

/// Short enough to be typed.
pub fn random_seed() -> Result<u64, Problem> {
    let random = getrandom::u64()
        .map_err(|error| Problem::new(Exit::Machine, format!("no random numbers: {error}")))?;
    Ok(random % 1_000_000)
}
