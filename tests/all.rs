//! The real `gradus` against real submissions: one binary, one module per feature.
