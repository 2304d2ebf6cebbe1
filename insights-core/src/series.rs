//! What is counted apart: [`SeriesKey`], [`LogKey`], [`EventCategory`], [`InsightType`]; and
//! [`SeriesRef`], a key that is still borrowed.

use std::fmt;

use hashbrown::Equivalent;
use serde::{Deserialize, Serialize};

/// The category of a CloudTrail event that can have insights.
#[derive(
    Clone, Copy, Debug, Default, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize,
)]
pub enum EventCategory {
    /// Operations on resources: `RunInstances`, `CreateRole`.
    #[default]
    Management,
    /// Operations in a resource: `GetObject`, `Invoke`.
    Data,
}

impl EventCategory {
    /// Returns the name CloudTrail uses.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Management => "Management",
            Self::Data => "Data",
        }
    }
}

impl fmt::Display for EventCategory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The kind of rate that left its baseline.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
pub enum InsightType {
    /// The calls a minute of an API.
    #[serde(rename = "ApiCallRateInsight")]
    CallRate,
    /// The failed calls a minute of an API, for one error code.
    #[serde(rename = "ApiErrorRateInsight")]
    ErrorRate,
}

impl InsightType {
    /// Returns the name CloudTrail uses.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CallRate => "ApiCallRateInsight",
            Self::ErrorRate => "ApiErrorRateInsight",
        }
    }
}

impl fmt::Display for InsightType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One log: what an account records of one category in a Region, or in all.
///
/// A trail records the management events of all Regions unless it is told not to: the first
/// call in a Region that was never used is news. Data events are switched on apart and for some
/// resources, so their first call in a Region may only mean that logging began there. Each
/// [whole](Self::whole) log has its own beginning, and only from there on is a missing call a
/// zero. The part of a Region can be missing alone.
#[derive(Clone, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
pub struct LogKey {
    /// The account that received the events, 12 digits; empty where unknown.
    pub account_id: Box<str>,
    /// The Region, such as `eu-west-1`; empty for the management events of all Regions.
    pub region: Box<str>,
    /// The category of the events.
    pub category: EventCategory,
}

impl LogKey {
    /// Returns the log that this one is a part of: management events have one for all Regions.
    #[must_use]
    pub fn whole(&self) -> Self {
        let region = match self.category {
            EventCategory::Management => "",
            EventCategory::Data => &*self.region,
        };
        Self { account_id: self.account_id.clone(), region: region.into(), ..*self }
    }
}

/// One series of counts a minute: an API in an account and Region, and for failures the code.
///
/// The order is by account, Region, source, name, category and code, the calls before their
/// failures.
#[derive(Clone, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
pub struct SeriesKey {
    /// The account that received the events, 12 digits; empty where unknown.
    pub account_id: Box<str>,
    /// The Region, such as `eu-west-1`.
    pub region: Box<str>,
    /// The service, such as `ec2.amazonaws.com`.
    pub event_source: Box<str>,
    /// The API, such as `RunInstances`.
    pub event_name: Box<str>,
    /// The category of the events.
    pub category: EventCategory,
    /// The code of the failures counted, or none where calls are counted.
    pub error_code: Option<Box<str>>,
}

impl SeriesKey {
    /// Returns what the series counts.
    #[must_use]
    pub const fn insight_type(&self) -> InsightType {
        if self.error_code.is_some() { InsightType::ErrorRate } else { InsightType::CallRate }
    }

    /// Returns the log of its Region, which the series belongs to.
    #[must_use]
    pub fn log(&self) -> LogKey {
        LogKey {
            account_id: self.account_id.clone(),
            region: self.region.clone(),
            category: self.category,
        }
    }

    /// Returns whether both count the same API, whatever their error codes.
    #[must_use]
    pub fn same_api(&self, other: &Self) -> bool {
        self.account_id == other.account_id
            && self.region == other.region
            && self.event_source == other.event_source
            && self.event_name == other.event_name
            && self.category == other.category
    }
}

impl fmt::Display for SeriesKey {
    /// Writes `account/region/source:name`, then `:code` for failures.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { account_id, region, event_source, event_name, .. } = self;
        write!(f, "{account_id}/{region}/{event_source}:{event_name}")?;
        self.error_code.as_ref().map_or(Ok(()), |code| write!(f, ":{code}"))
    }
}

/// A [`SeriesKey`] whose texts are borrowed, as from an event or a row of a table; it hashes alike.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct SeriesRef<'a> {
    /// The account that received the events, 12 digits; empty where unknown.
    pub account_id: &'a str,
    /// The Region, such as `eu-west-1`.
    pub region: &'a str,
    /// The service, such as `ec2.amazonaws.com`.
    pub event_source: &'a str,
    /// The API, such as `RunInstances`.
    pub event_name: &'a str,
    /// The category of the events.
    pub category: EventCategory,
    /// The code of the failures counted, or none where calls are counted; never empty.
    pub error_code: Option<&'a str>,
}

impl SeriesRef<'_> {
    /// Returns the log of its Region, which the series belongs to.
    #[must_use]
    pub fn log(&self) -> LogKey {
        LogKey {
            account_id: self.account_id.into(),
            region: self.region.into(),
            category: self.category,
        }
    }

    /// Returns the key itself.
    #[must_use]
    pub fn own(&self) -> SeriesKey {
        SeriesKey {
            account_id: self.account_id.into(),
            region: self.region.into(),
            event_source: self.event_source.into(),
            event_name: self.event_name.into(),
            category: self.category,
            error_code: self.error_code.map(Into::into),
        }
    }
}

impl<'a> From<&'a SeriesKey> for SeriesRef<'a> {
    fn from(key: &'a SeriesKey) -> Self {
        Self {
            account_id: &key.account_id,
            region: &key.region,
            event_source: &key.event_source,
            event_name: &key.event_name,
            category: key.category,
            error_code: key.error_code.as_deref(),
        }
    }
}

impl Equivalent<SeriesKey> for SeriesRef<'_> {
    fn equivalent(&self, key: &SeriesKey) -> bool {
        *self.event_name == *key.event_name
            && *self.event_source == *key.event_source
            && *self.account_id == *key.account_id
            && *self.region == *key.region
            && self.category == key.category
            && self.error_code == key.error_code.as_deref()
    }
}
