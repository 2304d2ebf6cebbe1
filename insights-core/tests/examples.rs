//! The examples, compiled into the tests and run.

use std::fmt::Write;

use chrono::TimeDelta;

use crate::scenario::monday;

#[path = "../examples/checkpoint.rs"]
#[allow(dead_code, reason = "its main is for the command line")]
mod checkpoint;
#[path = "../examples/merge.rs"]
#[allow(dead_code, reason = "its main is for the command line")]
mod merge;
#[path = "../examples/observe.rs"]
#[allow(dead_code, reason = "its main is for the command line")]
mod observe;
#[path = "../examples/own_detector.rs"]
#[allow(dead_code, reason = "its main is for the command line")]
mod own_detector;

fn text(out: Vec<u8>) -> String {
    String::from_utf8(out).unwrap()
}

#[test]
fn a_stream_of_records_becomes_insights() {
    let mut records = String::new();
    for minute in 0..3 * 1_440 {
        let calls = if (4_000..4_010).contains(&minute) { 40 } else { 1 };
        for second in 0..calls {
            let time = monday() + TimeDelta::minutes(minute) + TimeDelta::seconds(second);
            let time = time.format("%Y-%m-%dT%H:%M:%SZ");
            writeln!(
                records,
                r#"{{"eventTime":"{time}","eventSource":"iam.amazonaws.com","eventName":"CreateUser","eventID":"{minute}-{second}","readOnly":false,"eventCategory":"Management"}}"#
            )
            .unwrap();
        }
    }
    let mut out = Vec::new();
    observe::run(records.as_bytes(), &mut out).unwrap();
    let out = text(out);
    let lines: Vec<&str> = out.lines().collect();
    assert_eq!(lines.len(), 2, "{out}");
    assert!(lines[0].contains(r#""eventTime":"2026-03-04T18:40:00Z""#), "{out}");
    assert!(lines[1].contains(r#""eventTime":"2026-03-04T18:50:00Z""#), "{out}");
}

#[test]
fn threads_count_what_one_counts() {
    let count = |threads| {
        let mut out = Vec::new();
        merge::run(threads, &mut out).unwrap();
        text(out)
    };
    let one = count(1);
    assert_eq!(one.lines().count(), 2, "{one}");
    assert!(one.contains("2026-03-14T09:20:00Z"), "{one}");
    assert_eq!(count(3), one);
}

#[test]
fn a_detector_of_ones_own_finds_the_burst() {
    let mut out = Vec::new();
    own_detector::run(&mut out).unwrap();
    assert_eq!(
        text(out),
        "2026-03-03T09:20:00Z Start: 40 calls in 1 min against 3.0, 37.0 deviations\n\
         2026-03-03T09:28:00Z End: 40 calls in 1 min against 3.0, 37.0 deviations\n"
    );
}

#[test]
fn an_episode_goes_on_after_a_restart() {
    let mut out = Vec::new();
    checkpoint::run(&mut out).unwrap();
    let out = text(out);
    let ids: Vec<&str> = out.lines().filter_map(|line| line.rsplit(' ').next()).collect();
    assert_eq!(ids.len(), 2, "{out}");
    assert_eq!(ids[0], ids[1]);
    assert!(out.starts_with("before the stop: Start at 2026-03-10T00:00:00Z"), "{out}");
    assert!(out.contains("after the stop: End at 2026-03-10T00:30:00Z"), "{out}");
}
