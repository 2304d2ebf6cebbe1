//! What the command line promises, seen from outside: the binary is run on archives that the
//! tests write, on the demo, and on real logs where there are any.
#![allow(
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a panic is how a test fails, and a skipped test says so, in helpers as well"
)]

mod appearance;
mod archive;
mod baseline;
mod clocks;
mod containers;
mod counters;
mod damage;
mod demo;
mod errors;
mod exit;
mod explain;
mod folder;
mod help;
mod hostile;
#[cfg(unix)]
mod interrupt;
mod lateness;
mod output;
mod output_files;
mod packed;
mod program;
mod real;
mod report;
mod same_bytes;
mod score;
mod series;
mod settings;
mod snapshot;
mod strict;
mod synth;
mod tables;
#[cfg(unix)]
mod terminal;
mod timeline;
mod tree;
mod tune;
