//! Mistakes in files that people wrote: each with its line underlined and the way out.

use crate::snippet;
use gradus_model::diagnostic::Invalid;

/// All mistakes of a file.
pub fn render(invalid: &Invalid, color: bool) -> String {
    let shown: Vec<String> =
        invalid.diagnostics.iter().map(|diagnostic| snippet::mistake(invalid, diagnostic, color)).collect();
    shown.join("\n\n") + "\n"
}
