//! [`Checkpoint`]: the whole state of an engine as data.

use std::{error, fmt};

use serde::{Deserialize, Serialize};

use crate::{
    attribution::Attributes,
    baseline::Baseline,
    config::Config,
    counts::{OpenRows, PartialCounts},
    detector::Detector,
    engine::Engine,
    episode::Episode,
    log_life::LogLife,
    open::{OpenMinutes, Stats},
    series::{LogKey, SeriesKey},
    time::{Minute, Minutes, Watermark},
    watch::{MadeOf, Marks},
};

/// The state of an engine: whole numbers and text, in order, without anything derived.
///
/// An engine restored from it goes on as if it had never stopped. It serialises with serde; the
/// same state gives the same bytes. A checkpoint is input like any other: it is checked when it
/// is restored.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Checkpoint {
    version: u32,
    config: Config,
    watermark: Watermark,
    stats: Stats,
    logs: Vec<(LogKey, LogLife)>,
    attributes: Vec<Attributes>,
    series: Vec<SeriesState>,
    open: OpenRows,
}

/// The state of one series.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
struct SeriesState {
    key: SeriesKey,
    baseline: Baseline,
    made_of: Vec<MadeOf>,
    marks: Marks,
    episode: Option<Episode>,
}

impl Checkpoint {
    /// The version written. It is raised when a field changes its meaning.
    pub const VERSION: u32 = 1;

    pub(crate) fn of<D: Detector>(engine: &Engine<D>) -> Self {
        let watches = || engine.index.values().map(|&slot| &engine.watches[slot as usize]);
        let mut used: Vec<u32> =
            watches().flat_map(|watch| watch.made_of.iter().map(|&(_, id, _)| id)).collect();
        used.sort_unstable();
        used.dedup();
        used.sort_by_key(|&id| engine.attributes.get(id));
        let mut places = vec![0; engine.attributes.values().len()];
        for (place, &id) in (0_u32..).zip(&used) {
            places[id as usize] = place;
        }
        let state = |watch: &crate::watch::Watch<D::Model>| {
            let renumber = |&(minute, id, count): &MadeOf| (minute, places[id as usize], count);
            let mut made_of: Vec<MadeOf> = watch.made_of.iter().map(renumber).collect();
            made_of.sort_unstable();
            SeriesState {
                key: watch.key.clone(),
                baseline: watch.baseline.clone(),
                made_of,
                marks: watch.marks,
                episode: watch.open.map(|open| open.episode),
            }
        };
        let lives = engine.logs.iter();
        Self {
            version: Self::VERSION,
            config: engine.config.clone(),
            watermark: engine.open.watermark,
            stats: engine.open.stats,
            logs: lives.map(|(key, &log)| (key.clone(), engine.lives[log as usize])).collect(),
            attributes: used.iter().map(|&id| engine.attributes.get(id).clone()).collect(),
            series: watches().map(state).collect(),
            open: engine.open.counts.to_rows(),
        }
    }

    pub(crate) fn into_engine<D: Detector>(self, detector: D) -> Result<Engine<D>, RestoreError> {
        if self.version != Self::VERSION {
            return Err(RestoreError::Version { found: self.version });
        }
        self.check()?;
        let watermark = self.watermark.minute();
        let mut engine = Engine::with_detector(self.config.clone(), detector);
        engine.open = OpenMinutes {
            selection: self.config.selection().clone(),
            counts: PartialCounts::from_rows(self.open).ok_or(RestoreError::OpenMinutes)?,
            watermark: self.watermark,
            stats: self.stats,
        };
        for (key, life) in self.logs {
            let log = engine.log(&key);
            engine.lives[log as usize] = life;
        }
        let ids: Vec<u32> =
            self.attributes.iter().map(|key| engine.attributes.intern_owned(key)).collect();
        for SeriesState { key, baseline, made_of, marks, episode } in self.series {
            let slot = engine.slot(&key);
            let watch = &mut engine.watches[slot as usize];
            watch.baseline = baseline;
            watch.made_of =
                made_of.iter().map(|&(minute, id, n)| (minute, ids[id as usize], n)).collect();
            watch.marks = marks;
            if let Some(episode) = episode
                && !engine.resume(slot, episode)
            {
                return Err(RestoreError::Episode { series: Box::new(key) });
            }
            // An early look does no harm, so every series is looked at at once.
            engine.look_at(slot, Some(watermark));
        }
        Ok(engine)
    }

    /// Checks what types cannot: order, references, and that nothing lies beyond the watermark.
    fn check(&self) -> Result<(), RestoreError> {
        let watermark = self.watermark.minute();
        let sorted = self.logs.is_sorted_by(|a, b| a.0 < b.0)
            && self.attributes.is_sorted_by(|a, b| a < b)
            && self.series.is_sorted_by(|a, b| a.key < b.key);
        if !sorted {
            return Err(RestoreError::Order);
        }
        let longest = self.config.longest() + Minutes::days(1);
        for state in &self.series {
            let made_of = state.made_of.iter().all(|&(minute, id, _)| {
                minute < watermark && (id as usize) < self.attributes.len()
            });
            let log = self.logs.binary_search_by(|(key, _)| key.cmp(&state.key.log()));
            let episode = state.episode.is_none_or(|episode| {
                episode.start <= episode.detected_at
                    && episode.detected_at < watermark
                    && watermark.since(episode.start) <= longest
            });
            let whole = made_of
                && episode
                && log.is_ok()
                && state.made_of.is_sorted()
                && state.baseline.in_order()
                && state.baseline.last().is_none_or(|last| last < watermark);
            if !whole {
                return Err(RestoreError::Series { series: Box::new(state.key.clone()) });
            }
        }
        let earliest = self.open.earliest().unwrap_or(Minute::MAX);
        if earliest < watermark { Err(RestoreError::OpenMinutes) } else { Ok(()) }
    }
}

/// A checkpoint that cannot be restored.
#[non_exhaustive]
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum RestoreError {
    /// It has a version this library does not read.
    Version {
        /// The version found.
        found: u32,
    },
    /// Its logs, attributes or series are not in order or occur twice.
    Order,
    /// The state of a series contradicts itself or the rest.
    Series {
        /// The series.
        series: Box<SeriesKey>,
    },
    /// The detector does not find the episode that is open.
    Episode {
        /// The series of the episode.
        series: Box<SeriesKey>,
    },
    /// The open minutes refer to keys that are missing, or lie before the watermark.
    OpenMinutes,
}

impl error::Error for RestoreError {}

impl fmt::Display for RestoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Version { found } => {
                write!(f, "checkpoint version {found} is not {}", Checkpoint::VERSION)
            }
            Self::Order => f.write_str("checkpoint is not in order"),
            Self::Series { series } => write!(f, "checkpoint contradicts itself at {series}"),
            Self::Episode { series } => {
                write!(f, "the detector does not find the open episode of {series}")
            }
            Self::OpenMinutes => f.write_str("open minutes of the checkpoint are inconsistent"),
        }
    }
}
