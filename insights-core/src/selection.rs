//! [`Selection`]: which events count, and for which series.

use serde::{Deserialize, Serialize};

use crate::{
    event::Event,
    series::{EventCategory, SeriesKey, SeriesRef},
    time::Minute,
};

/// Which events count; by default exactly those that CloudTrail Insights analyses.
///
/// The call rate counts management events that write and all data events; the error rate
/// counts every event with an error code. Each list that is not empty narrows that to its
/// members.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Selection {
    /// Whether the call rate also counts management events that only read. The default is no,
    /// as in CloudTrail; with it, reconnaissance shows and there are many more series.
    pub include_reads: bool,
    /// The accounts that count.
    pub accounts: Vec<String>,
    /// The Regions that count.
    pub regions: Vec<String>,
    /// The services that count, such as `ec2.amazonaws.com`.
    pub event_sources: Vec<String>,
    /// The APIs that count, such as `RunInstances`.
    pub event_names: Vec<String>,
    /// The categories that count.
    pub categories: Vec<EventCategory>,
    /// The first minute of the log. The default is its beginning.
    pub from: Option<Minute>,
    /// The minute before which the log ends. The default is its end.
    pub to: Option<Minute>,
}

/// What an event counts for.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Choice {
    /// It counts as a call of its API.
    pub(crate) call: bool,
    /// It counts as a failure of its API.
    pub(crate) failure: bool,
}

impl Choice {
    pub(crate) const fn any(self) -> bool {
        self.call || self.failure
    }
}

impl Selection {
    /// Returns whether the log reaches to `minute`.
    #[must_use]
    pub fn spans(&self, minute: Minute) -> bool {
        self.from.is_none_or(|from| from <= minute) && self.to.is_none_or(|to| minute < to)
    }

    /// Returns whether `event` counts for any series.
    #[must_use]
    pub fn admits(&self, event: &Event<'_>) -> bool {
        self.choose(event).any()
    }

    /// Returns whether the counts of `series` belong to the selection.
    #[must_use]
    pub fn admits_series<'a>(&self, series: impl Into<SeriesRef<'a>>) -> bool {
        let SeriesRef { account_id, region, event_source, event_name, category, .. } =
            series.into();
        self.lists_admit(account_id, region, event_source, event_name, category)
    }

    /// Returns whether `event` counts for `series`.
    #[must_use]
    pub fn counts_for(&self, event: &Event<'_>, series: &SeriesKey) -> bool {
        let choice = self.choose(event);
        let counts = match &series.error_code {
            None => choice.call,
            Some(code) => choice.failure && event.error_code == Some(code),
        };
        counts
            && *series.account_id == *event.account_id
            && *series.region == *event.region
            && *series.event_source == *event.event_source
            && *series.event_name == *event.event_name
            && series.category == event.category
    }

    pub(crate) fn choose(&self, event: &Event<'_>) -> Choice {
        let admitted = self.spans(event.minute())
            && self.lists_admit(
                event.account_id,
                event.region,
                event.event_source,
                event.event_name,
                event.category,
            );
        if !admitted {
            return Choice::default();
        }
        Choice {
            call: event.category == EventCategory::Data || !event.read_only || self.include_reads,
            failure: event.error_code.is_some(),
        }
    }

    fn lists_admit(
        &self,
        account: &str,
        region: &str,
        source: &str,
        name: &str,
        category: EventCategory,
    ) -> bool {
        let any = |list: &[String], value: &str| list.is_empty() || list.iter().any(|v| v == value);
        any(&self.accounts, account)
            && any(&self.regions, region)
            && any(&self.event_sources, source)
            && any(&self.event_names, name)
            && (self.categories.is_empty() || self.categories.contains(&category))
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    fn event() -> Event<'static> {
        Event::new(DateTime::from_timestamp(1_700_000_000, 0).unwrap(), "ec2.amazonaws.com", "X")
    }

    #[test]
    fn the_default_is_what_cloudtrail_analyses() {
        let choose = |event| {
            let Choice { call, failure } = Selection::default().choose(&event);
            (call, failure)
        };
        let data = event().category(EventCategory::Data);
        assert_eq!(choose(event()), (true, false));
        assert_eq!(choose(event().read_only(true)), (false, false));
        assert_eq!(choose(event().read_only(true).error_code("Denied")), (false, true));
        assert_eq!(choose(event().error_code("Denied")), (true, true));
        assert_eq!(choose(event().error_code("")), (true, false));
        assert_eq!(choose(data), (true, false));
        assert_eq!(choose(data.read_only(true)), (true, false));
    }

    #[test]
    fn lists_narrow_and_reads_are_added_on_request() {
        let reads = Selection { include_reads: true, ..Selection::default() };
        assert!(reads.admits(&event().read_only(true)));
        let other = Selection { event_names: vec!["Y".into()], ..Selection::default() };
        assert!(!other.admits(&event()));
        let late = Selection { from: Some(event().minute()), ..Selection::default() };
        assert!(late.admits(&event()));
        let early = Selection { to: Some(event().minute()), ..Selection::default() };
        assert!(!early.admits(&event()));
    }
}
