//! [`Runs`]: the runs of jobs that are due, and what to think if one does not come.
//!
//! What came at a time of day on every comparable day of the last two weeks is expected again.
//! A run failed if far fewer calls came than ever did, and so few are improbable among its sizes.

use std::ops::Range;

use super::{
    hours::Hours,
    past::{Past, SLOTS, sums},
    sizes::Sizes,
    tails,
};
use crate::{
    clock_change,
    time::{Minute, Minutes},
};

/// The days looked back, and the least that must have had a run, of them and of those of the
/// same kind as the day to judge.
const DAYS: usize = 14;
const LEAST_RUNS: usize = 5;
const LEAST_OF_KIND: u32 = 2;
/// The least calls of a run.
const LEAST_CALLS: f64 = 5.0;
/// The longest run, in sums of five minutes: what lasts longer is no run.
const LONGEST: usize = 9;
/// The most of the least run's calls, and the most others expected as a share of a run's, for a
/// run to have failed.
const FAILED_SHARE: f64 = 0.3;
/// How long a run is waited for.
const WAIT: Minutes = Minutes::new(4);
/// Runs no farther apart belong together: if one after the other fails that is one failure.
const TOGETHER: Minutes = Minutes::new(95);
/// How much longer a run is waited for that stands alone: jobs are repeated when they fail. If it
/// came so often and was never late, less.
const ALONE_WAIT: Minutes = Minutes::new(36);
const PUNCTUAL_WAIT: Minutes = Minutes::new(5);
const PUNCTUAL_RUNS: usize = 9;
/// What jobs in local time move by when clocks change, also in sums of five minutes.
const HOUR: Minutes = Minutes::hours(1);
const HOUR_OF_SUMS: usize = 12;

/// The runs that are due on the day to judge, by the minute they are due.
#[derive(Clone, Debug, Default)]
pub(super) struct Runs(Vec<Run>);

/// A run that is due.
#[derive(Clone, Copy, Debug)]
pub(super) struct Run {
    /// The first minute it has ever begun with.
    pub(super) start: Minute,
    /// The minute after the last one it has ever ended with.
    pub(super) end: Minute,
    /// The minute by which it has come.
    due: Minute,
    /// When the next one is due, if that belongs together.
    pub(super) next: Option<Minute>,
    pub(super) sizes: Sizes,
    /// The size of the smallest.
    least: f64,
    /// Whether it has come often and was never late.
    punctual: bool,
    /// Whether clocks changed since it came last: it may come an hour earlier or later.
    clocks_changed: bool,
}

impl Run {
    /// Returns the first minute of the span in which it may come; it ends when the run is due.
    pub(super) fn span_start(&self) -> Minute {
        let margin = if self.clocks_changed { HOUR } else { Minutes::default() };
        self.start - margin - Minutes::new(5)
    }

    /// Returns how probable so few calls are, or nothing if they are not few; `others` are
    /// expected besides.
    pub(super) fn failed(&self, calls: f64, others: f64) -> Option<f64> {
        let size = (calls - others).max(0.0);
        let few = size <= FAILED_SHARE * self.least && others <= FAILED_SHARE * self.sizes.mean;
        // A run that came short may be chance, however alike the others were; none at all is not.
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "positive")]
        let calls = size.round() as u64;
        let known = self.sizes.n * self.sizes.mean;
        let chance = || match calls {
            0 => 0.0,
            _ => tails::counts_lower(self.sizes.mean, 1.0 / known, calls),
        };
        few.then(|| self.sizes.lower(size + 0.5).max(chance()))
    }
}

impl Runs {
    pub(super) fn new(past: &Past, hours: &Hours) -> Self {
        let today = past.days();
        let jobs = Jobs { past, hours, today, day: past.midnight(today) };
        let mut runs = jobs.runs();
        runs.sort_by_key(|run| run.due);
        for i in 1..runs.len() {
            let next = runs[i].due;
            let together = next.since(runs[i - 1].due) <= TOGETHER;
            runs[i - 1].next = Some(next).filter(|_| together);
        }
        let follows = |i: usize| i > 0 && runs[i - 1].next.is_some();
        let alone: Vec<bool> =
            (0..runs.len()).map(|i| runs[i].next.is_none() && !follows(i)).collect();
        for (run, alone) in runs.iter_mut().zip(alone) {
            // What runs every hour does so whatever the clocks say.
            run.clocks_changed &= alone;
            if alone {
                run.due = run.due + if run.punctual { PUNCTUAL_WAIT } else { ALONE_WAIT };
            }
            if run.clocks_changed {
                run.due = run.due + HOUR;
            }
        }
        runs.sort_by_key(|run| run.due);
        Self(runs)
    }

    /// Returns the run that is due now.
    pub(super) fn due(&self, now: Minute) -> Option<&Run> {
        self.0.binary_search_by_key(&now, |run| run.due).ok().map(|i| &self.0[i])
    }

