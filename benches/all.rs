//! How fast Gradus is, as ratios within one run: `just bench`, or `just bench grading` for one of them.
//!
//! The same program also plays the parts of a measurement that are processes: the server that is graded, and the raw
//! client that is the measure.

mod again;
mod batch;
mod course;
mod grading;
mod load;
mod measure;
mod overhead;
mod raw;
mod sandbox;
mod server;
mod services;
mod steady;
mod wasm;

use std::path::PathBuf;

fn main() {
    gradus_sandbox::enter_if_asked();
    // Cargo tells every benchmark that it is one.
    let arguments: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["serve"] => server::run(),
        ["ask", origin, requests] => raw::run(origin, requests.parse().expect("a number of requests")),
        _ => bench(&words),
    }
}

fn bench(asked: &[&str]) {
    let wanted = |name: &str| asked.is_empty() || asked.contains(&name);
    println!("{}", measure::machine());
    if wanted("grading") {
        grading::run(&gradus());
    }
    if wanted("load") {
        load::run(&gradus());
    }
    if wanted("steady") {
        steady::run(&gradus());
    }
    if wanted("sandbox") {
        sandbox::run();
    }
    if wanted("batch") {
        batch::run(&gradus());
    }
    if wanted("services") {
        services::run(&gradus());
    }
    if wanted("overhead") {
        overhead::run(&gradus());
    }
    if wanted("again") {
        again::run(&gradus());
    }
    if wanted("wasm") {
        wasm::run(&gradus());
    }
}

/// The command, built in the folder above ours.
fn gradus() -> PathBuf {
    let us = std::env::current_exe().expect("our own path");
    let path = us.parent().expect("target/release/deps").with_file_name("gradus");
    assert!(path.exists(), "{} is missing: `just bench` builds it first", path.display());
    path
}
