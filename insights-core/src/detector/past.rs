//! [`Past`]: five weeks of one series in sums of five minutes, laid out for arithmetic.

use std::{iter, ops::Range};

use super::spikes;
use crate::{
    history::History,
    time::{Minute, Minutes},
};

/// How many days lie before the day to judge: at least one month's end is among them.
const DAYS: u32 = 35;
/// The days laid out before the first calls: no window reaches farther back.
const BEFORE: u32 = 2;
/// The sums of a day.
pub(super) const SLOTS: usize = 288;

/// Returns the time that so many sums cover.
pub(super) fn sums(count: usize) -> Minutes {
    Minutes::new(u32::try_from(5 * count).unwrap_or(u32::MAX))
}

/// The sums over five minutes from a midnight on.
pub(super) struct Past {
    /// The midnight of the first sum.
    pub(super) start: Minute,
    /// The first sum with calls.
    pub(super) birth: usize,
    /// All calls, at the present level.
    pub(super) calls: Vec<f32>,
    /// The sum of `calls` before each, and of all.
    before: Vec<f64>,
    /// Whether all five minutes are known and ordinary: in no hole, not reported, of no job.
    pub(super) known: Vec<bool>,
    /// Whether one of the minutes was reported.
    pub(super) reported: Vec<bool>,
    /// Whether the sum belongs to a run of a job: see [`spikes::scheduled`].
    pub(super) scheduled: Vec<bool>,
    /// Whether one of the minutes lies in a hole of the log, or before it.
    pub(super) hole: Vec<bool>,
}

impl Past {
    pub(super) fn new(history: &History<'_>) -> Self {
        let begin = history.until.midnight() - Minutes::days(DAYS);
        let log = (history.from + Minutes::new(4)).five();
        let fives = history.baseline.fives(begin.max(log)..history.until.five()).iter();
        #[expect(clippy::cast_possible_truncation, reason = "sums are kept as f32")]
        let fives =
            fives.map(|&(five, count)| (five, (f64::from(count) * history.level(five)) as f32));
        let first = fives.clone().find(|&(_, calls)| calls > 0.0).map(|(five, _)| five);
        let mut past = Self {
            // A young series needs no room for five weeks.
            start: begin.max(first.unwrap_or(log).midnight() - Minutes::days(BEFORE)),
            birth: 0,
            calls: Vec::new(),
            before: Vec::new(),
            known: Vec::new(),
            reported: Vec::new(),
            scheduled: Vec::new(),
            hole: Vec::new(),
        };
        let length = past.index(history.until);
        past.calls = vec![0.0; length];
        past.reported = vec![false; length];
        past.hole = vec![false; length];
        for (five, calls) in fives {
            let i = past.index(five);
            past.calls[i] = calls;
        }
        for span in history.holes {
            let span = past.touched(span);
            past.hole[span].fill(true);
        }
        for span in history.reported {
            let span = past.touched(span);
            past.reported[span].fill(true);
        }
        let before_log = past.touched(&(past.start..history.from));
        past.hole[before_log].fill(true);
        // A series that was never called is as old as its log.
        let of_log = || past.hole.iter().position(|&hole| !hole).unwrap_or(length);
        past.birth = first.map_or_else(of_log, |first| past.index(first));
        past.before = Vec::with_capacity(length + 1);
        past.before.push(0.0);
        let mut sum = 0.0;
        past.before.extend(past.calls.iter().map(|&calls| {
            sum += f64::from(calls);
            sum
        }));
        past.scheduled = spikes::scheduled(&past);
        let flags = past.hole.iter().zip(&past.reported).zip(&past.scheduled);
        past.known = flags.map(|((hole, reported), job)| !(hole | reported | job)).collect();
        past
    }

    /// Returns the sums that a span has a minute of.
    fn touched(&self, span: &Range<Minute>) -> Range<usize> {
        let end = self.index(span.end + Minutes::new(4)).min(self.len());
        self.index(span.start).min(end)..end
    }

    /// Returns the number of whole days.
    pub(super) fn days(&self) -> usize {
        self.len() / SLOTS
    }

    /// Returns the sum that a minute belongs to; 0 for what is earlier.
    pub(super) fn index(&self, minute: Minute) -> usize {
        (minute.since(self.start).count() / 5) as usize
    }

    /// Returns the number of sums.
    pub(super) fn len(&self) -> usize {
        self.calls.len()
    }

    /// Returns the first minute of a sum.
    pub(super) fn minute(&self, index: usize) -> Minute {
        self.start + sums(index)
    }

    /// Returns the first minute of a day.
    pub(super) fn midnight(&self, day: usize) -> Minute {
        self.minute(day * SLOTS)
    }

    /// Returns the calls of the sums from one to before another.
    pub(super) fn between(&self, from: usize, to: usize) -> f64 {
        self.before[to] - self.before[from]
    }

    /// Returns the calls before each sum, and all.
    pub(super) fn before(&self) -> &[f64] {
        &self.before
    }

    /// Returns minutes in order by the hour from [`start`](Self::start) on that they are in.
    pub(super) fn by_hour<'a>(
        &self,
        mut minutes: &'a [(Minute, u32)],
    ) -> impl Iterator<Item = (usize, &'a [(Minute, u32)])> {
        let start = self.start;
        iter::from_fn(move || {
            let hour = minutes.first()?.0.hour();
            let next = hour + Minutes::hours(1);
            // Busy hours hold all their minutes, and others few.
            let is_later = |sum: &(Minute, u32)| sum.0 >= next;
            let length = match minutes.get(59) {
                Some(last) if !is_later(last) => 60,
                _ => minutes.iter().position(is_later).unwrap_or(minutes.len()),
            };
            let (of_hour, rest) = minutes.split_at(length);
            minutes = rest;
            Some(((hour.since(start).count() / 60) as usize, of_hour))
        })
    }

    /// Returns the calls of a sum and of those so near.
    pub(super) fn around(&self, i: usize, near: usize) -> f32 {
        self.calls[i.saturating_sub(near)..(i + near + 1).min(self.len())].iter().sum()
    }
}
