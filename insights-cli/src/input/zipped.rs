//! Reads the entries of a zip archive: [`entries`].

use std::{
    borrow::Cow,
    io::{BufReader, Read, Seek},
};

use zip::{CompressionMethod, ZipArchive, read::read_zipfile_from_stream, result::ZipError};

use crate::input::{
    key::{Kind, ObjectKey},
    problem::{Fault, Place, Problems},
    skipped::Skipped,
    unpack::Layer,
};

/// A zip archive in memory or in a file.
pub(super) trait Archive: Read + Seek {}

impl<A: Read + Seek> Archive for A {}

/// An entry as the list at the end of the archive tells it.
struct Entry {
    name: String,
    place: usize,
    /// Where it begins in the archive, and where it ends at the earliest.
    start: u64,
    end: u64,
    /// Why it is not read.
    refused: Option<String>,
}

/// Hands out the entries that may hold records, in order of their names, and returns how many
/// were passed over.
pub(super) fn entries(
    mut archive: impl Archive,
    problems: &mut Problems,
    mut read: impl FnMut(&str, &mut dyn Read, &mut Problems),
) -> Skipped {
    let mut skipped = Skipped::default();
    let mut zip = match ZipArchive::new(&mut archive) {
        Ok(zip) => zip,
        Err(error) => {
            let what = format!(
                "zip has no list of its entries at its end, or a damaged one ({error}); they are \
                 read as far as they tell themselves where they end"
            );
            problems.add(Fault::Packing, Place::File, what);
            return in_a_row(archive, problems, read);
        }
    };
    let mut listed: Vec<Entry> = Vec::new();
    for place in 0..zip.len() {
        let Ok(entry) = zip.by_index_data(place) else { continue };
        let name = name(entry.name(), entry.name_raw());
        if !entry.is_dir() && wanted(&name, &mut skipped) {
            /// The bytes of a header without the name.
            const HEADER: u64 = 30;
            let start = entry.header_start();
            let end = start.saturating_add(HEADER).saturating_add(entry.compressed_size());
            let refused = refused(entry.encrypted(), entry.compression());
            listed.push(Entry { name, place, start, end, refused });
        }
    }
    // Entries that share bytes make a small archive unpack to any size, and nobody else makes
    // such archives.
    listed.sort_by_key(|entry| entry.start);
    let mut taken = 0;
    listed.retain(|entry| {
        let apart = entry.start >= taken;
        if apart {
            taken = entry.end;
        } else {
            problems.begin(Some(&entry.name));
            problems.add(
                Fault::Packing,
                Place::File,
                "begins inside another entry, as in a zip bomb, and is left out",
            );
        }
        apart
    });
    listed.sort_by(|a, b| a.name.cmp(&b.name));
    for Entry { name, place, refused, .. } in listed {
        problems.begin(Some(&name));
        if let Some(what) = refused {
            problems.add(Fault::Foreign, Place::File, what);
            continue;
        }
        match zip.by_index(place) {
            Ok(bytes) => read(&name, &mut Layer { name: "zip", bytes }, problems),
            Err(error) => damaged(&error, problems),
        }
    }
    problems.begin(None);
    skipped
}

/// Reads the entries one after the other from the beginning, as the list of them is lost.
fn in_a_row(
    mut archive: impl Archive,
    problems: &mut Problems,
    mut read: impl FnMut(&str, &mut dyn Read, &mut Problems),
) -> Skipped {
    let mut skipped = Skipped::default();
    if let Err(error) = archive.rewind() {
        problems.add(Fault::Packing, Place::File, error);
        return skipped;
    }
    let mut archive = BufReader::new(archive);
    loop {
        problems.begin(None);
        match read_zipfile_from_stream(&mut archive) {
            Ok(Some(entry)) => {
                let name = name(entry.name(), entry.name_raw());
                if !entry.is_dir() && wanted(&name, &mut skipped) {
                    problems.begin(Some(&name));
                    match refused(entry.encrypted(), entry.compression()) {
                        Some(what) => problems.add(Fault::Foreign, Place::File, what),
                        None => read(&name, &mut Layer { name: "zip", bytes: entry }, problems),
                    }
                }
            }
            // That the archive ends here, or what follows is no entry, was told.
            Ok(None) | Err(ZipError::Io(_) | ZipError::InvalidArchive(_)) => return skipped,
            Err(error) => {
                damaged(&error, problems);
                return skipped;
            }
        }
    }
}

/// Notes that an entry, or what follows the last one, cannot be read.
fn damaged(error: &ZipError, problems: &mut Problems) {
    problems.add(Fault::Packing, Place::File, format_args!("zip is damaged here: {error}"));
}

/// Returns why an entry is not read that may be whole.
fn refused(encrypted: bool, method: CompressionMethod) -> Option<String> {
    let method = match method {
        _ if encrypted => return Some("is encrypted, which is not read".to_owned()),
        CompressionMethod::Stored | CompressionMethod::Deflated => return None,
        CompressionMethod::DEFLATE64 => "deflate64",
        CompressionMethod::BZIP2 => "bzip2",
        CompressionMethod::LZMA => "LZMA",
        CompressionMethod::XZ => "xz",
        CompressionMethod::ZSTD | CompressionMethod::ZSTD_DEPRECATED => "zstd",
        _ => "a rare method",
    };
    Some(format!("is packed by the zip with {method}; what is read is stored or deflated"))
}

fn name(name: zip::result::ZipResult<Cow<'_, str>>, raw: &[u8]) -> String {
    name.unwrap_or_else(|_| String::from_utf8_lossy(raw)).into_owned()
}

/// Returns whether an entry may hold records: its key says nothing else, and it is named like a
/// log, more generously than in folders, as whoever packed it meant it.
fn wanted(name: &str, skipped: &mut Skipped) -> bool {
    let kind = ObjectKey::parse(name).kind;
    if kind == Kind::Log && !is_log(name) {
        skipped.other += 1;
        return false;
    }
    skipped.kind(kind);
    kind == Kind::Log
}

/// Returns whether an entry is named like a log, or like nothing.
fn is_log(name: &str) -> bool {
    let hidden = |part: &str| part.starts_with('.') && !matches!(part, "." | "..");
    let mut parts = name.split(['/', '\\']);
    if parts.clone().any(|part| hidden(part) || part == "__MACOSX") {
        return false;
    }
    let name = parts.next_back().unwrap_or_default().to_ascii_lowercase();
    let name = [".gz", ".zst"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(&name);
    let ends = [".json", ".jsonl", ".ndjson", ".log", ".csv", ".txt"];
    !name.contains('.') || ends.iter().any(|end| name.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_go_by_their_names() {
        for log in ["a.json", "x/y.JSON.gz", "a.jsonl.zst", "a.csv", "../../etc/passwd", "a\\b"] {
            assert!(is_log(log), "{log}");
        }
        for other in ["__MACOSX/a.json", ".DS_Store", "x/._a.json", ".git/a.json", "a.png", "a.zip"]
        {
            assert!(!is_log(other), "{other}");
        }
    }
}
