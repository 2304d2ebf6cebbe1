//! Labelled accounts: what `insights synth` writes, and that the rest of the program reads it.

use std::{
    collections::{BTreeMap, BTreeSet},
    ffi::OsStr,
    fs,
    path::Path,
};

use crate::{
    folder::Folder,
    program::{Args, command, insights},
};

/// Whatever has few calls, and failures among them.
const MIX: &str = "days = 10\n\
    [behaviours]\ntraffic = 0\npoller = 0\nchanging = 0\nscaling = 0\nscanner = 0.05\n\
    people = 0.2\nfrequent-job = 0.3\n[anomalies]\nspike = 4\noutage = 0\nerror-storm = 6\n";

/// What a run of `insights synth` left; it writes no summary.
struct Run {
    code: i32,
    stdout: String,
    stderr: String,
}

#[track_caller]
fn synth(args: &Args<'_>, code: i32) -> Run {
    let args: Vec<&dyn AsRef<OsStr>> = [&"synth" as _].into_iter().chain(args.to_vec()).collect();
    let output = command(&args).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let run = Run {
        code: output.status.code().unwrap(),
        stdout: text(output.stdout),
        stderr: text(output.stderr),
    };
    assert_eq!(run.code, code, "{}", run.stderr);
    run
}

/// Returns the calls of a table by the cells that tell them, without those of no calls.
fn calls(path: &Path) -> BTreeMap<Vec<String>, u64> {
    let mut table = csv::Reader::from_path(path).unwrap();
    let header = table.headers().unwrap().clone();
    let place = |name: &str| header.iter().position(|found| found == name).unwrap();
    let key = [
        "minute",
        "account_id",
        "aws_region",
        "event_source",
        "event_name",
        "event_category",
        "error_code",
        "user_identity",
    ]
    .map(place);
    let count = place("count");
    let mut calls = BTreeMap::new();
    for row in table.records() {
        let row = row.unwrap();
        let count: u64 = row[count].parse().unwrap();
        if count > 0 {
            *calls.entry(key.map(|at| row[at].to_owned()).to_vec()).or_default() += count;
        }
    }
    calls
}

