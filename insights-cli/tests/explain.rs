//! Explanations agree with what is reported, say why where nothing is, and print the records.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use serde_json::Value;

use crate::{
    archive::{Archive, at, call, demo, with},
    folder::Folder,
    program::{Run, insights, insights_fed},
};

fn json(run: &Run) -> Value {
    serde_json::from_str(&run.stdout).unwrap()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text"))
}

/// Returns the Starts and the Ends of the demo, each in its order.
fn starts_and_ends() -> [Vec<Value>; 2] {
    let records = insights(&[&"replay", &demo(), &"--explain"]).exited(0).insights();
    ["Start", "End"].map(|state| {
        let of_state = |record: &&Value| record["insightDetails"]["state"] == state;
        records.iter().filter(of_state).cloned().collect()
    })
}

#[test]
fn every_insight_of_the_demo_is_explained_by_what_was_reported_of_it() {
    let [starts, ends] = starts_and_ends();
    assert_eq!((starts.len(), ends.len()), (6, 6));
    for start in &starts {
        let id = &start["sharedEventID"];
        let end = ends.iter().find(|end| end["sharedEventID"] == *id).unwrap();
        let answer = json(
            &insights(&[&"explain", &demo(), &"--id", &text(id), &"--format", &"json"]).exited(0),
        );
        assert_eq!(
            (&answer["fired"], &answer["insight"]["sharedEventId"]),
            (&Value::Bool(true), id)
        );
        let explanation = &start["insightDetails"]["explanation"];
        assert_eq!(&answer["insight"]["explanation"], explanation);
        // The minute that decided it is looked at again, and finds the same.
        let examination = &answer["examination"];
        assert_eq!(
            (&examination["standing"], &examination["minute"]),
            (&"watched".into(), &explanation["detectedAt"])
        );
        let test =
            &examination["tests"][usize::try_from(answer["test"].as_u64().unwrap()).unwrap()];
        assert_eq!((&test["fired"], &test["refusal"]), (&Value::Bool(true), &Value::Null));
        for (of_test, of_insight) in [
            ("windowMinutes", "windowMinutes"),
            ("observed", "observed"),
            ("expected", "expected"),
            ("ordinary", "ordinary"),
            ("score", "score"),
            ("threshold", "threshold"),
            ("alikeExpectedPerDay", "alikeExpectedPerDay"),
        ] {
            assert_eq!(test[of_test], explanation[of_insight], "{of_test} of {id}");
        }
        let statistics = &end["insightDetails"]["insightContext"]["statistics"];
        let comparison = &answer["comparison"];
        assert_eq!(comparison["insightAverage"]["perMinute"], statistics["insight"]["average"]);
        assert_eq!(comparison["baselineAverage"]["perMinute"], statistics["baseline"]["average"]);
        let minutes = answer["minutes"].as_array().unwrap();
        let in_question = minutes.iter().filter(|minute| minute["inQuestion"] == true);
        let calls: u64 = in_question.map(|minute| minute["calls"].as_u64().unwrap()).sum();
        assert_eq!(comparison["insightAverage"]["calls"], calls);
    }
}

#[test]
fn an_insight_is_found_by_the_beginning_of_its_id_and_by_a_minute_of_it() {
    let [starts, _] = starts_and_ends();
    let start = &starts[0];
    let id = text(&start["sharedEventID"]);
    let whole = insights(&[&"explain", &demo(), &"--id", &id]).exited(0);
    assert!(whole.stdout.contains("It fired: more calls than normal"), "{}", whole.stdout);
    assert!(whole.stdout.contains(id), "{}", whole.stdout);
    assert!(whole.stdout.contains("FIRED") && whole.stdout.contains("▀▀"), "{}", whole.stdout);
    let short = insights(&[&"explain", &demo(), &"--id", &id[..8].to_uppercase()]).exited(0);
    assert_eq!(short.stdout, whole.stdout);
    assert_eq!(short.number("starts"), 6);

    let details = &start["insightDetails"];
    let series = format!("{}:{}", text(&details["eventSource"]), text(&details["eventName"]));
    let time = text(&start["eventTime"]);
    let by_minute =
        insights(&[&"explain", &demo(), &"--series", &series, &"--at", &time]).exited(0);
    assert_eq!(by_minute.stdout, whole.stdout);
}

