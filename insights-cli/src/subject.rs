//! [`Subject`]: what an Insight or a label is about.

use std::fmt;

use insights_core::{InsightType, SeriesKey};

/// A series by what every label and every Insights event tells of it: the category of the calls
/// was not told before the end of 2024, and the name of an API tells it anyway.
#[derive(Clone, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(crate) struct Subject {
    pub(crate) account_id: Box<str>,
    pub(crate) region: Box<str>,
    pub(crate) event_source: Box<str>,
    pub(crate) event_name: Box<str>,
    /// The code of the failures counted, or none where calls are counted.
    pub(crate) error_code: Option<Box<str>>,
}

impl Subject {
    /// Returns what is counted.
    pub(crate) const fn insight_type(&self) -> InsightType {
        if self.error_code.is_some() { InsightType::ErrorRate } else { InsightType::CallRate }
    }
}

impl From<&SeriesKey> for Subject {
    fn from(series: &SeriesKey) -> Self {
        let SeriesKey { account_id, region, event_source, event_name, error_code, .. } =
            series.clone();
        Self { account_id, region, event_source, event_name, error_code }
    }
}

impl fmt::Display for Subject {
    /// Writes `account/region/source:name`, then `:code` for failures, as series are written.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { account_id, region, event_source, event_name, error_code } = self;
        write!(f, "{account_id}/{region}/{event_source}:{event_name}")?;
        error_code.as_ref().map_or(Ok(()), |code| write!(f, ":{code}"))
    }
}
