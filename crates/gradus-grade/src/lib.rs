//! One grading: plan, build, boot, check, report.
