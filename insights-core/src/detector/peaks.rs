//! [`Peaks`]: the windows of the past that held a burst.

use std::ops::Range;

use super::{
    WINDOWS,
    dispersion::{Dispersion, Variation},
    hours::Hours,
    past::Past,
};
use crate::history::History;

/// The least calls of a burst, and the least factor by which it is above what is expected.
const CALLS: f64 = 3.0;
const CHANGE: f64 = 1.3;
/// What was reported was that much above what was expected.
const REPORTED_CHANGE: f64 = 1.8;
/// Windows that end so many sums of five minutes apart, or closer, hold the same burst: no two
/// runs of an hourly job do, even if one is late.
const APART: usize = 9;
/// A burst is above what is ordinary by so many calls at least.
const LEAST_OVER: f64 = 0.1;
/// Below that share of what is ordinary no rounding makes a burst.
const SURELY: f64 = 0.999;

/// The windows that hold a burst, by window of [`WINDOWS`].
pub(super) struct Peaks {
    /// From five minutes on: the sums that windows with a burst end with, in order, and the calls
    /// above the expected ones.
    pub(super) ends: [Vec<(usize, f32)>; 4],
    /// The bursts, each once.
    pub(super) bursts: [Vec<Burst>; 5],
}

/// A burst of the past.
#[derive(Clone, Copy)]
pub(super) struct Burst {
    /// The last sum of five minutes it reaches.
    end: usize,
    /// The most calls of a window above what is ordinary there.
    pub(super) over: f64,
    pub(super) reported: bool,
    pub(super) scheduled: bool,
}

impl Peaks {
    pub(super) fn new(
        history: &History<'_>,
        past: &Past,
        hours: &Hours,
        dispersion: &Dispersion,
    ) -> Self {
        let mut peaks = Self { ends: Default::default(), bursts: Default::default() };
        peaks.find_minutes(history, past, hours, dispersion);
        peaks.find_windows(past, hours, dispersion);
        peaks
    }

    /// Looks at single minutes.
    fn find_minutes(
        &mut self,
        history: &History<'_>,
        past: &Past,
        hours: &Hours,
        dispersion: &Dispersion,
    ) {
        let variation = dispersion.of(WINDOWS[0]);
        let from = past.minute(past.birth).max(history.until - history.reach);
        let minutes = history.baseline.range(from..history.until.five());
        for (hour, minutes) in past.by_hour(minutes) {
            let expected = hours.expected[hour];
            let reported =
                past.reported[12 * hour..(12 * hour + 12).min(past.len())].contains(&true);
            if history.shifts.is_empty() && !reported {
                let busiest = minutes.iter().map(|minute| minute.1).max().unwrap_or_default();
                let busiest = Window { calls: f64::from(busiest), expected };
                if !busiest.could_be_burst() || busiest.is_surely_ordinary(&variation) {
                    continue;
                }
            }
            for &(minute, count) in minutes {
                let held = Window { calls: f64::from(count) * history.level(minute), expected };
                if !held.could_be_burst() {
                    continue;
                }
                let end = past.index(minute);
                let (reported, scheduled) = (past.reported[end], past.scheduled[end]);
                let over = held.over(&variation);
                if over > 0.0 || (reported && held.is_reportable()) {
                    let over = over.max(LEAST_OVER);
                    note(&mut self.bursts[0], Burst { end, over, reported, scheduled }, APART);
                }
            }
        }
    }

    /// Looks at all windows from five minutes on.
    fn find_windows(&mut self, past: &Past, hours: &Hours, dispersion: &Dispersion) {
        let sums = Sums::new(past, hours);
        for (k, window) in WINDOWS.into_iter().enumerate().skip(1) {
            let width = (window.count() / 5) as usize;
            let variation = dispersion.of(window);
            let (ends, bursts) = (&mut self.ends[k - 1], &mut self.bursts[k]);
            for hour in past.birth / 12..past.len().div_ceil(12) {
                let span = (12 * hour).max(past.birth)..(12 * hour + 12).min(past.len());
                // A burst stays in the windows after it.
                let follows = ends.last().is_some_and(|last| last.0 + 1 == span.start);
                if follows || !sums.are_ordinary(hour, width, &variation) {
                    sums.find_ends(span, width, &variation, ends, bursts);
                }
            }
        }
    }