#[test]
fn where_nothing_fired_the_look_that_came_nearest_says_why() {
    let args: [&str; 5] =
        ["--series", "ssm:UpdateInstanceInformation", "--at", "2026-03-09T12:00:00Z", "--format"];
    let [series, name, at, time, format] = args;
    let run =
        insights(&[&"explain", &demo(), &series, &name, &at, &time, &format, &"json"]).exited(0);
    let answer = json(&run);
    assert_eq!((&answer["fired"], &answer["insight"]), (&Value::Bool(false), &Value::Null));
    assert_eq!(answer["looks"]["start"], "2026-03-09T11:55:00Z");
    assert_eq!(answer["looks"]["end"], "2026-03-09T12:21:00Z");
    let examination = &answer["examination"];
    let tests = examination["tests"].as_array().unwrap();
    assert!(tests.len() >= 9, "{tests:?}");
    assert!(tests.iter().all(|test| test["fired"] == false && test["refusal"] != Value::Null));
    assert_eq!(examination["pattern"], "steady");
    let nearest = &tests[usize::try_from(answer["test"].as_u64().unwrap()).unwrap()];
    assert!(nearest["score"].as_f64() < nearest["threshold"].as_f64(), "{nearest}");

    let run = insights(&[&"explain", &demo(), &series, &name, &at, &time]).exited(0);
    assert!(run.stdout.contains("It did not fire around 2026-03-09 12:00 UTC"), "{}", run.stdout);
    assert!(run.stdout.contains("calls a minute from 2026-03-09"), "{}", run.stdout);
    let long = run.stdout.lines().find(|line| line.chars().count() > 100);
    assert_eq!(long, None);
}

#[test]
fn tables_of_counts_explain_as_the_logs_do_but_have_no_records() {
    let folder = Folder::new();
    let csv = folder.join("counts.csv");
    insights(&[&"count", &demo(), &"-o", &csv]).exited(0);
    let [starts, _] = starts_and_ends();
    let id = text(&starts[2]["sharedEventID"]);
    let of = |input: &dyn AsRef<std::ffi::OsStr>| {
        insights(&[&"explain", input, &"--id", &id, &"--format", &"json"]).exited(0).stdout
    };
    assert_eq!(of(&csv), of(&demo()));
    let run = insights(&[&"explain", &csv, &"--id", &id, &"--events"]).exited(2);
    assert!(run.stderr.contains("tables of counts have no records"), "{}", run.stderr);
    let run = insights_fed(&[&"explain", &"-", &"--id", &id, &"--events"], b"").exited(2);
    assert!(run.stderr.contains("stdin"), "{}", run.stderr);
}

#[test]
fn the_records_behind_an_insight_are_printed_once_and_as_they_were_logged() {
    let [starts, ends] = starts_and_ends();
    let archive = Archive::read(&demo());
    let logged: BTreeSet<String> = archive.records().map(Value::to_string).collect();
    for (start, end) in starts.iter().map(|start| {
        let id = &start["sharedEventID"];
        (start, ends.iter().find(|end| end["sharedEventID"] == *id).unwrap())
    }) {
        let id = text(&start["sharedEventID"]);
        let run = insights(&[&"explain", &demo(), &"--id", &id, &"--events"]).exited(0);
        let records: Vec<Value> =
            run.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let statistics = &end["insightDetails"]["insightContext"]["statistics"];
        let calls = statistics["insight"]["average"].as_f64().unwrap()
            * statistics["insightDuration"].as_f64().unwrap();
        assert!((records.len() as f64 - calls).abs() < 1e-3, "{} of {calls}", records.len());
        let details = &start["insightDetails"];
        for record in &records {
            assert!(logged.contains(&record.to_string()), "{record}");
            assert_eq!(record["eventName"], details["eventName"]);
            assert!(record["eventTime"].as_str() >= start["eventTime"].as_str());
            assert!(record["eventTime"].as_str() < end["eventTime"].as_str());
        }
        assert!(records.is_sorted_by_key(|record| text(&record["eventTime"]).to_owned()));
        let ids: BTreeSet<&str> = records.iter().map(|record| text(&record["eventID"])).collect();
        assert_eq!(ids.len(), records.len());
    }
}

