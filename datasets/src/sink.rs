//! Where the files of an archive go.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use anyhow::Context;

/// A receiver of finished files.
pub trait Sink {
    /// Takes a file under its key, which uses `/` between folders.
    ///
    /// # Errors
    ///
    /// Returns an error if the file cannot be stored.
    fn put(&mut self, key: &str, content: &[u8]) -> anyhow::Result<()>;

    /// Is told how many records the log file put before holds; most do not care.
    fn told(&mut self, records: u64) {
        let _ = records;
    }
}

/// A folder that receives files below itself and replaces those with the same key.
#[derive(Clone, Debug)]
pub struct Folder {
    root: PathBuf,
}

impl Folder {
    /// Returns the receiver for a folder, which need not exist yet.
    #[must_use]
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }
}

impl Sink for Folder {
    fn put(&mut self, key: &str, content: &[u8]) -> anyhow::Result<()> {
        let path = self.root.join(key);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).with_context(|| format!("create {}", parent.display()))?;
        }
        fs::write(&path, content).with_context(|| format!("write {}", path.display()))
    }
}

/// Keeps the files in memory.
impl Sink for BTreeMap<String, Vec<u8>> {
    fn put(&mut self, key: &str, content: &[u8]) -> anyhow::Result<()> {
        self.insert(key.into(), content.into());
        Ok(())
    }
}
