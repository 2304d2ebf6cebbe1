//! [`Config`]: what an engine is told, and [`Profile`]: settings that go by a name.

use std::{error, fmt};

use serde::{Deserialize, Serialize};

use crate::{
    detector::rate::RateDetector,
    log_life::LogLife,
    part::Part,
    selection::Selection,
    series::{InsightType, SeriesKey},
    time::Minutes,
};

/// The settings of an engine, checked.
///
/// ```
/// use insights_core::{Config, Minutes};
///
/// let config = Config::builder().warm_up(Minutes::days(2)).build()?;
/// assert_eq!(config.baseline(), Minutes::days(7));
/// # Ok::<(), insights_core::ConfigError>(())
/// ```
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(try_from = "ConfigBuilder", into = "ConfigBuilder")]
pub struct Config(ConfigBuilder);

/// Settings under a name.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Profile {
    /// For people: a rise needs three calls, four if there were none in a week.
    #[default]
    Balanced,
    /// Fires on all of CloudTrail's published records: two calls over an empty week are enough.
    Aws,
    /// For those who are called out of bed: about a quarter of the false Insights, and two thirds
    /// of the true ones.
    Quiet,
}

/// How ready to fire: the one setting most users should ever turn.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sensitivity {
    /// For about one false Insight in four days among 400 series.
    Low,
    /// For about one a day.
    #[default]
    Medium,
    /// For about five a day.
    High,
}

impl Sensitivity {
    /// Returns the score a finding needs.
    #[must_use]
    pub const fn threshold(self) -> f64 {
        match self {
            Self::Low => RateDetector::LOW,
            Self::Medium => RateDetector::MEDIUM,
            Self::High => RateDetector::HIGH,
        }
    }
}

/// Collects the settings of a [`Config`].
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct ConfigBuilder {
    selection: Selection,
    insight_types: Vec<InsightType>,
    baseline: Minutes,
    warm_up: Minutes,
    quiet: Minutes,
    longest: Minutes,
    detector: RateDetector,
    #[serde(skip_serializing_if = "Part::is_whole")]
    part: Part,
}

impl Default for ConfigBuilder {
    fn default() -> Self {
        Self {
            selection: Selection::default(),
            insight_types: Vec::new(),
            baseline: Minutes::days(7),
            warm_up: Minutes::days(1),
            quiet: Minutes::new(3),
            longest: Minutes::days(1),
            detector: RateDetector::default(),
            part: Part::WHOLE,
        }
    }
}

impl Config {
    /// Returns a builder with the default settings.
    #[must_use]
    pub fn builder() -> ConfigBuilder {
        ConfigBuilder::default()
    }

    /// Returns which events count.
    #[must_use]
    pub const fn selection(&self) -> &Selection {
        &self.0.selection
    }

    /// Returns whether insights of that type are wanted.
    #[must_use]
    pub fn wants(&self, insight_type: InsightType) -> bool {
        self.0.insight_types.is_empty() || self.0.insight_types.contains(&insight_type)
    }

    /// Returns whether insights of a series are wanted, and from this engine.
    #[must_use]
    pub fn judges(&self, series: &SeriesKey) -> bool {
        self.wants(series.insight_type()) && self.0.part.has(series)
    }

    /// Returns which of the series are judged.
    #[must_use]
    pub const fn part(&self) -> Part {
        self.0.part
    }

    /// Returns how far back a baseline reaches.
    #[must_use]
    pub const fn baseline(&self) -> Minutes {
        self.0.baseline
    }

    /// Returns how long a log is watched before anything but the overwhelming is unusual.
    #[must_use]
    pub const fn warm_up(&self) -> Minutes {
        self.0.warm_up
    }

    /// Returns how many normal minutes end an episode at the earliest.
    #[must_use]
    pub const fn quiet(&self) -> Minutes {
        self.0.quiet
    }

    /// Returns after how long an episode is taken for the new normal.
    #[must_use]
    pub const fn longest(&self) -> Minutes {
        self.0.longest
    }

    /// Returns the settings of the default detector.
    #[must_use]
    pub const fn detector(&self) -> &RateDetector {
        &self.0.detector
    }
}

impl ConfigBuilder {
    /// Sets which events count. The default is what CloudTrail Insights analyses.
    #[must_use]
    pub fn selection(self, selection: Selection) -> Self {
        Self { selection, ..self }
    }

    /// Sets which insights are wanted. The default, and an empty list, is all.
    #[must_use]
    pub fn insight_types(self, insight_types: Vec<InsightType>) -> Self {
        Self { insight_types, ..self }
    }

    /// Sets how far back a baseline reaches, in whole days. The default is 7 days, as in
    /// CloudTrail; memory grows with it, and a longer one follows changes more slowly.
    #[must_use]
    pub fn baseline(self, baseline: Minutes) -> Self {
        Self { baseline, ..self }
    }

    /// Sets how long a log is watched before anything but an overwhelming burst is unusual.
    ///
    /// The default is 1 day. A longer warm-up delays the first insight and prevents false ones.
    #[must_use]
    pub fn warm_up(self, warm_up: Minutes) -> Self {
        Self { warm_up, ..self }
    }

    /// Sets how many normal minutes end an episode at the earliest. The default is 3; more of
    /// them join bursts that follow each other and delay every End.
    #[must_use]
    pub fn quiet(self, quiet: Minutes) -> Self {
        Self { quiet, ..self }
    }

