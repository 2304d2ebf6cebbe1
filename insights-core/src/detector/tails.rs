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
