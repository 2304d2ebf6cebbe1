//! What the formats look like, and what hostile logs cannot make of them.

use std::fs;

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::{
    archive::{at, call, demo, log, steady, with},
    folder::Folder,
    program::{Run, insights},
};

/// Returns a log with one episode, all of whose texts are `hostile`.
pub(crate) fn hostile_log(hostile: &str) -> Folder {
    let start = at("2026-03-02T00:00:00Z");
    let mut records = steady(start, "CreateTags", 2_000);
    for number in 0..200_i32 {
        let time = start + TimeDelta::minutes(1_800) + TimeDelta::seconds(i64::from(number));
        let mut record = call(time, "ec2", hostile, &number.to_string());
        record["eventSource"] = hostile.into();
        record["userIdentity"] = json!({ "arn": hostile });
        for field in ["userAgent", "errorCode", "recipientAccountId", "awsRegion"] {
            record[field] = hostile.into();
        }
        records.push(record);
    }
    // The other log of the archive must live at the time of the burst.
    let early = with(records[0].clone(), "eventID", "early");
    let early = with(with(early, "recipientAccountId", hostile), "awsRegion", hostile);
    records.push(early);
    let folder = Folder::new();
    folder.file("a.json", log(&records));
    folder
}

fn formatted(folder: &Folder, format: &str) -> Run {
    insights(&[&"replay", &folder.path(), &"--format", &format]).exited(0)
}

#[test]
fn lines_have_the_keys_of_cloudtrail_in_its_order() {
    let run = insights(&[&"replay", &demo()]).exited(0);
    assert_eq!(run.stdout.lines().count(), 12);
    for line in run.stdout.lines() {
        let record: Value = serde_json::from_str(line).unwrap();
        let mut keys = vec![
            "eventVersion",
            "eventTime",
            "awsRegion",
            "eventID",
            "eventType",
            "recipientAccountId",
            "sharedEventID",
            "insightDetails",
            "state",
            "eventSource",
            "eventName",
            "insightType",
        ];
        if record["insightDetails"]["insightType"] == "ApiErrorRateInsight" {
            keys.push("errorCode");
        }
        keys.extend([
            "sourceEventCategory",
            "insightContext",
            "statistics",
            "baseline",
            "insight",
            "insightDuration",
            "baselineDuration",
            "attributions",
        ]);
        let mut from = 0;
        for key in keys {
            let quoted = format!("\"{key}\":");
            let found = line[from..].find(&quoted);
            from += found.unwrap_or_else(|| panic!("no {key} after byte {from} of {line}"));
        }
        assert!(line.ends_with("\"eventCategory\":\"Insight\"}"), "{line}");
        assert_eq!(record["eventType"], "AwsCloudTrailInsight");
        assert_eq!(record["eventVersion"], "1.09");
        assert_eq!(record.as_object().unwrap().len(), 9);
        assert!(!line.contains("null,") && !line.contains("explanation"), "{line}");
    }
}

#[test]
fn options_change_the_records_as_they_say() {
    let run = insights(&[&"replay", &demo(), &"--event-version", &"1.08", &"--explain"]).exited(0);
    for record in run.insights() {
        assert_eq!(record["eventVersion"], "1.08");
        let why = &record["insightDetails"]["explanation"];
        assert!(why["score"].as_f64().unwrap() >= why["threshold"].as_f64().unwrap(), "{why}");
    }
    assert_eq!(run.insights().len(), 12);
}

#[test]
fn an_event_of_eventbridge_is_an_envelope_around_the_record() {
    let options: [&dyn AsRef<std::ffi::OsStr>; 3] = [&"replay", &demo(), &"--explain"];
    let records = insights(&options).exited(0).insights();
    let run = insights(&[&options[..], &[&"--format", &"eventbridge"]].concat()).exited(0);
    let mut ids = std::collections::BTreeSet::new();
    for (event, record) in run.insights().iter().zip(&records) {
        assert_eq!(event["detail"], *record);
        assert_eq!(event["version"], "0");
        assert_eq!(event["source"], "aws.cloudtrail");
        assert_eq!(event["detail-type"], "AWS Insight via CloudTrail");
        assert_eq!(event["account"], record["recipientAccountId"]);
        assert_eq!(event["region"], record["awsRegion"]);
        assert_eq!(event["time"], record["eventTime"]);
        assert_eq!(event["resources"], json!([]));
        assert_eq!(event.as_object().unwrap().len(), 9);
        let id = event["id"].as_str().unwrap();
        assert!(id.len() == 36 && id != record["eventID"], "{id}");
        ids.insert(id.to_owned());
    }
    assert_eq!(ids.len(), 12);
}

