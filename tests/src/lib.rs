//! The end-to-end tests live in the `all` test target; this library is empty on purpose.
