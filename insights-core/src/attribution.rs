//! Who and what a count is made of: [`Attributes`] of calls, [`Attribution`] of an insight.

use std::collections::BTreeMap;

use hashbrown::Equivalent;
use serde::{Deserialize, Serialize};

use crate::event::Event;

/// The most values an attribution lists, as in CloudTrail.
pub const TOP: usize = 5;

/// What calls of one series and minute have in common.
///
/// Every part is optional, as a table of counts need not have it. An event without an
/// identity or a user agent has the value `"null"`, the word CloudTrail uses for an absent
/// error code.
#[derive(Clone, Debug, Default, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
pub struct Attributes {
    /// Who called.
    pub user_identity: Option<Box<str>>,
    /// The program that called.
    pub user_agent: Option<Box<str>>,
    /// The resource of data events.
    pub resource_arn: Option<Box<str>>,
}

impl Attributes {
    /// Returns whether nothing is known.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.user_identity.is_none() && self.user_agent.is_none() && self.resource_arn.is_none()
    }
}

/// [`Attributes`] whose texts are borrowed, as from an event or a row of a table; they hash alike.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub struct AttributesRef<'a> {
    /// Who called.
    pub user_identity: Option<&'a str>,
    /// The program that called.
    pub user_agent: Option<&'a str>,
    /// The resource of data events.
    pub resource_arn: Option<&'a str>,
}

impl<'a> AttributesRef<'a> {
    pub(crate) fn of(event: &Event<'a>) -> Self {
        Self {
            user_identity: event.user_identity.or(Some("null")),
            user_agent: event.user_agent.or(Some("null")),
            resource_arn: event.resource_arn,
        }
    }

    pub(crate) fn own(&self) -> Attributes {
        Attributes {
            user_identity: self.user_identity.map(Into::into),
            user_agent: self.user_agent.map(Into::into),
            resource_arn: self.resource_arn.map(Into::into),
        }
    }
}

impl<'a> From<&'a Attributes> for AttributesRef<'a> {
    fn from(attributes: &'a Attributes) -> Self {
        Self {
            user_identity: attributes.user_identity.as_deref(),
            user_agent: attributes.user_agent.as_deref(),
            resource_arn: attributes.resource_arn.as_deref(),
        }
    }
}

impl Equivalent<Attributes> for AttributesRef<'_> {
    fn equivalent(&self, key: &Attributes) -> bool {
        self.user_identity == key.user_identity.as_deref()
            && self.user_agent == key.user_agent.as_deref()
            && self.resource_arn == key.resource_arn.as_deref()
    }
}

/// What an attribution tells apart.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
pub enum Attribute {
    /// Who called.
    #[serde(rename = "userIdentityArn")]
    UserIdentityArn,
    /// The program that called.
    #[serde(rename = "userAgent")]
    UserAgent,
    /// The error code of the calls, `"null"` for success; call-rate insights only.
    #[serde(rename = "errorCode")]
    ErrorCode,
    /// The resource; data events only.
    #[serde(rename = "resourceArn")]
    ResourceArn,
}

/// A value and the calls that carry it.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Share {
    /// The value, verbatim.
    pub value: Box<str>,
    /// The calls that carry it in the span reported.
    pub count: u64,
}

/// The values behind an insight, during it and in its baseline.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Attribution {
    /// What is told apart.
    pub attribute: Attribute,
    /// The top values during the insight, by count and then by value.
    pub insight: Vec<Share>,
    /// The top values in the baseline, by count and then by value.
    pub baseline: Vec<Share>,
}

/// Exact counts by value, cut to the top only when reported.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally<'a>(BTreeMap<&'a str, u64>);

impl<'a> Tally<'a> {
    pub(crate) fn add(&mut self, value: &'a str, count: u64) {
        if count > 0 {
            *self.0.entry(value).or_default() += count;
        }
    }

    /// Returns the most frequent values, equals in the order of the values.
    pub(crate) fn top(&self) -> Vec<Share> {
        let mut shares: Vec<_> = self.0.iter().map(|(&value, &count)| (count, value)).collect();
        shares.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(b.1)));
        shares.truncate(TOP);
        shares.into_iter().map(|(count, value)| Share { value: value.into(), count }).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_top_five_come_by_count_and_then_by_value() {
        let mut tally = Tally::default();
        for (value, count) in [("b", 2), ("a", 2), ("z", 9), ("c", 1), ("e", 1), ("d", 1), ("f", 0)]
        {
            tally.add(value, count);
        }
        let top: Vec<_> = tally.top().into_iter().map(|s| (s.value.to_string(), s.count)).collect();
        let expected = [("z", 9), ("a", 2), ("b", 2), ("c", 1), ("d", 1)];
        assert_eq!(top, expected.map(|(v, n)| (v.to_owned(), n)));
    }
}
