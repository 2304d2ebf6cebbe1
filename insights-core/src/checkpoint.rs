//! [`Checkpoint`]: the whole state of an engine as data.

use std::{error, fmt};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    attribution::Attributes,
    baseline::Baseline,
    config::Config,
    counts::OpenRows,
    episode::Episode,
    incident::Incidents,
    log_life::LogLife,
    marks::Marks,
    open::Stats,
    series::{LogKey, SeriesKey},
    time::{Minute, Minutes, Watermark},
    watch::MadeOf,
    waves::Waves,
};

/// The state of an engine: whole numbers and text, in order, without anything derived.
///
/// An engine restored from it goes on as if it had never stopped. It serialises with serde; the
/// same state gives the same bytes. A checkpoint is input like any other: it is checked when it
/// is restored.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Checkpoint {
    pub(crate) version: u32,
    pub(crate) config: Config,
    pub(crate) watermark: Watermark,
    pub(crate) stats: Stats,
    pub(crate) logs: Vec<(LogKey, LogLife, Waves)>,
    pub(crate) incidents: Incidents,
    pub(crate) attributes: Vec<Attributes>,
    pub(crate) series: Vec<SeriesState>,
    pub(crate) open: OpenRows,
}

/// The state of one series.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SeriesState {
    pub(crate) key: SeriesKey,
    pub(crate) baseline: Baseline,
    pub(crate) made_of: Vec<MadeOf>,
    pub(crate) marks: Marks,
    pub(crate) episode: Option<Episode>,
    pub(crate) incident: Option<Uuid>,
    /// When the series is looked at again even if nothing is called.
    pub(crate) due: Option<Minute>,
}

impl Checkpoint {
    /// The version written. It is raised when a field changes its meaning.
    pub const VERSION: u32 = 2;

    /// Checks the version and what types cannot: order, references, and that nothing lies beyond
    /// the watermark.
    pub(crate) fn check(&self) -> Result<(), RestoreError> {
        if self.version != Self::VERSION {
            return Err(RestoreError::Version { found: self.version });
        }
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
            let part = state.key.log();
            let logs = [part.whole(), part];
            let [whole, part] =
                logs.map(|log| self.logs.binary_search_by(|(key, ..)| key.cmp(&log)).ok());
            // While a log is silent, nothing of it is judged, and an episode stays open.
            let last = part.and_then(|place| self.logs[place].1.last()).unwrap_or(Minute::MIN);
            let episode = state.episode.is_none_or(|episode| {
                episode.chain <= episode.start
                    && episode.start <= episode.detected_at
                    && episode.detected_at < watermark
                    && last.since(episode.start) <= longest
            });
            let whole = made_of
                && episode
                && whole.is_some()
                && part.is_some()
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
