//! [`Log`]: the log that a series is in, of its account and of its Region.

use std::ops::Range;

use crate::{
    log_life::LogLife,
    time::{Minute, Minutes},
};

/// The log of one series: the whole, which tells where it begins, and the part that comes from
/// one Region, which may be missing alone.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Log<'a> {
    pub(crate) whole: &'a LogLife,
    pub(crate) part: &'a LogLife,
}

impl Log<'_> {
    /// Returns the first minute of the whole log.
    pub(crate) fn origin(&self) -> Option<Minute> {
        self.whole.origin()
    }

    /// Returns whether `now` lies in a hole, as far as is known then.
    pub(crate) fn is_silent(&self, now: Minute) -> bool {
        self.whole.is_silent(now) || self.part.is_silent(now)
    }

    /// Returns whether `now` may turn out to lie in a hole.
    pub(crate) fn is_in_doubt(&self, now: Minute) -> bool {
        self.whole.is_in_doubt(now) || self.part.is_in_doubt(now)
    }

    /// Returns the end of the last hole before `now`.
    pub(crate) fn whole_since(&self, now: Minute) -> Minute {
        self.whole.whole_since(now).max(self.part.whole_since(now))
    }

    /// Returns the holes as they were known at a minute: in order, and none meets the next.
    pub(crate) fn holes_before(&self, minute: Minute) -> Vec<Range<Minute>> {
        let mut holes = self.whole.holes_before(minute);
        holes.extend(self.part.holes_before(minute));
        holes.sort_unstable_by_key(|hole| (hole.start, hole.end));
        holes.dedup_by(|hole, kept| {
            let meet = hole.start <= kept.end;
            if meet {
                kept.end = kept.end.max(hole.end);
            }
            meet
        });
        holes
    }

    /// Returns how many minutes of a span lie in holes.
    pub(crate) fn missing(&self, span: &Range<Minute>) -> Minutes {
        let holes = self.holes_before(span.end).into_iter();
        let within = holes.map(|hole| hole.end.min(span.end).since(hole.start.max(span.start)));
        within.fold(Minutes::default(), |sum, minutes| sum + minutes)
    }
}
