//! Event time on whole minutes: [`Minute`], [`Minutes`] and the [`Watermark`].

use std::{fmt, ops};

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};

const SECONDS: i64 = 60;
const DAY: u32 = 1_440;

/// A whole minute of event time, counted from 1970-01-01T00:00Z.
///
/// It reaches to the year 10136. Instants outside are moved to the nearest end, so a
/// broken clock yields a very early or a very late minute and never an error.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(transparent)]
pub struct Minute(u32);

impl Minute {
    /// The first minute, 1970-01-01T00:00Z.
    pub const MIN: Self = Self(0);
    /// The last minute.
    pub const MAX: Self = Self(u32::MAX);

    /// Returns the minute that many minutes after 1970-01-01T00:00Z.
    #[must_use]
    pub const fn from_epoch(minutes: u32) -> Self {
        Self(minutes)
    }

    /// Returns the minute that contains `instant`.
    #[must_use]
    pub fn containing(instant: DateTime<Utc>) -> Self {
        let minutes = instant.timestamp().div_euclid(SECONDS);
        Self(u32::try_from(minutes.max(0)).unwrap_or(u32::MAX))
    }

    /// Returns the minutes since 1970-01-01T00:00Z.
    #[must_use]
    pub const fn since_epoch(self) -> u32 {
        self.0
    }

    /// Returns the first instant of the minute.
    #[must_use]
    pub fn instant(self) -> DateTime<Utc> {
        // Every minute lies inside chrono's calendar, which ends far beyond the year 10136.
        DateTime::from_timestamp(i64::from(self.0) * SECONDS, 0).unwrap_or(DateTime::<Utc>::MAX_UTC)
    }

    /// Returns the first minute of the UTC day that contains this one.
    #[must_use]
    pub const fn midnight(self) -> Self {
        Self(self.0 - self.0 % DAY)
    }

    /// Returns the first minute of the UTC hour that contains this one.
    #[must_use]
    pub const fn hour(self) -> Self {
        Self(self.0 - self.0 % 60)
    }

    /// Returns the first of the five minutes of the hour that contain this one.
    #[must_use]
    pub const fn five(self) -> Self {
        Self(self.0 - self.0 % 5)
    }

    /// Returns whether the day is a Saturday or Sunday in UTC.
    #[must_use]
    pub const fn on_weekend(self) -> bool {
        // Day 0 was a Thursday.
        (self.0 / DAY + 3) % 7 >= 5
    }

    /// Returns the span from `earlier` to this minute, zero if `earlier` is not earlier.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Minutes {
        Minutes(self.0.saturating_sub(earlier.0))
    }
}

impl fmt::Display for Minute {
    /// Writes `2026-03-02T14:05:00Z`, as CloudTrail does.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.instant().to_rfc3339_opts(SecondsFormat::Secs, true))
    }
}

impl ops::Add<Minutes> for Minute {
    type Output = Self;

    /// Returns the minute that much later, or the last one there is.
    fn add(self, span: Minutes) -> Self {
        Self(self.0.saturating_add(span.0))
    }
}

impl ops::Sub<Minutes> for Minute {
    type Output = Self;

    /// Returns the minute that much earlier, or the first one there is.
    fn sub(self, span: Minutes) -> Self {
        Self(self.0.saturating_sub(span.0))
    }
}

/// A span of time in whole minutes.
#[derive(
    Clone, Copy, Debug, Default, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize,
)]
#[serde(transparent)]
pub struct Minutes(u32);

impl Minutes {
    /// Returns a span of `count` minutes.
    #[must_use]
    pub const fn new(count: u32) -> Self {
        Self(count)
    }

    /// Returns a span of `count` hours, at most about 8,000 years.
    #[must_use]
    pub const fn hours(count: u32) -> Self {
        Self(count.saturating_mul(60))
    }

    /// Returns a span of `count` days, at most about 8,000 years.
    #[must_use]
    pub const fn days(count: u32) -> Self {
        Self(count.saturating_mul(DAY))
    }

    /// Returns the number of minutes.
    #[must_use]
    pub const fn count(self) -> u32 {
        self.0
    }
}

impl ops::Add for Minutes {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl fmt::Display for Minutes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} min", self.0)
    }
}

/// The promise that every minute before it is complete.
///
/// The engine seals the minutes before the watermark; an event of a sealed minute is late.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(transparent)]
pub struct Watermark(Minute);

impl Watermark {
    /// The watermark of a log of which nothing is known to be complete.
    pub const START: Self = Self(Minute::MIN);

    /// Returns the watermark behind which lie all minutes that end at or before `instant`.
    #[must_use]
    pub fn before(instant: DateTime<Utc>) -> Self {
        Self(Minute::containing(instant))
    }

    /// Returns the watermark whose first open minute is `minute`.
    #[must_use]
    pub const fn at(minute: Minute) -> Self {
        Self(minute)
    }

    /// Returns the first minute that is still open.
    #[must_use]
    pub const fn minute(self) -> Minute {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_outside_the_calendar_go_to_its_ends() {
        assert_eq!(Minute::containing(DateTime::<Utc>::MIN_UTC), Minute::MIN);
        assert_eq!(Minute::containing(DateTime::<Utc>::MAX_UTC), Minute::MAX);
        assert_eq!(Minute::MAX.instant().timestamp(), i64::from(u32::MAX) * 60);
    }

    #[test]
    fn a_minute_holds_its_sixty_seconds() {
        let at = |s| Minute::containing(DateTime::from_timestamp(s, 0).unwrap());
        assert_eq!(at(119), Minute::from_epoch(1));
        assert_eq!(at(120), Minute::from_epoch(2));
        assert_eq!(at(120).to_string(), "1970-01-01T00:02:00Z");
    }

    #[test]
    fn midnight_and_hour_round_down() {
        let minute = Minute::from_epoch(3 * DAY + 125);
        assert_eq!(minute.midnight(), Minute::from_epoch(3 * DAY));
        assert_eq!(minute.hour(), Minute::from_epoch(3 * DAY + 120));
    }
}
