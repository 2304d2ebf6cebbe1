//! [`Limits`]: what calls must be at least, or at most, to be unusual, whatever explains them.

use super::{WINDOWS_OF_FALL, test::Refusal};

/// By window of a rise: the least change as a share of the setting's.
const CHANGE: [f64; 5] = [1.25, 1.0, 0.75, 0.6, 0.5];
/// The least calls above the expected ones, as a share of the least calls.
const LEAST_EXCESS: f64 = 0.9;
/// The most of the expected calls that are a fall, by window: a program that restarts pauses for
/// some minutes.
pub(super) const FALL_SHARE: [f64; WINDOWS_OF_FALL] = [0.15, 0.35, 0.5, 0.6];
/// The least calls to expect in a window before their absence can mean something.
pub(super) const FALL_EXPECTED: f64 = 5.0;

/// What a rise must be at least.
#[derive(Clone, Copy)]
pub(super) struct Limits {
    /// The least calls.
    pub(super) calls: f64,
    /// The least factor between observed and expected in five minutes.
    pub(super) change: f64,
}

impl Limits {
    /// Stops where so many calls cannot be a rise over the `k`-th window.
    #[inline]
    pub(super) fn check(&self, k: usize, calls: f64, expected: f64) -> Result<(), Refusal> {
        if calls < self.calls || calls - expected < LEAST_EXCESS * self.calls {
            return Err(Refusal::TooFewCalls);
        }
        if calls < self.factor(k) * expected {
            return Err(Refusal::TooSmallChange);
        }
        Ok(())
    }

    /// Returns the fewest calls that can be a rise over the `k`-th window.
    pub(super) fn least(&self, k: usize, expected: f64) -> u64 {
        let least = self.calls.max(expected + LEAST_EXCESS * self.calls);
        whole(least.max(self.factor(k) * expected).ceil())
    }

    fn factor(&self, k: usize) -> f64 {
        1.0 + (self.change - 1.0) * CHANGE[k]
    }
}

/// Stops where so many calls cannot be a fall over the `k`-th window.
#[inline]
pub(super) fn check_fall(k: usize, calls: f64, expected: f64) -> Result<(), Refusal> {
    if expected < FALL_EXPECTED {
        return Err(Refusal::TooLittleExpected);
    }
    if calls > FALL_SHARE[k] * expected {
        return Err(Refusal::TooSmallChange);
    }
    Ok(())
}

/// Returns the most calls that can be a fall over the `k`-th window.
pub(super) fn most_of_fall(k: usize, expected: f64) -> u64 {
    whole((FALL_SHARE[k] * expected).floor())
}

/// Returns a whole number of calls.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "not negative")]
pub(super) fn whole(calls: f64) -> u64 {
    calls.max(0.0) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_calls_of_a_rise_are_enough_and_one_less_is_not() {
        for (calls, change) in [(3.0, 1.8), (4.0, 1.8), (2.0, 4.0), (100.0, 10.0)] {
            let limits = Limits { calls, change };
            for (k, expected) in (0..5).flat_map(|k| [1e-6, 0.5, 7.3, 200.0].map(|e| (k, e))) {
                let least = limits.least(k, expected);
                assert_eq!(limits.check(k, least as f64, expected), Ok(()));
                assert!(limits.check(k, least as f64 - 1.0, expected).is_err());
            }
        }
    }

    #[test]
    fn the_most_calls_of_a_fall_are_few_enough_and_one_more_is_not() {
        for (k, expected) in (0..4).flat_map(|k| [5.0, 13.7, 400.0].map(|e| (k, e))) {
            let most = most_of_fall(k, expected);
            assert_eq!(check_fall(k, most as f64, expected), Ok(()));
            assert_eq!(check_fall(k, most as f64 + 1.0, expected), Err(Refusal::TooSmallChange));
        }
        assert_eq!(check_fall(0, 0.0, 4.9), Err(Refusal::TooLittleExpected));
    }
}
