//! [`Record`]: a CloudTrail record as it is read, and the [`Event`] it tells of.

use std::borrow::Cow;

use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess},
};

use crate::{
    cloudtrail::{
        record_error::RecordError,
        resources::Resources,
        rules::{infer_category, infer_read_only},
        user_identity::UserIdentity,
        value::{Lenient, Value, lenient},
    },
    event::Event,
    series::EventCategory,
};

/// A CloudTrail record, as far as insights need it.
///
/// Reading never fails on a value of an unexpected type: such a value spoils its own record,
/// told by [`content`](Self::content), and not the file around it. Everything else in the
/// record is skipped.
///
/// ```
/// use insights_core::{Content, Record};
///
/// let json = r#"{"eventTime": "2026-03-02T14:05:09Z", "eventSource": "ec2.amazonaws.com",
///     "eventName": "RunInstances", "recipientAccountId": "111122223333", "readOnly": false}"#;
/// let record: Record<'_> = serde_json::from_str(json)?;
/// let Content::Call { event, .. } = record.content("", "eu-west-1")? else { panic!() };
/// assert_eq!(event.account_id, "111122223333");
/// assert_eq!(event.region, "eu-west-1");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Record<'a> {
    event_time: Value<'a>,
    /// When the event was, in records whose `eventTime` Logstash took out.
    timestamp: Value<'a>,
    event_source: Value<'a>,
    event_name: Value<'a>,
    aws_region: Value<'a>,
    recipient_account_id: Value<'a>,
    event_id: Value<'a>,
    error_code: Value<'a>,
    user_agent: Value<'a>,
    event_category: Value<'a>,
    event_type: Value<'a>,
    read_only: Value<'a>,
    management_event: Value<'a>,
    pub(super) user_identity: UserIdentity<'a>,
    pub(super) resources: Resources<'a>,
}

/// What a record is.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Content<'a> {
    /// An API call.
    Call {
        /// The call.
        event: Event<'a>,
        /// Whether its category or whether it reads had to be inferred from its name.
        inferred: bool,
    },
    /// An Insights event of CloudTrail's own.
    Insight,
    /// A count of data events over five minutes.
    Aggregated,
    /// An event of a VPC endpoint.
    NetworkActivity,
}

