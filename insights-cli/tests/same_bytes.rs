//! How an archive is cut, ordered and delivered does not show in what comes out.

use std::{
    collections::BTreeSet,
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    sync::LazyLock,
};

use chrono::{DateTime, TimeDelta, Utc};
use ruzstd::encoding::{CompressionLevel, compress_to_vec};
use serde_json::Value;

use crate::{
    archive::{Archive, Dice, at, call, demo, gzip, log, time, varied, with},
    folder::Folder,
    packed::zip,
    program::{Args, Run, insights, insights_fed},
};

/// An archive, where it is, and what a replay of it gives.
struct Known {
    archive: Archive,
    folder: Folder,
    replay: Run,
}

static KNOWN: LazyLock<[Known; 2]> = LazyLock::new(|| {
    [Archive::read(&demo()), varied()].map(|archive| {
        let folder = archive.write();
        let replay = insights(&[&"replay", &folder.path()]).exited(0);
        Known { archive, folder, replay }
    })
});

impl Known {
    #[track_caller]
    fn is_replayed_from(&self, inputs: &Args<'_>) -> Run {
        let run = insights(&[&[&"replay" as _], inputs].concat()).exited(0);
        assert!(run.stdout == self.replay.stdout, "{}", run.stderr);
        for name in ["counted", "not_selected", "series", "starts", "ends"] {
            assert_eq!(run.number(name), self.replay.number(name), "{name}");
        }
        run
    }
}

#[test]
fn the_archives_have_something_to_tell() {
    for known in &*KNOWN {
        assert!(known.replay.number("starts") >= 4, "{}", known.replay.stderr);
        assert!(known.archive.0.len() > 100);
    }
    let told = |part: &str| KNOWN[1].replay.stdout.contains(part);
    assert!(told("RunInstances") && told("ApiErrorRateInsight") && told("\"Data\""));
    assert!(told("UpdateInstanceInformation"));
}

#[test]
fn detection_in_parts_does_not_show() {
    for known in &*KNOWN {
        let counts = known.folder.join("counts.csv");
        insights(&[&"count", &known.folder.path(), &"-o", &counts]).exited(0);
        for threads in ["1", "2", "7"] {
            let run = insights(&[&"detect", &counts, &"--threads", &threads]).exited(0);
            assert!(run.stdout == known.replay.stdout, "{}", run.stderr);
            for name in ["series", "starts", "ends"] {
                assert_eq!(run.number(name), known.replay.number(name), "{name}");
            }
            assert_eq!(run.summary["holes"], known.replay.summary["holes"]);
        }
        fs::remove_file(counts).unwrap();
    }
}

#[test]
fn the_number_of_threads_does_not_show() {
    for known in &*KNOWN {
        for threads in ["1", "2"] {
            known.is_replayed_from(&[&known.folder.path(), &"--threads", &threads]);
        }
    }
}

#[test]
fn what_counts_for_nothing_tells_holes_in_a_table_too() {
    let start = at("2026-03-02T00:00:00Z");
    let missing = 2 * 1_440 + 600..2 * 1_440 + 900;
    let mut records = Vec::new();
    for minute in (0..3 * 1_440).filter(|minute| !missing.contains(minute)) {
        let time = start + TimeDelta::minutes(minute);
        let read = call(time, "ec2", "DescribeInstances", &format!("read {minute}"));
        records.push(with(with(read, "awsRegion", "us-east-1"), "readOnly", true));
        let name = ["CreateTags", "RunInstances"][usize::from(minute % 60 == 30)];
        if minute % 30 == 0 {
            records.push(call(time, "ec2", name, &format!("write {minute}")));
        }
    }
    let folder = Folder::new();
    let log = folder.file("log.json", log(&records));
    let csv = folder.join("counts.csv");
    let replay = insights(&[&"replay", &log]).exited(0);
    let _ = insights(&[&"count", &log, &"-o", &csv]).exited(0);
    let detect = insights(&[&"detect", &csv]).exited(0);
    assert_eq!(replay.summary["holes"][0]["from"], "2026-03-04T10:00:00Z");
    assert_eq!(replay.summary["holes"], detect.summary["holes"]);
    assert_eq!(replay.stdout, detect.stdout);
}

