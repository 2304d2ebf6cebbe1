//! [`Hours`]: the calls of five weeks by hour, and what was to be expected of each.

use std::ops::Range;

use super::{
    dispersion::Excess,
    of_days::{Known, OfDays},
    past::{Past, SLOTS, sums},
};
use crate::time::Minute;

/// How much the hours of a day may be taken to differ: squared coefficients of variation.
const DIFFER: (f64, f64) = (0.1, 4.0);
/// The weight of the hour on all days against that on the same weekday, and of an unchanged level,
/// in variance-to-mean ratios.
const WEEKDAY_PRIOR: f64 = 25.0;
const LEVEL_PRIOR: f64 = 30.0;
/// What a day counts for less than the one after in the level, and the bounds of that.
const LEVEL_FADES: f64 = 0.5;
const LEVELS: (f64, f64) = (0.1, 10.0);
/// The days of the same kind that tell the rate of an hour; the older week counts for half.
const DAYS: usize = 14;
const OLDER: f64 = 0.5;
/// By how much a first day of its kind may differ: the squared coefficient of variation of its
/// level. A kind is known after so many minutes.
const STRANGE: f64 = 0.25;
const KIND_KNOWN: f64 = 1_440.0;
/// The most an hour may clump: beyond Poisson by so many calls, and by that share of its mean.
const MOST_CLUMPS: (f64, f64) = (10.0, 0.25);
/// Prior of the excess variance of an hour, as of so many calls.
const PRIOR_EXCESS: f64 = 0.05;
const PRIOR_CALLS: f64 = 10.0;

/// Sums by hour from a midnight on.
pub(super) struct Hours {
    pub(super) start: Minute,
    /// The days before the one to judge.
    pub(super) today: usize,
    /// The first hour of the last week, or of the series if it is younger.
    pub(super) week: usize,
    /// Calls in known minutes.
    pub(super) calls: Vec<f64>,
    /// The rate to be expected, had the day itself not been seen.
    pub(super) expected: Vec<f64>,
    /// The calls to be expected before each sum of five minutes, and in all.
    before: Vec<f64>,
    /// Known minutes.
    minutes: Vec<f64>,
    /// Calls and minutes that were reported.
    reported: Vec<(f64, f64)>,
    mean_rate: f64,
    of_days: OfDays,
    pattern: Option<Pattern>,
}

/// What makes the rate of an hour of the mean rate.
#[derive(Clone, Copy)]
struct Pattern {
    /// How the last days compared with what was expected of them.
    level: f64,
    /// The variance-to-mean ratio of the calls of an hour.
    clumps: f64,
    /// How much the hours of a day differ: their squared coefficient of variation.
    differ: f64,
}

impl Pattern {
    /// Every hour for itself.
    const FREE: Self = Self { level: 1.0, clumps: 1.0, differ: 1.0 };
}

impl Hours {
    /// Returns the hours of a series; one that is not `patterned` is expected to be flat.
    pub(super) fn new(past: &Past, patterned: bool) -> Self {
        let count = past.len().div_ceil(12);
        let (mut calls, mut minutes) = (vec![0.0; count], vec![0.0; count]);
        let mut reported = vec![(0.0, 0.0); count];
        for hour in past.birth / 12..count {
            let sums = (12 * hour).max(past.birth)..(12 * hour + 12).min(past.len());
            if past.known[sums.clone()].iter().fold(true, |all, &known| all & known) {
                calls[hour] = past.between(sums.start, sums.end);
                minutes[hour] = 5.0 * sums.len() as f64;
                continue;
            }
            for i in sums {
                if past.known[i] {
                    calls[hour] += f64::from(past.calls[i]);
                    minutes[hour] += 5.0;
                } else if past.reported[i] {
                    reported[hour].0 += f64::from(past.calls[i]);
                    reported[hour].1 += 5.0;
                }
            }
        }
        let week = count.saturating_sub(7 * 24).max(past.birth / 12);
        let (seen, known): (f64, f64) = (calls[week..].iter().sum(), minutes[week..].iter().sum());
        // Half a call in a time that shrinks as calls are seen.
        let prior = (known / 7.0).clamp(60.0, 1_440.0) / (1.0 + 0.1 * seen);
        let mean_rate = (seen + 0.5) / (known + prior);
        let mut hours = Self {
            start: past.start,
            today: past.days(),
            week,
            calls,
            expected: vec![mean_rate; count],
            before: Vec::with_capacity(12 * count + 1),
            minutes,
            reported,
            mean_rate,
            of_days: OfDays::default(),
            pattern: None,
        };
        if patterned {
            hours.sum_days(past.birth / 12);
            hours.find_pattern(past.birth / 12);
        }
        let mut sum = 0.0;
        hours.before.push(sum);
        for rate in &hours.expected {
            hours.before.extend((1..=12).map(|fives| sum + 5.0 * f64::from(fives) * rate));
            sum += 60.0 * rate;
        }
        hours
    }

