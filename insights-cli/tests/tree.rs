//! `--output-tree`: Insights under the keys that CloudTrail gives them.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use chrono::{NaiveDateTime, TimeDelta};
use serde_json::Value;

use crate::{
    archive::{Archive, at, demo, text, varied},
    folder::Folder,
    output::hostile_log,
    program::{insights, insights_fed},
};

/// Returns the bytes of all files below a folder, by their paths in it.
fn files(root: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                files.insert(path.strip_prefix(root).unwrap().to_owned(), fs::read(&path).unwrap());
            }
        }
    }
    files
}

fn by_id(mut records: Vec<Value>) -> Vec<Value> {
    records.sort_by_key(|record| record["eventID"].as_str().unwrap().to_owned());
    records
}

#[test]
fn the_tree_holds_what_stdout_would_say_under_the_keys_of_cloudtrail() {
    let varied = varied().write();
    for input in [&*demo(), varied.path()] {
        let records = insights(&[&"replay", &input]).exited(0).insights();
        let folder = Folder::new();
        let run = insights(&[&"replay", &input, &"--output-tree", &folder.path()]).exited(0);
        assert_eq!(run.stdout, "", "the tree alone");
        let tree = Archive::read(folder.path());
        assert_eq!(by_id(tree.records().cloned().collect()), by_id(records));
        assert_eq!(tree.0.len(), files(folder.path()).len(), "nothing else is there");
        let mut names = BTreeSet::new();
        for (key, records) in &tree.0 {
            let key = key.to_str().unwrap();
            let field = |name: &str| records[0][name].as_str().unwrap();
            let (account, region) = (field("recipientAccountId"), field("awsRegion"));
            let name = key.rsplit('/').next().unwrap();
            let parts: Vec<&str> = name.strip_suffix(".json.gz").unwrap().split('_').collect();
            let [_, _, _, time, unique] = parts[..] else { panic!("{key}") };
            let time = NaiveDateTime::parse_from_str(time, "%Y%m%dT%H%MZ").unwrap().and_utc();
            let day = time.format("%Y/%m/%d");
            let above = format!("AWSLogs/{account}/CloudTrail-Insight/{region}/{day}/");
            let start = format!("{account}_CloudTrail-Insight_{region}_");
            assert!(key.starts_with(&format!("{above}{start}")), "{key}");
            assert_eq!(time.timestamp() % 300, 0, "{key}");
            assert!(unique.len() == 16 && unique.bytes().all(|b| b.is_ascii_alphanumeric()));
            assert!(names.insert(unique.to_owned()), "{unique} is there twice");
            for record in records {
                assert_eq!(record["recipientAccountId"], account);
                assert_eq!(record["awsRegion"], region);
                let age = time - at(record["eventTime"].as_str().unwrap());
                assert!(age >= TimeDelta::zero() && age < TimeDelta::hours(6), "{key}: {age}");
            }
        }
    }
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let input = varied().write();
    let counts = Folder::new();
    let csv = counts.join("counts.csv");
    insights(&[&"count", &input.path(), &"-o", &csv]).exited(0);
    let tree = |command: &str, input: &Path, threads: &str| {
        let folder = Folder::new();
        let tree = folder.join("not/there/yet");
        let run =
            [&command as &dyn AsRef<_>, &input, &"--output-tree", &tree, &"--threads", &threads];
        insights(&run).exited(0);
        files(&tree)
    };
    let first = tree("replay", input.path(), "1");
    assert!(first.len() >= 8, "{}", first.len());
    for threads in ["2", "4"] {
        assert!(tree("replay", input.path(), threads) == first);
    }
    assert!(tree("detect", &csv, "1") == first);
    for bytes in first.values() {
        // No name and no time in the header of gzip.
        assert_eq!((bytes[3], &bytes[4..8]), (0, &[0; 4][..]));
    }
}

#[test]
fn a_format_or_a_file_is_written_as_well_if_asked_for() {
    let records = insights(&[&"replay", &demo()]).exited(0);
    let folder = Folder::new();
    let (tree, file) = (folder.join("tree"), folder.join("insights.jsonl"));
    let both = insights(&[&"replay", &demo(), &"--output-tree", &tree, &"--format", &"jsonl"]);
    assert_eq!(both.exited(0).stdout, records.stdout);
    let first = files(&tree);
    let both = insights(&[&"replay", &demo(), &"--output-tree", &tree, &"-o", &file]).exited(0);
    assert_eq!((&*both.stdout, fs::read_to_string(&file).unwrap()), ("", records.stdout));
    assert!(files(&tree) == first);
}

#[test]
fn a_tree_is_written_again_over_an_older_one() {
    let folder = Folder::new();
    let replay = || insights(&[&"replay", &demo(), &"--output-tree", &folder.path()]).exited(0);
    replay();
    let first = files(folder.path());
    folder.file(first.keys().next().unwrap(), "not what it was");
    replay();
    assert!(files(folder.path()) == first);
}

