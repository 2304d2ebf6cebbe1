//! [`NegativeBinomial`]: counts against the predictive distribution of their own past.
//!
//! # The model
//!
//! The calls of a series in a window of w minutes are taken as Poisson with a rate that varies.
//! With n calls in T minutes and a Gamma(½, 1 min) prior, the rate is Gamma distributed with
//! shape n + ½, and the next count is negative binomial: the conjugate pair of Gelman et al.,
//! *Bayesian Data Analysis*, 3rd ed., §2.6. Its mean is μ = w (n + ½) / (T + 1) and its
//! variance μ + αμ², where α = 1 / (n + ½) is what the uncertain rate adds. So a baseline of
//! zero needs no special case: it is a wide distribution near zero.
//!
//! Real series vary by more than that. The second factorial moment of the counts S in the N
//! windows of the baseline, E[S (S − 1)] = μ² (1 + α), gives the α of the series itself, for
//! each window length apart: α = N ΣS(S − 1) / (ΣS)² − 1, at least zero (moment estimate of the
//! negative binomial, Anscombe 1950). Both add up. Clumps, jobs and the rhythm of the day make
//! α large and the detector cautious; a steady series leaves it small.
//!
//! # The test
//!
//! A rise is tested over the last 1, 5 and 15 minutes by the upper tail P(S ≥ s), a fall over
//! the last 10, 60 and 240 minutes by the lower tail P(S ≤ s) where at least five calls were
//! expected. The score is −log10 of the tail, less log10 of the looks taken a day.
//!
//! Neither is news if it happened twice within the baseline: see `recurrence`.
//!
//! # The end
//!
//! Each minute of an episode weighs the likelihood of the normal rate against that of the
//! episode's own: a sequential probability ratio test (Wald 1945) that starts over whenever the
//! episode is the better explanation (Page 1954).

use std::ops::Range;

use serde::{Deserialize, Serialize};
use statrs::distribution::{DiscreteCDF, NegativeBinomial as Distribution};

use crate::{
    baseline::{Baseline, Recent},
    detector::{
        Course, Detector, Direction, Evidence, Finding, Verdict, WarmUp,
        recurrence::{second_highest, second_lowest},
    },
    time::{Minute, Minutes},
};

/// The windows over which a rise is looked for.
const RISE: [Minutes; 3] = [Minutes::new(1), Minutes::new(5), Minutes::new(15)];
/// The windows over which a fall is looked for.
const FALL: [Minutes; 3] = [Minutes::new(10), Minutes::new(60), Minutes::new(240)];
/// The least calls to expect in a window before their absence can mean something.
const FALL_EXPECTED: f64 = 5.0;
/// The least dispersion of a fall: no series is so regular that a short pause is impossible.
const FALL_DISPERSION: f64 = 0.02;
/// The prior of the rate: half a call in a minute, the least informative one that leads to a
/// distribution even where nothing was seen at all.
const PRIOR_CALLS: f64 = 0.5;
const PRIOR_MINUTES: f64 = 1.0;
/// The least factor between observed and expected that is overwhelming.
const OVERWHELMING: f64 = 10.0;
/// The evidence that ends an episode, in nats: odds of about 3,000 to 1.
const END: f64 = 8.0;
/// Tails below this are all alike.
const LEAST_TAIL: f64 = 1e-300;

/// Tests counts against the negative-binomial predictive distribution of their baseline.
///
/// The module documentation has the mathematics.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct NegativeBinomial {
    /// The score a finding needs. The default is 4; 3 finds smaller changes and raises more
    /// false ones, 6 the reverse.
    pub threshold: f64,
    /// The fewest calls in a window that can be a rise. The default is 3; CloudTrail's own
    /// detector fires at 2.
    pub least_calls: u32,
    /// The least factor between observed and expected. The default is 1.8: a busy series that
    /// grows by less is not reported, however certain that is.
    pub least_change: f64,
    /// The fewest calls in a window that can be a rise while the log is in its warm-up; they
    /// must also be ten times what is expected. The default is 100.
    pub warm_up_calls: u32,
}

impl Default for NegativeBinomial {
    fn default() -> Self {
        Self { threshold: 4.0, least_calls: 3, least_change: 1.8, warm_up_calls: 100 }
    }
}

impl NegativeBinomial {
    /// Returns the settings that fire on all of CloudTrail's published records.
    ///
    /// Two calls over an empty week are enough, and a fivefold change: theirs are at least
    /// 7.8-fold. On rare APIs that raises many Insights that mean little, as CloudTrail does.
    #[must_use]
    pub fn aws() -> Self {
        Self { threshold: 1.0, least_calls: 2, least_change: 5.0, ..Self::default() }
    }
}