#[test]
fn a_record_of_the_lake_is_flat() {
    let arn = "arn:aws:cloudtrail:us-east-1:111122223333:eventdatastore/EXAMPLE";
    let options: [&dyn AsRef<std::ffi::OsStr>; 5] =
        [&"replay", &demo(), &"--explain", &"--insight-source", &arn];
    let records = insights(&options).exited(0).insights();
    let run = insights(&[&options[..], &[&"--format", &"lake"]].concat()).exited(0);
    let flats = run.insights();
    assert_eq!(flats.len(), 12);
    for (flat, record) in flats.iter().zip(&records) {
        let details = &record["insightDetails"];
        assert_eq!(details["insightSource"], arn);
        for name in [
            "eventVersion",
            "eventCategory",
            "eventType",
            "eventID",
            "eventTime",
            "awsRegion",
            "recipientAccountId",
            "sharedEventID",
        ] {
            assert!(flat[name].is_string() && flat[name] == record[name], "{name}: {flat}");
        }
        for (name, nested) in [
            ("insightSource", "insightSource"),
            ("insightState", "state"),
            ("insightEventSource", "eventSource"),
            ("insightEventName", "eventName"),
            ("insightErrorCode", "errorCode"),
            ("insightType", "insightType"),
            ("explanation", "explanation"),
        ] {
            assert_eq!(flat[name], details[nested], "{name}");
        }
        let (context, nested) = (&flat["insightContext"], &details["insightContext"]);
        let numbers = &nested["statistics"];
        assert_eq!(context["baselineAverage"], numbers["baseline"]["average"]);
        assert_eq!(context["insightAverage"], numbers["insight"]["average"]);
        assert_eq!(context["baselineDuration"], numbers["baselineDuration"]);
        assert_eq!(context["insightDuration"], numbers["insightDuration"]);
        assert_eq!(context["attributions"], nested["attributions"]);
        assert!(flat["explanation"]["score"].is_f64() && flat["insightDetails"].is_null());
    }
    assert!(flats.iter().any(|flat| flat["insightErrorCode"] == "AccessDeniedException"));
    // It is there even if nothing is known of it.
    let run = insights(&[&"replay", &demo(), &"--format", &"lake"]).exited(0);
    assert!(run.insights().iter().all(|flat| flat["insightSource"] == ""));
}

#[test]
fn json_is_a_log_file_also_without_insights() {
    let folder = Folder::new();
    folder.file("a.json", log(&steady(at("2026-03-02T00:00:00Z"), "CreateTags", 5)));
    let none: Value = serde_json::from_str(&formatted(&folder, "json").stdout).unwrap();
    assert_eq!(none, json!({"Records": []}));
    folder.file("a.json", "{\"Records\":[]}");
    let none: Value = serde_json::from_str(&formatted(&folder, "json").stdout).unwrap();
    assert_eq!(none, json!({"Records": []}));
    let run = insights(&[&"replay", &demo(), &"--format", &"json"]).exited(0);
    let some: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(some["Records"].as_array().unwrap().len(), 12);
    assert_eq!(some.as_object().unwrap().len(), 1);
}

