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
    test::Refusal,
};
use crate::{
    baseline::Recent,
    clock_change::{self, Moved},
    time::{Minute, Minutes},
};

/// The days looked back, and the least that must have had a run, of them and of those of the
/// same kind as the day to judge.
const DAYS: usize = 14;
const LEAST_RUNS: usize = 5;
const LEAST_OF_KIND: usize = 2;
/// What came on that share of the days of the other kind comes on all days.
const EVERY_DAY: f64 = 0.6;
/// The least calls of a run.
const LEAST_CALLS: f64 = 5.0;
/// The longest run, in sums of five minutes: what lasts longer is no run.
const LONGEST: usize = 22;
/// The most of the least run's calls, and the most others expected as a share of a run's, for a
/// run to have failed.
const FAILED_SHARE: f64 = 0.3;
/// How long a run is waited for.
const WAIT: Minutes = Minutes::new(4);
/// Runs no farther apart belong together: if one after the other fails that is one failure.
const TOGETHER: Minutes = Minutes::new(95);
/// By how much what is known of the runs of the next day may change at midnight.
const SLACK: Minutes = Minutes::new(10);
/// How much longer a run is waited for that stands alone: jobs are repeated when they fail. If it
/// came so often and was never late, less.
const ALONE_WAIT: Minutes = Minutes::new(36);
const PUNCTUAL_WAIT: Minutes = Minutes::new(5);
const PUNCTUAL_RUNS: usize = 9;
/// A run that stands alone may come so much earlier than ever, or later: then it did not fail, or
/// explains calls that come instead, once in so many times.
const EARLY: Minutes = Minutes::hours(1);
const LATE: Minutes = Minutes::hours(2);
const CAUGHT_UP: f64 = 0.1;
/// What jobs in local time move by when clocks change, also in sums of five minutes.
const HOUR: Minutes = Minutes::hours(1);
const HOUR_OF_SUMS: usize = 12;

/// The runs that are due on the day to judge, by the minute they are due.
#[derive(Clone, Debug, Default)]
pub(super) struct Runs {
    all: Vec<Run>,
    /// How many are due.
    a_day: usize,
    /// The next midnight, if there are jobs at all: other runs may be due on other days.
    midnight: Option<Minute>,
}

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
    /// Whether no other belongs together with it.
    alone: bool,
    /// Whether it has come often and was never late.
    punctual: bool,
    /// Whether clocks changed since it came last: it may come an hour earlier or later.
    moved: Option<Moved>,
}

impl Run {
    /// Returns the first minute of the span in which it may come; it ends when the run is due.
    pub(super) fn span_start(&self) -> Minute {
        let margin = if self.moved == Some(Moved::Earlier) { HOUR } else { Minutes::default() };
        self.start - margin - Minutes::new(5)
    }

    /// Returns the span in which it comes if it is earlier than ever.
    pub(super) fn early(&self) -> Range<Minute> {
        let margin = if self.alone { EARLY } else { Minutes::default() };
        self.span_start() - margin..self.span_start()
    }

    /// Stops where so many calls do not mean that the run is missing; `others` are expected
    /// besides.
    pub(super) fn check(&self, calls: f64, others: f64) -> Result<(), Refusal> {
        if !self.is_missing((calls - others).max(0.0)) {
            return Err(Refusal::RunCame);
        }
        if others > FAILED_SHARE * self.sizes.mean {
            return Err(Refusal::RunIndistinct);
        }
        Ok(())
    }

    /// Returns how probable so few calls are; `others` are expected besides.
    pub(super) fn so_few(&self, calls: f64, others: f64) -> f64 {
        let size = (calls - others).max(0.0);
        // A run that came short may be chance, however alike the others were; none at all is not.
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "positive")]
        let calls = size.round() as u64;
        let known = self.sizes.n * self.sizes.mean;
        let chance = match calls {
            0 => 0.0,
            _ => tails::counts_lower(self.sizes.mean, 1.0 / known, calls),
        };
        self.sizes.lower(size + 0.5).max(chance)
    }

    /// Returns by how much sizes vary beyond Poisson: the fewer are known the more.
    pub(super) fn dispersion(&self) -> f64 {
        1.0 / self.sizes.n
    }

    /// Returns the most calls with which the run is missing; `others` are expected besides.
    pub(super) fn most(&self, others: f64) -> f64 {
        others + FAILED_SHARE * self.least
    }

    /// Returns whether calls above those expected besides are too few to be a run.
    pub(super) fn is_missing(&self, size: f64) -> bool {
        size <= FAILED_SHARE * self.least
    }
}

