//! [`Detected`]: what is found in counts, by as many engines at once as there are threads.

use insights_core::{
    Config, ConfigBuilder, Engine, Insight, Minute, Minutes, Part, SealedCounts, Watermark,
};
use rayon::prelude::*;

use crate::{
    commands::Holes,
    interrupt,
    output::sparkline::Sparklines,
    progress::{Phase, Progress},
};

/// What was found in counts.
#[derive(Debug)]
pub(super) struct Detected {
    pub(super) insights: Vec<Insight>,
    /// The series in the baselines at the end.
    pub(super) series: usize,
    pub(super) holes: Holes,
    /// Those of each part, where they are shown.
    pub(super) sparklines: Vec<Sparklines>,
    /// Up to where all of it was judged, if the run was asked to stop before the end.
    pub(super) stopped: Option<Minute>,
}

/// More parts than that save little: each counts everything and holds it.
const MOST_PARTS: usize = 8;
/// To learn what is normal for a series takes about as long as to judge so many minutes.
const LEARNING: u64 = 2_000;
/// An engine forgets holes after five weeks, and the minutes around an Insight sooner.
const STEP: Minutes = Minutes::days(1);

/// Returns configurations that together judge all series, one for each thread.
pub(super) fn parts(
    config: &Config,
    days: &[(SealedCounts, Watermark)],
) -> anyhow::Result<Vec<Config>> {
    let threads = rayon::current_num_threads().min(MOST_PARTS);
    // What is met on several days is learnt on each.
    let rows = days.iter().flat_map(|(sealed, _)| sealed.series());
    let weights = rows.map(|(series, rows)| (series, rows + LEARNING));
    let parts = Part::balanced(threads, weights).into_iter();
    Ok(parts
        .map(|part| ConfigBuilder::from(config.clone()).part(part).build())
        .collect::<Result<_, _>>()?)
}

impl Detected {
    /// Detects in the counts of minutes that follow each other, each with the watermark up to
    /// which they are all there, and draws sparklines like those that are given.
    pub(super) fn new(
        config: &Config,
        days: &[(SealedCounts, Watermark)],
        sparklines: Option<&Sparklines>,
        progress: &Progress,
    ) -> anyhow::Result<Self> {
        let parts = parts(config, days)?;
        let lives = days.iter().filter_map(|(sealed, _)| sealed.activity().next());
        let first = lives.map(|life| life.minute).min().unwrap_or(Minute::MIN);
        let days_to = |minute: Minute| u64::from(minute.since(first).count().div_ceil(1_440));
        let end = days.last().map_or(first, |(_, end)| end.minute());
        let count = parts.len() as u64;
        progress.begin(Phase::Detecting { parts: count }, Some(count * days_to(end)));
        let found: Vec<Self> = parts
            .into_par_iter()
            .map(|config| {
                let mut engine = Engine::new(config);
                let (mut insights, mut holes) = (Vec::new(), Holes::default());
                let mut sparklines: Vec<Sparklines> =
                    sparklines.into_iter().map(Sparklines::fresh).collect();
                let mut found = |new: Vec<Insight>, engine: &Engine| {
                    for own in &mut sparklines {
                        own.take(&new, engine);
                    }
                    insights.extend(new);
                };
                for (sealed, end) in days {
                    let first = sealed.activity().next().map_or(end.minute(), |life| life.minute);
                    let mut step = engine.watermark().minute().max(first);
                    while engine.watermark() < *end && !interrupt::requested() {
                        let before = days_to(step);
                        step = (step + STEP).min(end.minute());
                        progress.step(days_to(step) - before);
                        let new = engine.replay(sealed, Watermark::at(step));
                        found(new, &engine);
                        holes.enter(&engine);
                    }
                }
                let reached = engine.watermark().minute();
                let stopped = (reached < end).then_some(reached);
                if stopped.is_none() {
                    found(engine.finish(), &engine);
                }
                for own in &mut sparklines {
                    own.finish(&engine);
                }
                Self { insights, series: engine.series(), holes, sparklines, stopped }
            })
            .collect();
        let series = found.iter().map(|part| part.series).sum();
        let stopped = found.iter().filter_map(|part| part.stopped).min();
        let (mut insights, mut holes, mut sparklines) = (Vec::new(), Holes::default(), Vec::new());
        for part in found {
            insights.push(part.insights);
            // Each part knows all holes.
            holes = part.holes;
            sparklines.extend(part.sparklines);
        }
        let mut insights = Part::join(insights);
        // Beyond that, some of what there is was not found.
        insights.retain(|insight| stopped.is_none_or(|stopped| insight.known_at <= stopped));
        Ok(Self { insights, series, holes, sparklines, stopped })
    }
}
