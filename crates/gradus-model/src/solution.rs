//! What a reference solution leaves out, as plain data: not every stack can do everything that an exercise asks.

use crate::source::Spanned;

/// What `solutions/<name>.toml` says of the solution in the folder beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Solution {
    /// The checks that it does not pass, by id. It earns all others.
    pub lacks: Vec<Spanned<String>>,
    /// Why its stack can't do that, one sentence.
    pub because: String,
}
