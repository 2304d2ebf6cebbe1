//! Finds the files of an archive: [`find`].

use std::{
    collections::{BTreeMap, BTreeSet},
    ffi::OsString,
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use chrono::{NaiveDate, NaiveTime};
use insights_core::{Minute, Minutes, Selection};
use serde::Serialize;

use crate::{
    input::{
        batch::{Batch, DayFolder, Source, is_log},
        key::{Kind, ObjectKey},
    },
    printable::printable,
};

/// What was found.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// The sources without a day, then those of each day, in order.
    pub(crate) batches: Vec<Batch>,
    /// Files that are known by their key to hold no calls.
    pub(crate) skipped: Skipped,
    /// Inputs and folders that could not be looked into, and why.
    pub(crate) unreadable: Vec<(String, io::Error)>,
    /// Where the folders really are that were looked into, links followed.
    folders: BTreeSet<PathBuf>,
    /// Where the files really are that were named or linked to.
    apart: BTreeSet<PathBuf>,
    /// Where the folders really are that the run writes to.
    written: BTreeSet<PathBuf>,
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

impl Found {
    /// Adds a file to the sources of its day, unless it is known to hold no calls.
    fn file(&mut self, source: Source, kind: Kind, batches: &mut Batches) {
        match kind {
            Kind::Log => enter(source, batches),
            Kind::Digest => self.skipped.digest += 1,
            Kind::Insight => self.skipped.insight += 1,
            Kind::Aggregated => self.skipped.aggregated += 1,
            Kind::NetworkActivity => self.skipped.network_activity += 1,
        }
    }

    /// Returns whether `path` is one of the files that were found.
    pub(crate) fn reads(&self, path: &Path) -> bool {
        fs::canonicalize(path).is_ok_and(|real| self.apart.contains(&real) || self.lists(&real))
    }

    /// Returns whether the file that is really at `real` was found in its folder.
    fn lists(&self, real: &Path) -> bool {
        is_log(real) && real.parent().is_some_and(|folder| self.folders.contains(folder))
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
                skipped.outside += batch.len() as u64;
            }
            kept
        });
    }

    pub(crate) fn sources(&self) -> usize {
        self.batches.iter().map(Batch::len).sum()
    }
}

/// Finds the sources in `inputs`: themselves, and all logs in folders of any depth.
///
/// The result does not depend on the order of the inputs or of the entries of a folder. Of several
/// ways to a file one is taken: the file as it was named before the folder it is in, and that
/// before a link to the file; else the first in order. Nothing is read of `outputs` that are not
/// there yet.
pub(crate) fn find(inputs: &[PathBuf], outputs: [Option<&Path>; 2]) -> Found {
    let folders = outputs.into_iter().flatten().map(|path| path.parent().unwrap_or(path));
    let real = folders.filter_map(|folder| fs::canonicalize(Path::new(".").join(folder)).ok());
    let mut found = Found { written: real.collect(), ..Found::default() };
    let mut batches = Batches::new();
    let (mut roots, mut named) = (BTreeSet::new(), BTreeMap::new());
    for input in inputs {
        if input.as_os_str() == "-" {
            batches.insert(None, Batch { sources: vec![Source::Stdin], ..Batch::default() });
        } else if input.is_dir() {
            roots.insert(input.clone());
        } else {
            name(input.clone(), &mut named);
        }
    }
    // What is named is read whatever its name; if it cannot be, reading it tells why.
    for path in named.values() {
        enter(Source::named(path), &mut batches);
    }
    found.apart = named.into_keys().collect();
    let mut links = BTreeMap::new();
    for root in &roots {
        walk(root, &mut batches, &mut links, &mut found);
    }
    for (real, (path, kind)) in links {
        if !found.lists(&real) && found.apart.insert(real) {
            found.file(Source::named(&path), kind, &mut batches);
        }
    }
    found.batches = batches.into_iter().map(|(day, batch)| Batch { day, ..batch }).collect();
    found
}

/// The batches by their days.
type Batches = BTreeMap<Option<NaiveDate>, Batch>;

/// Adds a source to the batch of its day.
fn enter(source: Source, batches: &mut Batches) {
    batches.entry(source.key().day).or_default().sources.push(source);
}

/// The links to files, by where these really are, and what their key tells they hold.
type Links = BTreeMap<PathBuf, (PathBuf, Kind)>;

