//! [`Detector`]: the one seam of the model. What is normal, what is unusual, and when it ends.

pub(crate) mod negative_binomial;
mod recurrence;

use std::{fmt, ops::Range};

use serde::{Deserialize, Serialize};

use crate::{
    baseline::{Baseline, Recent},
    time::{Minute, Minutes},
};

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
    /// How improbable that is: −log10 of the tail probability, corrected for the number of
    /// looks a day. A score of 4 is nominally one false finding in 10,000 days of a series.
    pub score: f64,
    /// The score that had to be reached.
    pub threshold: f64,
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
    /// The calls from the start of the episode to its last unusual minute.
    pub calls: u64,
    /// The minutes from the start of the episode to its last unusual minute; positive.
    pub duration: Minutes,
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

    /// Learns what is normal from all minutes in `span`; those without calls are zeros.
    fn fit(&self, baseline: &Baseline, span: Range<Minute>) -> Self::Model;

    /// Judges the minutes up to [`Recent::now`].
    ///
    /// A series in its `warm_up` has little history: only what is overwhelming is unusual then.
    fn judge(&self, model: &Self::Model, recent: Recent<'_>, warm_up: WarmUp) -> Verdict;

    /// Weighs `calls` in one minute: evidence that the episode is over is positive.
    fn weigh(&self, model: &Self::Model, course: Course, calls: u32) -> Evidence;

    /// Returns the evidence at which an episode is over.
    fn enough(&self) -> Evidence;
}

/// Whether a log is too young to tell what is normal in it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum WarmUp {
    /// It is.
    Running,
    /// It is not.
    Over,
}
