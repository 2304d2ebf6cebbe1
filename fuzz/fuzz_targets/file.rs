//! Whatever the bytes of a file are, they are unpacked and read to their end, or refused.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| insights_cli::fuzzing::file(bytes));
