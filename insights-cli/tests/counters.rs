//! Every record ends in exactly one number of the summary.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::{
    archive::{Archive, at, call, demo, gzip, key, log, steady, time, with},
    folder::Folder,
    program::{Run, insights},
};

/// The numbers that records may end in.
const ENDS: [&str; 9] = [
    "counted",
    "not_selected",
    "duplicates",
    "late",
    "ahead",
    "malformed",
    "insight_records",
    "aggregated",
    "network_activity",
];

#[track_caller]
fn adds_up(run: &Run) {
    let sum: u64 = ENDS.iter().map(|name| run.number(name)).sum();
    assert_eq!(sum, run.number("records"), "{}", run.summary);
}

/// Returns records of every kind, with the number in which each ends.
fn of_every_kind() -> Vec<(&'static str, Value)> {
    let start = at("2026-03-02T00:00:00Z");
    let end = start + TimeDelta::days(5);
    let mut records = Vec::new();
    let mut add = |count: u32, ends_in, make: &dyn Fn(u32) -> Value| {
        records.extend((0..count).map(|number| (ends_in, make(number))));
    };
    let later = |number: u32| start + TimeDelta::minutes(97 * i64::from(number));
    let fresh =
        |name: &str, number: u32| call(later(number), "ec2", name, &format!("{name}{number}"));
    add(70, "counted", &|n| fresh("RunInstances", n));
    add(11, "duplicates", &|n| fresh("RunInstances", 3 * n));
    add(23, "not_selected", &|n| with(fresh("DescribeInstances", n), "readOnly", true));
    add(7, "duplicates", &|n| with(fresh("DescribeInstances", n), "readOnly", true));
    // A failed read counts as a failure.
    add(5, "counted", &|n| {
        with(with(fresh("DescribeTags", n), "readOnly", true), "errorCode", "Denied")
    });
    add(6, "counted", &|n| {
        with(with(fresh("GetObject", n), "readOnly", true), "eventCategory", "Data")
    });
    add(4, "insight_records", &|n| {
        with(with(fresh("", n), "eventCategory", "Insight"), "eventType", "AwsCloudTrailInsight")
    });
    add(3, "insight_records", &|n| {
        let old = with(fresh("", n), "eventCategory", Value::Null);
        with(old, "eventType", "AwsCloudTrailInsight")
    });
    add(2, "aggregated", &|n| with(fresh("", n), "eventCategory", "Aggregated"));
    add(8, "network_activity", &|n| {
        with(with(fresh("X", n), "eventCategory", "NetworkActivity"), "eventType", "AwsVpceEvents")
    });
    add(9, "malformed", &|n| with(fresh("Broken", n), "eventTime", "yesterday"));
    add(1, "ahead", &|_| call(end + TimeDelta::days(40), "ec2", "RunInstances", "ahead"));
    // Records of early versions say neither category nor whether they read.
    let old = |name, n| {
        let record = with(fresh(name, n), "readOnly", Value::Null);
        with(with(record, "eventCategory", Value::Null), "managementEvent", Value::Null)
    };
    add(10, "counted", &|n| old("CreateVolume", n));
    add(12, "not_selected", &|n| old("DescribeVolumes", n));
    records
}

#[test]
fn every_record_ends_in_the_number_it_belongs_to() {
    let records = of_every_kind();
    let folder = Folder::new();
    // All in one file, so that nothing is late.
    let all: Vec<Value> = records.iter().map(|(_, record)| record.clone()).collect();
    folder.file("all.json.gz", gzip(log(&all)));
    for command in ["replay", "count"] {
        let run = insights(&[&command, &folder.path()]).exited(3);
        for name in ENDS {
            let wanted = records.iter().filter(|(ends_in, _)| *ends_in == name).count();
            assert_eq!(run.number(name), wanted as u64, "{name}: {}", run.summary);
        }
        assert_eq!(run.number("records"), records.len() as u64);
        assert_eq!(run.number("inferred"), 22);
        adds_up(&run);
        assert!(run.stderr.contains("inferred  22 records"), "{}", run.stderr);
    }
}