#[test]
fn csv_says_what_the_records_say() {
    let records = insights(&[&"replay", &demo()]).exited(0).insights();
    let run = insights(&[&"replay", &demo(), &"--format", &"csv"]).exited(0);
    let mut csv = csv::Reader::from_reader(run.stdout.as_bytes());
    let header = csv.headers().unwrap().clone();
    let rows: Vec<_> = csv.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), records.len());
    for (row, record) in rows.iter().zip(&records) {
        let cell = |name| &row[header.iter().position(|found| found == name).unwrap()];
        let details = &record["insightDetails"];
        let numbers = &details["insightContext"]["statistics"];
        for (name, value) in [
            ("state", &details["state"]),
            ("event_time", &record["eventTime"]),
            ("insight_type", &details["insightType"]),
            ("account_id", &record["recipientAccountId"]),
            ("aws_region", &record["awsRegion"]),
            ("event_source", &details["eventSource"]),
            ("event_name", &details["eventName"]),
            ("event_category", &details["sourceEventCategory"]),
            ("shared_event_id", &record["sharedEventID"]),
            ("event_id", &record["eventID"]),
        ] {
            assert_eq!(cell(name), value.as_str().unwrap(), "{name}");
        }
        assert_eq!(cell("error_code"), details["errorCode"].as_str().unwrap_or_default());
        for (name, value) in [
            ("baseline_average", &numbers["baseline"]["average"]),
            ("insight_average", &numbers["insight"]["average"]),
            ("baseline_minutes", &numbers["baselineDuration"]),
            ("insight_minutes", &numbers["insightDuration"]),
        ] {
            let number: f64 = cell(name).parse().unwrap();
            assert!((number - value.as_f64().unwrap()).abs() < 1e-12, "{name}");
        }
    }
    let empty = Folder::new();
    empty.file("a.json", "{\"Records\":[]}");
    assert!(formatted(&empty, "csv").stdout.starts_with("state,event_time,"));
}

/// What a spreadsheet would run, or take for the beginning of something to run.
const FORMULAS: [&str; 10] = [
    "=cmd|' /C calc'!A0",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "  =1+1",
    "\u{a0}@SUM(A1)",
    "＝1+1",
];

#[test]
fn counts_keep_names_that_look_like_formulas() {
    for hostile in FORMULAS {
        let archive = hostile_log(hostile);
        let replay = formatted(&archive, "jsonl");
        assert!(replay.number("starts") >= 2, "{}", replay.stderr);
        let folder = Folder::new();
        let csv = folder.join("counts.csv");
        insights(&[&"count", &archive.path(), &"-o", &csv]).exited(0);
        assert_eq!(insights(&[&"detect", &csv]).exited(0).stdout, replay.stdout, "{hostile:?}");
    }
}

#[test]
fn no_cell_of_a_csv_is_a_formula() {
    for hostile in FORMULAS {
        let run = formatted(&hostile_log(hostile), "csv");
        assert!(run.number("starts") >= 2, "{}", run.stderr);
        let mut csv = csv::Reader::from_reader(run.stdout.as_bytes());
        let mut cells = 0;
        for row in csv.records() {
            for cell in &row.unwrap() {
                let number = cell.parse::<f64>().is_ok();
                let seen = cell.trim_start();
                let formula = seen.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']);
                assert!(!formula || number && cell != hostile, "{cell:?}");
                cells += usize::from(cell == format!("'{hostile}"));
            }
        }
        assert!(cells >= 12, "{hostile:?} is in {cells} cells of {}", run.stdout);
    }
}

#[test]
fn a_table_has_one_line_an_episode() {
    let run = insights(&[&"replay", &demo(), &"--format", &"table"]).exited(0);
    let lines: Vec<&str> = run.stdout.lines().collect();
    // A header, the episodes, and a line that says what the numbers are.
    assert_eq!(lines.len(), 1 + 6 + 1, "{}", run.stdout);
    assert!(lines[0].contains("baseline") && lines[7].contains("a minute"));
    for (line, part) in lines[1..].iter().zip([
        "2026-03-10 02:34",
        "2026-03-10 07:30",
        "2026-03-10 16:58",
        "2026-03-10 23:54",
        "2026-03-11 06:06",
        "2026-03-11 13:34",
    ]) {
        assert!(line.contains(part), "{line}");
    }
    assert!(lines[1].contains("iam:CreateAccessKey") && lines[1].contains("10m"));
    assert!(lines[6].contains("1h43m"), "{}", lines[6]);

    let empty = Folder::new();
    empty.file("a.json", "{\"Records\":[]}");
    assert_eq!(formatted(&empty, "table").stdout.lines().count(), 1);
}

