//! Whatever rows stand under the header of a table of events, they are read or told.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|table: (u8, &str)| insights_cli::fuzzing::csv(table.0, table.1));
