//! [`Profile`]: the expected calls a minute, by hour of the day.
//!
//! The rate of an hour is that of the same hour on days of the same kind (weekday or weekend) in
//! the last two weeks, shrunk towards the mean rate of the last week, and then that of the same
//! hour of the same weekday, shrunk towards that: Gamma priors of Poisson rates, whose weight is
//! the ratio of the chance in the counts to the true differences (empirical Bayes, Robbins 1956;
//! Clayton and Kaldor 1987). A day is further scaled by how the days just before compared with
//! what was expected of them.

use super::{
    hours::Hours,
    past::{self, SLOTS},
};
use crate::{
    clock_change::{self, Moved},
    time::{Minute, Minutes},
};

/// No hour has less than this share of the mean rate.
const FLOOR: f64 = 0.02;
/// The hours of a profile before the midnight of its day, and all of them.
const BEFORE: usize = 6;
const HOURS: usize = BEFORE + 26;
/// The last minute that needs no wrapping lies before the middle of the last hour.
const LAST: u32 = 31 * 60;
/// For so long after clocks changed, hours are known mostly from before.
const CLOCKS_CHANGED: Minutes = Minutes::days(2);

/// The expected rate from six hours before the midnight of a day to the hour after the next.
#[derive(Clone, Debug)]
pub(super) struct Profile {
    /// The first minute it is of.
    begin: Minute,
    /// The mean rate.
    pub(super) mean: f64,
    /// The rate in the middle of each hour.
    rates: [f64; HOURS],
    /// The calls expected from the middle of the first hour to the middle of each.
    sums: [f64; HOURS],
    /// The lowest and the highest rate from an hour before the middle of each to two after.
    around: [(f64, f64); HOURS],
    /// Which way what follows local time moved, if clocks changed since what is known.
    moved: Option<Moved>,
}

impl Profile {
    /// Returns the profile of the day to judge.
    pub(super) fn new(hours: &Hours) -> Self {
        let mean = hours.mean_rate();
        let mut rates = [mean; HOURS];
        let first = (hours.today * 24).saturating_sub(BEFORE);
        for (i, rate) in rates.iter_mut().enumerate() {
            *rate = hours.rate(first + i).max(FLOOR * mean);
        }
        let mut sums = [0.0; HOURS];
        for i in 1..HOURS {
            sums[i] = sums[i - 1] + 30.0 * (rates[i - 1] + rates[i]);
        }
        let midnight = hours.start + past::sums(hours.today * SLOTS);
        let day = midnight - CLOCKS_CHANGED..midnight + Minutes::days(1);
        let moved = clock_change::moved_between(day.start, day.end);
        let around = std::array::from_fn(|i| {
            let near = rates[i.saturating_sub(1)..(i + 3).min(HOURS)].iter();
            near.fold((f64::INFINITY, 0.0), |(low, high), &rate| (rate.min(low), rate.max(high)))
        });
        let begin = midnight - past::sums(BEFORE * SLOTS / 24);
        Self { begin, mean, rates, sums, around, moved }
    }

    /// Returns the expected calls a minute at `minute`.
    pub(super) fn rate(&self, minute: Minute) -> f64 {
        let (i, since) = self.place(minute);
        self.rates[i] + (self.rates[i + 1] - self.rates[i]) * (since + 0.5) / 60.0
    }

    /// Returns the calls expected from `from` to `to`, at most a day apart.
    pub(super) fn expected(&self, from: Minute, to: Minute) -> f64 {
        let mut expected = self.before(to) - self.before(from);
        if expected < 0.0 {
            // Beyond the day it is of the profile repeats: the end was wrapped.
            expected += self.sums[BEFORE + 24] - self.sums[BEFORE];
        }
        expected.max(FLOOR * self.mean * f64::from(to.since(from).count())).max(1e-12)
    }

    /// Returns the least and the most calls expected from `from` to `to`, at most a day apart:
    /// soon after clocks changed, they may be those of an hour later or earlier.
    pub(super) fn expected_about(&self, from: Minute, to: Minute) -> (f64, f64) {
        const HOUR: Minutes = Minutes::hours(1);
        let here = self.expected(from, to);
        let there = match self.moved {
            None => here,
            Some(Moved::Earlier) => self.expected(from + HOUR, to + HOUR),
            Some(Moved::Later) => self.expected(from - HOUR, to - HOUR),
        };
        (here.min(there), here.max(there))
    }

    /// Returns the lowest and the highest rate from an hour before to an hour after.
    pub(super) fn around(&self, minute: Minute) -> (f64, f64) {
        self.around[self.place(minute).0]
    }

