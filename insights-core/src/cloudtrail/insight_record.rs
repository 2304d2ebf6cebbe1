//! [`InsightRecord`]: an Insights event as CloudTrail writes it, field for field.

use serde::{Deserialize, Serialize};

use crate::{
    attribution::{Attribute, Attribution, Share},
    insight::{Average, Explanation, Insight, InsightState},
    series::{EventCategory, InsightType},
};

/// An Insights event of a trail, its keys in the order in which CloudTrail delivers them.
///
/// It reads records of every age and from whoever handed them on: what some lack is optional or
/// empty, and what is new in some is skipped. Only its time and what happened must be there.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct InsightRecord {
    /// The version of the record's layout, such as `1.09`.
    #[serde(default)]
    pub event_version: String,
    /// The start, or the exclusive end; seconds are zero.
    pub event_time: String,
    /// The Region of the calls.
    #[serde(default)]
    pub aws_region: String,
    /// The id of this record.
    #[serde(default, rename = "eventID")]
    pub event_id: String,
    /// Always `AwsCloudTrailInsight`.
    #[serde(default)]
    pub event_type: String,
    /// The account of the calls.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recipient_account_id: Option<String>,
    /// The id that Start and End share.
    #[serde(default, rename = "sharedEventID")]
    pub shared_event_id: String,
    /// What happened.
    pub insight_details: InsightDetails,
    /// Always `Insight`.
    #[serde(default)]
    pub event_category: String,
}

/// What happened.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct InsightDetails {
    /// Whether it began or is over.
    pub state: InsightState,
    /// The service.
    pub event_source: String,
    /// The API.
    pub event_name: String,
    /// Whether calls or failures are meant.
    pub insight_type: InsightType,
    /// The error code, where failures are meant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_code: Option<String>,
    /// The category of the calls; since the end of 2024.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_event_category: Option<EventCategory>,
    /// The numbers and who is behind them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub insight_context: Option<InsightContext>,
    /// The trail, in records of data events.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub insight_source: Option<String>,
    /// Why it was reported: an addition of ours, absent unless asked for.
    #[serde(default, skip_deserializing, skip_serializing_if = "Option::is_none")]
    pub explanation: Option<Explanation>,
}

impl Default for InsightDetails {
    fn default() -> Self {
        Self {
            state: InsightState::Start,
            event_source: String::new(),
            event_name: String::new(),
            insight_type: InsightType::CallRate,
            error_code: None,
            source_event_category: None,
            insight_context: None,
            insight_source: None,
            explanation: None,
        }
    }
}

/// The numbers and who is behind them.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct InsightContext {
    /// The numbers.
    pub statistics: Statistics,
    /// Who and what is behind them; since August 2020.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attributions: Vec<AttributionRecord>,
}

/// The numbers of an Insight.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Statistics {
    /// The rate before.
    pub baseline: Rate,
    /// The rate of the unusual minutes.
    pub insight: Rate,
    /// The minutes of `insight`: 5 on Start, all of them on End.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub insight_duration: Option<u32>,
    /// The minutes of `baseline`; since mid-2020.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline_duration: Option<u32>,
}

/// Calls a minute.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
pub struct Rate {
    /// The average, rounded to 10 decimals.
    pub average: f64,
}

/// The values behind an Insight.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct AttributionRecord {
    /// What is told apart.
    pub attribute: Attribute,
    /// The top values of the unusual minutes.
    pub insight: Vec<ValueRate>,
    /// The top values of the minutes before.
    pub baseline: Vec<ValueRate>,
}

/// A value and the calls a minute that carry it.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct ValueRate {
    /// The value, verbatim.
    pub value: String,
    /// The average, rounded to 10 decimals.
    pub average: f64,
}

impl InsightRecord {
    /// The newest version seen on an Insights record; CloudTrail's other records are at 1.11.
    pub const EVENT_VERSION: &'static str = "1.09";

    /// Returns the record of an insight.
    #[must_use]
    pub fn new(insight: &Insight, event_version: &str) -> Self {
        let series = &insight.series;
        let account = &*series.account_id;
        Self {
            event_version: event_version.to_owned(),
            event_time: insight.time().to_string(),
            aws_region: series.region.to_string(),
            event_id: insight.event_id().to_string(),
            event_type: "AwsCloudTrailInsight".to_owned(),
            recipient_account_id: (!account.is_empty()).then(|| account.to_owned()),
            shared_event_id: insight.shared_event_id().to_string(),
            insight_details: InsightDetails {
                state: insight.state,
                event_source: series.event_source.to_string(),
                event_name: series.event_name.to_string(),
                insight_type: series.insight_type(),
                error_code: series.error_code.as_ref().map(ToString::to_string),
                source_event_category: Some(series.category),
                insight_context: Some(InsightContext::new(insight)),
                insight_source: None,
                explanation: None,
            },
            event_category: "Insight".to_owned(),
        }
    }
}

impl InsightContext {
    fn new(insight: &Insight) -> Self {
        let rate = |average: Average| Rate { average: average.per_minute() };
        let attribution = |attribution: &Attribution| AttributionRecord {
            attribute: attribution.attribute,
            insight: rates(&attribution.insight, insight.insight),
            baseline: rates(&attribution.baseline, insight.baseline),
        };
        Self {
            statistics: Statistics {
                baseline: rate(insight.baseline),
                insight: rate(insight.insight),
                insight_duration: Some(insight.insight.duration.count()),
                baseline_duration: Some(insight.baseline.duration.count()),
            },
            attributions: insight.attributions.iter().map(attribution).collect(),
        }
    }
}

fn rates(shares: &[Share], of: Average) -> Vec<ValueRate> {
    let rate = |share: &Share| ValueRate {
        value: share.value.to_string(),
        average: of.share(share.count),
    };
    shares.iter().map(rate).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_needs_its_time_and_what_happened() {
        let details = r#"{"state":"End","eventSource":"iam.amazonaws.com","eventName":"CreateRole","insightType":"ApiCallRateInsight","new":{"in":2030}}"#;
        let time = r#""eventTime":"2026-03-02T14:05:00Z""#;
        let read = |json: &str| serde_json::from_str::<InsightRecord>(json);
        let record = read(&format!(r#"{{{time},"insightDetails":{details},"new":[]}}"#)).unwrap();
        let expected = InsightRecord {
            event_time: "2026-03-02T14:05:00Z".into(),
            insight_details: InsightDetails {
                state: InsightState::End,
                event_source: "iam.amazonaws.com".into(),
                event_name: "CreateRole".into(),
                ..InsightDetails::default()
            },
            ..InsightRecord::default()
        };
        assert_eq!(record, expected);
        let written = serde_json::to_string(&record).unwrap();
        assert_eq!(read(&written).unwrap(), record, "{written}");
        let missing = |json: &str| read(json).unwrap_err().to_string();
        assert!(missing(&format!("{{{time}}}")).contains("insightDetails"));
        assert!(missing(&format!(r#"{{"insightDetails":{details}}}"#)).contains("eventTime"));
        let unnamed = details.replace("eventName", "name");
        let json = format!(r#"{{{time},"insightDetails":{unnamed}}}"#);
        assert!(missing(&json).contains("eventName"));
    }
}
