//! [`Episode`]: what a Start and an End tell together, of our own engine or of records of anybody.

use std::collections::{BTreeMap, HashMap};

use insights_core::{
    AttributionRecord, Insight, InsightRecord, InsightState, Minute, Minutes, Statistics,
};

use crate::subject::Subject;

/// One span of unusual activity, as far as it is told: a Start may lack its End where the log
/// ends, and an End its Start where the log begins.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Episode {
    pub(crate) subject: Subject,
    /// The first unusual minute: that of the Start, else the End less the minutes it tells of.
    pub(crate) start: Option<Minute>,
    /// The minute after the last unusual one.
    pub(crate) end: Option<Minute>,
    /// The minute from which on the Start can be known.
    pub(crate) known_at: Option<Minute>,
    /// The numbers of the Start: its first five minutes.
    pub(crate) opening: Option<Statistics>,
    /// The numbers of the End: all minutes.
    pub(crate) whole: Option<Statistics>,
    /// Those of the End, else those of the Start.
    pub(crate) attributions: Vec<AttributionRecord>,
    /// The records that tell of it, where they were read: the Start, the End, or both.
    pub(crate) records: Vec<InsightRecord>,
}

/// An Insights event that was read.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ReadInsight {
    pub(crate) subject: Subject,
    pub(crate) time: Minute,
    /// The minute that decided it, which only our own records tell.
    pub(crate) detected_at: Option<Minute>,
    pub(crate) record: InsightRecord,
}

/// How long the activity of a Start without an End lasts at least: what its average is over.
const OPENING: Minutes = Minutes::new(5);

/// Returns each Start of an engine with its End, if it is over, in the order of the Starts.
pub(crate) fn pairs(insights: &[Insight]) -> Vec<(&Insight, Option<&Insight>)> {
    let mut pairs = Vec::new();
    let mut open = HashMap::new();
    for insight in insights {
        let key = (insight.start, &insight.series);
        match insight.state {
            InsightState::Start => {
                open.insert(key, pairs.len());
                pairs.push((insight, None));
            }
            InsightState::End => {
                if let Some(&own) = open.get(&key) {
                    pairs[own].1 = Some(insight);
                }
            }
        }
    }
    pairs
}

impl Episode {
    /// Returns the episodes of an engine, in the order of their Starts.
    pub(crate) fn of_engine(insights: &[Insight]) -> Vec<Self> {
        let episode = |(start, end): (&Insight, Option<&Insight>)| Self {
            start: Some(start.start),
            end: end.and_then(|end| end.end),
            known_at: Some(start.known_at),
            ..Self::of(Subject::from(&start.series))
        };
        pairs(insights).into_iter().map(episode).collect()
    }

    /// Joins the records of each episode, in the order of their spans, and returns how many
    /// records repeat others.
    ///
    /// A Start and an End belong together if they share their id and their series. What comes in
    /// which order does not matter.
    pub(crate) fn of_records(mut records: Vec<ReadInsight>) -> (Vec<Self>, u64) {
        records.sort_by(|a, b| {
            let key = |read: &ReadInsight| {
                let record = &read.record;
                (record.insight_details.state, read.time, record.event_id.clone())
            };
            key(a).cmp(&key(b))
        });
        let mut groups: BTreeMap<(Subject, String, usize), [Option<ReadInsight>; 2]> =
            BTreeMap::new();
        let mut repeated = 0;
        for (number, read) in records.into_iter().enumerate() {
            let id = read.record.shared_event_id.clone();
            // Nothing tells what a record without an id belongs to.
            let number = if id.is_empty() { number } else { 0 };
            let pair = groups.entry((read.subject.clone(), id, number)).or_default();
            let place = match read.record.insight_details.state {
                InsightState::Start => &mut pair[0],
                InsightState::End => &mut pair[1],
            };
            match place {
                Some(_) => repeated += 1,
                None => *place = Some(read),
            }
        }
        let mut episodes = Vec::with_capacity(groups.len());
        for [start, end] in groups.into_values() {
            match (start, end) {
                // They are of one episode by their id only: each tells of itself.
                (Some(start), Some(end)) if end.time <= start.time => {
                    episodes.push(Self::joined(Some(start), None));
                    episodes.push(Self::joined(None, Some(end)));
                }
                (start, end) => episodes.push(Self::joined(start, end)),
            }
        }
        episodes.sort_by_cached_key(|episode| (episode.span(), episode.subject.clone()));
        (episodes, repeated)
    }

    /// Returns the first minute, and the one after the last, as far as they are known: at least a
    /// minute.
    pub(crate) fn span(&self) -> (Minute, Minute) {
        let one = Minutes::new(1);
        match (self.start, self.end) {
            (Some(start), Some(end)) => (start, end.max(start + one)),
            (Some(start), None) => (start, start + OPENING),
            (None, Some(end)) => (end - one, end),
            (None, None) => (Minute::MIN, Minute::MIN + one),
        }
    }

    /// Returns calls a minute before it.
    pub(crate) fn baseline(&self) -> Option<f64> {
        self.whole.or(self.opening).map(|numbers| numbers.baseline.average)
    }

    fn of(subject: Subject) -> Self {
        Self {
            subject,
            start: None,
            end: None,
            known_at: None,
            opening: None,
            whole: None,
            attributions: Vec::new(),
            records: Vec::new(),
        }
    }

