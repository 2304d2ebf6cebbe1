//! [`Texts`]: the files of an archive in memory, unpacked.

use std::{collections::BTreeMap, io::Read};

use anyhow::{Context, ensure};
use flate2::read::GzDecoder;
use insights_core::{Content, PartialCounts, Record};
use insights_datasets::{Archive, Settings, Sink};
use serde::Deserialize;

/// The text of log files as CloudTrail delivers them, `{"Records": […]}`, day by day.
#[derive(Clone, Debug, Default)]
pub struct Texts {
    days: BTreeMap<String, Vec<String>>,
    records: u64,
    bytes: u64,
}

impl Texts {
    /// Returns the files of an archive of so many days, 12,000 records each.
    ///
    /// # Errors
    ///
    /// Returns an error if these are too few days for the anomalies of such an archive.
    pub fn new(days: u32) -> anyhow::Result<Self> {
        let settings = Settings {
            days,
            accounts: 2,
            apis: 150,
            records: 12_000 * days,
            ..Settings::default()
        };
        let mut texts = Self::default();
        let summary = Archive::new(settings)?.write(&mut texts)?;
        (texts.records, texts.bytes) = (summary.records, summary.raw_bytes);
        Ok(texts)
    }

    /// Returns the number of records.
    #[must_use]
    pub fn records(&self) -> u64 {
        self.records
    }

    /// Returns the number of bytes.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Returns the files by the day of their delivery, in order.
    pub fn days(&self) -> impl Iterator<Item = &[String]> {
        self.days.values().map(Vec::as_slice)
    }

    /// Returns the number of calls among the records of a file.
    ///
    /// # Errors
    ///
    /// Returns an error if it is not such a file.
    pub fn calls(text: &str) -> anyhow::Result<u64> {
        let mut calls = 0;
        Self::each_call(text, |_| calls += 1)?;
        Ok(calls)
    }

    /// Counts the calls among the records of a file.
    ///
    /// # Errors
    ///
    /// Returns an error if it is not such a file.
    pub fn count(text: &str, counts: &mut PartialCounts) -> anyhow::Result<()> {
        Self::each_call(text, |event| counts.record(&event))
    }

    /// Returns the records of a file as `serde_json` reads them, to compare.
    ///
    /// # Errors
    ///
    /// Returns an error if it is not such a file.
    pub fn parsed(text: &str) -> anyhow::Result<Vec<Record<'_>>> {
        #[derive(Deserialize)]
        struct Log<'a> {
            #[serde(borrow, rename = "Records")]
            records: Vec<Record<'a>>,
        }
        Ok(serde_json::from_str::<Log<'_>>(text)?.records)
    }

    /// Returns the records of a file as the program reads them.
    ///
    /// # Errors
    ///
    /// Returns an error if it is not such a file, or has a record that is out of the ordinary.
    pub fn skimmed(text: &str) -> anyhow::Result<Vec<Record<'_>>> {
        let mut rest = text.strip_prefix("{\"Records\":[").context("a list of records")?;
        let mut records = Vec::with_capacity(rest.len() / 1_024);
        while let Some((record, length)) = Record::skim(rest) {
            records.push(record);
            rest = &rest[length..];
            rest = rest.strip_prefix(',').unwrap_or(rest);
        }
        ensure!(rest.trim_end() == "]}", "an ordinary record");
        Ok(records)
    }

    fn each_call(text: &str, mut take: impl FnMut(insights_core::Event<'_>)) -> anyhow::Result<()> {
        for record in Self::skimmed(text)? {
            if let Content::Call { event, .. } = record.content("", "")? {
                take(event);
            }
        }
        Ok(())
    }
}

impl Sink for Texts {
    fn put(&mut self, key: &str, content: &[u8]) -> anyhow::Result<()> {
        // AWSLogs/account/CloudTrail/region/year/month/day/file; the labels lie beside that.
        let Some((folder, _)) = key.rsplit_once('/') else { return Ok(()) };
        let day = folder.splitn(5, '/').nth(4).context("a day in the key of a file")?;
        let mut text = String::new();
        GzDecoder::new(content).read_to_string(&mut text)?;
        self.days.entry(day.into()).or_default().push(text);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_record_is_a_call_and_lies_in_the_files_of_some_day() {
        let texts = Texts::new(4).unwrap();
        let days: Vec<_> = texts.days().collect();
        assert!(days.len() >= 4, "{}", days.len());
        let files = || days.iter().copied().flatten();
        assert!(files().all(|text| Texts::parsed(text).unwrap() == Texts::skimmed(text).unwrap()));
        let calls: u64 = files().map(|text| Texts::calls(text).unwrap()).sum();
        let bytes: usize = files().map(String::len).sum();
        assert_eq!((calls, bytes as u64), (texts.records(), texts.bytes()));
        assert!(calls > 40_000, "{calls}");
    }
}
