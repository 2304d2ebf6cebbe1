//! [`Detected`]: what is found in counts, by as many engines at once as there are threads.

use insights_core::{
    Config, ConfigBuilder, Engine, Insight, Minutes, Part, SealedCounts, Watermark,
};
use rayon::prelude::*;

use crate::commands::Holes;

/// What was found in counts.
#[derive(Debug)]
pub(super) struct Detected {
    pub(super) insights: Vec<Insight>,
    /// The series in the baselines at the end.
    pub(super) series: usize,
    pub(super) holes: Holes,
}

/// More parts than that save little: each counts everything and holds it.
const MOST_PARTS: usize = 8;
/// To learn what is normal for a series takes about as long as to judge so many minutes.
const LEARNING: u64 = 2_000;
/// An engine forgets holes after five weeks.
const STEP: Minutes = Minutes::days(28);

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
    /// which they are all there.
    pub(super) fn new(config: &Config, days: &[(SealedCounts, Watermark)]) -> anyhow::Result<Self> {
        let found: Vec<Self> = parts(config, days)?
            .into_par_iter()
            .map(|config| {
                let mut engine = Engine::new(config);
                let (mut insights, mut holes) = (Vec::new(), Holes::default());
                for (sealed, end) in days {
                    let first = sealed.activity().next().map_or(end.minute(), |life| life.minute);
                    let mut step = engine.watermark().minute().max(first);
                    while engine.watermark() < *end {
                        step = (step + STEP).min(end.minute());
                        insights.extend(engine.replay(sealed, Watermark::at(step)));
                        holes.enter(&engine);
                    }
                }
                insights.extend(engine.finish());
                Self { insights, series: engine.series(), holes }
            })
            .collect();
        let series = found.iter().map(|part| part.series).sum();
        let (insights, holes): (Vec<_>, Vec<_>) =
            found.into_iter().map(|part| (part.insights, part.holes)).unzip();
        // Each part knows all holes.
        let holes = holes.into_iter().next().unwrap_or_default();
        Ok(Self { insights: Part::join(insights), series, holes })
    }
}
