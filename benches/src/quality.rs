//! How well anomalies are found that somebody has put into the calls of an account.
//!
//! A [`Benchmark`] is an account with labels and what an engine reported on it. Its [`Score`]
//! says what became of each report, by these rules, of which the first that fits counts:
//!
//! 1. A report decided in the first 7 days is ignored, and so is one decided in a hole of the log
//!    or within 60 minutes after it.
//! 2. A report **hits** a label of its series if it was decided between 5 minutes before the
//!    label's start and its end plus a grace, and in the direction of the label: a rise where
//!    there are more calls, a fall where there are fewer. The grace is 10 minutes, for outages
//!    15, for partial ones 30, for missing runs 60, as silence takes time to be told.
//! 3. A label is hit once. Further reports count as **again**: those that could hit it, and
//!    whatever is decided up to 120 minutes after its end.
//! 4. A report decided in a neutral span of its series is ignored.
//! 5. All others are **false**.
//!
//! What is decided is the minute whose sealing gave it away, not the start that was reported.
//! The delay of a hit is that minute less the label's first, so that it is below zero where
//! normal calls gave the alarm just before.
//!
//! False reports are also counted by incident: those that the engine says are one story as one.

mod replay;
mod score;
mod table;

use insights_core::Config;
use insights_datasets::account::Account;

pub use self::{
    replay::Report,
    score::{Hit, Labelled, Outcome, Score},
    table::{Detail, Table},
};

/// An account and what was reported on it.
#[derive(Clone, Debug)]
pub struct Benchmark {
    /// The account.
    pub account: Account,
    /// The reports in the order they were decided.
    pub reports: Vec<Report>,
}

impl Benchmark {
    /// Returns the account of a seed with what an engine with these settings reports.
    #[must_use]
    pub fn run(seed: u64, config: &Config) -> Self {
        Self::of(Account::generate(seed), config)
    }

    /// Returns an account with what an engine with these settings reports.
    #[must_use]
    pub fn of(account: Account, config: &Config) -> Self {
        let reports = replay::replay(&account, config);
        Self { account, reports }
    }

    /// Returns what became of the reports.
    #[must_use]
    pub fn score(&self) -> Score {
        Score::new(&self.account, &self.reports)
    }
}
