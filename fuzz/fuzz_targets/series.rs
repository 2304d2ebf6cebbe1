//! Whatever a plain series says, its rows are read or told.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|series: (u8, &str)| insights_cli::fuzzing::series(series.0, series.1));
