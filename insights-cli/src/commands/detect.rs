//! `insights detect`: counts in, Insight events out.

use std::time::Instant;

use insights_core::{
    Config, ConfigBuilder, Engine, Insight, Minutes, OpenMinutes, Part, SealedCounts, Watermark,
};
use rayon::prelude::*;

use crate::{
    args::Detect,
    commands::{Holes, Reports, conclude, refuse_overwriting, start_threads},
    exit::Exit,
    input::{counts, series},
    plan::{ResultsPlan, RunPlan, SeriesPlan},
    progress::Progress,
    settings::Settings,
    summary::Summary,
};

pub(super) fn run(args: Detect) -> anyhow::Result<Exit> {
    let began = Instant::now();
    let series = args.series_csv.as_deref().map(SeriesPlan::parse).transpose()?;
    let settings = Settings::new(&args.settings, Some(&args.model))?.select(args.select)?;
    let config = settings.config()?;
    let selection = settings.selection();
    let results = ResultsPlan::from(args.results);
    let run = RunPlan::new(args.common, results.streams_to_terminal())?;
    start_threads(&run)?;

    refuse_overwriting([results.output.as_deref(), run.summary.as_deref()], |path| {
        counts::reads(&args.counts, path)
    })?;
    let progress = Progress::new(args.counts.len(), run.progress);
    let mut reports = Reports::new(&results)?;
    let (table, spread) = match &series {
        Some(plan) => {
            let (table, spread) =
                series::read(&args.counts, plan, selection, run.strict, &progress)?;
            (table, Some(spread))
        }
        None => (counts::read(&args.counts, selection, run.strict, &progress)?, None),
    };
    let end = table.times.end();
    let end = selection.to.map_or(end, |to| end.min(Watermark::at(to)));
    let mut open = OpenMinutes::new(selection.clone());
    open.merge(table.counts);
    let found = Found::new(&config, &open.seal(end), end)?;
    reports.write(&found.insights)?;

    progress.finish();

    let mut summary = Summary {
        tally: table.tally,
        skipped_files: table.skipped,
        rows: Some(table.rows),
        spread,
        first: table.first,
        end: table.first.map(|_| end.minute()),
        series: found.series,
        holes: found.holes.told(),
        ..Summary::default()
    };
    summary.take(open.stats());
    reports.finish(&mut summary)?;
    conclude(summary, began, &run, &progress, results.exit_code)
}

/// What was found in counts.
struct Found {
    insights: Vec<Insight>,
    series: usize,
    holes: Holes,
}

impl Found {
    /// More parts than that save little: each counts everything and holds it.
    const MOST_PARTS: usize = 8;
    /// To learn what is normal for a series takes about as long as to judge so many minutes.
    const LEARNING: u64 = 2_000;
    /// An engine forgets holes after five weeks.
    const STEP: Minutes = Minutes::days(28);

    /// Detects in parts, one for each thread, up to `end`.
    fn new(config: &Config, sealed: &SealedCounts, end: Watermark) -> anyhow::Result<Self> {
        let threads = rayon::current_num_threads().min(Self::MOST_PARTS);
        let weights = sealed.series().map(|(series, rows)| (series, rows + Self::LEARNING));
        let parts: Vec<Config> = Part::balanced(threads, weights)
            .into_iter()
            .map(|part| ConfigBuilder::from(config.clone()).part(part).build())
            .collect::<Result<_, _>>()?;
        let first = sealed.activity().next().map_or(end.minute(), |life| life.minute);
        let found: Vec<Self> = parts
            .into_par_iter()
            .map(|config| {
                let mut engine = Engine::new(config);
                let (mut insights, mut holes) = (Vec::new(), Holes::default());
                let mut step = first;
                while engine.watermark() < end {
                    step = (step + Self::STEP).min(end.minute());
                    insights.extend(engine.replay(sealed, Watermark::at(step)));
                    holes.enter(&engine);
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