    /// Returns when the next run after `now` is due.
    pub(super) fn next_due(&self, now: Minute) -> Option<Minute> {
        let next = self.0.partition_point(|run| run.due <= now);
        self.0.get(next).map(|run| run.due)
    }

    /// Returns how many runs a day are due.
    pub(super) fn count(&self) -> usize {
        self.0.len()
    }
}

/// Finds the runs of one series.
struct Jobs<'a> {
    past: &'a Past,
    hours: &'a Hours,
    today: usize,
    day: Minute,
}

impl Jobs<'_> {
    fn runs(&self) -> Vec<Run> {
        let first = (self.past.birth / SLOTS).max(self.today.saturating_sub(DAYS));
        let mut at = [false; SLOTS];
        for i in first * SLOTS..self.past.len() {
            at[i % SLOTS] |= self.past.scheduled[i];
        }
        let mut runs = Vec::new();
        let Some(gap) = at.iter().position(|&at| !at) else { return runs };
        if !at.contains(&true) {
            return runs;
        }
        // Times of day next to each other are one run; it may pass midnight, so they are taken
        // from a gap on all the way round.
        let mut slot = gap;
        while slot < gap + SLOTS {
            let length = (slot..gap + SLOTS).take_while(|slot| at[slot % SLOTS]).count();
            if (1..=LONGEST).contains(&length) {
                // One that ends after midnight began the day before.
                let wraps = slot + length > SLOTS;
                runs.extend(self.run(first, if wraps { slot } else { slot + SLOTS }, length));
            }
            slot += length.max(1);
        }
        runs
    }

    /// Returns the run of so many sums if it came on all comparable days since `first`; `from` is
    /// counted from the midnight before the day.
    fn run(&self, first: usize, from: usize, length: usize) -> Option<Run> {
        let mut sizes = Vec::new();
        let (mut of_kind, mut failed, mut last) = (0, 0, None);
        for day in first..self.today {
            let Some(span) = self.span(day, from, length) else { continue };
            if self.past.hole[span.clone()].contains(&true) {
                continue;
            }
            let size = self.size(span.clone());
            let midnight = self.past.midnight(day);
            let same_kind = midnight.on_weekend() == self.day.on_weekend();
            if size >= LEAST_CALLS {
                (of_kind, failed, last) = (of_kind + u32::from(same_kind), 0, Some(midnight));
                sizes.push(size);
            } else if same_kind {
                // One failure that was reported is just that. Two in a row, or a run an hour off,
                // and the job is over or has moved; one that was not reported, and it never was
                // regular.
                failed += 1;
                let reported = self.past.reported[span.clone()].contains(&true);
                if failed > 1 || !reported || self.moved(&span) {
                    return None;
                }
            }
        }
        if of_kind < LEAST_OF_KIND || sizes.len() < LEAST_RUNS {
            return None;
        }
        let late = (self.past.birth / SLOTS..self.today).any(|day| self.late(day, from, length));
        let start = self.day - Minutes::days(1) + sums(from);
        let end = start + sums(length);
        Some(Run {
            start,
            end,
            due: end + WAIT,
            next: None,
            least: sizes.iter().copied().fold(f64::INFINITY, f64::min),
            punctual: !late && sizes.len() >= PUNCTUAL_RUNS,
            sizes: Sizes::of_runs(&sizes),
            clocks_changed: clock_change::changed_between(last?, self.day),
        })
    }

    /// Returns the sums of a run on a day, and one to either side.
    fn span(&self, day: usize, from: usize, length: usize) -> Option<Range<usize>> {
        let begin = (day * SLOTS + from).checked_sub(SLOTS + 1)?;
        let span = begin..begin + length + 2;
        (span.end <= self.past.len()).then_some(span)
    }

    /// Returns the calls in a span above those expected without the job.
    fn size(&self, span: Range<usize>) -> f64 {
        let calls: f32 = self.past.calls[span.clone()].iter().sum();
        let others: f64 = span.map(|i| 5.0 * self.hours.expected[i / 12]).sum();
        f64::from(calls) - others
    }

    /// Returns whether a run came not in its time of a day but within the hour after.
    fn late(&self, day: usize, from: usize, length: usize) -> bool {
        let Some(span) = self.span(day, from, length) else { return false };
        let after = span.end..span.end + HOUR_OF_SUMS;
        after.end <= self.past.len()
            && self.size(span) < LEAST_CALLS
            && self.size(after) >= LEAST_CALLS
    }

    /// Returns whether a run came an hour earlier or later.
    fn moved(&self, span: &Range<usize>) -> bool {
        let starts = [span.start.saturating_sub(HOUR_OF_SUMS), span.start + HOUR_OF_SUMS];
        starts.into_iter().any(|start| {
            let end = (start + span.len() + 1).min(self.past.len());
            let start = start.saturating_sub(1).min(end);
            self.size(start..end) >= LEAST_CALLS
        })
    }
}
