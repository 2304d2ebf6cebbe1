//! [`Marks`]: what was reported of a series, and which levels were accepted.

use std::ops::{Range, RangeInclusive};

use serde::{Deserialize, Serialize};

use crate::{
    detector::{Direction, Finding},
    history::Shift,
    time::{Minute, Minutes},
};

/// What of a series' past may be used, and for what.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub(crate) struct Marks {
    /// No window of a test reaches behind that minute.
    pub(crate) tests_from: Option<Minute>,
    /// The last episode that ended.
    pub(crate) last: Option<Ended>,
    /// The episodes that are over, in order.
    pub(crate) reported: Vec<Reported>,
    /// The levels accepted as the new normal, in order.
    pub(crate) shifts: Vec<Shift>,
}

impl Marks {
    /// The new levels, as factors, that the old level still says something of.
    const SHIFTS: RangeInclusive<f64> = 0.02..=50.0;
    /// Levels, as factors, that are the same.
    const SAME_LEVEL: RangeInclusive<f64> = 0.5..=2.0;

    /// Returns those of a series of which nothing was reported.
    pub(crate) fn none() -> &'static Self {
        static NONE: Marks =
            Marks { tests_from: None, last: None, reported: Vec::new(), shifts: Vec::new() };
        &NONE
    }

    /// Returns when the level changed last.
    pub(crate) fn level_changed(&self) -> Minute {
        let changed = |shift: &Shift| shift.returned.unwrap_or(shift.accepted);
        self.shifts.last().map_or(Minute::MIN, changed)
    }

    /// Takes the level since `from` for the new normal, so many times the old.
    pub(crate) fn accept(&mut self, from: Minute, accepted: Minute, ratio: f64) {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped")]
        let millionths =
            if Self::SHIFTS.contains(&ratio) { (ratio * 1e6).round() as u64 } else { 0 };
        self.shifts.push(Shift { from, accepted, millionths, returned: None });
    }

    /// Takes note if a series returns to the level it had before the last one was accepted, within
    /// `reach` of that: it is no news, be it a Monday after a first weekend or the end of a long
    /// outage.
    pub(crate) fn returns(&mut self, now: Minute, finding: &Finding, reach: Minutes) -> bool {
        let Some(last) = self.shifts.last_mut() else { return false };
        let since = now.since(last.accepted);
        if last.returned.is_some()
            || last.millionths == 0
            || since > reach
            || finding.missed.is_some()
        {
            return false;
        }
        let back = 1e6 / last.millionths as f64;
        let now_at = finding.observed as f64 / finding.expected;
        let rises = finding.direction == Direction::Rise;
        let returns = rises == (back > 1.0) && Self::SAME_LEVEL.contains(&(now_at / back));
        if returns {
            let next = now + Minutes::new(1);
            last.returned = Some(next);
            self.tests_from = Some(next);
        }
        returns
    }

    /// Returns what is known by now to have been unusual before `as_of`, in order.
    pub(crate) fn reported_by(&self, as_of: Minute) -> Vec<Range<Minute>> {
        let reported = self.reported.iter().filter(|reported| reported.start < as_of);
        reported.map(|reported| reported.start..reported.end.min(as_of)).collect()
    }

    /// Returns the new levels that last at `as_of`, in order.
    pub(crate) fn shifts_at(&self, as_of: Minute) -> Vec<Shift> {
        let lasts = |shift: &&Shift| {
            shift.accepted <= as_of && shift.returned.is_none_or(|returned| as_of < returned)
        };
        self.shifts.iter().filter(lasts).copied().collect()
    }

    pub(crate) fn forget_before(&mut self, minute: Minute) {
        self.reported.retain(|reported| reported.end >= minute);
        self.shifts.retain(|shift| shift.accepted >= minute);
    }
}

/// The last episode that ended: the next may follow it.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(crate) struct Ended {
    pub(crate) direction: Direction,
    pub(crate) end: Minute,
    /// The start of the first of the episodes that followed each other up to this one.
    pub(crate) chain: Minute,
}

/// An episode that is over.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(crate) struct Reported {
    pub(crate) start: Minute,
    pub(crate) end: Minute,
}