#[test]
fn a_tree_is_known_for_what_it_is() {
    let folder = Folder::new();
    let tree = |input: &Path| insights(&[&"replay", &input, &"--output-tree", &folder.path()]);
    tree(&demo()).exited(0);
    let first = files(folder.path());
    // Among logs its files are passed over, also when it is written anew among them.
    for (key, bytes) in files(&demo()) {
        folder.file(key, bytes);
    }
    let before = insights(&[&"replay", &demo()]).exited(0);
    let logs = folder.join("AWSLogs");
    for run in [insights(&[&"replay", &logs, &"--format", &"jsonl"]), tree(folder.path())] {
        let run = run.exited(0);
        assert_eq!(run.summary["skipped_files"]["insight"], first.len() as u64);
        assert_eq!(run.number("records"), before.number("records"));
        assert_eq!(run.number("insight_records"), 0);
    }
    let now = files(folder.path());
    assert!(first.iter().all(|(key, bytes)| now.get(key) == Some(bytes)));

    // What is named, or comes through a pipe, is read and found to hold Insights.
    let tree = Archive::read(folder.path());
    for (key, bytes) in &first {
        let records = tree.0[key].len() as u64;
        let run = insights(&[&"replay", &folder.join(key)]).exited(0);
        assert_eq!((run.number("records"), run.number("insight_records")), (records, records));
        let run = insights_fed(&[&"replay", &"-"], bytes).exited(0);
        assert_eq!((run.number("records"), run.number("insight_records")), (records, records));
    }
}

#[test]
fn a_tree_of_which_a_file_is_read_is_not_written_to() {
    let folder = Folder::new();
    let tree = folder.path();
    insights(&[&"replay", &demo(), &"--output-tree", &tree]).exited(0);
    let first = files(tree);
    let file = folder.join(first.keys().next().unwrap());
    let run = insights(&[&"replay", &demo(), &file, &"--output-tree", &tree]).exited(2);
    assert!(run.stderr.contains("write the tree elsewhere"), "{}", run.stderr);
    assert!(files(tree) == first);
    // Elsewhere is fine.
    let other = Folder::new();
    insights(&[&"replay", &demo(), &file, &"--output-tree", &other.path()]).exited(0);
    assert!(files(other.path()) == first);
}

#[test]
fn a_shorter_archive_has_the_files_that_were_delivered_by_its_end() {
    let replay = |to: &str| {
        let folder = Folder::new();
        insights(&[&"replay", &demo(), &"--to", &to, &"--output-tree", &folder.path()]).exited(0);
        files(folder.path())
    };
    let delivered = |key: &Path| {
        let name = key.file_name().unwrap().to_str().unwrap();
        name.split('_').nth(3).unwrap().to_owned()
    };
    let whole = replay("2026-03-12");
    // At the third of these times an End is over that is known some minutes later.
    for (to, count) in
        [("2026-03-10T12:00:00Z", 4), ("2026-03-11T10:00:00Z", 10), ("2026-03-11T15:20:00Z", 11)]
    {
        let end = at(to).format("%Y%m%dT%H%MZ").to_string();
        let by_end = |files: &BTreeMap<PathBuf, Vec<u8>>| {
            let mut files = files.clone();
            files.retain(|key, _| delivered(key) <= end);
            files
        };
        let part = replay(to);
        assert!(by_end(&part) == by_end(&whole), "{to}");
        assert_eq!(part.len(), count, "{to}");
    }
}

#[test]
fn no_account_or_region_leads_out_of_the_tree() {
    let long = "x".repeat(5_000);
    for hostile in ["../../..", "/", "..", ".", "a/../../b", "\u{0}", "c:\\", "é\n", &long] {
        let archive = hostile_log(hostile);
        let folder = Folder::new();
        let tree = folder.join("in/here");
        let run = insights(&[&"replay", &archive.path(), &"--output-tree", &tree]).exited(0);
        let written = files(folder.path());
        assert!(written.len() >= 2 && run.number("starts") >= 2, "{hostile:?}");
        for key in written.keys() {
            let key = key.to_str().unwrap();
            let below = key.strip_prefix("in/here/AWSLogs/");
            let below = below.unwrap_or_else(|| panic!("{hostile:?} leads to {key}"));
            let parts: Vec<&str> = below.split('/').collect();
            let [account, "CloudTrail-Insight", region, _, _, _, _] = parts[..] else {
                panic!("{hostile:?} leads to {key}");
            };
            for part in [account, region] {
                let harmless = |c: char| c.is_ascii_alphanumeric() || c == '-';
                assert!(!part.is_empty() && part.len() <= 64 && part.chars().all(harmless));
            }
        }
        // The records keep the names.
        let records = Archive::read(&tree);
        assert!(records.records().any(|record| record["awsRegion"] == hostile));
    }
}

#[test]
fn what_has_neither_account_nor_region_is_unknown() {
    let folder = Folder::new();
    let start = at("2026-03-02T00:00:00Z");
    let row = |minute: i64| {
        let value = if minute == 9 * 1_440 { 900 } else { 20 + minute % 3 };
        format!("{},{value}\n", text(start + TimeDelta::minutes(minute)))
    };
    let rows: Vec<String> = (0..10 * 1_440).map(row).collect();
    let csv = folder.file("orders.csv", format!("time,value\n{}", rows.concat()));
    let tree = folder.join("tree");
    let series = "time=time,value=value";
    insights(&[&"detect", &csv, &"--series-csv", &series, &"--output-tree", &tree]).exited(0);
    let written = files(&tree);
    assert!(!written.is_empty());
    for key in written.keys() {
        let above = Path::new("AWSLogs/unknown/CloudTrail-Insight/unknown/2026/03");
        assert!(key.starts_with(above), "{}", key.display());
    }
}
