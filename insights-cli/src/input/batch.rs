//! [`Batch`]: the sources of a day, listed when they are read; [`Source`]: one of them.

use std::{
    borrow::Cow,
    ffi::{OsStr, OsString},
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use chrono::NaiveDate;

use crate::{
    input::{
        key::ObjectKey,
        s3::{self, Folder, Object},
        skipped::Skipped,
    },
    printable::printable,
};

/// A file, an object or a stream to read; small, as there may be millions.
#[derive(Clone, Debug)]
pub(crate) enum Source {
    Stdin,
    File {
        /// Shared by all files in it; empty for a file that was named.
        folder: Arc<Path>,
        name: Box<OsStr>,
    },
    Object(Object),
}

impl Source {
    pub(super) fn named(path: &Path) -> Self {
        Self::File { folder: Path::new("").into(), name: path.as_os_str().into() }
    }

    /// Returns whether it is a file that was named, and not found in a folder.
    pub(crate) fn is_named(&self) -> bool {
        matches!(self, Self::File { folder, .. } if folder.as_os_str().is_empty())
    }

    /// Returns the path of the file, and nothing for what is none.
    pub(crate) fn path(&self) -> Option<Cow<'_, Path>> {
        match self {
            Self::Stdin | Self::Object(_) => None,
            Self::File { folder, name } if folder.as_os_str().is_empty() => {
                Some(Path::new(&**name).into())
            }
            Self::File { folder, name } => Some(folder.join(&**name).into()),
        }
    }

    /// Returns what its path or key tells of its records.
    pub(crate) fn key(&self) -> ObjectKey {
        if let Self::Object(object) = self {
            return ObjectKey::parse(&object.key());
        }
        self.path().map(|path| ObjectKey::parse(&path.to_string_lossy())).unwrap_or_default()
    }

    /// Returns whether only what is in it can tell whether it is a log. On disk that was looked
    /// at when it was found.
    pub(crate) fn is_doubtful(&self) -> bool {
        matches!(self, Self::Object(object) if object.is_doubtful())
    }

    /// Returns the name to tell it by.
    pub(crate) fn name(&self) -> String {
        if let Self::Object(object) = self {
            return printable(&object.uri());
        }
        self.path().map_or_else(|| "stdin".to_owned(), |path| printable(&path.to_string_lossy()))
    }
}

/// Sources that are read before anything of them is sealed.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    /// The day on which all of them were delivered, if their keys tell one.
    pub(crate) day: Option<NaiveDate>,
    pub(super) sources: Vec<Source>,
    pub(super) folders: Vec<DayFolder>,
    /// Folders in S3, which may hold anything.
    pub(super) remote: Vec<Folder>,
}

/// A folder with nothing but logs of one day. Their names are listed again when they are read:
/// the names of an archive of years would fill memory.
#[derive(Debug)]
pub(super) struct DayFolder {
    pub(super) path: PathBuf,
    pub(super) logs: usize,
}

/// The sources of a batch.
#[derive(Debug, Default)]
pub(crate) struct Listed {
    pub(crate) sources: Vec<Source>,
    /// Folders of which some logs cannot be listed any more, how many these are, and why.
    pub(crate) gone: Vec<(String, usize, String)>,
    /// What is in folders in S3 and not read.
    pub(crate) skipped: Skipped,
}

impl Batch {
    /// Returns the number of sources, as far as it is known before they are listed.
    pub(crate) fn len(&self) -> usize {
        self.sources.len() + self.folders.iter().map(|folder| folder.logs).sum::<usize>()
    }

    /// Lists the sources.
    pub(crate) fn list(&self) -> Listed {
        let mut listed = Listed { sources: self.sources.clone(), ..Listed::default() };
        for DayFolder { path, logs } in &self.folders {
            let (names, error) = match logs_in(path) {
                Ok(names) => (names, None),
                Err(error) => (Vec::new(), Some(error.to_string())),
            };
            if let Some(gone @ 1..) = logs.checked_sub(names.len()) {
                let why = error.unwrap_or_else(|| format!("{gone} files are there no more"));
                listed.gone.push((printable(&path.to_string_lossy()), gone, why));
            }
            let folder = Arc::from(path.as_path());
            let source =
                |name: OsString| Source::File { folder: Arc::clone(&folder), name: name.into() };
            listed.sources.extend(names.into_iter().map(source));
        }
        s3::list(&self.remote, &mut listed);
        listed
    }
}

/// Returns the names of the logs in a folder, in order.
fn logs_in(folder: &Path) -> io::Result<Vec<OsString>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name();
        if is_log(Path::new(&name)) {
            names.push(name);
        }
    }
    names.sort_unstable();
    Ok(names)
}

/// Returns whether a file in a folder is named like a log.
pub(super) fn is_log(path: &Path) -> bool {
    path.file_name().is_some_and(|name| is_log_name(&name.to_string_lossy()))
}

/// Returns whether a name without folders is like that of a log.
pub(super) fn is_log_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let name = [".gz", ".zst"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(&name);
    !name.starts_with('.')
        && [".json", ".jsonl", ".ndjson", ".log", ".zip"].into_iter().any(|end| name.ends_with(end))
}

/// Returns whether a name without folders that is not like that of a log may be that of one all
/// the same: tables, exports of CloudWatch Logs (`000000.gz`) and deliveries of Firehose, which have
/// no extension.
#[cfg(feature = "s3")]
pub(super) fn may_be_log_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let name = [".gz", ".zst"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(&name);
    let end = Path::new(name).extension();
    !name.starts_with('.') && end.is_none_or(|end| end == "csv" || end == "txt")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::{scope::Scope, walk::find};

    #[test]
    fn the_logs_of_a_day_are_listed_when_they_are_read() {
        let root = std::env::temp_dir().join(format!("insights-walk-{}", std::process::id()));
        let day = root.join("2026/03/02");
        fs::create_dir_all(&day).unwrap();
        for name in ["b.json.gz", "a.json"] {
            fs::write(day.join(name), "").unwrap();
        }
        let found = find(std::slice::from_ref(&root), [None; 2], &Scope::default());
        let [batch] = &found.batches.values().collect::<Vec<_>>()[..] else { panic!("{found:?}") };
        assert_eq!((batch.folders.len(), batch.len(), found.sources()), (1, 2, 2));
        let names = |listed: &Listed| {
            let names = listed.sources.iter().filter_map(Source::path);
            names.map(|path| path.file_name().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(names(&batch.list()), ["a.json", "b.json.gz"]);

        fs::remove_file(day.join("a.json")).unwrap();
        let listed = batch.list();
        assert_eq!((names(&listed).len(), listed.gone[0].1), (1, 1));
        fs::remove_dir_all(&root).unwrap();
        assert_eq!(batch.list().gone[0].1, 2);
    }
}
