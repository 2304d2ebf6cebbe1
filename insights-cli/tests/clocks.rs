//! A broken clock in one record changes nothing for the others.

use std::path::Path;

use serde_json::Value;

use crate::{
    archive::{Archive, demo, gzip, log, varied, with},
    folder::Folder,
    program::{Run, insights},
};

fn replayed(archive: &Archive) -> Run {
    insights(&[&"replay", &archive.write().path()]).exited(0)
}

/// Returns the archive with a copy of one of its records, dated `time`, in the same file.
fn joined(archive: &Archive, time: &str, ids: &[&str]) -> Archive {
    let mut archive = archive.clone();
    // By the third day the first one is sealed.
    let third_day = |key: &Path| key.to_string_lossy().contains("/2026/03/04/");
    let mut files = archive.0.iter_mut();
    let (_, file) = files.find(|(key, _)| third_day(key)).unwrap();
    let record = with(file[0].clone(), "eventTime", time);
    file.extend(ids.iter().map(|id| with(record.clone(), "eventID", *id)));
    archive
}

#[test]
fn a_time_far_ahead_changes_no_insight_and_is_counted_as_ahead() {
    let archive = varied();
    let before = replayed(&archive);
    for time in ["2099-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2026-03-20T00:00:00Z"] {
        let run = replayed(&joined(&archive, time, &["odd"]));
        assert!(run.stdout == before.stdout, "{time}: {}", run.stderr);
        assert_eq!(run.number("ahead"), 1);
        assert_eq!(run.number("records"), before.number("records") + 1);
        assert_eq!(run.number("counted"), before.number("counted"));
        assert_eq!(run.summary["end"], before.summary["end"]);
        assert!(run.stderr.contains("ahead of the log"), "{}", run.stderr);
    }
}

#[test]
fn a_time_far_back_changes_no_insight_and_is_counted() {
    let archive = Archive::read(&demo());
    let before = replayed(&archive);
    for time in ["1970-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "2006-03-02T00:00:00Z"] {
        let archive = joined(&archive, time, &["odd"]);
        let run = replayed(&archive);
        assert!(run.stdout == before.stdout, "{time}: {}", run.stderr);
        assert_eq!(run.number("late"), 1);

        // In one file it is not late, and moves no Insight all the same.
        let folder = Folder::new();
        let all: Vec<Value> = archive.records().cloned().collect();
        folder.file("all.json.gz", gzip(log(&all)));
        let run = insights(&[&"replay", &folder.path()]).exited(0);
        assert!(run.stdout == before.stdout, "{time}: {}", run.stderr);
        assert_eq!(run.number("late"), 0);
        assert_eq!(run.number("records"), before.number("records") + 1);
    }
}

#[test]
fn two_broken_clocks_that_disagree_change_nothing() {
    let archive = varied();
    let before = replayed(&archive);
    let odd = joined(&archive, "2099-01-01T00:00:00Z", &["one"]);
    let odd = joined(&odd, "2063-04-05T00:00:00Z", &["two"]);
    let run = replayed(&joined(&odd, "1970-01-01T00:00:00Z", &["three"]));
    assert!(run.stdout == before.stdout, "{}", run.stderr);
    assert_eq!((run.number("ahead"), run.number("late")), (2, 1));
}

#[test]
fn a_broken_clock_delivered_twice_is_still_one_broken_clock() {
    let archive = varied();
    let before = replayed(&archive);
    let run = replayed(&joined(&archive, "2099-01-01T00:00:00Z", &["odd", "odd"]));
    assert!(run.stdout == before.stdout, "{}", run.stderr);
    assert_eq!(run.summary["end"], before.summary["end"]);
}

#[test]
fn a_broken_clock_survives_counting() {
    let archive = joined(&varied(), "2099-01-01T00:00:00Z", &["odd"]);
    let folder = archive.write();
    let replay = insights(&[&"replay", &folder.path()]).exited(0);
    let csv = folder.join("counts.csv");
    insights(&[&"count", &folder.path(), &"-o", &csv]).exited(0);
    assert!(insights(&[&"detect", &csv]).exited(0).stdout == replay.stdout);
}