impl Record<'_> {
    /// Returns what the record is.
    ///
    /// `account_id` and `region` are used where the record names none; the path of its file may
    /// tell them.
    ///
    /// # Errors
    ///
    /// Returns an error for a call without a time, a source or a name, with a time that
    /// [`event_time`](crate::event_time) does not know, with a value of the wrong type in a field that is used, or
    /// with an account that a spreadsheet shortened; and for notices of other services (S3's of
    /// new objects, say), which look like records.
    pub fn content<'s>(
        &'s self,
        account_id: &'s str,
        region: &'s str,
    ) -> Result<Content<'s>, RecordError> {
        let event_type = self.event_type.text("eventType")?;
        let category = self.event_category.text("eventCategory")?;
        match (category, event_type) {
            (Some("Insight"), _) | (_, Some("AwsCloudTrailInsight")) => {
                return Ok(Content::Insight);
            }
            (Some("Aggregated"), _) | (_, Some("AwsAggregatedEvent")) => {
                return Ok(Content::Aggregated);
            }
            (Some("NetworkActivity"), _) | (_, Some("AwsVpceEvent" | "AwsVpceEvents")) => {
                return Ok(Content::NetworkActivity);
            }
            _ => {}
        }
        let required = |value: Option<&'s str>, field| {
            value.filter(|text| !text.is_empty()).ok_or(RecordError::Missing { field })
        };
        let time = match self.event_time {
            Value::Absent => &self.timestamp,
            _ => &self.event_time,
        };
        let time = time.time("eventTime")?;
        let source = required(self.event_source.text("eventSource")?, "eventSource")?;
        if source.starts_with("aws:") {
            return Err(RecordError::Notice { source: source.into() });
        }
        let name = required(self.event_name.text("eventName")?, "eventName")?;
        let (category, inferred_category) = self.category(category, source, name)?;
        let read_only = self.read_only.truth("readOnly")?;
        let identity = &self.user_identity;
        let account = [
            self.recipient_account_id.text("recipientAccountId")?,
            identity.account_id.text("userIdentity.accountId")?,
        ];
        let account = account.into_iter().flatten().find(|id| !id.is_empty());
        if let Some(id) = account.filter(|id| is_shortened(id)) {
            return Err(RecordError::ShortenedAccount { found: id.into() });
        }
        let region_named = self.aws_region.text("awsRegion")?.filter(|name| !name.is_empty());
        let event = Event {
            account_id: account.unwrap_or(account_id),
            region: region_named.unwrap_or(region),
            category,
            read_only: read_only.unwrap_or_else(|| infer_read_only(source, name)),
            error_code: self.error_code.text("errorCode")?.filter(|code| !code.is_empty()),
            user_identity: identity.key()?,
            user_agent: self.user_agent.text("userAgent")?.filter(|agent| !agent.is_empty()),
            resource_arn: match category {
                EventCategory::Data => self.resources.arn(),
                EventCategory::Management => None,
            },
            event_id: self.event_id.text("eventID")?.filter(|id| !id.is_empty()),
            ..Event::new(time, source, name)
        };
        Ok(Content::Call { event, inferred: inferred_category || read_only.is_none() })
    }

    /// Returns whether the record has any of the fields by which a record is known.
    #[must_use]
    pub fn is_recognised(&self) -> bool {
        [&self.event_time, &self.event_name, &self.event_id, &self.event_type, &self.event_category]
            .into_iter()
            .any(|value| !matches!(value, Value::Absent))
    }

    /// Returns whether the record has the fields that every record has, so that it is no part of
    /// one: a time, and an id or a source and a name.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        let there = |value: &Value<'_>| *value != Value::Absent;
        (there(&self.event_time) || there(&self.timestamp))
            && (there(&self.event_id) || there(&self.event_source) && there(&self.event_name))
    }

    /// Returns the category and whether it was inferred.
    fn category(
        &self,
        named: Option<&str>,
        source: &str,
        name: &str,
    ) -> Result<(EventCategory, bool), RecordError> {
        match named {
            Some("Management") => return Ok((EventCategory::Management, false)),
            Some("Data") => return Ok((EventCategory::Data, false)),
            Some(other) if !other.is_empty() => {
                return Err(RecordError::UnknownCategory { found: other.into() });
            }
            _ => {}
        }
        Ok(match self.management_event.truth("managementEvent")? {
            Some(true) => (EventCategory::Management, false),
            Some(false) => (EventCategory::Data, false),
            None => (infer_category(source, name, self.resources.hold_an_object()), true),
        })
    }
}

/// Returns whether a text is a number that was shortened to be looked at: `1.23457E+11`.
fn is_shortened(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit())
        && text.contains(['E', 'e'])
        && text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b',' | b'E' | b'e' | b'+'))
}

