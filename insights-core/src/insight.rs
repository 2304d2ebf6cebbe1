//! [`Insight`]: what an engine reports.

use std::fmt;

use serde::{Deserialize, Serialize, Serializer, ser::SerializeStruct};
use uuid::Uuid;

use crate::{
    attribution::Attribution,
    detector::{Direction, Finding},
    series::SeriesKey,
    time::{Minute, Minutes},
};

/// Whether unusual activity began or is over.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
pub enum InsightState {
    /// It began.
    Start,
    /// It is over.
    End,
}

impl fmt::Display for InsightState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Start => "Start",
            Self::End => "End",
        })
    }
}

/// The beginning or the end of unusual activity.
#[derive(Clone, Debug, PartialEq)]
pub struct Insight {
    /// Whether it began or is over.
    pub state: InsightState,
    /// The series it is about.
    pub series: SeriesKey,
    /// The first unusual minute.
    pub start: Minute,
    /// The minute after the last unusual one; none while the activity goes on.
    pub end: Option<Minute>,
    /// The minute from which on it can be known: the one after the minute whose sealing decided
    /// it, or the watermark for a Start that [`finish`](crate::Engine::finish) reports. An engine
    /// returns insights in this order.
    pub known_at: Minute,
    /// The calls from midnight (UTC) before the start less the baseline's length, or from the
    /// beginning of the log if that is later, to the start. The same on Start and End.
    pub baseline: Average,
    /// The calls of the first five minutes on Start, of all unusual minutes on End.
    pub insight: Average,
    /// Who and what is behind both.
    pub attributions: Vec<Attribution>,
    /// Why it was reported.
    pub explanation: Explanation,
}

impl Insight {
    /// Returns the minute the insight is dated with: its start, or its exclusive end.
    #[must_use]
    pub fn time(&self) -> Minute {
        match self.state {
            InsightState::Start => self.start,
            InsightState::End => self.end.unwrap_or(self.start),
        }
    }

    /// Returns the id that Start and End share.
    ///
    /// It is derived from the series and the start: the UUID of version 5 (RFC 9562) in the
    /// OID namespace of these lines: `insights`, account, Region, source, name, category,
    /// error code (an empty line for call rates) and start as `2026-03-02T14:05:00Z`.
    #[must_use]
    pub fn shared_event_id(&self) -> Uuid {
        let SeriesKey { account_id, region, event_source, event_name, category, error_code } =
            &self.series;
        let code = error_code.as_deref().unwrap_or_default();
        let name = format!(
            "insights\n{account_id}\n{region}\n{event_source}\n{event_name}\n{category}\n{code}\n{}",
            self.start
        );
        Uuid::new_v5(&Uuid::NAMESPACE_OID, name.as_bytes())
    }

    /// Returns the id of this one record: the UUID of version 5 of its state in the namespace
    /// of the shared id.
    #[must_use]
    pub fn event_id(&self) -> Uuid {
        Uuid::new_v5(&self.shared_event_id(), self.state.to_string().as_bytes())
    }
}

/// Calls over minutes: exact, and a number a minute only when asked.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, Hash, PartialEq, Serialize)]
pub struct Average {
    /// The calls.
    pub count: u64,
    /// The minutes.
    pub duration: Minutes,
}

impl Average {
    /// Returns the calls a minute, rounded to 10 decimals as in CloudTrail; 0 over no minutes.
    ///
    /// A tie is rounded up. The result is the double nearest to the decimal number.
    #[must_use]
    pub fn per_minute(self) -> f64 {
        Self::rounded(self.count, self.duration)
    }

    /// Returns `count` a minute over the same minutes, rounded likewise.
    #[must_use]
    pub fn share(self, count: u64) -> f64 {
        Self::rounded(count, self.duration)
    }

    fn rounded(count: u64, duration: Minutes) -> f64 {
        const SCALE: u128 = 10_000_000_000;
        let minutes = u128::from(duration.count().max(1));
        let scaled = (2 * SCALE * u128::from(count) + minutes) / (2 * minutes);
        scaled as f64 / SCALE as f64
    }
}

/// Why an insight was reported.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Explanation {
    /// What gave it away.
    pub finding: Finding,
    /// The minute whose sealing decided it.
    pub detected_at: Minute,
    /// What Insights that start within a quarter of an hour of each other and share their main
    /// identity have in common: the shared id of the first of them, which may be this one.
    pub incident: Uuid,
}

impl Serialize for Explanation {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Finding { direction, window, observed, expected, ordinary, .. } = self.finding;
        let Finding { expectations, score, threshold, missed, .. } = self.finding;
        let round = |value: f64| (value * 1e10).round() / 1e10;
        let mut fields = serializer.serialize_struct("Explanation", 11)?;
        fields.serialize_field("detectedAt", &self.detected_at.to_string())?;
        fields.serialize_field("incident", &self.incident)?;
        fields.serialize_field(
            "direction",
            match direction {
                Direction::Rise => "rise",
                Direction::Fall => "fall",
            },
        )?;
        fields.serialize_field("test", if missed.is_some() { "missedRun" } else { "rate" })?;
        fields.serialize_field("windowMinutes", &window.count())?;
        fields.serialize_field("observed", &observed)?;
        fields.serialize_field("expected", &round(expected))?;
        fields.serialize_field("ordinary", &[ordinary.0, ordinary.1])?;
        fields.serialize_field("score", &round(score))?;
        fields.serialize_field("threshold", &round(threshold))?;
        fields.serialize_field("alikeExpectedPerDay", &expectations)?;
        fields.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn averages_are_those_of_cloudtrails_own_records() {
        let average = |count, minutes| {
            Average { count, duration: Minutes::new(minutes) }.per_minute().to_string()
        };
        assert_eq!(average(23, 10_542), "0.0021817492");
        assert_eq!(average(1, 10_181), "0.0000982222");
        assert_eq!(average(17_702, 10_080), "1.7561507937");
        assert_eq!(average(861_036, 10_080), "85.4202380952");
        assert_eq!(average(4, 3), "1.3333333333");
        assert_eq!(average(7, 0), "7");
    }
}
