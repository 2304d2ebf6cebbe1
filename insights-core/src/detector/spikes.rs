//! Finds the runs of jobs: short bursts that recur at the same time of day.
//!
//! They have to be known before anything else is learnt: a nightly job of 300 calls would make
//! its hour look busy and the series look restless.

use super::past::{Past, SLOTS};

/// A spike has at least so many calls, and so many times those of the sums around it.
const CALLS: f64 = 3.0;
const CONTRAST: f64 = 3.0;
/// The sums to either side that are compared with: those so far away, not those nearer.
const NEAR: usize = 3;
const FAR: usize = 12;
/// Runs may come so many sums earlier or later, and have that share of each other's calls.
const JITTER: usize = 2;
const ALIKE: f32 = 0.5;
/// The share of comparable days that must have a run, and the least number of such days.
const SHARE: f64 = 0.6;
const LEAST_DAYS: u32 = 2;

/// Returns which sums belong to a run: they stand out from the hours around, and something
/// alike does on most days of the same kind within a week, or on most of the same weekdays.
pub(super) fn scheduled(past: &Past) -> Vec<bool> {
    let spikes = spikes(past);
    let mut scheduled = vec![false; past.len()];
    for &i in &spikes {
        let (day, slot) = (i / SLOTS, i % SLOTS);
        let weekend = past.minute(i).on_weekend();
        let (mut of_kind, mut of_weekday) = (Tally::default(), Tally::default());
        for other in past.birth / SLOTS..past.len().div_ceil(SLOTS) {
            let (j, apart) = (other * SLOTS + slot, other.abs_diff(day));
            let weekday = apart.is_multiple_of(7);
            if apart == 0 || j >= past.len() || !(weekday || apart < 7) {
                continue;
            }
            let near = spikes.partition_point(|&spike| spike + JITTER < j);
            let spike = spikes.get(near).is_some_and(|&spike| spike <= j + JITTER);
            let alike = spike && past.around(j, JITTER) >= ALIKE * past.around(i, 1);
            if weekday {
                of_weekday.add(alike);
            }
            if apart <= 7 && past.minute(j).on_weekend() == weekend {
                of_kind.add(alike);
            }
        }
        scheduled[i] = of_kind.most() || of_weekday.most();
    }
    scheduled
}

/// How many days there are, and how many of them have something.
#[derive(Default)]
struct Tally {
    days: u32,
    have: u32,
}

impl Tally {
    fn add(&mut self, have: bool) {
        self.days += 1;
        self.have += u32::from(have);
    }

    fn most(&self) -> bool {
        self.days >= LEAST_DAYS && f64::from(self.have) >= SHARE * f64::from(self.days)
    }
}

/// Returns the sums that stand out from those around them.
fn spikes(past: &Past) -> Vec<usize> {
    let stands_out = |&i: &usize| {
        let calls = f64::from(past.calls[i]);
        if calls < CALLS {
            return false;
        }
        let sides = [
            (i.saturating_sub(FAR), i.saturating_sub(NEAR)),
            ((i + NEAR + 1).min(past.len()), (i + FAR + 1).min(past.len())),
        ];
        let around: f64 = sides.iter().map(|&(from, to)| past.between(from, to)).sum();
        let sums: usize = sides.iter().map(|&(from, to)| to - from).sum();
        calls >= CALLS + CONTRAST * around / sums.max(1) as f64
    };
    (past.birth..past.len()).filter(stands_out).collect()
}
