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

#[cfg(test)]
mod tests {
    use super::*;

    fn is_near(found: f64, expected: f64) {
        assert!((found - expected).abs() < 1e-9, "{found} is not {expected}");
    }

    #[test]
    fn runs_have_the_mean_of_their_sizes_and_a_shrunken_spread() {
        let sizes = Sizes::of_runs(&[5.0, 15.0]);
        is_near(sizes.mean, 10.0);
        // Squares 0.25 + 0.25 and 2 × 0.1 of the prior, over 1 + 2 degrees.
        is_near(sizes.shape, 3.0 / 0.7);
        is_near(sizes.trust, 2.0);
        is_near(sizes.upper(20.0), tails::sizes_upper(2.0, 3.0 / 0.7, 2.0));
        is_near(sizes.lower(1.0), tails::sizes_lower(0.1, 3.0 / 0.7, 2.0));
    }

    #[test]
    fn bursts_are_taken_together_with_those_of_the_prior() {
        let sizes = Sizes::of_bursts(&[30.0, 50.0], 5.0, 3.0);
        is_near(sizes.n, 2.0);
        is_near(sizes.mean, 95.0 / 5.0);
        is_near(sizes.trust, 5.0);
        // Squares 2 × 0.25² around their own mean of 40 and 3 × 0.7 of the prior.
        is_near(sizes.shape, 4.0 / (2.0 * 0.0625 + 3.0 * 0.7));
    }

    #[test]
    fn what_never_came_is_not_expected_and_cannot_fail() {
        let [bursts, runs] = [Sizes::of_bursts(&[], 5.0, 3.0), Sizes::of_runs(&[])];
        for sizes in [bursts, runs, Sizes::default()] {
            is_near(sizes.upper(1.0), 0.0);
            is_near(sizes.lower(1.0), 1.0);
        }
    }

    #[test]
    fn the_more_of_a_size_are_known_the_less_is_one_twice_as_large_expected() {
        let twice = |n: usize| Sizes::of_runs(&vec![300.0; n]).upper(600.0);
        assert!(twice(2) > 10.0 * twice(7) && twice(7) > 10.0 * twice(20), "{}", twice(20));
        let half = |n: usize| Sizes::of_runs(&vec![300.0; n]).lower(150.0);
        assert!(half(2) > 10.0 * half(14), "{} and {}", half(2), half(14));
    }

    #[test]
    fn the_more_sizes_differ_the_more_is_one_far_beyond_them_expected() {
        let alike = Sizes::of_bursts(&[40.0, 42.0, 38.0, 41.0, 39.0, 40.0], 5.0, 3.0);
        let unlike = Sizes::of_bursts(&[5.0, 120.0, 20.0, 60.0, 15.0, 20.0], 5.0, 3.0);
        is_near(alike.mean, unlike.mean);
        assert!(unlike.upper(200.0) > 3.0 * alike.upper(200.0));
    }

    #[test]
    fn shapes_stay_within_what_can_be_told() {
        assert!(Sizes::of_runs(&[100.0; 1_000]).shape <= MOST_RUN_SHAPE);
        assert!(Sizes::of_bursts(&[100.0; 1_000], 100.0, 3.0).shape <= MOST_BURST_SHAPE);
        let wild: Vec<f64> = (0..20).map(|i| if i == 0 { 1e6 } else { 1.0 }).collect();
        is_near(Sizes::of_bursts(&wild, 1.0, 3.0).shape, LEAST_SHAPE);
    }
}
