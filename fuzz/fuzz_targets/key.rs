//! Whatever a file is called, what its name tells stands in it.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|path: &str| insights_cli::fuzzing::key(path));
