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
    // Without a terminal a line has 100 columns at most.
    assert!(lines.iter().all(|line| line.chars().count() <= 100), "{}", run.stdout);
    assert!(lines[0].starts_with("2026 (UTC)   lasted  severity  what"), "{}", run.stdout);
    for (line, parts) in lines[1..].iter().zip([
        ["03-10 02:34  10m     medium    iam:CreateAccessKey", "×45k", "user/sandbox-au…"],
        ["03-10 07:30  5m      medium    secretsmanager:GetSecr", "  new", "assumed-role/co"],
        ["03-10 16:58  17m     medium    s3:GetObject", "×1054", "user/legacy-bac…"],
        ["03-10 23:54  20m     low       logs:CreateLogStream", "×714", "assumed-role/no"],
        ["03-11 06:06  9m      medium    ec2:DescribeInstances", "  new", "assumed-role/co"],
        ["03-11 13:34  1h43m   low       ssm:UpdateInstanceInfo", "gone", "assumed-role/fl"],
    ]) {
        assert!(parts.iter().all(|part| line.contains(part)), "{parts:?}: {line}");
    }
    assert!(lines[7].starts_with("Times are UTC. Severity is medium from a score of 6"));
    let legend = lines[7..].join(" ");
    assert!(legend.contains("No room for where, baseline and insight: widen"), "{legend}");

    let empty = Folder::new();
    empty.file("a.json", "{\"Records\":[]}");
    assert_eq!(formatted(&empty, "table").stdout.lines().count(), 1);
}

#[test]
fn the_minutes_around_an_episode_are_drawn_the_same_from_logs_and_from_counts() {
    let run = insights(&[&"replay", &demo(), &"--format", &"table"]).exited(0);
    let plot = |line: &str| line.chars().filter(|c| "·▁▂▃▄▅▆▇█".contains(*c)).collect::<String>();
    let plots: Vec<String> = run.stdout.lines().map(plot).collect();
    // A burst of ten minutes in a series of rare calls, and a fleet that falls silent: of 103
    // minutes 13 are a column, as an episode has half of the columns at most.
    assert!(plots[1].starts_with("····") && plots[1].contains('█'), "{plots:?}");
    assert_eq!(plots[1].chars().count(), 16);
    let around: Vec<usize> = plots[6]
        .char_indices()
        .filter(|(_, c)| *c == '·')
        .map(|(at, _)| plots[6][..at].chars().count())
        .collect();
    assert_eq!(around.len(), 8, "{}", plots[6]);
    assert!(around.windows(2).all(|pair| pair[1] == pair[0] + 1), "{}", plots[6]);

    let folder = Folder::new();
    let csv = folder.join("counts.csv");
    insights(&[&"count", &demo(), &"-o", &csv]).exited(0);
    for threads in ["1", "3"] {
        let detect = [&"detect" as &dyn AsRef<_>, &csv, &"--format", &"table", &"--threads"];
        let counted = insights(&[&detect[..], &[&threads]].concat()).exited(0);
        assert_eq!(counted.stdout, run.stdout);
    }
}

#[test]
fn a_verbose_table_explains_each_line_and_other_formats_refuse_to() {
    let run = insights(&[&"replay", &demo(), &"--format", &"table", &"-v"]).exited(0);
    let text = run.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        text.contains(
            "calls of iam.amazonaws.com:CreateAccessKey, 111122223333 us-east-1: more calls than \
             normal from 2026-03-10 02:34 UTC on."
        ),
        "{text}"
    );
    assert!(text.contains("Most calls are of arn:aws:iam::111122223333:user/sandbox-automation."));
    let id = insights(&[&"replay", &demo()]).insights()[0]["sharedEventID"].clone();
    let id = id.as_str().unwrap().split('-').next().unwrap().to_owned();
    assert!(text.contains(&format!("More: insights explain … --id {id}")), "{id}: {text}");
    insights(&[&"explain", &demo(), &"--id", &id]).exited(0);
    assert!(run.stdout.lines().all(|line| line.chars().count() <= 100), "{}", run.stdout);

    for format in ["jsonl", "json", "csv", "eventbridge", "lake"] {
        let run = insights(&[&"replay", &demo(), &"--format", &format, &"-v"]).exited(2);
        assert!(run.stderr.contains("use --explain") && run.stdout.is_empty(), "{}", run.stderr);
    }
    insights(&[&"replay", &demo(), &"-v"]).exited(2);
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
        let legend = run.stdout.lines().position(|line| line.starts_with("Times are UTC."));
        assert_eq!(legend, Some(episodes + 1), "{}", run.stdout);
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
