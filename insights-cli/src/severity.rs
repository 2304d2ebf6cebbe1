//! [`Severity`]: how loudly an Insight is to be told.

use std::fmt;

use insights_core::RateDetector;

/// How unusual an episode is, in three steps.
///
/// A score of s means: by chance alone, the like is expected once in 10^s days of its series. That
/// is the reckoning of a model, so the steps tell what comes first, and not how often each comes.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Severity {
    /// Worth a line in a list.
    Low,
    /// Expected once in a million days or less.
    Medium,
    /// Worth waking somebody for: all that the profile `quiet` reports, and nothing else.
    High,
}

impl Severity {
    /// Returns the severity of a score.
    pub(crate) fn of(score: f64) -> Self {
        let reached = |severity: &Self| score >= severity.least();
        [Self::High, Self::Medium].into_iter().find(reached).unwrap_or(Self::Low)
    }

    /// Returns the least score that is so severe.
    pub(crate) fn least(self) -> f64 {
        match self {
            Self::Low => 0.0,
            Self::Medium => 6.0,
            Self::High => RateDetector::quiet().threshold,
        }
    }

    /// Returns `low`, `medium` or `high`.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_quiet_profile_reports_is_high() {
        let quiet = RateDetector::quiet().threshold;
        assert!(quiet > Severity::Medium.least());
        for (score, severity) in [
            (0.0, Severity::Low),
            (5.999, Severity::Low),
            (6.0, Severity::Medium),
            (quiet.next_down(), Severity::Medium),
            (quiet, Severity::High),
            (15.0, Severity::High),
        ] {
            assert_eq!(Severity::of(score), severity, "{score}");
        }
    }

    #[test]
    fn severities_are_in_order_and_keep_their_width() {
        assert!(Severity::Low < Severity::Medium && Severity::Medium < Severity::High);
        let told = [Severity::Low, Severity::Medium, Severity::High].map(|it| format!("{it:>6}"));
        assert_eq!(told, ["   low", "medium", "  high"]);
    }
}