    fn sum_days(&mut self, first: usize) {
        for day in first / 24..=self.today {
            let (weight, weekend) = (self.weight(day), self.weekend(day));
            for hour in day * 24..(day * 24 + 24).min(self.calls.len()) {
                self.of_days.add(hour, weekend, weight, self.known(hour));
            }
        }
    }

    fn find_pattern(&mut self, first: usize) {
        let count = self.calls.len();
        // Shrinking makes clumps look larger than they are: they are measured without.
        for hour in self.week..count {
            self.expected[hour] = self.predict(hour, false, Pattern::FREE).0;
        }
        let clumps = self.clumps();
        let mut pattern =
            Pattern { level: 1.0, clumps, differ: self.differ(clumps).clamp(DIFFER.0, DIFFER.1) };
        let mut comparable = vec![false; first];
        for hour in first..count {
            let (rate, of_kind) = self.predict(hour, false, pattern);
            self.expected[hour] = rate;
            comparable.push(of_kind);
        }
        pattern.level = self.follow_levels(clumps, &comparable);
        self.pattern = Some(pattern);
    }

    /// Returns the mean rate of the last week.
    pub(super) const fn mean_rate(&self) -> f64 {
        self.mean_rate
    }

    /// Returns the calls of the last week.
    pub(super) fn week_calls(&self) -> f64 {
        self.calls[self.week..].iter().sum()
    }

    /// Returns how the calls of hours vary: their variance-to-mean ratio, and by how much the hours
    /// of a day differ beyond that, as a squared coefficient of variation.
    pub(super) fn variation(&self) -> (f64, f64) {
        let clumps = self.clumps();
        (clumps, self.differ(clumps))
    }

    /// Returns the calls and the known minutes of weekdays, and of weekends, of the last two weeks.
    pub(super) fn by_kind(&self) -> [(f64, f64); 2] {
        let mut kinds = [(0.0, 0.0); 2];
        for hour in self.calls.len().saturating_sub(24 * DAYS)..self.calls.len() {
            let kind = &mut kinds[usize::from(self.weekend(hour / 24))];
            kind.0 += self.calls[hour];
            kind.1 += self.minutes[hour];
        }
        kinds
    }

    /// Returns the calls expected in the sums of five minutes from one to before another.
    pub(super) fn expected_between(&self, from: usize, to: usize) -> f64 {
        self.before[to] - self.before[from]
    }

    /// Returns the calls expected before each sum of five minutes, and in all.
    pub(super) fn before(&self) -> &[f64] {
        &self.before
    }

    /// Returns whether all minutes of an hour are known.
    pub(super) fn is_whole(&self, hour: usize) -> bool {
        self.minutes[hour] >= 60.0
    }

    /// Returns the least calls expected in so many sums of five minutes that end in an hour.
    pub(super) fn least_expected(&self, hour: usize, width: usize) -> f64 {
        // Rates change by the hour: the least are expected by windows that end or begin with one.
        let begins = (width - 1) % 12 + 1;
        let ends = [1, begins, 12].map(|end| 12 * hour + end);
        let expected = ends.map(|end| self.expected_between(end - width, end));
        expected.into_iter().fold(f64::INFINITY, f64::min)
    }

    /// Returns the rate of an hour, which may lie ahead.
    pub(super) fn rate(&self, hour: usize) -> f64 {
        let rate = |pattern: Pattern| pattern.level * self.predict(hour, true, pattern).0;
        self.pattern.map_or(self.mean_rate, rate)
    }

    /// Returns by how much the day to judge may differ from all that is known: nobody can tell a
    /// first weekend from the week before.
    pub(super) fn strangeness(&self) -> f64 {
        let mut minutes = [0.0, 0.0];
        for (hour, known) in self.minutes.iter().enumerate() {
            let of_kind = self.weekend(hour / 24) == self.weekend(self.today);
            minutes[usize::from(of_kind)] += known;
        }
        let [others, of_kind] = minutes;
        if of_kind < others.min(KIND_KNOWN) { STRANGE } else { 0.0 }
    }

    /// Returns the windows of so many whole hours of the last week.
    pub(super) fn windows(&self, width: usize) -> impl Iterator<Item = Range<usize>> {
        let count = self.calls.len();
        let first = self.week.next_multiple_of(width);
        (first..count).step_by(width).map(move |i| i..i + width).filter(move |w| w.end <= count)
    }

    /// Returns the calls expected in a span of hours, at known minutes.
    pub(super) fn mean(&self, span: Range<usize>) -> f64 {
        span.map(|i| self.expected[i] * self.minutes[i]).sum()
    }

