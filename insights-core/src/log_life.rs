//! [`LogLife`]: where a log begins, judged by its signs of life.

use serde::{Deserialize, Serialize};

use crate::{
    solo::Solo,
    time::{Minute, Minutes},
};

/// Follows the signs of life of one log, in order, and says where it begins.
///
/// Only from the beginning on is a missing call a zero. After four weeks without any sign a
/// log begins anew: what was before is no history, be it that logging was off or that one
/// event has a broken time.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct LogLife {
    /// The first minute and the last one with a sign.
    span: Option<(Minute, Minute)>,
    /// In which spans at most one API was called.
    solo: Solo,
    /// The last days, in order.
    days: Vec<Day>,
    /// The silences that were no normal ones, in order.
    holes: Vec<Hole>,
}

/// What one day tells of a log.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
struct Day {
    midnight: Minute,
    /// The longest normal span up to a minute of it in which no two APIs were called.
    solo: Minutes,
}

/// A span in which nothing at all was logged, though a log like that is never silent so long.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Hole {
    /// The first minute without a sign of life.
    pub start: Minute,
    /// The minute at which the silence was longer than normal.
    pub known: Minute,
    /// The first minute with a sign of life again.
    pub end: Minute,
}

impl LogLife {
    /// The silence after which a log begins anew.
    pub const SILENCE: Minutes = Minutes::days(28);
    /// How long days and holes are remembered.
    const MEMORY: Minutes = Minutes::days(38);
    /// The days that tell what is normal, and the least age of a log to tell.
    const NORMAL: Minutes = Minutes::days(8);
    const LEAST_AGE: Minutes = Minutes::days(1);
    /// How much longer than any normal span without two APIs a hole is, and how long it is at
    /// least. Where one API makes the log, its silence is its own.
    const LONGER: u32 = 3;
    const LEAST: Minutes = Minutes::new(3);
    /// A log that is normally silent, or of one API, for longer is not called all the time.
    const MOST_NORMAL: Minutes = Minutes::hours(8);

    /// Takes note of a sign of life in a minute that is not before the last one.
    pub fn show(&mut self, minute: Minute) {
        let origin = match self.span {
            Some((origin, last)) if minute.since(last) <= Self::SILENCE => origin,
            _ => {
                *self = Self { solo: Solo::beginning(minute), ..Self::default() };
                minute
            }
        };
        let last = self.span.replace((origin, minute)).map(|(_, last)| last);
        if last == Some(minute) {
            return;
        }
        if let Some(last) = last {
            let start = last + Minutes::new(1);
            let known = self.hole_known(start).filter(|&known| known < minute);
            if let Some(known) = known {
                self.holes.push(Hole { start, known, end: minute });
                self.solo = Solo::beginning(minute);
            }
        }
        let midnight = minute.midnight();
        if self.days.last().is_none_or(|day| day.midnight != midnight) {
            self.days.retain(|day| midnight.since(day.midnight) <= Self::MEMORY);
            self.holes.retain(|hole| midnight.since(hole.end) <= Self::MEMORY);
            self.days.push(Day { midnight, solo: Minutes::default() });
        }
    }

    /// Takes note of a call in the last minute shown; what counts for no series is one API.
    pub(crate) fn call(&mut self, source: &str, name: &str) {
        if let Some((_, now)) = self.span
            && let Some(day) = self.days.last_mut()
        {
            day.solo = day.solo.max(self.solo.call(now, source, name));
        }
    }

    /// Returns the longest normal span without two APIs before a silence from `start` on, if that
    /// can be a hole.
    fn normal(&self, start: Minute) -> Option<Minutes> {
        let (origin, _) = self.span?;
        if start.since(origin) < Self::LEAST_AGE {
            return None;
        }
        let from = start.midnight() - Self::NORMAL;
        let days = self.days.iter().rev().take_while(|day| day.midnight >= from);
        let longest = days.map(|day| day.solo).max().unwrap_or_default();
        (longest <= Self::MOST_NORMAL).then_some(longest)
    }

    /// Returns the minute at which a silence from `start` on is known to be a hole, if it can be.
    fn hole_known(&self, start: Minute) -> Option<Minute> {
        let longer = Self::LONGER.saturating_mul(self.normal(start)?.count());
        Some(start + Minutes::new(longer).max(Self::LEAST))
    }

    /// Returns whether a silence at `now` is longer than normal and may turn out to be a hole.
    pub(crate) fn is_in_doubt(&self, now: Minute) -> bool {
        let Some((_, last)) = self.span else { return false };
        let start = last + Minutes::new(1);
        now >= start && self.normal(start).is_some_and(|normal| now.since(start) >= normal)
    }

    /// Returns the hole in which `now` lies, as far as is known then.
    pub(crate) fn hole_at(&self, now: Minute) -> Option<Hole> {
        let start = self.span?.1 + Minutes::new(1);
        let known = self.hole_known(start).filter(|&known| now >= known)?;
        Some(Hole { start, known, end: now })
    }

    /// Returns whether `now` lies in a hole, as far as is known then.
    pub(crate) fn is_silent(&self, now: Minute) -> bool {
        self.hole_at(now).is_some()
    }

    /// Returns the end of the last hole before `now`.
    pub(crate) fn whole_since(&self, now: Minute) -> Minute {
        let ended = self.holes.iter().rev().find(|hole| hole.end <= now);
        ended.map_or(Minute::MIN, |hole| hole.end)
    }

    /// Returns the holes as they were known at a minute.
    pub(crate) fn holes_before(&self, minute: Minute) -> Vec<std::ops::Range<Minute>> {
        let known = self.holes.iter().filter(|hole| hole.known < minute);
        known.map(|hole| hole.start..hole.end.min(minute)).collect()
    }

