//! [`Norm`]: what is normal for a series, in figures and in what it would take to be reported.
//!
//! The figures are those of the baseline window. What it would take is found by trying: calls, or
//! their absence, are fed to a copy of the engine that knows this series alone, and the smallest
//! burst that starts an insight is looked for by halving.

use std::{ops::Range, slice};

use crate::{
    attribution::Attributes,
    detector::{
        Direction,
        pattern::Pattern,
        rate::{Model, RateDetector},
    },
    engine::Engine,
    entries::{Activity, Cell, Entries, Keys},
    insight::{Average, Insight, InsightState},
    interner::Interner,
    sealed::SealedCounts,
    series::SeriesKey,
    time::{Minute, Minutes, Watermark},
    watch::{Standing, View, Watch},
};

const ONE: Minutes = Minutes::new(1);
/// The shares of minutes of which quantiles are told, in thousandths.
const QUANTILES: [u64; 5] = [500, 900, 950, 990, 999];
/// The longer of the bursts that are tried.
const LONG: Minutes = Minutes::new(15);
/// No larger burst is tried.
const LARGEST: u32 = 1 << 24;
/// No longer silence is tried.
const LONGEST: u32 = 7;

/// What is normal for a series at the watermark of an engine.
#[derive(Clone, Debug, PartialEq)]
pub struct Norm {
    /// The series.
    pub series: SeriesKey,
    /// The span of the baseline: from midnight before the watermark less the baseline's length, or
    /// from the beginning of the log, to the watermark.
    pub span: Range<Minute>,
    /// The calls of it. Minutes in which the log is missing do not count, here and below.
    pub window: Average,
    /// The first of the busiest minutes, and its calls; none if there are no calls.
    pub busiest: Option<(Minute, u32)>,
    /// The calls that 50, 90, 95, 99 and 99.9 % of the minutes do not exceed.
    pub quantiles: [u32; 5],
    /// The minutes without calls.
    pub empty: Minutes,
    /// The variance of the minutes over their mean: 1 where calls are independent; none if there
    /// are no calls.
    pub dispersion: Option<f64>,
    /// The same as the model has it: bursts and runs of jobs left out, and how uncertain the mean
    /// is added; none before there is a model.
    pub model_dispersion: Option<f64>,
    /// The rhythm; none before there is a model.
    pub pattern: Option<Pattern>,
    /// The episode that is open: while it is, nothing else starts one.
    pub open_since: Option<Minute>,
    /// The least calls in the minute at the watermark that start an insight in it: one less do not.
    pub burst: Option<u32>,
    /// The least calls in the fifteen minutes from the watermark on, spread evenly, that start an
    /// insight within them.
    pub long_burst: Option<u32>,
    /// The silence that starts an insight, if no call comes from the watermark on; none if a week
    /// of it does not.
    pub silence: Option<Silence>,
}

/// A silence that starts an insight.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Silence {
    /// Its first minute: the one after the last call.
    pub start: Minute,
    /// The minute whose sealing starts the insight. A silence that ends before it passes.
    pub detected_at: Minute,
    /// Whether it is a run of a job that is missed.
    pub misses_run: bool,
}

impl Silence {
    /// Returns how long the silence lasts until an insight starts. One that is a minute shorter
    /// passes.
    #[must_use]
    pub fn duration(&self) -> Minutes {
        (self.detected_at + ONE).since(self.start)
    }
}

impl Engine<RateDetector> {
    /// Returns the series that matter and are judged, each with the calls of its baseline at the
    /// watermark, in the order of their keys.
    #[must_use]
    pub fn watched(&self) -> Vec<(&SeriesKey, Average)> {
        let mut watched: Vec<(&SeriesKey, Average)> = self
            .slots()
            .filter(|&slot| self.watches[slot as usize].judged)
            .map(|slot| {
                let report = self.report_of(slot);
                let before = report.before(self.watermark().minute());
                (&report.watch.key, report.baseline(&before))
            })
            .collect();
        watched.sort_by(|a, b| a.0.cmp(b.0));
        watched
    }

