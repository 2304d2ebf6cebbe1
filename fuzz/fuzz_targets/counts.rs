//! Whatever a table of counts says, its rows are read or told.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| insights_cli::fuzzing::counts(text));