    /// Returns the holes in the log of the last five weeks, in order.
    #[must_use]
    pub fn holes(&self) -> &[Hole] {
        &self.holes
    }

    /// Returns the first minute of the log.
    #[must_use]
    pub fn origin(&self) -> Option<Minute> {
        self.span.map(|(origin, _)| origin)
    }

    /// Returns the last minute with a sign of life.
    #[must_use]
    pub fn last(&self) -> Option<Minute> {
        self.span.map(|(_, last)| last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_begins_anew_after_a_long_silence() {
        let start = Minute::from_epoch(10_000_000);
        let mut life = LogLife::default();
        life.show(Minute::MIN);
        assert_eq!(life.origin(), Some(Minute::MIN));
        life.show(start);
        life.show(start + Minutes::days(28));
        assert_eq!((life.origin(), life.last()), (Some(start), Some(start + Minutes::days(28))));
        life.show(start + Minutes::days(57));
        assert_eq!(life.origin(), Some(start + Minutes::days(57)));
    }

    /// The time of the first sign of life in these tests, a midnight.
    const START: Minute = Minute::from_epoch(1_440 * 20_000);

    /// Returns a log in which so many series show themselves every `step` minutes of some days.
    fn shown(days: u32, step: usize, series: u64) -> LogLife {
        let mut life = LogLife::default();
        for minute in (0..days * 1_440).step_by(step) {
            show(&mut life, minute, series);
        }
        life
    }

    fn show(life: &mut LogLife, minute: u32, series: u64) {
        life.show(at(minute));
        for name in 0..series {
            life.call("ec2.amazonaws.com", &name.to_string());
        }
    }

    fn at(minute: u32) -> Minute {
        START + Minutes::new(minute)
    }

    const DAY: u32 = 1_440;

    #[test]
    fn a_silence_is_a_hole_once_it_is_three_times_longer_than_normal() {
        let mut life = shown(10, 5, 3);
        // The last sign is that of five minutes before; four silent minutes are normal.
        let start = 10 * DAY - 4;
        let silent: Vec<bool> = [0, 4, 11, 12, 500].map(|i| life.is_silent(at(start + i))).into();
        assert_eq!(silent, [false, false, false, true, true]);
        assert_eq!(life.holes(), []);
        show(&mut life, 10 * DAY + 60, 3);
        let hole = Hole { start: at(start), known: at(start + 12), end: at(10 * DAY + 60) };
        assert_eq!(life.holes(), [hole]);
        assert!(!life.is_silent(at(10 * DAY + 60)));
    }

    #[test]
    fn a_silence_that_is_normal_is_learnt_and_is_no_hole() {
        let mut life = LogLife::default();
        for day in 0..10 {
            for minute in (0..20 * 60).step_by(10) {
                show(&mut life, day * DAY + minute, 3);
            }
        }
        assert_eq!(life.holes(), [], "four silent hours every night, from the first night on");
        show(&mut life, 10 * DAY, 3);
        assert!(!life.is_silent(at(10 * DAY + 6 * 60)), "six hours are not three times as long");
        assert!(life.is_silent(at(10 * DAY + 13 * 60)));
    }

    #[test]
    fn a_hole_is_not_taken_for_a_normal_silence() {
        let mut life = shown(10, 1, 3);
        for day in 10..13 {
            for minute in 30..DAY {
                show(&mut life, day * DAY + minute, 3);
            }
        }
        let known: Vec<u32> =
            life.holes().iter().map(|hole| hole.known.since(hole.start).count()).collect();
        assert_eq!(known, [3, 3, 3], "half an hour each midnight");
    }

    #[test]
    fn where_one_series_makes_the_log_its_silence_is_its_own() {
        let mut life = shown(10, 1, 1);
        show(&mut life, 11 * DAY, 1);
        assert_eq!(life.holes(), []);
        let mut life = shown(10, 1, 2);
        show(&mut life, 11 * DAY, 2);
        assert_eq!(life.holes().len(), 1);
    }

    #[test]
    fn on_its_first_day_a_log_has_no_holes() {
        for (hours, holes) in [(23, 0), (25, 1)] {
            let mut life = LogLife::default();
            for minute in 0..hours * 60 {
                show(&mut life, minute, 3);
            }
            show(&mut life, hours * 60 + 120, 3);
            assert_eq!(life.holes().len(), holes, "after {hours} hours");
        }
    }

    #[test]
    fn a_hole_is_known_only_after_it_was_longer_than_normal() {
        let mut life = shown(10, 1, 3);
        let end = 10 * DAY + 100;
        show(&mut life, end, 3);
        let before = |minute: u32| life.holes_before(at(minute));
        let start = at(10 * DAY);
        assert_eq!(before(10 * DAY + 3), []);
        assert_eq!(before(10 * DAY + 4), [start..at(10 * DAY + 4)]);
        assert_eq!(before(end + 500), [start..at(end)]);
        assert_eq!(life.whole_since(at(end - 1)), Minute::MIN);
        assert_eq!(life.whole_since(at(end)), at(end));
    }

    #[test]
    fn holes_are_remembered_for_38_days() {
        let mut life = shown(10, 1, 3);
        let end = 11 * DAY;
        for day in 11..=50 {
            for minute in (0..DAY).step_by(60) {
                show(&mut life, day * DAY + minute, 3);
            }
            let kept = life.holes().iter().filter(|hole| hole.end == at(end)).count();
            assert_eq!(kept, usize::from(day <= 11 + 38), "on day {day}");
        }
    }
}
