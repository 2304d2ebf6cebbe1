//! [`Comparison`]: how far our Insights are from somebody else's of the same log.

use std::collections::BTreeSet;

use insights_core::{Attribute, AttributionRecord, Minutes, Statistics};

use crate::{
    episodes::Episode,
    matching::against_others,
    scoring::{difference, quantile},
};

/// Which episodes both sides tell of, and which only one of them.
#[derive(Debug)]
pub(crate) struct Comparison<'e> {
    pub(crate) both: Vec<Pair<'e>>,
    pub(crate) only_theirs: Vec<&'e Episode>,
    pub(crate) only_ours: Vec<&'e Episode>,
}

/// An episode that both sides tell of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pair<'e> {
    pub(crate) theirs: &'e Episode,
    pub(crate) ours: &'e Episode,
}

/// How far the values of an attribution agree.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Agreement {
    /// The pairs of which both sides tell values during the Insight.
    pub(crate) pairs: u64,
    /// Those whose first values are the same.
    pub(crate) same_top: u64,
    /// The values that both sides tell, and all of them.
    pub(crate) shared: u64,
    pub(crate) values: u64,
}

/// The attributions there are, in the order in which they are written.
pub(crate) const ATTRIBUTES: [(Attribute, &str); 4] = [
    (Attribute::UserIdentityArn, "userIdentityArn"),
    (Attribute::UserAgent, "userAgent"),
    (Attribute::ErrorCode, "errorCode"),
    (Attribute::ResourceArn, "resourceArn"),
];

impl<'e> Comparison<'e> {
    /// Pairs the episodes, see [`against_others`].
    pub(crate) fn new(theirs: &'e [Episode], ours: &'e [Episode], tolerance: Minutes) -> Self {
        let pairs = against_others(theirs, ours, tolerance);
        let (left, right): (BTreeSet<usize>, BTreeSet<usize>) = pairs.iter().copied().unzip();
        let rest = |side: &'e [Episode], paired: &BTreeSet<usize>| {
            let rest = side.iter().enumerate().filter(|(at, _)| !paired.contains(at));
            rest.map(|(_, episode)| episode).collect()
        };
        Self {
            both: pairs.iter().map(|&(l, r)| Pair { theirs: &theirs[l], ours: &ours[r] }).collect(),
            only_theirs: rest(theirs, &left),
            only_ours: rest(ours, &right),
        }
    }

    /// Returns how far an attribution agrees over all pairs.
    pub(crate) fn agreement(&self, attribute: Attribute) -> Agreement {
        let mut total = Agreement::default();
        for own in self.both.iter().filter_map(|pair| pair.agreement(attribute)) {
            total.pairs += own.pairs;
            total.same_top += own.same_top;
            total.shared += own.shared;
            total.values += own.values;
        }
        total
    }

    /// Returns the least, the middle and the greatest of a difference in minutes, and of how many
    /// pairs it is known.
    pub(crate) fn minutes(
        &self,
        difference: impl Fn(&Pair<'e>) -> Option<i64>,
    ) -> Option<(i64, i64, i64, usize)> {
        let mut all: Vec<i64> = self.both.iter().filter_map(difference).collect();
        all.sort_unstable();
        Some((*all.first()?, quantile(&all, 50)?, *all.last()?, all.len()))
    }

    /// Returns the middle and the greatest of how far two averages differ, as parts of the
    /// greater one, and of how many pairs both are known.
    pub(crate) fn averages(
        &self,
        of: impl Fn(&Episode) -> Option<f64>,
    ) -> Option<(f64, f64, usize)> {
        let both = self.both.iter().filter_map(|pair| of(pair.theirs).zip(of(pair.ours)));
        let mut all: Vec<f64> = both.map(|(theirs, ours)| apart(theirs, ours)).collect();
        all.sort_unstable_by(f64::total_cmp);
        Some((quantile(&all, 50)?, *all.last()?, all.len()))
    }
}

