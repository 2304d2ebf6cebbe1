//! What is printed, word for word, beside the tests that say what it means: [`assert_snapshot`].
//!
//! `SNAPSHOTS=overwrite cargo test -p insights-cli --test main` writes all snapshots anew. Then
//! look at what changed: nothing but these files knows what was meant.

use std::path::Path;

use snapbox::{Assert, Data, data::DataFormat};

use crate::program::command;

/// Compares a text with the file of that name in `snapshots/`. How long a run took is no part of
/// it.
#[track_caller]
pub(crate) fn assert_snapshot(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots").join(name);
    let timeless = |line| if str::starts_with(line, "time  ") { "time      …" } else { line };
    let text: String = text.lines().map(timeless).flat_map(|line| [line, "\n"]).collect();
    let expected = Data::read_from(&path, Some(DataFormat::Text)).raw();
    Assert::new().action_env("SNAPSHOTS").eq(text, expected);
}

/// Returns what the program prints to stdout and stderr in so many columns.
pub(crate) fn printed(args: &[&str], columns: usize) -> [String; 2] {
    let mut command = command(&[]);
    let output = command.args(args).env("COLUMNS", columns.to_string()).output().unwrap();
    [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap())
}