    /// Returns the excess variance of the last week's windows, if all were empty.
    pub(super) fn of_empty_windows(&self, window: u32) -> Excess {
        let mut excess = Excess::default();
        for span in self.windows(window.div_ceil(60) as usize) {
            let mean = self.mean(span.clone());
            let square = if span.len() == 1 {
                mean * self.expected[span.start] * f64::from(window)
            } else {
                mean * mean
            };
            excess.add_empty(mean, square);
        }
        excess
    }

    /// Returns the variance-to-mean ratio of the calls of an hour.
    fn clumps(&self) -> f64 {
        let (mut excess, mut expected) = (PRIOR_EXCESS, PRIOR_CALLS);
        for hour in self.week..self.calls.len() {
            let mean = self.mean(hour..hour + 1);
            if mean > 0.0 {
                let most = 6.0 * (1.3 * mean * (1.0 + 0.3 * mean)).sqrt() + 2.0;
                let off = (self.calls[hour] - mean).clamp(-most, most);
                excess += off * off - (mean + off);
                expected += mean;
            }
        }
        let most = MOST_CLUMPS.0 + MOST_CLUMPS.1 * self.mean_rate * 60.0;
        1.0 + (excess / expected).clamp(0.0, most)
    }

    /// Returns by how much the hours of a day differ beyond chance: a squared coefficient of
    /// variation, below zero if they differ by less than chance.
    fn differ(&self, clumps: f64) -> f64 {
        let mut day = [(0.0, 0.0); 24];
        for hour in self.week..self.calls.len() {
            day[hour % 24].0 += self.calls[hour];
            day[hour % 24].1 += self.minutes[hour];
        }
        let excess = day.iter().filter(|of| of.1 > 0.0).map(|(calls, minutes)| {
            let mean = self.mean_rate * minutes;
            ((calls - mean) * (calls - mean) - clumps * mean) / (mean * mean)
        });
        excess.sum::<f64>() / 24.0
    }

    /// Returns the rate of an hour by the same hour of other days, and on request by what is known
    /// of its own day, and whether there was any of the same kind.
    fn predict(&self, hour: usize, with_own: bool, pattern: Pattern) -> (f64, bool) {
        let day = hour / 24;
        let own = if hour < self.calls.len() { self.known(hour) } else { Known::default() };
        let mut of_kind = self.of_days.of_kind(hour, self.weekend(day));
        if !with_own {
            of_kind.add(-self.weight(day), own);
        }
        let Known { mut calls, mut minutes, reported } = of_kind;
        if minutes < reported.1 {
            // What was reported is most of what is known of such an hour: better than nothing.
            calls += reported.0;
            minutes += reported.1;
        }
        let comparable = minutes > 0.0;
        let prior = pattern.clumps / pattern.differ;
        let of_kind = self.mean_rate * (calls + prior) / (minutes * self.mean_rate + prior);
        let mut of_weekday = self.of_days.of_weekday(hour);
        of_weekday.add(-1.0, own);
        let Known { calls, minutes, .. } = of_weekday;
        let prior = WEEKDAY_PRIOR * pattern.clumps;
        (of_kind * (calls + prior) / (minutes * of_kind + prior), comparable)
    }

    fn known(&self, hour: usize) -> Known {
        let (calls, minutes) = (self.calls[hour], self.minutes[hour]);
        Known { calls, minutes, reported: self.reported[hour] }
    }

    /// Returns what a day counts for among those of its kind.
    fn weight(&self, day: usize) -> f64 {
        match self.today.saturating_sub(day) {
            0..=7 => 1.0,
            8..=DAYS => OLDER,
            _ => 0.0,
        }
    }

    fn weekend(&self, day: usize) -> bool {
        (self.start + sums(day * SLOTS)).on_weekend()
    }

    /// Scales the expectation of every day by how the days before compared with theirs, and
    /// returns the factor of the day to judge.
    fn follow_levels(&mut self, clumps: f64, comparable: &[bool]) -> f64 {
        let (mut level, mut calls, mut expected) = (1.0, 0.0, 0.0);
        for day in (self.week / 24)..=self.today {
            let hours = (day * 24).max(self.week)..(day * 24 + 24).min(self.calls.len());
            let before = level;
            if day < self.today {
                calls *= LEVEL_FADES;
                expected *= LEVEL_FADES;
                // A day like no other before says nothing of the level.
                for i in hours.clone().filter(|&i| comparable[i]) {
                    calls += self.calls[i];
                    expected += self.mean(i..i + 1);
                }
                let prior = LEVEL_PRIOR * clumps;
                level = ((calls + prior) / (expected + prior)).clamp(LEVELS.0, LEVELS.1);
            }
            for i in hours {
                self.expected[i] *= before;
            }
        }
        level
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        baseline::Baseline,
        history::{
            History,
            fixture::{self, monday},
        },
        time::{Minute, Minutes},
    };

