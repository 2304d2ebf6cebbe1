//! When it is which time where: the days of an account and the clocks of its people.

/// The minutes of a day.
pub(crate) const DAY: u32 = 1_440;

/// Where people or a job keep their time. Clocks change at midnight (UTC) of the day.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Zone {
    /// UTC all year.
    Utc,
    /// Two hours ahead, one from the 27th day on.
    Berlin,
    /// One hour ahead, none from the 27th day on.
    London,
    /// Four hours behind, five on the 34th day.
    NewYork,
    /// Five and a half hours ahead.
    Kolkata,
    /// Ten hours ahead, eleven from the 6th day on.
    Sydney,
}

impl Zone {
    /// Returns the minutes that local clocks are ahead of UTC on a day.
    pub(crate) const fn ahead(self, day: u32) -> i64 {
        match self {
            Self::Utc => 0,
            Self::Berlin => {
                if day < 27 {
                    120
                } else {
                    60
                }
            }
            Self::London => {
                if day < 27 {
                    60
                } else {
                    0
                }
            }
            Self::NewYork => {
                if day < 34 {
                    -240
                } else {
                    -300
                }
            }
            Self::Kolkata => 330,
            Self::Sydney => {
                if day < 6 {
                    600
                } else {
                    660
                }
            }
        }
    }

    /// Returns the minute (UTC, from the start) at which clocks show a minute of a day.
    pub(crate) fn at(self, day: u32, minute: u32) -> i64 {
        i64::from(day * DAY + minute) - self.ahead(day)
    }

    /// Returns true if offices work on a day.
    pub(crate) const fn works(self, day: u32) -> bool {
        let off: &[u32] = match self {
            Self::Utc | Self::London => &[],
            Self::Berlin => &[18],
            Self::NewYork => &[14],
            Self::Kolkata => &[4, 22],
            Self::Sydney => &[7],
        };
        let mut at = 0;
        while at < off.len() {
            if off[at] == day {
                return false;
            }
            at += 1;
        }
        day % 7 < 5
    }
}

/// Returns true for a Saturday or a Sunday; the first day is a Monday.
pub(crate) const fn is_weekend(day: u32) -> bool {
    day % 7 >= 5
}

/// Returns true for the last day of a month: the 30th of September and the 31st of October.
pub(crate) const fn ends_month(day: u32) -> bool {
    matches!(day, 2 | 33)
}

/// Returns true for the first day of a month.
pub(crate) const fn begins_month(day: u32) -> bool {
    matches!(day, 3 | 34)
}

#[cfg(test)]
mod tests {
    use chrono::{Datelike, TimeDelta, Weekday};

    use super::*;
    use crate::account::START;

    #[test]
    fn the_days_are_those_of_the_calendar() {
        for day in 0..35 {
            let date = START + TimeDelta::days(i64::from(day));
            assert_eq!(is_weekend(day), matches!(date.weekday(), Weekday::Sat | Weekday::Sun));
            assert_eq!(begins_month(day), date.day() == 1);
            assert_eq!(ends_month(day), (date + TimeDelta::days(1)).day() == 1);
        }
    }

    #[test]
    fn a_local_time_moves_with_the_clocks() {
        assert_eq!(Zone::Berlin.at(26, 120), i64::from(26 * DAY));
        assert_eq!(Zone::Berlin.at(27, 120), i64::from(27 * DAY + 60));
        assert_eq!(Zone::Sydney.at(0, 60), -540);
        assert!(!Zone::NewYork.works(14) && Zone::Berlin.works(14) && !Zone::Utc.works(5));
    }
}
