//! What people expect of a detector about scheduled jobs: they are learnt, and missed when they do
//! not run.

use insights_core::Minutes;

use crate::{
    account::{API, Account, DAY, HOUR, WEEK},
    behaviours::{LEARNT, THURSDAY, WEEKS, about, are_one_fall, days, in_steps, is_learnt, works},
};

/// Runs a job at five minutes past every hour.
fn run_hourly(account: &mut Account, api: &'static str) {
    for hour in (0..account.length()).step_by(60) {
        let begin = hour + 5 + account.random.within(0..3);
        let calls = account.random.within(27..34);
        account.spread(api, begin..begin + 3, calls);
    }
}

/// Runs a job for ten minutes at three in the night of such days.
fn run_nightly(account: &mut Account, api: &'static str, runs: impl Fn(u32) -> bool) {
    for midnight in days(account, runs) {
        let begin = midnight + 3 * HOUR - 5 + account.random.within(0..11);
        let calls = account.random.within(240..361);
        account.spread(api, begin..begin + 10, calls);
    }
}

pub(crate) fn hourly_job(seed: u64) -> Account {
    let mut account = Account::alive(WEEKS * 7, seed);
    run_hourly(&mut account, API);
    account
}

pub(crate) fn nightly_job(seed: u64, runs: impl Fn(u32) -> bool) -> Account {
    let mut account = Account::alive(WEEKS * 7, seed);
    run_nightly(&mut account, API, runs);
    account
}

pub(crate) fn month_ends(seed: u64) -> Account {
    // Until the third of June.
    let mut account = Account::from("2026-03-23", 73, seed).with_background();
    for day in [8, 38, 69] {
        let begin = day * DAY + 22 * HOUR + account.random.within(0..4);
        let calls = account.random.within(450..551);
        account.spread(API, begin..begin + 20, calls);
    }
    account
}

/// A daily job in local time that comes at another hour in UTC from a day on.
pub(crate) fn clock_change(seed: u64, date: &str, before: u32, after: u32) -> Account {
    let mut account = Account::from(date, WEEKS * 7, seed).with_background();
    let change = 5 * WEEK - DAY;
    for midnight in days(&account, |_| true) {
        let hour = if midnight < change { before } else { after };
        let begin = midnight + hour * HOUR + account.random.within(0..3);
        let calls = account.random.within(240..361);
        account.spread(API, begin..begin + 10, calls);
    }
    account
}

pub(crate) fn drifting_sweep(seed: u64) -> Account {
    let mut account = Account::alive(WEEKS * 7, seed);
    let mut begin = 60;
    while begin < account.length() {
        let calls = account.random.within(180..221);
        account.spread(API, begin..begin + 20, calls);
        begin += DAY + account.random.within(20..41);
    }
    account
}

#[test]
fn an_hourly_job_that_is_not_quite_punctual_is_learnt() {
    is_learnt(hourly_job(1));
}

#[test]
fn a_nightly_job_that_varies_in_time_and_size_is_learnt() {
    is_learnt(nightly_job(1, |_| true));
}

#[test]
fn a_job_of_working_days_is_learnt_and_so_are_its_weekends() {
    is_learnt(nightly_job(1, works));
}

#[test]
fn a_weekly_job_is_learnt() {
    is_learnt(nightly_job(1, |day| day % 7 == 2));
}

#[test]
fn what_comes_at_the_end_of_months_is_learnt() {
    is_learnt(month_ends(1));
}

#[test]
fn a_daily_job_may_move_by_an_hour_when_clocks_change() {
    // At three in Berlin.
    is_learnt(clock_change(1, "2026-09-21", 1, 2));
    is_learnt(clock_change(1, "2027-02-22", 2, 1));
}

#[test]
fn a_daily_job_may_not_move_by_an_hour_when_no_clock_changes() {
    let account = clock_change(1, "2026-05-04", 1, 2);
    let moved = account.reports(API, LEARNT..account.length());
    let sunday = ["2026-06-07 Sun 01:00 Start Fall 0", "2026-06-07 Sun 01:15 End Fall 0"];
    assert_eq!(moved[..2], sunday);
}

#[test]
fn a_daily_sweep_that_drifts_is_learnt() {
    is_learnt(drifting_sweep(1));
}

#[test]
fn a_nightly_job_that_does_not_run_is_reported_within_an_hour_of_its_usual_end() {
    const NIGHTS: [(&str, u32); 3] = [("Thursday's", 31), ("Saturday's", 33), ("Monday's", 35)];
    let mut account = Account::alive(WEEKS * 7, 1);
    for (api, night) in NIGHTS {
        run_nightly(&mut account, api, |day| day != night);
    }
    let (_, insights) = account.replay();
    for (api, night) in NIGHTS {
        let [begin, end] = [-5, 15].map(|i| night * DAY + (3 * HOUR).saturating_add_signed(i));
        let insights = about(api, &account, insights.clone());
        are_one_fall(&insights, account.at(begin), account.at(end + HOUR), account.at(end));
    }
}

