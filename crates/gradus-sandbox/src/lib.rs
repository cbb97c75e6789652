//! Run one untrusted program under limits.
