//! [`Dates`]: times that do not say which number is the day and which the month.

use std::borrow::Cow;

/// Which number of `03/04/2026` is the day, as far as the times of a table tell.
#[derive(Debug, Default)]
pub(super) struct Dates {
    day_first: bool,
    month_first: bool,
}

impl Dates {
    /// Learns from a time: a number above 12 is a day.
    pub(super) fn learn(&mut self, text: &str) {
        if let Some(Slashed { first, second, .. }) = Slashed::parse(text) {
            self.day_first |= first > 12;
            self.month_first |= second > 12;
        }
    }

    /// Returns a time with year, month and day in this order, or says why that cannot be known.
    pub(super) fn iso<'t>(&self, text: &'t str) -> Result<Cow<'t, str>, String> {
        let Some(Slashed { first, second, year, clock, points }) = Slashed::parse(text) else {
            return Ok(text.into());
        };
        let (day, month) = match (self.day_first || points, self.month_first) {
            (true, false) => (first, second),
            (false, true) => (second, first),
            _ if first == second => (first, second),
            _ => {
                return Err(format!(
                    "of the time {text:?} it is not known whether the day or the month comes first"
                ));
            }
        };
        Ok(format!("{year:04}-{month:02}-{day:02}{clock}").into())
    }
}

/// `21/04/2026, 09:45:54.000`, `4/21/2026 9:45:54 AM` or `21.04.2026 09:45`.
struct Slashed {
    first: u32,
    second: u32,
    year: u32,
    /// The time of the day, with what stands before it.
    clock: String,
    /// Whether points stand between the numbers: then the day comes first.
    points: bool,
}

impl Slashed {
    fn parse(text: &str) -> Option<Self> {
        let (date, clock) = text.split_once([' ', ',', 'T'])?;
        let points = date.contains('.');
        let mut numbers = date.split(if points { '.' } else { '/' });
        let mut number = |most: usize| {
            let digits = numbers.next()?;
            let fits = (1..=most).contains(&digits.len());
            fits.then(|| digits.parse().ok()).flatten()
        };
        let (first, second, year) = (number(2)?, number(2)?, number(4)?);
        if year < 1_000 || numbers.next().is_some() {
            return None;
        }
        let clock = clock.trim_start_matches([' ', ',']);
        let half =
            [" AM", " PM"].into_iter().find(|half| clock.to_ascii_uppercase().ends_with(half));
        let clock = match half {
            None => format!(" {clock}"),
            Some(half) => {
                let seconds = clock[..clock.len() - half.len()].split('.').next()?;
                format!(", {seconds}{half}")
            }
        };
        Some(Self { first, second, year, clock, points })
    }
}

#[cfg(test)]
mod tests {
    use insights_core::event_time;

    use super::*;

    fn read(times: &[&str]) -> Vec<Option<String>> {
        let mut dates = Dates::default();
        for text in times {
            dates.learn(text);
        }
        let time = |text: &&str| dates.iso(text).ok().and_then(|text| event_time(&text));
        times.iter().map(|text| time(text).map(|time| time.to_string())).collect()
    }

    #[test]
    fn one_time_with_a_day_above_twelve_tells_all_others() {
        let told = Some("2025-04-03 09:45:54 UTC".to_owned());
        assert_eq!(read(&["03/04/2025, 09:45:54.000", "21/04/2025, 10:00:00.000"])[0], told);
        assert_eq!(read(&["4/3/2025 9:45:54 AM", "4/21/2025 10:00:00 PM"])[0], told);
        assert_eq!(read(&["4/3/2025, 9:45:54.000 AM", "4/21/2025, 10:00:00.000 PM"])[0], told);
        assert_eq!(read(&["03.04.2025 09:45:54"])[0], told);
        assert_eq!(read(&["2025-04-03 09:45:54"])[0], told);
    }

    #[test]
    fn what_no_time_tells_is_not_guessed() {
        assert_eq!(read(&["03/04/2025, 09:45:54", "12/12/2025, 01:00:00"])[0], None);
        assert_eq!(read(&["21/04/2025 01:00:00", "04/21/2025 01:00:00"]), [None, None]);
        assert_eq!(read(&["04/04/2025 01:00:00"]), [Some("2025-04-04 01:00:00 UTC".to_owned())]);
        for text in ["", " ", "/", "1/2", "1/2/3 x", "a/b/2025 01:00:00", "1/2/2025/3 01:00:00"] {
            assert_eq!(read(&[text]), [None], "{text}");
        }
    }
}