    /// Returns whether no window holds a burst.
    pub(super) fn is_empty(&self) -> bool {
        self.bursts.iter().all(Vec::is_empty)
    }

    /// Returns the share of all times that lie within ten minutes of a burst that follows no
    /// schedule.
    pub(super) fn covered(&self, k: usize, past: &Past) -> f64 {
        let width = f64::from(WINDOWS[k + 1].count() / 5);
        let bursts = self.bursts[k + 1].iter().filter(|burst| !burst.scheduled).count() as f64;
        bursts * (width + 4.0) / (past.len() - past.birth).max(1) as f64
    }
}

/// The sums of five minutes and what was expected of them.
struct Sums<'a> {
    past: &'a Past,
    hours: &'a Hours,
    /// The calls above the expected ones before each sum, and in all.
    above: Vec<f64>,
    /// How many sums were reported before each, and in all.
    reported: Vec<u32>,
}

impl<'a> Sums<'a> {
    fn new(past: &'a Past, hours: &'a Hours) -> Self {
        let sums = past.before().iter().zip(hours.before());
        let above = sums.map(|(calls, expected)| calls - expected).collect();
        let mut count = 0;
        let mut reported = Vec::with_capacity(past.len() + 1);
        reported.push(count);
        reported.extend(past.reported.iter().map(|&reported| {
            count += u32::from(reported);
            count
        }));
        Self { past, hours, above, reported }
    }

    /// Returns whether any of the sums from one to before another was reported.
    fn reported_between(&self, from: usize, to: usize) -> bool {
        self.reported[to] > self.reported[from]
    }

    /// Returns, at less cost, whether no window of so many sums, and of one more, that ends in an
    /// hour holds a burst beyond doubt.
    fn are_ordinary(&self, hour: usize, width: usize, variation: &Variation) -> bool {
        let (past, first) = (self.past, 12 * hour);
        if first < past.birth + width || first + 12 > past.len() {
            return false;
        }
        if self.reported_between(first - width, first + 12) {
            return false;
        }
        if past.between(first - width, first + 12) < CALLS {
            return true;
        }
        // The more is expected the more is ordinary.
        [width, width + 1].into_iter().all(|width| {
            let ordinary = variation.ordinary(self.hours.least_expected(hour, width));
            self.most_above(hour, width) < SURELY * ordinary
        })
    }

    /// Returns the most calls above the expected ones in windows of so many sums that end in an
    /// hour.
    fn most_above(&self, hour: usize, width: usize) -> f64 {
        let first = 12 * hour + 1;
        let (ends, starts) = (&self.above[first..first + 12], &self.above[first - width..]);
        // Four at a time: the comparisons need not wait for each other.
        let mut most = [f64::NEG_INFINITY; 4];
        for (ends, starts) in ends.chunks_exact(4).zip(starts.chunks_exact(4)) {
            for ((most, end), start) in most.iter_mut().zip(ends).zip(starts) {
                let above = end - start;
                *most = if above > *most { above } else { *most };
            }
        }
        most.into_iter().fold(f64::NEG_INFINITY, f64::max)
    }

    /// Looks at the windows of so many sums that end in a span.
    fn find_ends(
        &self,
        span: Range<usize>,
        width: usize,
        variation: &Variation,
        ends: &mut Vec<(usize, f32)>,
        bursts: &mut Vec<Burst>,
    ) {
        let Self { past, hours, .. } = *self;
        for i in span {
            let is_empty = past.calls[i] == 0.0;
            let follows = ends.last().is_some_and(|last| last.0 + 1 == i);
            if is_empty && !follows {
                continue;
            }
            let first = (i + 1).saturating_sub(width).max(past.birth);
            let held_from = |from: usize| Window {
                calls: past.between(from, i + 1),
                expected: hours.expected_between(from, i + 1),
            };
            // Sums are aligned and windows are not: one sum more holds any window.
            let wider = held_from(first.saturating_sub(1).max(past.birth));
            #[expect(clippy::cast_possible_truncation, reason = "sums are kept as f32")]
            let excess = (wider.calls - wider.expected) as f32;
            if is_empty {
                if excess > 0.0 {
                    ends.push((i, excess));
                }
                continue;
            }
            if !wider.could_be_burst() {
                continue;
            }
            let held = held_from(first);
            let reported = self.reported_between(first, i + 1);
            if !reported
                && wider.is_surely_ordinary(variation)
                && held.is_surely_ordinary(variation)
            {
                continue;
            }
            let over = held.over(variation);
            let is_burst =
                held.could_be_burst() && (over > 0.0 || (reported && held.is_reportable()));
            if is_burst || wider.over(variation) > 0.0 {
                ends.push((i, excess));
            }
            if is_burst {
                let scheduled = past.scheduled[first..=i].contains(&true);
                let over = over.max(LEAST_OVER);
                note(bursts, Burst { end: i, over, reported, scheduled }, width.max(APART));
            }
        }
    }
}