#[test]
fn nothing_gets_lost_in_a_dated_archive_either() {
    let records = of_every_kind();
    let mut archive = Archive::default();
    let mut late = 0;
    for (number, (ends_in, record)) in records.iter().enumerate() {
        let event = record["eventTime"].as_str().unwrap().parse();
        let event = event.unwrap_or(at("2026-03-04T00:00:00Z"));
        // Some come three days after their time.
        let delay = if *ends_in == "counted" && number % 5 == 0 {
            late += 1;
            TimeDelta::days(3)
        } else {
            TimeDelta::minutes(5)
        };
        let key = key(record, event + delay, &number.to_string());
        archive.0.insert(key, vec![record.clone()]);
    }
    let run = insights(&[&"replay", &archive.write().path()]).exited(3);
    adds_up(&run);
    assert_eq!(run.number("records"), records.len() as u64);
    assert!(run.number("late") > 0 && run.number("late") <= late + 18, "{}", run.summary);
}

#[test]
fn numbers_add_up_under_every_filter() {
    let every = Folder::new();
    let all: Vec<Value> = of_every_kind().into_iter().map(|(_, record)| record).collect();
    every.file("all.json", log(&all));
    for filter in [
        ["--event-name", "RunInstances"],
        ["--category", "data"],
        ["--account", "999999999999"],
        ["--from", "2026-03-04"],
        ["--to", "2026-03-04"],
        ["--type", "error-rate"],
        ["--include-reads", "--quiet"],
    ] {
        for archive in [every.path().to_owned(), demo()] {
            let run = insights(&[&"replay", &archive, &filter[0], &filter[1]]);
            adds_up(&run);
            assert_eq!(
                run.number("ahead"),
                u64::from(archive == every.path() && filter[0] != "--to"),
                "{filter:?}"
            );
        }
    }
}

#[test]
fn other_files_of_cloudtrail_are_passed_over_by_name_or_content() {
    let folder = Folder::new();
    let records = steady(at("2026-03-02T00:00:00Z"), "RunInstances", 3);
    folder.file("logs/a.json", log(&records));
    let digest = json!({"awsAccountId": "111122223333", "digestStartTime": "2026-03-02T00:00:00Z",
        "digestEndTime": "2026-03-02T01:00:00Z", "digestS3Object": "x", "logFiles": []});
    folder.file("logs/digest.json", digest.to_string());
    let day = "eu-west-1/2026/03/02";
    for kind in ["Digest", "Insight", "Aggregated", "NetworkActivity"] {
        let base = format!("AWSLogs/111122223333/CloudTrail-{kind}/{day}");
        folder.file(format!("{base}/x.json.gz"), gzip(log(&records)));
    }
    for service in ["Config", "elasticloadbalancing"] {
        folder.file(format!("AWSLogs/111122223333/{service}/{day}/x.json.gz"), "what is this");
    }
    folder.file("labels.csv", "x");
    let run = insights(&[&"replay", &folder.path()]).exited(0);
    assert_eq!(run.summary["skipped_files"]["folders"], 2);
    assert_eq!((run.number("files"), run.number("records"), run.number("digests")), (2, 3, 1));
    for kind in ["digest", "insight", "aggregated", "network_activity", "other"] {
        assert_eq!(run.summary["skipped_files"][kind], 1, "{kind}");
    }
    adds_up(&run);
}

#[test]
fn our_own_insights_are_known_for_what_they_are() {
    let folder = Folder::new();
    let demo = insights(&[&"replay", &demo()]).exited(0);
    folder.file("insights.jsonl", &demo.stdout);
    let run = insights(&[&"replay", &folder.path()]).exited(0);
    assert_eq!((run.number("insight_records"), run.number("records")), (12, 12));
    assert_eq!(run.stdout, "");
}

#[test]
fn the_span_of_the_summary_is_that_of_the_calls() {
    let archive = Archive::read(&demo());
    let times: Vec<_> = archive.records().map(time).collect();
    let run = insights(&[&"replay", &demo()]).exited(0);
    let minute =
        |time: chrono::DateTime<chrono::Utc>| time.format("%Y-%m-%dT%H:%M:00Z").to_string();
    assert_eq!(run.summary["first"], minute(*times.iter().min().unwrap()));
    let end = *times.iter().max().unwrap() + TimeDelta::minutes(1);
    assert_eq!(run.summary["end"], minute(end));
    assert_eq!(run.number("records"), times.len() as u64);
    assert_eq!(run.number("files"), archive.0.len() as u64);
}
