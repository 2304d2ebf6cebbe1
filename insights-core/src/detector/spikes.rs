//! Finds the runs of jobs: short bursts that recur at the same time of day.
//!
//! They have to be known before anything else is learnt: a nightly job of 300 calls would make
//! its hour look busy and the series look restless.

use super::past::{Past, SLOTS};

/// A spike has at least so many calls, and so many times those of the sums around it.
const CALLS: f64 = 3.0;
const CONTRAST: f64 = 3.0;
/// The sums to either side that are compared with: those so far away, not those nearer; for runs
/// of up to twenty minutes, and for those of up to an hour and a half.
const SHORT: (usize, usize) = (3, 12);
const LONG: (usize, usize) = (18, 36);
/// Of a long run so many of the sums near each other stand out.
const NEAR: usize = 3;
const LEAST_NEAR: usize = 4;
/// Runs may come so many sums earlier or later, and have that share of each other's calls.
const JITTER: usize = 2;
const ALIKE: f32 = 0.5;
/// The share of comparable days that must have a run, and the least number of such days.
const SHARE: f64 = 0.6;
const LEAST_DAYS: u32 = 2;

/// Returns which sums belong to a run: they stand out from the hours around, and something
/// alike does on most days of the same kind within a week, or on most of the same weekdays.
pub(super) fn scheduled(past: &Past) -> Vec<bool> {
    let spikes = spikes(past);
    let mut scheduled = vec![false; past.len()];
    let mut near_spike = vec![false; past.len()];
    for &i in &spikes {
        near_spike[i.saturating_sub(JITTER)..(i + JITTER + 1).min(past.len())].fill(true);
    }
    for &i in &spikes {
        let (day, slot) = (i / SLOTS, i % SLOTS);
        let least = ALIKE * past.around(i, 1);
        let weekend = past.minute(i).on_weekend();
        let (mut of_kind, mut of_weekday) = (Tally::default(), Tally::default());
        for other in past.birth / SLOTS..past.len().div_ceil(SLOTS) {
            let (j, apart) = (other * SLOTS + slot, other.abs_diff(day));
            let weekday = apart.is_multiple_of(7);
            if apart == 0 || j >= past.len() || !(weekday || apart < 7) {
                continue;
            }
            let alike = near_spike[j] && past.around(j, JITTER) >= least;
            if weekday {
                of_weekday.add(alike);
            }
            if apart <= 7 && past.minute(j).on_weekend() == weekend {
                of_kind.add(alike);
            }
        }
        scheduled[i] = of_kind.most() || of_weekday.most();
    }
    scheduled
}

/// How many days there are, and how many of them have something.
#[derive(Default)]
struct Tally {
    days: u32,
    have: u32,
}

impl Tally {
    fn add(&mut self, have: bool) {
        self.days += 1;
        self.have += u32::from(have);
    }

    fn most(&self) -> bool {
        self.days >= LEAST_DAYS && f64::from(self.have) >= SHARE * f64::from(self.days)
    }
}

/// Returns the sums that stand out from those around them.
fn spikes(past: &Past) -> Vec<usize> {
    let mut spikes = Vec::new();
    for i in past.birth..past.len() {
        if may_be_spike(past, i) && (is_of_short(past, i) || is_of_long(past, i)) {
            spikes.push(i);
        }
    }
    spikes
}

/// Returns whether a sum stands out as part of a short run.
fn is_of_short(past: &Past, i: usize) -> bool {
    let (before, after) = sides(past, i, SHORT);
    stands_out(past, i, before.midpoint(after))
}

/// Returns whether a sum stands out as part of a long run: to both sides, as others near it do.
fn is_of_long(past: &Past, i: usize) -> bool {
    let is_long = |&i: &usize| {
        let (before, after) = sides(past, i, LONG);
        stands_out(past, i, before.max(after))
    };
    let near = i.saturating_sub(NEAR)..(i + NEAR + 1).min(past.len());
    is_long(&i) && near.filter(is_long).count() >= LEAST_NEAR
}

/// Returns, at less cost, whether a sum may be a spike.
fn may_be_spike(past: &Past, i: usize) -> bool {
    // No rounding makes a sum stand out with less.
    const SURELY: f64 = 0.999;
    const FAR: usize = LONG.1;
    let calls = f64::from(past.calls[i]);
    if calls < CALLS {
        return false;
    }
    let before = i.checked_sub(FAR).and_then(|from| past.before().get(from..));
    let Some(before) = before.and_then(|before| before.first_chunk::<{ 2 * FAR + 2 }>()) else {
        return true;
    };
    // What stands out from the higher of two sides does so from their mean.
    let least = |(near, far): (usize, usize)| {
        let (earlier, later) = (FAR - far..FAR - near, FAR + near + 1..FAR + far + 1);
        let around =
            before[earlier.end] - before[earlier.start] + before[later.end] - before[later.start];
        CALLS + SURELY * CONTRAST / (2 * (far - near)) as f64 * around
    };
    calls >= least(SHORT).min(least(LONG))
}

fn stands_out(past: &Past, i: usize, around: f64) -> bool {
    f64::from(past.calls[i]) >= CALLS + CONTRAST * around
}

