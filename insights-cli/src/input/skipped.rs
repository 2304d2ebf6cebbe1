//! [`Skipped`]: what is not read because of its key.

use std::ops;

use serde::Serialize;

use crate::input::key::Kind;

/// Files, and whole folders, left out because of their keys.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize)]
pub(crate) struct Skipped {
    pub(crate) digest: u64,
    pub(crate) insight: u64,
    pub(crate) aggregated: u64,
    pub(crate) network_activity: u64,
    /// Files inside folders that are neither named like logs nor begin like some.
    pub(crate) other: u64,
    /// Files of days, accounts or Regions that are not looked at.
    pub(crate) outside: u64,
    /// Folders of other services, and in S3 all that hold something else than calls; what is in
    /// them was not counted.
    pub(crate) folders: u64,
    /// Folders in S3 of days, accounts or Regions that are not looked at; neither was what is in
    /// them.
    pub(crate) outside_folders: u64,
}

impl Skipped {
    pub(crate) const fn total(self) -> u64 {
        let Self { digest, insight, aggregated, network_activity, other, .. } = self;
        let Self { outside, folders, outside_folders, .. } = self;
        digest
            + insight
            + aggregated
            + network_activity
            + other
            + outside
            + folders
            + outside_folders
    }

    /// Counts a file that holds something else than calls.
    pub(super) const fn kind(&mut self, kind: Kind) {
        match kind {
            Kind::Log => {}
            Kind::Digest => self.digest += 1,
            Kind::Insight => self.insight += 1,
            Kind::Aggregated => self.aggregated += 1,
            Kind::NetworkActivity => self.network_activity += 1,
        }
    }
}

impl ops::Add for Skipped {
    type Output = Self;

    fn add(mut self, other: Self) -> Self {
        self += other;
        self
    }
}

impl ops::AddAssign for Skipped {
    fn add_assign(&mut self, other: Self) {
        self.digest += other.digest;
        self.insight += other.insight;
        self.aggregated += other.aggregated;
        self.network_activity += other.network_activity;
        self.other += other.other;
        self.outside += other.outside;
        self.folders += other.folders;
        self.outside_folders += other.outside_folders;
    }
}
