//! Exercises, graders, checks, outcomes and reports as plain data; their files parsed with spans.
