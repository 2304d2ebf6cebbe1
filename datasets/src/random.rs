//! Pseudo-random numbers that are the same on every machine and in every release.
//!
//! The checked-in demo is compared with what the code writes, so no number may change when a
//! dependency is updated. The generator is SplitMix64 (Steele, Lea and Flood, "Fast splittable
//! pseudorandom number generators", OOPSLA 2014). Floats use only `+ - * /` and the square root,
//! which IEEE 754 rounds in one way everywhere; the exponential and the logarithm of the platform
//! are avoided for that reason.

use std::f64::consts::{FRAC_1_SQRT_2, LN_2};

/// The means above which a Poisson draw is split in two, so that `exp(-mean)` stays well scaled.
const WHOLE_DRAW: f64 = 16.0;

/// An independent stream of random numbers.
#[derive(Clone, Debug)]
pub(crate) struct Random {
    state: u64,
}

impl Random {
    /// Returns the stream called `name` of an archive's seed.
    ///
    /// Every consumer has a stream of its own, so asking one for more does not shift the others.
    pub(crate) fn stream(seed: u64, name: &str) -> Self {
        Self { state: mix(seed ^ fingerprint(name)) }
    }

    /// Returns the next 64 random bits.
    pub(crate) const fn bits(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.state)
    }

    /// Returns a number from 0 up to, but not including, `bound`; 0 if `bound` is 0.
    pub(crate) const fn below(&mut self, bound: u32) -> u32 {
        (((self.bits() >> 32) * bound as u64) >> 32) as u32
    }

    /// Returns a number from `low` up to and including `high`.
    pub(crate) const fn between(&mut self, low: u32, high: u32) -> u32 {
        low + self.below(high - low + 1)
    }

    /// Returns a position in a list of `count` entries; 0 if the list is empty.
    pub(crate) fn position(&mut self, count: usize) -> usize {
        self.below(u32::try_from(count).unwrap_or(u32::MAX)) as usize
    }

    /// Returns a number from 0 up to, but not including, 1.
    pub(crate) fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Returns true in this share of the draws.
    pub(crate) fn chance(&mut self, share: f64) -> bool {
        self.unit() < share
    }

    /// Returns a Poisson-distributed count, by inversion of the distribution function.
    pub(crate) fn poisson(&mut self, mean: f64) -> u32 {
        if mean > WHOLE_DRAW {
            return self.poisson(mean / 2.0) + self.poisson(mean / 2.0);
        }
        let mut term = exp_minus(mean);
        let mut rest = self.unit() - term;
        let mut count = 0;
        while rest >= 0.0 && count < 200 {
            count += 1;
            term *= mean / f64::from(count);
            rest -= term;
        }
        count
    }

    /// Returns a number from `low` up to, but not including, `high`.
    pub(crate) fn within(&mut self, low: f64, high: f64) -> f64 {
        low + self.unit() * (high - low)
    }

    /// Returns one entry of a list that is not empty.
    pub(crate) fn pick<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.position(list.len())]
    }

    /// Brings a list into random order (Fisher and Yates).
    pub(crate) fn shuffle<T>(&mut self, list: &mut [T]) {
        for last in (1..list.len()).rev() {
            let other = self.position(last + 1);
            list.swap(last, other);
        }
    }

    /// Returns an exponentially distributed number.
    pub(crate) fn exponential(&mut self, mean: f64) -> f64 {
        -mean * ln(1.0 - self.unit())
    }

    /// Returns a standard normal number, by the polar method (Marsaglia and Bray, 1964).
    pub(crate) fn normal(&mut self) -> f64 {
        loop {
            let (x, y) = (self.within(-1.0, 1.0), self.within(-1.0, 1.0));
            let square = x * x + y * y;
            if square > 0.0 && square < 1.0 {
                return x * (-2.0 * ln(square) / square).sqrt();
            }
        }
    }

    /// Returns a log-normal number; `spread` is the standard deviation of its logarithm.
    pub(crate) fn log_normal(&mut self, median: f64, spread: f64) -> f64 {
        median * exp(spread * self.normal())
    }

    /// Returns a gamma-distributed number of mean `shape` and scale 1 (Marsaglia and Tsang, "A
    /// simple method for generating gamma variables", 2000).
    pub(crate) fn gamma(&mut self, shape: f64) -> f64 {
        if shape < 1.0 {
            let boost = exp(ln(1.0 - self.unit()) / shape);
            return self.gamma(shape + 1.0) * boost;
        }
        let d = shape - 1.0 / 3.0;
        let c = 1.0 / (9.0 * d).sqrt();
        loop {
            let x = self.normal();
            let root = 1.0 + c * x;
            let v = root * root * root;
            if v > 0.0 && ln(1.0 - self.unit()) < 0.5 * x * x + d - d * v + d * ln(v) {
                return d * v;
            }
        }
    }

    /// Returns a negative-binomial count: Poisson with a gamma-distributed mean. Its variance is
    /// `mean + mean * mean / shape`.
    pub(crate) fn clumped(&mut self, mean: f64, shape: f64) -> u32 {
        let mean = mean / shape * self.gamma(shape);
        self.poisson(mean)
    }

    /// Returns how many of `count` remain if each does with this chance.
    pub(crate) fn thinned(&mut self, count: u32, chance: f64) -> u32 {
        (0..count).map(|_| u32::from(self.chance(chance))).sum()
    }

    /// Appends `count` random symbols of an alphabet to the text.
    pub(crate) fn symbols(&mut self, out: &mut Vec<u8>, alphabet: &[u8], count: usize) {
        for _ in 0..count {
            out.push(alphabet[self.position(alphabet.len())]);
        }
    }

    /// Appends `count` random lower-case hexadecimal digits to the text.
    pub(crate) fn hex(&mut self, out: &mut Vec<u8>, count: usize) {
        self.symbols(out, b"0123456789abcdef", count);
    }

    /// Appends a UUID of version 4 to the text.
    pub(crate) fn uuid(&mut self, out: &mut Vec<u8>) {
        self.hex(out, 8);
        out.push(b'-');
        self.hex(out, 4);
        out.extend_from_slice(b"-4");
        self.hex(out, 3);
        out.push(b'-');
        self.symbols(out, b"89ab", 1);
        self.hex(out, 3);
        out.push(b'-');
        self.hex(out, 12);
    }
}

