//! Find exercises; take submissions in; plan how they build and run.
