//! [`Look`]: one look at a series: whether its last minutes are unusual, and when to look again.

use super::{
    Direction, Expectations, FALL, Finding, Missed, WINDOWS, WINDOWS_OF_FALL, WarmUp, onset,
    rate::{Model, RateDetector},
    runs::Run,
    tails,
};
use crate::{
    baseline::Recent,
    time::{Minute, Minutes},
};

const ONE: Minutes = Minutes::new(1);
const HOUR: Minutes = Minutes::hours(1);
/// What keeps bounds of sums from being wrong by rounding.
const ROUNDED_DOWN: f64 = 1.0 - 1e-6;
const ROUNDED_UP: f64 = 1.0 + 1e-6;
/// By window of a rise: the least change as a share of the setting's.
const CHANGE: [f64; 5] = [1.25, 1.0, 0.75, 0.6, 0.5];
/// The least calls above the expected ones, as a share of the least calls.
const LEAST_EXCESS: f64 = 0.9;
/// Up to so many calls in the last week a series is new or all but forgotten.
const NEW: f64 = 0.5;
/// The windows that are looked at every minute, and those every five minutes, in order.
const EVERY_MINUTE: [Minutes; 5] = [WINDOWS[0], WINDOWS[1], FALL[0], WINDOWS[2], FALL[1]];
const EVERY_FIVE: [Minutes; 4] = [WINDOWS[3], FALL[2], WINDOWS[4], FALL[3]];
/// The least part of a rise that the quarter of an hour before may not have been short of.
const CAUGHT_UP: f64 = 0.5;
/// The most of the expected calls that are a fall, by window: a program that restarts pauses for
/// some minutes.
const FALL_SHARE: [f64; WINDOWS_OF_FALL] = [0.15, 0.35, 0.5, 0.6];
/// The least calls to expect in a window before their absence can mean something.
const FALL_EXPECTED: f64 = 5.0;
/// The least dispersion of a fall: no series is so regular that a short pause is impossible.
const FALL_DISPERSION: f64 = 0.02;
/// The least factor between observed and expected that is overwhelming.
const OVERWHELMING: f64 = 10.0;
/// How far a cheap bound of a score may lie below it.
const BOUND_ERROR: f64 = 3.0;
/// What lies outside of the ordinary calls, to either side.
const OUTSIDE: f64 = 0.005;

/// One look at a series.
#[derive(Clone, Copy)]
pub(super) struct Look<'a> {
    settings: &'a RateDetector,
    model: &'a Model,
    recent: Recent<'a>,
    in_wave: bool,
    /// The calls in the last windows of a rise and of a fall that are looked at now.
    rises: [Option<u64>; 5],
    falls: [Option<u64>; WINDOWS_OF_FALL],
    /// The lowest and the highest rate from an hour before to an hour after.
    around: (f64, f64),
}

impl<'a> Look<'a> {
    pub(super) fn new(
        settings: &'a RateDetector,
        model: &'a Model,
        recent: Recent<'a>,
        in_wave: bool,
    ) -> Self {
        let next = recent.now() + ONE;
        let short = recent.sums(EVERY_MINUTE).map(Some);
        let long = if next == next.five() {
            recent.sums_of_fives(EVERY_FIVE).map(Some)
        } else {
            [None; EVERY_FIVE.len()]
        };
        let around = model.profile.around(recent.now());
        let mut rises = [short[0], short[1], short[3], long[0], long[2]];
        let mut falls = [short[2], short[4], long[1], long[3]];
        if !recent.covers(FALL[WINDOWS_OF_FALL - 1]) {
            for (calls, window) in rises.iter_mut().zip(WINDOWS).chain(falls.iter_mut().zip(FALL)) {
                *calls = calls.filter(|_| recent.covers(window));
            }
        }
        Self { settings, model, recent, in_wave, rises, falls, around }
    }

    /// Returns the calls expected in the last `window`, the least and the most.
    fn expected(&self, window: Minutes) -> (f64, f64) {
        let next = self.recent.now() + ONE;
        self.model.profile.expected_about(next - window, next)
    }

