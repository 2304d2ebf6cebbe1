//! [`Test`]: one test of a look and what it came to, for those who ask why.
//!
//! The outcome is that of the very functions that judge; only the numbers around it are computed
//! anew, where judging stops early.

use serde::Serialize;

use super::{
    Circumstances, Detector, Expectations, FALL, Finding, Verdict, WINDOWS, WINDOWS_OF_FALL,
    WarmUp,
    limits::{Limits, check_fall, most_of_fall, whole},
    look::{FALL_DISPERSION, Look, OUTSIDE, looks},
    rate::{Model, RateDetector},
    runs::Run,
    tails,
};
use crate::{
    baseline::Recent,
    time::{Minute, Minutes},
};

/// Everything that was tested at one look, and what was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Account {
    /// The tests: rises and falls, each by length of their windows, then the run that is due.
    pub tests: Vec<Test>,
    /// What they found: the rise with the highest score, else the first fall that fired, else the
    /// run. None if no test fired.
    pub finding: Option<Finding>,
}

/// One test of a look.
#[derive(Clone, Debug, PartialEq)]
pub struct Test {
    /// What is tested.
    pub kind: TestKind,
    /// The length of the window, which ends with the minute looked at.
    pub window: Minutes,
    /// The calls in the window, or in the part of it that may be used.
    pub observed: u64,
    /// The calls that the test expects in it; positive.
    pub expected: f64,
    /// The least and the most that may be expected: they differ for two days after clocks changed.
    pub expected_about: (f64, f64),
    /// The least and the most calls that are ordinary: in 99 of 100 such windows there are as
    /// many, if neither habit nor the time of day explains more or less.
    pub ordinary: (u64, u64),
    /// By how much the calls vary beyond Poisson: their variance is `expected` + `dispersion` ×
    /// `expected`².
    pub dispersion: f64,
    /// The fewest calls of a rise, and the most of a fall or a failed run, that can be unusual
    /// whatever explains them.
    pub needed: u64,
    /// How often a day each explanation lets one expect a window like that.
    pub expectations: Expectations,
    /// −log10 of their sum.
    pub score: f64,
    /// The score that is needed.
    pub threshold: f64,
    /// Why it did not fire, or none if it did.
    pub refusal: Option<Refusal>,
}

/// What a test looks for.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum TestKind {
    /// More calls than normal.
    Rise,
    /// Fewer calls than normal.
    Fall,
    /// A run of a job that is due by now and did not come.
    MissedRun,
}

/// Why a test did not fire.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Refusal {
    /// The window reaches back to before the log, a hole of it or the end of the last Insight.
    NotCovered,
    /// Windows longer than twenty minutes are looked at every five minutes, and not now.
    NotNow,
    /// In the warm-up of a log only rises are looked for.
    WarmUp,
    /// There are too few calls, in all or above the expected ones.
    TooFewCalls,
    /// The calls are too near to the expected ones.
    TooSmallChange,
    /// Too few calls are expected for their absence to mean anything.
    TooLittleExpected,
    /// None of the last five minutes had calls: what rose did so before.
    NoNewCalls,
    /// The calls only make up for those missing in the quarter of an hour before.
    CaughtUp,
    /// So many, or so few, come by chance.
    Chance,
    /// The series has bursts, or lows, of that size.
    Habit,
    /// As many, or as few, come at that time of day.
    Schedule,
    /// A run of a job that did not come when it used to comes now.
    LateRun,
    /// The run came.
    RunCame,
    /// So much else is expected at that time that nobody can tell whether the run came.
    RunIndistinct,
}

impl Refusal {
    /// Returns whether the calls could have been unusual, but something explains them.
    #[must_use]
    pub const fn is_explanation(self) -> bool {
        matches!(self, Self::Chance | Self::Habit | Self::Schedule | Self::LateRun)
    }

    /// Returns whether nothing was looked at.
    #[must_use]
    pub const fn is_unlooked(self) -> bool {
        matches!(self, Self::NotCovered | Self::NotNow | Self::WarmUp)
    }
}

impl Test {
    /// Returns how near the test came to firing, in an order: by the score, up to the one needed,
    /// and then tests that could have fired after those that could not. All that are nothing out of
    /// the ordinary are equally far.
    #[must_use]
    pub fn nearness(&self) -> impl PartialOrd + Copy + use<> {
        let looked = self.refusal.is_none_or(|refusal| !refusal.is_unlooked());
        let possible = self.refusal.is_none_or(Refusal::is_explanation);
        let share = if looked { (self.score / self.threshold).clamp(0.0, 1.0) } else { 0.0 };
        (self.refusal.is_none(), share, possible && share > 0.0)
    }
}

