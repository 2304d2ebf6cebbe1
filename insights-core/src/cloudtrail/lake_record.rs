//! [`LakeRecord`]: an Insights event as an event data store of CloudTrail Lake holds it, flat.

use serde::{Deserialize, Serialize};

use crate::{
    cloudtrail::insight_record::{
        AttributionRecord, InsightContext, InsightDetails, InsightRecord, Rate, Statistics,
    },
    insight::{Explanation, InsightState},
    series::InsightType,
};

/// An Insights event in the layout of an event data store.
///
/// What a trail nests under `insightDetails` stands at the top here, under names of its own. The
/// attributes of the top value alone, deprecated by AWS in June 2025, are not written. CloudTrail
/// Lake has no Insights on data events; theirs get the same layout.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LakeRecord {
    /// The version of the record's layout, such as `1.09`.
    #[serde(default)]
    pub event_version: String,
    /// Always `Insight`.
    #[serde(default)]
    pub event_category: String,
    /// Always `AwsCloudTrailInsight`.
    #[serde(default)]
    pub event_type: String,
    /// The id of this record.
    #[serde(default, rename = "eventID")]
    pub event_id: String,
    /// The start, or the exclusive end; seconds are zero.
    pub event_time: String,
    /// The Region of the calls.
    #[serde(default)]
    pub aws_region: String,
    /// The account of the calls.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recipient_account_id: Option<String>,
    /// The id that Start and End share.
    #[serde(default, rename = "sharedEventID")]
    pub shared_event_id: String,
    /// The ARN of what was analysed, always there in CloudTrail Lake; empty if the record that
    /// this one is made of names none.
    #[serde(default)]
    pub insight_source: String,
    /// Whether it began or is over.
    pub insight_state: InsightState,
    /// The service.
    pub insight_event_source: String,
    /// The API.
    pub insight_event_name: String,
    /// The error code, where failures are meant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub insight_error_code: Option<String>,
    /// Whether calls or failures are meant.
    pub insight_type: InsightType,
    /// The numbers and who is behind them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub insight_context: Option<LakeContext>,
    /// Why it was reported: an addition of ours, absent unless asked for.
    #[serde(default, skip_deserializing, skip_serializing_if = "Option::is_none")]
    pub explanation: Option<Explanation>,
}

/// The numbers and who is behind them, without the level `statistics` of a trail's record.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LakeContext {
    /// Calls a minute before, rounded to 10 decimals.
    pub baseline_average: f64,
    /// Calls a minute in the unusual minutes, rounded to 10 decimals.
    pub insight_average: f64,
    /// The minutes of the baseline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline_duration: Option<u32>,
    /// The unusual minutes: 5 on Start, all of them on End.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub insight_duration: Option<u32>,
    /// Who and what is behind them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attributions: Vec<AttributionRecord>,
}

impl From<InsightRecord> for LakeRecord {
    fn from(record: InsightRecord) -> Self {
        let details = record.insight_details;
        Self {
            event_version: record.event_version,
            event_category: record.event_category,
            event_type: record.event_type,
            event_id: record.event_id,
            event_time: record.event_time,
            aws_region: record.aws_region,
            recipient_account_id: record.recipient_account_id,
            shared_event_id: record.shared_event_id,
            insight_source: details.insight_source.unwrap_or_default(),
            insight_state: details.state,
            insight_event_source: details.event_source,
            insight_event_name: details.event_name,
            insight_error_code: details.error_code,
            insight_type: details.insight_type,
            insight_context: details.insight_context.map(|context| {
                let numbers = context.statistics;
                LakeContext {
                    baseline_average: numbers.baseline.average,
                    insight_average: numbers.insight.average,
                    baseline_duration: numbers.baseline_duration,
                    insight_duration: numbers.insight_duration,
                    attributions: context.attributions,
                }
            }),
            explanation: details.explanation,
        }
    }
}

impl From<LakeRecord> for InsightRecord {
    /// Nests again what the lake has at the top. The category of the calls is not told there.
    fn from(record: LakeRecord) -> Self {
        let rate = |average| Rate { average };
        Self {
            event_version: record.event_version,
            event_time: record.event_time,
            aws_region: record.aws_region,
            event_id: record.event_id,
            event_type: record.event_type,
            recipient_account_id: record.recipient_account_id,
            shared_event_id: record.shared_event_id,
            insight_details: InsightDetails {
                state: record.insight_state,
                event_source: record.insight_event_source,
                event_name: record.insight_event_name,
                insight_type: record.insight_type,
                error_code: record.insight_error_code,
                source_event_category: None,
                insight_context: record.insight_context.map(|context| InsightContext {
                    statistics: Statistics {
                        baseline: rate(context.baseline_average),
                        insight: rate(context.insight_average),
                        insight_duration: context.insight_duration,
                        baseline_duration: context.baseline_duration,
                    },
                    attributions: context.attributions,
                }),
                insight_source: Some(record.insight_source).filter(|source| !source.is_empty()),
                explanation: record.explanation,
            },
            event_category: record.event_category,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{attribution::Attribute, cloudtrail::insight_record::ValueRate};

    #[test]
    fn what_a_trail_nests_is_at_the_top_under_the_names_of_the_lake() {
        let shares = |average| vec![ValueRate { value: "null".into(), average }];
        let record = InsightRecord {
            event_version: "1.09".into(),
            event_time: "2026-03-02T14:05:00Z".into(),
            aws_region: "eu-west-1".into(),
            event_id: "a".into(),
            event_type: "AwsCloudTrailInsight".into(),
            recipient_account_id: Some("111122223333".into()),
            shared_event_id: "b".into(),
            insight_details: InsightDetails {
                event_source: "ec2.amazonaws.com".into(),
                event_name: "RunInstances".into(),
                insight_context: Some(InsightContext {
                    statistics: Statistics {
                        baseline: Rate { average: 0.25 },
                        insight: Rate { average: 1.5 },
                        insight_duration: Some(5),
                        baseline_duration: Some(10_925),
                    },
                    attributions: vec![AttributionRecord {
                        attribute: Attribute::ErrorCode,
                        insight: shares(1.5),
                        baseline: shares(0.25),
                    }],
                }),
                insight_source: Some("arn".into()),
                ..InsightDetails::default()
            },
            event_category: "Insight".into(),
        };
        let lake = LakeRecord::from(record.clone());
        assert_eq!(
            serde_json::to_string(&lake).unwrap(),
            concat!(
                r#"{"eventVersion":"1.09","eventCategory":"Insight","#,
                r#""eventType":"AwsCloudTrailInsight","eventID":"a","#,
                r#""eventTime":"2026-03-02T14:05:00Z","awsRegion":"eu-west-1","#,
                r#""recipientAccountId":"111122223333","sharedEventID":"b","insightSource":"arn","#,
                r#""insightState":"Start","insightEventSource":"ec2.amazonaws.com","#,
                r#""insightEventName":"RunInstances","insightType":"ApiCallRateInsight","#,
                r#""insightContext":{"baselineAverage":0.25,"insightAverage":1.5,"#,
                r#""baselineDuration":10925,"insightDuration":5,"#,
                r#""attributions":[{"attribute":"errorCode","#,
                r#""insight":[{"value":"null","average":1.5}],"#,
                r#""baseline":[{"value":"null","average":0.25}]}]}}"#,
            )
        );
        let read: LakeRecord =
            serde_json::from_str(&serde_json::to_string(&lake).unwrap()).unwrap();
        assert_eq!(InsightRecord::from(read), record, "and back");
        assert_eq!(LakeRecord::from(InsightRecord::default()).insight_source, "");
    }
}
