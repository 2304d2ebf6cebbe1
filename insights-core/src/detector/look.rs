//! [`Look`]: one look at a series: whether its last minutes are unusual, and when to look again.

use super::{
    Direction, Expectations, FALL, Finding, Missed, WINDOWS, WINDOWS_OF_FALL, WarmUp,
    limits::{FALL_EXPECTED, FALL_SHARE, Limits, check_fall},
    onset,
    rate::{Model, RateDetector},
    runs::Run,
    tails,
    test::Refusal,
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
/// Up to so many calls in the last week a series is new or all but forgotten.
const NEW: f64 = 0.5;
/// The windows that are looked at every minute, and those every five minutes, in order.
const EVERY_MINUTE: [Minutes; 5] = [WINDOWS[0], WINDOWS[1], FALL[0], WINDOWS[2], FALL[1]];
const EVERY_FIVE: [Minutes; 4] = [WINDOWS[3], FALL[2], WINDOWS[4], FALL[3]];
/// The least part of a rise that the quarter of an hour before may not have been short of.
const CAUGHT_UP: f64 = 0.5;
/// The least dispersion of a fall: no series is so regular that a short pause is impossible.
pub(super) const FALL_DISPERSION: f64 = 0.02;
/// The least factor between observed and expected that is overwhelming.
const OVERWHELMING: f64 = 10.0;
/// How far a cheap bound of a score may lie below it.
const BOUND_ERROR: f64 = 3.0;
/// What lies outside of the ordinary calls, to either side.
pub(super) const OUTSIDE: f64 = 0.005;

/// One look at a series.
#[derive(Clone, Copy)]
pub(super) struct Look<'a> {
    pub(super) settings: &'a RateDetector,
    pub(super) model: &'a Model,
    pub(super) recent: Recent<'a>,
    in_wave: bool,
    /// The calls in the last windows of a rise and of a fall that are looked at now.
    pub(super) rises: [Option<u64>; 5],
    pub(super) falls: [Option<u64>; WINDOWS_OF_FALL],
    /// The lowest and the highest rate from an hour before to an hour after.
    around: (f64, f64),
}

