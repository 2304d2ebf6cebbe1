//! `insights score`: against labels, and against other Insights.

use std::{env, fmt::Write, path::PathBuf};

use serde_json::{Value, json};

use crate::{
    archive::demo,
    folder::Folder,
    program::{Run, insights},
};

const HEADER: &str =
    "insight_type,account_id,aws_region,event_source,event_name,error_code,start,end";

/// Returns the figures of a score.
#[track_caller]
fn figures(run: &Run) -> Value {
    serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {}", run.stdout))
}

/// Returns a record of a Start or an End, in minutes after noon.
fn record(state: &str, id: &str, name: &str, minute: u32, average: f64) -> Value {
    json!({
        "eventVersion": "1.09",
        "eventTime": format!("2026-03-10T{:02}:{:02}:00Z", 12 + minute / 60, minute % 60),
        "awsRegion": "eu-west-1",
        "eventID": format!("{id}-{state}"),
        "eventType": "AwsCloudTrailInsight",
        "recipientAccountId": "111122223333",
        "sharedEventID": id,
        "insightDetails": {
            "state": state,
            "eventSource": "ec2.amazonaws.com",
            "eventName": name,
            "insightType": "ApiCallRateInsight",
            "insightContext": {
                "statistics": {
                    "baseline": {"average": 0.5},
                    "insight": {"average": average},
                    "insightDuration": 5,
                },
                "attributions": [
                    {"attribute": "userAgent", "insight": [{"value": name, "average": 1}],
                     "baseline": []},
                ],
            },
        },
        "eventCategory": "Insight",
    })
}

fn lines(records: &[Value]) -> String {
    records.iter().fold(String::new(), |mut text, record| {
        let _ = writeln!(text, "{record}");
        text
    })
}

/// Returns a label of a call rate, in minutes after noon.
fn label(name: &str, start: u32, end: u32, class: &str) -> String {
    let time = |at: u32| format!("2026-03-10T{:02}:{:02}:00Z", 12 + at / 60, at % 60);
    let series = format!("111122223333,eu-west-1,ec2.amazonaws.com,{name},");
    format!("ApiCallRateInsight,{series},{},{},{class}\n", time(start), time(end))
}

#[test]
fn the_demo_scores_full_marks_in_every_format_that_can_be_read_back() {
    let folder = Folder::new();
    let labels = demo().join("labels.csv");
    for format in ["jsonl", "json", "csv", "eventbridge", "lake"] {
        let told = folder.join(format);
        insights(&[&"replay", &demo(), &"--explain", &"--format", &format, &"-o", &told]).exited(0);
        let run = insights(&[&"score", &told, &"--labels", &labels, &"--format", &"json"]);
        let run = run.exited(0);
        let figures = figures(&run);
        let number = |name: &str| figures[name].as_f64();
        for (name, expected) in [
            ("labels", 6.0),
            ("found", 6.0),
            ("recall", 1.0),
            ("precision", 1.0),
            ("f1", 1.0),
            ("false", 0.0),
            ("again", 0.0),
            ("account_days", 2.0),
            ("false_per_account_day", 0.0),
            ("delay_median_minutes", 5.0),
            ("delay_p95_minutes", 61.0),
            ("end_error_p95_minutes", 0.0),
        ] {
            assert_eq!(number(name), Some(expected), "{format}: {name}");
        }
        assert_eq!(figures["rows"].as_array().unwrap().len(), 6, "{format}");
        assert_eq!((run.number("starts"), run.number("ends")), (6, 6));
    }
}

#[test]
fn an_insight_that_does_not_say_when_it_was_known_has_no_delay() {
    let folder = Folder::new();
    let tree = folder.join("tree");
    insights(&[&"replay", &demo(), &"--output-tree", &tree]).exited(0);
    let labels = demo().join("labels.csv");
    let run = insights(&[&"score", &tree, &"--labels", &labels]).exited(0);
    assert!(run.stdout.contains("recall           100.0 %, 6 of 6 labels"), "{}", run.stdout);
    let untold = "delay of Start   not told (when they became known is not told by 6 of them)";
    assert!(run.stdout.contains(untold), "{}", run.stdout);
}