/// What is normal for a series, by [`NegativeBinomial`].
#[derive(Clone, Debug)]
pub struct Model {
    /// The expected calls a minute.
    rate: f64,
    /// α for each window of `RISE`.
    rise: [f64; 3],
    /// The calls that each window of `RISE` has held twice: no fewer are news.
    held_twice: [u64; 3],
    /// α for each window of `FALL`.
    fall: [f64; 3],
    /// The most calls in each window of `FALL` that are still a fall.
    fall_limits: [Option<u64>; 3],
}

impl Detector for NegativeBinomial {
    type Model = Model;

    fn fit(&self, baseline: &Baseline, span: Range<Minute>) -> Model {
        let calls = baseline.sum(span.clone()) as f64 + PRIOR_CALLS;
        let minutes = f64::from(span.end.since(span.start).count()) + PRIOR_MINUTES;
        let rate = calls / minutes;
        let minutes = baseline.range(span.clone());
        let dispersion = |window| own_dispersion(minutes, &span, window) + 1.0 / calls;
        let rise = RISE.map(dispersion);
        let held_twice = RISE.map(|window| second_highest(minutes, window));
        let mut fall = [FALL_DISPERSION; 3];
        let mut fall_limits = [None; 3];
        for (i, window) in FALL.into_iter().enumerate() {
            let expected = rate * f64::from(window.count());
            if expected >= FALL_EXPECTED {
                fall[i] += dispersion(window);
                let seen = second_lowest(minutes, &span, window).unwrap_or(u64::MAX);
                let limit = self.fall_limit(expected, fall[i], window);
                fall_limits[i] = limit.zip(seen.checked_sub(1)).map(|(a, b)| a.min(b));
            }
        }
        Model { rate, rise, held_twice, fall, fall_limits }
    }

    fn judge(&self, model: &Model, recent: Recent<'_>, warm_up: WarmUp) -> Verdict {
        let rise = self.rise(model, recent, warm_up);
        let finding = match warm_up {
            WarmUp::Running => rise,
            WarmUp::Over => rise.or_else(|| self.fall(model, recent)),
        };
        finding.map_or_else(
            || Verdict::Normal { look_again: next_possible_fall(model, recent) },
            Verdict::Unusual,
        )
    }

    fn weigh(&self, model: &Model, course: Course, calls: u32) -> Evidence {
        let own = course.calls as f64 / f64::from(course.duration.count().max(1));
        let own = match course.direction {
            Direction::Rise => own.max(1.5 * model.rate),
            Direction::Fall => own.clamp(0.01 * model.rate, 0.6 * model.rate),
        };
        // ln of Poisson(calls | normal rate) / Poisson(calls | the episode's rate), tempered by
        // how much more than Poisson the series varies.
        let ratio = own - model.rate - f64::from(calls) * (own / model.rate).ln();
        let excess = (model.rise[0] * model.rate).min(9.0);
        Evidence::nats(ratio / (1.0 + excess))
    }

    fn enough(&self) -> Evidence {
        Evidence::nats(END)
    }
}

impl NegativeBinomial {
    /// Returns the rise with the highest score, if any reaches the threshold.
    fn rise(&self, model: &Model, recent: Recent<'_>, warm_up: WarmUp) -> Option<Finding> {
        let (least_calls, least_change) = match warm_up {
            WarmUp::Running => (self.warm_up_calls, self.least_change.max(OVERWHELMING)),
            WarmUp::Over => (self.least_calls, self.least_change),
        };
        let mut best: Option<Finding> = None;
        for ((window, alpha), held) in RISE.into_iter().zip(model.rise).zip(model.held_twice) {
            let observed = recent.sum(window);
            let expected = model.rate * f64::from(window.count());
            if observed <= held
                || observed < u64::from(least_calls)
                || (observed as f64) < least_change * expected
            {
                continue;
            }
            let score = score(upper_tail(expected, alpha, observed), window);
            if score >= self.threshold && best.is_none_or(|best| score > best.score) {
                best = Some(Finding {
                    direction: Direction::Rise,
                    onset: onset_of_rise(model.rate, recent, window),
                    window,
                    observed,
                    expected,
                    score,
                    threshold: self.threshold,
                });
            }
        }
        best
    }

    /// Returns the fall of the shortest window that shows one.
    fn fall(&self, model: &Model, recent: Recent<'_>) -> Option<Finding> {
        let shown = |i: usize| {
            let limit = model.fall_limits[i]?;
            (recent.covers(FALL[i]) && recent.sum(FALL[i]) <= limit).then_some(i)
        };
        let i = (0..FALL.len()).find_map(shown)?;
        let window = FALL[i];
        let observed = recent.sum(window);
        let expected = model.rate * f64::from(window.count());
        Some(Finding {
            direction: Direction::Fall,
            onset: onset_of_fall(model.rate, recent, window),
            window,
            observed,
            expected,
            score: score(lower_tail(expected, model.fall[i], observed), window),
            threshold: self.threshold,
        })
    }

