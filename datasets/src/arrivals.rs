//! The normal calls of one series, minute by minute.

use crate::behaviour::Behaviour;
use crate::random::Random;

/// The spans over which calls are kept within bounds, in minutes.
const SPANS: [u32; 5] = [1, 5, 15, 60, 240];

/// The shortest span in which too few calls are made up for, in minutes.
const LEAST_SPAN: u32 = 60;

/// The longest of [`SPANS`], in minutes.
const MEMORY: usize = 240;

/// The least time between two calls of a sparse API, in minutes.
const LEAST_GAP: f64 = 20.0;

/// A source of the normal calls of one series.
#[derive(Clone, Debug)]
pub(crate) struct Arrivals {
    behaviour: Behaviour,
    random: Random,
    form: Form,
}

/// What a source has to remember from minute to minute.
#[derive(Clone, Debug)]
enum Form {
    /// Many calls: how many there were lately.
    Many(Box<Recent>),
    /// Single calls: the minute of the next one.
    Single { next: f64 },
}

impl Arrivals {
    /// Returns the source of a behaviour, drawing from a stream of its own.
    pub(crate) fn new(behaviour: Behaviour, mut random: Random) -> Self {
        let form = match behaviour {
            Behaviour::Steady { .. } => Form::Many(Box::default()),
            Behaviour::Sparse { .. } => {
                Form::Single { next: random.unit() / behaviour.expected(0) }
            }
        };
        Self { behaviour, random, form }
    }

    /// Returns the number of calls in a minute; minutes are asked for in order, each once.
    pub(crate) fn calls(&mut self, minute: u32) -> u32 {
        let expected = self.behaviour.expected(minute);
        match &mut self.form {
            Form::Many(recent) => recent.admit(expected, self.random.poisson(expected)),
            Form::Single { next } if *next < f64::from(minute) + 1.0 => {
                let gap = (0.5 + self.random.unit()) / expected;
                *next += gap.max(LEAST_GAP);
                1
            }
            Form::Single { .. } => 0,
        }
    }
}

/// The calls of the last minutes, which keep the next minute free of unlabelled surprises.
///
/// Over a million series-minutes even a fair Poisson process has minutes that a sensitive detector
/// is right to report. Those would be anomalies without a label, so calls beyond what a
/// Poisson process exceeds about once in ten thousand spans are left out, and calls missing
/// below the same bound on the other side are made up for. Rates are all but unchanged.
#[derive(Clone, Debug)]
struct Recent {
    minutes: [(u32, f64); MEMORY],
    at: usize,
    /// Calls and expected calls of the last `span - 1` minutes, for each of [`SPANS`].
    sums: [(u32, f64); SPANS.len()],
}

impl Default for Recent {
    fn default() -> Self {
        Self { minutes: [(0, 0.0); MEMORY], at: 0, sums: [(0, 0.0); SPANS.len()] }
    }
}

impl Recent {
    /// Returns the drawn number of calls, moved into the bounds, and remembers it.
    fn admit(&mut self, expected: f64, drawn: u32) -> u32 {
        let (mut least, mut most) = (0, u32::MAX);
        for (span, (calls, expected_before)) in SPANS.into_iter().zip(self.sums) {
            let (low, high) = bounds(expected_before + expected);
            most = most.min(high.saturating_sub(calls));
            if span >= LEAST_SPAN {
                least = least.max(low.saturating_sub(calls));
            }
        }
        let calls = drawn.clamp(least.min(most), most);
        self.remember(calls, expected);
        calls
    }

    /// Adds a minute and forgets those that leave their span.
    fn remember(&mut self, calls: u32, expected: f64) {
        self.minutes[self.at] = (calls, expected);
        for (span, sum) in SPANS.into_iter().zip(&mut self.sums) {
            let leaving = self.minutes[(self.at + 1 + MEMORY - span as usize) % MEMORY];
            sum.0 = sum.0 + calls - leaving.0;
            sum.1 = sum.1 + expected - leaving.1;
        }
        self.at = (self.at + 1) % MEMORY;
    }
}

/// Returns the counts a Poisson process of this mean stays within, but for about 1 in 10,000 spans
/// on each side: the normal quantile 3.72 with the first Cornish-Fisher correction.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "both are clamped to small non-negative numbers"
)]
fn bounds(mean: f64) -> (u32, u32) {
    let mean = mean.max(0.0);
    let spread = 3.72 * mean.sqrt();
    ((mean - spread + 2.14).max(0.0) as u32, (mean + spread + 2.14).min(1e9) as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(behaviour: Behaviour, minutes: u32) -> Vec<u32> {
        let mut arrivals = Arrivals::new(behaviour, Random::stream(3, "test"));
        (0..minutes).map(|minute| arrivals.calls(minute)).collect()
    }

    #[test]
    fn a_steady_rate_is_kept_and_stays_within_bounds() {
        for per_minute in [0.012, 0.3, 6.0] {
            let counts = counts(Behaviour::Steady { per_minute }, 50_000);
            let mean = f64::from(counts.iter().sum::<u32>()) / 50_000.0;
            assert!((mean / per_minute - 1.0).abs() < 0.1, "{per_minute} became {mean}");
            for span in SPANS {
                let (low, high) = bounds(per_minute * f64::from(span));
                for window in counts.windows(span as usize) {
                    let calls = window.iter().sum::<u32>();
                    assert!(calls <= high, "{calls} calls in {span} minutes at {per_minute}");
                    // Making up for a lack may be cut off by the upper bound of a single minute.
                    assert!(span < LEAST_SPAN || calls + 1 >= low);
                }
            }
        }
    }

    #[test]
    fn sparse_calls_are_single_and_far_apart() {
        let counts = counts(Behaviour::Sparse { per_day: 12.0 }, 14_400);
        let minutes: Vec<usize> = (0..counts.len()).filter(|&m| counts[m] > 0).collect();
        assert!(counts.iter().all(|&count| count < 2));
        assert!((100..140).contains(&minutes.len()), "{} calls in 10 days", minutes.len());
        assert!(minutes.windows(2).all(|pair| pair[1] - pair[0] >= 20));
    }
}
