//! How records become files: the delay, the duplicates, the keys and the compression.

use std::collections::VecDeque;
use std::io::Write;
use std::ops::Range;

use chrono::{Datelike, Timelike};
use flate2::{Compression, GzBuilder};

use crate::clock;
use crate::random::Random;
use crate::settings::Settings;
use crate::sink::Sink;

/// The share of duplicates that arrive in the folder of another Region.
const ASTRAY: f64 = 0.3;

/// The records of a file that is not written yet.
#[derive(Clone, Debug, Default)]
struct Window {
    bytes: Vec<u8>,
    /// When a record arrives, in seconds since the start of the archive, and where its bytes are.
    records: Vec<(i64, Range<usize>)>,
}

/// An account and Region to deliver for.
#[derive(Clone, Debug)]
struct Route {
    account: String,
    region: String,
    /// The routes of the same account.
    siblings: Vec<usize>,
    windows: VecDeque<Window>,
}

/// What was delivered.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Summary {
    /// The records, each counted as often as it was delivered.
    pub records: u64,
    /// The records that were delivered for the second time.
    pub duplicates: u64,
    /// The files with records.
    pub files: u64,
    /// The size of these files before compression, in bytes.
    pub raw_bytes: u64,
    /// The size of these files, in bytes.
    pub compressed_bytes: u64,
}

/// The files under way, of all accounts and Regions.
#[derive(Clone, Debug)]
pub(crate) struct Delivery {
    settings: Settings,
    random: Random,
    routes: Vec<Route>,
    /// The number of the first file of every route that is not written yet.
    next: i64,
    content: Vec<u8>,
    summary: Summary,
}

impl Delivery {
    /// Returns the delivery for pairs of account and Region.
    pub(crate) fn new(settings: &Settings, places: &[(&str, &str)]) -> Self {
        let siblings = |account: &str| -> Vec<usize> {
            (0..places.len()).filter(|&other| places[other].0 == account).collect()
        };
        let route = |(account, region): &(&str, &str)| Route {
            account: (*account).into(),
            region: (*region).into(),
            siblings: siblings(account),
            windows: VecDeque::new(),
        };
        Self {
            settings: settings.clone(),
            random: Random::stream(settings.seed, "delivery"),
            routes: places.iter().map(route).collect(),
            next: 0,
            content: Vec::new(),
            summary: Summary::default(),
        }
    }

    /// Takes the record of a call made some seconds after the start of the archive.
    pub(crate) fn accept(&mut self, route: usize, second: i64, record: &[u8]) {
        // Most records are quick: the share that takes longer than x falls with its cube root.
        let slowness = self.random.unit().powi(3);
        let span = self.settings.file_seconds();
        let lag = i64::from(crate::rounded(slowness * self.settings.handover_seconds() as f64));
        let arrival = second + lag;
        self.put(route, arrival, record);
        if self.random.chance(self.settings.duplicates) {
            let siblings = &self.routes[route].siblings;
            let other = siblings[self.random.position(siblings.len())];
            let to = if self.random.chance(ASTRAY) { other } else { route };
            // One of the two files after the first one.
            let later = (arrival / span + 1) * span;
            let wait = self.random.unit() * (2 * span - 1) as f64;
            self.put(to, later + i64::from(crate::rounded(wait)), record);
            self.summary.duplicates += 1;
        }
    }

    /// Writes the files that are complete when all calls before a time have been taken.
    ///
    /// The time is in seconds since the start of the archive.
    pub(crate) fn close(&mut self, second: i64, sink: &mut impl Sink) -> anyhow::Result<()> {
        while (self.next + 1) * self.settings.file_seconds() <= second {
            self.write_next(sink)?;
        }
        Ok(())
    }

    /// Writes all files that are left and returns what was delivered.
    pub(crate) fn finish(mut self, sink: &mut impl Sink) -> anyhow::Result<Summary> {
        while self.routes.iter().any(|route| !route.windows.is_empty()) {
            self.write_next(sink)?;
        }
        Ok(self.summary)
    }