impl Pair<'_> {
    /// Returns how many minutes later ours starts.
    pub(crate) fn start_difference(&self) -> Option<i64> {
        Some(difference(self.ours.start?, self.theirs.start?))
    }

    /// Returns how many minutes later ours ends.
    pub(crate) fn end_difference(&self) -> Option<i64> {
        Some(difference(self.ours.end?, self.theirs.end?))
    }

    /// Returns how far the values of an attribution agree, if both sides tell some.
    pub(crate) fn agreement(&self, attribute: Attribute) -> Option<Agreement> {
        let theirs = values(&self.theirs.attributions, attribute)?;
        let ours = values(&self.ours.attributions, attribute)?;
        let left: BTreeSet<&str> = theirs.iter().copied().collect();
        let right: BTreeSet<&str> = ours.iter().copied().collect();
        Some(Agreement {
            pairs: 1,
            same_top: u64::from(theirs[0] == ours[0]),
            shared: left.intersection(&right).count() as u64,
            values: left.union(&right).count() as u64,
        })
    }
}

/// Returns the average of the unusual minutes.
pub(crate) fn average(numbers: Option<Statistics>) -> Option<f64> {
    numbers.map(|numbers| numbers.insight.average)
}

/// Returns the values of an attribution during the Insight, if there are any.
fn values(attributions: &[AttributionRecord], attribute: Attribute) -> Option<Vec<&str>> {
    let own = attributions.iter().find(|own| own.attribute == attribute)?;
    let values: Vec<&str> = own.insight.iter().map(|share| share.value.as_str()).collect();
    (!values.is_empty()).then_some(values)
}

/// Returns how far two averages differ as a part of the greater one.
fn apart(a: f64, b: f64) -> f64 {
    let greater = a.abs().max(b.abs());
    if greater > 0.0 { (a - b).abs() / greater } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use insights_core::{Minute, Rate, ValueRate};

    use super::*;
    use crate::subject::Subject;

    fn episode(start: u32, end: Option<u32>, average: f64, values: &[&str]) -> Episode {
        let rate = |average| Rate { average };
        let numbers = Statistics {
            baseline: rate(average / 10.0),
            insight: rate(average),
            insight_duration: None,
            baseline_duration: None,
        };
        let shares = |value: &&str| ValueRate { value: (*value).to_owned(), average };
        Episode {
            records: Vec::new(),
            subject: Subject::default(),
            start: Some(Minute::from_epoch(start)),
            end: end.map(Minute::from_epoch),
            known_at: None,
            opening: Some(numbers),
            whole: None,
            attributions: vec![AttributionRecord {
                attribute: Attribute::UserAgent,
                insight: values.iter().map(shares).collect(),
                baseline: Vec::new(),
            }],
        }
    }

    #[test]
    fn pairs_tell_how_far_they_are_apart_and_the_rest_who_found_it() {
        let theirs = [
            episode(100, Some(120), 10.0, &["cli", "sdk"]),
            episode(500, None, 4.0, &["cli"]),
            episode(900, Some(910), 1.0, &[]),
        ];
        let ours = [
            episode(502, Some(511), 4.0, &["sdk", "cli"]),
            episode(98, Some(121), 8.0, &["cli", "web"]),
            episode(2_000, Some(2_010), 1.0, &[]),
        ];
        let comparison = Comparison::new(&theirs, &ours, Minutes::new(5));
        assert_eq!(comparison.both.len(), 2);
        assert_eq!(comparison.only_theirs, [&theirs[2]]);
        assert_eq!(comparison.only_ours, [&ours[2]]);
        assert_eq!(comparison.minutes(Pair::start_difference), Some((-2, -2, 2, 2)));
        assert_eq!(comparison.minutes(Pair::end_difference), Some((1, 1, 1, 1)));
        let opening = comparison.averages(|episode| average(episode.opening));
        assert!(opening.is_some_and(|(middle, most, pairs)| {
            middle.abs() < 1e-12 && (most - 0.2).abs() < 1e-12 && pairs == 2
        }));
        assert_eq!(comparison.averages(|episode| average(episode.whole)), None);
        let agreement = Agreement { pairs: 2, same_top: 1, shared: 2, values: 5 };
        assert_eq!(comparison.agreement(Attribute::UserAgent), agreement);
        assert_eq!(comparison.agreement(Attribute::ErrorCode), Agreement::default());
    }

    #[test]
    fn averages_differ_by_a_part_of_the_greater() {
        for (a, b, expected) in [(0.0, 0.0, 0.0), (0.0, 3.0, 1.0), (4.0, 3.0, 0.25)] {
            assert!((apart(a, b) - expected).abs() < 1e-12);
            assert!((apart(b, a) - expected).abs() < 1e-12);
        }
    }
}
