//! The cases of the manual, through the whole program: what is reported, when, and with which
//! numbers.

use std::{collections::BTreeMap, fmt::Write, path::PathBuf};

use chrono::{DateTime, TimeDelta, Timelike, Utc};
use serde_json::Value;

use crate::{
    archive::{ACCOUNT, REGION, at, gzip, text},
    folder::Folder,
    program::{Run, insights},
};

/// Calls of one API: so many a minute, for so many minutes, then the next.
struct Course {
    name: &'static str,
    levels: Vec<(u32, u32)>,
}

impl Course {
    fn minutes(&self, start: DateTime<Utc>) -> impl Iterator<Item = (DateTime<Utc>, u32)> {
        let levels = self.levels.iter();
        let calls = levels.flat_map(|&(rate, minutes)| (0..minutes).map(move |_| rate));
        (0..).map(move |minute| start + TimeDelta::minutes(minute)).zip(calls)
    }
}

/// Writes hourly files in CloudTrail's layout and replays them.
fn replayed(start: DateTime<Utc>, courses: &[Course]) -> Run {
    let mut files = BTreeMap::<DateTime<Utc>, String>::new();
    for course in courses {
        let name = course.name;
        for (minute, calls) in course.minutes(start) {
            let file = files.entry(minute.with_minute(0).unwrap()).or_default();
            for number in 0..calls {
                let time = text(minute + TimeDelta::seconds(i64::from(number % 60)));
                writeln!(
                    file,
                    r#"{{"eventTime":"{time}","eventSource":"ec2.amazonaws.com","eventName":"{name}","awsRegion":"{REGION}","eventID":"{name}{time}{number}","readOnly":false,"recipientAccountId":"{ACCOUNT}","eventCategory":"Management"}}"#
                )
                .unwrap();
            }
        }
    }
    let folder = Folder::new();
    for (hour, lines) in files {
        let name =
            format!("{ACCOUNT}_CloudTrail_{REGION}_{}Z_x.json.gz", hour.format("%Y%m%dT%H%M"));
        let key = PathBuf::from(format!(
            "AWSLogs/{ACCOUNT}/CloudTrail/{REGION}/{}/{name}",
            hour.format("%Y/%m/%d")
        ));
        folder.file(key, gzip(lines));
    }
    insights(&[&"replay", &folder.path()]).exited(0)
}

/// Writes the counts of the same and detects in them.
fn detected(start: DateTime<Utc>, courses: &[Course]) -> Run {
    let mut csv = String::from("minute,account_id,aws_region,event_source,event_name,count\n");
    for course in courses {
        for (minute, calls) in course.minutes(start).filter(|&(_, calls)| calls > 0) {
            let (minute, name) = (text(minute), course.name);
            writeln!(csv, "{minute},{ACCOUNT},{REGION},ec2.amazonaws.com,{name},{calls}").unwrap();
        }
    }
    let folder = Folder::new();
    insights(&[&"detect", &folder.file("counts.csv", csv)]).exited(0)
}

/// Returns the averages and durations: of the insight, then of the baseline.
fn numbers(record: &Value) -> (f64, u64, f64, u64) {
    let numbers = &record["insightDetails"]["insightContext"]["statistics"];
    (
        numbers["insight"]["average"].as_f64().unwrap(),
        numbers["insightDuration"].as_u64().unwrap(),
        numbers["baseline"]["average"].as_f64().unwrap(),
        numbers["baselineDuration"].as_u64().unwrap(),
    )
}

#[track_caller]
fn is_near(found: (f64, u64, f64, u64), wanted: (f64, u64, f64, u64)) {
    let same = (found.0 - wanted.0).abs() < 1e-9 && (found.2 - wanted.2).abs() < 1e-9;
    assert!(same && found.1 == wanted.1 && found.3 == wanted.3, "{found:?}, not {wanted:?}");
}

const WEEK: u32 = 7 * 1_440;

