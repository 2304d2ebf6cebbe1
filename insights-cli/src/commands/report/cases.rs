//! [`Case`]: an episode with all that a report tells of it; [`Evidence`]: how it is found.

use std::{cmp::Reverse, collections::HashMap, ops::Range};

use insights_core::{
    Comparison, Config, Direction, Engine, Examination, Insight, InsightRecord, InsightType,
    Minute, Minutes, Norm, Ordinary, SealedCounts, SeriesKey, Watermark,
};
use rayon::prelude::*;

use crate::{
    commands::{
        counted::Counted,
        detected,
        explain::{Answer, Asked, nearest},
    },
    episodes::{Episode, pairs},
    interrupt,
    output::answer,
    progress::{Phase, Progress},
    subject::Subject,
};

/// An episode with all that a report tells of it.
#[derive(Debug)]
pub(crate) struct Case {
    /// What Start and End share; empty if they have none.
    pub(crate) id: String,
    pub(crate) series: SeriesKey,
    pub(crate) start: Minute,
    pub(crate) end: Option<Minute>,
    pub(crate) direction: Direction,
    /// That of our own finding, if there is one.
    pub(crate) score: Option<f64>,
    /// What episodes that belong together share.
    pub(crate) incident: Option<String>,
    /// Whether it was told by records that were read.
    pub(crate) is_read: bool,
    /// The Start, the End, or both.
    pub(crate) records: Vec<InsightRecord>,
    /// Why it was reported, or why not with the settings in effect.
    pub(crate) paragraphs: Vec<String>,
    /// What was ordinary at each quarter of an hour of the day that decided it; empty before a
    /// model.
    pub(crate) ordinary: Vec<Ordinary>,
}

/// What our own engine reported: a Start, and an End if it is over.
type Reported = (Insight, Option<Insight>);

/// An episode before it is explained.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    series: SeriesKey,
    /// Whether there are calls of it.
    is_known: bool,
    start: Minute,
    end: Option<Minute>,
    /// The records that were read, if it was told by such.
    read: Option<Vec<InsightRecord>>,
    /// What our own engine reported of it.
    reported: Option<Reported>,
}

const ONE: Minutes = Minutes::new(1);
/// The looks that explain why something was not reported: CloudTrail dates a Start with the first
/// unusual minute, and averages over five.
const LOOKS: Minutes = Minutes::new(5);
/// How far the band of what is ordinary is told apart.
const QUARTER: Minutes = Minutes::new(15);

fn owned((start, end): (&Insight, Option<&Insight>)) -> Reported {
    (start.clone(), end.cloned())
}

/// Returns the episodes that an engine reported, in the order of their starts.
pub(super) fn of_engine(insights: &[Insight]) -> Vec<Draft> {
    let reported = pairs(insights).into_iter().map(owned);
    let mut drafts: Vec<Draft> = reported.map(Draft::of_reported).collect();
    drafts.sort_by(|a, b| (a.start, &a.series).cmp(&(b.start, &b.series)));
    drafts
}

/// Returns the episodes that records tell of, with what the engine reported at the same time of the
/// same series.
pub(super) fn of_records(
    episodes: Vec<Episode>,
    insights: &[Insight],
    known: &[SeriesKey],
) -> Vec<Draft> {
    let mut reported = HashMap::<Subject, Vec<Reported>>::new();
    for pair in pairs(insights).into_iter().map(owned) {
        reported.entry(Subject::from(&pair.0.series)).or_default().push(pair);
    }
    let known: HashMap<Subject, &SeriesKey> =
        known.iter().map(|series| (Subject::from(series), series)).collect();
    let draft = |episode: Episode| {
        let (start, end) = episode.span();
        let alike = reported.get(&episode.subject).into_iter().flatten();
        let overlaps = |(own, over): &&Reported| {
            let last = over.as_ref().and_then(|over| over.end).unwrap_or(Minute::MAX);
            own.start < end + LOOKS && start < last + LOOKS
        };
        let series = known.get(&episode.subject).map(|&series| series.clone());
        Draft {
            is_known: series.is_some(),
            series: series.unwrap_or_else(|| series_of(&episode)),
            start,
            end: episode.end,
            reported: alike.clone().find(overlaps).cloned(),
            read: Some(episode.records),
        }
    };
    episodes.into_iter().map(draft).collect()
}

