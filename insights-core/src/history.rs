//! [`History`]: what a detector may learn from.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::{
    baseline::Baseline,
    time::{Minute, Minutes},
};

/// The past of one series up to a minute: its calls, and of which minutes they are not known.
#[derive(Clone, Copy, Debug)]
pub struct History<'a> {
    /// The calls.
    pub baseline: &'a Baseline,
    /// The first minute of which anything is known; from there on a missing call is a zero.
    pub from: Minute,
    /// The minute after the last one to learn from.
    pub until: Minute,
    /// How far back minutes are held; sums over five minutes reach back farther.
    pub reach: Minutes,
    /// The holes of the log, in order: of these minutes nothing is known.
    pub holes: &'a [Range<Minute>],
    /// What was reported, in order: not to be taken for normal.
    pub reported: &'a [Range<Minute>],
    /// The new levels that were accepted and still last, in order.
    pub shifts: &'a [Shift],
}

/// A level accepted as the new normal: what was before it counts as if scaled to it.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Shift {
    /// The first minute of the new level.
    pub from: Minute,
    /// The minute at which it was accepted.
    pub accepted: Minute,
    /// The new level in millionths of the old one.
    pub millionths: u64,
    /// The minute at which the series was found back at the old level, if it is: from then on
    /// nothing is scaled.
    pub returned: Option<Minute>,
}

impl History<'_> {
    /// Returns the factor that brings calls of `minute` to the present level.
    #[must_use]
    pub fn level(&self, minute: Minute) -> f64 {
        let later = self.shifts.iter().filter(|shift| minute < shift.from);
        later.map(|shift| shift.millionths as f64 / 1e6).product()
    }
}

#[cfg(test)]
pub(crate) mod fixture {
    //! Histories for tests of what is learnt from them.

    use super::*;

    /// Monday 2026-03-02.
    pub(crate) const fn monday() -> Minute {
        Minute::from_epoch(29_540_160)
    }

    /// Returns all of a baseline that begins on that Monday, up to the end of so many days.
    pub(crate) fn days(baseline: &Baseline, days: u32) -> History<'_> {
        History {
            baseline,
            from: monday(),
            until: monday() + Minutes::days(days),
            reach: Minutes::days(7),
            holes: &[],
            reported: &[],
            shifts: &[],
        }
    }
}
