//! [`Figures`]: how well Insights tell what labels do, in a span of time.

use std::collections::BTreeMap;

use insights_core::{Minute, Minutes};

use crate::{
    episodes::Episode,
    labels::Label,
    matching::{Judgement, Outcome},
};

/// The part of the data that is scored.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Scored {
    pub(crate) from: Minute,
    /// The minute after the last.
    pub(crate) to: Minute,
    pub(crate) accounts: u32,
}

impl Scored {
    pub(crate) fn holds(self, minute: Minute) -> bool {
        self.from <= minute && minute < self.to
    }

    /// Returns the days of each account, one after the other.
    pub(crate) fn account_days(self) -> f64 {
        const DAY: f64 = 1_440.0;
        f64::from(self.to.since(self.from).count()) * f64::from(self.accounts) / DAY
    }
}

/// The figures of a span: whole numbers, from which the shares follow.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Figures {
    /// The labels that begin in the span, and how many of them were found.
    pub(crate) labels: Share,
    /// The same by class, where labels have one.
    pub(crate) classes: BTreeMap<Box<str>, Share>,
    /// The Insights that are counted: those that found a label of the span, and the others by the
    /// minute they begin.
    pub(crate) insights: u64,
    /// Those that tell of a label that another found, or too late.
    pub(crate) again: u64,
    /// Those that tell of nothing.
    pub(crate) wrong: u64,
    /// From the start of a label to the minute in which it was known, in minutes and in order, of
    /// the labels found by an Insight that tells when.
    delays: Vec<i64>,
    /// Between the end of a label and that of its Insight, in minutes and in order, of the labels
    /// found by an Insight that has ended.
    end_errors: Vec<u32>,
}

/// A part of a number.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Share {
    pub(crate) found: u64,
    pub(crate) all: u64,
}

impl Share {
    /// Returns the part of one, if there is anything.
    pub(crate) fn part(self) -> Option<f64> {
        (self.all > 0).then(|| self.found as f64 / self.all as f64)
    }

    fn add(&mut self, found: bool) {
        self.all += 1;
        self.found += u64::from(found);
    }
}

impl Figures {
    /// Counts what lies in the span: labels by their start, and with them the Insights that found
    /// them; all other Insights by their own start.
    pub(crate) fn new(
        labels: &[Label],
        episodes: &[Episode],
        judgement: &Judgement,
        scored: Scored,
    ) -> Self {
        let mut figures = Self::default();
        for (label, found) in labels.iter().zip(&judgement.found) {
            if !scored.holds(label.start) {
                continue;
            }
            figures.labels.add(found.is_some());
            if !label.class.is_empty() {
                figures.classes.entry(label.class.clone()).or_default().add(found.is_some());
            }
            let Some(episode) = found.map(|found| &episodes[found]) else { continue };
            figures.insights += 1;
            figures.delays.extend(episode.known_at.map(|known| difference(known, label.start)));
            figures.end_errors.extend(episode.end.map(|end| apart(end, label.end).count()));
        }
        for (episode, outcome) in episodes.iter().zip(&judgement.outcomes) {
            let count = match outcome {
                Outcome::Found(_) => continue,
                Outcome::Again(_) => &mut figures.again,
                Outcome::False => &mut figures.wrong,
            };
            if scored.holds(episode.span().0) {
                *count += 1;
                figures.insights += 1;
            }
        }
        figures.delays.sort_unstable();
        figures.end_errors.sort_unstable();
        figures
    }

    /// Returns the share of the Insights that found a label among these and the false ones. What
    /// tells again counts for neither.
    pub(crate) fn precision(&self) -> Option<f64> {
        let found = self.labels.found;
        Share { found, all: found + self.wrong }.part()
    }

    /// Returns the harmonic mean of recall and precision.
    pub(crate) fn f1(&self) -> Option<f64> {
        let all = self.labels.all + self.labels.found + self.wrong;
        Share { found: 2 * self.labels.found, all }.part().filter(|_| self.labels.all > 0)
    }

    /// Returns the false Insights an account and day.
    pub(crate) fn false_per_day(&self, scored: Scored) -> Option<f64> {
        let days = scored.account_days();
        (days > 0.0).then(|| self.wrong as f64 / days)
    }

    /// Returns the delay that so many percent of them do not exceed, in minutes.
    pub(crate) fn delay(&self, percent: usize) -> Option<i64> {
        quantile(&self.delays, percent)
    }

    /// Returns the error of the End that so many percent of them do not exceed, in minutes.
    pub(crate) fn end_error(&self, percent: usize) -> Option<u32> {
        quantile(&self.end_errors, percent)
    }

    /// Returns how many of the labels that were found tell a delay.
    pub(crate) const fn delays(&self) -> usize {
        self.delays.len()
    }
}

