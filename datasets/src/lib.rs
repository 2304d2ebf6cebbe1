//! Realistic CloudTrail archives with labelled anomalies, made from a seed, and in [`account`]
//! the counts of a whole account over weeks.
//!
//! An [`Archive`] is planned from [`Settings`] and written to a [`Sink`] as the files that
//! CloudTrail would deliver to a bucket, with the [`Label`]s of its anomalies beside them. Equal
//! settings give equal files. Everything in them is invented; accounts, addresses and keys are
//! those set aside for documentation.
//!
//! ```
//! use std::collections::BTreeMap;
//!
//! use insights_datasets::{Archive, Settings};
//!
//! # fn main() -> anyhow::Result<()> {
//! let settings = Settings { days: 1, records: 500, anomalies: 1, ..Settings::default() };
//! let mut files: BTreeMap<String, Vec<u8>> = BTreeMap::new();
//! let summary = Archive::new(settings)?.write(&mut files)?;
//! assert!(files.contains_key("labels.csv"));
//! assert_eq!(files.len() as u64, summary.files + 1);
//! # Ok(())
//! # }
//! ```

pub mod account;
mod anomaly;
mod archive;
mod arrivals;
mod behaviour;
mod catalog;
mod clock;
mod delivery;
mod inventory;
mod label;
mod place;
mod principal;
mod principals;
mod random;
mod record;
mod settings;
mod sink;

pub use archive::Archive;
pub use delivery::Summary;
pub use label::Label;
pub use settings::Settings;
pub use sink::{Folder, Sink};

/// Returns the whole number next to a small non-negative one.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to the range of the result first"
)]
fn rounded(value: f64) -> u32 {
    value.round().clamp(0.0, f64::from(u32::MAX)) as u32
}
