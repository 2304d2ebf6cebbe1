//! Whoever mistypes is told what is wrong, which name may be meant, and what to do next.

use std::{fmt::Write, fs, process::Output};

use crate::{
    archive::{ACCOUNT, demo},
    folder::Folder,
    program::{command, insights},
    snapshot::assert_snapshot,
};

/// Runs the program in a folder that holds the demo as `demo`, and two tables.
fn in_folder(args: &[&str]) -> Output {
    let folder = Folder::new();
    folder.file("counts.csv", "minute,event_source,event_name,count\n");
    folder.file("labels.csv", "");
    let logs = folder.join("demo");
    for name in [ACCOUNT, "AWSLogs"] {
        fs::create_dir_all(logs.join(name)).unwrap();
    }
    command(&[]).args(args).current_dir(folder.path()).env("COLUMNS", "100").output().unwrap()
}

#[test]
fn errors_say_what_is_wrong_and_what_to_do_next() {
    let mut all = String::new();
    for (args, code, told) in [
        (&["replya", "demo"][..], 2, &["replya", "'replay'"][..]),
        (&["replay", "demo", "--formt", "csv"], 2, &["'--formt'", "'--format'"]),
        (&["replay", "demo", "--format", "tabel"], 2, &["'tabel'", "'table'"]),
        (&["replay", "demo", "--set", "treshold=4"], 2, &["did you mean \"threshold\"?"]),
        (&["replay", "demo", "--set", "threshold=x"], 2, &["\"medium\"", "or a number"]),
        (&["replay", "demo", "--allowed-lateness", "soon"], 2, &["--allowed-lateness \"soon\""]),
        (&["man", "tine"], 2, &["\"tine\"", "did you mean \"tune\"?"]),
        (&["replay", "demo/*.gz"], 2, &["demo/*.gz: nothing matches", "tip: ", "**"]),
        (&["replay", "demo"], 4, &["no log files found", "tip: ", ".json", "insights detect"]),
        (&["replay", "dmo"], 4, &["dmo: ", "did you mean demo/?"]),
        (&["replay", "demo/AwsLogs/x.json"], 4, &["did you mean demo/AWSLogs/?"]),
        (&["detect", "count.csv"], 4, &["did you mean counts.csv?"]),
        (&["detect", "demo"], 4, &["demo: is a folder", "*.csv"]),
        (&["replay", "demo", "--config", "label.csv"], 2, &["did you mean labels.csv?"]),
        (&["tune", "demo", "--labels", "label.csv"], 4, &["did you mean labels.csv?"]),
        (&["score", "counts.csv", "--labels", "label.csv"], 4, &["did you mean labels.csv?"]),
        (&["detect", "counts.csv", "-o", "no/such/out"], 4, &["no/such/out", "mkdir -p no/such"]),
        (&["count", "counts.csv", "-o", "counts.csv"], 2, &["counts.csv is one", "elsewhere"]),
        (&["synth", "-o", "demo"], 2, &["demo is not empty", "--force"]),
        (&["baseline", "counts.csv"], 4, &["there are no calls", "--include-reads"]),
        (&["replay", "s3://"], 2, &["s3://"]),
    ] {
        let output = in_folder(args);
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(code), "{args:?}: {stderr}");
        for part in told {
            assert!(stderr.contains(part), "{args:?}: no {part} in {stderr}");
        }
        assert!(!stderr.contains('\u{1b}'), "{args:?}: {stderr:?}");
        if args != ["replay", "s3://"] {
            // What is said of S3 depends on what is built in.
            writeln!(all, "$ insights {}\n{stderr}", args.join(" ")).unwrap();
        }
    }
    // The system's words for what is not there.
    assert_snapshot("errors.txt", &all.replace("csv, parquet]", "csv]"));
}

#[test]
fn names_that_no_call_has_are_told_with_those_that_may_be_meant() {
    let demo = demo();
    let folder = Folder::new();
    let counts = folder.join("counts.csv");
    insights(&[&"count", &demo, &"-o", &counts]).exited(0);
    for (option, typed, told) in [
        ("--event-name", "CreateTag", "CreateTag matches no call, did you mean CreateTags?"),
        ("--event-name", "runinstances", "matches no call, did you mean RunInstances?"),
        ("--event-name", "Quux", "--event-name Quux matches no call\n"),
        ("--event-source", "secretsmanger", "no call, did you mean secretsmanager?"),
        ("--account", "111122223334", "did you mean 111122223333?"),
        ("--region", "eu-west-11", "did you mean eu-west-1?"),
    ] {
        for command in ["replay", "detect", "count", "baseline"] {
            let input = if command == "detect" { &counts } else { &demo };
            let run = insights(&[&command, input, &option, &typed]);
            assert!(run.stderr.contains(told), "{command} {option}: {}", run.stderr);
            // Without any call there is nothing to sum up for a baseline.
            let unmatched = run.summary["unmatched"].as_array().map(Vec::len);
            assert_eq!(unmatched.or((command == "baseline").then_some(1)), Some(1), "{command}");
        }
    }
    // What matches is no matter to speak of, whatever else is asked for.
    let run = insights(&[&"replay", &demo, &"--event-name", &"CreateTags,RunInstances"]).exited(0);
    assert!(run.number("counted") > 0 && !run.stderr.contains("matches no call"), "{}", run.stderr);
    assert!(run.summary.get("unmatched").is_none(), "{}", run.summary);
}

#[test]
fn the_summary_is_told_in_lines_that_can_be_read() {
    let folder = Folder::new();
    let bad = folder.file("bad.json", "oops");
    let run = insights(&[&"replay", &demo(), &bad, &"--event-name", &"CreateTags,GetObjct"]);
    let summary = run.exited(3).stderr.replace(&*folder.path().to_string_lossy(), "…");
    for part in ["files     243  (1 damaged", "12,273", "1 malformed", "hint      --event-name"] {
        assert!(summary.contains(part), "{part}: {summary}");
    }
    assert_snapshot("summary.txt", &summary);
}
