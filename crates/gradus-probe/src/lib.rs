//! HTTP over any stream: bounded, timed, hostile servers as data.
