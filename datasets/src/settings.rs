//! What an archive is to be like.

use anyhow::ensure;
use chrono::NaiveDate;

use crate::clock;

/// The accounts of all archives, from the documentation of AWS.
const ACCOUNTS: [&str; 8] = [
    "111122223333",
    "444455556666",
    "777788889999",
    "123456789012",
    "555555555555",
    "222222222222",
    "333333333333",
    "987654321098",
];

/// The Regions, the one with the services without Regions first.
const REGIONS: [&str; 10] = [
    "us-east-1",
    "eu-west-1",
    "ap-southeast-2",
    "us-west-2",
    "eu-central-1",
    "ap-northeast-1",
    "us-east-2",
    "ca-central-1",
    "sa-east-1",
    "ap-south-1",
];

/// The size and shape of an archive. Equal settings give equal bytes.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// What all randomness starts from.
    pub seed: u64,
    /// The first day, from midnight UTC.
    pub start: NaiveDate,
    /// How long calls are made, in days.
    pub days: u32,
    /// The number of accounts, from 1 to 8. Each is less busy than the one before.
    pub accounts: u32,
    /// The number of Regions of each account, from 1 to 10; the first is by far the busiest.
    pub regions: u32,
    /// The number of distinct APIs over all accounts and Regions, from 14 to about 350.
    pub apis: usize,
    /// About how many records normal activity has over all accounts, Regions and days.
    pub records: u32,
    /// The time between two files of an account and Region, in minutes.
    pub file_minutes: u32,
    /// The longest time from a call to the file with its record, in minutes.
    ///
    /// The file's name tells its time. If files are no shorter than this, a record waits up to
    /// this long before its file is begun, and the file takes its own time on top.
    pub max_lag: u32,
    /// The share of records that are delivered a second time.
    pub duplicates: f64,
    /// The number of labelled anomalies.
    pub anomalies: u32,
}

impl Default for Settings {
    /// Returns ten days of one account in two Regions, about 50,000 records.
    fn default() -> Self {
        Self {
            seed: 1,
            // A Monday.
            start: NaiveDate::from_ymd_opt(2026, 3, 2).unwrap_or_default(),
            days: 10,
            accounts: 1,
            regions: 2,
            apis: 80,
            records: 50_000,
            file_minutes: 5,
            max_lag: 10,
            duplicates: 0.005,
            anomalies: 6,
        }
    }
}

impl Settings {
    /// Returns the small archive that is checked in: ten days, six anomalies.
    #[must_use]
    pub fn demo() -> Self {
        Self {
            apis: 48,
            records: 11_200,
            // CloudTrail delivers every 5 minutes. Two hours keep the files in the repository to a
            // few hundred, and cost a reader nothing: only the delivery is later.
            file_minutes: 120,
            ..Self::default()
        }
    }

    /// Returns an archive of a million records for measuring speed and memory.
    #[must_use]
    pub fn million() -> Self {
        Self {
            days: 14,
            accounts: 2,
            regions: 3,
            apis: 300,
            records: 1_000_000,
            anomalies: 12,
            ..Self::default()
        }
    }

    /// Checks what cannot be seen from a single number.
    pub(crate) fn check(&self) -> anyhow::Result<()> {
        let within = |name: &str, value: u32, low: u32, high: usize| {
            let fits = value >= low && usize::try_from(value).is_ok_and(|value| value <= high);
            ensure!(fits, "{name} is {value}, but has to be from {low} to {high}");
            Ok(())
        };
        within("the number of days", self.days, 1, 3660)?;
        within("the number of accounts", self.accounts, 1, ACCOUNTS.len())?;
        within("the number of Regions", self.regions, 1, REGIONS.len())?;
        within("the number of minutes of a file", self.file_minutes, 1, 1440)?;
        within("the longest lag in minutes", self.max_lag, 1, 1440)?;
        ensure!(
            (0.0..=0.5).contains(&self.duplicates),
            "the share of duplicates is {}, but has to be from 0 to 0.5",
            self.duplicates
        );
        Ok(())
    }

    /// Returns the start of the archive in seconds since 1970.
    pub(crate) fn epoch(&self) -> i64 {
        self.start.and_time(chrono::NaiveTime::MIN).and_utc().timestamp()
    }

    /// Returns the number of minutes in which calls are made.
    pub(crate) const fn minutes(&self) -> u32 {
        self.days * 1440
    }

    /// Returns the normal calls per minute over all accounts and Regions.
    pub(crate) fn per_minute(&self) -> f64 {
        f64::from(self.records) / f64::from(self.minutes())
    }

    /// Returns the accounts.
    pub(crate) fn account_ids(&self) -> impl Iterator<Item = &'static str> {
        ACCOUNTS.into_iter().take(self.accounts as usize)
    }

    /// Returns the Regions.
    pub(crate) fn region_names(&self) -> impl Iterator<Item = &'static str> {
        REGIONS.into_iter().take(self.regions as usize)
    }

    /// Returns the length of a file in seconds.
    pub(crate) fn file_seconds(&self) -> i64 {
        i64::from(self.file_minutes) * clock::MINUTE
    }

    /// Returns the longest time before a record waits for the end of a file, in seconds.
    pub(crate) fn handover_seconds(&self) -> i64 {
        let rest = self.max_lag.saturating_sub(self.file_minutes);
        i64::from(if rest == 0 { self.max_lag } else { rest }) * clock::MINUTE
    }
}
