//! [`holds_records`], [`begins`], [`holds_counts`], [`holds_insights`]: what a file holds, whatever
//! its name.

use std::{
    fs::File,
    io::{self, BufRead, Read},
    path::Path,
};

use crate::input::{container, table::PARQUET, unpack::Unpacked};

/// How much of a file is looked at.
const BEGINNING: u64 = 64 << 10;

/// Looks at the beginning of a file. What cannot be read holds none.
pub(super) fn holds_records(path: &Path) -> bool {
    File::open(path).is_ok_and(begins)
}

/// Looks at the beginning of what is in a file.
pub(super) fn begins(file: impl Read) -> bool {
    beginning(file).is_some_and(|text| container::begins(&text))
}

/// Returns the beginning of the text in a file, if it can be unpacked.
fn beginning(file: impl Read) -> Option<String> {
    let text = Unpacked::open(file).ok()?;
    let mut bytes = Vec::new();
    // What comes before damage is enough to tell.
    let _ = text.take(BEGINNING).read_to_end(&mut bytes);
    Some(String::from_utf8_lossy(&bytes).trim_start_matches('\u{feff}').to_owned())
}

/// Looks whether a file, or stdin where it is called `-`, begins as a table of counts does; no logs
/// are Parquet. Of stdin nothing is taken.
pub(crate) fn holds_counts(path: &Path) -> bool {
    if path.as_os_str() == "-" {
        return io::stdin().lock().fill_buf().is_ok_and(are_counts);
    }
    // What is taken of a pipe is gone, and it may keep one waiting.
    path.is_file() && File::open(path).is_ok_and(are_counts)
}

/// Looks whether a file begins as one of Insights events does: with one, and without a call.
pub(crate) fn holds_insights(path: &Path) -> bool {
    if !path.is_file() {
        return false;
    }
    let Some(text) = File::open(path).ok().and_then(beginning) else { return false };
    let header = text.lines().next().unwrap_or_default();
    let has = |name: &str| header.split(',').any(|cell| cell.trim().trim_matches('"') == name);
    let row = ["state", "insight_type", "shared_event_id"].into_iter().all(has);
    row || text.contains("AwsCloudTrailInsight") && !text.contains("AwsApiCall")
}

fn are_counts(mut file: impl Read) -> bool {
    let mut head = Vec::new();
    let read = file.by_ref().take(PARQUET.len() as u64).read_to_end(&mut head);
    if read.is_ok() && head == PARQUET {
        return true;
    }
    let Some(text) = beginning(head.as_slice().chain(file)) else { return false };
    let header = text.lines().next().unwrap_or_default();
    let has = |name: &str| header.split(',').any(|cell| cell.trim().trim_matches('"') == name);
    ["minute", "event_name", "count"].into_iter().all(has)
}
