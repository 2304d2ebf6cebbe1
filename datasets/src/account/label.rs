//! [`Label`]: what is unusual and where; [`Neutral`]: where nobody can say.

use std::ops::Range;

use crate::account::named::named;

/// One unusual span of one series.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Label {
    /// The position of the series in the account.
    pub series: usize,
    /// The first minute whose count is not the normal one, to the minute after the last.
    pub minutes: Range<u32>,
    /// What happened.
    pub class: Class,
    /// A number that all labels of one cause have in common.
    pub incident: u32,
}

/// A span of a series in which a report is neither right nor wrong.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Neutral {
    /// The position of the series in the account.
    pub series: usize,
    /// The minutes.
    pub minutes: Range<u32>,
    /// Why.
    pub reason: Reason,
}

/// Why a span is neutral.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Reason {
    /// A service is new.
    Born,
    /// Its calls now come in another Region or to another API.
    Moved,
    /// It is no more.
    Retired,
    /// It has another level from one hour to the next.
    Stepped,
    /// An anomaly shows here too, but not enough for a label.
    Touched,
}

impl Reason {
    /// Returns the name used in tables.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Born => "born",
            Self::Moved => "moved",
            Self::Retired => "retired",
            Self::Stepped => "stepped",
            Self::Touched => "touched",
        }
    }
}

named! {
    /// The kind of anomaly.
    #[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
    pub enum Class {
        /// Somebody with stolen credentials looks around: 20 to 200 calls of several APIs.
        CredentialAbuse = "credential-abuse",
        /// Five to ten times the calls of a busy read API for 10 to 60 minutes.
        Exfiltration = "exfiltration",
        /// An API of few calls is called 20 to 100 times a minute for 20 to 180 minutes.
        RunawayLoop = "runaway-loop",
        /// A caller fails again and again.
        ErrorStorm = "error-storm",
        /// Far more calls are refused for being too many than at any normal peak.
        ThrottlingStorm = "throttling-storm",
        /// One minute of many calls.
        Spike = "spike",
        /// Four to ten calls within ten minutes of an API that has a few a week.
        RareBurst = "rare-burst",
        /// Twice the calls for three to eight hours.
        Doubling = "doubling",
        /// One to four times the calls over two to four hours, then as before.
        Ramp = "ramp",
        /// Steps of 40 to 60 minutes up to 3.3 times the calls.
        Staircase = "staircase",
        /// A burst within three hours of a daily job, of a third of its calls up to all.
        BesideJob = "beside-job",
        /// A run of a daily job is missing.
        MissingJob = "missing-job",
        /// Two to four runs of an hourly or half-hourly job are missing.
        MissingRuns = "missing-runs",
        /// No calls for 15 to 120 minutes.
        Outage = "outage",
        /// 70 to 90 % fewer calls for 40 to 150 minutes.
        PartialOutage = "partial-outage",
    }
}

impl Class {
    /// Returns whether there are fewer calls than normal, and not more.
    #[must_use]
    pub const fn is_fall(self) -> bool {
        matches!(self, Self::MissingJob | Self::MissingRuns | Self::Outage | Self::PartialOutage)
    }
}
