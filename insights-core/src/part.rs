//! [`Part`]: the series that one of several engines judges.

use std::{cmp::Reverse, collections::BTreeMap, num::NonZeroU64};

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
/// use insights_core::{Config, Engine, Part, SealedCounts, Watermark};
/// # let (sealed, end) = (SealedCounts::default(), Watermark::START);
/// let parts = Part::all(4).into_iter().map(|part| {
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
#[serde(transparent)]
pub struct Part {
    /// One bit for each of the buckets that series fall into by their hash.
    buckets: NonZeroU64,
}

impl Part {
    /// All series.
    pub const WHOLE: Self = Self { buckets: NonZeroU64::MAX };

    /// The most parts there can be.
    pub const MOST: usize = 64;

    /// Returns so many parts, from one to [`MOST`](Self::MOST); each series is in one of them,
    /// whatever other series there are.
    #[must_use]
    pub fn all(of: usize) -> Vec<Self> {
        Self::of_weights(of, &[1; Self::MOST])
    }

    /// Returns so many parts at most that have about as much to do, given what each series weighs:
    /// its rows of counts, say.
    #[must_use]
    pub fn balanced<'a>(
        of: usize,
        weights: impl IntoIterator<Item = (&'a SeriesKey, u64)>,
    ) -> Vec<Self> {
        let mut buckets = [0_u64; Self::MOST];
        for (series, weight) in weights {
            let bucket = &mut buckets[bucket(series)];
            *bucket = bucket.saturating_add(weight);
        }
        Self::of_weights(of, &buckets)
    }

    /// Gives each bucket, the heaviest first, to the part that has the least (Graham 1969).
    fn of_weights(of: usize, weights: &[u64; Self::MOST]) -> Vec<Self> {
        let mut parts = vec![(0_u64, 0_u64); of.clamp(1, Self::MOST)];
        let mut order: Vec<usize> = (0..Self::MOST).collect();
        order.sort_by_key(|&bucket| Reverse(weights[bucket]));
        for bucket in order {
            // Buckets that weigh nothing go round, so that no part is left without one.
            let least = parts.iter_mut().min_by_key(|part| (part.0, part.1.count_ones()));
            if let Some((weight, buckets)) = least {
                *weight = weight.saturating_add(weights[bucket]);
                *buckets |= 1 << bucket;
            }
        }
        let buckets = parts.into_iter().filter_map(|(_, buckets)| NonZeroU64::new(buckets));
        buckets.map(|buckets| Self { buckets }).collect()
    }

    /// Returns whether it is all series.
    #[must_use]
    pub const fn is_whole(&self) -> bool {
        self.buckets.get() == u64::MAX
    }

    /// Returns whether a series is in this part.
    #[must_use]
    pub fn has(self, series: &SeriesKey) -> bool {
        self.is_whole() || self.buckets.get() >> bucket(series) & 1 == 1
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

/// Returns whether an insight is a Start that the end of the log brought before the minutes it
/// averages over were there. Such ones come after all others of their watermark.
fn is_cut_short(insight: &Insight) -> bool {
    insight.state == InsightState::Start && insight.known_at < insight.start + OPENING
}

/// Returns the minute that an engine had come to when it reported the insight.
fn decided_at(insight: &Insight) -> Minute {
    if is_cut_short(insight) { insight.known_at } else { insight.known_at - Minutes::new(1) }
}

/// Returns the bucket of a series by FNV-1a (Fowler, Noll and Vo, 64 bits): the same on every
/// machine.
fn bucket(series: &SeriesKey) -> usize {
    let SeriesKey { account_id, region, event_source, event_name, category, error_code } = series;
    let code = error_code.as_deref().unwrap_or_default();
    let hash = [&**account_id, region, event_source, event_name, category.as_str(), code]
        .into_iter()
        .flat_map(|part| part.bytes().chain([0]))
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
    // The high bits are mixed best.
    usize::try_from(hash >> 58).unwrap_or_default()
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

    fn api(number: u32) -> SeriesKey {
        series(&format!("Api{number}"))
    }

    #[test]
    fn each_series_is_in_one_part_and_parts_are_alike_in_size() {
        for of in [1, 2, 4, 64, 1_000] {
            let parts = Part::all(of);
            assert_eq!(parts.len(), of.min(Part::MOST));
            let mut sizes = vec![0; parts.len()];
            for number in 0..2_000 {
                let mut in_parts = (0..).zip(&parts).filter(|(_, part)| part.has(&api(number)));
                sizes[in_parts.next().unwrap().0] += 1;
                assert!(in_parts.next().is_none());
            }
            let fair = 2_000 / parts.len();
            let alike = |size: &usize| (fair / 3..=fair * 5 / 3).contains(size);
            assert!(sizes.iter().all(alike), "{of}: {sizes:?}");
        }
        assert_eq!(Part::all(0), [Part::WHOLE]);
    }

    #[test]
    fn parts_are_balanced_by_what_series_weigh() {
        let weight = |number: u32| if number.is_multiple_of(8) { 40_000 } else { 300 };
        let all: Vec<(SeriesKey, u64)> = (0..400).map(|n| (api(n), weight(n))).collect();
        let parts = Part::balanced(2, all.iter().map(|(series, weight)| (series, *weight)));
        let share = |part: &Part| {
            all.iter().filter(|(series, _)| part.has(series)).map(|(_, weight)| weight).sum()
        };
        let shares: Vec<u64> = parts.iter().map(share).collect();
        assert_eq!(shares.iter().sum::<u64>(), 50 * 40_000 + 350 * 300);
        assert!(shares[0].abs_diff(shares[1]) < 45_000, "{shares:?}");
        let none = Part::balanced(3, []);
        assert_eq!(none.len(), 3, "what is met later has a part too");
    }

    #[test]
    fn a_part_without_series_is_refused() {
        let part = |text| serde_json::from_str::<Part>(text);
        assert_eq!(part("18446744073709551615").unwrap(), Part::WHOLE);
        assert!(part("0").is_err());
    }
}
