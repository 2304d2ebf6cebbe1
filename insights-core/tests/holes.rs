//! Spans in which a log is missing: they are told apart from what falls silent by itself.

use std::ops::Range;

use insights_core::{Hole, Insight, LogKey};

use crate::account::{API, Account, DAY, HOUR, log, series, told};

const HOLE: Range<u32> = 29 * DAY + 10 * HOUR..29 * DAY + 13 * HOUR;

/// Returns what is told of a log, and its holes.
fn replay(account: &Account) -> (Vec<String>, Vec<(LogKey, Hole)>) {
    let (engine, insights) = account.replay();
    let holes = engine.holes().map(|(key, hole)| (key.clone(), hole)).collect();
    (insights.iter().map(told).collect(), holes)
}

/// Claims that a log has one hole and is told of nothing.
fn is_one_hole(account: &Account, key: &LogKey, span: Range<u32>) {
    let (told, holes) = replay(account);
    assert_eq!(told, [""; 0]);
    assert_eq!(holes.len(), 1, "{holes:?}");
    let (found, hole) = &holes[0];
    assert_eq!(found, key);
    assert!((account.at(span.start - 15)..=account.at(span.start)).contains(&hole.start));
    assert!((account.at(span.end)..=account.at(span.end + 15)).contains(&hole.end));
}

#[test]
fn a_hole_in_a_log_of_pollers_of_five_minutes_is_no_fall() {
    let mut account = Account::from("2026-05-04", 30, 1);
    for api in ["A", "B", "C", "D", "E", "F"] {
        for minute in (0..account.length()).step_by(5) {
            let calls = account.random.poisson(10.0);
            account.call(api, minute, calls);
        }
    }
    account.hole(HOLE);
    is_one_hole(&account, &log(), HOLE);
}

#[test]
fn a_hole_in_a_log_of_few_calls_is_a_hole() {
    let mut account = Account::from("2026-05-04", 30, 1);
    for api in ["A", "B", "C", "D", "E"] {
        account.at_rate(api, 0..account.length(), |_| 0.3);
    }
    let span = HOLE.start..HOLE.start + 6 * HOUR;
    account.hole(span.clone());
    is_one_hole(&account, &log(), span);
}

#[test]
fn a_hole_is_no_part_of_a_reported_baseline() {
    let mut whole = Account::from("2026-05-04", 30, 1);
    for api in ["A", "B", "C", API] {
        for minute in 0..whole.length() {
            whole.call(api, minute, 2);
        }
    }
    whole.spread(API, 29 * DAY + 600..29 * DAY + 610, 300);
    let mut account = whole.clone();
    account.hole(28 * DAY + 600..28 * DAY + 780);
    let first = |account: &Account| account.replay().1.swap_remove(0);
    let [whole, holed] = [&whole, &account].map(first).map(|insight: Insight| insight.baseline);
    assert_eq!(whole.duration.count() - holed.duration.count(), 180);
    assert_eq!(whole.count - holed.count, 360);
}

/// A log of two Regions.
fn regions() -> Account {
    let mut account = Account::from("2026-05-04", 35, 1);
    for api in ["A", "B", "C", "D"] {
        account.at_rate(api, 0..account.length(), |_| 1.0);
    }
    for api in ABROAD {
        account.at_rate(api, 0..account.length(), |_| 3.0);
    }
    account
}

const ABROAD: [&str; 3] = ["A@us-east-1", "E@us-east-1", "F@us-east-1"];

#[test]
fn a_hole_of_one_region_is_missing_there_and_nowhere_else() {
    let mut whole = regions();
    let burst = HOLE.end + 2 * DAY;
    whole.spread(ABROAD[0], burst..burst + 10, 150);
    let mut account = whole.clone();
    for api in ABROAD {
        account.silence(api, HOLE);
    }
    let (told, holes) = replay(&account);
    assert_eq!(told, replay(&whole).0);
    assert_eq!(told.len(), 2, "the burst after the hole: {told:?}");
    assert_eq!(holes.len(), 1, "{holes:?}");
    let (found, hole) = &holes[0];
    assert_eq!(*found, series(ABROAD[0]).log());
    assert!(hole.start <= account.at(HOLE.start) && account.at(HOLE.end) <= hole.end);
    let missing = hole.end.since(hole.start).count();
    let [all, less] = [&whole, &account].map(|account| account.replay().1.swap_remove(0));
    assert_eq!(all.baseline.duration.count() - less.baseline.duration.count(), missing);
}

#[test]
fn a_region_that_stays_silent_is_a_hole_that_lasts() {
    let mut account = regions();
    for api in ABROAD {
        account.silence(api, HOLE.start..account.length());
    }
    let (told, holes) = replay(&account);
    assert_eq!(told, [""; 0]);
    assert_eq!(holes.len(), 1, "{holes:?}");
    assert!(holes[0].1.end >= account.at(account.length() - 2));
}

#[test]
fn a_hole_of_all_regions_is_one_hole() {
    let mut account = regions();
    account.hole(HOLE);
    is_one_hole(&account, &log(), HOLE);
}

#[test]
fn a_hole_of_one_region_may_hold_one_of_all() {
    let mut account = regions();
    for api in ABROAD {
        account.silence(api, HOLE);
    }
    account.hole(HOLE.start + HOUR..HOLE.start + 2 * HOUR);
    let (told, holes) = replay(&account);
    assert_eq!(told, [""; 0]);
    let keys: Vec<_> = holes.into_iter().map(|(key, _)| key).collect();
    assert_eq!(keys, [log(), series(ABROAD[0]).log()]);
}

#[test]
fn an_api_that_fails_in_one_region_is_a_fall() {
    let mut account = regions();
    account.silence(ABROAD[0], HOLE);
    let (told, holes) = replay(&account);
    assert_eq!(told.len(), 2, "{told:?}");
    assert_eq!(holes, []);
}

#[test]
fn a_region_never_used_before_is_no_new_log() {
    let mut account = regions();
    account.call("RunInstances@ap-east-1", HOLE.start, 40);
    let (told, _) = replay(&account);
    assert_eq!(told.len(), 2, "{told:?}");
}
