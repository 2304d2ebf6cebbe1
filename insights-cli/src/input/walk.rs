//! Finds the files of an archive: [`find`].

use std::{
    collections::{BTreeMap, BTreeSet},
    ffi::OsString,
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use chrono::NaiveDate;

use crate::{
    input::{
        batch::{Batch, DayFolder, Source, is_log},
        key::{Kind, ObjectKey},
        names::Names,
        prefix::Prefix,
        scope::Scope,
        skipped::Skipped,
        sniff::holds_records,
    },
    interrupt,
    printable::printable,
    progress::Phase,
};

/// What was found.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// The sources without a day, then those of each day, in order.
    pub(crate) batches: BTreeMap<Option<NaiveDate>, Batch>,
    /// What is known by its key to hold no calls that are looked for.
    pub(crate) skipped: Skipped,
    /// Whose calls these would have been.
    pub(crate) names: Names,
    /// Inputs and folders that could not be looked into, and why.
    pub(crate) unreadable: Vec<(String, io::Error)>,
    /// Where the folders really are that were looked into, links followed.
    folders: BTreeSet<PathBuf>,
    /// Where the files really are that were named, linked to or not named like logs.
    apart: BTreeSet<PathBuf>,
    /// Where the folders really are that the run writes to.
    written: BTreeSet<PathBuf>,
}

impl Found {
    /// Adds a file to the sources of its day, unless it is known to hold no calls that are looked
    /// for.
    pub(super) fn file(&mut self, source: Source, kind: Kind, scope: &Scope) {
        let key = source.key();
        if !scope.admits_kind(kind) {
            self.skipped.kind(kind);
        } else if scope.admits(&key) {
            self.batch(key.day).sources.push(source);
        } else {
            self.skipped.outside += 1;
            self.names.pass_over(key.account_id.as_deref(), key.region.as_deref());
        }
    }

    /// Returns the batch of a day, or of what has none.
    pub(super) fn batch(&mut self, day: Option<NaiveDate>) -> &mut Batch {
        self.batches.entry(day).or_insert_with(|| Batch { day, ..Batch::default() })
    }

    /// Returns whether `path` is one of the files that were found.
    pub(crate) fn reads(&self, path: &Path) -> bool {
        fs::canonicalize(path).is_ok_and(|real| self.apart.contains(&real) || self.lists(&real))
    }

    /// Returns whether a file is read that may be one of a tree of Insights below `root`. Such
    /// files are known by their names and passed over in folders.
    pub(crate) fn reads_insights_below(&self, root: &Path) -> bool {
        // What is not there yet is not read.
        let Ok(root) = fs::canonicalize(root) else { return false };
        let mut named = self.apart.iter().filter(|file| file.starts_with(&root));
        named.any(|file| kind_below(&root, file) == Kind::Insight)
    }

    /// Returns whether the file that is really at `real` was found in its folder.
    fn lists(&self, real: &Path) -> bool {
        is_log(real) && real.parent().is_some_and(|folder| self.folders.contains(folder))
    }

    /// Returns what reading them takes: files, or bytes where these are few and may be large.
    pub(crate) fn steps(&self) -> (Phase, Option<u64>) {
        /// Of as many files or fewer the sizes are asked for.
        const FEW: usize = 100;
        let files = self.sources();
        let local = self.batches.values().all(|batch| batch.remote.is_empty());
        if files > FEW || !local {
            return (Phase::ReadingFiles, Some(files as u64));
        }
        let sources = self.batches.values().flat_map(|batch| batch.list().sources);
        let size = |source: Source| Some(fs::metadata(source.path()?).map_or(0, |file| file.len()));
        (Phase::ReadingLogs, sources.map(size).sum())
    }

    pub(crate) fn sources(&self) -> usize {
        self.batches.values().map(Batch::len).sum()
    }
}

/// Finds the sources in `inputs`: themselves, and all logs in folders of any depth, those that are
/// named like logs and those that begin like some.
///
/// The result does not depend on the order of the inputs or of the entries of a folder. Of several
/// ways to a file one is taken: the file as it was named before the folder it is in, and that
/// before a link to the file; else the first in order. Nothing is read of `outputs` that are not
/// there yet.
pub(crate) fn find(inputs: &[PathBuf], outputs: [Option<&Path>; 2], scope: &Scope) -> Found {
    let folders = outputs.into_iter().flatten().map(|path| path.parent().unwrap_or(path));
    let real = folders.filter_map(|folder| fs::canonicalize(Path::new(".").join(folder)).ok());
    let mut found = Found { written: real.collect(), ..Found::default() };
    let (mut roots, mut named) = (BTreeSet::new(), BTreeMap::new());
    for input in inputs {
        if input.as_os_str() == "-" {
            found.batch(None).sources = vec![Source::Stdin];
        } else if input.is_dir() {
            roots.insert(input.clone());
        } else {
            name(input.clone(), &mut named);
        }
    }
    // What is named is read whatever its name; if it cannot be, reading it tells why.
    for path in named.values() {
        found.file(Source::named(path), Kind::Log, scope);
    }
    found.apart = named.into_keys().collect();
    let mut aparts = BTreeMap::new();
    for root in &roots {
        walk(root, scope, &mut aparts, &mut found);
    }
    for (real, (path, kind)) in aparts {
        if !found.lists(&real) && found.apart.insert(real) {
            found.file(Source::named(&path), kind, scope);
        }
    }
    found
}

