//! Logs that CloudTrail wrote, where `INSIGHTS_REAL_DATA` names a folder with them.

use std::{env, fs, path::PathBuf};

use serde_json::Value;

use crate::program::{Run, insights};

/// Returns the folder of a set of logs, or nothing where there are none.
fn set(name: &str) -> Option<PathBuf> {
    let Some(root) = env::var_os("INSIGHTS_REAL_DATA") else {
        println!("skipped: INSIGHTS_REAL_DATA is not set");
        return None;
    };
    Some(PathBuf::from(root).join("cloudtrail").join(name))
}

#[test]
fn the_burst_of_a_robbery_is_reported_and_the_steady_denials_are_not() {
    let Some(set) = set("sans504-s3-ransomware") else {
        return;
    };
    let run = insights(&[&"replay", &set]).exited(0);
    assert_eq!((run.number("records"), run.number("duplicates")), (30_477, 6_496));
    assert_eq!((run.number("files"), run.number("late")), (3_872, 0));
    let told = run.told();
    assert!(told.contains(&"Start 2021-07-30T16:32:00Z s3 GetObject".to_owned()), "{told:#?}");
    assert!(!told.iter().any(|line| line.contains("PutObject")), "{told:#?}");
    assert!(!told.iter().any(|line| line.contains("Decrypt")), "{told:#?}");

    let run = insights(&[&"replay", &set, &"--include-reads"]).exited(0);
    let decrypt =
        |line: &&String| line.starts_with("Start 2021-07-30T16:3") && line.ends_with("kms Decrypt");
    let told = run.told();
    assert_eq!(told.iter().filter(decrypt).count(), 1, "{told:#?}");
    assert!(!told.iter().any(|line| line.contains("PutObject")), "{told:#?}");
}

#[test]
fn the_burst_of_a_robbery_is_explained_and_so_is_what_was_refused() {
    let Some(set) = set("sans504-s3-ransomware") else {
        return;
    };
    let explained = |series: &str, at: &str| -> Value {
        let run =
            insights(&[&"explain", &set, &"--series", &series, &"--at", &at, &"--format", &"json"]);
        serde_json::from_str(&run.exited(0).stdout).unwrap()
    };
    let robbery = explained("s3:GetObject", "2021-07-30T16:33:00Z");
    assert_eq!(robbery["fired"], true);
    let who = &robbery["comparison"]["attributions"][0];
    assert_eq!(who["insight"][0]["value"], "arn:aws:iam::342082656213:user/FalsimentisRoot");
    let id = robbery["insight"]["sharedEventId"].as_str().unwrap();
    let run = insights(&[&"explain", &set, &"--id", &id, &"--events"]).exited(0);
    let calls = robbery["comparison"]["insightAverage"]["calls"].as_u64();
    assert_eq!(Some(run.stdout.lines().count() as u64), calls);

    let failed = "cloudtrail:UpdateTrail:InvalidCloudWatchLogsRoleArnException";
    let refused = explained(failed, "2021-07-29T23:53:00Z");
    let test = usize::try_from(refused["test"].as_u64().unwrap()).unwrap();
    let test = &refused["examination"]["tests"][test];
    assert_eq!(refused["fired"], false);
    assert_eq!((&test["observed"], &test["needed"]), (&3.into(), &4.into()), "{test}");
    assert_eq!(test["refusal"], "tooFewCalls");
}

#[test]
fn real_logs_give_the_same_bytes_however_they_are_read() {
    let Some(set) = set("sans504-s3-ransomware") else {
        return;
    };
    let replay = insights(&[&"replay", &set, &"--threads", &"1"]).exited(0);
    let folder = crate::folder::Folder::new();
    let csv = folder.join("counts.csv");
    insights(&[&"count", &set, &"-o", &csv]).exited(0);
    assert!(insights(&[&"detect", &csv]).exited(0).stdout == replay.stdout);
    #[cfg(feature = "parquet")]
    {
        let table = folder.join("counts.parquet");
        insights(&[&"count", &set, &"-o", &table]).exited(0);
        assert!(insights(&[&"detect", &table]).exited(0).stdout == replay.stdout);
    }
    let patient = insights(&[&"replay", &set, &"--allowed-lateness", &"30d"]).exited(0);
    assert!(patient.stdout == replay.stdout);
}

#[test]
fn sets_have_as_many_records_as_were_counted_by_hand() {
    for (name, code, records) in [
        ("upv-us-east-1-2014", 0, 4_442),
        ("upv-us-east-1-2017-06-01", 0, 11_563),
        ("invictus-ir-stratus-2023", 0, 2_900),
        ("stratus-red-team-detonation-logs", 0, 310),
        ("traildiscover-malformed", 3, 4),
        ("thm2024-truncated", 3, 37),
        ("elastic-beats-insight-and-digest", 0, 1),
        ("eventbridge-cloud-custodian", 3, 25),
        ("plaso-lookup-events-jsonl", 0, 6),
        ("streamalert-insight", 0, 1),
        ("azure-sentinel-csv-excerpt", 0, 4),
        // Each of 15 stands there twice, as what goes in and as what comes out.
        ("sekoia-intake-tests", 0, 30),
        // Of 1,096 a table of 31 lacks the event source; of 404 one of 301 does.
        ("console-event-history-csv", 3, 1_065),
        ("otrf-security-datasets-aws", 3, 103),
    ] {
        let Some(set) = set(name) else { return };
        let run = insights(&[&"replay", &set]);
        assert_eq!((run.code, run.number("records")), (code, records), "{name}: {}", run.stderr);
    }
}

#[test]
fn repeats_of_real_logs_are_told() {
    // The last set was edited: it repeats ids of sign-ins days apart.
    for (name, duplicates) in [("upv-us-east-1-2017-06-01", 151), ("thm2024-truncated", 8)] {
        let Some(set) = set(name) else { return };
        let run = insights(&[&"replay", &set]);
        let found = run.number("duplicates");
        assert_eq!(found, duplicates, "{name}: {}", run.stderr);
    }
}

#[test]
fn flawed_records_are_told_and_the_others_read() {
    // The sets hold 206 and 9 events, some of them flawed on purpose: these and others meet here.
    for (name, events) in [("umccr-event-versions-and-flaws-sample", 206), ("small-fixtures", 9)] {
        let Some(set) = set(name) else { return };
        let run = insights(&[&"replay", &set]);
        assert!([0, 3].contains(&run.code), "{name}: {}", run.stderr);
        let (records, malformed) = (run.number("records"), run.number("malformed"));
        assert!((events..=events + malformed).contains(&records), "{name}: {}", run.stderr);
    }
}

#[test]
fn no_set_is_too_much() {
    let Some(sets) = set("") else { return };
    let mut seen = 0;
    for entry in fs::read_dir(sets).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            for command in ["replay", "count"] {
                let run: Run = insights(&[&command, &path]);
                assert!([0, 3, 4].contains(&run.code), "{}: {}", path.display(), run.stderr);
                assert_eq!(run.code == 4, run.summary == Value::Null, "{}", run.stderr);
            }
            seen += 1;
        }
    }
    assert!(seen >= 15, "{seen} sets");
}
