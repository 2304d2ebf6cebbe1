//! Tail probabilities of the two distributions in use: of counts, and of sizes.

use statrs::function::beta::checked_beta_reg;

/// Tails below this are all alike.
const LEAST: f64 = 1e-300;

/// Returns P(S ≥ calls) of the negative binomial with a mean above zero and variance
/// mean + α mean².
pub(super) fn counts_upper(mean: f64, alpha: f64, calls: u64) -> f64 {
    if calls == 0 {
        return 1.0;
    }
    let size = alpha.max(1e-9).recip();
    beta(calls as f64, size, mean / (size + mean))
}

/// Returns P(S ≤ calls) of the same.
pub(super) fn counts_lower(mean: f64, alpha: f64, calls: u64) -> f64 {
    let size = alpha.max(1e-9).recip();
    beta(size, calls as f64 + 1.0, size / (size + mean))
}

/// Returns a cheap bound: −log10 of P(S ≥ calls) is at least this, and hardly more than 3 above.
///
/// It is Chernoff's: half the deviance of the count.
pub(super) fn counts_upper_bound(mean: f64, alpha: f64, calls: f64) -> f64 {
    let size = alpha.max(1e-9).recip();
    let deviance =
        calls * (calls / mean).ln() - (calls + size) * ((calls + size) / (mean + size)).ln();
    deviance * std::f64::consts::LOG10_E
}

/// Returns the least and most calls that are within a tail probability to either side.
pub(super) fn counts_between(mean: f64, alpha: f64, tail: f64) -> (u64, u64) {
    (quantile(mean, alpha, tail), quantile(mean, alpha, 1.0 - tail))
}

/// Returns the fewest calls with P(S ≤ calls) ≥ `p`.
fn quantile(mean: f64, alpha: f64, p: f64) -> u64 {
    let (mut below, mut above) = (0_u64, 1_u64);
    while counts_lower(mean, alpha, above) < p && above < 1 << 40 {
        (below, above) = (above, above * 2);
    }
    while below < above {
        let middle = below.midpoint(above);
        if counts_lower(mean, alpha, middle) < p {
            below = middle + 1;
        } else {
            above = middle;
        }
    }
    above
}

/// Returns P(Z ≥ ratio · m) for a size Z like `n` sizes of mean m, Gamma distributed with that
/// `shape`: the upper tail of F with 2 shape and 2 n shape degrees of freedom.
pub(super) fn sizes_upper(ratio: f64, shape: f64, n: f64) -> f64 {
    beta(n * shape, shape, n / (n + ratio.max(0.0)))
}

/// Returns P(Z ≤ ratio · m) of the same.
pub(super) fn sizes_lower(ratio: f64, shape: f64, n: f64) -> f64 {
    let ratio = ratio.max(0.0);
    beta(shape, n * shape, ratio / (n + ratio))
}