/// What a window held.
#[derive(Clone, Copy)]
struct Window {
    calls: f64,
    expected: f64,
}

impl Window {
    fn could_be_burst(&self) -> bool {
        self.calls >= CALLS && self.calls >= CHANGE * self.expected
    }

    /// Returns whether it was large enough when it was reported, whatever is ordinary by now.
    fn is_reportable(&self) -> bool {
        self.calls >= REPORTED_CHANGE * self.expected
    }

    /// Returns the calls above what is ordinary.
    fn over(&self, variation: &Variation) -> f64 {
        self.calls - self.expected - variation.ordinary(self.expected)
    }

    /// Returns, at less cost, whether none are beyond doubt.
    fn is_surely_ordinary(&self, variation: &Variation) -> bool {
        variation.surely_ordinary(self.calls, self.expected)
    }
}

/// Adds a burst, or joins it with the last one if that is near.
fn note(bursts: &mut Vec<Burst>, burst: Burst, apart: usize) {
    match bursts.last_mut() {
        Some(last) if burst.end - last.end <= apart => {
            last.end = burst.end;
            last.over = last.over.max(burst.over);
            last.reported |= burst.reported;
            last.scheduled |= burst.scheduled;
        }
        _ => bursts.push(burst),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        baseline::Baseline,
        history::fixture::{self, monday},
        time::Minutes,
    };

    const DAYS: u32 = 28;

    /// Returns a series that is called so often every five minutes by day, less by night, and
    /// bursts now and then.
    fn series(busy: u32) -> Baseline {
        let mut state = 1_u32;
        let mut baseline = Baseline::default();
        for five in 0..DAYS * 288 {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let by_day = if (96..216).contains(&(five % 288)) { 4 } else { 1 };
            let calls = (state >> 16) % (busy * by_day);
            let burst = if (state >> 8).is_multiple_of(997) { 12 * busy } else { 0 };
            baseline.push(monday() + Minutes::new(5 * five), calls + burst);
        }
        baseline
    }

    #[test]
    fn no_burst_ends_in_an_hour_that_is_passed_over() {
        for busy in [1, 3, 40] {
            let baseline = series(busy);
            let reported = [monday() + Minutes::days(20)..monday() + Minutes::days(21)];
            let history = History { reported: &reported, ..fixture::days(&baseline, DAYS) };
            let past = Past::new(&history);
            let hours = Hours::new(&past, true);
            let dispersion = Dispersion::new(&history, &past, &hours);
            let found = Peaks::new(&history, &past, &hours, &dispersion);
            let sums = Sums::new(&past, &hours);
            let mut passed_over = 0;
            for (k, window) in WINDOWS.into_iter().enumerate().skip(1) {
                let (width, variation) = ((window.count() / 5) as usize, dispersion.of(window));
                let (mut ends, mut bursts) = (Vec::new(), Vec::new());
                sums.find_ends(past.birth..past.len(), width, &variation, &mut ends, &mut bursts);
                assert_eq!(found.ends[k - 1], ends, "{busy} calls, {width} sums");
                assert_eq!(found.bursts[k].len(), bursts.len(), "{busy} calls, {width} sums");
                assert!(!bursts.is_empty());
                let hours = past.birth / 12..past.len() / 12;
                let ordinary = |&hour: &usize| sums.are_ordinary(hour, width, &variation);
                passed_over += hours.filter(ordinary).count();
            }
            assert!(passed_over > 4 * 24 * DAYS as usize / 2, "{passed_over} with {busy} calls");
        }
    }
}