impl<'de> Record<'de> {
    /// Reads the value of one field, skipped if it does not matter.
    ///
    /// It is for readers of containers that learn only on the way whether an object is a
    /// record. Of a field that occurs twice the last value counts.
    ///
    /// # Errors
    ///
    /// Returns the error of `map` for text that is not JSON.
    pub fn read_field<A: MapAccess<'de>>(
        &mut self,
        key: &str,
        map: &mut A,
    ) -> Result<(), A::Error> {
        match key {
            "userIdentity" => self.user_identity = map.next_value()?,
            "resources" => self.resources = map.next_value()?,
            _ => match self.field(key) {
                Some(field) => *field = map.next_value()?,
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
            },
        }
        Ok(())
    }

    /// Sets a field to a text, as cells of tables hold them, and returns whether it matters.
    ///
    /// Fields of the user identity are called `userIdentity.arn` and so on. An empty text is as
    /// good as none. `resources` are none of these fields.
    ///
    /// ```
    /// use insights_core::{Content, Record};
    ///
    /// let mut record = Record::default();
    /// for (field, text) in [
    ///     ("eventTime", "2026-03-02, 02:05:09 PM"),
    ///     ("eventSource", "ec2.amazonaws.com"),
    ///     ("eventName", "RunInstances"),
    ///     ("readOnly", "false"),
    ///     ("userIdentity.userName", "ada"),
    /// ] {
    ///     assert!(record.set(field, text));
    /// }
    /// assert!(!record.set("sourceIPAddress", "192.0.2.1"));
    /// let Content::Call { event, .. } = record.content("", "")? else { panic!() };
    /// assert_eq!(event.user_identity, Some("ada"));
    /// # Ok::<(), insights_core::RecordError>(())
    /// ```
    pub fn set(&mut self, field: &str, text: impl Into<Cow<'de, str>>) -> bool {
        let place = match field.strip_prefix("userIdentity.") {
            Some(field) => self.user_identity.field(field),
            None => self.field(field),
        };
        let Some(place) = place else { return false };
        let text = text.into();
        *place = if text.is_empty() { Value::Absent } else { Value::Text(text) };
        true
    }

    /// Returns where the text or truth of a field goes, if it matters.
    pub(super) fn field(&mut self, key: &str) -> Option<&mut Value<'de>> {
        Some(match key {
            "eventTime" => &mut self.event_time,
            "@timestamp" => &mut self.timestamp,
            "eventSource" => &mut self.event_source,
            "eventName" => &mut self.event_name,
            "awsRegion" => &mut self.aws_region,
            "recipientAccountId" => &mut self.recipient_account_id,
            "eventID" => &mut self.event_id,
            "errorCode" => &mut self.error_code,
            "userAgent" => &mut self.user_agent,
            "eventCategory" => &mut self.event_category,
            "eventType" => &mut self.event_type,
            "readOnly" => &mut self.read_only,
            "managementEvent" => &mut self.management_event,
            _ => return None,
        })
    }
}

