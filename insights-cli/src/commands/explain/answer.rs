//! [`Answer`]: all that explains why something was reported, or why not.

use std::{collections::BTreeMap, ops::Range};

use insights_core::{
    Comparison, Config, Engine, Examination, Insight, InsightState, Minute, Minutes, Ordinary,
    SealedCounts, SeriesKey, Test, Watermark,
};

use super::question::{Question, Unknown, by_id};
use crate::{
    commands::counted::Counted, exit::UsageError, interrupt, progress::Progress, summary::Summary,
};

/// How far before and after the minute in question looks are taken.
const BEFORE: Minutes = Minutes::new(5);
const AFTER: Minutes = Minutes::new(20);
/// The minutes shown around what is explained: before it, and after, and at most.
const LEAD: Minutes = Minutes::new(50);
const TRAIL: Minutes = Minutes::new(20);
const SHOWN: Minutes = Minutes::days(2);
const ONE: Minutes = Minutes::new(1);

/// What is explained, and why it is so.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) series: SeriesKey,
    pub(crate) asked: Asked,
    /// The Insight in question, if there is one: its Start, and its End if it is over.
    pub(crate) insight: Option<(Insight, Option<Insight>)>,
    /// The look that decided it, or that came nearest to it.
    pub(crate) examination: Examination,
    /// Of its tests the one that found it, or came nearest.
    pub(crate) test: Option<Test>,
    /// The calls in question beside those before.
    pub(crate) comparison: Option<Comparison>,
    /// The minutes around, in order.
    pub(crate) minutes: Vec<Minutely>,
}

/// What was asked for.
#[derive(Clone, Debug)]
pub(crate) enum Asked {
    Id,
    /// A minute, and the looks that were taken around it.
    At {
        minute: Minute,
        looks: Range<Minute>,
    },
}

/// One of the minutes around.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Minutely {
    pub(crate) minute: Minute,
    pub(crate) calls: u64,
    /// What is ordinary; none before anything is known.
    pub(crate) ordinary: Option<Ordinary>,
    /// Whether the minute is part of what is explained.
    pub(crate) in_question: bool,
}

impl Answer {
    /// Explains an Insight by the look that decided it, without the minutes around.
    ///
    /// `baseline` is the length of baselines.
    pub(crate) fn of_insight(
        start: &Insight,
        end: Option<&Insight>,
        examination: Examination,
        baseline: Minutes,
        asked: Asked,
    ) -> Self {
        let finding = start.explanation.finding;
        let found = |test: &&Test| {
            test.refusal.is_none()
                && (test.window, test.observed, test.score)
                    == (finding.window, finding.observed, finding.score)
        };
        let mut tests = examination.look.iter().flat_map(|look| &look.account.tests);
        let test = tests.find(found).cloned();
        let whole = end.unwrap_or(start);
        let midnight = start.start.midnight() - baseline;
        let before = midnight.max(examination.log_began).min(start.start)..start.start;
        let comparison = Comparison {
            during: span_of(start, end),
            before,
            insight: whole.insight,
            baseline: whole.baseline,
            attributions: whole.attributions.clone(),
        };
        Self {
            series: start.series.clone(),
            asked,
            insight: Some((start.clone(), end.cloned())),
            examination,
            test,
            comparison: Some(comparison),
            minutes: Vec::new(),
        }
    }

    /// Explains by a look why nothing was reported, without the calls beside those before and
    /// without the minutes around.
    pub(crate) fn of_refusal(series: SeriesKey, examination: Examination, asked: Asked) -> Self {
        let look = examination.look.as_ref();
        let test = look.and_then(|look| look.account.nearest()).cloned();
        Self { series, asked, insight: None, examination, test, comparison: None, minutes: vec![] }
    }

    /// Returns the minutes that are explained: of the Insight, or of the window that came nearest.
    pub(crate) fn span(&self) -> Range<Minute> {
        match (&self.insight, &self.comparison) {
            (Some((start, end)), _) => span_of(start, end.as_ref()),
            (None, Some(comparison)) => comparison.during.clone(),
            (None, None) => self.examination.minute..self.examination.minute + ONE,
        }
    }
}

/// Finds the answer to a question; inside, what is asked for and not there.
pub(super) fn find(
    counted: &Counted,
    config: &Config,
    question: &Question,
    progress: &Progress,
) -> anyhow::Result<Result<(Answer, Summary), Unknown>> {
    let mut engine = Engine::new(config.clone());
    let mut insights = counted.replay_shown(&mut engine, counted.end, progress);
    insights.extend(engine.finish());
    interrupt::check(|| "the log was read, and nothing is explained yet".into())?;
    let answer = match question {
        Question::Id(id) => {
            let start = &insights[by_id(&insights, id)?];
            explain_insight(counted, config, &insights, start, Asked::Id, progress)
        }
        &Question::Series(ref name, at) => {
            let series = match name.find(counted, at)? {
                Ok(series) => series,
                Err(unknown) => return Ok(Err(unknown)),
            };
            let (first, end) = (counted.first()?, counted.end.minute());
            if at < first || at >= end {
                let what =
                    format!("--at {at} is outside of the log, which goes from {first} to {end}");
                return Err(UsageError(what).into());
            }
            if !config.wants(series.insight_type()) {
                let kind = series.insight_type();
                let what = format!("{kind}s are not looked for with these settings: see --type");
                return Err(UsageError(what).into());
            }
            let looks = at - BEFORE.min(at.since(first))..(at + AFTER + ONE).min(end);
            let asked = Asked::At { minute: at, looks: looks.clone() };
            match insight_at(&insights, &series, at, &looks) {
                Some(start) => explain_insight(counted, config, &insights, start, asked, progress),
                None => explain_refusal(counted, config, series, at, looks, progress),
            }
        }
    };
    let mut summary = counted.summary.clone();
    summary.report(&engine, &insights);
    Ok(Ok((answer, summary)))
}

