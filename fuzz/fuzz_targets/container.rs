//! Whatever a text is, the records in it are found, and the rest of it is told.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| insights_cli::fuzzing::container(text));
