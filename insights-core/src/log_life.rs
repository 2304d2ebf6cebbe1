//! [`LogLife`]: where a log begins, judged by its signs of life.

use serde::{Deserialize, Serialize};

use crate::time::{Minute, Minutes};

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
    /// The longest normal silence that ended on it.
    silence: Minutes,
    /// The minutes with a sign of life.
    alive: u32,
    /// The series with calls, summed over these minutes.
    series: u64,
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
    /// How much longer than the longest normal silence a hole is, and how long it is at least.
    const LONGER: u32 = 3;
    const LEAST: Minutes = Minutes::new(3);
    /// The series that must have calls in an average minute of life: where one API makes the
    /// log, its silence is its own.
    const LEAST_SERIES: u64 = 2;

    /// Takes note of a sign of life in a minute that is not before the last one.
    pub fn show(&mut self, minute: Minute) {
        let origin = match self.span {
            Some((origin, last)) if minute.since(last) <= Self::SILENCE => origin,
            _ => {
                *self = Self::default();
                minute
            }
        };
        let last = self.span.replace((origin, minute)).map(|(_, last)| last);
        if last == Some(minute) {
            return;
        }
        let mut silence = Minutes::default();
        if let Some(last) = last {
            let start = last + Minutes::new(1);
            silence = minute.since(start);
            let known = self.hole_known(start).filter(|&known| known < minute);
            if let Some(known) = known {
                self.holes.push(Hole { start, known, end: minute });
                silence = Minutes::default();
            }
        }
        let midnight = minute.midnight();
        if self.days.last().is_none_or(|day| day.midnight != midnight) {
            self.days.retain(|day| midnight.since(day.midnight) <= Self::MEMORY);
            self.holes.retain(|hole| midnight.since(hole.end) <= Self::MEMORY);
            let day = Day { midnight, silence: Minutes::default(), alive: 0, series: 0 };
            self.days.push(day);
        }
        if let Some(day) = self.days.last_mut() {
            day.silence = day.silence.max(silence);
            day.alive += 1;
        }
    }

    /// Takes note of the series with calls in the last minute shown.
    pub(crate) fn count_series(&mut self, series: u64) {
        if let Some(day) = self.days.last_mut() {
            day.series = day.series.saturating_add(series);
        }
    }

    /// Returns the minute at which a silence from `start` on is known to be a hole, if it can be.
    fn hole_known(&self, start: Minute) -> Option<Minute> {
        let (origin, _) = self.span?;
        let from = start.midnight() - Self::NORMAL;
        let normal = || self.days.iter().filter(|day| day.midnight >= from);
        let alive: u64 = normal().map(|day| u64::from(day.alive)).sum();
        let series = normal().fold(0_u64, |sum, day| sum.saturating_add(day.series));
        if start.since(origin) < Self::LEAST_AGE
            || series < Self::LEAST_SERIES.saturating_mul(alive)
        {
            return None;
        }
        let longest = normal().map(|day| day.silence).max().unwrap_or_default();
        let longer = Minutes::new(Self::LONGER.saturating_mul(longest.count()));
        Some(start + longer.max(Self::LEAST))
    }

    /// Returns whether `now` lies in a hole, as far as is known then.
    pub(crate) fn is_silent(&self, now: Minute) -> bool {
        let Some((_, last)) = self.span else { return false };
        let start = last + Minutes::new(1);
        now >= start && self.hole_known(start).is_some_and(|known| now >= known)
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
}
