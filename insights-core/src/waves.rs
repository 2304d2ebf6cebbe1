//! [`Waves`]: many rare APIs called at once, as a deployment does.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::{
    baseline::Baseline,
    time::{Minute, Minutes},
};

/// Follows when the series of one log wake: when they are called after a day of silence.
///
/// Many that wake together are a wave, and one cause. Series that were in a wave before and
/// wake together again are the same work going on, and a rare series that is called among them
/// is part of it. Series that never woke together are no company: nobody does such work here.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Waves {
    /// The last minutes in which series woke, in order.
    recent: Vec<Wakes>,
    /// How many woke, by the midnights of the last days, in order.
    days: Vec<(Minute, u32)>,
    /// The waves, in order and apart.
    past: Vec<Range<Minute>>,
}

/// The series that woke in one minute.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
struct Wakes {
    minute: Minute,
    all: u32,
    /// Those that were called in a wave before.
    known: u32,
}

impl Waves {
    /// The silence before a series wakes.
    const SILENCE: Minutes = Minutes::days(1);
    /// Series that wake within that time wake together.
    const TOGETHER: Minutes = Minutes::new(15);
    /// The least series that make a wave, also as a multiple of those that wake on average.
    const LEAST: u32 = 5;
    const TIMES_AVERAGE: u32 = 3;
    /// The days that tell the average, and those that waves are remembered.
    const AVERAGE: Minutes = Minutes::days(7);
    const MEMORY: Minutes = Minutes::days(35);

    /// Takes note that a series is called in a minute that is not before the last one; of its
    /// baseline the minute is not part yet.
    pub(crate) fn call(&mut self, minute: Minute, baseline: &Baseline) {
        let woke = baseline.last_five().is_some_and(|last| minute.since(last) > Self::SILENCE);
        if !woke {
            return;
        }
        self.forget_before(minute);
        let over = |wave: &&Range<Minute>| minute.since(wave.end) >= Self::TOGETHER;
        let waves = self.past.iter().filter(over);
        let known = waves.clone().any(|w| !baseline.fives(w.start.five()..w.end).is_empty());
        if self.recent.last().is_none_or(|last| last.minute != minute) {
            self.recent.push(Wakes { minute, all: 0, known: 0 });
        }
        let midnight = minute.midnight();
        if self.days.last().is_none_or(|day| day.0 != midnight) {
            self.days.push((midnight, 0));
        }
        if let (Some(wakes), Some(day)) = (self.recent.last_mut(), self.days.last_mut()) {
            wakes.all += 1;
            wakes.known += u32::from(known);
            day.1 += 1;
        }
        let all: u32 = self.recent.iter().map(|wakes| wakes.all).sum();
        if all >= self.least()
            && let Some(first) = self.recent.first()
        {
            let wave = first.minute..minute + Minutes::new(1);
            match self.past.last_mut() {
                Some(last) if wave.start <= last.end => last.end = wave.end,
                _ => self.past.push(wave),
            }
        }
    }

    /// Returns whether so many series that were in a wave before woke by `now` that this is one.
    pub(crate) fn is_one(&self, now: Minute) -> bool {
        let recent = self.recent.iter().filter(|wakes| now.since(wakes.minute) < Self::TOGETHER);
        recent.map(|wakes| wakes.known).sum::<u32>() >= self.least()
    }

    /// Returns how many series at least make a wave.
    fn least(&self) -> u32 {
        let woke: u64 = self.days.iter().map(|day| u64::from(day.1)).sum();
        let average = woke * u64::from(Self::TOGETHER.count()) / u64::from(Self::AVERAGE.count());
        let times = u64::from(Self::TIMES_AVERAGE) * average;
        u32::try_from(times).unwrap_or(u32::MAX).max(Self::LEAST)
    }

    fn forget_before(&mut self, minute: Minute) {
        self.recent.retain(|wakes| minute.since(wakes.minute) < Self::TOGETHER);
        self.days.retain(|day| minute.since(day.0) < Self::AVERAGE);
        self.past.retain(|wave| minute.since(wave.end) < Self::MEMORY);
    }
}
