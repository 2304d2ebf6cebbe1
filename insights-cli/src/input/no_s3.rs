//! Stands in for what reads S3 where that is not built in: places in S3 are refused as they are
//! typed, and nothing in here is ever made.

use std::{
    io, iter,
    path::{Path, PathBuf},
};

use crate::{
    exit::UsageError,
    input::{batch::Listed, scope::Scope, walk::Found},
    progress::Progress,
};

/// What is to be read from S3: nothing.
#[derive(Debug)]
pub(crate) struct Plan;

/// What keeps asking: nothing.
#[derive(Debug)]
pub(crate) struct Connection;

/// A file in S3, of which there are none.
#[derive(Clone, Debug)]
pub(crate) enum Object {}

/// A folder in S3, of which there are none.
#[derive(Clone, Debug)]
pub(crate) enum Folder {}

/// An object that was read, of which there are none.
#[derive(Debug)]
pub(crate) struct Fetched {
    pub(crate) object: Object,
    pub(crate) bytes: io::Result<Vec<u8>>,
}

/// Returns whether an input is a place in S3 and no file.
pub(crate) fn is_address(input: &Path) -> bool {
    input.to_string_lossy().starts_with("s3://")
}

impl Plan {
    /// Refuses any place in S3.
    pub(crate) fn new(inputs: &[PathBuf]) -> Result<Self, UsageError> {
        match inputs.first() {
            None => Ok(Self),
            Some(input) => Err(UsageError(format!(
                "{}: this program was built without S3; build it with it: cargo build --release \
                 -p insights-cli --features s3",
                input.display()
            ))),
        }
    }

    /// Returns whether nothing is to be read.
    #[expect(clippy::unused_self, reason = "what it stands for looks")]
    pub(crate) const fn is_empty(&self) -> bool {
        true
    }
}

impl Object {
    pub(crate) const fn is_doubtful(&self) -> bool {
        match *self {}
    }

    pub(crate) fn key(&self) -> String {
        match *self {}
    }

    pub(crate) fn uri(&self) -> String {
        match *self {}
    }
}

#[expect(clippy::unnecessary_wraps, reason = "what it stands for can fail")]
pub(crate) fn find(_: &Plan, _: &Scope, _: &Progress, _: &mut Found) -> anyhow::Result<Connection> {
    Ok(Connection)
}

pub(crate) fn list(_: &[Folder], _: &mut Listed) {}

pub(crate) fn fetch(_: Vec<Object>) -> impl Iterator<Item = Fetched> + Send {
    iter::empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_in_s3_is_refused_with_how_to_build_it_in() {
        let error = Plan::new(&["s3://logs/x".into()]).unwrap_err().to_string();
        assert!(error.starts_with("s3://logs/x: ") && error.contains("--features s3"), "{error}");
        assert!(Plan::new(&[]).is_ok());
    }
}
