//! Folders in, plans and copies out.
