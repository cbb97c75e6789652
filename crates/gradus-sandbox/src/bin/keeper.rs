//! The keeper alone, for the tests of this crate.

fn main() {
    gradus_sandbox::enter_if_asked();
}
