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
    /// The same calls and older ones by five minutes: the first of the five, and their calls.
    fives: Vec<(Minute, u32)>,
}

/// The minutes of a coarse sum.
pub(crate) const FIVE: Minutes = Minutes::new(5);

impl Baseline {
    /// A baseline without calls.
    pub(crate) const NONE: Self = Self { minutes: Vec::new(), fives: Vec::new() };

    /// Adds the calls of a minute that is later than all before.
    ///
    /// No calls change nothing, and calls of the minute added last join them.
    pub(crate) fn push(&mut self, minute: Minute, count: u32) {
        for (sums, begin) in [(&mut self.minutes, minute), (&mut self.fives, minute.five())] {
            match sums.last_mut() {
                Some((last, calls)) if *last == begin => *calls = calls.saturating_add(count),
                _ if count == 0 => {}
                _ => {
                    make_room(sums);
                    sums.push((begin, count));
                }
            }
        }
    }

    /// Forgets the minutes before `minute`, and the sums of five before `five`.
    pub(crate) fn forget_before(&mut self, minute: Minute, five: Minute) {
        for (sums, from) in [(&mut self.minutes, minute), (&mut self.fives, five)] {
            // Of most series nothing is old: then one look is enough.
            if sums.first().is_some_and(|&(first, _)| first < from) {
                let kept = sums.partition_point(|&(m, _)| m < from);
                sums.drain(..kept);
            }
        }
    }

    /// Returns the sums over five minutes that begin in `span`, by their first minute.
    #[must_use]
    pub fn fives(&self, span: Range<Minute>) -> &[(Minute, u32)] {
        part(&self.fives, span)
    }

    /// Returns the minutes with calls in `span` and their calls, in order.
    #[must_use]
    pub fn range(&self, span: Range<Minute>) -> &[(Minute, u32)] {
        part(&self.minutes, span)
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
        self.fives.is_empty()
    }

    /// Returns whether the minutes are in order and each has calls, as `push` leaves them.
    pub(crate) fn in_order(&self) -> bool {
        let in_order = |sums: &[(Minute, u32)]| {
            sums.is_sorted_by(|a, b| a.0 < b.0) && sums.iter().all(|sum| sum.1 > 0)
        };
        in_order(&self.minutes)
            && in_order(&self.fives)
            && self.fives.iter().all(|&(begin, _)| begin == begin.five())
    }

    /// Returns the five minutes with the first calls from `minute` on.
    pub(crate) fn first_five_from(&self, minute: Minute) -> Option<Minute> {
        let first = self.fives.first()?.0;
        if first >= minute {
            return Some(first);
        }
        let from = self.fives.partition_point(|&(five, _)| five < minute);
        self.fives.get(from).map(|&(five, _)| five)
    }

    /// Returns the last five minutes with calls, by their first minute.
    pub(crate) fn last_five(&self) -> Option<Minute> {
        self.fives.last().map(|&(five, _)| five)
    }

    /// Returns the last minute with calls.
    #[must_use]
    pub fn last(&self) -> Option<Minute> {
        self.minutes.last().map(|&(minute, _)| minute)
    }
}

/// Makes room for another row, and for some more.
///
/// Most of what is held are the rows of series: vectors left to themselves double, and may be
/// half empty. These grow by half.
pub(crate) fn make_room<T>(rows: &mut Vec<T>) {
    if rows.len() == rows.capacity() {
        rows.reserve_exact(rows.len() / 2 + 4);
    }
}

/// Returns the sums that begin in `span`.
fn part(sums: &[(Minute, u32)], span: Range<Minute>) -> &[(Minute, u32)] {
    let from = sums.partition_point(|&(minute, _)| minute < span.start);
    let to = sums.partition_point(|&(minute, _)| minute < span.end);
    sums.get(from..to).unwrap_or_default()
}

/// Returns the calls in spans near the end, without a search: all end together, and each begins
/// no later than the one before.
fn sums_back<const N: usize>(mut sums: &[(Minute, u32)], spans: [Range<Minute>; N]) -> [u64; N] {
    let end = spans.first().map_or(Minute::MIN, |span| span.end);
    while let Some((_, earlier)) = sums.split_last().filter(|(last, _)| last.0 >= end) {
        sums = earlier;
    }
    let mut sum = 0;
    spans.map(|span| {
        while let Some((last, earlier)) = sums.split_last().filter(|(last, _)| last.0 >= span.start)
        {
            sum += u64::from(last.1);
            sums = earlier;
        }
        sum
    })
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
        // There is one sum a minute at most: those of the window are among the last.
        let later = self.baseline.last().map_or(0, |last| last.since(self.now).count());
        let most = window.count().saturating_add(later) as usize;
        let minutes = &self.baseline.minutes;
        part(&minutes[minutes.len().saturating_sub(most)..], self.window(window))
    }

    /// Returns the calls in the last `window`.
    #[must_use]
    pub fn sum(&self, window: Minutes) -> u64 {
        self.sums([window])[0]
    }

    /// Returns the calls in each of the last `windows`, which are in order of length.
    pub(crate) fn sums<const N: usize>(&self, windows: [Minutes; N]) -> [u64; N] {
        sums_back(&self.baseline.minutes, windows.map(|window| self.window(window)))
    }

    /// Returns the same of windows that begin and end with whole fives.
    pub(crate) fn sums_of_fives<const N: usize>(&self, windows: [Minutes; N]) -> [u64; N] {
        sums_back(&self.baseline.fives, windows.map(|window| self.window(window)))
    }

    /// Returns the calls in the fives that begin in a span, even if the view does not reach back
    /// to it.
    pub(crate) fn earlier_calls(&self, fives: Range<Minute>) -> u64 {
        self.baseline.fives(fives).iter().map(|&(_, count)| u64::from(count)).sum()
    }

    /// Returns whether the last minute had calls.
    pub(crate) fn ends_with_calls(&self) -> bool {
        self.baseline.last() == Some(self.now)
    }

    /// Returns whether any of the last five minutes had calls.
    pub(crate) fn five_has_calls(&self) -> bool {
        self.baseline.last().is_some_and(|last| self.now.since(last) < FIVE)
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
        baseline.forget_before(at(4), at(0));
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

    #[test]
    fn the_minutes_of_a_window_are_found_whatever_comes_later() {
        let mut baseline = Baseline::default();
        for minute in (0..20).chain(25..60) {
            baseline.push(at(minute), 1);
        }
        for now in 0..70 {
            let recent = Recent::new(&baseline, at(3), at(now));
            for window in [1, 5, 20, 90].map(Minutes::new) {
                assert_eq!(recent.range(window), baseline.range(recent.window(window)), "{now}");
            }
        }
    }

    #[test]
    fn sums_of_several_windows_are_those_of_each() {
        let mut baseline = Baseline::default();
        for minute in (0..60).step_by(3) {
            baseline.push(at(minute), minute + 1);
        }
        for (from, now) in [(0, 40), (30, 40), (0, 57), (59, 58)] {
            let recent = Recent::new(&baseline, at(from), at(now));
            let windows = [1, 5, 15, 20, 60].map(Minutes::new);
            let each = windows.map(|window| baseline.sum(recent.window(window)));
            assert_eq!(recent.sums(windows), each, "{from} to {now}");
        }
    }
}
