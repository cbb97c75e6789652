//! JUnit XML, as testmoapp/junitxml describes it and Jenkins, GitLab and Artemis read it. It knows no other format.
//!
//! What the submission is to blame for is a `failure`, what we or the machine are to blame for is an `error`. A
//! build and a boot are cases of their own: a submission that never ran must not read as a run without failures.

use crate::harmless::harmless;
use crate::mark::mark;
use crate::plain;
use crate::words::{self, Trouble};
use gradus_model::outcome::Outcome;
use gradus_model::redact::Redacted;
use gradus_model::report::{CheckReport, CodePlace, Phase, Report};
use gradus_model::score::verdict;
use quick_xml::Writer;
use quick_xml::events::{BytesCData, BytesDecl, Event};
use std::io;
use std::time::Duration;

/// One grading or many, each a `testsuite`.
pub fn write(reports: &[Redacted]) -> String {
    let suites: Vec<Suite> = reports.iter().map(|report| Suite::of(harmless(report))).collect();
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
    // Nothing fails that writes to memory.
    document(&mut writer, &suites).map_or_else(
        |error| error.to_string(),
        |()| String::from_utf8_lossy(&writer.into_inner()).into_owned() + "\n",
    )
}

struct Suite {
    report: Report,
    cases: Vec<Case>,
}

struct Case {
    name: String,
    took: Duration,
    verdict: Option<Bad>,
    output: String,
    /// The line of the submission that the output points at.
    place: Option<CodePlace>,
}

struct Bad {
    element: &'static str,
    kind: &'static str,
    message: String,
    text: String,
}

impl Suite {
    fn of(report: Report) -> Self {
        let trouble = words::trouble(&report);
        let mut cases = Vec::new();
        for (stage, claim, run) in [
            ("build", "The submission builds", &report.build),
            ("boot", "The submission starts", &report.boot),
        ] {
            let trouble = trouble.as_ref().filter(|trouble| trouble.stage == stage);
            if run.is_some() || trouble.is_some() {
                cases.push(prepared(format!("{stage}: {claim}"), run.as_ref(), trouble));
            }
        }
        if let Some(trouble) = trouble.as_ref().filter(|trouble| trouble.stage == "grading") {
            cases.push(prepared("grading: The submission can be graded".into(), None, Some(trouble)));
        }
        cases.extend(report.checks.iter().map(checked));
        Self { report, cases }
    }

    fn count(&self, element: &str) -> usize {
        let bad = self.cases.iter().filter_map(|case| case.verdict.as_ref());
        bad.filter(|bad| bad.element == element).count()
    }
}

fn prepared(name: String, run: Option<&Phase>, trouble: Option<&Trouble>) -> Case {
    let verdict = trouble.map(|trouble| Bad {
        element: if trouble.stage == "grading" { "error" } else { "failure" },
        kind: trouble.stage,
        message: format!("{}: {}", trouble.title, trouble.why),
        text: trouble.way_out.unwrap_or_default().to_owned(),
    });
    let took = run.map_or(Duration::ZERO, |run| run.took);
    let place = run.and_then(|run| run.places.first().cloned());
    Case { name, took, verdict, output: run.map(plain::ran).unwrap_or_default(), place }
}

fn checked(check: &CheckReport) -> Case {
    let element = match check.outcome {
        Outcome::Passed => None,
        Outcome::Failed(_) => Some("failure"),
        Outcome::Skipped(_) => Some("skipped"),
        Outcome::Broken(_) => Some("error"),
    };
    let verdict = element.map(|element| Bad {
        element,
        kind: words::outcome(&check.outcome),
        message: words::gist(check).unwrap_or_default(),
        text: if element == "skipped" { String::new() } else { plain::told(check) },
    });
    let name = format!("{}: {}", check.id, check.claim);
    let place = check.places.first().cloned();
    Case { name, took: check.took, verdict, output: plain::printed(&check.output), place }
}

fn document(writer: &mut Writer<Vec<u8>>, suites: &[Suite]) -> io::Result<()> {
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let took = suites.iter().map(|suite| suite.report.took).sum();
    let sums = sums(&suites.iter().collect::<Vec<_>>());
    let element = writer.create_element("testsuites").with_attribute(("name", "gradus"));
    element
        .with_attributes(attributes(&sums))
        .with_attribute(("time", seconds(took).as_str()))
        .write_inner_content(|writer| suites.iter().try_for_each(|suite| self::suite(writer, suite)))?;
    Ok(())
}

