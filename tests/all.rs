//! The real `gradus` against real submissions: one binary, one module per feature.

mod architecture;
#[expect(dead_code, unused_imports, reason = "the end-to-end tests come next")]
mod support;