/// Returns the series of an episode that no count is of.
fn series_of(episode: &Episode) -> SeriesKey {
    let Subject { account_id, region, event_source, event_name, error_code } =
        episode.subject.clone();
    let told = episode.records.first().and_then(|own| own.insight_details.source_event_category);
    let category = told.unwrap_or_default();
    SeriesKey { account_id, region, event_source, event_name, category, error_code }
}

impl Draft {
    fn of_reported((start, end): Reported) -> Self {
        Self {
            series: start.series.clone(),
            is_known: true,
            start: start.start,
            end: end.as_ref().and_then(|end| end.end),
            read: None,
            reported: Some((start, end)),
        }
    }

    pub(super) const fn series(&self) -> &SeriesKey {
        &self.series
    }

    /// Returns the looks that explain it: that which decided it, else those of its beginning.
    fn looks(&self) -> Range<Minute> {
        let decided = self.reported.as_ref().map(|(start, _)| start.explanation.detected_at);
        decided.map_or(self.start..self.start + LOOKS, |at| at..at + ONE)
    }

    /// Returns the minutes of these looks.
    fn minutes(&self) -> impl Iterator<Item = Minute> + use<> {
        let Range { start, end } = self.looks();
        (0..end.since(start).count()).map(move |i| start + Minutes::new(i))
    }
}

/// What engines tell when they go through the log once more.
#[derive(Debug)]
pub(super) struct Evidence {
    /// In the order of the drafts.
    pub(super) cases: Vec<Case>,
    /// What is normal at the end of the log, by series.
    pub(super) norms: HashMap<SeriesKey, Norm>,
}

/// What was seen of one draft.
#[derive(Debug, Default)]
struct Seen {
    taken: Vec<Examination>,
    ordinary: Vec<Ordinary>,
    comparison: Option<Comparison>,
}

impl Evidence {
    /// Lets engines go through the log, one for each thread, look where drafts need it, and say at
    /// the end what is normal for `listed` series.
    pub(super) fn gather(
        counted: &Counted,
        config: &Config,
        drafts: Vec<Draft>,
        listed: &[SeriesKey],
        progress: &Progress,
    ) -> anyhow::Result<Self> {
        let looks = drafts.iter().map(|draft| draft.minutes().count()).sum::<usize>();
        progress.begin(Phase::Explaining, Some((looks + listed.len()) as u64));
        let parts = detected::parts(config, &counted.days)?;
        let found: Vec<_> = parts
            .into_par_iter()
            .map(|part| {
                let has = |series: &SeriesKey| part.part().has(series);
                let own = drafts.iter().enumerate().filter(|(_, draft)| has(&draft.series));
                let mut engine = Engine::new(part.clone());
                let seen = look(counted, &mut engine, own, progress);
                let _ = counted.replay_to(&mut engine, counted.end);
                let norms: Vec<Norm> = listed
                    .iter()
                    .filter(|series| has(series) && !interrupt::requested())
                    .filter_map(|series| {
                        progress.step(1);
                        engine.norm(series)
                    })
                    .collect();
                (seen, norms)
            })
            .collect();
        let mut norms = HashMap::new();
        let mut seen = HashMap::new();
        for (looks, normal) in found {
            seen.extend(looks);
            norms.extend(normal.into_iter().map(|norm| (norm.series.clone(), norm)));
        }
        let cases = drafts
            .into_iter()
            .enumerate()
            .map(|(i, draft)| Case::new(draft, seen.remove(&i).unwrap_or_default(), config))
            .collect();
        Ok(Self { cases, norms })
    }
}

