//! Where logs come from: found, opened, unpacked and taken apart into records.

pub(crate) mod archive;
mod batch;
pub(crate) mod container;
pub(crate) mod counts;
pub(crate) mod decode;
pub(crate) mod globs;
mod inflate;
pub(crate) mod key;
pub(crate) mod problem;
pub(crate) mod series;
pub(crate) mod table;
pub(crate) mod walk;