impl Runs {
    pub(super) fn new(past: &Past, hours: &Hours) -> Self {
        let jobs = Jobs { past, hours };
        if !jobs.any() {
            return Self::default();
        }
        let today = past.days();
        let midnight = past.midnight(today);
        let tomorrow = midnight + Minutes::days(1);
        // The last runs of a day may be due on the next one, and belong to those that follow.
        let days = today.saturating_sub(1)..today + 2;
        let mut runs: Vec<Run> = days.flat_map(|day| jobs.runs(day)).collect();
        wait(&mut runs);
        runs.retain(|run| run.end + LATE > midnight && run.end <= tomorrow);
        let is_due = |run: &&Run| (midnight..tomorrow).contains(&run.due);
        Self { a_day: runs.iter().filter(is_due).count(), all: runs, midnight: Some(tomorrow) }
    }

    /// Returns the run that is due now.
    pub(super) fn due(&self, now: Minute) -> Option<&Run> {
        self.all.binary_search_by_key(&now, |run| run.due).ok().map(|i| &self.all[i])
    }

    /// Returns when the next run after `now` may be due.
    pub(super) fn next_due(&self, now: Minute) -> Option<Minute> {
        let next = self.all.partition_point(|run| run.due <= now);
        self.all.get(next).map(|run| run.due).or(self.midnight)
    }

    /// Returns how many runs a day are due.
    pub(super) const fn count(&self) -> usize {
        self.a_day
    }

    /// Returns how many windows a day are expected with as many calls above the expected ones, as
    /// a run that did not come when it used to and comes now.
    pub(super) fn as_late(&self, recent: Recent<'_>, excess: f64) -> f64 {
        let now = recent.now();
        let late = self.all.iter().filter(|run| {
            run.alone
                && (run.end..run.end + LATE).contains(&now)
                && run.is_missing(recent.earlier_calls(run.span_start()..run.end) as f64)
        });
        late.map(|run| CAUGHT_UP * run.sizes.upper(excess)).fold(0.0, f64::max)
    }
}

/// Finds out which runs belong together, and how long each is waited for.
fn wait(runs: &mut [Run]) {
    runs.sort_by_key(|run| run.due);
    for i in 1..runs.len() {
        let next = runs[i].due;
        if next.since(runs[i - 1].due) <= TOGETHER {
            // The day in between may tell that those of the next day end later.
            let slack = if next.midnight() > runs[i - 1].due { SLACK } else { Minutes::default() };
            runs[i - 1].next = Some(next + slack);
            (runs[i - 1].alone, runs[i].alone) = (false, false);
        }
    }
    for run in &mut *runs {
        if !run.alone {
            // What runs every hour does so whatever the clocks say.
            run.moved = None;
            continue;
        }
        run.due = run.due + if run.punctual { PUNCTUAL_WAIT } else { ALONE_WAIT };
        if run.moved == Some(Moved::Later) {
            run.due = run.due + HOUR;
        }
    }
    runs.sort_by_key(|run| run.due);
}

/// Finds the runs of one series.
struct Jobs<'a> {
    past: &'a Past,
    hours: &'a Hours,
}

