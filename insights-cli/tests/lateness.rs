//! Late events, and how long they are waited for.

use chrono::TimeDelta;

use crate::{
    archive::{Archive, at, call, key, steady},
    program::insights,
};

/// Three days of one call a minute, of which one is delivered two days late.
fn archive() -> Archive {
    let start = at("2026-03-02T00:00:00Z");
    let mut archive = Archive::delivered(steady(start, "RunInstances", 3 * 1_440));
    let event = start + TimeDelta::minutes(90);
    let record = call(event, "ec2", "RunInstances", "late");
    let key = key(&record, event + TimeDelta::days(2), "Late");
    assert!(key.to_string_lossy().contains("/2026/03/04/"));
    archive.0.insert(key, vec![record]);
    archive
}

#[test]
fn what_comes_after_the_allowed_lateness_is_late() {
    let folder = archive().write();
    // When the day before the late file is done, the call is 46 hours and 30 minutes old.
    for (lateness, late) in [("30m", 1), ("0", 1), ("46h", 1), ("47h", 0), ("7d", 0)] {
        for command in ["replay", "count"] {
            let run = insights(&[&command, &folder.path(), &"--allowed-lateness", &lateness]);
            let run = run.exited(0);
            assert_eq!(run.number("late"), late, "{lateness}: {}", run.stderr);
            assert_eq!(run.number("counted"), 3 * 1_440 + 1 - late, "{lateness}");
            assert_eq!(run.stderr.contains("--allowed-lateness"), late > 0, "{}", run.stderr);
        }
    }
}

#[test]
fn a_day_is_waited_for_by_default() {
    let folder = archive().write();
    let default = insights(&[&"replay", &folder.path()]).exited(0);
    let day = insights(&[&"replay", &folder.path(), &"--allowed-lateness", &"1d"]).exited(0);
    assert_eq!(default.number("late"), day.number("late"));
    assert_eq!(default.number("counted"), day.number("counted"));
}

#[test]
fn an_archive_without_days_has_nothing_late() {
    let undated = archive().renamed(|key| {
        key.file_name().unwrap().to_string_lossy().replace("CloudTrail", "x").into()
    });
    let folder = undated.write();
    let run = insights(&[&"replay", &folder.path(), &"--allowed-lateness", &"0"]).exited(0);
    assert_eq!((run.number("late"), run.number("counted")), (0, 3 * 1_440 + 1));
}
