//! [`Call`] and [`Archive`]: logs as CloudTrail delivers them, and ways to lay them out anew.

use std::{
    collections::BTreeMap,
    fs,
    io::{Read, Write},
    iter,
    path::{Path, PathBuf},
};

use chrono::{DateTime, TimeDelta, Utc};
use flate2::{Compression, read::MultiGzDecoder, write::GzEncoder};
use serde_json::{Map, Value, json};

use crate::folder::Folder;

pub(crate) const ACCOUNT: &str = "111122223333";
pub(crate) const REGION: &str = "eu-west-1";

/// Reads `2026-03-02T14:05:00Z`.
pub(crate) fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// Writes `2026-03-02T14:05:00Z`.
pub(crate) fn text(time: DateTime<Utc>) -> String {
    time.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// Packs with gzip.
pub(crate) fn gzip(bytes: impl AsRef<[u8]>) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes.as_ref()).unwrap();
    encoder.finish().unwrap()
}

/// Numbers that look random and are the same every time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Returns a number below `bound` (SplitMix64).
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % bound
    }

    /// Returns true `percent` times in a hundred.
    pub(crate) fn falls(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let other = self.below(last as u64 + 1);
            items.swap(last, usize::try_from(other).unwrap());
        }
    }
}

/// One record of a call that writes.
pub(crate) fn call(time: DateTime<Utc>, service: &str, name: &str, id: &str) -> Value {
    json!({
        "eventVersion": "1.10",
        "userIdentity": {"type": "IAMUser", "arn": format!("arn:aws:iam::{ACCOUNT}:user/Alice")},
        "eventTime": text(time),
        "eventSource": format!("{service}.amazonaws.com"),
        "eventName": name,
        "awsRegion": REGION,
        "userAgent": "aws-cli/2.15.0",
        "eventID": id,
        "readOnly": false,
        "eventType": "AwsApiCall",
        "managementEvent": true,
        "recipientAccountId": ACCOUNT,
        "eventCategory": "Management",
    })
}

/// Returns `record` with a field set to another value, or without it for null.
pub(crate) fn with(mut record: Value, field: &str, value: impl Into<Value>) -> Value {
    let fields: &mut Map<_, _> = record.as_object_mut().unwrap();
    match value.into() {
        Value::Null => fields.remove(field),
        value => fields.insert(field.to_owned(), value),
    };
    record
}

/// Returns the time of a record.
pub(crate) fn time(record: &Value) -> DateTime<Utc> {
    at(record["eventTime"].as_str().unwrap())
}

/// Returns a log file as text.
pub(crate) fn log(records: &[Value]) -> String {
    json!({ "Records": records }).to_string()
}

/// Log files by their keys.
#[derive(Clone, Debug, Default)]
pub(crate) struct Archive(pub(crate) BTreeMap<PathBuf, Vec<Value>>);

impl Archive {
    /// Lays records out as CloudTrail does, each delivered some minutes after its event.
    pub(crate) fn delivered(records: impl IntoIterator<Item = Value>) -> Self {
        let mut archive = Self::default();
        for record in records {
            let key = key(&record, time(&record) + TimeDelta::minutes(7), "Log");
            archive.0.entry(key).or_default().push(record);
        }
        archive
    }

    /// Reads an archive from disk.
    pub(crate) fn read(root: &Path) -> Self {
        let mut archive = Self::default();
        let mut folders = vec![root.to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|end| end == "gz") {
                    let mut text = String::new();
                    MultiGzDecoder::new(fs::File::open(&path).unwrap())
                        .read_to_string(&mut text)
                        .unwrap();
                    let mut log: Value = serde_json::from_str(&text).unwrap();
                    let Value::Array(records) = log["Records"].take() else {
                        panic!("{} holds no records", path.display());
                    };
                    let key = path.strip_prefix(root).unwrap().to_owned();
                    archive.0.insert(key, records);
                }
            }
        }
        archive
    }

    /// Writes the files, packed.
    pub(crate) fn write(&self) -> Folder {
        let folder = Folder::new();
        for (key, records) in &self.0 {
            folder.file(key, gzip(log(records)));
        }
        folder
    }

    pub(crate) fn records(&self) -> impl Iterator<Item = &Value> {
        self.0.values().flatten()
    }

    /// Returns the archive with other keys; what gets the same key gets into the same file.
    pub(crate) fn renamed(&self, mut rename: impl FnMut(&Path) -> PathBuf) -> Self {
        let mut archive = Self::default();
        for (key, records) in &self.0 {
            let file = archive.0.entry(rename(key)).or_default();
            file.extend(records.iter().cloned());
        }
        archive
    }

    /// Returns the archive with other records in its files.
    pub(crate) fn mapped(&self, mut change: impl FnMut(&Value) -> Vec<Value>) -> Self {
        let mut archive = self.clone();
        for records in archive.0.values_mut() {
            *records = records.iter().flat_map(&mut change).collect();
        }
        archive
    }

    /// Returns the archive with the records inside each file in another order.
    pub(crate) fn shuffled(&self, dice: &mut Dice) -> Self {
        let mut archive = self.clone();
        for records in archive.0.values_mut() {
            dice.shuffle(records);
        }
        archive
    }

    /// Returns the archive in two, file by file as `first` says.
    pub(crate) fn split(&self, mut first: impl FnMut(&Path) -> bool) -> [Self; 2] {
        let (one, other) = self.0.clone().into_iter().partition(|(key, _)| first(key));
        [Self(one), Self(other)]
    }

    /// Returns all records as JSON Lines.
    pub(crate) fn json_lines(&self) -> String {
        let lines = self.records().map(ToString::to_string);
        lines.flat_map(|line| [line, "\n".to_owned()]).collect()
    }
}