    fn joined(start: Option<ReadInsight>, end: Option<ReadInsight>) -> Self {
        let subject = start.as_ref().or(end.as_ref()).map(|read| read.subject.clone());
        let mut episode = Self::of(subject.unwrap_or_default());
        if let Some(ReadInsight { time, detected_at, record, .. }) = start {
            episode.start = Some(time);
            // A Start is held back until its first five minutes are over.
            let known = |decided: Minute| (decided + Minutes::new(1)).max(time + OPENING);
            episode.known_at = detected_at.map(known);
            if let Some(context) = &record.insight_details.insight_context {
                episode.opening = Some(context.statistics);
                episode.attributions.clone_from(&context.attributions);
            }
            episode.records.push(record);
        }
        if let Some(ReadInsight { time, record, .. }) = end {
            episode.end = Some(time);
            if let Some(context) = &record.insight_details.insight_context {
                let minutes = context.statistics.insight_duration.filter(|&minutes| minutes > 0);
                let start = minutes.map(|minutes| time - Minutes::new(minutes));
                episode.start = episode.start.or(start);
                episode.whole = Some(context.statistics);
                episode.attributions.clone_from(&context.attributions);
            }
            episode.records.push(record);
        }
        episode
    }
}

#[cfg(test)]
mod tests {
    use insights_core::{InsightContext, InsightDetails, Rate};

    use super::*;

    const NOON: Minute = Minute::from_epoch(29_000_000);

    fn read(state: InsightState, id: &str, name: &str, after: u32) -> ReadInsight {
        let rate = |average| Rate { average };
        let statistics = Statistics {
            baseline: rate(1.0),
            insight: rate(f64::from(after)),
            insight_duration: Some(7),
            baseline_duration: None,
        };
        let context = InsightContext { statistics, attributions: Vec::new() };
        ReadInsight {
            subject: Subject { event_name: name.into(), ..Subject::default() },
            time: NOON + Minutes::new(after),
            detected_at: None,
            record: InsightRecord {
                shared_event_id: id.into(),
                insight_details: InsightDetails {
                    state,
                    insight_context: Some(context),
                    ..InsightDetails::default()
                },
                ..InsightRecord::default()
            },
        }
    }

    use InsightState::{End, Start};

    /// Returns names, and starts and ends in minutes after noon.
    fn told(records: Vec<ReadInsight>) -> (Vec<(String, i64, i64)>, u64) {
        let (episodes, repeated) = Episode::of_records(records);
        let after =
            |minute: Minute| i64::from(minute.since_epoch()) - i64::from(NOON.since_epoch());
        let told = |episode: &Episode| {
            let (start, end) = episode.span();
            (episode.subject.event_name.to_string(), after(start), after(end))
        };
        (episodes.iter().map(told).collect(), repeated)
    }

    #[test]
    fn start_and_end_are_joined_by_their_id_and_series_in_any_order() {
        let records = vec![
            read(End, "x", "A", 30),
            read(Start, "y", "A", 40),
            read(Start, "x", "A", 10),
            read(Start, "x", "B", 12),
            read(End, "x", "A", 30),
        ];
        let mut reversed = records.clone();
        reversed.reverse();
        let expected = [("A", 10, 30), ("B", 12, 17), ("A", 40, 45)]
            .map(|(name, start, end)| (name.to_owned(), start, end));
        assert_eq!(told(records), (expected.to_vec(), 1));
        assert_eq!(told(reversed), (expected.to_vec(), 1));
    }

    #[test]
    fn an_end_alone_tells_its_start_by_its_duration() {
        assert_eq!(told(vec![read(End, "x", "A", 30)]).0, [("A".to_owned(), 23, 30)]);
        let mut bare = read(End, "x", "A", 30);
        bare.record.insight_details.insight_context = None;
        assert_eq!(told(vec![bare.clone()]).0, [("A".to_owned(), 29, 30)]);
        assert_eq!(Episode::of_records(vec![bare]).0[0].start, None);
    }

    #[test]
    fn what_cannot_be_joined_is_told_apart() {
        let backwards = vec![read(Start, "x", "A", 30), read(End, "x", "A", 20)];
        assert_eq!(told(backwards).0, [("A".to_owned(), 13, 20), ("A".to_owned(), 30, 35)]);
        let nameless = vec![read(Start, "", "A", 10), read(End, "", "A", 30)];
        assert_eq!(told(nameless).0.len(), 2);
    }

    #[test]
    fn a_start_is_known_when_it_is_decided_and_its_five_minutes_are_over() {
        for (decided, known) in [(11, 15), (14, 15), (20, 21)] {
            let mut start = read(Start, "x", "A", 10);
            start.detected_at = Some(NOON + Minutes::new(decided));
            let (episodes, _) = Episode::of_records(vec![start]);
            assert_eq!(episodes[0].known_at, Some(NOON + Minutes::new(known)));
        }
    }

    #[test]
    fn the_numbers_of_start_and_end_are_kept_apart() {
        let (episodes, _) =
            Episode::of_records(vec![read(Start, "x", "A", 10), read(End, "x", "A", 30)]);
        let average = |numbers: Option<Statistics>| numbers.map(|n| n.insight.average);
        let [episode] = &episodes[..] else { panic!("{episodes:?}") };
        assert_eq!((average(episode.opening), average(episode.whole)), (Some(10.0), Some(30.0)));
        assert_eq!(episode.baseline(), Some(1.0));
    }
}
