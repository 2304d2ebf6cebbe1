//! [`Part`]: the series that one of several engines judges.

use std::{collections::BTreeMap, num::NonZeroU32};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    episode::OPENING,
    incident::Incidents,
    insight::{Insight, InsightState},
    series::SeriesKey,
    time::{Minute, Minutes},
};

/// Some of the series: those that one of several engines judges.
///
/// What one series tells of the others is only whether their log is alive and who wakes together.
/// That is cheap, so the dear half of detection can be done in parts side by side: each engine is
/// given all counts and judges its own series, and [`join`](Self::join) says what one engine that
/// judges all would have said.
///
/// ```
/// use std::num::NonZeroU32;
///
/// use insights_core::{Config, Engine, Part, SealedCounts, Watermark};
/// # let (sealed, end) = (SealedCounts::default(), Watermark::START);
/// let parts = Part::all(NonZeroU32::new(4).unwrap()).map(|part| {
///     // Each of these could have a thread of its own.
///     let mut engine = Engine::new(Config::builder().part(part).build().unwrap());
///     let mut insights = engine.replay(&sealed, end);
///     insights.extend(engine.finish());
///     insights
/// });
/// let insights = Part::join(parts);
/// # assert!(insights.is_empty());
/// ```
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(try_from = "(u32, NonZeroU32)", into = "(u32, NonZeroU32)")]
pub struct Part {
    number: u32,
    of: NonZeroU32,
}

impl Part {
    /// All series.
    pub const WHOLE: Self = Self { number: 0, of: NonZeroU32::MIN };

    /// Returns so many parts; each series is in one of them, whatever other series there are.
    pub fn all(of: NonZeroU32) -> impl Iterator<Item = Self> {
        (0..of.get()).map(move |number| Self { number, of })
    }

    /// Returns whether it is all series.
    #[must_use]
    pub const fn is_whole(&self) -> bool {
        self.of.get() == 1
    }

    /// Returns whether a series is in this part.
    #[must_use]
    pub fn has(self, series: &SeriesKey) -> bool {
        self.is_whole() || hash(series) % u64::from(self.of.get()) == u64::from(self.number)
    }

    /// Joins the insights of all parts, each in the order in which its engine returned them.
    ///
    /// The result is in the order of one engine, and says which insights are one incident.
    #[must_use]
    pub fn join(parts: impl IntoIterator<Item = Vec<Insight>>) -> Vec<Insight> {
        let mut insights: Vec<Insight> = parts.into_iter().flatten().collect();
        insights.sort_by(|a, b| {
            let when = |insight: &Insight| (insight.known_at, is_cut_short(insight));
            when(a).cmp(&when(b)).then_with(|| a.series.cmp(&b.series))
        });
        let mut incidents = Incidents::default();
        let mut open = BTreeMap::<Uuid, Uuid>::new();
        for insight in &mut insights {
            let own = insight.shared_event_id();
            let incident = match insight.state {
                InsightState::Start => {
                    let incident = incidents.of(insight, decided_at(insight));
                    open.insert(own, incident);
                    incident
                }
                InsightState::End => open.remove(&own).unwrap_or(own),
            };
            insight.explanation.incident = incident;
        }
        insights
    }
}

impl Default for Part {
    fn default() -> Self {
        Self::WHOLE
    }
}

impl From<Part> for (u32, NonZeroU32) {
    fn from(part: Part) -> Self {
        (part.number, part.of)
    }
}

impl TryFrom<(u32, NonZeroU32)> for Part {
    type Error = &'static str;

    fn try_from((number, of): (u32, NonZeroU32)) -> Result<Self, &'static str> {
        if number < of.get() {
            Ok(Self { number, of })
        } else {
            Err("the number of a part must be below that of all parts")
        }
    }
}

/// Returns whether an insight is a Start that the end of the log brought before the minutes it
/// averages over were there. Such ones come after all others of their watermark.
fn is_cut_short(insight: &Insight) -> bool {
    insight.state == InsightState::Start && insight.known_at < insight.start + OPENING
}

/// Returns the minute that an engine had come to when it reported the insight.
fn decided_at(insight: &Insight) -> Minute {
    if is_cut_short(insight) { insight.known_at } else { insight.known_at - Minutes::new(1) }
}

/// FNV-1a (Fowler, Noll and Vo, 64 bits): the same on every machine.
fn hash(series: &SeriesKey) -> u64 {
    let SeriesKey { account_id, region, event_source, event_name, category, error_code } = series;
    let code = error_code.as_deref().unwrap_or_default();
    [&**account_id, region, event_source, event_name, category.as_str(), code]
        .into_iter()
        .flat_map(|part| part.bytes().chain([0]))
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::series::EventCategory;

    fn series(name: &str) -> SeriesKey {
        SeriesKey {
            account_id: "111122223333".into(),
            region: "eu-west-1".into(),
            event_source: "ec2.amazonaws.com".into(),
            event_name: name.into(),
            category: EventCategory::Management,
            error_code: None,
        }
    }

    #[test]
    fn each_series_is_in_one_part_and_parts_are_alike_in_size() {
        let of = NonZeroU32::new(4).unwrap();
        let mut sizes = [0; 4];
        for number in 0..1_000 {
            let series = series(&format!("Api{number}"));
            let mut in_parts = Part::all(of).enumerate().filter(|(_, part)| part.has(&series));
            sizes[in_parts.next().unwrap().0] += 1;
            assert_eq!(in_parts.next(), None);
        }
        assert!(sizes.iter().all(|size| (200..300).contains(size)), "{sizes:?}");
    }

    #[test]
    fn a_part_that_cannot_be_is_refused() {
        let part = |text| serde_json::from_str::<Part>(text);
        assert_eq!(part("[0,1]").unwrap(), Part::WHOLE);
        assert!(part("[2,2]").is_err());
        assert!(part("[0,0]").is_err());
    }
}
