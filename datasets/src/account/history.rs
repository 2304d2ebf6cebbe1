//! [`History`]: what is normal for a series, told from all of its normal calls.

use std::ops::Range;

use crate::account::calendar::{DAY, is_weekend};
use crate::account::ledger::Ledger;
use crate::rounded;

/// How far from the same time of day a time may lie to be comparable, in minutes.
const ABOUT: [i64; 5] = [-30, -15, 0, 15, 30];

/// The normal calls of all series, summed up.
#[derive(Debug)]
pub(crate) struct History {
    days: u32,
    gaps: Vec<Range<u32>>,
    /// The calls before each minute, by series.
    before: Vec<Vec<u32>>,
    /// The calls of a minute that only one in a thousand exceeds, by series.
    peaks: Vec<u32>,
}

impl History {
    /// Returns the history of what a ledger holds.
    pub(crate) fn new(days: u32, gaps: &[Range<u32>], ledger: &Ledger) -> Self {
        let mut history = Self { days, gaps: gaps.to_vec(), before: Vec::new(), peaks: Vec::new() };
        for draft in &ledger.drafts {
            let mut minutes = vec![0_u32; ledger.minutes as usize];
            for cell in &draft.cells {
                minutes[cell.minute as usize] += cell.count;
            }
            let mut sum = 0;
            let before = minutes.iter().map(|count| {
                sum += count;
                sum - count
            });
            let mut before: Vec<u32> = before.collect();
            before.push(sum);
            history.before.push(before);
            let rank = minutes.len() / 1_000;
            let (_, &mut peak, _) = minutes.select_nth_unstable_by(rank, |a, b| b.cmp(a));
            history.peaks.push(peak);
        }
        history
    }

    /// Returns the number of series.
    pub(crate) const fn series(&self) -> usize {
        self.before.len()
    }

    /// Returns the calls of a span; what lies outside has none.
    pub(crate) fn total(&self, series: usize, minutes: &Range<u32>) -> u32 {
        let Some(before) = self.before.get(series) else { return 0 };
        let at = |minute: u32| before[(minute as usize).min(before.len() - 1)];
        at(minutes.end) - at(minutes.start)
    }

    /// Returns the mean calls a minute.
    pub(crate) fn rate(&self, series: usize) -> f64 {
        let minutes = 0..self.days * DAY;
        f64::from(self.total(series, &minutes)) / f64::from(minutes.end)
    }

    /// Returns the calls of a minute that one in a thousand exceeds.
    pub(crate) fn peak(&self, series: usize) -> u32 {
        self.peaks.get(series).copied().unwrap_or(0)
    }

    /// Returns the calls a minute in the half hour around a minute.
    pub(crate) fn around(&self, series: usize, minute: u32) -> f64 {
        let minutes = minute.saturating_sub(15)..minute + 15;
        f64::from(self.total(series, &minutes)) / 30.0
    }

    /// Returns the calls of comparable spans in order: on other days of the same sort, at about
    /// the same time, all within the log.
    pub(crate) fn usual(&self, series: usize, minutes: &Range<u32>) -> Vec<u32> {
        let (today, length) = (minutes.start / DAY, minutes.end - minutes.start);
        let others = (0..self.days).filter(|&day| day != today);
        let others = others.filter(|&day| is_weekend(day) == is_weekend(today));
        let mut totals = Vec::new();
        for day in others {
            for about in ABOUT {
                let start = i64::from(day * DAY + minutes.start % DAY) + about;
                let Ok(start) = u32::try_from(start) else { continue };
                let span = start..start + length;
                if span.end <= self.days * DAY && !self.has_gap(&span) {
                    totals.push(self.total(series, &span));
                }
            }
        }
        totals.sort_unstable();
        totals
    }