/// Returns `exp(-x)` for a small non-negative `x`, the same on every machine.
fn exp_minus(x: f64) -> f64 {
    // The series at x / 16 is exact to rounding after 24 terms; four squarings undo the division.
    let part = x / 16.0;
    let (mut sum, mut term) = (1.0, 1.0);
    for n in 1..24 {
        term *= -part / f64::from(n);
        sum += term;
    }
    for _ in 0..4 {
        sum *= sum;
    }
    sum
}

/// Returns `exp(x)`, the same on every machine.
pub(crate) fn exp(x: f64) -> f64 {
    if x.abs() > 8.0 {
        // Beyond the range of numbers the halves are 0 or infinite.
        let half = exp(x.clamp(-1_500.0, 1_500.0) / 2.0);
        return half * half;
    }
    if x < 0.0 { exp_minus(-x) } else { 1.0 / exp_minus(x) }
}

/// Returns the natural logarithm of a positive normal number, the same on every machine.
pub(crate) fn ln(x: f64) -> f64 {
    const EXPONENT: u64 = 0x7ff << 52;
    // x = part * 2^power with the part from 0.5 up to 1, or up to the square root of 2.
    let bits = x.to_bits();
    let mut part = f64::from_bits((bits & !EXPONENT) | (1_022 << 52));
    let mut power = ((bits & EXPONENT) >> 52) as f64 - 1_022.0;
    if part < FRAC_1_SQRT_2 {
        part *= 2.0;
        power -= 1.0;
    }
    // ln(part) = 2 artanh(s), and |s| < 0.172 makes the terms shrink by 34 each.
    let s = (part - 1.0) / (part + 1.0);
    let (mut sum, mut term) = (0.0, s);
    for n in 0..14 {
        sum += term / f64::from(2 * n + 1);
        term *= s * s;
    }
    2.0 * sum + power * LN_2
}

