//! What a grader's file cannot show by itself: expectations that no judge can compile.

use crate::contracts::{self, Contracts};
use gradus_judge::{answer, pattern};
use gradus_model::diagnostic::{Diagnostic, Invalid};
use gradus_model::grader::{Action, Check, ExpectedText, Grader, Step};
use gradus_model::growth::Measure;
use gradus_model::race::Hold;
use gradus_model::stub::Asked;

/// Refuses a grader whose `$regex` or `$schema` does not compile, whose contract has mistakes, or that asks of a contract what it
/// does not have; every such place is named.
pub fn compiles(grader: &Grader) -> Result<(), Invalid> {
    let steps = grader.checks.iter().flat_map(Check::every_step);
    let patterns = steps.flat_map(of_step);
    let routes = grader.stubs.iter().flat_map(|stub| &stub.routes);
    let mistakes = patterns.chain(routes.flat_map(|route| of_request(&route.asked)));
    let mut diagnostics: Vec<Diagnostic> =
        mistakes.map(|mistake| Diagnostic::new(mistake.what, mistake.span)).collect();
    match Contracts::read(grader) {
        Ok(contracts) => diagnostics.extend(contracts::mistakes(grader, &contracts)),
        Err(invalid) => diagnostics.extend(invalid.diagnostics),
    }
    if diagnostics.is_empty() {
        return Ok(());
    }
    Err(Invalid { sources: grader.sources.clone(), diagnostics })
}

/// Those of a step itself; steps within it are steps of the check, too.
fn of_step(step: &Step) -> Vec<pattern::Mistake> {
    match &step.action {
        Action::Request(request) => answer::mistakes(&request.expect),
        Action::Calls(calls) => {
            let patterns = [&calls.count, &calls.json, &calls.gaps, &calls.items, &calls.callbacks]
                .into_iter()
                .flatten();
            patterns.flat_map(pattern::mistakes).chain(calls.asked.iter().flat_map(of_request)).collect()
        }
        Action::Printed(printed) => {
            let patterns = [&printed.text, &printed.lines, &printed.json].into_iter().flatten();
            patterns.flat_map(pattern::mistakes).collect()
        }
        Action::Run(run) => {
            let files = run.files.iter().map(|(_, text)| text);
            let texts = run.stdout.iter().chain(&run.stderr).chain(files);
            let patterns = texts.filter_map(|text| match text {
                ExpectedText::Pattern(pattern) => Some(pattern),
                ExpectedText::File { .. } => None,
            });
            patterns.chain(&run.exit).flat_map(pattern::mistakes).collect()
        }
        Action::Raw(raw) => raw.bytes.iter().flat_map(pattern::mistakes).collect(),
        Action::Server(server) => {
            let exit = server.exit.iter().flat_map(pattern::mistakes);
            exit.chain(server.after.iter().flat_map(|(_, asked)| of_request(asked))).collect()
        }
        Action::Sql(sql) => sql.rows.iter().chain(&sql.error).flat_map(pattern::mistakes).collect(),
        Action::Select(select) => {
            select.work.iter().flat_map(|(_, wanted)| pattern::mistakes(wanted)).collect()
        }
        Action::Command(asked) => pattern::mistakes(&asked.reply),
        Action::Nats(nats) => nats.patterns().flat_map(pattern::mistakes).collect(),
        Action::Work(work) => work.expect.iter().flat_map(|(_, wanted)| pattern::mistakes(wanted)).collect(),
        Action::Service(_) | Action::Hold(_) | Action::Conform(_) | Action::Plugin(_) => Vec::new(),
        Action::Growth(growth) => match &growth.measure {
            Measure::Calls { asked, .. } => asked.iter().flat_map(|asked| of_request(asked)).collect(),
            Measure::Time | Measure::Work(_) | Measure::Select => Vec::new(),
        },
        Action::Stub(_) | Action::Faults(_) | Action::Compare(_) => Vec::new(),
        Action::Load(load) => {
            let patterns = [&load.errors, &load.judged, &load.answers, &load.p99].into_iter().flatten();
            patterns.flat_map(pattern::mistakes).collect()
        }
        Action::Race(race) => {
            let ops = race.each.iter().filter_map(|each| each.op.as_ref());
            let outcomes = ops.flat_map(|op| [&op.done, &op.refused, &op.yes, &op.no, &op.ignored]).flatten();
            let holds = race.holds.iter().flat_map(|hold| match hold {
                Hold::Count { of, is, .. } => [answer::mistakes(of), pattern::mistakes(is)].concat(),
                Hold::Linearizable { .. } => Vec::new(),
            });
            outcomes.flat_map(answer::mistakes).chain(holds).collect()
        }
    }
}

fn of_request(asked: &Asked) -> Vec<pattern::Mistake> {
    let named = asked.query.iter().chain(&asked.headers).map(|(_, pattern)| pattern);
    named.chain(&asked.json).chain(&asked.text).flat_map(pattern::mistakes).collect()
}