    /// Returns true if a total is more than at about this time on all but few days.
    pub(crate) fn is_much(&self, series: usize, minutes: &Range<u32>, total: u32) -> bool {
        let usual = self.usual(series, minutes);
        let Some(&most) = usual.get(usual.len() * 95 / 100) else { return false };
        f64::from(total) >= 1.2 * f64::from(most) + 3.0
    }

    /// Returns true if a total is less than at about this time on all but few days.
    pub(crate) fn is_little(&self, series: usize, minutes: &Range<u32>, total: u32) -> bool {
        let usual = self.usual(series, minutes);
        let Some(&least) = usual.get(usual.len() * 5 / 100) else { return false };
        least >= 4 && f64::from(total) <= 0.7 * f64::from(least)
    }

    /// Returns true if such a total is seen less than once in two weeks, whatever the time.
    pub(crate) fn is_seldom(&self, series: usize, minutes: &Range<u32>, total: u32) -> bool {
        let length = minutes.end - minutes.start;
        let least = rounded(f64::from(total) / 1.2);
        let starts = (0..self.days * DAY).step_by(length.max(2) as usize / 2);
        let mut seen = 0;
        let mut before = None;
        for start in starts {
            let is_apart = before.is_none_or(|before| start >= before + length);
            if is_apart && self.total(series, &(start..start + length)) >= least {
                seen += 1;
                before = Some(start);
            }
        }
        seen <= self.days / 14
    }

    fn has_gap(&self, minutes: &Range<u32>) -> bool {
        self.gaps.iter().any(|gap| gap.start < minutes.end && minutes.start < gap.end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::ledger::Target;
    use crate::account::series::Kind;

    /// Returns a history of two weeks: two calls a minute, ten of them at six on workdays, and
    /// a hundred in one minute of the last day.
    fn history(gaps: &[Range<u32>]) -> History {
        let mut ledger = Ledger::new(14 * DAY);
        let series = ledger.calls(Target { region: "here", service: "s3", name: "ListBuckets" });
        for minute in 0..14 * DAY {
            let is_job = minute % DAY == 360 && minute / DAY % 7 < 5;
            let calls = if minute == 13 * DAY { 100 } else { 2 + 8 * u32::from(is_job) };
            ledger.add(series, i64::from(minute), 0, calls, Kind::Poller);
        }
        for gap in gaps {
            ledger.forget(gap);
        }
        History::new(14, gaps, &ledger)
    }

    #[test]
    fn the_same_time_of_like_days_is_usual() {
        let history = history(&[]);
        let at = |day: u32| day * DAY + 360..day * DAY + 361;
        assert_eq!(history.usual(0, &at(1)).len(), 9 * 5, "nine other workdays, five times each");
        assert_eq!(history.usual(0, &at(1)).last(), Some(&10));
        assert_eq!(history.usual(0, &at(5)), [2; 15]);
        assert!(history.is_much(0, &at(5), 10) && !history.is_much(0, &at(1), 10));
        assert_eq!((history.total(0, &at(1)), history.peak(0)), (10, 2));
        assert!((history.around(0, 7 * DAY) - 2.0).abs() < 1e-9);
    }

    #[test]
    fn silence_is_little_where_there_are_calls_and_not_in_a_gap() {
        let gap = 8 * DAY + 600..8 * DAY + 900;
        let history = history(std::slice::from_ref(&gap));
        let span = 9 * DAY + 650..9 * DAY + 660;
        assert_eq!(history.usual(0, &span).first(), Some(&20), "the gap is no other day");
        assert!(history.is_little(0, &span, 10) && !history.is_little(0, &span, 15));
        let short = span.start..span.start + 1;
        assert!(!history.is_little(0, &short, 0), "two calls are soon missing");
    }

    #[test]
    fn what_comes_every_day_is_not_seldom() {
        let history = history(&[]);
        let minute = 0..1;
        assert!(!history.is_seldom(0, &minute, 11));
        assert!(history.is_seldom(0, &minute, 13), "only once were there as many");
    }
}
