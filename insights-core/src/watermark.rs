//! [`WatermarkTracker`]: how far the log is complete, judged by the times in it.

use std::collections::BTreeMap;

use crate::{
    entries::identity,
    event::Event,
    time::{Minute, Minutes, Watermark},
};

/// Follows the event times of a log and says up to where it is complete.
///
/// A stream is taken to be complete up to the latest believed event time less the allowed
/// lateness. A lone event far ahead of all others is not believed, however often it is
/// delivered: it moves nothing until another one stands within reach of it, so one broken clock
/// cannot make the rest of the log late. The tracker is a function of the times it saw and not
/// of their order, and two trackers merge.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct WatermarkTracker {
    allowed_lateness: Minutes,
    /// The signs and the latest minute of each hour that has any.
    hours: BTreeMap<Minute, (Signs, Minute)>,
}

/// Whether one event speaks for an hour, or more.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Signs {
    /// One, with its id if it has one.
    One(Option<(u64, u64)>),
    Several,
}

impl Signs {
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::One(Some(a)), Self::One(Some(b))) if a == b => self,
            _ => Self::Several,
        }
    }
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
    /// How many lone events at the end of a log are doubted.
    const DOUBTED: usize = 2;

    /// Returns a tracker that keeps minutes open for `allowed_lateness` after the latest event.
    ///
    /// A longer lateness loses fewer late events and delays every insight by as much.
    #[must_use]
    pub const fn new(allowed_lateness: Minutes) -> Self {
        Self { allowed_lateness, hours: BTreeMap::new() }
    }

    /// Takes note of the time of an event.
    pub fn observe(&mut self, event: &Event<'_>) {
        let minute = event.minute();
        if let Some((Signs::Several, last)) = self.hours.get_mut(&minute.hour()) {
            *last = minute.max(*last);
            return;
        }
        let id = event.event_id.filter(|id| !id.is_empty()).map(identity);
        self.enter(minute, Signs::One(id));
    }

    /// Takes note of `events` distinct events in `minute`; none leave no trace.
    pub fn observe_count(&mut self, minute: Minute, events: u32) {
        match events {
            0 => {}
            1 => self.enter(minute, Signs::One(None)),
            _ => self.enter(minute, Signs::Several),
        }
    }

    /// Adds what another tracker saw.
    pub fn merge(&mut self, other: &Self) {
        for &(signs, last) in other.hours.values() {
            self.enter(last, signs);
        }
    }

    /// Returns the watermark of a stream: the latest believed minute less the allowed lateness.
    #[must_use]
    pub fn watermark(&self) -> Watermark {
        let lateness = self.allowed_lateness;
        self.latest().map_or(Watermark::START, |latest| Watermark::at(latest - lateness))
    }

    /// Returns the watermark of a log that has ended: the minute after the latest believed one.
    #[must_use]
    pub fn end(&self) -> Watermark {
        self.latest().map_or(Watermark::START, |latest| Watermark::at(latest + Minutes::new(1)))
    }

    /// Forgets the times that can matter no more.
    ///
    /// A long-lived stream calls it so that the tracker stays small; it changes no answer.
    pub fn forget_past(&mut self) {
        let past = (self.watermark().minute() - Self::REACH).hour();
        self.hours = self.hours.split_off(&past);
    }

    fn enter(&mut self, minute: Minute, signs: Signs) {
        self.hours
            .entry(minute.hour())
            .and_modify(|(seen, last)| {
                *seen = seen.and(signs);
                *last = minute.max(*last);
            })
            .or_insert((signs, minute));
    }

    /// Returns the latest minute that is believed: the last one, unless one or two lone events
    /// lie there that nothing is near to. More of them are the rhythm of a sparse log.
    fn latest(&self) -> Option<Minute> {
        let lasts: Vec<(Signs, Minute)> =
            self.hours.values().rev().take(Self::DOUBTED + 2).copied().collect();
        let alone = |pair: &[(Signs, Minute)]| {
            pair[0].0 != Signs::Several && pair[0].1.since(pair[1].1) > Self::REACH
        };
        let doubted = lasts.windows(2).take_while(|pair| alone(pair)).count();
        let doubted = if doubted > Self::DOUBTED { 0 } else { doubted };
        lasts.get(doubted).map(|&(_, last)| last)
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
        tracker.observe_count(at(0), 5);
        tracker.observe_count(at(50), 1);
        tracker.observe_count(at(40_000_000), 1);
        assert_eq!(tracker.watermark(), Watermark::at(at(20)));
        assert_eq!(tracker.end(), Watermark::at(at(51)));

        tracker.observe_count(at(40_000_003), 1);
        assert_eq!(tracker.watermark(), Watermark::at(at(40_000_003 - 30)));
    }

    #[test]
    fn two_broken_clocks_that_disagree_are_both_doubted() {
        let mut tracker = WatermarkTracker::default();
        for minute in [0, 30_000, 60_000] {
            tracker.observe_count(at(minute), 1);
        }
        assert_eq!(tracker.end(), Watermark::at(at(1)));
    }

    #[test]
    fn a_log_with_a_call_every_other_day_is_believed() {
        let mut tracker = WatermarkTracker::default();
        for day in 0..30 {
            tracker.observe_count(at(day * 2_880), 1);
        }
        assert_eq!(tracker.end(), Watermark::at(at(29 * 2_880 + 1)));
    }

    #[test]
    fn a_pause_of_hours_is_believed_at_once() {
        let mut tracker = WatermarkTracker::default();
        tracker.observe_count(at(0), 1);
        tracker.observe_count(at(600), 1);
        assert_eq!(tracker.end(), Watermark::at(at(601)));
    }

    #[test]
    fn forgetting_the_past_changes_no_answer() {
        let mut tracker = WatermarkTracker::default();
        for hour in 0..100 {
            tracker.observe_count(at(hour * 60), 3);
        }
        let before = (tracker.watermark(), tracker.end());
        tracker.forget_past();
        assert_eq!((tracker.watermark(), tracker.end()), before);
        assert!(tracker.hours.len() < 30);
    }

    #[test]
    fn an_event_that_is_delivered_twice_is_still_alone() {
        let mut tracker = WatermarkTracker::default();
        tracker.observe_count(at(0), 5);
        let event = Event::new(at(99_999).instant(), "a", "b");
        let delivered = |id| {
            let mut other = WatermarkTracker::default();
            other.observe(&event.event_id(id));
            other
        };
        tracker.merge(&delivered("one"));
        tracker.merge(&delivered("one"));
        assert_eq!(tracker.end(), Watermark::at(at(1)));
        tracker.merge(&delivered("two"));
        assert_eq!(tracker.end(), Watermark::at(at(100_000)));
    }
}