/// Returns calls, one in each of so many minutes of a few days, and a burst at their end.
fn records(name: &str) -> Vec<Value> {
    let start = at("2026-03-02T00:00:00Z");
    let usual = (0..3 * 144).map(|i| (start + TimeDelta::minutes(10 * i), i));
    let burst = (0..40).map(|i| (start + TimeDelta::minutes(3 * 1_440 - 20), 1_000 + i));
    usual.chain(burst).map(|(time, i)| call(time, "ec2", name, &format!("{name}{i}"))).collect()
}

#[test]
fn what_wraps_records_does_not_change_what_is_printed() {
    let calls = records("RunInstances");
    let folder = Folder::new();
    let series = ["--series", "ec2:RunInstances", "--at", "2026-03-04T23:41:00Z"];
    let [one, two, three, four] = series;
    let printed = |text: String| {
        let file = folder.file("log.json", text);
        let run = insights(&[&"explain", &file, &one, &two, &three, &four, &"--events"]);
        let run = run.exited(0);
        let lines = run.stdout.lines().map(|line| serde_json::from_str(line).unwrap());
        lines.collect::<Vec<Value>>()
    };
    let plain = printed(serde_json::json!({"Records": calls}).to_string());
    // One of the usual calls is in the minute of the burst.
    assert_eq!(plain.len(), 41);
    assert!(calls.contains(&plain[7]));
    let pretty = serde_json::to_string_pretty(&serde_json::json!({"Records": calls})).unwrap();
    assert_eq!(printed(pretty), plain);
    let events: Vec<Value> = calls
        .iter()
        .map(|call| serde_json::json!({"EventId": call["eventID"], "CloudTrailEvent": call.to_string()}))
        .collect();
    assert_eq!(printed(serde_json::json!({"Events": events}).to_string()), plain);
    let bridge: String = calls
        .iter()
        .map(|call| {
            serde_json::json!({"detail-type": "AWS API Call via CloudTrail", "detail": call})
                .to_string()
                + "\n"
        })
        .collect();
    assert_eq!(printed(bridge), plain);
    // A row of a table is an object of its columns.
    let field = |call: &Value, name: &str| call[name].as_str().unwrap_or_default().to_owned();
    let columns = [
        "eventTime",
        "eventSource",
        "eventName",
        "awsRegion",
        "recipientAccountId",
        "eventID",
        "tls version",
    ];
    let rows = calls.iter().map(|call| columns.map(|name| field(call, name)).join(",") + "\n");
    let table: String = [columns.join(",") + "\n"].into_iter().chain(rows).collect();
    let of_rows = printed(table);
    let ids = |records: &[Value]| {
        records.iter().map(|record| field(record, "eventID")).collect::<Vec<_>>()
    };
    assert_eq!(ids(&of_rows), ids(&plain));
    assert_eq!(of_rows[0].as_object().unwrap().len(), 6, "empty cells are left out");
}

