//! What fuzz targets feed: one function for each way by which untrusted bytes come in.

use crate::input::{container, key::ObjectKey, problem::Problems};

/// Takes a text apart into records.
pub fn container(text: &str) {
    let _ = container::read(text, &mut Problems::default());
}

/// Reads the name of a file.
pub fn key(path: &str) {
    let _ = ObjectKey::parse(path);
}