#[test]
fn an_hourly_job_that_does_not_run_is_reported_once_and_until_it_runs_again() {
    const RUNS: [(&str, u32); 3] = [("two runs", 2), ("three runs", 3), ("four runs", 4)];
    let mut account = Account::alive(5 * 7, 1);
    let noon = THURSDAY + 12 * HOUR;
    for (api, runs) in RUNS {
        run_hourly(&mut account, api);
        account.silence(api, noon..noon + runs * HOUR);
    }
    let (_, insights) = account.replay();
    for (api, runs) in RUNS {
        let insights = about(api, &account, insights.clone());
        let [begin, known, end] =
            [5, 10 + HOUR, 10 + (runs - 1) * HOUR].map(|i| account.at(noon + i));
        are_one_fall(&insights, begin, known, end);
    }
}

#[test]
fn a_nightly_job_may_be_a_quarter_of_an_hour_late_but_not_two_hours() {
    const LATE: [(&str, u32); 2] = [("by minutes", 15), ("by hours", 120)];
    let mut account = Account::alive(32, 1);
    for (api, late) in LATE {
        run_nightly(&mut account, api, |day| day * DAY != THURSDAY);
        let begin = THURSDAY + 3 * HOUR + late;
        account.spread(api, begin..begin + 10, 300);
    }
    let (_, insights) = account.replay();
    let [minutes, hours] = LATE.map(|(api, _)| about(api, &account, insights.clone()));
    assert_eq!(minutes, []);
    let [begin, end] = [-5, 15].map(|i| account.at((THURSDAY + 3 * HOUR).saturating_add_signed(i)));
    are_one_fall(&hours[..2], begin, end + Minutes::hours(1), end);
}

/// Runs a job of 300 calls that takes so many minutes from a time of day on, on such days.
fn run_daily(
    account: &mut Account,
    at: impl Fn(u32) -> u32,
    length: u32,
    runs: impl Fn(u32) -> bool,
) {
    for midnight in days(account, runs) {
        let begin = midnight + at(midnight / DAY) + account.random.within(0..4);
        account.spread(API, begin..begin + length, 300);
    }
}

/// Returns what is reported once four weeks are known.
fn since_learnt(account: &Account) -> Vec<String> {
    account.reports(API, LEARNT..account.length())
}

/// Claims that a job's run is missing, from a minute for so long, and that this is all.
fn is_missed(account: &Account, begin: u32, length: u32) {
    let insights = about(API, account, account.replay().1);
    let [from, known, to] =
        [begin, begin + length + HOUR, begin + length].map(|minute| account.at(minute));
    are_one_fall(&insights, from, known, to);
}

#[test]
fn a_job_of_working_days_that_does_not_run_on_a_monday_is_reported() {
    let mut account = Account::alive(WEEKS * 7, 1);
    run_daily(&mut account, |_| 180, 10, |day| works(day) && day != 35);
    is_missed(&account, 35 * DAY + 180, 15);
}

#[test]
fn a_job_that_ends_just_before_midnight_and_does_not_run_is_reported() {
    let mut account = Account::alive(WEEKS * 7, 1);
    run_daily(&mut account, |_| 1_425, 10, |day| day != 31);
    is_missed(&account, THURSDAY + 1_425, 15);
}

#[test]
fn a_nightly_job_of_an_hour_that_does_not_run_is_reported() {
    let mut account = Account::alive(WEEKS * 7, 1);
    run_daily(&mut account, |_| 180, 60, |day| day != 31);
    is_missed(&account, THURSDAY + 180, 65);
}

#[test]
fn an_hourly_job_that_does_not_run_over_midnight_is_reported_once() {
    let mut account = hourly_job(1);
    // Later than ever: on Friday it is waited for longer than was known on Thursday.
    account.silence(API, THURSDAY..THURSDAY + HOUR);
    account.spread(API, THURSDAY + 11..THURSDAY + 14, 30);
    account.silence(API, THURSDAY + 22 * HOUR..THURSDAY + 26 * HOUR);
    let insights = about(API, &account, account.replay().1);
    let [from, known, to] = [22 * HOUR + 5, 23 * HOUR + 10, 25 * HOUR + 10];
    let at = |minute| account.at(THURSDAY + minute);
    are_one_fall(&insights, at(from), at(known), at(to));
}

#[test]
fn a_job_that_ended_for_good_is_one_insight() {
    let mut account = hourly_job(1);
    account.silence(API, THURSDAY + 12 * HOUR..account.length());
    let ended = ["2026-06-04 Thu 12:05 Start Fall 0", "2026-06-05 Fri 12:05 End Fall 0"];
    assert_eq!(since_learnt(&account), ended);
}

