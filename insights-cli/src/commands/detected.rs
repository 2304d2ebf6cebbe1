//! [`Detected`]: what is found in counts, by as many engines at once as there are threads.

use insights_core::{
    Config, ConfigBuilder, Engine, Insight, Minutes, Part, SealedCounts, Watermark,
};
use rayon::prelude::*;

use crate::{commands::Holes, output::sparkline::Sparklines};

/// What was found in counts.
#[derive(Debug)]
pub(super) struct Detected {
    pub(super) insights: Vec<Insight>,
    /// The series in the baselines at the end.
    pub(super) series: usize,
    pub(super) holes: Holes,
    /// Those of each part, where they are shown.
    pub(super) sparklines: Vec<Sparklines>,
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
    ) -> anyhow::Result<Self> {
        let found: Vec<Self> = parts(config, days)?
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
                    while engine.watermark() < *end {
                        step = (step + STEP).min(end.minute());
                        let new = engine.replay(sealed, Watermark::at(step));
                        found(new, &engine);
                        holes.enter(&engine);
                    }
                }
                found(engine.finish(), &engine);
                for own in &mut sparklines {
                    own.finish(&engine);
                }
                Self { insights, series: engine.series(), holes, sparklines }
            })
            .collect();
        let series = found.iter().map(|part| part.series).sum();
        let (mut insights, mut holes, mut sparklines) = (Vec::new(), Holes::default(), Vec::new());
        for part in found {
            insights.push(part.insights);
            // Each part knows all holes.
            holes = part.holes;
            sparklines.extend(part.sparklines);
        }
        Ok(Self { insights: Part::join(insights), series, holes, sparklines })
    }
}
