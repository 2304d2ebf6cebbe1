//! `insights detect`: counts in, Insight events out.

use std::time::Instant;

use insights_core::{OpenMinutes, Watermark};

use crate::{
    args::Detect,
    commands::{Reports, conclude, detected::Detected, refuse_overwriting, start_threads},
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
    let results = ResultsPlan::new(args.results)?;
    let run = RunPlan::new(args.common, results.streams_to_terminal())?;
    start_threads(&run)?;

    refuse_overwriting([results.output.as_deref(), run.summary.as_deref()], |path| {
        counts::reads(&args.counts, path)
    })?;
    let progress = Progress::new(run.progress);
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
    let days = [(open.seal(end), end)];
    let found = Detected::new(&config, &days, reports.sparklines().as_ref(), &progress)?;
    reports.write(&found.insights)?;
    reports.join(found.sparklines);

    progress.finish();

    let mut summary = Summary {
        tally: table.tally,
        skipped_files: table.skipped,
        unmatched: table.names.unmatched(selection),
        rows: Some(table.rows),
        spread,
        first: table.first,
        end: table.first.map(|_| found.stopped.unwrap_or(end.minute())),
        interrupted: found.stopped.is_some(),
        series: found.series,
        holes: found.holes.told(),
        ..Summary::default()
    };
    summary.take(open.stats());
    reports.finish(&mut summary)?;
    conclude(summary, began, &run, &progress, results.exit_code)
}
