//! What holds for every archive, and that the checked-in one is what the code writes.

#![expect(clippy::unwrap_used, reason = "a failure is a failed test, in helpers as well")]

mod account;
mod mix;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Read;
use std::path::Path;
use std::sync::LazyLock;

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use flate2::read::GzDecoder;
use insights_datasets::{Archive, Label, Settings, Summary};
use serde_json::Value;

/// An archive in memory.
struct Written {
    files: BTreeMap<String, Vec<u8>>,
    labels: Vec<Label>,
    summary: Summary,
}

static DEMO: LazyLock<Written> = LazyLock::new(|| write(Settings::demo()));
static SMALL: LazyLock<Written> = LazyLock::new(|| write(small()));

/// Returns the settings of two days with many duplicates.
fn small() -> Settings {
    Settings { days: 2, records: 3_000, anomalies: 2, duplicates: 0.1, ..Settings::default() }
}

fn write(settings: Settings) -> Written {
    let archive = Archive::new(settings).unwrap();
    let labels = archive.labels();
    let mut files = BTreeMap::new();
    let summary = archive.write(&mut files).unwrap();
    Written { files, labels, summary }
}

fn decompress(file: &[u8]) -> String {
    let mut text = String::new();
    GzDecoder::new(file).read_to_string(&mut text).unwrap();
    text
}

