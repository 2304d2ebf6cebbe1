//! [`Dispersion`]: how much more than Poisson the calls in a window vary.
//!
//! The variance of a count S with mean μ is μ + αμ². The excess (S − μ)² − S has the mean αμ²,
//! so sums of it over the windows of the last week, by those of μ and of μ², give α: for sparse
//! series as a multiple φ of the mean (calls come in clumps, α = φ / μ), for dense ones as such
//! (the rate itself varies), in between as a mixture. Both are moment estimates (McCullagh and
//! Nelder, *Generalized Linear Models*, 2nd ed., §6.2; Cameron and Trivedi 1990). Bursts are left
//! out: what is rare and large has a test of its own.

use std::ops::Range;

use super::{hours::Hours, past::Past};
use crate::{
    history::History,
    time::{Minute, Minutes},
};

/// The windows it is measured over.
const WINDOWS: [u32; 5] = [1, 5, 15, 60, 240];
/// Prior: this excess a call, as of so many calls.
const PRIOR_EXCESS: f64 = 0.005;
const PRIOR_CALLS: f64 = 10.0;
/// A series with so many calls in a window is half dense.
const HALF_DENSE: f64 = 2.0;
/// Beyond so many standard deviations, and calls, calls are a burst.
const BURST_DEVIATIONS: f64 = 4.0;
const BURST_CALLS: f64 = 2.0;
/// No series varies less.
const LEAST_VARIANCE: f64 = 1.0 / 16.0;
/// α before anything is measured, and how often what is a burst is decided anew.
const FIRST_ALPHA: f64 = 0.3;
const ROUNDS: usize = 3;

/// The extra-Poisson variance of the calls of a series, apart from its bursts.
#[derive(Clone, Debug)]
pub(super) struct Dispersion {
    windows: [Excess; 5],
    /// The mean rate.
    rate: f64,
    /// What the rate itself is uncertain by: α of its posterior distribution.
    uncertainty: f64,
}

impl Dispersion {
    pub(super) fn new(history: &History<'_>, past: &Past, hours: &Hours) -> Self {
        let rate = hours.mean_rate();
        let windows = WINDOWS.map(|window| {
            let typical = rate * f64::from(window);
            let windows = Windows::new(window, history, past, hours);
            let mut found = windows.excess(|_| FIRST_ALPHA);
            for _ in 1..ROUNDS {
                let variation = found.variation(typical);
                let next = windows.excess(|mean| variation.alpha(mean));
                if next == found {
                    // The same bursts as before: so it will stay.
                    break;
                }
                found = next;
            }
            found
        });
        let uncertainty = 1.0 / (hours.week_calls() + 0.5) + hours.strangeness();
        Self { windows, rate, uncertainty }
    }

    /// Returns α of the calls in a window of which `expected` are expected, that rate being
    /// uncertain.
    pub(super) fn alpha(&self, window: Minutes, expected: f64) -> f64 {
        self.of(window).alpha(expected) + self.uncertainty
    }

    /// Returns the most calls above the expected ones in a window that are no burst.
    pub(super) fn ordinary(&self, window: Minutes, expected: f64) -> f64 {
        self.of(window).ordinary(expected)
    }

    /// Returns how windows of a length vary.
    pub(super) fn of(&self, window: Minutes) -> Variation {
        let i = WINDOWS.iter().position(|&w| window.count() <= w).unwrap_or(WINDOWS.len() - 1);
        self.windows[i].variation(self.rate * f64::from(window.count()))
    }

    /// Returns the variance of the calls in five minutes beyond Poisson, as a multiple of their
    /// mean.
    pub(super) fn clumps(&self) -> f64 {
        self.windows[1].linear()
    }
}

/// How windows of a length vary.
#[derive(Clone, Copy)]
pub(super) struct Variation {
    excess: Excess,
    /// How much a window that holds `typical` calls on average is a dense one.
    dense: f64,
    /// φ of a sparse one.
    linear: f64,
}

impl Variation {
    fn alpha(&self, mean: f64) -> f64 {
        let mean = mean.max(1e-9);
        self.dense * self.excess.quadratic(mean) + (1.0 - self.dense) * self.linear / mean
    }

    /// Returns the most calls above a mean that are ordinary.
    pub(super) fn ordinary(&self, mean: f64) -> f64 {
        ordinary(mean, self.alpha(mean))
    }

