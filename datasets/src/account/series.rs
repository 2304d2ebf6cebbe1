//! [`Series`]: the counts of one API in a Region, or of one of its errors.

use std::fmt;

use crate::account::named::named;

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

named! {
    /// What the normal calls of a series come from.
    #[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
    pub enum Kind {
        /// People at a console or a shell.
        People = "people",
        /// Deployments.
        Deployment = "deployment",
        /// A daily sweep over all resources.
        Scanner = "scanner",
        /// Programs that ask again and again.
        Poller = "poller",
        /// Jobs that run every hour or more often.
        FrequentJob = "frequent-job",
        /// Jobs that run up to four times a day.
        DailyJob = "daily-job",
        /// Jobs that run once a week or a month.
        SeldomJob = "seldom-job",
        /// Users of the account's applications.
        Traffic = "traffic",
        /// Capacity that follows the traffic.
        Scaling = "scaling",
        /// Services that are born, moved, retired, or grow.
        Changing = "changing",
        /// Rare administration, a call at a time.
        Rare = "rare",
        /// Rare administration, several calls at a time.
        Chore = "chore",
        /// Calls refused because there are too many.
        Throttling = "throttling",
        /// Calls refused for lack of permission.
        Denial = "denial",
        /// Calls for what is not there.
        Missing = "missing",
        /// Nothing: there are no normal calls.
        Silent = "silent",
    }
}

impl fmt::Display for Series {
    /// Writes `source:name:code:region`, the code empty for calls.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let code = self.error_code.unwrap_or_default();
        write!(f, "{}:{}:{code}:{}", self.event_source, self.event_name, self.region)
    }
}
