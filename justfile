# Every recipe is one line; `just ci` is exactly what CI runs.

# list the recipes
default:
    @just --list

# grade a good and a wrong submission
demo:
    cargo run --release -- demo

# everything that CI runs, tools included
ci:
    ./scripts/test

# the quick part of it
test:
    cargo test --workspace

# formatting and lints
lint:
    cargo fmt --all --check && cargo clippy --workspace --all-targets -- -D warnings

# every grader against its solutions, starters and mutants
verify:
    cargo run --release -- verify --all

# the same, thoroughly
verify-full:
    cargo run --release -- verify --all --seeds 10

# speed, as ratios within one run
bench *WHICH:
    cargo build --release && cargo bench --package gradus-benches -- {{WHICH}}
