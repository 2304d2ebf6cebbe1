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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        attribution::{Attribution, Share},
        detector::{Direction, Expectations, Finding},
        insight::{Average, Explanation, InsightState},
        series::{EventCategory, SeriesKey},
    };

    const NOON: Minute = Minute::from_epoch(1_440 * 20_000 + 720);

    /// Returns the Start of an API's insight whose calls these identities made, during it and
    /// before.
    fn insight(api: &str, start: Minute, during: &[&str], before: &[&str]) -> Insight {
        let shares = |names: &[&str]| {
            names.iter().map(|&name| Share { value: name.into(), count: 1 }).collect::<Vec<_>>()
        };
        let identities = Attribution {
            attribute: Attribute::UserIdentityArn,
            insight: shares(during),
            baseline: shares(before),
        };
        let agents = Attribution {
            attribute: Attribute::UserAgent,
            insight: shares(&["console"]),
            baseline: Vec::new(),
        };
        let nobody = during.is_empty() && before.is_empty();
        Insight {
            state: InsightState::Start,
            series: SeriesKey {
                account_id: "111122223333".into(),
                region: "eu-west-1".into(),
                event_source: "ec2.amazonaws.com".into(),
                event_name: api.into(),
                category: EventCategory::Management,
                error_code: None,
            },
            start,
            end: None,
            known_at: start,
            baseline: Average::default(),
            insight: Average::default(),
            attributions: if nobody { vec![agents] } else { vec![agents, identities] },
            explanation: Explanation {
                finding: Finding {
                    direction: Direction::Rise,
                    onset: start,
                    window: Minutes::new(1),
                    observed: 9,
                    expected: 1.0,
                    ordinary: (0, 3),
                    expectations: Expectations::default(),
                    score: 9.0,
                    threshold: 1.0,
                    missed: None,
                },
                detected_at: start,
                incident: Uuid::nil(),
            },
        }
    }

    fn after(minutes: u32) -> Minute {
        NOON + Minutes::new(minutes)
    }

    #[test]
    fn what_starts_within_a_quarter_of_an_hour_by_the_same_identity_is_one_incident() {
        let mut incidents = Incidents::default();
        let first = insight("CreateUser", after(20), &["ada", "bob"], &[]);
        assert_eq!(incidents.of(&first, after(20)), first.shared_event_id());
        for (minutes, together) in [(5, true), (35, true), (20, true), (4, false), (36, false)] {
            let mut incidents = incidents.clone();
            let other = insight("CreateRole", after(minutes), &["ada"], &["bob"]);
            let expected = if together { &first } else { &other }.shared_event_id();
            assert_eq!(incidents.of(&other, after(40)), expected, "at {minutes}");
        }
    }

    #[test]
    fn an_incident_does_not_grow_beyond_a_quarter_of_an_hour_from_its_first_insight() {
        let mut incidents = Incidents::default();
        let [first, second, third] = [("A", 0), ("B", 14), ("C", 28)]
            .map(|(api, at)| insight(api, after(at), &["ada"], &[]));
        let found = [&first, &second, &third].map(|i| incidents.of(i, i.start));
        assert_eq!(found, [&first, &first, &third].map(Insight::shared_event_id));
    }

    #[test]
    fn another_main_identity_or_account_is_another_incident() {
        let mut incidents = Incidents::default();
        let first = insight("CreateUser", NOON, &["ada", "bob"], &[]);
        incidents.of(&first, NOON);
        let second = insight("CreateRole", NOON, &["bob", "ada"], &[]);
        assert_eq!(incidents.of(&second, NOON), second.shared_event_id());
        let mut elsewhere = insight("CreateRole", NOON, &["ada"], &[]);
        elsewhere.series.account_id = "444455556666".into();
        assert_eq!(incidents.of(&elsewhere, NOON), elsewhere.shared_event_id());
        let mut region = insight("CreateRole", NOON, &["ada"], &[]);
        region.series.region = "us-east-1".into();
        assert_eq!(incidents.of(&region, NOON), first.shared_event_id(), "Regions are crossed");
    }

    #[test]
    fn who_called_before_stands_for_who_is_silent() {
        let mut incidents = Incidents::default();
        let first = insight("PutObject", NOON, &[], &["ada"]);
        incidents.of(&first, NOON);
        let second = insight("GetObject", after(3), &[], &["ada"]);
        assert_eq!(incidents.of(&second, after(9)), first.shared_event_id());
    }

    #[test]
    fn what_nobody_is_known_to_have_done_is_an_incident_of_its_own() {
        let mut incidents = Incidents::default();
        for api in ["PutObject", "GetObject"] {
            let anonymous = insight(api, NOON, &[], &[]);
            assert_eq!(incidents.of(&anonymous, NOON), anonymous.shared_event_id());
        }
        assert_eq!(incidents, Incidents::default(), "nothing to remember");
    }

    #[test]
    fn an_incident_is_remembered_for_half_a_day() {
        let first = insight("CreateUser", NOON, &["ada"], &[]);
        let late = insight("CreateRole", after(10), &["ada"], &[]);
        for (hours, expected) in [(12, &first), (13, &late)] {
            let mut incidents = Incidents::default();
            incidents.of(&first, NOON);
            assert_eq!(
                incidents.of(&late, NOON + Minutes::hours(hours)),
                expected.shared_event_id()
            );
        }
    }
}
