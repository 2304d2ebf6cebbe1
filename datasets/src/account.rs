//! The calls of a whole account, minute by minute, made from what causes them.
//!
//! An [`Account`] has some 480 series over 35 days. Their counts are not drawn from a model of
//! counts: people log in and look at pages, teams deploy, a scanner sweeps through everything
//! once a day, programs poll and are restarted, jobs run on their schedules, users come and go
//! with the day and the week, services are born and retired. Into that, anomalies of 15 classes
//! are put, each sized by what is normal for its series.
//!
//! ```
//! use insights_datasets::account::{Account, Settings};
//!
//! let account = Account::new(&Settings { days: 10, ..Settings::default() })?;
//! let label = &account.labels[0];
//! assert!(label.minutes.start >= 8 * 1_440);
//! println!("{} of {}", label.class, account.series[label.series]);
//! # Ok::<(), anyhow::Error>(())
//! ```

mod anomalies;
mod archive;
mod calendar;
mod changes;
mod deployments;
mod failures;
mod history;
mod jobs;
mod label;
mod ledger;
mod mix;
mod named;
mod people;
mod place;
mod pollers;
mod rarities;
mod scanner;
mod series;
mod table;
mod traffic;

use std::ops::{Range, RangeInclusive};

use anyhow::ensure;
use chrono::{DateTime, Utc};

use crate::account::calendar::DAY;
use crate::account::ledger::Ledger;
use crate::random::Random;

pub use crate::account::label::{Class, Label, Neutral, Reason};
pub use crate::account::mix::Mix;
pub use crate::account::series::{Cell, Kind, Series};

/// The number of the account.
pub const ACCOUNT: &str = "111122223333";

/// The first minute: a Monday, 2026-09-28T00:00Z. Clocks change on the 6th day in Sydney, on the
/// 27th in Europe and on the 34th in New York, and months end on the 2nd and the 33rd.
pub const START: DateTime<Utc> = match DateTime::from_timestamp(1_790_553_600, 0) {
    Some(start) => start,
    None => DateTime::UNIX_EPOCH,
};

/// What an account is made from.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// What all randomness starts from.
    pub seed: u64,
    /// The days, as many as [`DAYS`](Self::DAYS) says. Anomalies begin after the 8th.
    pub days: u32,
    /// Which behaviours and anomalies there are.
    pub mix: Mix,
}

impl Default for Settings {
    /// Returns the settings of four weeks with everything in them.
    fn default() -> Self {
        Self { seed: 1, days: 28, mix: Mix::default() }
    }
}

impl Settings {
    /// The days an account can have: anomalies need 10, and the calendar has 35.
    pub const DAYS: RangeInclusive<u32> = 10..=35;
}

/// The calls of an account and what is unusual about them.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Account {
    /// The first minute.
    pub start: DateTime<Utc>,
    /// The days.
    pub days: u32,
    /// Who calls.
    pub identities: Vec<String>,
    /// What is called.
    pub series: Vec<Series>,
    /// The anomalies, in the order of time.
    pub labels: Vec<Label>,
    /// Where a report is neither right nor wrong.
    pub neutral: Vec<Neutral>,
    /// Minutes without any record: the log has a hole, the account went on.
    pub gaps: Vec<Range<u32>>,
}

impl Account {
    /// Returns 35 days of the account with this seed.
    #[must_use]
    pub fn generate(seed: u64) -> Self {
        Self::make(&Settings { seed, days: 35, mix: Mix::default() })
    }

    /// Returns the account with these settings.
    ///
    /// # Errors
    ///
    /// Returns an error for fewer days than anomalies need or more than the calendar has, and if
    /// the mix leaves no calls.
    pub fn new(settings: &Settings) -> anyhow::Result<Self> {
        let days = settings.days;
        ensure!(Settings::DAYS.contains(&days), "an account has 10 to 35 days, not {days}");
        let account = Self::make(settings);
        ensure!(!account.series.is_empty(), "the mix leaves no calls");
        Ok(account)
    }

    fn make(settings: &Settings) -> Self {
        let &Settings { seed, days, ref mix } = settings;
        let mut ledger = Ledger::new(days * DAY);
        let people = people::work(seed, days, &mut ledger);
        deployments::deploy(seed, days, &mut ledger);
        scanner::sweep(seed, days, &mut ledger);
        pollers::poll(seed, &mut ledger);
        jobs::run(seed, days, &mut ledger);
        let applications = traffic::serve(seed, &mut ledger);
        changes::change(seed, days, &mut ledger);
        rarities::happen(seed, days, &people, &mut ledger);
        failures::fail(seed, &people, &applications, &mut ledger);
        for draft in &mut ledger.drafts {
            draft.settle();
        }
        ledger.select(seed, mix);
        let gaps = gaps(seed, days);
        let labels = anomalies::plant(settings, &people, &gaps, &mut ledger);
        for gap in &gaps {
            ledger.forget(gap);
        }
        ledger.close(labels, days, gaps)
    }

    /// Returns the minutes there are.
    #[must_use]
    pub const fn minutes(&self) -> u32 {
        self.days * DAY
    }
}

/// Returns the holes in the log, a short one and a long one.
fn gaps(seed: u64, days: u32) -> Vec<Range<u32>> {
    let mut random = Random::stream(seed, "gaps");
    // The first lies in the first half of the time after the 9th day, if there is so much.
    let (from, to) = ((days - 3).min(9), days - 1);
    let half = u32::midpoint(from + 1, to);
    let mut gap = |from: u32, to: u32, length: u32| {
        let start = random.between(from * DAY, to * DAY - length);
        start..start + length
    };
    let first = gap(from, half, 40);
    let second = gap(half, to, 180);
    vec![first, second]
}
