//! [`WatermarkTracker`]: how far the log is complete, judged by the times in it.

use std::collections::BTreeMap;

use crate::time::{Minute, Minutes, Watermark};

/// Follows the event times of a log and says up to where it is complete.
///
/// A stream is taken to be complete up to the latest believed event time less the allowed
/// lateness. A lone event far ahead of all others is not believed: it moves nothing until a
/// second one stands within reach of it, so one broken clock cannot make the rest of the log
/// late. The tracker is a function of the times it saw and not of their order, and two
/// trackers merge.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct WatermarkTracker {
    allowed_lateness: Minutes,
    reach: Minutes,
    /// Events and the latest minute of each hour that has any.
    hours: BTreeMap<Minute, (u64, Minute)>,
}

impl Default for WatermarkTracker {
    /// Allows events to be 30 minutes late: CloudTrail delivers within about ten.
    fn default() -> Self {
        Self::new(Minutes::new(30))
    }
}

impl WatermarkTracker {
    /// How far ahead of the log a lone event may lie and still be believed: one day.
    pub const REACH: Minutes = Minutes::days(1);

    /// Returns a tracker that keeps minutes open for `allowed_lateness` after the latest event.
    ///
    /// A longer lateness loses fewer late events and delays every insight by as much.
    #[must_use]
    pub const fn new(allowed_lateness: Minutes) -> Self {
        Self { allowed_lateness, reach: Self::REACH, hours: BTreeMap::new() }
    }

    /// Takes note of `events` events in `minute`.
    pub fn observe(&mut self, minute: Minute, events: u64) {
        let (seen, last) = self.hours.entry(minute.hour()).or_insert((0, minute));
        *seen = seen.saturating_add(events);
        *last = minute.max(*last);
    }

    /// Adds what another tracker saw.
    pub fn merge(&mut self, other: &Self) {
        for &(events, last) in other.hours.values() {
            self.observe(last, events);
        }
    }

    /// Returns the watermark of a stream: the latest believed minute less the allowed lateness.
    #[must_use]
    pub fn watermark(&self) -> Watermark {
        self.latest()
            .map_or(Watermark::START, |latest| Watermark::at(latest - self.allowed_lateness))
    }

    /// Returns the watermark of a log that has ended: the minute after the latest believed one.
    #[must_use]
    pub fn end(&self) -> Watermark {
        self.latest().map_or(Watermark::START, |latest| Watermark::at(latest + Minutes::new(1)))
    }

    /// Returns the number of events that lie ahead of every believed one.
    #[must_use]
    pub fn ahead(&self) -> u64 {
        let end = self.end().minute();
        self.hours
            .range(end.hour()..)
            .filter(|(_, hour)| hour.1 >= end)
            .map(|(_, hour)| hour.0)
            .sum()
    }

    /// Forgets the hours that end more than the reach before `watermark`.
    ///
    /// A long-lived stream calls it so that the tracker stays small; it changes no answer.
    pub fn forget_before(&mut self, watermark: Watermark) {
        let kept = self.hours.split_off(&(watermark.minute() - self.reach).hour());
        if !kept.is_empty() {
            self.hours = kept;
        }
    }

    /// Walks back from the latest hour over lone events that nothing lies near to.
    fn latest(&self) -> Option<Minute> {
        let mut hours = self.hours.values().rev().peekable();
        while let Some(&(events, last)) = hours.next() {
            match hours.peek() {
                Some(&&(_, earlier)) if events <= 1 && last.since(earlier) > self.reach => {}
                _ => return Some(last),
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minute: u32) -> Minute {
        Minute::from_epoch(20_000_000 + minute)
    }

    #[test]
    fn one_absurd_time_moves_nothing_until_a_second_one_confirms_it() {
        let mut tracker = WatermarkTracker::default();
        tracker.observe(at(0), 5);
        tracker.observe(at(50), 1);
        tracker.observe(at(40_000_000), 1);
        assert_eq!(tracker.watermark(), Watermark::at(at(20)));
        assert_eq!(tracker.end(), Watermark::at(at(51)));
        assert_eq!(tracker.ahead(), 1);

        tracker.observe(at(40_000_003), 1);
        assert_eq!(tracker.watermark(), Watermark::at(at(40_000_003 - 30)));
        assert_eq!(tracker.ahead(), 0);
    }

    #[test]
    fn two_broken_clocks_that_disagree_are_both_doubted() {
        let mut tracker = WatermarkTracker::default();
        for minute in [0, 30_000, 60_000] {
            tracker.observe(at(minute), 1);
        }
        assert_eq!(tracker.end(), Watermark::at(at(1)));
    }

    #[test]
    fn a_pause_of_hours_is_believed_at_once() {
        let mut tracker = WatermarkTracker::default();
        tracker.observe(at(0), 1);
        tracker.observe(at(600), 1);
        assert_eq!(tracker.end(), Watermark::at(at(601)));
    }

    #[test]
    fn forgetting_the_past_changes_no_answer() {
        let mut tracker = WatermarkTracker::default();
        for hour in 0..100 {
            tracker.observe(at(hour * 60), 3);
        }
        let before = (tracker.watermark(), tracker.end());
        tracker.forget_before(tracker.watermark());
        assert_eq!((tracker.watermark(), tracker.end()), before);
        assert!(tracker.hours.len() < 30);
    }
}
