//! [`Event`]: one API call as the engine sees it, borrowed from the record it came in.

use chrono::{DateTime, Utc};

use crate::{
    series::{EventCategory, SeriesRef},
    time::Minute,
};

/// One API call.
///
/// ```
/// use chrono::DateTime;
/// use insights_core::{Event, EventCategory};
///
/// let time = DateTime::from_timestamp(1_772_445_600, 0).unwrap();
/// let event = Event::new(time, "s3.amazonaws.com", "GetObject")
///     .account_id("111122223333")
///     .region("eu-west-1")
///     .category(EventCategory::Data)
///     .read_only(true)
///     .error_code("AccessDenied");
/// assert_eq!(event.error_code, Some("AccessDenied"));
/// ```
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Event<'a> {
    /// When the call completed.
    pub time: DateTime<Utc>,
    /// The service, such as `ec2.amazonaws.com`.
    pub event_source: &'a str,
    /// The API, such as `RunInstances`.
    pub event_name: &'a str,
    /// The account that received the event; empty where unknown.
    pub account_id: &'a str,
    /// The Region of the record; empty where unknown.
    pub region: &'a str,
    /// The category; management by default.
    pub category: EventCategory,
    /// Whether the call cannot change anything; false by default.
    pub read_only: bool,
    /// The error code of a failed call; never empty.
    pub error_code: Option<&'a str>,
    /// Who called: an ARN, or the nearest thing to one the record has.
    pub user_identity: Option<&'a str>,
    /// The program that called.
    pub user_agent: Option<&'a str>,
    /// The resource of a data event.
    pub resource_arn: Option<&'a str>,
    /// The id by which deliveries of the same event are told; without one every delivery counts.
    pub event_id: Option<&'a str>,
}

impl<'a> Event<'a> {
    /// Returns a successful management call that may change something, by nobody in particular.
    #[must_use]
    pub const fn new(time: DateTime<Utc>, event_source: &'a str, event_name: &'a str) -> Self {
        Self {
            time,
            event_source,
            event_name,
            account_id: "",
            region: "",
            category: EventCategory::Management,
            read_only: false,
            error_code: None,
            user_identity: None,
            user_agent: None,
            resource_arn: None,
            event_id: None,
        }
    }

    /// Returns the minute of the call.
    #[must_use]
    pub fn minute(&self) -> Minute {
        Minute::containing(self.time)
    }

    /// Returns the series of its API, or the one of its failures with that code.
    pub(crate) const fn series(&self, error_code: Option<&'a str>) -> SeriesRef<'a> {
        SeriesRef {
            account_id: self.account_id,
            region: self.region,
            event_source: self.event_source,
            event_name: self.event_name,
            category: self.category,
            error_code,
        }
    }

    /// Sets the account that received the event.
    #[must_use]
    pub const fn account_id(self, account_id: &'a str) -> Self {
        Self { account_id, ..self }
    }

    /// Sets the Region of the record.
    #[must_use]
    pub const fn region(self, region: &'a str) -> Self {
        Self { region, ..self }
    }

    /// Sets the category.
    #[must_use]
    pub const fn category(self, category: EventCategory) -> Self {
        Self { category, ..self }
    }

    /// Sets whether the call cannot change anything.
    #[must_use]
    pub const fn read_only(self, read_only: bool) -> Self {
        Self { read_only, ..self }
    }

    /// Sets the error code; an empty one is no error.
    #[must_use]
    pub const fn error_code(self, error_code: &'a str) -> Self {
        Self { error_code: if error_code.is_empty() { None } else { Some(error_code) }, ..self }
    }

    /// Sets who called.
    #[must_use]
    pub const fn user_identity(self, user_identity: &'a str) -> Self {
        Self { user_identity: Some(user_identity), ..self }
    }

    /// Sets the program that called.
    #[must_use]
    pub const fn user_agent(self, user_agent: &'a str) -> Self {
        Self { user_agent: Some(user_agent), ..self }
    }

    /// Sets the resource of a data event.
    #[must_use]
    pub const fn resource_arn(self, resource_arn: &'a str) -> Self {
        Self { resource_arn: Some(resource_arn), ..self }
    }

    /// Sets the id of the event.
    #[must_use]
    pub const fn event_id(self, event_id: &'a str) -> Self {
        Self { event_id: Some(event_id), ..self }
    }
}
