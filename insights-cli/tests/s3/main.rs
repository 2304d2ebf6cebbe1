//! What the program promises of S3, against a server of it on this machine.
//!
//! The server is a program of its own: `INSIGHTS_S3_SERVER` names it, and `.ci/s3-server` installs
//! it. Without it, these tests say that they were skipped.
#![allow(
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a panic is how a test fails, and a skipped test says so, in helpers as well"
)]

#[path = "../archive.rs"]
#[allow(dead_code, reason = "other tests need the rest")]
mod archive;
mod faults;
#[path = "../folder.rs"]
mod folder;
mod keys;
mod layout;
#[path = "../program.rs"]
#[allow(dead_code, reason = "other tests need the rest")]
mod program;
mod proxy;
mod pruning;
mod reading;
mod refusals;
mod server;
