//! The Regions of the account, and which services have none.

/// Where most of it runs.
pub(crate) const HOME: &str = "eu-central-1";
/// The second place, and where the services without Regions are.
pub(crate) const GLOBAL: &str = "us-east-1";
/// A small place.
pub(crate) const SECOND: &str = "eu-west-1";
/// Another.
pub(crate) const FAR: &str = "ap-southeast-2";

/// Returns the Region in which calls of a service are recorded if they are made from one.
pub(crate) fn region_of(service: &str, region: &'static str) -> &'static str {
    let global = ["iam", "cloudfront", "route53", "ce", "organizations", "signin", "support"];
    if global.contains(&service) { GLOBAL } else { region }
}
