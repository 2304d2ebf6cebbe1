//! Pseudo-random numbers that are the same on every machine and in every release.
//!
//! The checked-in demo is compared with what the code writes, so no number may change when a
//! dependency is updated. The generator is SplitMix64 (Steele, Lea and Flood, "Fast splittable
//! pseudorandom number generators", OOPSLA 2014). Floats use only `+ - * /`, which IEEE 754
//! rounds in one way everywhere; the exponential of the platform is avoided for that reason.

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