#[test]
fn hostile_texts_reach_no_terminal() {
    for hostile in [
        "\u{1b}[2J\u{1b}[31mred",
        "two\nlines\r\nand\ttabs",
        "\u{9b}31m\u{7f}\u{0}",
        "\u{2028}\u{85}\u{c}\u{b}",
    ] {
        let run = formatted(&hostile_log(hostile), "table");
        let episodes = usize::try_from(run.number("starts")).unwrap();
        assert!(episodes >= 2, "{}", run.stderr);
        assert_eq!(run.stdout.lines().count(), episodes + 2, "{}", run.stdout);
        let harmless = |text: &str| text.chars().all(|c| c == '\n' || !c.is_control());
        assert!(harmless(&run.stdout), "{:?}", run.stdout);
        assert!(harmless(&run.stderr), "{:?}", run.stderr);

        // The other formats keep the text.
        let run = formatted(&hostile_log(hostile), "jsonl");
        let records = run.insights();
        assert_eq!(records[0]["insightDetails"]["eventName"], hostile);
        assert!(!run.stdout.contains('\u{1b}'), "JSON escapes what controls a terminal");
        let run = formatted(&hostile_log(hostile), "csv");
        assert_eq!(
            csv::Reader::from_reader(run.stdout.as_bytes()).records().count(),
            records.len()
        );
    }
}

#[test]
fn messages_about_hostile_input_are_lines_of_harmless_text() {
    let folder = Folder::new();
    let record = steady(at("2026-03-02T00:00:00Z"), "CreateTags", 1).remove(0);
    let odd = "\u{1b}[31m\r\nwarning: all is well\u{7}";
    let broken = [
        with(record.clone(), "eventTime", odd),
        with(record.clone(), "eventCategory", odd),
        with(record, "eventTime", "x".repeat(100_000)),
    ];
    folder.file("a.json", log(&broken));
    let run = insights(&[&"replay", &folder.path()]).exited(3);
    assert!(!run.stderr.chars().any(|c| c.is_control() && c != '\n'), "{:?}", run.stderr);
    let warnings = run.stderr.lines().filter(|line| line.starts_with("warning: ")).count();
    assert_eq!(warnings, 3, "{}", run.stderr);
    assert!(run.stderr.len() < 5_000);
}

#[test]
fn results_go_to_stdout_and_all_else_to_stderr() {
    let run = insights(&[&"replay", &demo()]).exited(0);
    assert!(run.stderr.contains("records") && run.stderr.contains("6 episodes"), "{}", run.stderr);
    assert!(!run.stdout.contains("episodes"));
    let quiet = insights(&[&"replay", &demo(), &"--quiet"]).exited(0);
    assert_eq!(quiet.stderr, "");
    assert_eq!(quiet.stdout, run.stdout);
    assert_eq!(quiet.number("starts"), 6);

    // What cannot be read is told all the same.
    let folder = Folder::new();
    let bad = folder.file("bad.json", "oops");
    let quiet = insights(&[&"replay", &demo(), &bad, &"--quiet"]).exited(3);
    assert_eq!(quiet.stderr.lines().count(), 1, "{}", quiet.stderr);
    assert!(quiet.stderr.contains("bad.json"), "{}", quiet.stderr);
}

#[test]
fn the_summary_is_the_same_but_for_the_time() {
    let folder = Folder::new();
    let mut texts = [folder.join("one.json"), folder.join("two.json")].map(|path| {
        insights(&[&"replay", &demo(), &"--quiet"]).exited(0);
        let output = crate::program::command(&[&"replay", &demo(), &"--summary", &path]).output();
        assert!(output.unwrap().status.success());
        serde_json::from_slice::<Value>(&fs::read(path).unwrap()).unwrap()
    });
    for text in &mut texts {
        assert!(text["elapsed"].take().as_f64().unwrap() > 0.0);
    }
    assert_eq!(texts[0], texts[1]);
}
