//! [`Draft`]: a file that gets its name when it is whole.

use std::{
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
};

use anyhow::Context;

/// Where an output is written to, and where it is to be in the end.
///
/// A draft that is not kept is removed.
#[derive(Debug)]
pub(crate) struct Draft {
    /// Beside the file, hidden, so that it is not read as a log.
    draft: Option<PathBuf>,
    path: Option<PathBuf>,
}

impl Draft {
    /// Returns a draft of the file at `path`, or what is no file itself: a pipe or a terminal.
    pub(crate) fn new(path: Option<&Path>) -> Self {
        let is_file = |path: &&Path| fs::metadata(path).map_or(true, |found| found.is_file());
        let hidden = |path: &Path| {
            let mut name = OsString::from(".");
            name.push(path.file_name()?);
            name.push(".partial");
            Some(path.with_file_name(name))
        };
        Self { draft: path.filter(is_file).and_then(hidden), path: path.map(ToOwned::to_owned) }
    }

    /// Returns the output itself.
    pub(crate) fn none(path: Option<&Path>) -> Self {
        Self { draft: None, path: path.map(ToOwned::to_owned) }
    }

    /// Returns where to write to; nothing stands for stdout.
    pub(crate) fn path(&self) -> Option<&Path> {
        self.draft.as_deref().or(self.path.as_deref())
    }

    /// Gives what was written its name.
    pub(crate) fn keep(mut self) -> anyhow::Result<()> {
        if let (Some(draft), Some(path)) = (self.draft.take(), &self.path) {
            fs::rename(&draft, path).with_context(|| format!("cannot write {}", path.display()))?;
        }
        Ok(())
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if let Some(draft) = &self.draft {
            // It may not have come to that.
            let _ = fs::remove_file(draft);
        }
    }
}