impl Jobs<'_> {
    /// Returns the days that may tell what is due on a day.
    fn days(&self, day: usize) -> Range<usize> {
        let last = self.past.days().min(day);
        (self.past.birth / SLOTS).max(day.saturating_sub(DAYS)).min(last)..last
    }

    /// Returns whether anything has run at all.
    fn any(&self) -> bool {
        let first = self.days(self.past.days()).start * SLOTS;
        self.past.scheduled[first.min(self.past.len())..].contains(&true)
    }

    /// Returns the runs of a day.
    fn runs(&self, day: usize) -> Vec<Run> {
        let days = self.days(day);
        let mut at = [false; SLOTS];
        for i in days.start * SLOTS..days.end * SLOTS {
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
                let from = if wraps { slot } else { slot + SLOTS };
                // What runs every hour anyway has not moved by one.
                let an_hour_off = [from + SLOTS - HOUR_OF_SUMS, from + HOUR_OF_SUMS];
                let may_move = !an_hour_off.iter().any(|slot| at[slot % SLOTS]);
                runs.extend(self.run(day, from, length, may_move));
            }
            slot += length.max(1);
        }
        runs
    }

    /// Returns the run of a day that takes so many sums, if it came on all comparable days;
    /// `from` is counted from the midnight before the day.
    fn run(&self, day: usize, from: usize, length: usize, may_move: bool) -> Option<Run> {
        let span = |day| self.span(day, from, length).filter(|span| self.is_known(span));
        let seen: Vec<(usize, Range<usize>, f64)> = self
            .days(day)
            .filter_map(|day| span(day).map(|span| (day, span.clone(), self.size(span))))
            .collect();
        let of_kind = |at: usize| self.on_weekend(at) == self.on_weekend(day);
        let came = |of_this: bool| {
            let of_kind = seen.iter().filter(|seen| of_kind(seen.0) == of_this);
            of_kind.clone().filter(|seen| seen.2 >= LEAST_CALLS).count() as f64
                / (of_kind.count() as f64).max(1.0)
        };
        let every_day = came(false) >= EVERY_DAY;
        let (mut sizes, mut comparable, mut last) = (Vec::new(), 0, None);
        let (mut failed, mut moved) = (0, false);
        for &(at, ref span, size) in &seen {
            if size >= LEAST_CALLS {
                (failed, moved, last) = (0, false, Some(span.start));
                comparable += usize::from(of_kind(at));
                sizes.push(size);
            } else if every_day || of_kind(at) {
                // One failure that was reported is just that. Two in a row, or a run an hour off,
                // and the job is over or has moved; one that was not reported, and it never was
                // regular.
                failed += 1;
                let reported = self.past.reported[span.clone()].contains(&true);
                if failed > 1 || !reported {
                    return None;
                }
                moved = may_move && self.moved(span);
            }
        }
        if moved || comparable < LEAST_OF_KIND || sizes.len() < LEAST_RUNS {
            return None;
        }
        let ever = self.past.birth / SLOTS..self.days(day).end;
        let late = ever.filter_map(|day| self.span(day, from, length)).any(|span| self.late(span));
        let start = self.past.midnight(day) - Minutes::days(1) + sums(from);
        let end = start + sums(length);
        Some(Run {
            start,
            end,
            due: end + WAIT,
            next: None,
            least: sizes.iter().copied().fold(f64::INFINITY, f64::min),
            alone: true,
            punctual: !late && sizes.len() >= PUNCTUAL_RUNS,
            sizes: Sizes::of_runs(&sizes),
            moved: clock_change::moved_between(self.past.minute(last?), end),
        })
    }

    fn on_weekend(&self, day: usize) -> bool {
        self.past.midnight(day).on_weekend()
    }

    /// Returns the sums of a run on a day, and one to either side.
    fn span(&self, day: usize, from: usize, length: usize) -> Option<Range<usize>> {
        let begin = (day * SLOTS + from).checked_sub(SLOTS + 1)?;
        let span = begin..begin + length + 2;
        (span.end <= self.past.len()).then_some(span)
    }

    fn is_known(&self, span: &Range<usize>) -> bool {
        !self.past.hole[span.clone()].contains(&true)
    }

    /// Returns the calls in a span above those expected without the job.
    fn size(&self, span: Range<usize>) -> f64 {
        self.past.between(span.start, span.end) - self.hours.expected_between(span.start, span.end)
    }

    /// Returns whether a run came not in its time of a day but within the hour after.
    fn late(&self, span: Range<usize>) -> bool {
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