#[test]
fn what_is_missed_false_or_told_again_is_told_by_name_and_class() {
    let folder = Folder::new();
    let labels = folder.file(
        "labels.csv",
        format!(
            "{HEADER},class\n{}{}{}",
            label("A", 0, 20, "spike"),
            label("A", 200, 220, "spike"),
            label("B", 100, 130, "ramp"),
        ),
    );
    let told = folder.file(
        "told.jsonl",
        lines(&[
            record("Start", "1", "A", 2, 9.0),
            record("End", "1", "A", 12, 9.0),
            record("Start", "2", "A", 25, 9.0),
            // An End whose Start was before the log, and a Start that goes on.
            record("End", "3", "B", 120, 9.0),
            record("Start", "4", "C", 50, 9.0),
        ]),
    );
    let run = insights(&[&"score", &told, &"--labels", &labels]).exited(0);
    for line in [
        "recall           66.7 %, 2 of 3 labels",
        "precision        66.7 %",
        "F1               0.667",
        "Insights         4: 2 found a label, 1 told again, 1 false",
        "false Insights   1.000 an account-day",
        "error of End     median 8 min, 95 % within 10 min",
        "ramp        1      1  100.0 %",
        "spike       2      1   50.0 %",
        "  2026-03-10T15:20:00Z to 2026-03-10T15:40:00Z  111122223333/eu-west-1/ec2.amazonaws.com:A  spike",
        "  2026-03-10T12:50:00Z to no end  111122223333/eu-west-1/ec2.amazonaws.com:C",
    ] {
        assert!(run.stdout.contains(line), "{line}\n{}", run.stdout);
    }
    let csv = insights(&[&"score", &told, &"--labels", &labels, &"--format", &"csv"]).exited(0);
    let outcomes: Vec<&str> =
        csv.stdout.lines().skip(1).filter_map(|line| line.split(',').next()).collect();
    assert_eq!(outcomes, ["found", "again", "false", "found", "missed"]);

    // Half of it: what lies outside counts for nothing.
    let from = [&"--from" as &dyn AsRef<_>, &"2026-03-10T13:00:00Z"];
    let to = [&"--to" as &dyn AsRef<_>, &"2026-03-11T01:00:00Z"];
    let mut args: Vec<&dyn AsRef<std::ffi::OsStr>> =
        vec![&"score", &told, &"--labels", &labels, &"--format", &"json"];
    args.extend(from.into_iter().chain(to));
    let run = insights(&args).exited(0);
    let figures = figures(&run);
    assert_eq!((&figures["labels"], &figures["found"]), (&json!(2), &json!(1)));
    assert_eq!((&figures["false"], &figures["again"]), (&json!(0), &json!(0)));
    assert_eq!(figures["account_days"], json!(0.5));
    assert!(
        run.stderr.contains("begin outside the span that is scored: 1 labels"),
        "{}",
        run.stderr
    );
}

#[test]
fn the_tolerance_says_how_near_is_near() {
    let folder = Folder::new();
    let labels = folder.file("l.csv", format!("{HEADER},class\n{}", label("A", 60, 70, "x")));
    let records = [record("Start", "1", "A", 80, 9.0), record("End", "1", "A", 90, 9.0)];
    let told = folder.file("told.jsonl", lines(&records));
    for (tolerance, found) in [("10m", 1), ("9m", 0)] {
        let run = insights(&[
            &"score",
            &told,
            &"--labels",
            &labels,
            &"--tolerance",
            &tolerance,
            &"--format",
            &"json",
        ]);
        assert_eq!(figures(&run.exited(0))["found"], json!(found), "{tolerance}");
    }
}

