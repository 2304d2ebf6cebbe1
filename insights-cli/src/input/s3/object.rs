//! [`Object`]: a file in S3; [`Folder`]: where files are there.

use std::sync::Arc;

use crate::input::{
    batch::{is_log_name, may_be_log_name},
    key::{Kind, ObjectKey},
    s3::{bucket::Bucket, error::Error, listing::Listing},
    skipped::Skipped,
};

/// A folder of a bucket: what its keys begin with, up to a slash.
#[derive(Clone, Debug)]
pub(crate) struct Folder {
    pub(super) bucket: Arc<Bucket>,
    pub(super) prefix: String,
    /// How much of the prefix lies above what was asked for. It says nothing of what is in it.
    pub(super) above: usize,
}

/// A file in S3; small, as there may be millions.
#[derive(Clone, Debug)]
pub(crate) struct Object {
    /// Shared by all objects in it.
    folder: Arc<Folder>,
    /// What follows the name of the folder.
    name: Box<str>,
    /// In bytes.
    pub(super) size: u64,
    /// It is not named like a log.
    doubtful: bool,
}

impl Folder {
    /// Returns the name to tell it by.
    pub(super) fn uri(&self) -> String {
        self.bucket.uri(&self.prefix)
    }

    /// Returns a folder or a file in it.
    pub(super) fn child(&self, prefix: String) -> Self {
        Self { bucket: Arc::clone(&self.bucket), prefix, above: self.above }
    }

    /// Returns what a key in it tells that an object or a folder holds.
    pub(super) fn kind(&self, key: &str) -> Kind {
        ObjectKey::parse(key.get(self.above..).unwrap_or_default()).kind
    }

    /// Lists what is directly in it, and in folders of it only if these are not told apart.
    pub(super) async fn list(&self, folders: bool) -> Result<Listing, Error> {
        self.bucket.list(&self.prefix, folders).await
    }

    /// Returns those of the listed objects that are named like logs or may be some, and what is in
    /// them by their names.
    pub(super) fn logs(
        self: &Arc<Self>,
        listed: Vec<(String, u64)>,
        skipped: &mut Skipped,
    ) -> Vec<(Object, Kind)> {
        /// No export or delivery is that large, and anything else may be.
        const MOST_DOUBTFUL: u64 = 256 << 20;
        let mut logs = Vec::with_capacity(listed.len());
        for (key, size) in listed {
            let name = key.rsplit('/').next().unwrap_or_default();
            let doubtful = !is_log_name(name);
            if !doubtful || may_be_log_name(name) && (1..=MOST_DOUBTFUL).contains(&size) {
                let kind = self.kind(&key);
                logs.push((Object { doubtful, ..self.object(&key, size) }, kind));
            } else if size > 0 || !key.ends_with('/') {
                // Consoles mark empty folders with objects of no bytes.
                skipped.other += 1;
            }
        }
        logs
    }

    pub(super) fn object(self: &Arc<Self>, key: &str, size: u64) -> Object {
        let name = key.get(self.prefix.len()..).unwrap_or_default();
        Object { folder: Arc::clone(self), name: name.into(), size, doubtful: false }
    }
}

impl Object {
    pub(super) fn bucket(&self) -> &Arc<Bucket> {
        &self.folder.bucket
    }

    /// Returns its key.
    pub(crate) fn key(&self) -> String {
        [&self.folder.prefix, &*self.name].concat()
    }

    /// Returns its bucket and key.
    pub(crate) fn uri(&self) -> String {
        self.folder.bucket.uri(&self.key())
    }

    pub(crate) const fn is_doubtful(&self) -> bool {
        self.doubtful
    }

    /// Reads it.
    pub(super) async fn get(&self) -> Result<Vec<u8>, Error> {
        self.folder.bucket.get(&self.key(), self.size).await
    }
}