/// Returns the mean calls of the sums to either side.
fn sides(past: &Past, i: usize, (near, far): (usize, usize)) -> (f64, f64) {
    let mean = |from: usize, to: usize| {
        let (from, to) = (from.min(past.len()), to.min(past.len()));
        past.between(from, to) / (to - from).max(1) as f64
    };
    (mean(i.saturating_sub(far), i.saturating_sub(near)), mean(i + near + 1, i + far + 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        baseline::Baseline,
        history::fixture::{self, monday},
        time::Minutes,
    };

    const DAYS: u32 = 28;

    /// Returns the past of a series with these calls, by minutes since the first Monday.
    fn past(calls: Vec<(u32, u32)>) -> Past {
        past_of(DAYS, calls)
    }

    fn past_of(days: u32, mut calls: Vec<(u32, u32)>) -> Past {
        calls.sort_unstable();
        let mut baseline = Baseline::default();
        for (minute, count) in calls {
            baseline.push(monday() + Minutes::new(minute), count);
        }
        Past::new(&fixture::days(&baseline, days))
    }

    /// Returns the days and times of day of what is scheduled, in sums of five minutes.
    fn found(past: &Past) -> Vec<(usize, usize)> {
        let scheduled = (0..past.len()).filter(|&i| past.scheduled[i]);
        let sum = |i| past.minute(i).since(monday()).count() as usize / 5;
        scheduled.map(|i| (sum(i) / SLOTS, sum(i) % SLOTS)).collect()
    }

    /// The calls of a job of 300 calls in ten minutes from three o'clock on, on such days.
    fn nightly(runs: impl Fn(u32) -> bool, late: impl Fn(u32) -> u32) -> Vec<(u32, u32)> {
        let days = (0..DAYS).filter(|&day| runs(day));
        days.flat_map(|day| (0..10).map(move |i| (day, i)))
            .map(|(day, i)| (day * 1_440 + 180 + late(day) + i, 30))
            .collect()
    }

    #[test]
    fn a_nightly_job_is_found_on_every_day_and_nothing_else_is() {
        let days = |found: &[(usize, usize)]| {
            let mut days: Vec<usize> = found.iter().map(|at| at.0).collect();
            days.dedup();
            days
        };
        let exact = found(&past(nightly(|_| true, |_| 0)));
        assert_eq!(exact.len(), 2 * DAYS as usize, "two sums of five minutes a night");
        assert!(exact.iter().all(|at| (36..38).contains(&at.1)), "{exact:?}");
        let late = found(&past(nightly(|_| true, |day| day * 7 % 10)));
        assert_eq!(days(&late), (0..DAYS as usize).collect::<Vec<_>>());
        assert!(late.iter().all(|at| (36..40).contains(&at.1)), "{late:?}");
    }

    #[test]
    fn a_long_run_is_found_whole_and_busy_hours_are_not() {
        let from_three = |minutes: u32| {
            let all = (0..DAYS).flat_map(move |day| (0..minutes).map(move |i| (day, i)));
            found(&past(all.map(|(day, i)| (day * 1_440 + 180 + i, 3)).collect()))
        };
        assert_eq!(from_three(60).len(), 12 * DAYS as usize);
        assert_eq!(from_three(90).len(), 18 * DAYS as usize);
        assert_eq!(from_three(5 * 60).len(), 0);
    }

    #[test]
    fn a_job_of_working_days_and_one_of_sundays_are_found() {
        let working = found(&past(nightly(|day| day % 7 < 5, |_| 0)));
        assert_eq!(working.len(), 2 * 20);
        let sundays = found(&past(nightly(|day| day % 7 == 6, |_| 0)));
        assert_eq!(
            sundays.iter().map(|at| at.0).collect::<Vec<_>>(),
            [6, 6, 13, 13, 20, 20, 27, 27]
        );
    }

    #[test]
    fn a_job_is_found_among_other_calls_and_they_are_not() {
        let mut calls = nightly(|_| true, |_| 0);
        calls.extend((0..DAYS * 288).map(|five| (five * 5 + 4, 10)));
        let past = past(calls);
        let found = found(&past);
        assert!(found.iter().all(|at| (36..38).contains(&at.1)), "{found:?}");
        assert_eq!(found.len(), 2 * DAYS as usize);
        assert_eq!(past.known.iter().filter(|&&known| known).count(), (DAYS as usize) * 286);
    }

    #[test]
    fn bursts_at_random_times_are_no_job() {
        // Two a day, at times of day that have nothing in common.
        let mut state = 1_u32;
        let calls = (0..2 * DAYS).map(|half| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (half * 720 + (state >> 16) % 720, 60)
        });
        assert_eq!(found(&past(calls.collect())), []);
    }

    #[test]
    fn what_is_half_the_size_of_a_run_is_another_thing() {
        let mut calls = nightly(|day| day != 16, |_| 0);
        calls.push((16 * 1_440 + 182, 60));
        assert!(found(&past(calls.clone())).iter().any(|at| at.0 == 16), "a small one is a run");
        let mut large = nightly(|day| day != 16, |_| 0);
        large.push((16 * 1_440 + 182, 3_000));
        assert!(
            found(&past(large)).iter().all(|at| at.0 != 16),
            "one of ten times the size is none"
        );
    }

    #[test]
    fn two_days_are_too_few_to_tell() {
        let first = |days| found(&past_of(days, nightly(|day| day < days, |_| 0)));
        assert_eq!(first(2), []);
        assert_eq!(first(3).len(), 6);
    }
}