/// Takes all looks that drafts need, in the order of time. A run that is asked to stop takes fewer.
fn look<'d>(
    counted: &Counted,
    engine: &mut Engine,
    drafts: impl Iterator<Item = (usize, &'d Draft)>,
    progress: &Progress,
) -> HashMap<usize, Seen> {
    let log = counted.first.unwrap_or(Minute::MAX)..counted.end.minute();
    let mut looks: Vec<(Minute, usize, &Draft)> = drafts
        .flat_map(|(i, draft)| draft.minutes().map(move |minute| (minute, i, draft)))
        .filter(|(minute, _, draft)| draft.is_known && log.contains(minute))
        .collect();
    looks.sort_by_key(|&(minute, i, _)| (minute, Reverse(i)));
    let nothing = SealedCounts::default();
    let mut seen = HashMap::<usize, Seen>::new();
    for (minute, i, draft) in looks {
        if interrupt::requested() {
            break;
        }
        progress.step(1);
        let _ = counted.replay_to(engine, Watermark::at(minute));
        let day = counted.days.iter().find(|(_, watermark)| minute < watermark.minute());
        let sealed = day.map_or(&nothing, |(sealed, _)| sealed);
        let seen = seen.entry(i).or_default();
        seen.taken.push(engine.examine(&draft.series, sealed));
        let midnight = minute.midnight();
        let quarters = (0..96).map(|i| midnight + Minutes::new(i * QUARTER.count()));
        seen.ordinary = engine.ordinary(&draft.series, quarters);
        if draft.reported.is_none() && minute > draft.start {
            seen.comparison = engine.compare(&draft.series, draft.start..minute);
        }
    }
    seen
}

impl Case {
    fn new(draft: Draft, seen: Seen, config: &Config) -> Self {
        let looks = draft.looks();
        let Draft { series, is_known, start, end, read, reported } = draft;
        let wanted = config.wants(series.insight_type());
        let examination = nearest(seen.taken, start);
        let paragraphs = match (examination, &reported) {
            (Some(taken), Some((own, over))) => {
                let baseline = config.baseline();
                let answer = Answer::of_insight(own, over.as_ref(), taken, baseline, Asked::Id);
                answer::paragraphs(&answer)
            }
            (Some(taken), None) if wanted => {
                let asked = Asked::At { minute: start, looks };
                let mut answer = Answer::of_refusal(series.clone(), taken, asked);
                answer.comparison = seen.comparison;
                answer::paragraphs(&answer)
            }
            (Some(_), None) => {
                let kind = series.insight_type();
                vec![format!("{kind}s are not looked for with the settings of this report.")]
            }
            (None, _) if is_known => {
                vec!["It lies outside of the calls that were read: nothing explains it.".into()]
            }
            (None, _) => {
                vec!["No call of this series was read: nothing explains it.".into()]
            }
        };
        let own = reported.as_ref().map(|(own, _)| own);
        let is_read = read.is_some();
        let records = read.unwrap_or_else(|| {
            let told = reported.iter().flat_map(|(own, over)| [Some(own), over.as_ref()]);
            let record = |own| InsightRecord::new(own, InsightRecord::EVENT_VERSION);
            told.flatten().map(record).collect()
        });
        Self {
            id: records.first().map_or(String::new(), |own| own.shared_event_id.clone()),
            direction: own
                .map_or_else(|| direction_of(&records), |own| own.explanation.finding.direction),
            score: own.map(|own| own.explanation.finding.score),
            incident: own.map(|own| own.explanation.incident.to_string()),
            series,
            start,
            end,
            is_read,
            records,
            paragraphs,
            ordinary: seen.ordinary,
        }
    }

    pub(crate) const fn insight_type(&self) -> InsightType {
        self.series.insight_type()
    }
}

/// Returns whether records tell of more calls than before, or of fewer.
fn direction_of(records: &[InsightRecord]) -> Direction {
    let context = records.last().and_then(|own| own.insight_details.insight_context.as_ref());
    match context.map(|context| &context.statistics) {
        Some(told) if told.insight.average < told.baseline.average => Direction::Fall,
        _ => Direction::Rise,
    }
}