/// Returns the key of the file in which a record is delivered at `time`.
pub(crate) fn key(record: &Value, time: DateTime<Utc>, unique: &str) -> PathBuf {
    let account = record["recipientAccountId"].as_str().unwrap_or(ACCOUNT);
    let region = record["awsRegion"].as_str().unwrap_or(REGION);
    let day = time.format("%Y/%m/%d");
    let stamp = time.format("%Y%m%dT%H");
    PathBuf::from(format!(
        "AWSLogs/{account}/CloudTrail/{region}/{day}/\
         {account}_CloudTrail_{region}_{stamp}00Z_{unique}.json.gz"
    ))
}

/// Three days of two accounts and two Regions: writes, reads, data events and failures, three
/// bursts and a fall.
pub(crate) fn varied() -> Archive {
    let mut dice = Dice::new(1);
    let mut records = Vec::new();
    let start = at("2026-03-02T00:00:00Z");
    for (account, region) in
        [(ACCOUNT, "eu-west-1"), (ACCOUNT, "us-east-1"), ("444455556666", "eu-west-1")]
    {
        let main = account == ACCOUNT && region == REGION;
        for minute in 0..3 * 1_440 {
            let within = |day: i64, from: i64, to: i64| {
                (day * 1_440 + from..day * 1_440 + to).contains(&minute)
            };
            let chance = |dice: &mut Dice, percent| u64::from(dice.falls(percent));
            let runs = if within(2, 600, 612) && main { 6 } else { chance(&mut dice, 30) };
            let gets = if within(2, 900, 903) && !main { 40 } else { chance(&mut dice, 10) };
            let denied =
                if within(2, 30, 40) && account != ACCOUNT { 5 } else { chance(&mut dice, 1) };
            let beats = u64::from(!(within(2, 300, 390) && main) && minute % 2 == 0);
            for (count, service, name, kind) in [
                (runs, "ec2", "RunInstances", "write"),
                (gets, "s3", "GetObject", "data"),
                (denied, "ec2", "DescribeInstances", "denied"),
                (chance(&mut dice, 20), "ec2", "DescribeInstances", "read"),
                (beats, "ssm", "UpdateInstanceInformation", "write"),
            ] {
                for _ in 0..count {
                    let second = i64::try_from(dice.below(60)).unwrap();
                    let time = start + TimeDelta::minutes(minute) + TimeDelta::seconds(second);
                    let id = format!("{:016x}", dice.below(u64::MAX));
                    let mut record = call(time, service, name, &id);
                    record["recipientAccountId"] = account.into();
                    record["awsRegion"] = region.into();
                    record["userIdentity"]["arn"] =
                        format!("arn:aws:iam::{account}:user/user-{}", dice.below(9)).into();
                    if kind == "data" {
                        record["managementEvent"] = false.into();
                        record["eventCategory"] = "Data".into();
                        record["resources"] = json!([
                            {"type": "AWS::S3::Object", "ARN": format!("arn:aws:s3:::b/{id}")},
                            {"type": "AWS::S3::Bucket", "ARN": "arn:aws:s3:::b"},
                        ]);
                    }
                    record["readOnly"] = (kind != "write").into();
                    if kind == "denied" {
                        record["errorCode"] = "Client.UnauthorizedOperation".into();
                    }
                    records.push(record);
                }
            }
        }
    }
    Archive::delivered(records)
}

/// The checked-in archive.
pub(crate) fn demo() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../datasets/demo")
}

/// Returns `count` records of one API, one a minute from `start` on.
pub(crate) fn steady(start: DateTime<Utc>, name: &str, count: u32) -> Vec<Value> {
    iter::successors(Some(start), |time| Some(*time + TimeDelta::minutes(1)))
        .zip(0..count)
        .map(|(time, number)| call(time, "ec2", name, &format!("{name}-{number}")))
        .collect()
}