    const DAYS: u32 = 28;

    /// Returns the hours of a series with so many calls every five minutes, by day and hour.
    fn hours(calls: impl Fn(u32, u32) -> u32, reported: &[Range<Minute>]) -> Hours {
        let mut baseline = Baseline::default();
        for hour in 0..24 * DAYS {
            for five in 0..12 {
                let minute = monday() + Minutes::hours(hour) + Minutes::new(5 * five);
                baseline.push(minute, calls(hour / 24, hour % 24));
            }
        }
        let history = History { reported, ..fixture::days(&baseline, DAYS) };
        Hours::new(&Past::new(&history), true)
    }

    /// Returns the hour of a day since the first Monday.
    fn hour(hours: &Hours, day: usize, of_day: usize) -> usize {
        hours.today * 24 - (DAYS as usize - day) * 24 + of_day
    }

    #[test]
    fn the_calls_expected_between_two_sums_are_those_of_their_hours() {
        let hours = hours(|day, hour| 5 + (day + hour) % 7, &[]);
        let first = 12 * hour(&hours, 20, 0);
        for (from, to) in [(first, first + 1), (first + 7, first + 100), (first + 11, first + 13)] {
            let sum: f64 = (from..to).map(|i| 5.0 * hours.expected[i / 12]).sum();
            let expected = hours.expected_between(from, to);
            assert!((expected / sum - 1.0).abs() < 1e-9, "{expected} is not {sum}");
        }
    }

    #[test]
    fn the_least_expected_in_sums_that_end_in_an_hour_is_the_least_of_any() {
        let hours = hours(|day, hour| 5 + (day * hour) % 17, &[]);
        for hour in hour(&hours, 20, 0)..hour(&hours, 21, 0) {
            for width in [1, 2, 3, 4, 10, 11, 12, 46, 47] {
                let ends = 12 * hour + 1..=12 * hour + 12;
                let any = ends.map(|end| hours.expected_between(end - width, end));
                let least = any.fold(f64::INFINITY, f64::min);
                let found = hours.least_expected(hour, width);
                assert!((found / least - 1.0).abs() < 1e-9, "{found} is not {least}, {width}");
            }
        }
    }

    #[test]
    fn a_day_is_expected_as_if_it_had_not_been_seen() {
        let usual = hours(|_, _| 10, &[]);
        let odd = hours(|day, hour| if day == 23 && hour == 12 { 500 } else { 10 }, &[]);
        let [usual_rate, odd_rate] = [&usual, &odd].map(|h| h.expected[hour(h, 23, 12)]);
        // The hour itself, ten hundred times its usual, moves it through the mean rate only.
        assert!((odd_rate / usual_rate - 1.0).abs() < 0.35, "{odd_rate} against {usual_rate}");
        assert!(odd.expected[hour(&odd, 24, 12)] > 1.5 * usual_rate, "but it moves the next day's");
    }

    #[test]
    fn what_was_reported_is_not_what_is_expected() {
        let burst = monday() + Minutes::days(24) + Minutes::hours(12);
        let series = |day, hour| if day == 24 && hour == 12 { 500 } else { 10 };
        let rate = |hours: &Hours| hours.rate(hour(hours, DAYS as usize, 12));
        let unreported = rate(&hours(series, &[]));
        let reported = rate(&hours(series, &[burst..burst + Minutes::hours(1)]));
        assert!((1.9..2.1).contains(&reported), "{reported}");
        assert!(unreported > 2.5, "{unreported}");
    }

    #[test]
    fn a_level_that_rises_for_days_is_followed() {
        let growing = hours(|day, _| if day < 26 { 10 } else { 20 }, &[]);
        let rate = growing.rate(hour(&growing, DAYS as usize, 12));
        assert!((2.6..4.2).contains(&rate), "twice 2 a minute for two days, found {rate}");
    }

    #[test]
    fn a_young_series_is_flat() {
        let mut baseline = Baseline::default();
        for five in 0..72 {
            baseline.push(monday() + Minutes::new(5 * five), 10);
        }
        let until = monday() + Minutes::hours(6);
        let history = History { until, ..fixture::days(&baseline, 1) };
        let hours = Hours::new(&Past::new(&history), false);
        let rates = [0, 5, 12, 23].map(|of_day| hours.rate(hours.today * 24 + of_day));
        assert!(rates.iter().all(|rate| (rate - hours.mean_rate()).abs() < 1e-12));
        assert!((rates[0] - 2.0).abs() < 0.05, "{}", rates[0]);
    }
}