/// The links to files and the files that are not named like logs, by where these really are, and
/// what their key tells they hold.
type Aparts = BTreeMap<PathBuf, (PathBuf, Kind)>;

/// Finds the logs in a folder, links followed, each folder once.
fn walk(root: &Path, scope: &Scope, aparts: &mut Aparts, found: &mut Found) {
    // Of two ways to a folder the first in order is met first.
    let mut folders = BTreeSet::from([root.to_owned()]);
    while let Some(folder) = folders.pop_first().filter(|_| !interrupt::requested()) {
        let real = fs::canonicalize(&folder).unwrap_or_else(|_| folder.clone());
        if !found.folders.insert(real.clone()) {
            continue;
        }
        let (names, only_logs) = match list(&folder, &mut folders, aparts, root, found) {
            Ok(listed) => listed,
            Err(error) => {
                found.unreadable.push((printable(&folder.to_string_lossy()), error));
                continue;
            }
        };
        let prefix = Prefix::parse(&folder.join("").to_string_lossy());
        if found.apart.is_empty() && !prefix.is_within(scope) {
            found.skipped.outside += names.len() as u64;
            found.names.pass_over(prefix.account_id.as_deref(), prefix.region.as_deref());
            continue;
        }
        if only_logs
            && found.apart.is_empty()
            && !found.written.contains(&real)
            && let Some(day) = day_of_all(&folder, root, &names, scope)
        {
            found.batch(Some(day)).folders.push(DayFolder { path: folder, logs: names.len() });
            continue;
        }
        let shared = Arc::from(folder.as_path());
        for name in names {
            if found.apart.is_empty() || !found.apart.contains(&real.join(&name)) {
                let kind = kind_below(root, &folder.join(&name));
                let source = Source::File { folder: Arc::clone(&shared), name: name.into() };
                found.file(source, kind, scope);
            }
        }
    }
}

/// Returns the day on which all logs of a folder were delivered, if it is one and they hold calls
/// that are looked for.
fn day_of_all(folder: &Path, root: &Path, names: &[OsString], scope: &Scope) -> Option<NaiveDate> {
    // The names of the folders are looked at once, and not with each file.
    let of_folder = ObjectKey::parse(&folder.join("").to_string_lossy());
    if kind_below(root, &folder.join("")) != Kind::Log {
        return None;
    }
    let day = |name: &OsString| {
        let mut key = ObjectKey::parse(&name.to_string_lossy());
        key.day = key.day.or(of_folder.day);
        key.account_id = key.account_id.or_else(|| of_folder.account_id.clone());
        key.region = key.region.or_else(|| of_folder.region.clone());
        key.day.filter(|_| key.kind == Kind::Log && scope.admits(&key))
    };
    let first = day(names.first()?)?;
    names.iter().all(|name| day(name) == Some(first)).then_some(first)
}

/// Returns the names of the logs in a folder, in order, and whether there is nothing else in it,
/// and enters the folders and links.
fn list(
    folder: &Path,
    folders: &mut BTreeSet<PathBuf>,
    aparts: &mut Aparts,
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
            if Prefix::parse(&path.join("").to_string_lossy()).foreign {
                found.skipped.folders += 1;
            } else {
                folders.insert(path);
            }
        } else if !(leads_to.is_file() || leads_to.is_symlink())
            || !is_log(&path) && (is_hidden(&path) || !holds_records(&path))
        {
            found.skipped.other += 1;
            only_logs = false;
        } else if (kind.is_symlink() || !is_log(&path))
            && let Ok(real) = fs::canonicalize(&path)
        {
            only_logs = false;
            let apart = (path, kind_below(root, &entry.path()));
            let kept = aparts.entry(real).or_insert_with(|| apart.clone());
            if apart.0 < kept.0 {
                *kept = apart;
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

fn is_hidden(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."))
}
