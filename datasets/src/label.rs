//! The truth about an archive: what an ideal detector reports.

use std::fmt;

use chrono::{DateTime, SecondsFormat, Utc};

/// One anomaly of one series.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Label {
    /// `ApiCallRateInsight` or `ApiErrorRateInsight`.
    pub insight_type: &'static str,
    /// The 12 digits of the account.
    pub account_id: String,
    /// The Region of the calls.
    pub aws_region: String,
    /// The service with its domain, such as `ec2.amazonaws.com`.
    pub event_source: String,
    /// The name of the event.
    pub event_name: &'static str,
    /// The code of an error-rate anomaly, empty for a call-rate anomaly.
    pub error_code: &'static str,
    /// The first unusual minute.
    pub start: DateTime<Utc>,
    /// The first minute that is usual again.
    pub end: DateTime<Utc>,
}

impl Label {
    /// The first line of a file of labels.
    pub const HEADER: &str =
        "insight_type,account_id,aws_region,event_source,event_name,error_code,start,end";
}

/// Writes the label as a line of CSV. No field can hold a comma or a quote.
impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = |time: &DateTime<Utc>| time.to_rfc3339_opts(SecondsFormat::Secs, true);
        write!(
            f,
            "{},{},{},{},{},{},{},{}",
            self.insight_type,
            self.account_id,
            self.aws_region,
            self.event_source,
            self.event_name,
            self.error_code,
            time(&self.start),
            time(&self.end)
        )
    }
}
