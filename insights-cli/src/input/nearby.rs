//! What the working folder holds that could have been meant: [`logs`], [`counts`], [`insights`].

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{batch::is_log, sniff};

/// As many are offered at most, and as many entries of a folder are looked at.
const OFFERED: usize = 3;
const LOOKED_AT: usize = 200;

/// Returns folders `AWSLogs` here or one level below, else logs, else folders with logs.
pub(crate) fn logs(here: &Path) -> Vec<PathBuf> {
    const ARCHIVE: &str = "AWSLogs";
    let all = entries(here);
    let folders: Vec<&PathBuf> = all.iter().filter(|path| path.is_dir()).collect();
    let archive = here.join(ARCHIVE);
    if archive.is_dir() {
        return offered(here, [archive]);
    }
    let below = folders.iter().map(|folder| folder.join(ARCHIVE));
    let below = offered(here, below.filter(|folder| folder.is_dir()));
    if !below.is_empty() {
        return below;
    }
    let is_log = |path: &PathBuf| is_log(path) && path.is_file() && sniff::holds_records(path);
    let files = offered(here, all.iter().filter(|path| is_log(path)).cloned());
    if !files.is_empty() {
        return files;
    }
    let holds_logs = |folder: &&PathBuf| entries(folder).iter().any(is_log);
    offered(here, folders.into_iter().filter(holds_logs).cloned())
}

/// Returns tables of counts.
pub(crate) fn counts(here: &Path) -> Vec<PathBuf> {
    offered(here, entries(here).into_iter().filter(|path| sniff::holds_counts(path)))
}

/// Returns files of Insights.
pub(crate) fn insights(here: &Path) -> Vec<PathBuf> {
    let holds = |path: &PathBuf| is_log(path) && path.is_file() && sniff::holds_insights(path);
    offered(here, entries(here).into_iter().filter(holds))
}

/// Returns what is in a folder, in order; of what cannot be looked into, nothing.
fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut entries: Vec<PathBuf> = entries.take(LOOKED_AT).map(|entry| entry.path()).collect();
    // Opening anything else could wait for ever.
    entries.retain(|path| path.is_file() || path.is_dir());
    entries.sort();
    entries
}

/// Returns the first paths as they are typed in the folder.
fn offered(here: &Path, paths: impl IntoIterator<Item = PathBuf>) -> Vec<PathBuf> {
    let typed = |path: PathBuf| path.strip_prefix(here).map(Path::to_owned).unwrap_or(path);
    paths.into_iter().take(OFFERED).map(typed).collect()
}
