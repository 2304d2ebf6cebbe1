//! Timed benchmarks.
