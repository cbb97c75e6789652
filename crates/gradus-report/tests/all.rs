//! Reports in, text out.
