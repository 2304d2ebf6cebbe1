//! Which Insight tells of which label, and which of ours is which of somebody else's:
//! [`against_labels`], [`against_others`].
//!
//! Both pair one to one, and only what is about the same series and type: account, Region,
//! service, API and, where failures are counted, the error code. Two spans are *near* if they
//! overlap or lie at most the tolerance apart. A Start without an End lasts five minutes, which
//! is what its average is over. No order of the input matters.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

use insights_core::{Minute, Minutes};

use crate::{episodes::Episode, labels::Label, subject::Subject};

/// What became of labels and Insights that were held against each other.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Judgement {
    /// For each label the Insight that found it.
    pub(crate) found: Vec<Option<usize>>,
    /// For each Insight what it is.
    pub(crate) outcomes: Vec<Outcome>,
}

/// What an Insight is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Outcome {
    /// It found the label at this position.
    Found(usize),
    /// It tells of the label at this position, but another did before, or it comes too late.
    Again(usize),
    /// Nothing known was unusual.
    False,
}

/// Holds Insights against labels.
///
/// An Insight tells of a label if it is near and did not become known earlier than the tolerance
/// before the label begins: what was known earlier tells of something else. It finds the label if
/// it also became known no later than the tolerance after the label's end. Of several the one
/// that was known first finds it; one that tells of several labels finds the earliest that nothing
/// known before has found. Where it is not told when an Insight became known, its span alone
/// decides, and its start stands for that time.
pub(crate) fn against_labels(
    labels: &[Label],
    episodes: &[Episode],
    tolerance: Minutes,
) -> Judgement {
    let spans: Vec<Span<'_>> = labels.iter().map(Span::from).collect();
    let told: Vec<Span<'_>> = episodes.iter().map(Span::from).collect();
    let known = |episode: usize| episodes[episode].known_at;
    let about = near(&spans, &told, tolerance).into_iter().filter(|&(label, episode)| {
        known(episode).is_none_or(|known| known >= labels[label].start - tolerance)
    });
    let about: Vec<(usize, usize)> = about.collect();
    let in_time = about.iter().filter(|&&(label, episode)| {
        known(episode).is_none_or(|known| known <= labels[label].end + tolerance)
    });
    let pairs = one_to_one(in_time.copied(), |label, episode| {
        let Span { start, end, .. } = told[episode];
        (known(episode).unwrap_or(start), spans[label].start, start, end)
    });
    let mut found = vec![None; labels.len()];
    let mut outcomes = vec![Outcome::False; episodes.len()];
    for &(label, episode) in about.iter().rev() {
        outcomes[episode] = Outcome::Again(label);
    }
    for (label, episode) in pairs {
        found[label] = Some(episode);
        outcomes[episode] = Outcome::Found(label);
    }
    Judgement { found, outcomes }
}

/// Returns which episode of one side is which of the other, as positions.
///
/// Of all that are near, those that overlap most are paired first; of equals those that lie
/// nearest, then those whose starts differ least, then the earliest. Which side is which does not
/// matter.
pub(crate) fn against_others(
    theirs: &[Episode],
    ours: &[Episode],
    tolerance: Minutes,
) -> Vec<(usize, usize)> {
    let left: Vec<Span<'_>> = theirs.iter().map(Span::from).collect();
    let right: Vec<Span<'_>> = ours.iter().map(Span::from).collect();
    let mut pairs = one_to_one(near(&left, &right, tolerance).into_iter(), |l, r| {
        let (l, r) = (left[l], right[r]);
        let overlap = l.end.min(r.end).since(l.start.max(r.start));
        let starts = (l.start.min(r.start), l.start.max(r.start));
        let ends = (l.end.min(r.end), l.end.max(r.end));
        (Reverse(overlap), l.apart(r), starts.1.since(starts.0), starts, ends)
    });
    pairs.sort_unstable();
    pairs
}

/// A span of a series.
#[derive(Clone, Copy, Debug)]
struct Span<'a> {
    subject: &'a Subject,
    start: Minute,
    end: Minute,
}

impl Span<'_> {
    /// Returns the minutes between two spans, none if they overlap or touch.
    fn apart(self, other: Self) -> Minutes {
        self.start.max(other.start).since(self.end.min(other.end))
    }
}

impl<'a> From<&'a Label> for Span<'a> {
    fn from(label: &'a Label) -> Self {
        Self { subject: &label.subject, start: label.start, end: label.end }
    }
}

impl<'a> From<&'a Episode> for Span<'a> {
    fn from(episode: &'a Episode) -> Self {
        let (start, end) = episode.span();
        Self { subject: &episode.subject, start, end }
    }
}

/// Returns the positions of all pairs of the same series that overlap or lie at most `tolerance`
/// apart, in order.
fn near(left: &[Span<'_>], right: &[Span<'_>], tolerance: Minutes) -> Vec<(usize, usize)> {
    let mut by_subject: BTreeMap<&Subject, Vec<usize>> = BTreeMap::new();
    for (at, span) in right.iter().enumerate() {
        by_subject.entry(span.subject).or_default().push(at);
    }
    // So that not each is held against each: what begins long before can only be near if one of
    // its series lasts as long.
    let mut longest: BTreeMap<&Subject, Minutes> = BTreeMap::new();
    for (subject, own) in &mut by_subject {
        own.sort_by_key(|&at| right[at].start);
        let length = own.iter().map(|&at| right[at].end.since(right[at].start)).max();
        longest.insert(subject, length.unwrap_or_default());
    }
    let mut pairs = Vec::new();
    for (at, &span) in left.iter().enumerate() {
        let Some(own) = by_subject.get(span.subject) else { continue };
        let earliest = span.start - tolerance - longest[span.subject];
        let first = own.partition_point(|&other| right[other].start < earliest);
        let reach = own[first..].iter().take_while(|&&o| right[o].start <= span.end + tolerance);
        pairs.extend(
            reach.filter(|&&o| span.apart(right[o]) <= tolerance).map(|&other| (at, other)),
        );
    }
    pairs.sort_unstable();
    pairs
}

/// Takes pairs in the order of a key, each side once.
fn one_to_one<K: Ord>(
    pairs: impl Iterator<Item = (usize, usize)>,
    key: impl Fn(usize, usize) -> K,
) -> Vec<(usize, usize)> {
    let mut pairs: Vec<(usize, usize)> = pairs.collect();
    pairs.sort_by_cached_key(|&(left, right)| (key(left, right), left, right));
    let (mut lefts, mut rights) = (BTreeSet::new(), BTreeSet::new());
    pairs.retain(|(left, right)| {
        let free = !lefts.contains(left) && !rights.contains(right);
        if free {
            lefts.insert(*left);
            rights.insert(*right);
        }
        free
    });
    pairs
}

#[cfg(test)]
mod tests;
