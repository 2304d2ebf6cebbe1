//! When clocks change: jobs in local time move by an hour in UTC.

use chrono::{Datelike, Days, NaiveDate, Weekday};

use crate::time::{Minute, Minutes};

const DAY: u32 = Minutes::days(1).count();

/// Which way things in local time move in UTC.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Moved {
    /// By an hour to earlier: in spring.
    Earlier,
    /// By an hour to later: in autumn.
    Later,
}

/// Returns which way what follows the clocks of Europe or North America moved between two
/// minutes, if it did.
///
/// Europe changes at 01:00 UTC on the last Sunday of March and October (Directive 2000/84/EC),
/// the United States and Canada at two in the morning, which is between 06:00 and 10:00 UTC, on
/// the second Sunday of March and the first of November (Energy Policy Act of 2005).
pub(crate) fn moved_between(earlier: Minute, later: Minute) -> Option<Moved> {
    let first = earlier.midnight();
    let days = (0..=later.since(first).count() / DAY).map(|day| first + Minutes::days(day));
    let changes = days.filter_map(|day| {
        let (moved, first, last) = change(day.instant().date_naive())?;
        Some((moved, day + first..day + last))
    });
    let mut changes = changes.filter(|(_, hours)| earlier < hours.end && hours.start <= later);
    changes.next().map(|(moved, _)| moved)
}

/// Returns the change of a date, if it has one, and when the first and the last clocks change.
fn change(date: NaiveDate) -> Option<(Moved, Minutes, Minutes)> {
    const EUROPE: (Minutes, Minutes) = (Minutes::hours(1), Minutes::hours(1));
    const NORTH_AMERICA: (Minutes, Minutes) = (Minutes::hours(6), Minutes::hours(10));
    if date.weekday() != Weekday::Sun {
        return None;
    }
    let is_last = date.checked_add_days(Days::new(7)).is_none_or(|d| d.month() != date.month());
    let (moved, (first, last)) = match (date.month(), date.day()) {
        (3, 8..=14) => (Moved::Earlier, NORTH_AMERICA),
        (3, _) if is_last => (Moved::Earlier, EUROPE),
        (10, _) if is_last => (Moved::Later, EUROPE),
        (11, 1..=7) => (Moved::Later, NORTH_AMERICA),
        _ => return None,
    };
    Some((moved, first, last))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_change_on_four_sundays_a_year() {
        let changes = |year| -> Vec<String> {
            let days = NaiveDate::from_ymd_opt(year, 1, 1).unwrap().iter_days().take(365);
            days.filter_map(|day| Some(format!("{day} {:?}", change(day)?.0))).collect()
        };
        assert_eq!(
            changes(2026),
            ["2026-03-08 Earlier", "2026-03-29 Earlier", "2026-10-25 Later", "2026-11-01 Later"]
        );
        assert_eq!(
            changes(2027),
            ["2027-03-14 Earlier", "2027-03-28 Earlier", "2027-10-31 Later", "2027-11-07 Later"]
        );
    }

    #[test]
    fn a_change_lies_between_what_was_before_and_what_is_after_its_hour() {
        let moved = |a: &str, b: &str| {
            let [a, b] = [a, b].map(|text| Minute::containing(text.parse().unwrap()));
            moved_between(a, b)
        };
        let later = Some(Moved::Later);
        assert_eq!(moved("2026-10-24T03:00:00Z", "2026-10-25T03:00:00Z"), later);
        assert_eq!(moved("2026-10-25T00:30:00Z", "2026-10-25T23:30:00Z"), later);
        assert_eq!(moved("2026-10-24T00:30:00Z", "2026-10-25T00:30:00Z"), None);
        assert_eq!(moved("2026-10-25T01:00:00Z", "2026-10-26T03:00:00Z"), None);
        assert_eq!(moved("2027-03-14T03:00:00Z", "2027-03-15T03:00:00Z"), Some(Moved::Earlier));
    }
}