    /// Returns, at less cost, whether calls are ordinary beyond doubt.
    pub(super) fn surely_ordinary(&self, calls: f64, mean: f64) -> bool {
        surely_ordinary(calls, mean, (1.0 - self.dense) * self.linear)
    }
}

/// Returns the most calls above a mean that are ordinary.
fn ordinary(mean: f64, alpha: f64) -> f64 {
    BURST_DEVIATIONS * (mean + alpha * mean * mean + LEAST_VARIANCE).sqrt() + BURST_CALLS
}

/// Returns whether calls are ordinary if α is no less than so many times 1 / mean.
fn surely_ordinary(calls: f64, mean: f64, linear: f64) -> bool {
    // No rounding makes the square as large as that of a burst.
    const SQUARE: f64 = 0.999 * BURST_DEVIATIONS * BURST_DEVIATIONS;
    let off = calls - mean - BURST_CALLS;
    off * off.abs() <= SQUARE * (mean + linear * mean + LEAST_VARIANCE)
}

/// Sums over windows: of the excess variance, of the mean and of its square.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Excess {
    variance: f64,
    mean: f64,
    square: f64,
}

impl Excess {
    /// Adds a window, or many at once, without calls.
    pub(super) fn add_empty(&mut self, mean: f64, square: f64) {
        self.mean += mean;
        self.square += square;
        self.variance += square;
    }

    fn linear(self) -> f64 {
        let excess = self.variance + PRIOR_EXCESS * PRIOR_CALLS;
        (excess / (self.mean + PRIOR_CALLS)).max(0.0)
    }

    fn quadratic(self, mean: f64) -> f64 {
        let excess = self.variance + 2.0 * PRIOR_EXCESS * PRIOR_CALLS * mean;
        (excess / (self.square + PRIOR_CALLS * mean)).max(0.0)
    }

    /// Returns how windows vary that hold `typical` calls on average.
    fn variation(self, typical: f64) -> Variation {
        let dense = typical / (typical + HALF_DENSE);
        Variation { excess: self, dense, linear: self.linear() }
    }
}

/// The windows of the last week.
struct Windows {
    /// The sums over all but those in doubt.
    ordinary: Excess,
    /// The calls of those that hold any, of hours that may hold a burst.
    calls: Vec<f64>,
    /// How many calls are expected in each window of such an hour, and where their calls are.
    in_doubt: Vec<(f64, Range<usize>)>,
}

impl Windows {
    fn new(window: u32, history: &History<'_>, past: &Past, hours: &Hours) -> Self {
        let ordinary = hours.of_empty_windows(window);
        let mut windows = Self { ordinary, calls: Vec::new(), in_doubt: Vec::new() };
        match window {
            1 => {
                let from = past.minute(hours.week * 12).max(history.until - history.reach);
                let minutes = history.baseline.range(from..history.until.five());
                for (hour, minutes) in past.by_hour(minutes) {
                    let mean = hours.expected[hour];
                    if hours.is_whole(hour) && history.shifts.is_empty() {
                        let calls = minutes.iter().map(|minute| f64::from(minute.1));
                        windows.hold(mean, Held::of_minutes(minutes), calls);
                        continue;
                    }
                    let known = minutes.iter().filter(|minute| past.known[past.index(minute.0)]);
                    let level = |minute| history.level(minute);
                    let calls = known.map(|&(minute, count)| f64::from(count) * level(minute));
                    windows.hold(mean, Held::of(calls.clone()), calls);
                }
            }
            5 | 15 => {
                let width = (window / 5) as usize;
                for hour in hours.week..hours.calls.len() {
                    let sums = 12 * hour..(12 * hour + 12).min(past.len());
                    if past.between(sums.start, sums.end) == 0.0 {
                        continue;
                    }
                    let mean = hours.expected[hour] * f64::from(window);
                    let known = past.known[sums.clone()].chunks_exact(width);
                    let sums = past.calls[sums].chunks_exact(width);
                    let calls_of = |sums: &[f32]| f64::from(sums.iter().sum::<f32>());
                    if hours.is_whole(hour) {
                        let calls = sums.map(calls_of);
                        windows.hold(mean, Held::of(calls.clone()), calls);
                    } else {
                        let known = sums.zip(known).filter(|(_, known)| !known.contains(&false));
                        let calls = known.map(|(sums, _)| calls_of(sums));
                        windows.hold(mean, Held::of(calls.clone()), calls);
                    }
                }
            }
            _ => {
                for span in hours.windows((window / 60) as usize) {
                    let calls: f64 = hours.calls[span.clone()].iter().sum();
                    windows.hold(
                        hours.mean(span),
                        Held::of([calls].into_iter()),
                        [calls].into_iter(),
                    );
                }
            }
        }
        windows
    }