#[test]
fn labels_that_make_no_sense_are_told_by_file_line_and_column() {
    let folder = Folder::new();
    let told = folder.file("told.jsonl", lines(&[record("Start", "1", "A", 2, 9.0)]));
    let good = format!("{HEADER},class\n{}", label("A", 0, 20, "x"));
    for (text, message) in [
        (
            good.replace("event_name", "event_nane"),
            "labels.csv: line 1, column \"event_nane\": labels have no such column, did you mean \
             \"event_name\"?",
        ),
        (
            good.replace("2026-03-10T12:00:00Z", "yesterday"),
            "labels.csv: line 2, column start: \"yesterday\" is no time",
        ),
        (
            good.replace("2026-03-10T12:20:00Z", "2026-03-10T11:20:00Z"),
            "labels.csv: line 2, column end: 2026-03-10T11:20:00Z is not after the start",
        ),
        (
            format!("{good}{}", label("A", 10, 30, "x")),
            "labels.csv: line 3, column start: overlaps the label of line 2",
        ),
        (format!("{HEADER}\n"), "labels.csv: holds no labels"),
        (
            good.replace("111122223333", "999999999999"),
            "labels.csv: labels and Insights have no account in common: the labels are of account \
             999999999999",
        ),
        (
            good.replace("2026-03-10", "2025-03-10"),
            "labels.csv: labels and Insights have no time in common: the labels are of account \
             111122223333 from 2025-03-10T12:00:00Z to 2025-03-10T12:20:00Z",
        ),
    ] {
        let labels = folder.file("labels.csv", text);
        let run = insights(&[&"score", &told, &"--labels", &labels]).exited(2);
        assert!(run.stderr.contains(message), "{message}\n{}", run.stderr);
        assert_eq!(run.stdout, "");
    }
    let labels = folder.file("labels.csv", good);
    let run = insights(&[&"score", &told, &"--labels", &labels, &"--from", &"2026-03-11"]);
    let run = run.exited(2);
    assert!(run.stderr.contains("holds no minute"), "{}", run.stderr);
    let run = insights(&[
        &"score",
        &told,
        &"--labels",
        &labels,
        &"--from",
        &"2026-03-11",
        &"--to",
        &"2026-03-12",
    ]);
    assert!(run.exited(2).stderr.contains("no label begins from 2026-03-11"));
}

#[test]
fn what_holds_no_insights_is_an_error_and_what_holds_nothing_is_a_recall_of_zero() {
    let folder = Folder::new();
    let labels = folder.file("l.csv", format!("{HEADER},class\n{}", label("A", 0, 20, "x")));
    let calls = insights(&[&"score", &demo(), &"--labels", &labels]).exited(4);
    assert!(calls.stderr.contains("records is an Insights event"), "{}", calls.stderr);
    let none = folder.join("none.json");
    insights(&[&"score", &none, &"--labels", &labels]).exited(4);
    insights(&[&"score", &labels, &"--labels", &none]).exited(4);
    let empty = folder.file("empty.jsonl", "");
    let run = insights(&[&"score", &empty, &"--labels", &labels]).exited(0);
    assert!(run.stdout.contains("recall           0.0 %, 0 of 1 labels"), "{}", run.stdout);
    // Damage is told, and what is sound is used.
    let records = lines(&[record("Start", "1", "A", 2, 9.0)]);
    let broken = records.replace("\"eventName\":\"A\",", "");
    let damaged = folder.file("damaged.jsonl", format!("{broken}{records}oops\n"));
    let run = insights(&[&"score", &damaged, &"--labels", &labels]).exited(3);
    assert!(run.stderr.contains("record 1: is no usable Insights event: missing field"));
    assert!(run.stdout.contains("1 of 1 labels"), "{}", run.stdout);
    insights(&[&"score", &damaged, &"--labels", &labels, &"--strict"]).exited(4);
}

#[test]
fn nothing_that_is_read_is_overwritten() {
    let folder = Folder::new();
    let told = folder.file("told.jsonl", lines(&[record("Start", "1", "A", 2, 9.0)]));
    let labels = folder.file("l.csv", format!("{HEADER},class\n{}", label("A", 0, 20, "x")));
    let run = insights(&[&"score", &told, &"--labels", &labels, &"-o", &told]).exited(2);
    assert!(run.stderr.contains("is one of the inputs"), "{}", run.stderr);
    let run = insights(&[&"score", &told, &"--labels", &labels, &"-o", &labels]).exited(2);
    assert!(run.stderr.contains("is one of the inputs"), "{}", run.stderr);
    let out = folder.join("out.txt");
    let run = insights(&[&"score", &told, &"--labels", &labels, &"-o", &out]).exited(0);
    assert_eq!(run.stdout, "");
    assert!(std::fs::read_to_string(out).unwrap().starts_with("scored "));
}

