//! [`Logs`]: the logs of all accounts and Regions, by number.

use std::collections::BTreeMap;

use crate::{
    baseline::Baseline,
    log::Log,
    log_life::{Hole, LogLife},
    series::LogKey,
    time::{Minute, Minutes},
    waves::Waves,
};

/// All logs: each part of one Region, and the wholes they are parts of.
#[derive(Clone, Debug, Default)]
pub(crate) struct Logs {
    numbers: BTreeMap<LogKey, u32>,
    lives: Vec<LogLife>,
    /// Those of wholes; no part has its own.
    waves: Vec<Waves>,
    /// By the number of a log that of its whole, be it itself.
    wholes: Vec<u32>,
}

impl Logs {
    /// Returns the number of a log, a new one for a new log.
    pub(crate) fn number(&mut self, key: &LogKey) -> u32 {
        if let Some(&log) = self.numbers.get(key) {
            return log;
        }
        let whole = key.whole();
        let whole = (whole != *key).then(|| self.number(&whole));
        let log = u32::try_from(self.lives.len()).expect("fewer than 2^32 keys fit in memory");
        self.numbers.insert(key.clone(), log);
        self.lives.push(LogLife::default());
        self.waves.push(Waves::default());
        self.wholes.push(whole.unwrap_or(log));
        log
    }

    /// Puts the life and the waves of a log in place.
    pub(crate) fn restore(&mut self, key: &LogKey, life: LogLife, waves: Waves) {
        let log = self.number(key) as usize;
        self.lives[log] = life;
        self.waves[log] = waves;
    }

    /// Returns a log and its whole without the others.
    pub(crate) fn alone(&self, key: &LogKey) -> Self {
        let mut logs = Self::default();
        for key in [key.whole(), key.clone()] {
            if let Some(&log) = self.numbers.get(&key) {
                let log = log as usize;
                logs.restore(&key, self.lives[log].clone(), self.waves[log].clone());
            }
        }
        logs
    }

    /// Takes note of a sign of life of a log and of its whole.
    pub(crate) fn show(&mut self, log: u32, minute: Minute) {
        self.each(log, |life| life.show(minute));
    }

    /// Takes note of a call in the last minute shown of a log.
    pub(crate) fn call(&mut self, log: u32, source: &str, name: &str) {
        self.each(log, |life| life.call(source, name));
    }

    /// Takes note that a series of a log is called, of whose baseline the minute is not part yet.
    pub(crate) fn wake(&mut self, log: u32, minute: Minute, baseline: &Baseline) {
        let whole = self.wholes[log as usize];
        self.waves[whole as usize].call(minute, baseline);
    }

    /// Returns whether a log is in a wave.
    pub(crate) fn in_wave(&self, log: u32, now: Minute) -> bool {
        let whole = self.wholes[log as usize];
        self.waves[whole as usize].is_one(now)
    }

    fn each(&mut self, log: u32, note: impl Fn(&mut LogLife)) {
        note(&mut self.lives[log as usize]);
        let whole = self.wholes[log as usize];
        if whole != log {
            note(&mut self.lives[whole as usize]);
        }
    }

    /// Returns what is known of a log.
    pub(crate) fn log(&self, log: u32) -> Log<'_> {
        let whole = self.wholes[log as usize];
        Log { whole: &self.lives[whole as usize], part: &self.lives[log as usize] }
    }

    /// Returns the lives and the waves of all logs, by their keys.
    pub(crate) fn states(&self) -> impl Iterator<Item = (&LogKey, &LogLife, &Waves)> {
        let state =
            |(key, &log): (_, &u32)| (key, &self.lives[log as usize], &self.waves[log as usize]);
        self.numbers.iter().map(state)
    }

    /// Returns the holes of all logs as known at `now`: those of a part only if it was missing
    /// long enough while its whole was not.
    pub(crate) fn holes(&self, now: Minute) -> impl Iterator<Item = (&LogKey, Hole)> {
        let all = move |log: u32| {
            let life = &self.lives[log as usize];
            life.holes().iter().copied().chain(life.hole_at(now))
        };
        let own = move |log: u32| {
            let whole = self.wholes[log as usize];
            let of_whole = move |hole: &Hole| {
                let common = |of: Hole| hole.end.min(of.end).since(hole.start.max(of.start));
                all(whole).map(common).fold(Minutes::default(), |sum, minutes| sum + minutes)
            };
            let alone = move |hole: &Hole| hole.end.since(hole.known + of_whole(hole));
            all(log).filter(move |hole| log == whole || alone(hole) > Minutes::default())
        };
        self.numbers.iter().flat_map(move |(key, &log)| own(log).map(move |hole| (key, hole)))
    }
}