fn sums(suites: &[&Suite]) -> [(&'static str, String); 4] {
    let sum =
        |count: &dyn Fn(&Suite) -> usize| suites.iter().map(|suite| count(suite)).sum::<usize>().to_string();
    [
        ("tests", sum(&|suite| suite.cases.len())),
        ("failures", sum(&|suite| suite.count("failure"))),
        ("errors", sum(&|suite| suite.count("error"))),
        ("skipped", sum(&|suite| suite.count("skipped"))),
    ]
}

fn suite(writer: &mut Writer<Vec<u8>>, suite: &Suite) -> io::Result<()> {
    let report = &suite.report;
    let name = format!("{}: {}", report.exercise.slug, report.submission.name);
    let facts = [("time", seconds(report.took)), ("timestamp", report.started.clone())];
    let element = writer.create_element("testsuite").with_attribute(("name", name.as_str()));
    element
        .with_attributes(attributes(&sums(&[suite])))
        .with_attributes(attributes(&facts))
        .write_inner_content(|writer| {
            properties(writer, report)?;
            suite.cases.iter().try_for_each(|case| self::case(writer, &report.exercise.slug, case))
        })?;
    Ok(())
}

fn properties(writer: &mut Writer<Vec<u8>>, report: &Report) -> io::Result<()> {
    let mut properties = vec![
        ("verdict", words::verdict(verdict(report)).to_owned()),
        ("pass_percent", report.pass.to_string()),
        ("seed", report.seed.to_string()),
        ("isolation", report.isolation.kind.clone()),
        ("grader_digest", report.grader_digest.clone()),
    ];
    properties.extend(report.submission.digest.clone().map(|digest| ("submission_digest", digest)));
    if let Ok(score) = mark(report) {
        properties.extend([("earned", score.earned.to_string()), ("maximum", score.maximum.to_string())]);
    }
    writer.create_element("properties").write_inner_content(|writer| {
        for (name, value) in &properties {
            let element = writer.create_element("property").with_attribute(("name", *name));
            element.with_attribute(("value", value.as_str())).write_empty()?;
        }
        Ok(())
    })?;
    Ok(())
}

fn case(writer: &mut Writer<Vec<u8>>, slug: &str, case: &Case) -> io::Result<()> {
    let time = seconds(case.took);
    let line = case.place.as_ref().map(|place| place.line.to_string());
    let place = case.place.as_ref().zip(line.as_ref());
    let element = writer.create_element("testcase").with_attributes([
        ("name", case.name.as_str()),
        ("classname", slug),
        ("time", time.as_str()),
    ]);
    let element = match place {
        Some((place, line)) => {
            element.with_attributes([("file", place.path.as_str()), ("line", line.as_str())])
        }
        None => element,
    };
    if case.verdict.is_none() && case.output.is_empty() {
        element.write_empty()?;
        return Ok(());
    }
    element.write_inner_content(|writer| {
        if let Some(bad) = &case.verdict {
            self::bad(writer, bad)?;
        }
        if !case.output.is_empty() {
            writer
                .create_element("system-out")
                .write_inner_content(|writer| verbatim(writer, &case.output))?;
        }
        Ok(())
    })?;
    Ok(())
}

fn bad(writer: &mut Writer<Vec<u8>>, bad: &Bad) -> io::Result<()> {
    let element = writer.create_element(bad.element).with_attribute(("message", bad.message.as_str()));
    if bad.element == "skipped" {
        element.write_empty()?;
    } else {
        let element = element.with_attribute(("type", bad.kind));
        element.write_inner_content(|writer| verbatim(writer, &bad.text))?;
    }
    Ok(())
}

/// Text as it stands: some readers lose what is escaped in one that is not.
fn verbatim(writer: &mut Writer<Vec<u8>>, text: &str) -> io::Result<()> {
    BytesCData::escaped(text).try_for_each(|part| writer.write_event(Event::CData(part)))
}

fn attributes<'a>(pairs: &'a [(&'static str, String)]) -> impl Iterator<Item = (&'a str, &'a str)> {
    pairs.iter().map(|(name, value)| (*name, value.as_str()))
}

fn seconds(duration: Duration) -> String {
    format!("{:.3}", duration.as_secs_f64())
}
