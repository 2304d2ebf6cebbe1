//! [`Tree`]: Insights under the keys that CloudTrail gives them in a bucket.

use std::{
    collections::BTreeMap,
    fs,
    io::Write,
    mem,
    path::{Path, PathBuf},
};

use anyhow::Context;
use flate2::{Compression, write::GzEncoder};
use insights_core::{Insight, Minute, Minutes};

use crate::output::{Output, OutputFile, Records};

/// Writes a file for each account, Region and five minutes in which something of theirs became
/// known, named after the end of these, as CloudTrail delivers.
///
/// Insights come in the order in which they can be known, so what is held are those of five
/// minutes. An archive that goes on gets new files and keeps those it has, but for the Insights
/// that its end cut short.
pub(super) struct Tree {
    root: PathBuf,
    records: Records,
    /// When the files that are held are delivered.
    time: Minute,
    /// By account and Region.
    files: BTreeMap<[Box<str>; 2], Delivery>,
}

/// A file to be.
struct Delivery {
    unique: String,
    text: Vec<u8>,
}

impl Tree {
    pub(super) fn new(root: PathBuf, records: Records) -> anyhow::Result<Self> {
        fs::create_dir_all(&root).with_context(|| format!("cannot write {}", root.display()))?;
        Ok(Self { root, records, time: Minute::MIN, files: BTreeMap::new() })
    }

    /// Writes what is held.
    fn deliver(&mut self) -> anyhow::Result<()> {
        for ([account, region], Delivery { unique, mut text }) in mem::take(&mut self.files) {
            text.extend(b"]}");
            let path = self.root.join(key(&account, &region, self.time, &unique));
            let folder = path.parent().unwrap_or(&self.root);
            fs::create_dir_all(folder)
                .with_context(|| format!("cannot write {}", folder.display()))?;
            // The header holds neither name nor time.
            let mut file = GzEncoder::new(OutputFile::create(&path)?, Compression::default());
            let written = file.write_all(&text).and_then(|()| file.finish()?.finish());
            written.with_context(|| format!("cannot write {}", path.display()))?;
        }
        Ok(())
    }
}

impl Output for Tree {
    fn write(&mut self, insight: &Insight) -> anyhow::Result<()> {
        let time = delivery(insight.known_at);
        if time != self.time {
            self.deliver()?;
            self.time = time;
        }
        let series = &insight.series;
        let file =
            self.files.entry([series.account_id.clone(), series.region.clone()]).or_insert_with(
                || Delivery { unique: unique(insight.event_id().as_u128()), text: Vec::new() },
            );
        file.text.extend(if file.text.is_empty() { &b"{\"Records\":["[..] } else { b"," });
        serde_json::to_writer(&mut file.text, &self.records.of(insight))?;
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> anyhow::Result<()> {
        self.deliver()
    }
}

/// Returns the end of the five minutes in which something is known at `minute`.
fn delivery(minute: Minute) -> Minute {
    const PERIOD: u32 = 5;
    let past = minute.since_epoch() % PERIOD;
    minute + Minutes::new((PERIOD - past) % PERIOD)
}

/// Returns the place of a file below the root.
fn key(account: &str, region: &str, time: Minute, unique: &str) -> PathBuf {
    let (account, region, time) = (part(account), part(region), time.instant());
    let folder =
        format!("AWSLogs/{account}/CloudTrail-Insight/{region}/{}", time.format("%Y/%m/%d"));
    let time = time.format("%Y%m%dT%H%MZ");
    let name = format!("{account}_CloudTrail-Insight_{region}_{time}_{unique}.json.gz");
    Path::new(&folder).join(name)
}

/// Returns the part of a key for an account or a Region: up to 64 letters, digits and hyphens.
///
/// Anything else becomes a hyphen: the names come from logs and must not lead anywhere. What has
/// none is unknown. Accounts that look alike after that share a folder, never a file.
fn part(name: &str) -> String {
    const LONGEST: usize = 64;
    if name.is_empty() {
        return "unknown".to_owned();
    }
    let harmless = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
    name.chars().take(LONGEST).map(harmless).collect()
}

/// Returns 16 letters and digits that tell a file from others, from the id of its first record.
fn unique(mut id: u128) -> String {
    const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut digit = || {
        let digit = DIGITS[(id % 62) as usize];
        id /= 62;
        char::from(digit)
    };
    (0..16).map(|_| digit()).collect()
}

#[cfg(test)]
mod tests {
    use std::path::Component;

    use super::*;
    use crate::input::key::{Kind, ObjectKey};

    /// 2026-03-02T14:05:00Z.
    const TIME: Minute = Minute::from_epoch(29_541_005);

    #[test]
    fn keys_are_those_of_cloudtrail() {
        let key = key("111122223333", "eu-west-1", TIME, "KL5e9VCV2SS7IqzB");
        let key = key.to_str().unwrap();
        assert_eq!(
            key,
            "AWSLogs/111122223333/CloudTrail-Insight/eu-west-1/2026/03/02/\
             111122223333_CloudTrail-Insight_eu-west-1_20260302T1405Z_KL5e9VCV2SS7IqzB.json.gz"
        );
        let told = ObjectKey::parse(key);
        assert_eq!(told.kind, Kind::Insight);
        assert_eq!(told.account_id.as_deref(), Some("111122223333"));
        assert_eq!(told.region.as_deref(), Some("eu-west-1"));
        assert_eq!(told.day.map(|day| day.to_string()).as_deref(), Some("2026-03-02"));
    }

    #[test]
    fn no_name_leads_out_of_the_tree() {
        let long = "x".repeat(10_000);
        for name in ["", ".", "..", "../..", "/etc", "a/b", "a\\b", "C:", "a\0b", "é_~", &long] {
            let key = key(name, name, TIME, "u");
            assert!(key.components().all(|part| matches!(part, Component::Normal(_))), "{key:?}");
            assert_eq!(key.components().count(), 8, "{key:?}");
            assert!(key.file_name().unwrap().len() < 255, "{key:?}");
            let text = key.to_str().unwrap();
            assert_eq!(ObjectKey::parse(text).kind, Kind::Insight, "{text}");
        }
        assert_eq!([part(""), part("../é")], ["unknown", "----"]);
    }

    #[test]
    fn a_delivery_ends_five_minutes() {
        let told = |minute: u32| delivery(TIME + Minutes::new(minute)).to_string();
        assert_eq!(told(0), "2026-03-02T14:05:00Z");
        assert_eq!(told(1), "2026-03-02T14:10:00Z");
        assert_eq!(told(5), "2026-03-02T14:10:00Z");
    }

    #[test]
    fn different_ids_give_different_names_of_sixteen() {
        assert_eq!(unique(0), "0000000000000000");
        assert_eq!(unique(62 * 62 - 1), "zz00000000000000");
        assert_eq!(unique(u128::MAX).len(), 16);
    }
}
