//! What `gradus check` adds to a server's own start and answers: 20 checks of one request.

use crate::course::Course;
use crate::grading::Up;
use crate::measure::{self, Contestant};
use crate::raw;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

const CHECKS: usize = 20;
const ROUNDS: usize = 31;

/// Measures and prints.
pub fn run(gradus: &Path) {
    let course = Course::new(CHECKS, 1);
    let server = course.work().join("server");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let alone = || {
        let begun = Instant::now();
        let up = Up::start(&server);
        runtime.block_on(raw::ask(&up.origin, CHECKS));
        drop(up);
        begun.elapsed()
    };
    let check = || {
        let mut command = Command::new(gradus);
        command.arg("check").arg(course.work()).arg("--exercises").arg(course.root());
        command.env("HOME", course.root());
        measure::time(&mut command)
    };
    let mut contestants = [
        Contestant { name: "start, 20 raw requests, end", run: Box::new(alone) },
        Contestant { name: "`gradus check`, 20 checks", run: Box::new(check) },
    ];
    let medians = measure::medians(ROUNDS, &mut contestants);
    measure::print("## A server that starts in 5 ms", &contestants, &medians);
    let added = medians[1].saturating_sub(medians[0]);
    println!("\n`gradus check` adds {:.1} ms.", added.as_secs_f64() * 1e3);
}