#[test]
fn an_archive_has_the_calls_of_the_table_of_counts() {
    let folder = Folder::new();
    let mix = folder.file("mix.toml", MIX);
    let (table, archive) = (folder.join("table"), folder.join("archive"));
    synth(&[&"--mix", &mix, &"-o", &table], 0);
    synth(&[&"--mix", &mix, &"--format", &"archive", &"-o", &archive], 0);

    let counts = folder.join("counts.csv");
    let run = insights(&[&"count", &archive, &"--include-reads", &"-o", &counts]).exited(0);
    assert!(run.number("duplicates") > 0);
    let (expected, found) = (calls(&table.join("counts.csv")), calls(&counts));
    let failing = expected.keys().filter(|key| !key[6].is_empty()).count();
    assert!(failing > 100 && expected.len() > 10 * failing, "{failing} of {}", expected.len());
    let differs = expected.iter().find(|&(key, count)| found.get(key) != Some(count));
    assert_eq!(differs, None);
    assert_eq!(found.len(), expected.len());
    for name in ["labels.csv", "neutral.csv", "gaps.csv"] {
        let read = |folder: &Path| fs::read(folder.join(name)).unwrap();
        assert!(read(&table) == read(&archive), "{name}");
    }
    assert!(!archive.join("counts.csv").exists() && !table.join("AWSLogs").exists());

    // The same is found in both, and calls that only read are told as such.
    let replayed = insights(&[&"replay", &archive, &"--include-reads"]).exited(0);
    let detected = insights(&[&"detect", &table.join("counts.csv")]).exited(0);
    assert!(detected.number("starts") > 5);
    assert_eq!(replayed.told(), detected.told());
    let writing = insights(&[&"count", &archive]).exited(0);
    assert!(writing.stdout.contains(",DetachVolume,") || writing.stdout.contains(",CreateUser,"));
    assert!(!writing.stdout.contains(",DescribeInstances,Management,,"));
    assert!(writing.number("not_selected") > 0);
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_does_not() {
    let folder = Folder::new();
    let mix = folder.file("mix.toml", MIX);
    let write = |name: &str, seed: &str| {
        let output = folder.join(name);
        synth(&[&"--mix", &mix, &"--seed", &seed, &"-o", &output], 0);
        fs::read(output.join("counts.csv")).unwrap()
    };
    let first = write("first", "5");
    assert!(first == write("again", "5"));
    assert!(first != write("other", "6"));
}

#[test]
fn labels_say_what_is_unusual_where_and_of_which_class() {
    let folder = Folder::new();
    let (mix, output) = (folder.file("mix.toml", MIX), folder.join("account"));
    let run = synth(&[&"--mix", &mix, &"-o", &output], 0);
    let mut labels = csv::Reader::from_path(output.join("labels.csv")).unwrap();
    let header = [
        "insight_type",
        "account_id",
        "aws_region",
        "event_source",
        "event_name",
        "error_code",
        "start",
        "end",
        "class",
    ];
    assert_eq!(labels.headers().unwrap(), &header[..]);
    let mut classes: BTreeMap<String, u32> = BTreeMap::new();
    let counts = fs::read_to_string(output.join("counts.csv")).unwrap();
    for label in labels.records() {
        let label = label.unwrap();
        let [kind, account, region, source, name, code, start, end, class] =
            <[&str; 9]>::try_from(label.iter().collect::<Vec<_>>()).unwrap();
        let series = format!(",{account},{region},{source},{name},");
        assert!(counts.contains(&series), "no calls of {series}");
        assert_eq!(kind == "ApiErrorRateInsight", !code.is_empty(), "{label:?}");
        assert!("2026-10-06T00:00:00Z" <= start && start < end && end < "2026-10-08");
        *classes.entry(class.into()).or_default() += 1;
    }
    assert_eq!((classes.get("spike"), classes.get("outage")), (Some(&4), None));
    for (class, count) in classes {
        assert!(run.stderr.contains(&format!("{class} {count}")), "{class}\n{}", run.stderr);
    }
    assert!(run.stderr.contains("insights detect") && run.stdout.is_empty());
}

#[test]
fn labels_there_is_no_room_for_are_told() {
    let folder = Folder::new();
    let text = "days = 10\n[behaviours]\npoller = 0\ntraffic = 0\nchanging = 0\n";
    let mix = folder.file("mix.toml", text);
    let run = synth(&[&"--mix", &mix, &"-q", &"-o", &folder.join("account")], 0);
    let lines: BTreeSet<&str> = run.stderr.lines().collect();
    let expected = "warning: 0 of 2 labels of exfiltration: these series and days have no room for \
                    more";
    assert!(lines.contains(expected), "{}", run.stderr);
    assert!(lines.iter().all(|line| line.starts_with("warning: ")), "{}", run.stderr);
}

#[test]
fn a_folder_with_files_is_only_written_to_by_force() {
    let folder = Folder::new();
    let mix = folder.file("mix.toml", MIX);
    let output = folder.join("account");
    let kept = folder.file("account/notes.txt", "mine");
    let run = synth(&[&"--mix", &mix, &"-o", &output], 2);
    assert!(
        run.stderr.contains("is not empty") && run.stderr.contains("--force"),
        "{}",
        run.stderr
    );
    assert!(!output.join("labels.csv").exists());
    synth(&[&"--mix", &mix, &"-o", &output, &"--force"], 0);
    assert!(output.join("labels.csv").exists());
    assert_eq!(fs::read_to_string(kept).unwrap(), "mine");
    let file = folder.file("file", "");
    let run = synth(&[&"--mix", &mix, &"-o", &file], 4);
    assert!(run.stderr.contains("cannot read "), "{}", run.stderr);
}

#[test]
fn the_mix_that_is_printed_is_the_mix_in_effect() {
    let folder = Folder::new();
    let printed = synth(&[&"--print-mix", &"--seed", &"4", &"--days", &"20"], 0).stdout;
    assert!(printed.contains("seed = 4\n") && printed.contains("days = 20\n"), "{printed}");
    let file = folder.file("mix.toml", &printed);
    assert_eq!(synth(&[&"--print-mix", &"--mix", &file], 0).stdout, printed);
    assert_eq!(printed.matches(" = 1.0\n").count(), 16);
}

#[test]
fn mistakes_of_a_mix_are_told_with_their_place() {
    let folder = Folder::new();
    let output = folder.join("account");
    for (text, what) in [
        (
            "[behaviours]\npolers = 0.5\n",
            "mix.toml: line 2, column 1: there is no behaviour \"polers\", did you mean \"poller\"?",
        ),
        (
            "[anomalies]\nspike = -2\n",
            "mix.toml: line 2, column 9: spike must be a whole number from 0 to 1000",
        ),
        ("days = [\n", "mix.toml: line 1, column 9: "),
    ] {
        let mix = folder.file("mix.toml", text);
        let run = synth(&[&"--mix", &mix, &"-o", &output], 2);
        assert!(run.stderr.contains(what), "{}", run.stderr);
    }
    for (args, what) in [
        (["--days", "36"], "--days must be a whole number from 10 to 35"),
        (["--mix", "no/such.toml"], "no/such.toml: "),
    ] {
        let run = synth(&[&args[0], &args[1], &"-o", &output], 2);
        assert!(run.stderr.contains(what), "{}", run.stderr);
    }
    assert!(!output.exists());
    synth(&[], 2);
}
