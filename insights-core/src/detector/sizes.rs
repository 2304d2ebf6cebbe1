//! [`Sizes`]: what is known of the size of something that recurs.
//!
//! Sizes are taken as Gamma distributed with a shape of their own: 1 is the exponential
//! distribution, a large one means that all are alike. Then another size over the mean of the n
//! known ones has the F distribution with 2k and 2nk degrees of freedom, for the shape k (a
//! ratio of Gamma variables: Johnson, Kotz, Balakrishnan, *Continuous Univariate Distributions*
//! 2, ch. 27). The fewer are known, the heavier is its tail: nothing has to be tuned to that.

use super::tails;

/// The squared coefficient of variation of bursts before any is known, as of so many.
const BURST_SPREAD: f64 = 0.7;
const BURST_WEIGHT: f64 = 3.0;
/// The same for what comes at the same time of day.
const RUN_SPREAD: f64 = 0.1;
const RUN_WEIGHT: f64 = 2.0;
/// Shapes outside are not told apart: bursts are never quite alike, runs may be.
const LEAST_SHAPE: f64 = 0.25;
const MOST_BURST_SHAPE: f64 = 30.0;
const MOST_RUN_SHAPE: f64 = 400.0;

/// The number, mean and shape of sizes.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sizes {
    /// How many are known.
    pub(super) n: f64,
    pub(super) mean: f64,
    shape: f64,
    /// How many the mean is trusted as if it were of.
    trust: f64,
}

impl Sizes {
    /// Returns what is known of bursts with these `sizes`, taken together with `more` of a
    /// `prior` mean.
    pub(super) fn of_bursts(sizes: &[f64], prior: f64, more: f64) -> Self {
        let n = sizes.len() as f64;
        let mean = (sizes.iter().sum::<f64>() + more * prior) / (n + more);
        Self {
            n,
            mean,
            shape: shape(sizes, BURST_SPREAD, BURST_WEIGHT).min(MOST_BURST_SHAPE),
            trust: n + more,
        }
    }

    /// Returns what is known of runs with these `sizes`.
    pub(super) fn of_runs(sizes: &[f64]) -> Self {
        let n = sizes.len() as f64;
        let mean = sizes.iter().sum::<f64>() / n.max(1.0);
        Self { n, mean, shape: shape(sizes, RUN_SPREAD, RUN_WEIGHT).min(MOST_RUN_SHAPE), trust: n }
    }

    /// Returns the probability that another one is at least that large; 0 if none is known.
    pub(super) fn upper(&self, size: f64) -> f64 {
        if self.n > 0.0 {
            tails::sizes_upper(size / self.mean, self.shape, self.trust)
        } else {
            0.0
        }
    }

    /// Returns the probability that another one is at most that large; 1 if none is known.
    pub(super) fn lower(&self, size: f64) -> f64 {
        if self.n > 0.0 {
            tails::sizes_lower(size / self.mean, self.shape, self.trust)
        } else {
            1.0
        }
    }
}

/// Returns the shape by the coefficient of variation, shrunk.
fn shape(sizes: &[f64], spread: f64, weight: f64) -> f64 {
    let n = sizes.len() as f64;
    let mean = sizes.iter().sum::<f64>() / n.max(1.0);
    let squares: f64 = sizes.iter().map(|size| (size / mean - 1.0).powi(2)).sum();
    let degrees = (n - 1.0).max(0.0) + weight;
    (degrees / (squares + weight * spread)).max(LEAST_SHAPE)
}
