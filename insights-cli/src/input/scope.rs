//! [`Scope`]: which keys can hold events that are looked for.

use chrono::NaiveDate;
use insights_core::{Minute, Minutes, Selection};

use crate::input::key::{Kind, ObjectKey};

/// The Regions whose names global services put into their events, one for each partition.
const GLOBAL: [&str; 3] = ["us-east-1", "us-gov-west-1", "cn-north-1"];

/// What an archive is searched for, as far as the names of its folders and files tell where that
/// can be.
///
/// Days are those of delivery: an event is never delivered before it happened, and what comes
/// later than the allowed lateness does not count.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scope {
    accounts: Vec<String>,
    regions: Vec<String>,
    first: Option<NaiveDate>,
    last: Option<NaiveDate>,
    /// What is looked for besides logs of calls, which a key seldom tells.
    besides: Kind,
}

impl Scope {
    pub(crate) fn new(selection: &Selection, allowed_lateness: Minutes) -> Self {
        let last_minute = |to: Minute| to + allowed_lateness - Minutes::new(1);
        Self {
            accounts: selection.accounts.clone(),
            regions: selection.regions.clone(),
            first: selection.from.map(day_of),
            last: selection.to.map(|to| day_of(last_minute(to))),
            besides: Kind::Log,
        }
    }

    /// Returns the scope of all Insights events.
    pub(crate) fn of_insights() -> Self {
        Self { besides: Kind::Insight, ..Self::default() }
    }

    /// Returns whether objects of that kind can hold what is looked for.
    pub(super) fn admits_kind(&self, kind: Kind) -> bool {
        kind == Kind::Log || kind == self.besides
    }

    /// Returns whether an object with this key can hold events that are looked for.
    pub(crate) fn admits(&self, key: &ObjectKey) -> bool {
        let days = key.day.map(|day| (day, day));
        self.admits_parts(key.account_id.as_deref(), key.region.as_deref(), days)
    }

    /// Returns whether what has this account, this Region and its first and last day between
    /// these can hold events that are looked for. What is not known admits it.
    pub(super) fn admits_parts(
        &self,
        account: Option<&str>,
        region: Option<&str>,
        days: Option<(NaiveDate, NaiveDate)>,
    ) -> bool {
        let (earliest, latest) = days.unwrap_or((NaiveDate::MIN, NaiveDate::MAX));
        let earliest = self.first.map_or(earliest, |first| earliest.max(first));
        let latest = self.last.map_or(latest, |last| latest.min(last));
        earliest <= latest
            && account.is_none_or(|account| listed(&self.accounts, account))
            && region.is_none_or(|region| self.admits_region(region, earliest))
    }

    /// Returns whether the folder of a Region can hold what is looked for on `day` or later.
    ///
    /// Until 2021-11-22 events of global services were delivered to the folders of other Regions
    /// too, though they name the one Region of their partition.
    fn admits_region(&self, region: &str, day: NaiveDate) -> bool {
        let settled = NaiveDate::from_ymd_opt(2021, 11, 24).unwrap_or_default();
        let global = || self.regions.iter().any(|region| GLOBAL.contains(&region.as_str()));
        listed(&self.regions, region) || (day < settled && global())
    }
}

/// Returns whether a list names `value`; an empty one names everything.
fn listed(list: &[String], value: &str) -> bool {
    list.is_empty() || list.iter().any(|listed| listed == value)
}

fn day_of(minute: Minute) -> NaiveDate {
    minute.instant().date_naive()
}
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_to_stop_at_midnight_keeps_no_day_for_nothing() {
        let last = |to: &str| {
            let to = to.parse().map(Minute::containing).ok();
            let selection = Selection { to, ..Selection::default() };
            Scope::new(&selection, Minutes::days(1)).last.map(|day| day.to_string())
        };
        assert_eq!(last("2026-03-04T00:00:00Z").as_deref(), Some("2026-03-04"));
        assert_eq!(last("2026-03-04T00:01:00Z").as_deref(), Some("2026-03-05"));
    }
}