impl<'de> Lenient<'de> for Record<'de> {
    fn map<A: MapAccess<'de>>(&mut self, map: &mut A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<Value<'de>>()? {
            self.read_field(key.as_text().unwrap_or_default(), map)?;
        }
        Ok(())
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Record<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        lenient(deserializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Record<'_> {
        serde_json::from_str(json).unwrap()
    }

    fn event_of(json: &str) -> Result<String, RecordError> {
        let record = read(json);
        Ok(match record.content("999999999999", "path-region")? {
            Content::Call { event: e, inferred } => format!(
                "{} {} {} {} {} {} {:?} {:?} {:?} {inferred}",
                e.minute(),
                e.account_id,
                e.region,
                e.event_name,
                e.category,
                e.read_only,
                e.error_code,
                e.user_identity,
                e.resource_arn,
            ),
            other => format!("{other:?}"),
        })
    }

    const CALL: &str = r#""eventTime":"2026-03-02T14:05:09Z","eventSource":"s3.amazonaws.com","eventName":"GetObject""#;

    #[test]
    fn what_a_record_says_goes_before_what_is_inferred() {
        let said = format!(
            r#"{{{CALL},"eventCategory":"Management","readOnly":"false","awsRegion":"r","recipientAccountId":"1","errorCode":"","userIdentity":{{"arn":"","invokedBy":"x"}}}}"#
        );
        assert_eq!(
            event_of(&said).unwrap(),
            "2026-03-02T14:05:00Z 1 r GetObject Management false None Some(\"x\") None false"
        );
        let unsaid = format!(
            r#"{{{CALL},"errorCode":"E","userIdentity":{{"accountId":"2"}},"resources":[{{"type":"AWS::S3::Object","ARN":"o"}},{{"ARN":"b","type":"AWS::S3::Bucket"}}]}}"#
        );
        assert_eq!(
            event_of(&unsaid).unwrap(),
            "2026-03-02T14:05:00Z 2 path-region GetObject Data true Some(\"E\") Some(\"2\") Some(\"b\") true"
        );
    }

    #[test]
    fn a_wrong_value_spoils_its_record_and_says_where() {
        let error = |json: &str| event_of(json).unwrap_err().to_string();
        assert_eq!(error("{}"), "eventTime is missing");
        assert_eq!(error("7"), "eventTime is missing");
        assert_eq!(
            error(&format!("{{{CALL},\"eventTime\":7}}")),
            "eventTime \"7\" is not written like a time"
        );
        assert_eq!(
            error(&format!("{{{CALL},\"userIdentity\":[1]}}")),
            "userIdentity has a value of the wrong type"
        );
        assert_eq!(
            error(&format!("{{{CALL},\"readOnly\":\"maybe\"}}")),
            "readOnly has a value of the wrong type"
        );
        assert_eq!(
            error(&format!("{{{CALL},\"eventCategory\":\"New\"}}")),
            "eventCategory \"New\" is unknown"
        );
        assert_eq!(
            error(
                &CALL
                    .replace("05:09Z", "5")
                    .replacen("\"eventTime", "{\"eventTime", 1)
                    .replace("GetObject\"", "GetObject\"}")
            ),
            "eventTime \"2026-03-02T14:5\" is not written like a time"
        );
    }

    #[test]
    fn times_may_be_numbers_or_where_logstash_puts_them() {
        let rest = r#""eventSource":"s","eventName":"n","readOnly":true,"managementEvent":true"#;
        for time in [
            r#""eventTime":1772460309"#,
            r#""eventTime":1772460309.5"#,
            r#""eventTime":"1772460309250""#,
            r#""@timestamp":"2026-03-02T14:05:09.000Z","@version":"1""#,
            r#""@timestamp":"2027-01-01T00:00:00Z","eventTime":"2026-03-02T14:05:09Z""#,
        ] {
            let told = event_of(&format!("{{{time},{rest}}}")).unwrap();
            assert!(told.starts_with("2026-03-02T14:05:00Z 999999999999 "), "{time}: {told}");
        }
        for time in [r#""eventTime":17"#, r#""eventTime":-1.5e300"#, r#""eventTime":true"#] {
            assert!(event_of(&format!("{{{time},{rest}}}")).is_err(), "{time}");
        }
    }

    #[test]
    fn what_only_looks_like_a_record_of_a_call_is_refused_by_name() {
        let notice = r#"{"eventVersion":"2.1","eventSource":"aws:s3","eventTime":"2026-03-02T14:05:09Z","eventName":"ObjectCreated:Put"}"#;
        let error = event_of(notice).unwrap_err().to_string();
        assert_eq!(error, "is a notice of aws:s3 and not a record of CloudTrail");
        for account in ["1.23457E+11", "1,23E+11", "1e11"] {
            let record = format!(r#"{{{CALL},"recipientAccountId":"{account}"}}"#);
            let error = event_of(&record).unwrap_err().to_string();
            assert_eq!(error, format!("account {account:?} was shortened by a spreadsheet"));
        }
        let named = format!(r#"{{{CALL},"recipientAccountId":"ANONYMOUS_PRINCIPAL"}}"#);
        assert!(event_of(&named).is_ok());
    }

    #[test]
    fn other_kinds_of_records_are_told_before_their_fields_are_missed() {
        for (kind, content) in [
            (r#"{"eventCategory":"Insight"}"#, "Insight"),
            (r#"{"eventType":"AwsCloudTrailInsight"}"#, "Insight"),
            (r#"{"eventCategory":"Aggregated"}"#, "Aggregated"),
            (
                r#"{"eventType":"AwsVpceEvent","eventCategory":"NetworkActivity"}"#,
                "NetworkActivity",
            ),
        ] {
            assert_eq!(event_of(kind).unwrap(), content);
        }
    }
}