    /// Returns what is normal for a series at the watermark; nothing for one that is not known.
    ///
    /// Trying what would start an insight takes as long as detecting a week of the series.
    #[must_use]
    pub fn norm(&self, series: &SeriesKey) -> Option<Norm> {
        let slot = self.find(series)?;
        let now = self.watermark().minute();
        let report = self.report_of(slot);
        let span = report.before(now);
        let window = report.baseline(&span);
        let minutes = report.watch.baseline.range(span.clone());
        let figures = Figures::new(minutes, window);

        let mut watch = report.watch.clone();
        let rules = Self::rules((&self.detector, &self.config, &self.logs), &watch, now);
        let known = watch.standing(now, &rules) != Standing::Unknown;
        let fitted = watch.view(now, &rules).filter(|_| known).map(|view| {
            let View { fitted, model, .. } = view;
            (fitted, self.detector.variance_to_mean(model))
        });
        let pattern =
            fitted.map(|(at, _)| watch.learn(at, &rules, |past| self.detector.pattern(past)));
        let open_since = watch.open.as_ref().map(|open| open.episode.start);
        let mut norm = Norm {
            series: series.clone(),
            span,
            window,
            busiest: figures.busiest,
            quantiles: QUANTILES.map(|thousandths| figures.quantile(thousandths)),
            empty: figures.empty,
            dispersion: figures.dispersion(),
            model_dispersion: fitted.map(|(_, dispersion)| dispersion),
            pattern,
            open_since,
            burst: None,
            long_burst: None,
            silence: None,
        };
        if open_since.is_none() {
            let trial = Trial { engine: self.alone(watch), series, now };
            norm.burst = trial.least_burst(ONE);
            norm.long_burst = trial.least_burst(LONG);
            norm.silence = trial.silence();
        }
        Some(norm)
    }

    /// Returns an engine with the same settings and watermark that knows one of the series alone.
    fn alone(&self, mut watch: Watch<Model>) -> Self {
        let mut engine = Self::with_detector(self.config.clone(), self.detector);
        engine.open.watermark = self.watermark();
        engine.logs = self.logs.alone(&watch.key.log());
        let slot = engine.slot(&watch.key);
        let alone = &mut engine.watches[slot as usize];
        watch.log = alone.log;
        watch.made_of = Vec::new();
        let due = watch.due.take();
        *alone = watch;
        engine.look_at(slot, due);
        engine
    }
}

/// The calls of the minutes of a window.
struct Figures {
    /// Those that are not zero, in order.
    calls: Vec<u32>,
    minutes: u32,
    empty: Minutes,
    busiest: Option<(Minute, u32)>,
    window: Average,
}

impl Figures {
    fn new(minutes: &[(Minute, u32)], window: Average) -> Self {
        let mut calls: Vec<u32> = minutes.iter().map(|&(_, count)| count).collect();
        calls.sort_unstable();
        let most = calls.last().copied();
        let busiest = minutes.iter().copied().find(|&(_, count)| Some(count) == most);
        let count = window.duration.count();
        let held = u32::try_from(calls.len()).unwrap_or(u32::MAX);
        Self {
            calls,
            minutes: count,
            empty: Minutes::new(count - held.min(count)),
            busiest,
            window,
        }
    }

    /// Returns the calls that so many thousandths of the minutes do not exceed: the least such
    /// number (nearest rank).
    fn quantile(&self, thousandths: u64) -> u32 {
        let rank = (u64::from(self.minutes) * thousandths).div_ceil(1_000);
        let place = rank.checked_sub(u64::from(self.empty.count()) + 1);
        let place = place.and_then(|place| usize::try_from(place).ok());
        place.and_then(|place| self.calls.get(place)).copied().unwrap_or_default()
    }

    fn dispersion(&self) -> Option<f64> {
        let mean = self.window.count as f64 / f64::from(self.minutes.max(1));
        let squares: f64 = self.calls.iter().map(|&calls| f64::from(calls).powi(2)).sum();
        let variance = squares / f64::from(self.minutes.max(1)) - mean * mean;
        (mean > 0.0).then(|| variance.max(0.0) / mean)
    }
}

/// An engine that knows one series, to try things on.
struct Trial<'a> {
    engine: Engine<RateDetector>,
    series: &'a SeriesKey,
    /// Its watermark.
    now: Minute,
}

