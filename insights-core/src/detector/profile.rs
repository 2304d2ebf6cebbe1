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
use crate::time::{Minute, Minutes};

/// No hour has less than this share of the mean rate.
const FLOOR: f64 = 0.02;
/// The hours of a profile before the midnight of its day, and all of them.
const BEFORE: usize = 6;
const HOURS: usize = BEFORE + 26;
/// The last minute that needs no wrapping lies before the middle of the last hour.
const LAST: u32 = 31 * 60;

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
        let begin = hours.start + past::sums(hours.today * SLOTS) - past::sums(BEFORE * SLOTS / 24);
        Self { begin, mean, rates, sums }
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

    /// Returns the highest rate within the hour before and after.
    pub(super) fn around(&self, minute: Minute) -> f64 {
        let (i, _) = self.place(minute);
        self.rates[i..(i + 3).min(HOURS)].iter().copied().fold(0.0, f64::max)
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
