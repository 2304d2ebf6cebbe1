//! Where logs come from: found, opened, unpacked and taken apart into records.

pub(crate) mod archive;
mod batch;
pub(crate) mod container;
pub(crate) mod counts;
mod cut;
pub(crate) mod decode;
mod frames;
pub(crate) mod globs;
mod inflate;
pub(crate) mod insights;
pub(crate) mod key;
pub(crate) mod logged;
mod metered;
pub(crate) mod names;
pub(crate) mod nearby;
#[cfg(test)]
mod packed;
mod packing;
mod prefix;
pub(crate) mod problem;
#[cfg_attr(not(feature = "s3"), path = "input/no_s3.rs")]
pub(crate) mod s3;
pub(crate) mod scope;
pub(crate) mod series;
pub(crate) mod skipped;
pub(crate) mod sniff;
#[cfg(test)]
mod sweeps;
pub(crate) mod table;
pub(crate) mod texts;
mod unpack;
mod utf16;
mod waiting;
pub(crate) mod walk;
mod zipped;