#[test]
fn counting_then_detecting_is_replaying() {
    for known in &*KNOWN {
        let folder = Folder::new();
        let csv = folder.join("counts.csv");
        let count = insights(&[&"count", &known.folder.path(), &"-o", &csv]).exited(0);
        assert_eq!(count.stdout, "");
        assert_eq!(count.number("counted"), known.replay.number("counted"));
        let table = fs::read_to_string(&csv).unwrap();

        let same = |run: Run| {
            assert!(run.stdout == known.replay.stdout);
            assert_eq!(run.exited(0).summary["holes"], known.replay.summary["holes"]);
        };
        same(insights(&[&"detect", &csv]));
        same(insights_fed(&[&"detect", &"-"], table.as_bytes()));
        for (name, packed) in [
            ("counts.csv.gz", gzip(&table)),
            ("counts.csv.zst", compress_to_vec(table.as_bytes(), CompressionLevel::Fastest)),
            ("counts.zip", zip(&[("counts.csv", table.as_bytes())])),
        ] {
            let packed = folder.file(name, packed);
            same(insights(&[&"detect", &packed]));
        }

        // Rows come in any order and in any number of tables.
        let (header, rows) = table.split_once('\n').unwrap();
        let mut rows: Vec<&str> = rows.lines().collect();
        Dice::new(2).shuffle(&mut rows);
        let (one, other) = rows.split_at(rows.len() / 3);
        let part = |name: &str, rows: &[&str]| {
            folder.file(name, format!("{header}\n{}\n", rows.join("\n")))
        };
        let (one, other) = (part("one.csv", one), part("other.csv", other));
        same(insights(&[&"detect", &one, &other]));
        same(insights(&[&"detect", &other, &one, &"--threads", &"1"]));
    }
}

#[test]
fn counts_of_parts_add_up_to_those_of_the_whole() {
    for known in &*KNOWN {
        // Tables have no event ids: what is delivered to two parts counts twice.
        let mut met = BTreeSet::new();
        let once = known.archive.mapped(|record| {
            let new = met.insert(record["eventID"].to_string());
            new.then(|| record.clone()).into_iter().collect()
        });
        let by_region = once.split(|key| key.to_string_lossy().contains("eu-west-1"));
        let mut dice = Dice::new(9);
        let at_random = once.split(|_| dice.falls(50));
        for parts in [by_region, at_random] {
            let folder = Folder::new();
            let tables = ["one.csv", "other.csv"].map(|name| folder.join(name));
            for (part, table) in parts.iter().zip(&tables) {
                assert!(part.0.len() > 50);
                insights(&[&"count", &part.write().path(), &"-o", table]).exited(0);
            }
            let joined = folder.join("joined.csv");
            let count = insights(&[&"count", &tables[1], &tables[0], &"-o", &joined]).exited(0);
            assert_eq!(count.number("series"), known.replay.number("series"));
            for tables in [&[&tables[0], &tables[1]][..], &[&tables[1], &tables[0]], &[&joined]] {
                let mut args: Vec<&dyn AsRef<OsStr>> = vec![&"detect"];
                args.extend(tables.iter().map(|table| *table as &dyn AsRef<OsStr>));
                let run = insights(&args).exited(0);
                assert!(run.stdout == known.replay.stdout, "{}", run.stderr);
                assert_eq!(run.summary["holes"], known.replay.summary["holes"]);
            }
        }
    }
}

#[cfg(feature = "parquet")]
#[test]
fn counts_as_parquet_are_the_counts() {
    for known in &*KNOWN {
        let folder = Folder::new();
        let [csv, table] = ["counts.csv", "counts.parquet"].map(|name| folder.join(name));
        let logs = known.folder.path();
        insights(&[&"count", &logs, &"-o", &csv]).exited(0);
        let count = insights(&[&"count", &logs, &"-o", &table]).exited(0);
        assert_eq!(
            (count.stdout.as_str(), count.number("counted")),
            ("", known.replay.number("counted"))
        );
        let same = |run: Run| {
            assert!(run.stdout == known.replay.stdout);
            assert_eq!(run.exited(0).summary["holes"], known.replay.summary["holes"]);
        };
        same(insights(&[&"detect", &table]));
        same(insights(&[&"detect", &table, &"--threads", &"1"]));
        // Told by its content and not by its name, and from stdin.
        let bytes = fs::read(&table).unwrap();
        same(insights(&[&"detect", &folder.file("counts.csv", &bytes)]));
        same(insights_fed(&[&"detect", &"-"], &bytes));
        let named = folder.join("counts");
        insights(&[&"count", &logs, &"--format", &"parquet", &"-o", &named]).exited(0);
        assert!(fs::read(named).unwrap() == bytes, "the same table gives the same file");
    }
}

#[test]
fn names_and_folders_of_files_do_not_show() {
    for known in &*KNOWN {
        let flat = known.archive.renamed(|key| key.file_name().unwrap().into());
        assert_eq!(flat.0.len(), known.archive.0.len());
        known.is_replayed_from(&[&flat.write().path()]);

        let mut number = 1_000_000;
        let undated = known.archive.renamed(|_| {
            number -= 7;
            PathBuf::from(format!("{}/{number}.json.gz", number % 5))
        });
        known.is_replayed_from(&[&undated.write().path()]);
    }
}