/// Returns a 64-bit fingerprint of a text (FNV-1a).
fn fingerprint(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

/// Scatters the bits of a state over a number (the finaliser of SplitMix64).
const fn mix(state: u64) -> u64 {
    let z = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_repeat_and_differ_by_name_and_seed() {
        let first = |seed, name| Random::stream(seed, name).bits();
        assert_eq!(first(1, "a"), first(1, "a"));
        assert_ne!(first(1, "a"), first(1, "b"));
        assert_ne!(first(1, "a"), first(2, "a"));
    }

    #[test]
    fn the_own_exponential_agrees_with_the_platform() {
        for x in [0.0, 0.01, 0.7, 3.0, 16.0] {
            let relative = (exp_minus(x) - (-x).exp()).abs() / (-x).exp();
            assert!(relative < 1e-12, "x {x} relative error {relative}");
        }
    }

    #[test]
    fn the_own_functions_agree_with_the_platform_over_a_wide_range() {
        for x in [-700.0, -30.0, -8.1, -1.0, -1e-9, 0.0, 0.5, 7.9, 25.0, 600.0] {
            let relative = (exp(x) - f64::exp(x)).abs() / f64::exp(x);
            assert!(relative < 1e-11, "exp {x} relative error {relative}");
        }
        assert!(exp(-2_000.0) == 0.0 && exp(2_000.0).is_infinite());
        for x in [1e-300, 1e-9, 0.3, 0.9999, 1.0, 1.5, 2.0, 77.0, 1e200] {
            let error = (ln(x) - f64::ln(x)).abs();
            assert!(error <= 1e-13 * f64::ln(x).abs().max(0.01), "ln {x} error {error}");
        }
    }

    /// Returns mean and variance of many draws.
    fn moments(mut draw: impl FnMut(&mut Random) -> f64) -> (f64, f64) {
        let mut random = Random::stream(11, "moments");
        let draws: Vec<f64> = (0..40_000).map(|_| draw(&mut random)).collect();
        let mean = draws.iter().sum::<f64>() / 40_000.0;
        (mean, draws.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / 40_000.0)
    }

    #[test]
    fn draws_have_the_moments_of_their_distributions() {
        let close = |(mean, variance): (f64, f64), (m, v): (f64, f64), what: &str| {
            assert!((mean - m).abs() < 0.03 * v.sqrt(), "{what}: mean {mean} for {m}");
            assert!((variance / v - 1.0).abs() < 0.1, "{what}: variance {variance} for {v}");
        };
        close(moments(Random::normal), (0.0, 1.0), "normal");
        close(moments(|r| r.exponential(3.0)), (3.0, 9.0), "exponential");
        close(moments(|r| r.gamma(0.4)), (0.4, 0.4), "gamma");
        close(moments(|r| r.gamma(6.0)), (6.0, 6.0), "gamma");
        close(moments(|r| f64::from(r.clumped(4.0, 2.0))), (4.0, 12.0), "clumped");
        close(moments(|r| f64::from(r.thinned(20, 0.25))), (5.0, 3.75), "thinned");
        close(moments(|r| ln(r.log_normal(5.0, 0.7))), (f64::ln(5.0), 0.49), "log-normal");
    }

    #[test]
    fn a_shuffled_list_keeps_its_entries() {
        let mut list: Vec<u32> = (0..50).collect();
        Random::stream(5, "shuffle").shuffle(&mut list);
        assert!(!list.is_sorted());
        list.sort_unstable();
        assert!(list.into_iter().eq(0..50));
    }

    #[test]
    fn poisson_draws_have_equal_mean_and_variance() {
        for mean in [0.05, 1.0, 12.0, 40.0] {
            let mut random = Random::stream(7, "poisson");
            let draws: Vec<f64> = (0..20_000).map(|_| f64::from(random.poisson(mean))).collect();
            let average = draws.iter().sum::<f64>() / 20_000.0;
            let variance = draws.iter().map(|x| (x - average).powi(2)).sum::<f64>() / 20_000.0;
            assert!((average / mean - 1.0).abs() < 0.1, "mean {mean} got {average}");
            assert!((variance / mean - 1.0).abs() < 0.1, "mean {mean} got variance {variance}");
        }
    }

    #[test]
    fn a_uuid_has_the_marks_of_version_4() {
        let mut text = Vec::new();
        Random::stream(1, "uuid").uuid(&mut text);
        assert_eq!(text.len(), 36);
        assert_eq!(text[14], b'4');
        assert!(b"89ab".contains(&text[19]));
    }
}