    /// Adds a record to the file of its arrival.
    fn put(&mut self, route: usize, arrival: i64, record: &[u8]) {
        let number = (arrival / self.settings.file_seconds()) - self.next;
        let number = usize::try_from(number).unwrap_or_default();
        let windows = &mut self.routes[route].windows;
        if windows.len() <= number {
            windows.resize_with(number + 1, Window::default);
        }
        let window = &mut windows[number];
        let start = window.bytes.len();
        window.bytes.extend_from_slice(record);
        window.records.push((arrival, start..window.bytes.len()));
    }

    /// Writes the next file of every route that has records for it.
    fn write_next(&mut self, sink: &mut impl Sink) -> anyhow::Result<()> {
        let span = self.settings.file_seconds();
        let end = self.settings.epoch() + (self.next + 1) * span;
        for route in &mut self.routes {
            let Some(mut window) = route.windows.pop_front() else {
                continue;
            };
            if window.records.is_empty() {
                continue;
            }
            window.records.sort_by_key(|(arrival, _)| *arrival);
            self.content.clear();
            self.content.extend_from_slice(br#"{"Records":["#);
            for (number, (_, range)) in window.records.iter().enumerate() {
                if number > 0 {
                    self.content.push(b',');
                }
                self.content.extend_from_slice(&window.bytes[range.clone()]);
            }
            self.content.extend_from_slice(b"]}");
            let file = compress(&self.content)?;
            sink.put(&key(self.settings.seed, &route.account, &route.region, end)?, &file)?;
            let records = window.records.len() as u64;
            sink.told(records);
            self.summary.files += 1;
            self.summary.records += records;
            self.summary.raw_bytes += self.content.len() as u64;
            self.summary.compressed_bytes += file.len() as u64;
        }
        self.next += 1;
        Ok(())
    }
}

/// Returns the gzip form of a file. It holds no time and no name, so equal content stays equal.
fn compress(content: &[u8]) -> anyhow::Result<Vec<u8>> {
    let mut encoder = GzBuilder::new().mtime(0).write(Vec::new(), Compression::default());
    encoder.write_all(content)?;
    Ok(encoder.finish()?)
}

/// Returns the key of the file that is complete at a time in seconds since 1970.
fn key(seed: u64, account: &str, region: &str, end: i64) -> anyhow::Result<String> {
    let at = clock::instant(end);
    let mut key = format!("AWSLogs/{account}/CloudTrail/{region}/").into_bytes();
    clock::write_day(&mut key, end)?;
    write!(
        key,
        "/{account}_CloudTrail_{region}_{}{:02}{:02}T{:02}{:02}Z_",
        at.year(),
        at.month(),
        at.day(),
        at.hour(),
        at.minute()
    )?;
    let mut random = Random::stream(seed, &format!("file {account} {region} {end}"));
    random.symbols(&mut key, b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", 16);
    key.extend_from_slice(b".json.gz");
    Ok(String::from_utf8(key)?)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn keys_follow_the_layout_of_cloudtrail() {
        let key = key(1, "111122223333", "us-east-1", 1_772_409_900).unwrap();
        let (folder, name) = key.rsplit_once('/').unwrap();
        assert_eq!(folder, "AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/02");
        let unique = name
            .strip_prefix("111122223333_CloudTrail_us-east-1_20260302T0005Z_")
            .and_then(|rest| rest.strip_suffix(".json.gz"))
            .unwrap();
        assert!(unique.len() == 16 && unique.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    }

    #[test]
    fn compressed_bytes_hold_no_time() {
        let file = compress(b"{}").unwrap();
        assert_eq!(file[..8], [0x1f, 0x8b, 8, 0, 0, 0, 0, 0]);
    }

    #[test]
    fn a_file_is_written_once_no_call_can_reach_it() {
        let settings = Settings { duplicates: 0.0, ..Settings::default() };
        let mut files = BTreeMap::new();
        let mut delivery = Delivery::new(&settings, &[("111122223333", "us-east-1")]);
        for second in 0..900 {
            delivery.accept(0, second, b"1");
        }
        delivery.close(599, &mut files).unwrap();
        assert_eq!(files.len(), 1);
        delivery.close(600, &mut files).unwrap();
        assert_eq!(files.len(), 2);
        let summary = delivery.finish(&mut files).unwrap();
        assert_eq!((summary.records, summary.files), (900, files.len() as u64));
    }
}
