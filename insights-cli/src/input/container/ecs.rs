//! [`Fields`]: records that Elastic took apart into its common schema, without the original.

use insights_core::Record;
use serde_json::{Map, Value};

use super::{intake::Intake, wrapper::Members};

/// Where the schema puts the fields of a record. Of several places the first that is there counts.
const PLACES: [(&str, &str); 17] = [
    ("@timestamp", "eventTime"),
    ("event.provider", "eventSource"),
    ("event.action", "eventName"),
    ("event.id", "eventID"),
    ("cloud.region", "awsRegion"),
    ("aws.cloudtrail.recipient_account_id", "recipientAccountId"),
    ("cloud.account.id", "recipientAccountId"),
    ("aws.cloudtrail.error_code", "errorCode"),
    ("aws.cloudtrail.read_only", "readOnly"),
    ("aws.cloudtrail.event_category", "eventCategory"),
    ("aws.cloudtrail.event_type", "eventType"),
    ("aws.cloudtrail.management_event", "managementEvent"),
    ("aws.cloudtrail.user_identity.arn", "userIdentity.arn"),
    ("aws.cloudtrail.user_identity.type", "userIdentity.type"),
    ("aws.cloudtrail.user_identity.invoked_by", "userIdentity.invokedBy"),
    ("user.name", "userIdentity.userName"),
    ("user_agent.original", "userAgent"),
];

/// The fields of a document.
pub(super) struct Fields(Map<String, Value>);

impl Fields {
    /// Returns the fields if they are those of a CloudTrail event.
    pub(super) fn of(members: &Members<'_>) -> Option<Self> {
        let wanted = |name: &str| {
            matches!(name, "event.dataset" | "data_stream" | "data_stream.dataset")
                || PLACES.iter().any(|(place, _)| place.starts_with(name))
        };
        let fields = members.0.iter().filter(|(name, _)| wanted(name));
        let value = |text: &str| serde_json::from_str(text).unwrap_or_default();
        let fields = Self(fields.map(|(name, text)| (name.to_string(), value(text))).collect());
        let whole = ["@timestamp", "event.provider", "event.action"];
        let dataset = fields.get("event.dataset").or_else(|| fields.get("data_stream.dataset"));
        let is_cloudtrail = dataset.as_deref() == Some("aws.cloudtrail")
            || fields.find("aws.cloudtrail").is_some()
            || fields.0.keys().any(|name| name.starts_with("aws.cloudtrail."));
        (is_cloudtrail && whole.iter().all(|place| fields.get(place).is_some())).then_some(fields)
    }

    /// Hands on the record that the fields of a document with that text tell of.
    pub(super) fn read(&self, document: &str, intake: &mut Intake<'_>) {
        let mut record = Record::default();
        for (place, field) in PLACES.into_iter().rev() {
            if let Some(text) = self.get(place) {
                record.set(field, text);
            }
        }
        intake.record(&record, &document);
    }

    /// Returns a value as text; of a list its first.
    fn get(&self, place: &str) -> Option<String> {
        match self.find(place)? {
            Value::Array(values) => values.first().and_then(text),
            value => text(value),
        }
    }

    /// Finds a value by its path, whose names may be joined by points or nested.
    fn find(&self, place: &str) -> Option<&Value> {
        fn inside<'v>(fields: &'v Map<String, Value>, place: &str) -> Option<&'v Value> {
            if let Some(value) = fields.get(place) {
                return Some(value);
            }
            place.match_indices('.').find_map(|(at, _)| {
                inside(fields.get(&place[..at])?.as_object()?, &place[at + 1..])
            })
        }
        inside(&self.0, place)
    }
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(truth) => Some(truth.to_string()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}
