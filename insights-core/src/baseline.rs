//! [`Baseline`]: the sealed minutes of one series, as far back as they matter.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::time::{Minute, Minutes};

/// The calls of one series by minute: sparse, exact, a window that slides with the watermark.
///
/// Minutes without calls are not held; whether such a minute is a zero or lies before the log
/// is for the caller to know.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Baseline {
    minutes: Vec<(Minute, u32)>,
}

impl Baseline {
    /// A baseline without calls.
    pub(crate) const NONE: Self = Self { minutes: Vec::new() };

    /// Adds the calls of a minute that is later than all before.
    ///
    /// No calls change nothing, and calls of the minute added last join them.
    pub(crate) fn push(&mut self, minute: Minute, count: u32) {
        match self.minutes.last_mut() {
            Some((last, calls)) if *last == minute => *calls = calls.saturating_add(count),
            _ if count == 0 => {}
            _ => self.minutes.push((minute, count)),
        }
    }

    /// Forgets the minutes before `minute`.
    pub(crate) fn forget_before(&mut self, minute: Minute) {
        let kept = self.minutes.partition_point(|&(m, _)| m < minute);
        self.minutes.drain(..kept);
    }

    /// Returns the minutes with calls in `span` and their calls, in order.
    #[must_use]
    pub fn range(&self, span: Range<Minute>) -> &[(Minute, u32)] {
        let from = self.minutes.partition_point(|&(minute, _)| minute < span.start);
        let to = self.minutes.partition_point(|&(minute, _)| minute < span.end);
        self.minutes.get(from..to).unwrap_or_default()
    }

    /// Returns the calls in `span`.
    #[must_use]
    pub fn sum(&self, span: Range<Minute>) -> u64 {
        self.range(span).iter().map(|&(_, count)| u64::from(count)).sum()
    }

    /// Returns the calls of `minute`.
    #[must_use]
    pub fn at(&self, minute: Minute) -> u32 {
        self.range(minute..minute + Minutes::new(1)).first().map_or(0, |&(_, count)| count)
    }

    /// Returns whether no minute has calls.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.minutes.is_empty()
    }

    /// Returns whether the minutes are in order and each has calls, as `push` leaves them.
    pub(crate) fn in_order(&self) -> bool {
        self.minutes.is_sorted_by(|a, b| a.0 < b.0) && self.minutes.iter().all(|m| m.1 > 0)
    }

    /// Returns the last minute with calls.
    #[must_use]
    pub fn last(&self) -> Option<Minute> {
        self.minutes.last().map(|&(minute, _)| minute)
    }
}

/// The end of a baseline's window, as a detector sees it: nothing before `from` may be used.
#[derive(Clone, Copy, Debug)]
pub struct Recent<'a> {
    baseline: &'a Baseline,
    from: Minute,
    now: Minute,
}

impl<'a> Recent<'a> {
    /// Returns the view of the minutes from `from` to `now`, both included.
    #[must_use]
    pub const fn new(baseline: &'a Baseline, from: Minute, now: Minute) -> Self {
        Self { baseline, from, now }
    }

    /// Returns the minute that was sealed last.
    #[must_use]
    pub const fn now(&self) -> Minute {
        self.now
    }

    /// Returns the span of the last `window` minutes, shorter where the view begins later.
    #[must_use]
    pub fn window(&self, window: Minutes) -> Range<Minute> {
        let end = self.now + Minutes::new(1);
        self.from.max(end - window)..end
    }

    /// Returns the minutes with calls among the last `window`, in order.
    #[must_use]
    pub fn range(&self, window: Minutes) -> &'a [(Minute, u32)] {
        self.baseline.range(self.window(window))
    }

    /// Returns the calls in the last `window`.
    #[must_use]
    pub fn sum(&self, window: Minutes) -> u64 {
        self.baseline.sum(self.window(window))
    }

    /// Returns whether the view holds all of the last `window`.
    #[must_use]
    pub fn covers(&self, window: Minutes) -> bool {
        let Range { start, end } = self.window(window);
        end.since(start) == window
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minute: u32) -> Minute {
        Minute::from_epoch(minute)
    }

    #[test]
    fn sums_are_over_half_open_spans() {
        let mut baseline = Baseline::default();
        for minute in [3, 4, 9] {
            baseline.push(at(minute), minute);
        }
        baseline.push(at(10), 0);
        assert_eq!(baseline.sum(at(3)..at(9)), 7);
        assert_eq!(baseline.sum(at(4)..at(10)), 13);
        assert_eq!(baseline.sum(at(9)..at(3)), 0);
        assert_eq!((baseline.at(at(9)), baseline.at(at(8))), (9, 0));
        assert_eq!(baseline.last(), Some(at(9)));
        baseline.forget_before(at(4));
        assert_eq!(baseline.sum(at(0)..at(99)), 13);
    }

    #[test]
    fn a_recent_view_does_not_reach_behind_its_beginning() {
        let mut baseline = Baseline::default();
        for minute in 0..20 {
            baseline.push(at(minute), 1);
        }
        let recent = Recent::new(&baseline, at(15), at(19));
        assert_eq!(recent.sum(Minutes::new(3)), 3);
        assert_eq!(recent.sum(Minutes::new(10)), 5);
        assert!(recent.covers(Minutes::new(5)) && !recent.covers(Minutes::new(6)));
    }
}
