//! [`Series`]: the counts of one API in a Region, or of one of its errors.

use std::fmt;

/// The calls of one API in a Region, or those of them that failed with one code.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Series {
    /// The Region, such as `eu-central-1`.
    pub region: &'static str,
    /// The service, such as `ec2.amazonaws.com`.
    pub event_source: String,
    /// The API, such as `DescribeInstances`.
    pub event_name: &'static str,
    /// Whether the calls are data events rather than management events.
    pub is_data: bool,
    /// The code of the failures counted, or none where all calls are counted.
    pub error_code: Option<&'static str>,
    /// What most of its normal calls come from.
    pub kind: Kind,
    /// The calls, by minute and then by identity, none of them zero.
    pub cells: Vec<Cell>,
}

/// The calls of one identity in one minute.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Cell {
    /// The minute, from the start of the account.
    pub minute: u32,
    /// The position of the caller in the identities of the account.
    pub identity: u16,
    /// The calls.
    pub count: u32,
}

/// What the normal calls of a series come from.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Kind {
    /// People at a console or a shell.
    People,
    /// Deployments.
    Deployment,
    /// A daily sweep over all resources.
    Scanner,
    /// Programs that ask again and again.
    Poller,
    /// Jobs that run every hour or more often.
    FrequentJob,
    /// Jobs that run up to four times a day.
    DailyJob,
    /// Jobs that run once a week or a month.
    SeldomJob,
    /// Users of the account's applications.
    Traffic,
    /// Capacity that follows the traffic.
    Scaling,
    /// Services that are born, moved, retired, or grow.
    Changing,
    /// Rare administration, a call at a time.
    Rare,
    /// Rare administration, several calls at a time.
    Chore,
    /// Calls refused because there are too many.
    Throttling,
    /// Calls refused for lack of permission.
    Denial,
    /// Calls for what is not there.
    Missing,
    /// Nothing: there are no normal calls.
    Silent,
}

impl Kind {
    /// All kinds, in their order.
    pub const ALL: [Self; 16] = [
        Self::People,
        Self::Deployment,
        Self::Scanner,
        Self::Poller,
        Self::FrequentJob,
        Self::DailyJob,
        Self::SeldomJob,
        Self::Traffic,
        Self::Scaling,
        Self::Changing,
        Self::Rare,
        Self::Chore,
        Self::Throttling,
        Self::Denial,
        Self::Missing,
        Self::Silent,
    ];

    /// Returns the name used in tables.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::People => "people",
            Self::Deployment => "deployment",
            Self::Scanner => "scanner",
            Self::Poller => "poller",
            Self::FrequentJob => "frequent-job",
            Self::DailyJob => "daily-job",
            Self::SeldomJob => "seldom-job",
            Self::Traffic => "traffic",
            Self::Scaling => "scaling",
            Self::Changing => "changing",
            Self::Rare => "rare",
            Self::Chore => "chore",
            Self::Throttling => "throttling",
            Self::Denial => "denial",
            Self::Missing => "missing",
            Self::Silent => "silent",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Display for Series {
    /// Writes `source:name:code:region`, the code empty for calls.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let code = self.error_code.unwrap_or_default();
        write!(f, "{}:{}:{code}:{}", self.event_source, self.event_name, self.region)
    }
}
