//! [`Incidents`]: insights that start together and share their main identity are one story.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    attribution::Attribute,
    insight::Insight,
    time::{Minute, Minutes},
};

/// The incidents that another insight may still join, in order of their first insights.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(transparent)]
pub(crate) struct Incidents(Vec<Incident>);

/// The first insight of an incident.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
struct Incident {
    account_id: Box<str>,
    identity: Box<str>,
    start: Minute,
    /// The id its Start and End share.
    id: Uuid,
}

impl Incidents {
    /// Insights that start so far apart, or closer, start together.
    const TOGETHER: Minutes = Minutes::new(15);
    /// How long an incident is remembered: a Start is known within hours.
    const MEMORY: Minutes = Minutes::hours(12);

    /// Returns the incident of an insight that was decided at `now`: the shared id of the first
    /// insight of it, which may be this one.
    pub(crate) fn of(&mut self, insight: &Insight, now: Minute) -> Uuid {
        let own = insight.shared_event_id();
        self.0.retain(|incident| now.since(incident.start) <= Self::MEMORY);
        let Some(identity) = main_identity(insight) else { return own };
        let apart = |start: Minute| start.since(insight.start).max(insight.start.since(start));
        let known = self.0.iter().find(|incident| {
            incident.account_id == insight.series.account_id
                && *incident.identity == *identity
                && apart(incident.start) <= Self::TOGETHER
        });
        if let Some(known) = known {
            return known.id;
        }
        self.0.push(Incident {
            account_id: insight.series.account_id.clone(),
            identity: identity.into(),
            start: insight.start,
            id: own,
        });
        own
    }
}

/// Returns who made most of the calls, or made them before if none came.
fn main_identity(insight: &Insight) -> Option<&str> {
    let identities = insight
        .attributions
        .iter()
        .find(|attribution| attribution.attribute == Attribute::UserIdentityArn)?;
    let first = identities.insight.first().or(identities.baseline.first())?;
    Some(&first.value)
}