impl<'a> Look<'a> {
    #[expect(clippy::inline_always, reason = "an account is rare and every minute is judged")]
    #[inline(always)]
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
    pub(super) fn expected(&self, window: Minutes) -> (f64, f64) {
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

    /// Returns what is unusual: the rise with the highest score, else the fall of the shortest
    /// window that shows one, else the run that did not come. In its warm-up a log only has rises.
    pub(super) fn judge(&self, warm_up: WarmUp) -> Option<Finding> {
        let rise = self.rise(warm_up);
        match warm_up {
            WarmUp::Running => rise,
            WarmUp::Over => rise.or_else(|| self.fall()).or_else(|| self.missed()?.ok()),
        }
    }

    fn rise(&self, warm_up: WarmUp) -> Option<Finding> {
        let limits = self.limits(warm_up);
        let mut best: Option<Finding> = None;
        for k in 0..WINDOWS.len() {
            if let Ok(finding) = self.rise_over(k, &limits)
                && best.is_none_or(|best| finding.score > best.score)
            {
                best = Some(finding);
            }
        }
        best
    }

    /// Returns what a rise must be at least.
    pub(super) fn limits(&self, warm_up: WarmUp) -> Limits {
        let settings = self.settings;
        let (calls, change) = match warm_up {
            WarmUp::Running => (settings.warm_up_calls, settings.least_change.max(OVERWHELMING)),
            WarmUp::Over if self.model.calls < NEW => {
                (settings.least_new_calls, settings.least_change)
            }
            WarmUp::Over => (settings.least_calls, settings.least_change),
        };
        Limits { calls: f64::from(calls), change }
    }

    /// Returns the rise over the `k`-th window, or why there is none.
    #[expect(clippy::inline_always, reason = "an account is rare and every minute is judged")]
    #[inline(always)]
    pub(super) fn rise_over(&self, k: usize, limits: &Limits) -> Result<Finding, Refusal> {
        let observed = self.rises[k].ok_or(Refusal::NotNow)?;
        // Most windows are told apart by a bound of what is expected.
        limits.check(k, observed as f64, self.expected_within(WINDOWS[k]).0)?;
        self.confirm_rise(k, observed, limits)
    }

    fn confirm_rise(&self, k: usize, observed: u64, limits: &Limits) -> Result<Finding, Refusal> {
        let (window, calls) = (WINDOWS[k], observed as f64);
        let (_, expected) = self.expected(window);
        limits.check(k, calls, expected)?;
        if window > WINDOWS[2] && !self.recent.five_has_calls() {
            return Err(Refusal::NoNewCalls);
        }
        if window < WINDOWS[2] && self.caught_up(calls - expected) {
            return Err(Refusal::CaughtUp);
        }
        self.explain_rise(window, observed, expected)
    }

    /// Returns a rise if nothing explains it, or what does.
    fn explain_rise(
        &self,
        window: Minutes,
        observed: u64,
        expected: f64,
    ) -> Result<Finding, Refusal> {
        let Self { settings, model, recent, .. } = *self;
        let calls = observed as f64;
        let alpha = model.dispersion.alpha(window, expected);
        let looks = looks(WINDOWS.len(), window);
        let bound = tails::counts_upper_bound(expected, alpha, calls) - looks.log10();
        if bound + BOUND_ERROR < settings.threshold {
            return Err(Refusal::Chance);
        }
        // Each is asked only while the others leave the window unusual.
        let is_unusual = |expectations: &Expectations| expectations.score() >= settings.threshold;
        let mut expectations = Expectations {
            chance: looks * tails::counts_upper(expected, alpha, observed),
            ..Expectations::default()
        };
        if !is_unusual(&expectations) {
            return Err(Refusal::Chance);
        }
        let (scheduled, late) = self.scheduled(window, calls - expected);
        expectations.schedule = scheduled.max(late);
        if !is_unusual(&expectations) {
            return Err(if late > scheduled { Refusal::LateRun } else { Refusal::Schedule });
        }
        expectations.habit = self.habitual(window, calls - expected, expected);
        let onset = || onset::of_rise(&model.profile, recent, window);
        self.finding(Direction::Rise, window, (observed, expected, alpha), expectations, onset)
            .ok_or(Refusal::Habit)
    }

    /// Returns how many windows a day are expected with as many calls above the expected ones: by
    /// what comes at that time of day, and as a run that comes late.
    pub(super) fn scheduled(&self, window: Minutes, excess: f64) -> (f64, f64) {
        let Self { model, recent, .. } = *self;
        let scheduled = model.schedule.as_large(window, recent.now(), excess);
        (scheduled, model.runs.as_late(recent, excess))
    }

    /// Returns the same by the bursts that come at any time.
    pub(super) fn habitual(&self, window: Minutes, excess: f64, expected: f64) -> f64 {
        let ordinary = self.model.dispersion.ordinary(window, expected);
        self.model.bursts.as_large(window, excess - ordinary, self.in_wave)
    }

    /// Returns whether calls above the expected ones only make up for those missing just before.
    fn caught_up(&self, excess: f64) -> bool {
        let (_, expected) = self.expected(WINDOWS[2]);
        expected >= FALL_EXPECTED
            && self.rises[2].is_some_and(|calls| calls as f64 - expected < CAUGHT_UP * excess)
    }

    /// Returns the fall of the shortest window that shows one.
    fn fall(&self) -> Option<Finding> {
        (0..WINDOWS_OF_FALL).find_map(|k| self.fall_over(k).ok())
    }

    /// Returns the fall over the `k`-th window, or why there is none.
    #[expect(clippy::inline_always, reason = "an account is rare and every minute is judged")]
    #[inline(always)]
    pub(super) fn fall_over(&self, k: usize) -> Result<Finding, Refusal> {
        let observed = self.falls[k].ok_or(Refusal::NotNow)?;
        check_fall(k, observed as f64, self.expected_within(FALL[k]).1)?;
        self.confirm_fall(k, observed)
    }

    fn confirm_fall(&self, k: usize, observed: u64) -> Result<Finding, Refusal> {
        let Self { settings, model, recent, .. } = *self;
        let window = FALL[k];
        let (expected, _) = self.expected(window);
        check_fall(k, observed as f64, expected)?;
        let alpha = FALL_DISPERSION + model.dispersion.alpha(window, expected);
        let chance =
            looks(WINDOWS_OF_FALL, window) * tails::counts_lower(expected, alpha, observed);
        if -chance.log10() < settings.threshold {
            return Err(Refusal::Chance);
        }
        let expectations = Expectations {
            chance,
            habit: model.lows.as_low(k, observed, expected),
            schedule: model.lows.as_low_then(recent, window, observed),
        };
        let onset = || onset::of_fall(&model.profile, recent, window);
        self.finding(Direction::Fall, window, (observed, expected, alpha), expectations, onset)
            .ok_or(if expectations.schedule > expectations.habit {
                Refusal::Schedule
            } else {
                Refusal::Habit
            })
    }

    /// Returns the run that was due by now and did not come, or why it is not missing; nothing
    /// if none is due.
    pub(super) fn missed(&self) -> Option<Result<Finding, Refusal>> {
        self.model.runs.due(self.recent.now()).map(|run| self.miss(run))
    }

    fn miss(&self, run: &Run) -> Result<Finding, Refusal> {
        let due = self.due(run);
        if !self.recent.covers(due.window) {
            return Err(Refusal::NotCovered);
        }
        let early = run.early();
        let before = self.recent.earlier_calls(early.clone()) as f64;
        if !run.is_missing(before - self.model.profile.expected(early.start, early.end)) {
            return Err(Refusal::RunCame);
        }
        run.check(due.observed as f64, due.others)?;
        let expectations = due.expectations(run, self.model.runs.count());
        let what = (due.observed, due.expected(run), run.dispersion());
        let finding = self.finding(Direction::Fall, due.window, what, expectations, || run.start);
        let missed = Some(Missed { end: run.end, next: run.next });
        finding.map(|finding| Finding { missed, ..finding }).ok_or(Refusal::Chance)
    }

    /// Returns what came in the time of a run.
    pub(super) fn due(&self, run: &Run) -> Due {
        let end = self.recent.now() + ONE;
        let window = end.since(run.span_start());
        let observed = self.recent.sum(window);
        Due { window, observed, others: self.model.profile.expected(end - window, end) }
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

/// The time of a run that is due.
pub(super) struct Due {
    pub(super) window: Minutes,
    pub(super) observed: u64,
    /// The calls expected besides the run.
    pub(super) others: f64,
}

impl Due {
    pub(super) fn expected(&self, run: &Run) -> f64 {
        run.sizes.mean + self.others
    }

    /// Returns how often a day so few calls are expected of one of so many runs.
    pub(super) fn expectations(&self, run: &Run, runs: usize) -> Expectations {
        let chance = runs as f64 * run.so_few(self.observed as f64, self.others);
        Expectations { chance, ..Expectations::default() }
    }
}

/// Returns how many looks are taken a day that do not overlap, over so many windows.
pub(super) fn looks(windows: usize, window: Minutes) -> f64 {
    windows as f64 * f64::from(Minutes::days(1).count()) / f64::from(window.count())
}
