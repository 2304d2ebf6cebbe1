//! [`Lows`]: how low a series has been before, against what was expected.
//!
//! A low that comes again is the habit of a series: a pause, a night, a weekend. The shares of
//! what was expected that the lowest windows of the last days held tell how often one as low
//! comes at any time; the same time on earlier days tells whether it comes then.

use std::ops::Range;

use super::{
    FALL, WINDOWS_OF_FALL,
    hours::Hours,
    past::{Past, SLOTS},
};
use crate::{
    baseline::Recent,
    time::{Minute, Minutes},
};

/// The days whose lowest windows are known.
const DAYS: usize = 7;
/// The least calls to expect in a window to be looked at.
const LEAST_EXPECTED: f64 = 4.0;
/// A window is as low as another with so many times its calls, and so many more.
const AS_LOW: f64 = 1.25;
const AS_LOW_CALLS: f64 = 2.0;
/// One low day may have been an incident.
const INCIDENTS: f64 = 1.0;
/// How far back the same weekdays are compared, and how many other days must have been as low.
const BACK: u32 = 28;
const LEAST_LOW: u32 = 2;

/// The lowest shares of what was expected, by window of [`FALL`] and day of the last week.
#[derive(Clone, Debug)]
pub(super) struct Lows {
    days: [[f32; DAYS]; WINDOWS_OF_FALL],
    /// The first minute with calls.
    birth: Minute,
}

impl Lows {
    pub(super) fn new(past: &Past, hours: &Hours) -> Self {
        let mut days = [[f32::INFINITY; DAYS]; WINDOWS_OF_FALL];
        for (days, window) in days.iter_mut().zip(FALL) {
            if hours.mean_rate() * f64::from(window.count()) >= 1.0 {
                slide(days, (window.count() / 5) as usize, past, hours);
            }
        }
        Self { days, birth: past.minute(past.birth) }
    }

    /// Returns how many windows a day are expected to be as low, whenever they come.
    pub(super) fn as_low(&self, k: usize, calls: u64, expected: f64) -> f64 {
        let share = (AS_LOW * calls as f64 + AS_LOW_CALLS) / expected;
        let days = self.days[k].iter().filter(|&&low| f64::from(low) <= share).count();
        (days as f64 - INCIDENTS).max(0.0) / DAYS as f64
    }

    /// Returns the share of earlier days that were as low at the same time: of the last week's of
    /// the same kind, or of the same weekdays.
    pub(super) fn as_low_then(&self, recent: Recent<'_>, window: Minutes, calls: u64) -> f64 {
        let span = recent.window(window);
        let most = AS_LOW * calls as f64 + AS_LOW_CALLS;
        let (mut days, mut low, mut weeks, mut low_weeks) = (0, 0, 0, 0);
        for apart in 1..=BACK {
            let back = Minutes::days(apart);
            if span.start < self.birth + back {
                break;
            }
            let weekday = apart % 7 == 0;
            let then = (span.start - back).five()..span.end - back;
            if !weekday && (apart > 7 || then.start.on_weekend() != span.start.on_weekend()) {
                continue;
            }
            let as_low = recent.earlier_calls(then) as f64 <= most;
            if weekday {
                weeks += 1;
                low_weeks += u32::from(as_low);
            } else {
                days += 1;
                low += u32::from(as_low);
            }
        }
        let share = |low: u32, all: u32| f64::from(low) / f64::from(all.max(1));
        let by_day = if low >= LEAST_LOW { share(low, days) } else { 0.0 };
        by_day.max(share(low_weeks, weeks))
    }
}

/// Finds the lowest share of what was expected in windows of so many sums, day by day.
fn slide(days: &mut [f32; DAYS], width: usize, past: &Past, hours: &Hours) {
    // Lows that were reported are lows too.
    let mut from = hours.week * 12;
    while from < past.len() {
        let hole = past.hole[from..].iter().position(|&hole| hole);
        let to = hole.map_or(past.len(), |hole| from + hole);
        for (back, low) in days.iter_mut().enumerate() {
            let day =
                if back + 1 < DAYS { past.len().saturating_sub((back + 1) * SLOTS) } else { 0 };
            let first = (from + width).max(day + 1);
            let last = to.min(past.len().saturating_sub(back * SLOTS));
            if first <= last {
                *low = lowest(*low, first..last + 1, width, past, hours);
            }
        }
        from = to + 1;
    }
}

/// Returns the lowest share of what was expected in windows of so many sums that end before one of
/// `ends`, or `low` if none is lower.
fn lowest(mut low: f32, ends: Range<usize>, width: usize, past: &Past, hours: &Hours) -> f32 {
    let starts = ends.start - width..ends.end - width;
    let (calls, expected) = (past.before(), hours.before());
    let calls = calls[ends.clone()].iter().zip(&calls[starts.clone()]);
    let expected = expected[ends].iter().zip(&expected[starts]);
    for ((calls, calls_before), (expected, expected_before)) in calls.zip(expected) {
        let (calls, expected) = (calls - calls_before, expected - expected_before);
        // Most windows are far from the lowest: that is cheaper to tell than their share.
        if calls < 1.001 * f64::from(low) * expected && expected >= LEAST_EXPECTED {
            #[expect(clippy::cast_possible_truncation, reason = "a share is kept as f32")]
            let share = (calls / expected) as f32;
            low = low.min(share);
        }
    }
    low
}
