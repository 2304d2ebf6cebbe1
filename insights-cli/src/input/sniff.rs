//! [`holds_records`], [`begins`]: whether a file holds records though it is not named like a log.

use std::{fs::File, io::Read, path::Path};

use crate::input::{container, unpack::Unpacked};

/// How much of a file is looked at.
const BEGINNING: u64 = 64 << 10;

/// Looks at the beginning of a file. What cannot be read holds none.
pub(super) fn holds_records(path: &Path) -> bool {
    File::open(path).is_ok_and(begins)
}

/// Looks at the beginning of what is in a file.
pub(super) fn begins(file: impl Read) -> bool {
    let Ok(text) = Unpacked::open(file) else { return false };
    let mut bytes = Vec::new();
    // What comes before damage is enough to tell.
    let _ = text.take(BEGINNING).read_to_end(&mut bytes);
    container::begins(String::from_utf8_lossy(&bytes).trim_start_matches('\u{feff}'))
}
