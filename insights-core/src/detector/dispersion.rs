//! [`Dispersion`]: how much more than Poisson the calls in a window vary.
//!
//! The variance of a count S with mean μ is μ + αμ². The excess (S − μ)² − S has the mean αμ²,
//! so sums of it over the windows of the last week, by those of μ and of μ², give α: for sparse
//! series as a multiple φ of the mean (calls come in clumps, α = φ / μ), for dense ones as such
//! (the rate itself varies), in between as a mixture. Both are moment estimates (McCullagh and
//! Nelder, *Generalized Linear Models*, 2nd ed., §6.2; Cameron and Trivedi 1990). Bursts are left
//! out: what is rare and large has a test of its own.

use super::{hours::Hours, past::Past};
use crate::{history::History, time::Minutes};

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
            let held = held(window, history, past, hours);
            let mut found: Option<Excess> = None;
            for _ in 0..ROUNDS {
                let mut excess = hours.of_empty_windows(window);
                let mut of_mean = (f64::NAN, 0.0);
                for &(calls, mean) in &held {
                    // Windows of an hour follow each other and have the same mean.
                    if of_mean.0.to_bits() != mean.to_bits() {
                        let alpha = found.map_or(FIRST_ALPHA, |found| found.alpha(mean, typical));
                        of_mean = (mean, ordinary(mean, alpha));
                    }
                    excess.add(calls, mean, of_mean.1);
                }
                found = Some(excess);
            }
            found.unwrap_or_default()
        });
        Self { windows, rate, uncertainty: 1.0 / (hours.week_calls() + 0.5) }
    }

    /// Returns α of the calls in a window of which `expected` are expected, that rate being
    /// uncertain.
    pub(super) fn alpha(&self, window: Minutes, expected: f64) -> f64 {
        self.own_alpha(window, expected) + self.uncertainty
    }

    /// Returns the most calls above the expected ones in a window that are no burst.
    pub(super) fn ordinary(&self, window: Minutes, expected: f64) -> f64 {
        ordinary(expected, self.own_alpha(window, expected))
    }

    fn own_alpha(&self, window: Minutes, expected: f64) -> f64 {
        let i = WINDOWS.iter().position(|&w| window.count() <= w).unwrap_or(WINDOWS.len() - 1);
        self.windows[i].alpha(expected, self.rate * f64::from(window.count()))
    }

    /// Returns the variance of the calls in five minutes beyond Poisson, as a multiple of their
    /// mean.
    pub(super) fn clumps(&self) -> f64 {
        self.windows[1].linear()
    }
}

/// Returns the most calls above a mean that are ordinary.
fn ordinary(mean: f64, alpha: f64) -> f64 {
    BURST_DEVIATIONS * (mean + alpha * mean * mean + LEAST_VARIANCE).sqrt() + BURST_CALLS
}

/// Sums over windows: of the excess variance, of the mean and of its square.
#[derive(Clone, Copy, Debug, Default)]
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

    /// Replaces an empty window by one that holds calls; only its mean counts if it is a burst.
    fn add(&mut self, calls: f64, mean: f64, ordinary: f64) {
        self.variance -= mean * mean;
        let off = calls - mean;
        if off <= ordinary {
            self.variance += off * off - calls;
        }
    }

    fn linear(self) -> f64 {
        let excess = self.variance + PRIOR_EXCESS * PRIOR_CALLS;
        (excess / (self.mean + PRIOR_CALLS)).max(0.0)
    }

    fn quadratic(self, mean: f64) -> f64 {
        let excess = self.variance + 2.0 * PRIOR_EXCESS * PRIOR_CALLS * mean;
        (excess / (self.square + PRIOR_CALLS * mean)).max(0.0)
    }

    /// Returns α at a mean, for a window that holds `typical` calls on average.
    fn alpha(self, mean: f64, typical: f64) -> f64 {
        let mean = mean.max(1e-9);
        let dense = typical / (typical + HALF_DENSE);
        dense * self.quadratic(mean) + (1.0 - dense) * self.linear() / mean
    }
}

/// Returns the calls of the last week's windows that hold any, and those expected.
fn held(window: u32, history: &History<'_>, past: &Past, hours: &Hours) -> Vec<(f64, f64)> {
    let first = hours.week * 12;
    match window {
        1 => {
            let from = past.minute(first).max(history.until - history.reach);
            let minutes = history.baseline.range(from..history.until.five()).iter();
            let known = minutes.map(|&(minute, count)| (past.index(minute), minute, count));
            let known = known.filter(|&(five, ..)| past.known[five]);
            known
                .map(|(five, minute, count)| {
                    (f64::from(count) * history.level(minute), hours.expected[five / 12])
                })
                .collect()
        }
        5 | 15 => {
            let width = (window / 5) as usize;
            let windows = (first..past.len()).step_by(width).filter(|i| i + width <= past.len());
            let known = windows.filter(|&i| !past.known[i..i + width].contains(&false));
            let calls = |i: usize| f64::from(past.calls[i..i + width].iter().sum::<f32>());
            let held = known.map(|i| (calls(i), hours.expected[i / 12] * f64::from(window)));
            held.filter(|&(calls, _)| calls > 0.0).collect()
        }
        _ => {
            let width = (window / 60) as usize;
            let windows = hours.windows(width);
            let held =
                windows.map(|span| (hours.calls[span.clone()].iter().sum(), hours.mean(span)));
            held.filter(|&(calls, _): &(f64, f64)| calls > 0.0).collect()
        }
    }
}
