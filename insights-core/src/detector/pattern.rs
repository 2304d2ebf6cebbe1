//! [`Pattern`]: the rhythm of a series in a word.
//!
//! It is told from the same parts that a model is fitted from, by the first rule that applies:
//!
//! 1. *new*: first called less than three days ago. Nothing else can be told of it yet.
//! 2. *hourly job* or *nightly job*: at least half of the last week's calls lie in runs of jobs
//!    ([`spikes`](super::spikes)), in twelve hours of the day or more, or in fewer. A job that
//!    runs once by day is a nightly one too: what night is depends on where somebody sleeps. One
//!    that runs on one or two days a week is weekly.
//! 3. *sparse*: fewer than a hundred calls in the last week, so that hours cannot be compared.
//! 4. *weekly*: the rates of weekdays and of weekends in the last two weeks differ by half or
//!    more, and by five standard deviations.
//! 5. *daily*: the rates of the hours of the day differ by three tenths or more (their coefficient
//!    of variation, beyond chance).
//! 6. *sparse* again: less than a call in a quarter of an hour, which is what the detector calls so
//!    ([`bursts`](super::bursts)).
//! 7. *steady*: none of these.

use std::fmt;

use serde::Serialize;

use super::{
    bursts,
    hours::Hours,
    past::{Past, SLOTS},
    rate::{PATTERNED, RateDetector},
};
use crate::history::History;

/// The share of calls in runs, and the hours of the day with runs, that make an hourly job.
const IN_RUNS: f64 = 0.5;
const HOURLY: usize = 12;
/// The days a week on which a weekly job runs at most.
const FEW_DAYS: usize = 2;
/// The least calls a week whose hours can be compared.
const LEAST_CALLS: f64 = 100.0;
/// By which factor, and standard deviations, weekdays and weekends differ at least; and the least
/// hours of each that must be known.
const WEEKLY: f64 = 1.5;
const WEEKLY_DEVIATIONS: f64 = 5.0;
const LEAST_HOURS: f64 = 24.0;
/// The squared coefficient of variation by which hours differ at least.
const DAILY: f64 = 0.09;

/// The rhythm of a series.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Pattern {
    /// It was first called less than three days ago.
    New,
    /// It is called too rarely for a rhythm to show.
    Sparse,
    /// It runs at the same times of day, most hours of it.
    HourlyJob,
    /// It runs at the same times of day, some hours of it.
    NightlyJob,
    /// Weekdays differ from weekends, or it runs on few days of the week.
    Weekly,
    /// The hours of the day differ.
    Daily,
    /// It is called much the same at all times.
    Steady,
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::New => "new",
            Self::Sparse => "sparse",
            Self::HourlyJob => "hourly job",
            Self::NightlyJob => "nightly job",
            Self::Weekly => "weekly",
            Self::Daily => "daily",
            Self::Steady => "steady",
        })
    }
}

impl RateDetector {
    /// Returns the rhythm of a series.
    #[must_use]
    pub fn pattern(&self, history: &History<'_>) -> Pattern {
        let past = Past::new(history);
        let patterned = past.len() - past.birth >= PATTERNED;
        if !patterned {
            return Pattern::New;
        }
        let hours = Hours::new(&past, patterned);
        if let Some(job) = job(&past) {
            return job;
        }
        if hours.week_calls() < LEAST_CALLS {
            return Pattern::Sparse;
        }
        let (clumps, differ) = hours.variation();
        if is_weekly(&hours, clumps) {
            Pattern::Weekly
        } else if differ >= DAILY {
            Pattern::Daily
        } else if hours.mean_rate() < bursts::SPARSE {
            Pattern::Sparse
        } else {
            Pattern::Steady
        }
    }
}

/// Returns what kind of job most of the last week's calls are of, if they are.
fn job(past: &Past) -> Option<Pattern> {
    let week = past.len().saturating_sub(7 * SLOTS).max(past.birth)..past.len();
    let calls = past.between(week.start, week.end);
    let runs = week.filter(|&i| past.scheduled[i]);
    let (mut hours, mut days) = ([false; 24], [false; 7]);
    let mut in_runs = 0.0;
    for i in runs {
        hours[i % SLOTS * 24 / SLOTS] = true;
        days[i / SLOTS % 7] = true;
        in_runs += f64::from(past.calls[i]);
    }
    let [hours, days] = [&hours[..], &days].map(|of| of.iter().filter(|&&runs| runs).count());
    let kind = if hours >= HOURLY {
        Pattern::HourlyJob
    } else if days <= FEW_DAYS {
        Pattern::Weekly
    } else {
        Pattern::NightlyJob
    };
    (hours > 0 && in_runs >= IN_RUNS * calls).then_some(kind)
}