impl Account {
    /// Returns the test that came nearest to firing, the first of several.
    #[must_use]
    pub fn nearest(&self) -> Option<&Test> {
        let nearer = |best: &'_ Test, test: &'_ Test| test.nearness() > best.nearness();
        self.tests.iter().reduce(|best, test| if nearer(best, test) { test } else { best })
    }
}

/// What is expected of one minute.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ordinary {
    /// The minute.
    pub minute: Minute,
    /// The expected calls.
    pub expected: f64,
    /// The least and the most calls of 99 in 100 such minutes, if neither habit nor the time of day
    /// explains more or less.
    pub calls: (u64, u64),
}

impl RateDetector {
    /// Returns what is expected of a minute of the day that the model is of.
    #[must_use]
    pub fn ordinary(&self, model: &Model, minute: Minute) -> Ordinary {
        let expected = self.expected(model, minute);
        let alpha = model.dispersion.alpha(WINDOWS[0], expected);
        Ordinary { minute, expected, calls: tails::counts_between(expected, alpha, OUTSIDE) }
    }

    /// Returns an account of all that [`judge`](super::Detector::judge) tests, with the same
    /// arguments. It finds what that finds.
    #[must_use]
    pub fn account(
        &self,
        model: &Model,
        recent: Recent<'_>,
        circumstances: Circumstances,
    ) -> Account {
        let Circumstances { warm_up, in_wave } = circumstances;
        let finding = match self.judge(model, recent, circumstances) {
            Verdict::Normal { .. } => None,
            Verdict::Unusual(finding) => Some(finding),
        };
        let look = Look::new(self, model, recent, in_wave);
        let limits = look.limits(warm_up);
        let rises = (0..WINDOWS.len()).map(|k| look.rise_test(k, &limits));
        let falls = (0..WINDOWS_OF_FALL).map(|k| look.fall_test(k));
        let mut tests: Vec<Test> = rises.chain(falls).chain(look.run_test()).collect();
        if warm_up == WarmUp::Running {
            let others = tests.iter_mut().filter(|test| test.kind != TestKind::Rise);
            others.for_each(|test| test.refusal = Some(Refusal::WarmUp));
        }
        Account { tests, finding }
    }
}

