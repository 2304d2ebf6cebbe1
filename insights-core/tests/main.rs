//! What the engine promises, seen from outside.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]
#![allow(clippy::print_stderr, reason = "a skipped test says so")]

mod account;
mod behaviours;
mod checkpoint;
mod conformance;
mod examination;
mod examples;
mod holes;
mod jobs;
mod laws;
mod levels;
mod norm;
mod scenario;
mod seam;
mod stories;
mod waves;
