//! Pure judging: an expectation and a value in, mismatches out.