#[test]
fn what_is_not_there_is_told_with_its_cause() {
    let told = |args: &[&str]| {
        let demo = demo();
        let mut all: Vec<&dyn AsRef<std::ffi::OsStr>> = vec![&"explain", &demo];
        all.extend(args.iter().map(|arg| arg as &dyn AsRef<std::ffi::OsStr>));
        insights(&all).exited(2).stderr
    };
    let noon = "2026-03-09T12:00:00Z";
    for (args, what) in [
        (vec!["--id", "ffffffff-0000"], "no Insight of these logs with these settings"),
        (vec!["--id", " "], "--id is empty"),
        (vec!["--series", "ec2", "--at", noon], "is not [ACCOUNT/REGION/]SOURCE:NAME[:ERROR]"),
        (
            vec!["--series", "ssm:UpdateInstanceInformations", "--at", noon],
            "ssm.amazonaws.com:UpdateInstanceInformation",
        ),
        (
            vec!["--series", "zzz:Qqqqqq", "--at", noon],
            "zzz.amazonaws.com:Qqqqqq is not in these logs\n",
        ),
        (vec!["--series", "ec2:DescribeInstances", "--at", noon], "add --include-reads"),
        (
            vec![
                "--series",
                "ssm:UpdateInstanceInformation",
                "--at",
                noon,
                "--account",
                "999999999999",
            ],
            "not in the accounts of --account",
        ),
        (
            vec!["--series", "ssm:UpdateInstanceInformation", "--at", noon, "--type", "error-rate"],
            "see --type",
        ),
        (
            vec!["--series", "ssm:UpdateInstanceInformation", "--at", "2027-01-01"],
            "is outside of the log, which goes from 2026-03-02T00:00:00Z to 2026-03-11T23:59:00Z",
        ),
    ] {
        let stderr = told(&args);
        assert!(stderr.contains(what), "{args:?}: {stderr}");
    }
    for bad in [
        &["--at", noon][..],
        &["--series", "a:b"],
        &["--id", "a", "--series", "a:b", "--at", noon],
        &[],
    ] {
        told(bad);
    }
}

#[test]
fn of_several_series_the_one_that_was_called_then_is_meant() {
    let elsewhere = |record: Value| with(record, "awsRegion", "us-east-1");
    let start = at("2026-03-02T00:00:00Z");
    let early = (0..30).map(|i| {
        elsewhere(call(start + TimeDelta::hours(i), "ec2", "RunInstances", &format!("e{i}")))
    });
    let folder = Archive::delivered(records("RunInstances").into_iter().chain(early)).write();
    let explain = |at: &str, series: &str| {
        insights(&[
            &"explain",
            &folder.path(),
            &"--series",
            &series,
            &"--at",
            &at,
            &"--format",
            &"json",
        ])
    };
    let run = explain("2026-03-04T23:40:00Z", "ec2:RunInstances").exited(0);
    assert_eq!(json(&run)["series"]["awsRegion"], "eu-west-1");
    let run = explain("2026-03-02T05:00:00Z", "ec2:RunInstances").exited(2);
    let full = "111122223333/us-east-1/ec2.amazonaws.com:RunInstances";
    assert!(run.stderr.contains(full), "{}", run.stderr);
    let run = explain("2026-03-02T05:00:00Z", full).exited(0);
    assert_eq!(json(&run)["series"]["awsRegion"], "us-east-1");
    assert_eq!(json(&run)["examination"]["warmUp"], true);
}

#[test]
fn text_of_logs_cannot_move_the_cursor() {
    let hostile = "\u{1b}[2J\u{9b}31mEve";
    let burst = records("RunInstances").into_iter().map(|record| {
        let identity =
            serde_json::json!({"type": "IAMUser", "arn": format!("arn:aws:iam::1:user/{hostile}")});
        let record = with(with(record, "userIdentity", identity), "userAgent", hostile);
        with(record, "errorCode", format!("No{hostile}"))
    });
    let folder = Archive::delivered(burst).write();
    let series = format!("ec2:RunInstances:No{hostile}");
    let time = "2026-03-04T23:40:00Z";
    let run =
        insights(&[&"explain", &folder.path(), &"--series", &series, &"--at", &time]).exited(0);
    assert!(run.stdout.contains("Eve"), "{}", run.stdout);
    let bad = run.stdout.chars().find(|c| c.is_control() && *c != '\n');
    assert_eq!(bad, None);
    let run =
        insights(&[&"explain", &folder.path(), &"--series", &"ec2:Run", &"--at", &time]).exited(2);
    assert!(!run.stderr.contains('\u{1b}'), "{}", run.stderr);
}
