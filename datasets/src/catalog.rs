//! The APIs an archive is made of: what they are called, by whom, and what their records hold.

mod detailed;
mod failures;
mod plain;

pub(crate) use failures::{Failure, STANDING, denial};

use anyhow::ensure;

/// What CloudTrail makes of a call of an API.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Kind {
    /// A management event that changes nothing.
    Read,
    /// A management event that changes something.
    Write,
    /// A data event that changes nothing.
    DataRead,
    /// A data event that changes something.
    DataWrite,
}

impl Kind {
    /// Returns true for a call that changes nothing.
    pub(crate) const fn is_read_only(self) -> bool {
        matches!(self, Self::Read | Self::DataRead)
    }

    /// Returns true for a call on the content of a resource rather than the resource.
    pub(crate) const fn is_data(self) -> bool {
        matches!(self, Self::DataRead | Self::DataWrite)
    }
}

/// Who usually calls an API.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Caller {
    /// People at the console.
    Console,
    /// Deployment pipelines and audit jobs.
    Tool,
    /// Applications under a role of their own.
    Workload,
    /// The agent on an instance, under the role of the instance.
    Instance,
    /// A service of AWS on behalf of the account; the text is its principal.
    Service(&'static str),
    /// The root user.
    Root,
}

/// One API. The texts are JSON with placeholders, filled in by
/// [`Call`](crate::record::Call).
#[derive(Clone, Debug)]
pub(crate) struct Api<'a> {
    /// The service without its domain, such as `ec2`.
    pub(crate) service: &'a str,
    /// The name of the event, such as `RunInstances`.
    pub(crate) name: &'static str,
    /// What CloudTrail makes of a call.
    pub(crate) kind: Kind,
    /// How common it is, relative to the other APIs.
    pub(crate) weight: f64,
    /// Who usually calls it.
    pub(crate) caller: Caller,
    /// `requestParameters`.
    pub(crate) request: &'static str,
    /// `responseElements`.
    pub(crate) response: &'static str,
    /// `resources`; left out if empty.
    pub(crate) resources: &'static str,
}

impl Api<'_> {
    /// The write API that a fleet of instances calls to say it is alive.
    pub(crate) const HEARTBEAT: (&'static str, &'static str) = ("ssm", "UpdateInstanceInformation");

    /// Returns true for an API whose service has its only endpoint in the first Region.
    pub(crate) fn is_global(&self) -> bool {
        matches!(self.service, "iam" | "route53" | "cloudfront" | "organizations" | "signin")
    }

    /// Returns true if this is the API of the service with the name.
    pub(crate) fn is(&self, (service, name): (&str, &str)) -> bool {
        self.service == service && self.name == name
    }
}

/// Returns the first `count` APIs of the catalogue, the most useful ones first.
///
/// # Errors
///
/// Returns an error if the catalogue has fewer, or the anomalies need more.
pub(crate) fn apis(count: usize) -> anyhow::Result<Vec<Api<'static>>> {
    let mut apis = detailed::apis();
    apis.extend(plain::apis());
    ensure!(
        (detailed::ESSENTIAL..=apis.len()).contains(&count),
        "the number of APIs is {count}, but has to be from {} to {}",
        detailed::ESSENTIAL,
        apis.len()
    );
    apis.truncate(count);
    Ok(apis)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_catalogue_holds_300_distinct_apis() {
        let apis = apis(300).unwrap();
        let names: BTreeSet<_> = apis.iter().map(|api| (api.service, api.name)).collect();
        assert_eq!(names.len(), 300);
        assert!(super::apis(100_000).is_err());
    }

    #[test]
    fn every_standing_failure_belongs_to_an_api() {
        let apis = apis(300).unwrap();
        for (api, _, _) in STANDING {
            assert!(apis.iter().any(|found| found.is(*api)), "{api:?}");
        }
    }
}
