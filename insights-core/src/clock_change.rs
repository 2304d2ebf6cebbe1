//! When clocks change: jobs in local time move by an hour in UTC.

use chrono::{Datelike, Days, NaiveDate, Weekday};

use crate::time::{Minute, Minutes};

/// Returns whether the clocks of Europe or North America changed on a day after that of
/// `earlier`, up to that of `later`.
///
/// Europe changes on the last Sunday of March and October (Directive 2000/84/EC), the United
/// States and Canada on the second Sunday of March and the first of November (Energy Policy Act
/// of 2005).
pub(crate) fn changed_between(earlier: Minute, later: Minute) -> bool {
    let mut day = earlier.midnight() + Minutes::days(1);
    while day <= later {
        if is_change(day.instant().date_naive()) {
            return true;
        }
        day = day + Minutes::days(1);
    }
    false
}

fn is_change(date: NaiveDate) -> bool {
    let last = |date: NaiveDate| {
        date.checked_add_days(Days::new(7)).is_none_or(|next| next.month() != date.month())
    };
    date.weekday() == Weekday::Sun
        && match date.month() {
            3 => last(date) || (8..=14).contains(&date.day()),
            10 => last(date),
            11 => date.day() <= 7,
            _ => false,
        }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_change_on_four_sundays_a_year() {
        let changes = |year| -> Vec<String> {
            let days = NaiveDate::from_ymd_opt(year, 1, 1).unwrap().iter_days().take(365);
            days.filter(|&day| is_change(day)).map(|day| day.to_string()).collect()
        };
        assert_eq!(changes(2026), ["2026-03-08", "2026-03-29", "2026-10-25", "2026-11-01"]);
        assert_eq!(changes(2027), ["2027-03-14", "2027-03-28", "2027-10-31", "2027-11-07"]);
    }

    #[test]
    fn a_change_lies_between_days_and_not_on_the_first() {
        let at = |text: &str| Minute::containing(text.parse().unwrap());
        let [saturday, sunday, monday] =
            ["2026-10-24T03:00:00Z", "2026-10-25T03:00:00Z", "2026-10-26T03:00:00Z"].map(at);
        assert!(changed_between(saturday, sunday) && changed_between(saturday, monday));
        assert!(!changed_between(sunday, monday) && !changed_between(saturday, saturday));
    }
}