#[test]
fn the_order_of_records_in_files_does_not_show() {
    for known in &*KNOWN {
        let shuffled = known.archive.shuffled(&mut Dice::new(3));
        known.is_replayed_from(&[&shuffled.write().path()]);
    }
}

#[test]
fn the_order_of_inputs_does_not_show() {
    for known in &*KNOWN {
        let mut dice = Dice::new(4);
        let by_region = known.archive.split(|key| key.to_string_lossy().contains("eu-west-1"));
        let at_random = known.archive.split(|_| dice.falls(50));
        for parts in [by_region, at_random] {
            assert!(parts.iter().all(|part| part.0.len() > 50));
            let [one, other] = parts.map(|part| part.write());
            known.is_replayed_from(&[&one.path(), &other.path()]);
            known.is_replayed_from(&[&other.path(), &one.path()]);
        }
    }
}

#[test]
fn an_input_given_twice_is_read_once() {
    for known in &*KNOWN {
        let folder = known.folder.path();
        let detour = folder.join("AWSLogs").join("..");
        let file = folder.join(known.archive.0.keys().nth(7).unwrap());
        let run = known.is_replayed_from(&[&folder, &detour, &file, &folder]);
        assert_eq!(run.number("files"), known.archive.0.len() as u64);
        assert_eq!(run.number("records"), known.replay.number("records"));
    }
}

#[test]
fn what_is_delivered_twice_counts_once() {
    for known in &*KNOWN {
        // Overlapping trails deliver the same records in other files of the same day.
        let again = known.archive.renamed(|key| {
            let name = key.file_name().unwrap().to_string_lossy().replace("Z_", "Z_again");
            key.with_file_name(name)
        });
        let [one, other] = [known.archive.write(), again.write()];
        let run = known.is_replayed_from(&[&one.path(), &other.path()]);
        let before = &known.replay;
        assert_eq!(run.number("records"), 2 * before.number("records"));
        let repeats = before.number("duplicates") + before.number("records");
        assert_eq!(run.number("duplicates"), repeats);

        let inside = known.archive.mapped(|record| vec![record.clone(), record.clone()]);
        let run = known.is_replayed_from(&[&inside.write().path()]);
        assert_eq!(run.number("duplicates"), repeats);
    }
}

#[test]
fn one_file_of_json_lines_is_as_good_as_the_archive() {
    for known in &*KNOWN {
        let lines = known.archive.json_lines();
        let folder = Folder::new();
        let plain = folder.file("all.jsonl", &lines);
        known.is_replayed_from(&[&plain]);
        let packed = folder.file("all.jsonl.gz", gzip(&lines));
        known.is_replayed_from(&[&packed]);
        // Lines without line breaks, and what is named is read whatever its name.
        let joined = folder.file("all.txt", lines.replace('\n', ""));
        known.is_replayed_from(&[&joined]);
        let run = insights_fed(&[&"replay", &"-"], lines.as_bytes()).exited(0);
        assert!(run.stdout == known.replay.stdout);
    }
}

#[test]
fn a_filter_gives_the_insights_of_what_it_lets_through() {
    for known in &*KNOWN {
        let details = |line: &str, name: &str| {
            let record: Value = serde_json::from_str(line).unwrap();
            let inside = &record["insightDetails"][name];
            let value = if inside.is_null() { &record[name] } else { inside };
            value.as_str().unwrap().to_owned()
        };
        for (option, value, field, meant) in [
            ("--event-name", "GetObject", "eventName", "GetObject"),
            ("--event-name", "RunInstances", "eventName", "RunInstances"),
            ("--event-source", "ec2", "eventSource", "ec2.amazonaws.com"),
            ("--event-source", "ssm.amazonaws.com", "eventSource", "ssm.amazonaws.com"),
            ("--account", "111122223333", "recipientAccountId", "111122223333"),
            ("--account", "444455556666", "recipientAccountId", "444455556666"),
            ("--region", "us-east-1", "awsRegion", "us-east-1"),
            ("--category", "data", "sourceEventCategory", "Data"),
            ("--category", "management", "sourceEventCategory", "Management"),
            ("--type", "error-rate", "insightType", "ApiErrorRateInsight"),
            ("--type", "call-rate", "insightType", "ApiCallRateInsight"),
        ] {
            let run = insights(&[&"replay", &known.folder.path(), &option, &value]).exited(0);
            let wanted: Vec<&str> =
                known.replay.stdout.lines().filter(|line| details(line, field) == meant).collect();
            let found: Vec<&str> = run.stdout.lines().collect();
            assert_eq!(found, wanted, "{option} {value}");
        }
    }
}