/// Returns the Start of the Insight of a series that was open at a minute, else of the first that
/// one of the looks decided.
fn insight_at<'i>(
    insights: &'i [Insight],
    series: &SeriesKey,
    at: Minute,
    looks: &Range<Minute>,
) -> Option<&'i Insight> {
    let of_series = || {
        let starts = insights.iter().filter(|insight| insight.state == InsightState::Start);
        starts.filter(|insight| insight.series == *series)
    };
    let open = |start: &&Insight| span_of(start, end_of(insights, start)).contains(&at);
    let decided = |start: &&Insight| looks.contains(&start.explanation.detected_at);
    of_series().find(open).or_else(|| of_series().find(decided))
}

fn end_of<'i>(insights: &'i [Insight], start: &Insight) -> Option<&'i Insight> {
    let is_end = |insight: &&Insight| {
        insight.state == InsightState::End
            && (insight.start, &insight.series) == (start.start, &start.series)
    };
    insights.iter().find(is_end)
}

/// Returns the minutes of an Insight; of one that is open, those up to when it was known.
fn span_of(start: &Insight, end: Option<&Insight>) -> Range<Minute> {
    let last = end.and_then(|end| end.end).unwrap_or(start.known_at.max(start.start + ONE));
    start.start..last
}

fn explain_insight(
    counted: &Counted,
    config: &Config,
    insights: &[Insight],
    start: &Insight,
    asked: Asked,
    progress: &Progress,
) -> Answer {
    let end = end_of(insights, start);
    let mut engine = Engine::new(config.clone());
    let decided = Watermark::at(start.explanation.detected_at);
    let _ = counted.replay_shown(&mut engine, decided, progress);
    let examination = examine(counted, &mut engine, &start.series, start.explanation.detected_at);
    let mut answer = Answer::of_insight(start, end, examination, config.baseline(), asked);
    answer.minutes = minutes(counted, &engine, &start.series, &answer.span());
    answer
}

/// Explains why nothing was reported: by the look that came nearest to it.
fn explain_refusal(
    counted: &Counted,
    config: &Config,
    series: SeriesKey,
    at: Minute,
    looks: Range<Minute>,
    progress: &Progress,
) -> Answer {
    let mut engine = Engine::new(config.clone());
    let _ = counted.replay_shown(&mut engine, Watermark::at(looks.start), progress);
    let count = looks.end.since(looks.start).count();
    let taken: Vec<Examination> = (0..count)
        .map(|i| examine(counted, &mut engine, &series, looks.start + Minutes::new(i)))
        .collect();
    let nearest = nearest(taken, at)
        .unwrap_or_else(|| examine(counted, &mut Engine::new(config.clone()), &series, at));
    let now = nearest.minute;
    let mut answer = Answer::of_refusal(series, nearest, Asked::At { minute: at, looks });
    let window = answer.test.as_ref().map_or(ONE, |test| test.window);
    let during = now + ONE - window..now + ONE;
    let mut engine = Engine::new(config.clone());
    let _ = counted.replay_shown(&mut engine, Watermark::at(now), progress);
    answer.minutes = minutes(counted, &engine, &answer.series, &during);
    let _ = counted.replay_to(&mut engine, Watermark::at(now + ONE));
    answer.comparison = engine.compare(&answer.series, during);
    answer
}

/// Returns the look that came nearest to firing; where nothing is out of the ordinary, the minute
/// asked for is as good as any.
pub(crate) fn nearest(mut taken: Vec<Examination>, at: Minute) -> Option<Examination> {
    taken.sort_by_key(|examination| examination.minute != at);
    let nearness = |examination: &Examination| {
        let look = examination.look.as_ref()?;
        look.account.nearest().map(Test::nearness)
    };
    let nearer = |best: &Examination, other: &Examination| nearness(other) > nearness(best);
    taken.into_iter().reduce(|best, other| if nearer(&best, &other) { other } else { best })
}

/// Lets an engine go on up to a minute and examines it.
fn examine(
    counted: &Counted,
    engine: &mut Engine,
    series: &SeriesKey,
    minute: Minute,
) -> Examination {
    let _ = counted.replay_to(engine, Watermark::at(minute));
    let day = counted.days.iter().find(|(_, watermark)| minute < watermark.minute());
    match day {
        Some((sealed, _)) => engine.examine(series, sealed),
        None => engine.examine(series, &SealedCounts::default()),
    }
}

/// Returns the minutes around a span, with what is expected of them.
fn minutes(
    counted: &Counted,
    engine: &Engine,
    series: &SeriesKey,
    during: &Range<Minute>,
) -> Vec<Minutely> {
    let end = (during.end + TRAIL).min(counted.end.minute()).min(during.start + SHOWN);
    let from = counted.first.map_or(during.start, |first| first.max(during.start - LEAD));
    let shown = from..end;
    let mut calls = BTreeMap::new();
    for row in counted.days.iter().flat_map(|(sealed, _)| sealed.rows()) {
        if row.series == series && shown.contains(&row.minute) {
            *calls.entry(row.minute).or_default() += u64::from(row.count);
        }
    }
    let minutes = (0..shown.end.since(shown.start).count()).map(|i| shown.start + Minutes::new(i));
    let ordinary = engine.ordinary(series, minutes.clone());
    let minutely = |(i, minute)| Minutely {
        minute,
        calls: calls.get(&minute).copied().unwrap_or_default(),
        ordinary: ordinary.get(i).copied(),
        in_question: during.contains(&minute),
    };
    minutes.enumerate().map(minutely).collect()
}