/// Finds the logs in a folder, links followed, each folder once.
fn walk(root: &Path, batches: &mut Batches, links: &mut Links, found: &mut Found) {
    // Of two ways to a folder the first in order is met first.
    let mut folders = BTreeSet::from([root.to_owned()]);
    while let Some(folder) = folders.pop_first() {
        let real = fs::canonicalize(&folder).unwrap_or_else(|_| folder.clone());
        if !found.folders.insert(real.clone()) {
            continue;
        }
        let (names, only_logs) = match list(&folder, &mut folders, links, root, found) {
            Ok(listed) => listed,
            Err(error) => {
                found.unreadable.push((printable(&folder.to_string_lossy()), error));
                continue;
            }
        };
        if only_logs
            && found.apart.is_empty()
            && !found.written.contains(&real)
            && let Some(day) = day_of_all(&folder, root, &names)
        {
            let folders = &mut batches.entry(Some(day)).or_default().folders;
            folders.push(DayFolder { path: folder, logs: names.len() });
            continue;
        }
        let shared = Arc::from(folder.as_path());
        for name in names {
            if found.apart.is_empty() || !found.apart.contains(&real.join(&name)) {
                let kind = kind_below(root, &folder.join(&name));
                let source = Source::File { folder: Arc::clone(&shared), name: name.into() };
                found.file(source, kind, batches);
            }
        }
    }
}

/// Returns the day on which all logs of a folder were delivered, if it is one and they hold calls.
fn day_of_all(folder: &Path, root: &Path, names: &[OsString]) -> Option<NaiveDate> {
    // The names of the folders are looked at once, and not with each file.
    let of_folder = ObjectKey::parse(&folder.join("").to_string_lossy());
    if kind_below(root, &folder.join("")) != Kind::Log {
        return None;
    }
    let day = |name: &OsString| {
        let key = ObjectKey::parse(&name.to_string_lossy());
        key.day.or(of_folder.day).filter(|_| key.kind == Kind::Log)
    };
    let first = day(names.first()?)?;
    names.iter().all(|name| day(name) == Some(first)).then_some(first)
}

/// Returns the names of the logs in a folder, in order, and whether there is nothing else in it,
/// and enters the folders and links.
fn list(
    folder: &Path,
    folders: &mut BTreeSet<PathBuf>,
    links: &mut Links,
    root: &Path,
    found: &mut Found,
) -> io::Result<(Vec<OsString>, bool)> {
    let mut names = Vec::new();
    let mut only_logs = true;
    for entry in fs::read_dir(folder)? {
        let (entry, kind) = match entry.and_then(|entry| Ok((entry.file_type()?, entry))) {
            Ok((kind, entry)) => (entry, kind),
            Err(error) => {
                found.unreadable.push((printable(&folder.to_string_lossy()), error));
                continue;
            }
        };
        only_logs &= kind.is_file();
        let path = entry.path();
        let target = if kind.is_symlink() { path.metadata().ok() } else { None };
        let leads_to = target.map_or(kind, |target| target.file_type());
        if leads_to.is_dir() {
            folders.insert(path);
        } else if !(leads_to.is_file() || leads_to.is_symlink()) || !is_log(&path) {
            found.skipped.other += 1;
            only_logs = false;
        } else if kind.is_symlink()
            && let Ok(real) = fs::canonicalize(&path)
        {
            let link = (path, kind_below(root, &entry.path()));
            let kept = links.entry(real).or_insert_with(|| link.clone());
            if link.0 < kept.0 {
                *kept = link;
            }
        } else {
            // A link that leads nowhere is read like a file, and reading it tells why not.
            names.push(entry.file_name());
        }
    }
    names.sort_unstable();
    Ok((names, only_logs))
}

/// Returns what a file in a folder holds by its key. What lies above the folder that was named
/// says nothing of what is in it.
fn kind_below(root: &Path, path: &Path) -> Kind {
    let below = path.strip_prefix(root).unwrap_or(path);
    ObjectKey::parse(&below.to_string_lossy()).kind
}

/// Adds a file that was named. Of two ways to it the first in order is kept.
fn name(path: PathBuf, named: &mut BTreeMap<PathBuf, PathBuf>) {
    let real = fs::canonicalize(&path).unwrap_or_else(|_| path.clone());
    let kept = named.entry(real).or_insert_with(|| path.clone());
    if path < *kept {
        *kept = path;
    }
}