    /// Returns the calls expected before `minute`.
    fn before(&self, minute: Minute) -> f64 {
        let (i, since) = self.place(minute);
        let slope = (self.rates[i + 1] - self.rates[i]) / 60.0;
        self.sums[i] + self.rates[i] * since + slope * since * since / 2.0
    }

    /// Returns the hour whose middle is the last before `minute`, and the minutes since then.
    fn place(&self, minute: Minute) -> (usize, f64) {
        const DAY: u32 = Minutes::days(1).count();
        let mut since = minute.since(self.begin + Minutes::new(30)).count();
        if since >= LAST {
            since = (since - LAST) % DAY + LAST - DAY;
        }
        ((since / 60) as usize, f64::from(since % 60))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        baseline::Baseline,
        detector::past::Past,
        history::fixture::{self, monday},
    };

    const DAYS: u32 = 28;

    /// The day to judge, a Monday.
    fn today() -> Minute {
        monday() + Minutes::days(DAYS)
    }

    /// Returns the profile of a series with so many calls in each hour of every day.
    fn profile(calls: impl Fn(u32, u32) -> u32) -> Profile {
        let mut baseline = Baseline::default();
        for hour in 0..24 * DAYS {
            let each = calls(hour / 24, hour % 24);
            for five in 0..12 {
                baseline.push(monday() + Minutes::hours(hour) + Minutes::new(5 * five), each);
            }
        }
        let history = fixture::days(&baseline, DAYS);
        Profile::new(&Hours::new(&Past::new(&history), true))
    }

    fn uneven() -> Profile {
        profile(|_, hour| hour * hour % 17 * 20)
    }

    #[test]
    fn what_is_expected_of_a_span_is_the_sum_of_its_minutes() {
        let profile = uneven();
        // The span may begin before the day and end after it.
        for (from, minutes) in [
            (360, 1),
            (400, 5),
            (385, 50),
            (719, 230),
            (1_000, 1_439),
            (1_790, 290),
            (30, 13),
            (1_860, 75),
        ] {
            let from = today() - Minutes::hours(6) + Minutes::new(from);
            let rates = (0..minutes).map(|i| profile.rate(from + Minutes::new(i)));
            let sum: f64 = rates.sum();
            let expected = profile.expected(from, from + Minutes::new(minutes));
            assert!(
                (expected / sum - 1.0).abs() < 1e-6,
                "{from}, {minutes} min: {expected}, {sum}"
            );
        }
    }

    #[test]
    fn beyond_the_day_a_profile_repeats() {
        let profile = uneven();
        let later = |minutes: u32| today() + Minutes::new(minutes);
        for minute in (1_530..6_000).step_by(77) {
            let [rate, before] = [minute, minute - 1_440].map(|at| profile.rate(later(at)));
            assert!((rate - before).abs() < 1e-9, "{minute}");
        }
        for minute in (1_530..6_000).step_by(77) {
            let sum: f64 = (0..20).map(|i| profile.rate(later(minute + i))).sum();
            let expected = profile.expected(later(minute), later(minute + 20));
            assert!((expected / sum - 1.0).abs() < 1e-6, "{minute}: {expected}, {sum}");
        }
    }

    #[test]
    fn no_rate_within_an_hour_is_outside_those_around_a_minute() {
        let profile = uneven();
        for minute in (0..1_440).step_by(7) {
            let (low, high) = profile.around(today() + Minutes::new(minute));
            for ahead in minute..=minute + 120 {
                let rate = profile.rate(today() - Minutes::hours(1) + Minutes::new(ahead));
                assert!((low - 1e-9..high + 1e-9).contains(&rate), "{minute}");
            }
        }
    }

    #[test]
    fn an_hour_is_expected_to_be_like_it_was_on_days_of_its_kind() {
        // Office hours, on working days.
        let at_work = |day: u32, hour: u32| day % 7 < 5 && (9..17).contains(&hour);
        let profile = profile(|day, hour| if at_work(day, hour) { 100 } else { 5 });
        let rate = |hour: u32| profile.rate(today() + Minutes::new(60 * hour + 30));
        assert!((18.0..22.0).contains(&rate(12)), "{}", rate(12));
        assert!((0.9..1.3).contains(&rate(3)), "{}", rate(3));
        // The evening before was a Sunday's.
        let evening = profile.rate(today() - Minutes::new(90));
        assert!((0.9..1.3).contains(&evening), "{evening}");
    }

    #[test]
    fn no_minute_is_expected_to_be_quite_silent() {
        let profile = profile(|_, hour| if (9..17).contains(&hour) { 1_000 } else { 0 });
        let rate = profile.rate(today() + Minutes::hours(3));
        assert!((rate / (FLOOR * profile.mean) - 1.0).abs() < 1e-9, "{rate}");
    }
}
