//! [`Detector`]: the one seam of the model. What is normal, what is unusual, and when it ends.

mod bursts;
mod dispersion;
mod hours;
mod limits;
mod look;
mod lows;
mod of_days;
mod onset;
mod past;
pub(crate) mod pattern;
mod peaks;
mod profile;
pub(crate) mod rate;
mod runs;
mod schedule;
mod sizes;
mod spikes;
mod tails;
pub(crate) mod test;

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{
    baseline::Recent,
    history::History,
    time::{Minute, Minutes},
};

/// The windows over which a rise is looked for.
const WINDOWS: [Minutes; 5] =
    [Minutes::new(1), Minutes::new(5), Minutes::new(15), Minutes::new(50), Minutes::new(230)];

/// The windows over which a fall is looked for.
const FALL: [Minutes; WINDOWS_OF_FALL] =
    [Minutes::new(10), Minutes::new(20), Minutes::new(75), Minutes::new(290)];
const WINDOWS_OF_FALL: usize = 4;

/// Which way a rate left its baseline.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Direction {
    /// More calls than normal.
    Rise,
    /// Fewer calls than normal.
    Fall,
}

/// Why minutes are unusual.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Finding {
    /// More calls or fewer.
    pub direction: Direction,
    /// The first unusual minute.
    pub onset: Minute,
    /// The length of the window that gave it away.
    pub window: Minutes,
    /// The calls in that window.
    pub observed: u64,
    /// The calls expected in that window; positive.
    pub expected: f64,
    /// The least and the most calls that would have been ordinary: in 99 of 100 such windows
    /// there are as many, if none of the other explanations apply.
    pub ordinary: (u64, u64),
    /// How often a day each explanation lets one expect a window like that.
    pub expectations: Expectations,
    /// How improbable that is: −log10 of how many windows like it are expected a day, by all
    /// explanations together. A score of 4 is nominally one finding in 10,000 days of a series.
    pub score: f64,
    /// The score that had to be reached.
    pub threshold: f64,
    /// The run of a job that failed, if that is what happened.
    pub missed: Option<Missed>,
}

/// How many windows a day are expected to be like the one found, by each explanation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Expectations {
    /// By chance, given the expected calls and how much the series varies; corrected for the
    /// number of looks a day.
    pub chance: f64,
    /// As bursts or lows that the series has at any time.
    pub habit: f64,
    /// As something that comes at that time of day.
    pub schedule: f64,
}

impl Expectations {
    /// The highest score: fewer windows than that are not told apart.
    pub const HIGHEST_SCORE: f64 = 300.0;

    /// Returns −log10 of the sum.
    #[must_use]
    pub fn score(&self) -> f64 {
        let score = -(self.chance + self.habit + self.schedule).log10();
        score.min(Self::HIGHEST_SCORE)
    }
}

/// A run of a job that was due and did not come.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Missed {
    /// The minute after the one it usually ends with.
    pub end: Minute,
    /// The minute by which the next one has come, if that is soon: it may fail too.
    pub next: Option<Minute>,
}

/// What a detector makes of a minute.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Verdict {
    /// The minutes up to now are normal.
    Normal {
        /// The minute at which the series could become unusual even if it stays silent, if it
        /// could at all. An earlier look does no harm; a later one would miss it.
        look_again: Option<Minute>,
    },
    /// The minutes up to now are unusual.
    Unusual(Finding),
}

/// What an episode has been so far, for [`Detector::weigh`].
#[derive(Clone, Copy, Debug)]
pub struct Course {
    /// More calls or fewer.
    pub direction: Direction,
    /// The calls up to its last unusual minute, those of the last hours if it is longer.
    pub calls: u64,
    /// The minutes these calls are of; positive.
    pub duration: Minutes,
    /// The calls expected in these minutes, in millionths.
    pub expected: u64,
}

/// Evidence in millionths of a nat, so that sums of it are exact and the same in any order.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(transparent)]
pub struct Evidence(i64);

impl Evidence {
    /// No evidence either way.
    pub const NONE: Self = Self(0);

    /// Returns the evidence of a log-likelihood ratio, cut to ± a million nats.
    #[must_use]
    pub fn nats(ratio: f64) -> Self {
        // A NaN counts for nothing: `as` makes it zero, and cuts the rest to the range of `i64`.
        #[expect(clippy::cast_possible_truncation, reason = "cut to a million nats before")]
        Self((ratio.clamp(-1e6, 1e6) * 1e6).round() as i64)
    }

    /// Returns the sum, never below none: evidence is not owed.
    #[must_use]
    pub fn gather(self, more: Self) -> Self {
        Self(self.0.saturating_add(more.0).max(0))
    }
}

impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.3} nats", self.0 as f64 / 1e6)
    }
}

/// A model of what is normal for a series of counts a minute.
///
/// Implementations are pure: the same arguments give the same answer, on every machine and in
/// every order of calls. The engine decides when to fit and what the baseline is: for an open
/// episode, only minutes before its start.
pub trait Detector {
    /// What is normal, derived from a baseline. It is never stored: it is fitted again.
    type Model: Clone + fmt::Debug;

    /// Learns what is normal.
    fn fit(&self, history: &History<'_>) -> Self::Model;

    /// Judges the minutes up to [`Recent::now`].
    ///
    /// What the rest of its log tells is in `circumstances`.
    fn judge(
        &self,
        model: &Self::Model,
        recent: Recent<'_>,
        circumstances: Circumstances,
    ) -> Verdict;

    /// Weighs the `calls` of one minute: evidence that the episode is over is positive.
    fn weigh(&self, model: &Self::Model, course: Course, minute: Minute, calls: u32) -> Evidence;

    /// Returns the calls expected in a minute.
    fn expected(&self, model: &Self::Model, minute: Minute) -> f64;

    /// Returns the evidence at which an episode is over that lasted so long.
    fn enough(&self, lasted: Minutes) -> Evidence;
}

/// What the log of a series tells about a minute of it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Circumstances {
    /// Whether the log is young: only what is overwhelming is unusual then.
    pub warm_up: WarmUp,
    /// Whether rare series are being called that were called together before, as in a
    /// deployment: one that joins them is no surprise.
    pub in_wave: bool,
}

/// Whether a log is too young to tell what is normal in it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum WarmUp {
    /// It is.
    Running,
    /// It is not.
    Over,
}