    /// Sets after how long an episode is taken for the new normal. The default is 1 day; a
    /// longer time needs as much more memory.
    #[must_use]
    pub fn longest(self, longest: Minutes) -> Self {
        Self { longest, ..self }
    }

    /// Sets which of the series are judged, where several engines share the work. The default is
    /// all.
    #[must_use]
    pub fn part(self, part: Part) -> Self {
        Self { part, ..self }
    }

    /// Sets the settings of the default detector.
    #[must_use]
    pub fn detector(self, detector: RateDetector) -> Self {
        Self { detector, ..self }
    }

    /// Sets how ready the default detector is to fire: its threshold.
    #[must_use]
    pub fn sensitivity(self, sensitivity: Sensitivity) -> Self {
        self.threshold(sensitivity.threshold())
    }

    /// Sets the score that a finding of the default detector needs: see
    /// [`RateDetector::threshold`].
    #[must_use]
    pub fn threshold(self, threshold: f64) -> Self {
        let detector = RateDetector { threshold, ..self.detector };
        self.detector(detector)
    }

    /// Sets everything that a profile names.
    #[must_use]
    pub fn profile(self, profile: Profile) -> Self {
        self.detector(match profile {
            Profile::Balanced => RateDetector::default(),
            Profile::Aws => RateDetector::aws(),
            Profile::Quiet => RateDetector::quiet(),
        })
    }

    /// Returns the settings if they fit together.
    ///
    /// # Errors
    ///
    /// Returns an error for a baseline that is not a positive number of whole days, a warm-up
    /// that outlasts it, an episode without a minute or longer than the baseline, or detector
    /// settings out of range.
    pub fn build(self) -> Result<Config, ConfigError> {
        let Self { baseline, warm_up, quiet, longest, detector, .. } = &self;
        let positive = |value: f64| value.is_finite() && value > 0.0;
        if baseline.count() == 0 || !baseline.count().is_multiple_of(Minutes::days(1).count()) {
            return Err(ConfigError::BaselineNotWholeDays { baseline: *baseline });
        }
        if warm_up > baseline {
            return Err(ConfigError::WarmUpExceedsBaseline {
                warm_up: *warm_up,
                baseline: *baseline,
            });
        }
        if quiet.count() == 0
            || quiet > longest
            || longest > baseline
            || *longest > LogLife::SILENCE
        {
            return Err(ConfigError::EpisodeOutOfRange { quiet: *quiet, longest: *longest });
        }
        if !positive(detector.threshold) || !positive(detector.least_change - 1.0) {
            return Err(ConfigError::DetectorOutOfRange {
                threshold: detector.threshold,
                least_change: detector.least_change,
            });
        }
        for least_calls in [detector.least_calls, detector.least_new_calls] {
            if least_calls == 0 || detector.warm_up_calls < least_calls {
                return Err(ConfigError::LeastCallsOutOfRange {
                    least_calls,
                    warm_up_calls: detector.warm_up_calls,
                });
            }
        }
        Ok(Config(self))
    }
}

impl TryFrom<ConfigBuilder> for Config {
    type Error = ConfigError;

    fn try_from(builder: ConfigBuilder) -> Result<Self, ConfigError> {
        builder.build()
    }
}

impl From<Config> for ConfigBuilder {
    fn from(config: Config) -> Self {
        config.0
    }
}

/// Settings that do not fit together.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq)]
pub enum ConfigError {
    /// The baseline is not a positive number of whole days.
    BaselineNotWholeDays {
        /// The baseline asked for.
        baseline: Minutes,
    },
    /// The warm-up outlasts the baseline.
    WarmUpExceedsBaseline {
        /// The warm-up asked for.
        warm_up: Minutes,
        /// The baseline asked for.
        baseline: Minutes,
    },
    /// The quiet minutes are none or more than the longest episode, or that outlasts the
    /// baseline or four weeks.
    EpisodeOutOfRange {
        /// The quiet minutes asked for.
        quiet: Minutes,
        /// The longest episode asked for.
        longest: Minutes,
    },
    /// The threshold is not positive or the least change not above one.
    DetectorOutOfRange {
        /// The threshold asked for.
        threshold: f64,
        /// The least change asked for.
        least_change: f64,
    },
    /// The least calls are none, or more than the least calls of the warm-up.
    LeastCallsOutOfRange {
        /// The least calls asked for.
        least_calls: u32,
        /// The least calls of the warm-up asked for.
        warm_up_calls: u32,
    },
}

impl error::Error for ConfigError {}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BaselineNotWholeDays { baseline } => {
                write!(f, "baseline of {baseline} is not a positive number of whole days")
            }
            Self::WarmUpExceedsBaseline { warm_up, baseline } => {
                write!(f, "warm-up of {warm_up} outlasts the baseline of {baseline}")
            }
            Self::EpisodeOutOfRange { quiet, longest } => write!(
                f,
                "quiet of {quiet} and longest episode of {longest} are not 1 min ≤ quiet ≤ longest ≤ baseline, and 28 days"
            ),
            Self::DetectorOutOfRange { threshold, least_change } => write!(
                f,
                "threshold {threshold} is not above 0 or least change {least_change} not above 1"
            ),
            Self::LeastCallsOutOfRange { least_calls, warm_up_calls } => write!(
                f,
                "least calls {least_calls} are not between 1 and those of the warm-up, {warm_up_calls}"
            ),
        }
    }
}