/// Returns whether weekdays and weekends differ, if hours vary by that many times their mean.
fn is_weekly(hours: &Hours, clumps: f64) -> bool {
    let [(weekday, of_weekday), (weekend, of_weekend)] = hours.by_kind();
    if of_weekday.min(of_weekend) < 60.0 * LEAST_HOURS {
        return false;
    }
    let [low, high] = {
        let rates = [weekday / of_weekday, weekend / of_weekend];
        [rates[0].min(rates[1]), rates[0].max(rates[1])]
    };
    let expected = (weekday + weekend) / (of_weekday + of_weekend);
    let variance = clumps * expected * (1.0 / of_weekday + 1.0 / of_weekend);
    high >= WEEKLY * low && high - low >= WEEKLY_DEVIATIONS * variance.sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        baseline::Baseline,
        history::fixture::{self, monday},
        time::Minutes,
    };

    const DAY: u32 = 1_440;

    /// Returns the pattern of so many days of a series with these calls, by day and minute of it.
    fn of_days(days: u32, calls: impl Fn(u32, u32) -> u32) -> Pattern {
        let mut baseline = Baseline::default();
        for minute in 0..days * DAY {
            baseline.push(monday() + Minutes::new(minute), calls(minute / DAY, minute % DAY));
        }
        RateDetector::default().pattern(&fixture::days(&baseline, days))
    }

    fn of(calls: impl Fn(u32, u32) -> u32) -> Pattern {
        of_days(15, calls)
    }

    #[test]
    fn each_rhythm_is_told() {
        let at_work = |minute: u32| (540..1_020).contains(&minute);
        assert_eq!(of(|_, _| 3), Pattern::Steady);
        assert_eq!(of(|_, minute| u32::from(minute.is_multiple_of(5))), Pattern::Steady);
        assert_eq!(of(|_, minute| if at_work(minute) { 3 } else { 1 }), Pattern::Daily);
        let week = |day: u32, minute| if day % 7 < 5 && at_work(minute) { 3 } else { 1 };
        assert_eq!(of(week), Pattern::Weekly);
        assert_eq!(of(|day, _| if day % 7 < 5 { 1 } else { 4 }), Pattern::Weekly);
        assert_eq!(of(|day, _| if day % 7 < 5 { 50 } else { 40 }), Pattern::Steady);
        assert_eq!(of(|_, minute| 10 * u32::from(minute % 60 < 3)), Pattern::HourlyJob);
        assert_eq!(
            of(|_, minute| 30 * u32::from((180..190).contains(&minute))),
            Pattern::NightlyJob
        );
        assert_eq!(of(|day, minute| u32::from(minute == day * 397 % DAY)), Pattern::Sparse);
        assert_eq!(of(|_, minute| u32::from(minute.is_multiple_of(20))), Pattern::Sparse);
    }

    #[test]
    fn a_job_that_runs_on_few_days_is_weekly() {
        let job = |minute| 30 * u32::from((180..190).contains(&minute));
        let on = |days: std::ops::Range<u32>| {
            of_days(28, move |day, minute| if days.contains(&(day % 7)) { job(minute) } else { 0 })
        };
        assert_eq!(on(6..7), Pattern::Weekly);
        assert_eq!(on(0..5), Pattern::NightlyJob);
    }

    #[test]
    fn nothing_is_told_of_three_days_and_little_of_one_weekend_day() {
        let from = |first: u32| of(move |day, _| u32::from(day >= first));
        assert_eq!(from(13), Pattern::New);
        assert_eq!(from(12), Pattern::Steady);
        // Of a week that ends on a Saturday evening a weekend is not known yet.
        assert_eq!(of_days(5, |_, _| 1), Pattern::Steady);
    }

    #[test]
    fn a_job_among_as_many_other_calls_is_none() {
        let job = |minute| 30 * u32::from((180..190).contains(&minute));
        assert_eq!(of(|_, minute| job(minute) + 1), Pattern::Steady);
        let few = |minute: u32| u32::from(minute.is_multiple_of(12));
        assert_eq!(of(|_, minute| job(minute) + few(minute)), Pattern::NightlyJob);
    }
}
