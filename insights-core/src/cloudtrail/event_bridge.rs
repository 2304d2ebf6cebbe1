//! [`EventBridgeEvent`]: an Insights event as EventBridge delivers it, in its envelope.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::cloudtrail::insight_record::InsightRecord;

/// The envelope in which EventBridge hands an Insights event to the targets of a rule.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct EventBridgeEvent {
    /// The version of the envelope, always `0`.
    pub version: String,
    /// The id of the envelope, not of the record: the UUID of version 5 (RFC 9562) in the OID
    /// namespace of the lines `insights`, `EventBridge` and the record's id. The same record has
    /// the same one.
    pub id: Uuid,
    /// Always [`DETAIL_TYPE`](Self::DETAIL_TYPE).
    pub detail_type: String,
    /// Always [`SOURCE`](Self::SOURCE).
    pub source: String,
    /// The account of the record, empty if it has none.
    pub account: String,
    /// The time of the record.
    pub time: String,
    /// The Region of the record.
    pub region: String,
    /// The ARNs of what it is about: none.
    pub resources: Vec<String>,
    /// The record.
    pub detail: InsightRecord,
}

impl EventBridgeEvent {
    /// What EventBridge calls the kind of event.
    pub const DETAIL_TYPE: &'static str = "AWS Insight via CloudTrail";

    /// Who EventBridge says sends it: CloudTrail, whatever the service of the calls.
    pub const SOURCE: &'static str = "aws.cloudtrail";
}

impl From<InsightRecord> for EventBridgeEvent {
    fn from(record: InsightRecord) -> Self {
        let name = format!("insights\nEventBridge\n{}", record.event_id);
        Self {
            version: "0".to_owned(),
            id: Uuid::new_v5(&Uuid::NAMESPACE_OID, name.as_bytes()),
            detail_type: Self::DETAIL_TYPE.to_owned(),
            source: Self::SOURCE.to_owned(),
            account: record.recipient_account_id.clone().unwrap_or_default(),
            time: record.event_time.clone(),
            region: record.aws_region.clone(),
            resources: Vec::new(),
            detail: record,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_envelope_names_the_record_and_holds_it() {
        let record = InsightRecord {
            event_time: "2026-03-02T14:05:00Z".into(),
            aws_region: "eu-west-1".into(),
            event_id: "8c8c1f21-5fa1-5cd9-85f0-d1e16b26cfa4".into(),
            recipient_account_id: Some("111122223333".into()),
            ..InsightRecord::default()
        };
        let mut event = serde_json::to_value(EventBridgeEvent::from(record.clone())).unwrap();
        assert_eq!(event["detail"].take(), serde_json::to_value(&record).unwrap());
        assert_eq!(
            event,
            json!({
                "version": "0",
                "id": "d2136d21-575e-5b52-ba08-6aad2cfac516",
                "detail-type": "AWS Insight via CloudTrail",
                "source": "aws.cloudtrail",
                "account": "111122223333",
                "time": "2026-03-02T14:05:00Z",
                "region": "eu-west-1",
                "resources": [],
                "detail": null,
            })
        );
        let other = InsightRecord { event_id: "b".into(), ..record.clone() };
        assert_ne!(EventBridgeEvent::from(other).id, EventBridgeEvent::from(record).id);
    }
}
