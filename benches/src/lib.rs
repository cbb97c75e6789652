//! The benchmarks live in the `all` bench target; this library is empty on purpose.