#[test]
fn filters_mean_the_same_to_count_detect_and_replay() {
    for known in &KNOWN[1..] {
        let folder = Folder::new();
        let all = folder.join("all.csv");
        let some = folder.join("some.csv");
        insights(&[&"count", &known.folder.path(), &"-o", &all]).exited(0);
        for filter in [
            ["--event-name", "GetObject,RunInstances"],
            ["--event-source", "ec2"],
            ["--account", "111122223333"],
            ["--region", "eu-west-1"],
            ["--category", "data"],
            ["--from", "2026-03-03T05:17:00Z"],
            ["--to", "2026-03-04T15:01:00Z"],
            ["--include-reads", "--no-progress"],
        ] {
            let [option, value] = filter;
            let replay = insights(&[&"replay", &known.folder.path(), &option, &value]).exited(0);
            insights(&[&"count", &known.folder.path(), &"-o", &some, &option, &value]).exited(0);
            let detect = insights(&[&"detect", &some]).exited(0);
            assert!(detect.stdout == replay.stdout, "count {option} {value}, then detect");
            let again = insights(&[&"detect", &some, &option, &value]).exited(0);
            assert!(again.stdout == replay.stdout, "filtered twice: {option} {value}");
            if option != "--include-reads" {
                let detect = insights(&[&"detect", &all, &option, &value]).exited(0);
                assert!(detect.stdout == replay.stdout, "detect {option} {value}");
            }
        }
    }
}

#[test]
fn a_span_is_the_archive_cut_to_it() {
    for known in &*KNOWN {
        let ends: [[&str; 2]; 3] = [
            ["2026-03-02T13:30:00Z", "2026-03-11T06:10:00Z"],
            ["2026-03-03T00:00:00Z", "2026-03-05T00:35:00Z"],
            ["2026-03-04T10:02:00Z", "2027-01-01T00:00:00Z"],
        ];
        for [from, to] in ends {
            let span: [DateTime<Utc>; 2] = [at(from), at(to)];
            let cut = known.archive.mapped(|record| {
                let inside = (span[0]..span[1]).contains(&time(record));
                inside.then(|| record.clone()).into_iter().collect()
            });
            let whole = known.folder.path();
            let asked = insights(&[&"replay", &whole, &"--from", &from, &"--to", &to]).exited(0);
            let cut = insights(&[&"replay", &cut.write().path()]).exited(0);
            assert!(asked.stdout == cut.stdout, "{from} to {to}");
            assert_eq!(asked.number("counted"), cut.number("counted"));
        }
    }
}

#[test]
fn including_reads_is_taking_them_for_writes() {
    for known in &*KNOWN {
        let reads = insights(&[&"replay", &known.folder.path(), &"--include-reads"]).exited(0);
        let writes = known.archive.mapped(|record| {
            let mut record = record.clone();
            record["readOnly"] = false.into();
            vec![record]
        });
        let writes = insights(&[&"replay", &writes.write().path()]).exited(0);
        assert!(reads.stdout == writes.stdout);
        let all: Vec<&str> = reads.stdout.lines().collect();
        assert!(known.replay.stdout.lines().all(|line| all.contains(&line)));
        assert!(reads.number("counted") > known.replay.number("counted"));
    }
}

#[test]
fn every_format_has_the_same_insights() {
    for known in &*KNOWN {
        let folder = known.folder.path();
        let format = |format: &str| insights(&[&"replay", &folder, &"--format", &format]).exited(0);
        assert!(format("jsonl").stdout == known.replay.stdout);
        let records = known.replay.insights();
        let json: Value = serde_json::from_str(&format("json").stdout).unwrap();
        assert_eq!(json["Records"].as_array().unwrap(), &records);
        let events = format("eventbridge").insights();
        assert!(events.iter().map(|event| &event["detail"]).eq(&records));
        let ids = |records: &[Value]| -> Vec<String> {
            records.iter().map(|record| record["eventID"].as_str().unwrap().to_owned()).collect()
        };
        assert_eq!(ids(&format("lake").insights()), ids(&records));
        let csv = format("csv").stdout;
        let last = |line: &str| line.rsplit(',').next().unwrap().to_owned();
        assert_eq!(csv.lines().skip(1).map(last).collect::<Vec<_>>(), ids(&records));
        // A header, the episodes, and sentences that say what the numbers are.
        let episodes = usize::try_from(known.replay.number("starts")).unwrap();
        let table = format("table").stdout;
        let of_time = |line: &&str| line.starts_with(|c: char| c.is_ascii_digit());
        let rows = table.lines().skip(1).filter(of_time).count();
        assert_eq!(rows, episodes, "{table}");
        let file = Folder::new();
        let path: &Path = &file.join("insights.jsonl");
        let run = insights(&[&"replay", &folder, &"-o", &path]).exited(0);
        assert_eq!(run.stdout, "");
        assert!(fs::read_to_string(path).unwrap() == known.replay.stdout);
    }
}