impl Trial<'_> {
    /// Returns the least calls, spread evenly over minutes from now on, that start an insight.
    fn least_burst(&self, length: Minutes) -> Option<u32> {
        let mut above = 1;
        while !self.rises(above, length) {
            above *= 2;
            if above > LARGEST {
                return None;
            }
        }
        // All that is smaller and was tried starts none.
        let mut below = above / 2;
        while below + 1 < above {
            let middle = below.midpoint(above);
            if self.rises(middle, length) {
                above = middle;
            } else {
                below = middle;
            }
        }
        Some(above)
    }

    /// Returns whether so many calls, spread evenly, start an insight about a rise.
    fn rises(&self, calls: u32, length: Minutes) -> bool {
        let minutes = u64::from(length.count());
        let until = |i: u64| i * u64::from(calls) / minutes;
        let spread = (0..length.count()).filter_map(|i| {
            let count = until(u64::from(i) + 1) - until(u64::from(i));
            let count = u32::try_from(count).ok().filter(|&count| count > 0)?;
            Some((self.now + Minutes::new(i), count))
        });
        let end = self.now + length;
        let mut engine = self.engine.clone();
        let starts = run(&mut engine, &counts(self.series, spread, self.now..end), end);
        starts.iter().any(|start| start.explanation.finding.direction == Direction::Rise)
    }

    /// Returns the silence that starts an insight.
    fn silence(&self) -> Option<Silence> {
        let mut engine = self.engine.clone();
        let last = engine.watches.first()?.baseline.last()?;
        (0..LONGEST).find_map(|day| {
            let from = self.now + Minutes::days(day);
            let end = from + Minutes::days(1);
            let starts = run(&mut engine, &counts(self.series, [].into_iter(), from..end), end);
            let first = starts.first()?.explanation;
            Some(Silence {
                start: last + ONE,
                detected_at: first.detected_at,
                misses_run: first.finding.missed.is_some(),
            })
        })
    }
}

/// Lets an engine go on, and returns what starts.
fn run(engine: &mut Engine<RateDetector>, sealed: &SealedCounts, end: Minute) -> Vec<Insight> {
    let mut insights = engine.replay(sealed, Watermark::at(end));
    insights.extend(engine.finish());
    insights.retain(|insight| insight.state == InsightState::Start);
    insights
}

/// Returns counts of one series, whose log is alive throughout a span.
fn counts(
    series: &SeriesKey,
    calls: impl Iterator<Item = (Minute, u32)>,
    alive: Range<Minute>,
) -> SealedCounts {
    let keys = Keys {
        logs: Interner::of(&[series.log()]),
        series: Interner::of(slice::from_ref(series)),
        attributes: Interner::of(&[Attributes::default()]),
    };
    let cell = |(minute, count)| Cell { minute, series: 0, attributes: 0, count };
    let activity = (0..alive.end.since(alive.start).count()).map(|i| Activity {
        minute: alive.start + Minutes::new(i),
        log: 0,
        counted: 0,
        passed_over: 1,
    });
    let mut entries = Entries::default();
    entries.cells.extend(calls.map(cell));
    entries.activity.extend(activity);
    SealedCounts::new(keys.into(), entries, 0, 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_those_of_all_minutes_and_the_empty_ones_count() {
        let minutes: Vec<(Minute, u32)> =
            (0..40).map(|i| (Minute::from_epoch(i), if i == 7 { 90 } else { 1 + i % 3 })).collect();
        let window = Average {
            count: minutes.iter().map(|minute| u64::from(minute.1)).sum(),
            duration: Minutes::new(100),
        };
        let figures = Figures::new(&minutes, window);
        assert_eq!(figures.empty, Minutes::new(60));
        assert_eq!(figures.busiest, Some((Minute::from_epoch(7), 90)));
        // By hand: 60 zeros, 14 ones, 12 twos, 13 threes and 90.
        let quantiles = [500, 600, 601, 740, 741, 860, 861, 990, 999];
        let found = quantiles.map(|thousandths| figures.quantile(thousandths));
        assert_eq!(found, [0, 0, 1, 1, 2, 2, 3, 3, 90]);
        let mean: f64 = (14.0 + 24.0 + 39.0 + 90.0) / 100.0;
        let variance: f64 = (14.0 + 48.0 + 117.0 + 8_100.0) / 100.0 - mean * mean;
        assert!((figures.dispersion().unwrap() - variance / mean).abs() < 1e-9);
    }

    #[test]
    fn nothing_has_no_busiest_minute_and_no_dispersion() {
        let figures = Figures::new(&[], Average { count: 0, duration: Minutes::new(10) });
        assert_eq!((figures.busiest, figures.dispersion()), (None, None));
        assert_eq!((figures.quantile(999), figures.empty), (0, Minutes::new(10)));
    }
}
