//! [`Marks`]: what was reported of a series, and which levels were accepted.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::{detector::Direction, history::Shift, time::Minute};

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
