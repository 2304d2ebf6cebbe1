//! What people expect of a detector about scheduled jobs: they are learnt, and missed when they do
//! not run.

use insights_core::Minutes;

use crate::{
    account::{API, Account, DAY, HOUR, WEEK},
    behaviours::{LEARNT, THURSDAY, WEEKS, about, are_one_fall, days, is_learnt, works},
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