    /// Fills windows in which as many calls are expected.
    fn hold(&mut self, mean: f64, held: Held, calls: impl Iterator<Item = f64>) {
        let Held { sum, squares, most } = held;
        if surely_ordinary(most, mean, 0.0) {
            // What (calls − mean)² − calls is more than the square of the mean.
            self.ordinary.variance += squares - (2.0 * mean + 1.0) * sum;
        } else {
            let first = self.calls.len();
            self.calls.extend(calls.filter(|&calls| calls > 0.0));
            self.in_doubt.push((mean, first..self.calls.len()));
        }
    }

    /// Returns the sums over all windows, given α at a mean; of a burst only the mean counts.
    fn excess(&self, alpha: impl Fn(f64) -> f64) -> Excess {
        let mut excess = self.ordinary;
        for (mean, held) in &self.in_doubt {
            let ordinary = ordinary(*mean, alpha(*mean));
            for calls in &self.calls[held.clone()] {
                let off = calls - mean;
                excess.variance += if off <= ordinary { off * off - calls } else { 0.0 };
                excess.variance -= mean * mean;
            }
        }
        excess
    }
}

/// What some windows hold together.
#[derive(Clone, Copy)]
struct Held {
    sum: f64,
    squares: f64,
    most: f64,
}

impl Held {
    fn of(calls: impl Iterator<Item = f64>) -> Self {
        let mut held = Self { sum: 0.0, squares: 0.0, most: 0.0 };
        for calls in calls {
            held.sum += calls;
            held.squares += calls * calls;
            held.most = if calls > held.most { calls } else { held.most };
        }
        held
    }

    /// The same of up to sixty whole minutes, at less cost.
    fn of_minutes(minutes: &[(Minute, u32)]) -> Self {
        // The squares of sixty such counts add up.
        const MOST: u32 = 1 << 28;
        let (mut sum, mut squares, mut most) = (0_u64, 0_u64, 0);
        for &(_, count) in minutes {
            let calls = u64::from(count);
            sum += calls;
            squares = squares.wrapping_add(calls * calls);
            most = most.max(count);
        }
        if most > MOST {
            return Self::of(minutes.iter().map(|minute| f64::from(minute.1)));
        }
        Self { sum: sum as f64, squares: squares as f64, most: f64::from(most) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_surely_ordinary_is_ordinary() {
        let mut sure = 0;
        for (variance, square) in [(-1.0, 40.0), (0.0, 1.0), (30.0, 400.0), (5_000.0, 9_000.0)] {
            for typical in [0.01, 1.0, 50.0] {
                let variation = Excess { variance, mean: 70.0, square }.variation(typical);
                for mean in [0.001, 0.3, 2.0, 40.0, 3_000.0] {
                    for off in (0..40).map(|off| f64::from(off) * 0.3 * (1.0 + mean)) {
                        let is_sure = variation.surely_ordinary(mean + off, mean);
                        assert!(!is_sure || off <= variation.ordinary(mean), "{mean} and {off}");
                        sure += u32::from(is_sure);
                    }
                }
            }
        }
        assert!((200..2_200).contains(&sure), "{sure} of 2400");
    }

    #[test]
    fn the_more_is_expected_the_more_is_ordinary() {
        for (variance, square) in [(-9.0, 40.0), (-1.0, 1.0), (30.0, 400.0), (5_000.0, 9_000.0)] {
            for typical in [0.01, 1.0, 50.0] {
                let variation = Excess { variance, mean: 70.0, square }.variation(typical);
                let means = (0..400).map(|i| 0.001 * 1.04_f64.powi(i));
                let ordinary: Vec<f64> = means.map(|mean| variation.ordinary(mean)).collect();
                assert!(ordinary.is_sorted(), "{variance}, {square}, {typical}");
            }
        }
    }
}