impl Look<'_> {
    fn rise_test(&self, k: usize, limits: &Limits) -> Test {
        let window = WINDOWS[k];
        let observed = self.rises[k].unwrap_or_else(|| self.recent.sum(window));
        let (_, expected) = self.expected(window);
        let excess = observed as f64 - expected;
        let alpha = self.model.dispersion.alpha(window, expected);
        let (scheduled, late) = self.scheduled(window, excess);
        let chance = looks(WINDOWS.len(), window) * tails::counts_upper(expected, alpha, observed);
        let expectations = Expectations {
            chance,
            habit: self.habitual(window, excess, expected),
            schedule: scheduled.max(late),
        };
        // Judging stops at a bound of what is expected: what stops it there is told exactly.
        let refusal = self.rise_over(k, limits).err().map(|refusal| match refusal {
            Refusal::NotNow if !self.recent.covers(window) => Refusal::NotCovered,
            Refusal::TooFewCalls | Refusal::TooSmallChange => {
                limits.check(k, observed as f64, expected).err().unwrap_or(refusal)
            }
            refusal => refusal,
        });
        let needed = limits.least(k, expected);
        let what = (observed, expected, alpha);
        self.test(TestKind::Rise, window, what, needed, expectations, refusal)
    }

    fn fall_test(&self, k: usize) -> Test {
        let window = FALL[k];
        let observed = self.falls[k].unwrap_or_else(|| self.recent.sum(window));
        let (expected, _) = self.expected(window);
        let alpha = FALL_DISPERSION + self.model.dispersion.alpha(window, expected);
        let expectations = Expectations {
            chance: looks(WINDOWS_OF_FALL, window) * tails::counts_lower(expected, alpha, observed),
            habit: self.model.lows.as_low(k, observed, expected),
            schedule: self.model.lows.as_low_then(self.recent, window, observed),
        };
        let refusal = self.fall_over(k).err().map(|refusal| match refusal {
            Refusal::NotNow if !self.recent.covers(window) => Refusal::NotCovered,
            Refusal::TooLittleExpected | Refusal::TooSmallChange => {
                check_fall(k, observed as f64, expected).err().unwrap_or(refusal)
            }
            refusal => refusal,
        });
        let needed = most_of_fall(k, expected);
        let what = (observed, expected, alpha);
        self.test(TestKind::Fall, window, what, needed, expectations, refusal)
    }

    fn run_test(&self) -> Option<Test> {
        let run: &Run = self.model.runs.due(self.recent.now())?;
        let due = self.due(run);
        let refusal = self.missed()?.err();
        let needed = whole(run.most(due.others).floor());
        let expectations = due.expectations(run, self.model.runs.count());
        let what = (due.observed, due.expected(run), run.dispersion());
        Some(self.test(TestKind::MissedRun, due.window, what, needed, expectations, refusal))
    }

    fn test(
        &self,
        kind: TestKind,
        window: Minutes,
        (observed, expected, alpha): (u64, f64, f64),
        needed: u64,
        expectations: Expectations,
        refusal: Option<Refusal>,
    ) -> Test {
        let expected_about = match kind {
            TestKind::Rise | TestKind::Fall => self.expected(window),
            TestKind::MissedRun => (expected, expected),
        };
        Test {
            kind,
            window,
            observed,
            expected,
            expected_about,
            ordinary: tails::counts_between(expected, alpha, OUTSIDE),
            dispersion: alpha,
            needed,
            expectations,
            score: expectations.score(),
            threshold: self.settings.threshold,
            refusal,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;
    use crate::{
        baseline::Baseline,
        history::fixture::{self, monday},
    };

    const DAYS: u32 = 16;
    const DAY: u32 = 1_440;

    /// A series: calls every so many minutes, a job at a time of day, bursts, and how it goes on
    /// after what is known.
    #[derive(Clone, Debug)]
    struct Course {
        every: u32,
        calls: u32,
        job: Option<(u32, u32)>,
        bursts: Vec<(u32, u32)>,
        /// When the last part begins, how long it lasts, and its calls a minute.
        last: (u32, u32, u32),
        /// Whether the usual calls and runs go on in it.
        goes_on: bool,
    }

    fn course() -> impl Strategy<Value = Course> {
        let rate = prop_oneof![
            (Just(1_u32), 1..30_u32),
            (2..20_u32, 1..5_u32),
            (100..5_000_u32, 1..3_u32)
        ];
        let job = proptest::option::of((0..DAY, 10..400_u32));
        let bursts = proptest::collection::vec((0..DAYS * DAY, 1..60_u32), 0..6);
        let last = (0..DAY - 300, 1..300_u32, prop_oneof![0..2_u32, 0..12_u32, 0..200_u32]);
        (rate, job, bursts, last, any::<bool>()).prop_map(
            |((every, calls), job, bursts, last, goes_on)| Course {
                every,
                calls,
                job,
                bursts,
                last,
                goes_on,
            },
        )
    }

    impl Course {
        fn at(&self, minute: u32) -> u32 {
            let (begin, length, rate) = self.last;
            let begin = DAYS * DAY + begin;
            let is_last = (begin..begin + length).contains(&minute);
            let mut calls = if is_last { rate } else { 0 };
            if !is_last || self.goes_on {
                calls += if minute.is_multiple_of(self.every) { self.calls } else { 0 };
                let job = self.job.filter(|job| (job.0..job.0 + 4).contains(&(minute % DAY)));
                calls += job.map_or(0, |(_, size)| size / 4);
            }
            let bursts = self.bursts.iter().filter(|burst| burst.0 == minute);
            calls + bursts.map(|burst| burst.1).sum::<u32>()
        }

        /// Calls `each` with every minute's account of the last part and what is judged then.
        fn look(&self, warm_up: WarmUp, mut each: impl FnMut(Minute, Account, Verdict)) {
            let detector = RateDetector::default();
            let mut baseline = Baseline::default();
            for minute in 0..DAYS * DAY {
                baseline.push(monday() + Minutes::new(minute), self.at(minute));
            }
            let model = detector.fit(&fixture::days(&baseline, DAYS));
            let end = DAYS * DAY + self.last.0 + self.last.1;
            for minute in DAYS * DAY..end {
                let now = monday() + Minutes::new(minute);
                baseline.push(now, self.at(minute));
                if minute + 60 >= end || minute.is_multiple_of(7) {
                    let recent = Recent::new(&baseline, since(), now);
                    let circumstances = Circumstances { warm_up, in_wave: false };
                    let verdict = detector.judge(&model, recent, circumstances);
                    each(now, detector.account(&model, recent, circumstances), verdict);
                }
            }
        }
    }

    /// The end of the last Insight: long windows are not covered at first.
    fn since() -> Minute {
        monday() + Minutes::new(DAYS * DAY - 100)
    }

    fn agrees(now: Minute, account: &Account, verdict: Verdict) -> Result<(), TestCaseError> {
        let finding = match verdict {
            Verdict::Unusual(finding) => Some(finding),
            Verdict::Normal { .. } => None,
        };
        prop_assert_eq!(account.finding, finding);
        let fired = account.tests.iter().filter(|test| test.refusal.is_none());
        prop_assert_eq!(fired.clone().count() > 0, finding.is_some());
        if let Some(finding) = finding {
            let same = |test: &Test| {
                (test.window, test.observed) == (finding.window, finding.observed)
                    && (test.expected, test.ordinary) == (finding.expected, finding.ordinary)
                    && (test.score, test.expectations) == (finding.score, finding.expectations)
            };
            prop_assert!(fired.clone().any(same), "{:?} is not {:?}", finding, account.tests);
        }
        let end = now + Minutes::new(1);
        for test in &account.tests {
            let reaches = test.score >= test.threshold;
            match test.refusal {
                None => prop_assert!(reaches, "{:?}", test),
                Some(refusal) if refusal.is_explanation() => prop_assert!(!reaches, "{:?}", test),
                Some(Refusal::NotCovered) => prop_assert!(end - test.window < since()),
                Some(Refusal::NotNow) => {
                    prop_assert!(test.window > Minutes::new(20) && end != end.five());
                }
                Some(Refusal::TooFewCalls) => prop_assert!(test.observed < test.needed),
                Some(Refusal::TooSmallChange) => prop_assert!(test.observed != test.needed),
                Some(_) => {}
            }
        }
        Ok(())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn an_account_agrees_with_what_is_judged(course in course(), young in any::<bool>()) {
            let warm_up = if young { WarmUp::Running } else { WarmUp::Over };
            let mut result = Ok(());
            course.look(warm_up, |now, account, verdict| {
                if result.is_ok() {
                    result = agrees(now, &account, verdict);
                }
            });
            result?;
        }
    }

    #[test]
    fn courses_reach_all_that_matters() {
        let steady = Course {
            every: 1,
            calls: 20,
            job: None,
            bursts: Vec::new(),
            last: (100, 60, 100),
            goes_on: true,
        };
        let job = Some((600, 100));
        let rare = Course { every: 5_000, calls: 1, ..steady.clone() };
        let courses = [
            (WarmUp::Over, steady.clone()),
            (WarmUp::Running, Course { last: (100, 60, 300), ..steady.clone() }),
            (WarmUp::Over, Course { last: (100, 300, 0), goes_on: false, ..steady.clone() }),
            (WarmUp::Over, Course { last: (100, 60, 10), ..steady.clone() }),
            (WarmUp::Over, Course { last: (100, 60, 1), job, ..rare.clone() }),
            (WarmUp::Over, Course { last: (590, 60, 0), job, ..rare.clone() }),
            (WarmUp::Over, Course { last: (590, 60, 0), job, goes_on: false, ..rare.clone() }),
            (
                WarmUp::Over,
                Course {
                    bursts: (1..DAYS).map(|day| (day * DAY + day * 97 % DAY, 12)).collect(),
                    last: (300, 3, 4),
                    ..rare
                },
            ),
        ];
        let (mut refusals, mut found) = (HashSet::new(), HashSet::new());
        for (warm_up, course) in courses {
            course.look(warm_up, |now, account, verdict| {
                agrees(now, &account, verdict).unwrap();
                for test in account.tests {
                    match test.refusal {
                        Some(refusal) => refusals.insert(refusal),
                        None => found.insert(test.kind),
                    };
                }
            });
        }
        assert_eq!(found.len(), 3, "{found:?}");
        for refusal in [
            Refusal::NotCovered,
            Refusal::NotNow,
            Refusal::WarmUp,
            Refusal::TooFewCalls,
            Refusal::TooSmallChange,
            Refusal::TooLittleExpected,
            Refusal::NoNewCalls,
            Refusal::Chance,
            Refusal::Habit,
            Refusal::Schedule,
            Refusal::RunCame,
        ] {
            assert!(refusals.contains(&refusal), "{refusal:?} is not among {refusals:?}");
        }
    }
}