#[test]
fn a_nightly_job_that_is_up_to_an_hour_and_a_half_late_is_one_insight_at_most() {
    for late in [25, 30, 45, 60, 90] {
        let mut account = nightly_job(1, |day| day != 31);
        let begin = THURSDAY + 3 * HOUR + late;
        account.spread(API, begin..begin + 10, 300);
        let told = since_learnt(&account);
        assert!(told.len() <= 2, "{late}: {told:?}");
    }
}

#[test]
fn a_nightly_job_that_is_half_an_hour_early_is_one_insight_at_most() {
    let mut account = nightly_job(1, |day| day != 31);
    let begin = THURSDAY + 3 * HOUR - 30;
    account.spread(API, begin..begin + 10, 300);
    let told = since_learnt(&account);
    assert!(told.len() <= 2, "{told:?}");
}

#[test]
fn calls_that_are_more_than_a_late_run_are_reported() {
    let mut account = nightly_job(1, |day| day != 31);
    let begin = THURSDAY + 4 * HOUR;
    account.spread(API, begin..begin + 10, 3_000);
    let told = since_learnt(&account);
    assert_eq!(told.len(), 4, "a missing run and a burst: {told:?}");
}

#[test]
fn a_nightly_job_in_new_york_may_move_by_an_hour() {
    // At 22:00 in New York: 03:00 UTC until the night of 2027-03-14, 02:00 UTC from then on.
    let mut account = Account::from("2027-02-08", WEEKS * 7, 1).with_background();
    run_daily(&mut account, |day| if day <= 34 { 180 } else { 120 }, 10, |_| true);
    assert_eq!(since_learnt(&account), [""; 0]);
}

#[test]
fn a_nightly_job_in_berlin_may_move_to_the_day_before() {
    // At 01:30 in Berlin: 00:30 UTC until 2027-03-28, 23:30 UTC of the day before from then on.
    let mut account = Account::from("2027-02-22", WEEKS * 7, 1).with_background();
    run_daily(&mut account, |_| 30, 10, |day| day <= 34);
    run_daily(&mut account, |_| 1_410, 10, |day| (34..41).contains(&day));
    assert_eq!(since_learnt(&account), [""; 0]);
}

#[test]
fn a_daily_job_of_an_hour_and_a_half_may_move_by_an_hour_when_clocks_change() {
    for (date, before, after) in [("2026-09-21", 60, 120), ("2027-02-22", 120, 60)] {
        let mut account = Account::from(date, WEEKS * 7, 1).with_background();
        run_daily(&mut account, |day| if day < 34 { before } else { after }, 90, |_| true);
        assert_eq!(since_learnt(&account), [""; 0], "{date}");
    }
}

#[test]
fn a_weekly_job_about_midnight_does_not_make_a_fall_of_a_day() {
    for seed in 1..=4 {
        let mut account = Account::alive(WEEKS * 7, seed);
        for day in (6..WEEKS * 7).step_by(7) {
            let minute = day * DAY + 1_437 + account.random.within(0..6);
            account.call(API, minute, 300);
        }
        let told = account.reports(API, 0..account.length());
        assert!(told.iter().all(|line| !line.contains("Fall")), "{told:?}");
    }
}

#[test]
fn what_is_told_about_midnight_is_the_same_however_it_is_split() {
    let mut account = hourly_job(1);
    account.silence(API, THURSDAY + 12 * HOUR..THURSDAY + 50 * HOUR);
    for day in 0..account.length() / DAY {
        let runs = [("midnight", day != 31), ("nightly", day != 31 && day != 33)];
        for (api, _) in runs.into_iter().filter(|(_, runs)| *runs) {
            let begin = day * DAY + if api == "midnight" { 1_425 } else { 180 };
            account.spread(api, begin..begin + 10, 300);
        }
    }
    account.spread("burst", THURSDAY + DAY - 3..THURSDAY + DAY + 2, 300);
    let length = account.length();
    let (_, whole) = account.replay();
    let since = account.at(THURSDAY);
    assert!(whole.iter().filter(|insight| insight.start >= since).count() >= 8, "{whole:?}");
    let about_midnight = THURSDAY + DAY - 20..THURSDAY + DAY + 40;
    let mut stops: Vec<u32> = about_midnight.step_by(3).collect();
    stops.extend([1, 7, 200, 700, 1_435, 1_460, 1_500].map(|minute| THURSDAY + DAY + minute));
    stops.push(length);
    stops.sort_unstable();
    assert!(in_steps(&account, &[length], false) == whole, "at once");
    assert!(in_steps(&account, &stops, false) == whole, "in steps");
    assert!(in_steps(&account, &stops, true) == whole, "stopping at {stops:?}");
}
