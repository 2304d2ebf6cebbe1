//! Finds the files of an archive: [`find`].

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::{Path, PathBuf},
};

use chrono::{NaiveDate, NaiveTime};
use insights_core::{Minute, Minutes, Selection};

use serde::Serialize;

use crate::{
    input::key::{Kind, ObjectKey},
    printable::printable,
};

/// A file or a stream to read.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Source {
    pub(crate) place: Location,
    pub(crate) key: ObjectKey,
}

/// Where a source is.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Location {
    Stdin,
    File(PathBuf),
}

impl Location {
    /// Returns the name to tell it by.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Stdin => "stdin".to_owned(),
            Self::File(path) => printable(&path.to_string_lossy()),
        }
    }
}

/// What was found.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// The sources without a day, then those of each day, in order.
    pub(crate) batches: Vec<Batch>,
    /// Files that are known by their key to hold no calls.
    pub(crate) skipped: Skipped,
    /// Inputs and folders that could not be looked into, and why.
    pub(crate) unreadable: Vec<(String, io::Error)>,
    /// Where everything really is, links followed.
    real: BTreeSet<Location>,
}

/// Files left out because of their key.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize)]
pub(crate) struct Skipped {
    pub(crate) digest: u64,
    pub(crate) insight: u64,
    pub(crate) aggregated: u64,
    pub(crate) network_activity: u64,
    /// Files inside folders whose names are not those of logs.
    pub(crate) other: u64,
    /// Files of days that lie outside the span looked at.
    pub(crate) outside: u64,
}

impl Skipped {
    pub(crate) const fn total(self) -> u64 {
        let Self { digest, insight, aggregated, network_activity, other, outside } = self;
        digest + insight + aggregated + network_activity + other + outside
    }
}

/// Sources that are read before anything of them is sealed.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    /// The day on which all of them were delivered, if their keys tell one.
    pub(crate) day: Option<NaiveDate>,
    pub(crate) sources: Vec<Source>,
}

impl Found {
    /// Returns whether `path` is one of the files that were found.
    pub(crate) fn reads(&self, path: &Path) -> bool {
        fs::canonicalize(path).is_ok_and(|real| self.real.contains(&Location::File(real)))
    }

    /// Leaves out the days that cannot hold events of the span looked at: those delivered
    /// before it begins, and those delivered too late after it ends.
    pub(crate) fn keep_span(&mut self, selection: &Selection, allowed_lateness: Minutes) {
        let skipped = &mut self.skipped;
        self.batches.retain(|batch| {
            let Some(day) = batch.day else { return true };
            let midnight = Minute::containing(day.and_time(NaiveTime::MIN).and_utc());
            let last = midnight + Minutes::new(Minutes::days(1).count() - 1);
            let kept = selection.from.is_none_or(|from| from <= last)
                && selection.to.is_none_or(|to| midnight < to + allowed_lateness);
            if !kept {
                skipped.outside += batch.sources.len() as u64;
            }
            kept
        });
    }

    pub(crate) fn sources(&self) -> usize {
        self.batches.iter().map(|batch| batch.sources.len()).sum()
    }
}

/// Finds the sources in `inputs`: themselves, and all logs in folders of any depth.
///
/// The result does not depend on the order of the inputs or of the entries of a folder, and a
/// file that is reached twice is read once.
pub(crate) fn find(inputs: &[PathBuf]) -> Found {
    let mut found = Found::default();
    let mut entries = Entries::new();
    for input in inputs {
        if input.as_os_str() == "-" {
            entries.insert(Location::Stdin, (Location::Stdin, ObjectKey::default()));
        } else if input.is_dir() {
            walk(input, &mut entries, &mut found);
        } else {
            // What is named is read whatever its name; if it cannot be, reading it tells why.
            let key = ObjectKey::parse(&input.to_string_lossy());
            enter(input.clone(), ObjectKey { kind: Kind::Log, ..key }, &mut entries);
        }
    }
    found.real = entries.keys().cloned().collect();
    let mut batches = BTreeMap::<_, Vec<Source>>::new();
    for (place, key) in entries.into_values() {
        let skipped = &mut found.skipped;
        match key.kind {
            Kind::Log => batches.entry(key.day).or_default().push(Source { place, key }),
            Kind::Digest => skipped.digest += 1,
            Kind::Insight => skipped.insight += 1,
            Kind::Aggregated => skipped.aggregated += 1,
            Kind::NetworkActivity => skipped.network_activity += 1,
        }
    }
    found.batches = batches.into_iter().map(|(day, sources)| Batch { day, sources }).collect();
    found
}

/// What was found, by where it really is: a file that is reached twice is entered once.
type Entries = BTreeMap<Location, (Location, ObjectKey)>;

/// Adds the logs in a folder, links followed, each folder once.
fn walk(root: &Path, entries: &mut Entries, found: &mut Found) {
    let mut folders = vec![root.to_owned()];
    let mut visited = BTreeSet::new();
    while let Some(folder) = folders.pop() {
        if !visited.insert(fs::canonicalize(&folder).unwrap_or_else(|_| folder.clone())) {
            continue;
        }
        let listed = match fs::read_dir(&folder) {
            Ok(listed) => listed,
            Err(error) => {
                found.unreadable.push((printable(&folder.to_string_lossy()), error));
                continue;
            }
        };
        for entry in listed {
            let (path, kind) = match entry.and_then(|entry| Ok((entry.path(), entry.file_type()?)))
            {
                Ok(entry) => entry,
                Err(error) => {
                    found.unreadable.push((printable(&folder.to_string_lossy()), error));
                    continue;
                }
            };
            // A link that leads nowhere is read like a file, and reading it tells why not.
            let metadata = if kind.is_symlink() { path.metadata().ok() } else { None };
            let kind = metadata.map_or(kind, |metadata| metadata.file_type());
            if kind.is_dir() {
                folders.push(path);
            } else if (kind.is_file() || kind.is_symlink()) && is_log(&path) {
                // What lies above the folder that was named says nothing of what is in it.
                let below = path.strip_prefix(root).unwrap_or(&path);
                let kind = ObjectKey::parse(&below.to_string_lossy()).kind;
                let key = ObjectKey::parse(&path.to_string_lossy());
                enter(path, ObjectKey { kind, ..key }, entries);
            } else {
                found.skipped.other += 1;
            }
        }
    }
}

/// Adds a file. Of two ways to it the first in order is kept, whichever was met first.
fn enter(path: PathBuf, key: ObjectKey, entries: &mut Entries) {
    let real = fs::canonicalize(&path).unwrap_or_else(|_| path.clone());
    let found = (Location::File(path), key);
    let kept = entries.entry(Location::File(real)).or_insert_with(|| found.clone());
    if found.0 < kept.0 {
        *kept = found;
    }
}

/// Returns whether a file in a folder is named like a log.
fn is_log(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    let name = name.strip_suffix(".gz").unwrap_or(&name);
    !name.starts_with('.')
        && [".json", ".jsonl", ".ndjson", ".log"].into_iter().any(|end| name.ends_with(end))
}