#[test]
fn insights_of_cloudtrail_are_matched_one_to_one_however_they_are_packed() {
    let folder = Folder::new();
    let ours = lines(&[
        record("Start", "1", "A", 2, 8.0),
        record("End", "1", "A", 22, 10.0),
        record("Start", "2", "B", 40, 9.0),
        record("Start", "3", "D", 40, 9.0),
        record("End", "3", "D", 50, 9.0),
    ]);
    let theirs = [
        record("Start", "x", "A", 0, 10.0),
        record("End", "x", "A", 25, 10.0),
        record("Start", "y", "C", 40, 9.0),
        record("Start", "z", "D", 70, 9.0),
    ];
    let strings: Vec<Value> = theirs
        .iter()
        .map(|record| json!({"EventId": "e", "CloudTrailEvent": record.to_string()}))
        .collect();
    let ours = folder.file("ours.jsonl", ours);
    let key = "AWSLogs/111122223333/CloudTrail-Insight/eu-west-1/2026/03/10/111122223333_CloudTrail-Insight_eu-west-1_20260310T1205Z_a.json";
    folder.file(PathBuf::from("bucket").join(key), json!({"Records": theirs}).to_string());
    let packed = [
        folder.file("lines.jsonl", lines(&theirs)),
        folder.file("lookup.json", json!({"Events": strings}).to_string()),
        folder.join("bucket"),
    ];
    for aws in packed {
        let run = insights(&[&"score", &ours, &"--aws", &aws, &"--format", &"json"]).exited(0);
        let figures = figures(&run);
        assert_eq!(
            (&figures["both"], &figures["only_aws"], &figures["only_ours"]),
            (&json!(1), &json!(2), &json!(2)),
            "{figures:#}"
        );
        let difference = |name: &str| figures[name]["median"].clone();
        assert_eq!(difference("start_difference_minutes"), json!(2));
        assert_eq!(difference("end_difference_minutes"), json!(-3));
        assert!((difference("start_average").as_f64().unwrap() - 0.2).abs() < 1e-12);
        assert_eq!(difference("end_average"), json!(0.0));
        assert_eq!(figures["attributions"][0]["same_top"], json!(1));
        let outcomes: Vec<&str> = figures["rows"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|row| row["outcome"].as_str())
            .collect();
        assert_eq!(outcomes, ["both", "only-aws", "only-ours", "only-ours", "only-aws"]);
    }
    let table = insights(&[&"score", &ours, &"--aws", &folder.join("bucket")]).exited(0);
    for line in [
        "found by both      1, 33.3 % of AWS's",
        "our Start later    median +2 min, from +2 to +2 (pairs: 1)",
        "userAgent          same first value in 1 of 1, 100.0 % of all values shared",
        "only by AWS\n  2026-03-10T12:40:00Z to unknown  111122223333/eu-west-1/ec2.amazonaws.com:C",
    ] {
        assert!(table.stdout.contains(line), "{line}\n{}", table.stdout);
    }
    // Twenty minutes apart is not the same, unless it is said to be.
    let wide = insights(&[
        &"score",
        &ours,
        &"--aws",
        &folder.join("lines.jsonl"),
        &"--tolerance",
        &"20",
        &"--format",
        &"json",
    ]);
    assert_eq!(figures(&wide.exited(0))["both"], json!(2));
}

#[test]
fn a_score_needs_one_truth() {
    let folder = Folder::new();
    let told = folder.file("told.jsonl", lines(&[record("Start", "1", "A", 2, 9.0)]));
    insights(&[&"score", &told]).exited(2);
    insights(&[&"score", &told, &"--aws", &told, &"--labels", &told]).exited(2);
    insights(&[&"score", &"s3://bucket/x", &"--aws", &told]).exited(2);
    insights(&[&"score", &told, &"--aws", &told, &"--from", &"noon"]).exited(2);
    insights(&[&"score", &told, &"--aws", &told, &"--tolerance", &"soon"]).exited(2);
}

#[test]
fn genuine_records_of_every_age_are_matched_with_themselves() {
    let Some(root) = env::var_os("INSIGHTS_REAL_DATA").map(PathBuf::from) else {
        println!("skipped: INSIGHTS_REAL_DATA is not set");
        return;
    };
    let examples = root.join("insight_examples");
    // One of them lacks its envelope, one is broken JSON, and three repeat records of others.
    let run = insights(&[&"score", &examples, &"--aws", &examples, &"--format", &"json"]).exited(3);
    let itself = figures(&run);
    assert_eq!((&itself["both"], &itself["only_aws"]), (&json!(16), &json!(0)));
    assert_eq!(itself["start_difference_minutes"]["greatest"], json!(0));
    assert!(run.stderr.contains("24 Insights events, 16 episodes, 3 repeat others"));
    for set in ["elastic-beats-insight-and-digest", "streamalert-insight", "sekoia-intake-tests"] {
        let path = root.join("cloudtrail").join(set);
        let run = insights(&[&"score", &examples, &"--aws", &path, &"--format", &"json"]);
        let figures = figures(&run);
        assert_eq!((run.code, &figures["both"]), (3, &json!(1)), "{set}: {}", run.stderr);
        assert_eq!(figures["only_aws"], json!(0), "{set}");
    }
}