/// Returns the regularised incomplete beta function; 1 where it has no meaning.
fn beta(a: f64, b: f64, x: f64) -> f64 {
    checked_beta_reg(a, b, x.clamp(0.0, 1.0)).map_or(1.0, |tail| tail.clamp(LEAST, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns P(S = 0), P(S = 1), … of the negative binomial, by recursion.
    fn probabilities(mean: f64, alpha: f64) -> impl Iterator<Item = f64> {
        let size = 1.0 / alpha;
        let share = mean / (size + mean);
        let first = (1.0 - share).powf(size);
        (0_u32..).scan(first, move |next, k| {
            let this = *next;
            *next *= share * (f64::from(k) + size) / (f64::from(k) + 1.0);
            Some(this)
        })
    }

    fn is_near(found: f64, expected: f64, relative: f64) {
        assert!((found / expected - 1.0).abs() < relative, "{found:e} is not {expected:e}");
    }

    #[test]
    fn tails_of_counts_are_sums_of_probabilities() {
        for (mean, alpha) in [(0.01, 3.0), (0.5, 0.02), (4.0, 0.3), (20.0, 2.0), (100.0, 0.05)] {
            for calls in [1_usize, 2, 5, 17, 60] {
                let lower: f64 = probabilities(mean, alpha).take(calls + 1).sum();
                let upper: f64 = probabilities(mean, alpha).take(20_000).skip(calls).sum();
                is_near(counts_lower(mean, alpha, calls as u64), lower, 1e-8);
                is_near(counts_upper(mean, alpha, calls as u64), upper, 1e-8);
            }
            assert!((counts_upper(mean, alpha, 0) - 1.0).abs() < 1e-15);
        }
    }

    #[test]
    fn without_extra_variance_counts_are_those_of_poisson() {
        // P(S ≥ 10) and P(S ≤ 2) for a mean of 5: 0.031828 and 0.124652 in any table.
        is_near(counts_upper(5.0, 0.0, 10), 0.031_828_06, 1e-5);
        is_near(counts_lower(5.0, 0.0, 2), 0.124_652_02, 1e-5);
    }

    #[test]
    fn a_tail_beyond_all_numbers_is_small_and_not_zero() {
        let tail = counts_upper(1e-6, 0.01, 1_000_000);
        assert!(tail > 0.0 && tail <= 1e-299, "{tail:e}");
    }

    #[test]
    fn the_cheap_bound_is_one_and_close() {
        for mean in [0.01, 1.0, 30.0, 500.0] {
            for alpha in [0.0, 0.02, 0.5, 4.0] {
                for times in [2.0, 5.0, 40.0] {
                    let calls = (mean * times + 3.0_f64).ceil();
                    #[expect(
                        clippy::cast_possible_truncation,
                        clippy::cast_sign_loss,
                        reason = "small"
                    )]
                    let exact = -counts_upper(mean, alpha, calls as u64).log10();
                    let bound = counts_upper_bound(mean, alpha, calls);
                    // Tails beyond 1e-300 are all alike.
                    let bound = bound.min(300.0);
                    assert!(bound <= exact + 1e-6, "{bound} > {exact}: {mean} {alpha} {calls}");
                    assert!(exact < bound + 3.0, "{bound} < {exact} - 3: {mean} {alpha} {calls}");
                }
            }
        }
    }

    #[test]
    fn ordinary_counts_leave_a_tail_on_either_side() {
        for (mean, alpha) in [(0.2, 1.0), (5.0, 0.0), (40.0, 0.1)] {
            let (least, most) = counts_between(mean, alpha, 0.005);
            assert!(least == 0 || counts_lower(mean, alpha, least - 1) < 0.005);
            assert!(counts_lower(mean, alpha, least) >= 0.005);
            assert!(counts_lower(mean, alpha, most) >= 0.995);
            assert!(counts_lower(mean, alpha, most - 1) < 0.995);
        }
    }

    #[test]
    fn tails_of_sizes_are_those_of_published_tables_of_f() {
        // Upper points of F with 2 shape and 2 n shape degrees of freedom, three decimals.
        for (point, shape, n, tail) in [
            (2.978, 5.0, 1.0, 0.05), // 10 and 10
            (3.326, 2.5, 2.0, 0.05), // 5 and 10
            (5.143, 1.0, 3.0, 0.05), // 2 and 6
            (4.431, 2.0, 5.0, 0.01), // 4 and 20
        ] {
            is_near(sizes_upper(point, shape, n), tail, 2e-3);
            is_near(sizes_lower(point, shape, n), 1.0 - tail, 2e-3);
        }
    }

    #[test]
    fn exponential_sizes_have_a_tail_that_can_be_written_down() {
        // Shape 1: (1 + ratio / n)^-n.
        for (ratio, n) in [(0.1, 1.0), (2.0, 3.0), (50.0, 14.0), (1e6, 20.0)] {
            is_near(sizes_upper(ratio, 1.0, n), (1.0_f64 + ratio / n).powf(-n), 1e-8);
        }
        assert!((sizes_upper(-1.0, 1.0, 3.0) - 1.0).abs() < 1e-15, "no size is below zero");
    }
}