    /// Returns bounds of the calls expected in the last `window`, at less cost.
    fn expected_within(&self, window: Minutes) -> (f64, f64) {
        if window > HOUR {
            return (0.0, f64::INFINITY);
        }
        let minutes = f64::from(window.count());
        (ROUNDED_DOWN * self.around.0 * minutes, ROUNDED_UP * self.around.1 * minutes)
    }

    /// Returns the rise with the highest score, if any reaches the threshold.
    pub(super) fn rise(&self, warm_up: WarmUp) -> Option<Finding> {
        let settings = self.settings;
        let (least_calls, least_change) = match warm_up {
            WarmUp::Running => (settings.warm_up_calls, settings.least_change.max(OVERWHELMING)),
            WarmUp::Over if self.model.calls < NEW => {
                (settings.least_new_calls, settings.least_change)
            }
            WarmUp::Over => (settings.least_calls, settings.least_change),
        };
        let least_calls = f64::from(least_calls);
        let mut best: Option<Finding> = None;
        for ((&window, &observed), &share) in WINDOWS.iter().zip(&self.rises).zip(&CHANGE) {
            let Some(observed) = observed else { continue };
            let calls = observed as f64;
            let is_small = |expected: f64| {
                calls < least_calls
                    || calls - expected < LEAST_EXCESS * least_calls
                    || calls < (1.0 + (least_change - 1.0) * share) * expected
            };
            if is_small(self.expected_within(window).0) {
                continue;
            }
            let (_, expected) = self.expected(window);
            let excess = calls - expected;
            if is_small(expected)
                || (window > WINDOWS[2] && !self.recent.five_has_calls())
                || (window < WINDOWS[2] && self.caught_up(excess))
            {
                continue;
            }
            let finding = self.explain_rise(window, observed, expected);
            if let Some(finding) = finding
                && best.is_none_or(|best| finding.score > best.score)
            {
                best = Some(finding);
            }
        }
        best
    }

    /// Returns a rise if nothing explains it.
    fn explain_rise(&self, window: Minutes, observed: u64, expected: f64) -> Option<Finding> {
        let Self { settings, model, recent, in_wave, .. } = *self;
        let (calls, excess) = (observed as f64, observed as f64 - expected);
        let alpha = model.dispersion.alpha(window, expected);
        let looks = looks(WINDOWS.len(), window);
        let bound = tails::counts_upper_bound(expected, alpha, calls) - looks.log10();
        if bound + BOUND_ERROR < settings.threshold {
            return None;
        }
        // Each is asked only while the others leave the window unusual.
        let is_unusual = |expectations: &Expectations| expectations.score() >= settings.threshold;
        let mut expectations = Expectations {
            chance: looks * tails::counts_upper(expected, alpha, observed),
            ..Expectations::default()
        };
        if !is_unusual(&expectations) {
            return None;
        }
        expectations.schedule = model
            .schedule
            .as_large(window, recent.now(), excess)
            .max(model.runs.as_late(recent, excess));
        if !is_unusual(&expectations) {
            return None;
        }
        let ordinary = model.dispersion.ordinary(window, expected);
        expectations.habit = model.bursts.as_large(window, excess - ordinary, in_wave);
        let onset = || onset::of_rise(&model.profile, recent, window);
        self.finding(Direction::Rise, window, (observed, expected, alpha), expectations, onset)
    }

    /// Returns whether calls above the expected ones only make up for those missing just before.
    fn caught_up(&self, excess: f64) -> bool {
        let (_, expected) = self.expected(WINDOWS[2]);
        expected >= FALL_EXPECTED
            && self.rises[2].is_some_and(|calls| calls as f64 - expected < CAUGHT_UP * excess)
    }

    /// Returns the fall of the shortest window that shows one.
    pub(super) fn fall(&self) -> Option<Finding> {
        let Self { settings, model, recent, .. } = *self;
        (0..WINDOWS_OF_FALL).find_map(|k| {
            let window = FALL[k];
            let observed = self.falls[k]?;
            let is_usual = |expected: f64| {
                expected < FALL_EXPECTED || observed as f64 > FALL_SHARE[k] * expected
            };
            if is_usual(self.expected_within(window).1) {
                return None;
            }
            let (expected, _) = self.expected(window);
            if is_usual(expected) {
                return None;
            }
            let alpha = FALL_DISPERSION + model.dispersion.alpha(window, expected);
            let chance =
                looks(WINDOWS_OF_FALL, window) * tails::counts_lower(expected, alpha, observed);
            if -chance.log10() < settings.threshold {
                return None;
            }
            let expectations = Expectations {
                chance,
                habit: model.lows.as_low(k, observed, expected),
                schedule: model.lows.as_low_then(recent, window, observed),
            };
            let onset = || onset::of_fall(&model.profile, recent, window);
            self.finding(Direction::Fall, window, (observed, expected, alpha), expectations, onset)
        })
    }

