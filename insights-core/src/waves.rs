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

#[cfg(test)]
mod tests {
    use super::*;

    const START: Minute = Minute::from_epoch(1_440 * 20_000);
    const DAY: u32 = 1_440;

    /// Rare series of one log.
    struct Log {
        waves: Waves,
        series: Vec<Baseline>,
    }

    impl Log {
        /// Returns a log of so many series that were called once, one an hour.
        fn of(series: u32) -> Self {
            let baselines = (0..series).map(|_| Baseline::NONE).collect();
            let mut log = Self { waves: Waves::default(), series: baselines };
            for i in 0..series {
                log.call(60 * i, i as usize);
            }
            log
        }

        fn call(&mut self, minute: u32, series: usize) {
            let minute = START + Minutes::new(minute);
            self.waves.call(minute, &self.series[series]);
            self.series[series].push(minute, 1);
        }

        /// Calls series one minute after the other.
        fn deploy(&mut self, minute: u32, series: Range<usize>) {
            for (later, series) in (0..).zip(series) {
                self.call(minute + later, series);
            }
        }

        fn in_wave(&self, minute: u32) -> bool {
            self.waves.is_one(START + Minutes::new(minute))
        }
    }

    #[test]
    fn series_that_wake_together_again_are_a_wave() {
        let mut log = Log::of(20);
        log.deploy(5 * DAY, 0..10);
        assert!(!log.in_wave(5 * DAY + 10), "the first time they are only many");
        let mut since = Vec::new();
        for later in 0..40 {
            if later < 10 {
                log.call(9 * DAY + later, later as usize);
            }
            since.extend(log.in_wave(9 * DAY + later).then_some(later));
        }
        assert_eq!(since, (4..20).collect::<Vec<_>>(), "five of them within a quarter of an hour");
    }

    #[test]
    fn strangers_are_no_wave_however_many() {
        let mut log = Log::of(40);
        log.deploy(5 * DAY, 0..10);
        log.deploy(9 * DAY, 20..40);
        assert!((0..40).all(|i| !log.in_wave(9 * DAY + i)));
    }

    #[test]
    fn who_was_called_a_day_ago_does_not_wake() {
        let mut log = Log::of(20);
        log.deploy(5 * DAY, 0..10);
        log.deploy(6 * DAY - 10, 0..10);
        assert!(!log.in_wave(6 * DAY));
        log.deploy(7 * DAY, 0..10);
        assert!(log.in_wave(7 * DAY + 10));
    }

    #[test]
    fn where_many_wake_all_day_it_takes_more_of_them() {
        let mut log = Log::of(2_000);
        for day in 90..98 {
            for i in 0..960 {
                // Each second day the same ones, two in three minutes.
                log.call(day * DAY + i * 3 / 2, 1_000 * (day as usize % 2) + i as usize);
            }
        }
        let late = START + Minutes::days(94);
        assert!(log.waves.past.iter().all(|wave| wave.end < late), "{:?}", log.waves.past);
    }

    #[test]
    fn waves_are_remembered_for_five_weeks() {
        for (days, known) in [(34, true), (36, false)] {
            let mut log = Log::of(20);
            log.deploy(5 * DAY, 0..10);
            log.deploy((5 + days) * DAY, 0..10);
            assert_eq!(log.in_wave((5 + days) * DAY + 9), known, "after {days} days");
        }
    }
}
