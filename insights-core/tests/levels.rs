//! Levels of traffic and series that are new: what people expect to be told of them, and how often.

use crate::{
    account::{API, Account, DAY, HOUR},
    behaviours::{LEARNT, daily_rhythm, shift},
};

/// Returns what is told of the API of an account whose level changes after four weeks.
fn told_of_shift(seed: u64, factor: f64, rate: impl Fn(u32) -> f64) -> Vec<String> {
    let mut account = Account::alive(37, seed);
    shift(&mut account, API, factor, rate);
    account.reports(API, LEARNT..account.length())
}

#[test]
fn a_higher_level_of_traffic_is_one_insight() {
    for factor in [2.0, 3.0] {
        let told = told_of_shift(1, factor, daily_rhythm);
        assert_eq!(told.len(), 2, "{factor} times: {told:?}");
    }
}

#[test]
fn a_steady_new_level_is_not_cut_in_two_by_chance() {
    for seed in 1..=20 {
        let told = told_of_shift(seed, 3.0, |_| 5.0);
        assert_eq!(told.len(), 2, "seed {seed}: {told:?}");
    }
}

#[test]
fn new_traffic_is_one_insight() {
    let mut account = Account::alive(35, 1);
    account.at_rate(API, 14 * DAY + 10 * HOUR..account.length(), daily_rhythm);
    let told = account.reports(API, 0..account.length());
    assert_eq!(told.len(), 2, "{told:?}");
}

#[test]
fn the_first_weekend_of_a_log_is_at_most_one_insight() {
    for seed in 1..=5 {
        let mut account = Account::alive(14, seed);
        account.at_rate(API, 0..account.length(), daily_rhythm);
        let told = account.reports(API, 0..account.length());
        assert!(told.len() <= 2, "seed {seed}: {told:?}");
    }
}

#[test]
fn a_silence_on_the_first_weekend_of_a_log_is_a_fall() {
    let mut account = Account::alive(14, 1);
    account.at_rate(API, 0..account.length(), |minute| 4.0 * daily_rhythm(minute));
    account.silence(API, 5 * DAY + 10 * HOUR..5 * DAY + 16 * HOUR);
    let told = account.reports(API, 0..account.length());
    assert_eq!(told, ["2026-05-09 Sat 10:00 Start Fall 0", "2026-05-09 Sat 16:00 End Fall 0"]);
}

#[test]
fn a_burst_of_a_new_api_is_one_insight_wherever_in_the_hour_it_comes() {
    for minute in [0, 20, 40, 50, 54, 55, 56, 57, 58, 59] {
        let mut account = Account::alive(17, 1);
        account.call(API, 14 * DAY + 13 * HOUR + minute, 300);
        let told = account.reports(API, 0..account.length());
        assert_eq!(told.len(), 2, "in minute {minute}: {told:?}");
    }
}

#[test]
fn a_burst_of_a_rare_api_is_one_insight_if_it_comes_just_before_midnight() {
    for minute in [1_300, 1_430, 1_435, 1_437, 1_438, 1_439] {
        let mut account = Account::alive(32, 1);
        account.at_rate(API, 0..account.length(), |_| 0.003);
        account.call(API, 28 * DAY + minute, 300);
        let told = account.reports(API, 27 * DAY..account.length());
        assert_eq!(told.len(), 2, "in minute {minute}: {told:?}");
    }
}

#[test]
fn a_new_hourly_job_is_learnt_within_some_hours() {
    for seed in 1..=3 {
        let mut account = Account::alive(21, seed);
        for hour in 14 * 24..21 * 24 {
            account.spread(API, hour * HOUR + 5..hour * HOUR + 8, 30);
        }
        let told = account.reports(API, 0..account.length());
        assert!((2..=12).contains(&told.len()), "seed {seed}: {told:?}");
    }
}