#[test]
fn a_burst_over_a_steady_week_is_one_episode_of_its_ten_minutes() {
    let course = Course { name: "RunInstances", levels: vec![(20, WEEK), (100, 10), (20, 60)] };
    // The log begins at 09:30 on the day that is seven days before the burst's: there the
    // baseline begins.
    let run = replayed(at("2026-03-02T09:30:00Z"), &[course]);
    assert_eq!(
        run.told(),
        [
            "Start 2026-03-09T09:30:00Z ec2 RunInstances",
            "End 2026-03-09T09:40:00Z ec2 RunInstances",
        ]
    );
    let records = run.insights();
    is_near(numbers(&records[0]), (100.0, 5, 20.0, u64::from(WEEK)));
    is_near(numbers(&records[1]), (100.0, 10, 20.0, u64::from(WEEK)));
    assert_eq!(run.number("counted"), u64::from(20 * WEEK + 1_000 + 1_200));
    assert_eq!((run.number("starts"), run.number("ends")), (1, 1));
    assert!(!run.stderr.contains("still open"), "{}", run.stderr);
}

#[test]
fn a_baseline_reaches_from_midnight_seven_days_before_the_day_of_the_start() {
    let course = Course {
        name: "RunInstances",
        // Two days at 50 do not enter the baseline, seven days and some at 20 do.
        levels: vec![(50, 2 * 1_440), (20, WEEK + 317), (100, 10), (20, 60)],
    };
    let run = detected(at("2026-03-02T00:00:00Z"), &[course]);
    let records = run.insights();
    let last: Vec<String> = run.told().into_iter().rev().take(2).collect();
    assert_eq!(
        last,
        [
            "End 2026-03-11T05:27:00Z ec2 RunInstances",
            "Start 2026-03-11T05:17:00Z ec2 RunInstances",
        ]
    );
    let (start, end) = (&records[records.len() - 2], &records[records.len() - 1]);
    is_near(numbers(start), (100.0, 5, 20.0, u64::from(WEEK + 317)));
    is_near(numbers(end), (100.0, 10, 20.0, u64::from(WEEK + 317)));
}

#[test]
fn a_silence_is_an_episode_that_averages_zero() {
    let courses = [
        Course { name: "RunInstances", levels: vec![(20, 2 * 1_440), (0, 10), (20, 60)] },
        Course { name: "CreateTags", levels: vec![(1, 2 * 1_440 + 70)] },
    ];
    let told = [
        "Start 2026-03-04T00:00:00Z ec2 RunInstances",
        "End 2026-03-04T00:10:00Z ec2 RunInstances",
    ];
    for run in [
        replayed(at("2026-03-02T00:00:00Z"), &courses),
        detected(at("2026-03-02T00:00:00Z"), &courses),
    ] {
        assert_eq!(run.told(), told);
        let records = run.insights();
        is_near(numbers(&records[0]), (0.0, 5, 20.0, 2 * 1_440));
        is_near(numbers(&records[1]), (0.0, 10, 20.0, 2 * 1_440));
    }
}

#[test]
fn an_episode_that_lasts_to_the_end_of_the_log_has_no_end() {
    let course =
        |minutes| [Course { name: "RunInstances", levels: vec![(20, 2 * 1_440), (100, minutes)] }];
    let run = detected(at("2026-03-02T00:00:00Z"), &course(20));
    assert_eq!(run.told(), ["Start 2026-03-04T00:00:00Z ec2 RunInstances"]);
    is_near(numbers(&run.insights()[0]), (100.0, 5, 20.0, 2 * 1_440));
    assert_eq!((run.number("starts"), run.number("ends")), (1, 0));
    assert!(run.stderr.contains("1 still open at the end"), "{}", run.stderr);

    // A Start averages over five minutes though only two of them are in the log.
    let run = replayed(at("2026-03-02T00:00:00Z"), &course(2));
    assert_eq!(run.told(), ["Start 2026-03-04T00:00:00Z ec2 RunInstances"]);
    is_near(numbers(&run.insights()[0]), (40.0, 5, 20.0, 2 * 1_440));
    assert!(run.stderr.contains("1 still open at the end"), "{}", run.stderr);
}

#[test]
fn a_steady_log_reports_nothing() {
    let course = Course { name: "RunInstances", levels: vec![(20, 3 * 1_440)] };
    let run = detected(at("2026-03-02T00:00:00Z"), &[course]);
    assert_eq!(run.stdout, "");
    assert_eq!(run.number("rows"), 3 * 1_440);
}