    /// Returns the run that was due by now and did not come.
    pub(super) fn missed(&self) -> Option<Finding> {
        let end = self.recent.now() + ONE;
        let run: &Run = self.model.runs.due(self.recent.now())?;
        let window = end.since(run.span_start());
        if !self.recent.covers(window) {
            return None;
        }
        let early = run.early();
        let before = self.recent.earlier_calls(early.clone()) as f64;
        if !run.is_missing(before - self.model.profile.expected(early.start, early.end)) {
            return None;
        }
        let observed = self.recent.sum(window);
        let others = self.model.profile.expected(end - window, end);
        let probability = run.failed(observed as f64, others)?;
        let chance = self.model.runs.count() as f64 * probability;
        let expectations = Expectations { chance, habit: 0.0, schedule: 0.0 };
        let alpha = 1.0 / run.sizes.n;
        let expected = run.sizes.mean + others;
        let what = (observed, expected, alpha);
        let finding = self.finding(Direction::Fall, window, what, expectations, || run.start)?;
        Some(Finding { missed: Some(Missed { end: run.end, next: run.next }), ..finding })
    }

    /// Returns a finding if its score reaches the threshold.
    fn finding(
        &self,
        direction: Direction,
        window: Minutes,
        (observed, expected, alpha): (u64, f64, f64),
        expectations: Expectations,
        onset: impl Fn() -> Minute,
    ) -> Option<Finding> {
        let score = expectations.score();
        let threshold = self.settings.threshold;
        (score >= threshold).then(|| Finding {
            direction,
            onset: onset(),
            window,
            observed,
            expected,
            ordinary: tails::counts_between(expected, alpha, OUTSIDE),
            expectations,
            score,
            threshold,
            missed: None,
        })
    }

    /// Returns the first minute at which the series could be unusual if no call came any more.
    pub(super) fn next_look(&self) -> Option<Minute> {
        let now = self.recent.now();
        let rate = self.around.1;
        // Long windows reach back to hours that may be busier, and an hour ahead.
        let could_fall = |window: Minutes| {
            let ahead = rate * f64::from(window.count().min(60));
            ahead >= FALL_EXPECTED || self.expected(window).1 + ahead >= FALL_EXPECTED
        };
        let longest = FALL[WINDOWS_OF_FALL - 1];
        let by_fives = if could_fall(longest) {
            Some((now + ONE).five() + Minutes::new(4))
        } else {
            // The profile changes by the hour.
            let could = self.model.profile.mean * f64::from(longest.count()) >= 1.0;
            could.then_some(now.hour() + Minutes::hours(1))
        };
        let mut looks = [self.model.runs.next_due(now), by_fives, None, None];
        if !self.recent.ends_with_calls() {
            // While it is called a series is looked at anyway.
            looks[2] = self.empties(0, rate);
            looks[3] = self.empties(1, rate);
        }
        looks.into_iter().flatten().min()
    }

    /// Returns the first minute at which a window of a fall would hold few enough calls if none
    /// came any more.
    fn empties(&self, k: usize, rate: f64) -> Option<Minute> {
        let window = FALL[k];
        let expected = rate * f64::from(window.count());
        if expected < FALL_EXPECTED {
            return None;
        }
        let most = FALL_SHARE[k] * expected;
        let mut held = self.recent.sum(window) as f64;
        let mut look = None;
        for &(minute, count) in self.recent.range(window) {
            if held <= most {
                break;
            }
            held -= f64::from(count);
            look = Some(minute + window);
        }
        look
    }
}

/// Returns how many looks are taken a day that do not overlap, over so many windows.
fn looks(windows: usize, window: Minutes) -> f64 {
    windows as f64 * f64::from(Minutes::days(1).count()) / f64::from(window.count())
}