    /// Returns the most calls in `window` that are a fall, if any number is.
    fn fall_limit(&self, expected: f64, alpha: f64, window: Minutes) -> Option<u64> {
        let is_fall = |calls| score(lower_tail(expected, alpha, calls), window) >= self.threshold;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "positive, and cut to the range of u64"
        )]
        let most = (expected / self.least_change) as u64;
        // The tail grows with the calls, so the falls are the numbers below a bound.
        let (mut falls, mut bound) = (0, most.saturating_add(1));
        if !is_fall(0) {
            return None;
        }
        while bound - falls > 1 {
            let middle = falls + (bound - falls) / 2;
            *(if is_fall(middle) { &mut falls } else { &mut bound }) = middle;
        }
        Some(falls)
    }
}

/// Returns the α by which windows of the baseline vary beyond Poisson; zero without calls.
fn own_dispersion(minutes: &[(Minute, u32)], span: &Range<Minute>, window: Minutes) -> f64 {
    let block = |minute: Minute| minute.since_epoch() / window.count();
    let (mut sum, mut pairs) = (0_u128, 0_u128);
    for calls in minutes.chunk_by(|a, b| block(a.0) == block(b.0)) {
        let calls: u128 = calls.iter().map(|&(_, count)| u128::from(count)).sum();
        sum += calls;
        pairs += calls * (calls - 1);
    }
    if sum == 0 {
        return 0.0;
    }
    let blocks = f64::from(span.end.since(span.start).count()) / f64::from(window.count());
    let sum = sum as f64;
    (blocks * pairs as f64 / (sum * sum) - 1.0).max(0.0)
}

/// Returns the negative binomial with a mean above zero and variance mean + α mean².
fn distribution(mean: f64, alpha: f64) -> Option<Distribution> {
    let size = alpha.max(1e-9).recip();
    Distribution::new(size, size / (size + mean)).ok()
}

/// Returns P(S ≥ calls).
fn upper_tail(mean: f64, alpha: f64, calls: u64) -> f64 {
    match calls.checked_sub(1) {
        Some(below) => distribution(mean, alpha).map_or(1.0, |d| d.sf(below)),
        None => 1.0,
    }
}

/// Returns P(S ≤ calls).
fn lower_tail(mean: f64, alpha: f64, calls: u64) -> f64 {
    distribution(mean, alpha).map_or(1.0, |d| d.cdf(calls))
}

/// Returns −log10 of a tail times the looks taken a day over windows of that length.
fn score(tail: f64, window: Minutes) -> f64 {
    let looks = 3.0 * 1_440.0 / f64::from(window.count());
    -(tail.max(LEAST_TAIL) * looks).log10()
}

/// Returns the minute from which on the calls in `window` most exceed what is expected.
fn onset_of_rise(rate: f64, recent: Recent<'_>, window: Minutes) -> Minute {
    let span = recent.window(window);
    let mut calls = 0.0;
    let mut best = (f64::NEG_INFINITY, span.start);
    for &(minute, count) in recent.range(window).iter().rev() {
        calls += f64::from(count);
        let expected = rate * f64::from(span.end.since(minute).count());
        let likelihood = calls * (calls / expected).ln() - (calls - expected);
        if calls > expected && likelihood > best.0 {
            best = (likelihood, minute);
        }
    }
    best.1
}

/// Returns the minute from which on the calls in `window` most fall short of what is expected.
///
/// The best beginning of a silence is the minute after a call, or the window's own.
fn onset_of_fall(rate: f64, recent: Recent<'_>, window: Minutes) -> Minute {
    let span = recent.window(window);
    let shortfall = |start: Minute, calls: f64| {
        let expected = rate * f64::from(span.end.since(start).count());
        let log = if calls > 0.0 { calls * (calls / expected).ln() } else { 0.0 };
        if calls < expected { log - (calls - expected) } else { 0.0 }
    };
    let mut calls = 0.0;
    let mut best = (0.0, span.start);
    for &(minute, count) in recent.range(window).iter().rev() {
        let after = minute + Minutes::new(1);
        let likelihood = shortfall(after, calls);
        if likelihood > best.0 {
            best = (likelihood, after);
        }
        calls += f64::from(count);
    }
    if shortfall(span.start, calls) > best.0 { span.start } else { best.1 }
}

/// Returns the first minute at which a window would show a fall if no call came any more.
fn next_possible_fall(model: &Model, recent: Recent<'_>) -> Option<Minute> {
    let one = Minutes::new(1);
    let limits = FALL.into_iter().zip(model.fall_limits);
    limits
        .filter_map(|(window, limit)| {
            let mut over = recent.sum(window).saturating_sub(limit?);
            let span = recent.window(window);
            // The window has to leave behind as many calls as are over the limit, and all that
            // the view does not hold.
            let mut look = span.start + window - one;
            for &(minute, count) in recent.range(window) {
                if over == 0 {
                    break;
                }
                over = over.saturating_sub(u64::from(count));
                look = look.max(minute + window);
            }
            Some(look.max(recent.now() + one))
        })
        .min()
}