/// Returns the value of a sorted list that so many percent of its values do not exceed.
pub(crate) fn quantile<T: Copy>(sorted: &[T], percent: usize) -> Option<T> {
    let rank = (percent * sorted.len()).div_ceil(100).max(1);
    sorted.get(rank - 1).copied()
}

/// Returns the minutes from one minute to another, negative if that is earlier.
pub(crate) fn difference(to: Minute, from: Minute) -> i64 {
    i64::from(to.since_epoch()) - i64::from(from.since_epoch())
}

fn apart(a: Minute, b: Minute) -> Minutes {
    a.max(b).since(a.min(b))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{matching::against_labels, subject::Subject};

    const NOON: u32 = 29_000_000;

    fn at(after: u32) -> Minute {
        Minute::from_epoch(NOON + after)
    }

    fn label(start: u32, end: u32, class: &str) -> Label {
        let subject = Subject::default();
        Label { subject, start: at(start), end: at(end), class: class.into() }
    }

    fn episode(start: u32, end: u32, known_at: u32) -> Episode {
        Episode {
            records: Vec::new(),
            subject: Subject::default(),
            start: Some(at(start)),
            end: Some(at(end)),
            known_at: Some(at(known_at)),
            opening: None,
            whole: None,
            attributions: Vec::new(),
        }
    }

    fn figures(scored: Scored) -> Figures {
        let labels = [
            label(100, 120, "spike"),
            label(1_000, 1_020, "spike"),
            label(2_000, 2_060, "ramp"),
            label(3_000, 3_010, ""),
        ];
        let episodes = [
            episode(101, 118, 106),
            episode(130, 140, 136),
            episode(500, 510, 505),
            episode(1_995, 2_070, 2_030),
            episode(2_990, 3_010, 3_012),
            episode(2_500, 2_510, 2_505),
        ];
        let judgement = against_labels(&labels, &episodes, Minutes::new(10));
        Figures::new(&labels, &episodes, &judgement, scored)
    }

    #[test]
    fn all_figures_are_those_of_the_pairs() {
        let scored = Scored { from: at(0), to: at(2 * 1_440), accounts: 2 };
        let figures = figures(scored);
        let share = |found, all| Share { found, all };
        assert_eq!(figures.labels, share(2, 3), "the last label lies behind the span");
        let classes: Vec<_> = figures.classes.iter().map(|(name, &own)| (&**name, own)).collect();
        assert_eq!(classes, [("ramp", share(1, 1)), ("spike", share(1, 2))]);
        assert_eq!((figures.insights, figures.again, figures.wrong), (5, 1, 2));
        let near = |found: Option<f64>, expected: f64| (found.unwrap() - expected).abs() < 1e-12;
        assert!(near(figures.labels.part(), 2.0 / 3.0));
        assert!(near(figures.precision(), 0.5));
        assert!(near(figures.f1(), 2.0 * 2.0 / (3.0 + 4.0)));
        assert!(near(figures.false_per_day(scored), 0.5), "two in four account-days");
        assert_eq!((figures.delay(50), figures.delay(95)), (Some(6), Some(30)));
        assert_eq!((figures.end_error(50), figures.end_error(95)), (Some(2), Some(10)));
    }

    #[test]
    fn parts_of_a_span_add_up_to_it() {
        let part = |from, to| figures(Scored { from: at(from), to: at(to), accounts: 1 });
        let whole = part(0, 5_000);
        for split in [0, 100, 101, 119, 131, 2_000, 2_001, 5_000] {
            let (before, after) = (part(0, split), part(split, 5_000));
            let sum = |count: fn(&Figures) -> u64| count(&before) + count(&after);
            for count in [
                |f: &Figures| f.labels.all,
                |f: &Figures| f.labels.found,
                |f: &Figures| f.insights,
                |f: &Figures| f.again,
                |f: &Figures| f.wrong,
            ] {
                assert_eq!(sum(count), count(&whole), "{split}");
            }
        }
    }

    #[test]
    fn where_there_is_nothing_there_is_no_share() {
        let figures = Figures::default();
        let shares = [figures.labels.part(), figures.precision(), figures.f1()];
        assert_eq!(shares, [None; 3]);
        let never = Scored { from: at(0), to: at(0), accounts: 1 };
        assert_eq!((figures.false_per_day(never), figures.delay(50)), (None, None));
    }

    #[test]
    fn a_quantile_is_one_of_the_values() {
        let of = |percent| quantile(&[1, 3, 5, 9], percent);
        assert_eq!([0, 50, 75, 76, 100].map(of), [1, 3, 5, 9, 9].map(Some));
        assert_eq!(quantile::<u32>(&[], 50), None);
    }
}