impl Written {
    /// Returns the text of every record with the key of its file.
    fn records(&self) -> Vec<(&str, String)> {
        let logs = self.files.iter().filter(|(key, _)| key.ends_with(".json.gz"));
        logs.flat_map(|(key, file)| {
            let text = decompress(file);
            let text = text.strip_prefix(r#"{"Records":["#).unwrap().strip_suffix("]}").unwrap();
            let split = text.split(r#",{"eventVersion":"#).enumerate();
            let record = |(number, part): (usize, &str)| match number {
                0 => (key.as_str(), part.to_owned()),
                _ => (key.as_str(), format!(r#"{{"eventVersion":{part}"#)),
            };
            split.map(record).collect::<Vec<_>>()
        })
        .collect()
    }

    /// Returns every record once.
    fn events(&self) -> Vec<Value> {
        let mut seen = BTreeSet::new();
        let records = self.records().into_iter();
        let parsed = records.map(|(_, text)| serde_json::from_str::<Value>(&text).unwrap());
        parsed.filter(|record| seen.insert(record["eventID"].to_string())).collect()
    }

    /// Returns the calls of a label's series by minute.
    fn minutes(&self, events: &[Value], label: &Label) -> BTreeMap<DateTime<Utc>, u32> {
        assert!(self.labels.contains(label));
        let mut minutes = BTreeMap::new();
        for event in events {
            let code = event.get("errorCode").and_then(Value::as_str).unwrap_or_default();
            let is_error = label.insight_type == "ApiErrorRateInsight";
            if event["recipientAccountId"] == label.account_id.as_str()
                && event["awsRegion"] == label.aws_region.as_str()
                && event["eventSource"] == label.event_source.as_str()
                && event["eventName"] == label.event_name
                && (!is_error || code == label.error_code)
            {
                let second = time(event).timestamp();
                *minutes.entry(minute(second)).or_default() += 1;
            }
        }
        minutes
    }
}

fn minute(second: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(second - second.rem_euclid(60), 0).unwrap()
}

fn time(event: &Value) -> DateTime<Utc> {
    event["eventTime"].as_str().unwrap().parse().unwrap()
}

/// Returns the delivery time in a key.
fn delivery(key: &str) -> DateTime<Utc> {
    let text = key.split('_').nth(3).unwrap();
    NaiveDateTime::parse_from_str(text, "%Y%m%dT%H%MZ").unwrap().and_utc()
}

#[test]
fn equal_settings_give_equal_bytes_and_another_seed_does_not() {
    let again = write(small());
    assert!(again.files == SMALL.files);
    assert_eq!(again.summary, SMALL.summary);
    let other = write(Settings { seed: 2, ..small() });
    assert!(other.files != SMALL.files);
}

#[test]
fn every_file_stands_where_cloudtrail_puts_it() {
    for key in SMALL.files.keys().filter(|key| *key != "labels.csv") {
        let parts: Vec<&str> = key.split('/').collect();
        let [logs, account, kind, region, year, month, day, name] = parts[..] else {
            panic!("{key} has {} parts", parts.len());
        };
        assert_eq!((logs, kind), ("AWSLogs", "CloudTrail"));
        let start = format!("{account}_CloudTrail_{region}_{year}{month}{day}T");
        let rest = name.strip_prefix(&start).unwrap().strip_suffix(".json.gz").unwrap();
        assert_eq!(rest.len(), "0005Z_".len() + 16, "{key}");
    }
}

#[test]
fn records_are_full_and_of_the_account_of_their_folder() {
    for (key, text) in SMALL.records() {
        let record: Value = serde_json::from_str(&text).unwrap();
        let is_service = record["userIdentity"]["type"] == "AWSService";
        assert_eq!(record["userIdentity"].get("arn").is_none(), is_service);
        assert!(record["userIdentity"].get("invokedBy").is_some() == is_service);
        for field in ["eventSource", "eventName", "sourceIPAddress", "userAgent", "requestID"] {
            assert!(record[field].is_string(), "{field} in {text}");
        }
        assert_eq!(record["eventID"].as_str().unwrap().len(), 36);
        assert!(record["readOnly"].is_boolean() && record["managementEvent"].is_boolean());
        assert!(key.contains(record["recipientAccountId"].as_str().unwrap()));
    }
}

#[test]
fn a_record_is_delivered_within_the_lag_and_not_before_its_call() {
    let mut first = BTreeMap::new();
    for (key, text) in SMALL.records() {
        let record: Value = serde_json::from_str(&text).unwrap();
        let lag = delivery(key) - time(&record);
        let least = first.entry(record["eventID"].to_string()).or_insert(lag);
        *least = lag.min(*least);
    }
    assert!(first.values().all(|lag| (TimeDelta::zero()..=TimeDelta::minutes(10)).contains(lag)));
    let mut lags: Vec<i64> = first.values().map(TimeDelta::num_seconds).collect();
    lags.sort_unstable();
    let median = lags[lags.len() / 2];
    assert!((150..270).contains(&median), "median {median} s");
}

#[test]
fn duplicates_are_identical_and_in_another_file() {
    let records = SMALL.records();
    let mut by_text: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (key, text) in &records {
        by_text.entry(text).or_default().push(key);
    }
    let ids: BTreeSet<String> =
        SMALL.events().iter().map(|event| event["eventID"].to_string()).collect();
    assert_eq!(ids.len(), by_text.len(), "an eventID stands for one text");
    let twice: Vec<&Vec<&str>> = by_text.values().filter(|keys| keys.len() == 2).collect();
    assert_eq!(twice.len(), records.len() - by_text.len(), "no record comes three times");
    assert_eq!(twice.len() as u64, SMALL.summary.duplicates);
    let share = twice.len() as f64 / by_text.len() as f64;
    assert!((0.08..0.12).contains(&share), "{share}");
    assert!(twice.iter().all(|keys| keys[0] != keys[1]));
    let astray = |keys: &&&Vec<&str>| keys[0].split('/').nth(3) != keys[1].split('/').nth(3);
    assert!(twice.iter().filter(astray).count() > 0);
}

#[test]
fn labels_are_within_the_archive_and_apart() {
    let start: DateTime<Utc> = "2026-03-02T00:00:00Z".parse().unwrap();
    let labels = &DEMO.labels;
    assert_eq!(labels.len(), 6);
    assert!(labels[0].start >= start + TimeDelta::days(8));
    assert!(labels[5].end <= start + TimeDelta::days(10) - TimeDelta::hours(3));
    for pair in labels.windows(2) {
        assert!(pair[0].start < pair[0].end);
        assert!(pair[1].start - pair[0].end >= TimeDelta::hours(4));
    }
}

#[test]
fn the_demo_has_every_kind_of_anomaly() {
    let labels = &DEMO.labels;
    let has = |name: &str, code: &str| {
        labels.iter().any(|label| label.event_name == name && label.error_code == code)
    };
    assert!(has("CreateAccessKey", ""));
    assert!(has("GetObject", ""));
    assert!(has("CreateLogStream", ""));
    assert!(has("UpdateInstanceInformation", ""));
    let codes: BTreeSet<&str> = labels.iter().map(|label| label.error_code).collect();
    assert_eq!(codes.len(), 3, "two kinds of errors and none");
}

#[test]
fn labels_name_the_first_and_the_last_unusual_minute() {
    let events = DEMO.events();
    for label in &DEMO.labels {
        let minutes = DEMO.minutes(&events, label);
        let calls = |minute: DateTime<Utc>| minutes.get(&minute).copied().unwrap_or_default();
        let (mut at, mut inside) = (label.start, Vec::new());
        while at < label.end {
            inside.push(calls(at));
            at += TimeDelta::minutes(1);
        }
        let around = [calls(label.start - TimeDelta::minutes(1)), calls(label.end)];
        if label.event_name == "UpdateInstanceInformation" {
            assert!(inside.iter().all(|&calls| calls == 0), "{label} has {inside:?}");
            assert!(around.iter().all(|&calls| calls > 0), "{label} is next to {around:?}");
        } else {
            assert!(inside.iter().all(|&calls| calls >= 10), "{label} has {inside:?}");
            assert!(around.iter().all(|&calls| calls <= 2), "{label} is next to {around:?}");
        }
    }
}

#[test]
fn without_anomalies_there_are_no_labels() {
    let written = write(Settings { anomalies: 0, ..small() });
    assert_eq!(written.files["labels.csv"], format!("{}\n", Label::HEADER).into_bytes());
}

#[test]
fn settings_without_room_are_refused() {
    for settings in [
        Settings { anomalies: 100, ..Settings::default() },
        Settings { accounts: 9, ..Settings::default() },
        Settings { file_minutes: 0, ..Settings::default() },
        Settings { duplicates: f64::NAN, ..Settings::default() },
    ] {
        assert!(Archive::new(settings).is_err());
    }
}

/// Compares the content byte for byte. Compressed bytes may differ in another release of the
/// compressor, which is no change of the data.
#[test]
fn the_checked_in_demo_is_what_the_code_writes() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("demo");
    let mut found = BTreeMap::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let parts = path.strip_prefix(&root).unwrap().iter();
                let key: Vec<&str> = parts.map(|part| part.to_str().unwrap()).collect();
                found.insert(key.join("/"), fs::read(&path).unwrap());
            }
        }
    }
    assert!(found.keys().eq(DEMO.files.keys()), "other files; write the demo again");
    for (key, written) in &DEMO.files {
        let is_equal = if key == "labels.csv" {
            found[key] == *written
        } else {
            decompress(&found[key]) == decompress(written)
        };
        assert!(is_equal, "{key} differs; write the demo again");
    }
    let size: usize = found.values().map(Vec::len).sum();
    assert!(size < 2_500_000, "{size} bytes are too many to check in");
}
