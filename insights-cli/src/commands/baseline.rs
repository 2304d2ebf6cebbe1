//! `insights baseline`: what is normal, series by series.

use std::{cmp::Reverse, num::NonZeroUsize, time::Instant};

use anyhow::Context;
use insights_core::{Engine, Minutes, Norm, SeriesKey, Watermark};
use rayon::prelude::*;

use crate::{
    args::baseline::Baseline,
    commands::{
        conclude,
        counted::{Counted, Keep},
        start_threads,
    },
    exit::{Exit, UsageError},
    interrupt,
    output::{self, norms},
    plan::{self, InputPlan, RunPlan},
    progress::{Phase, Progress},
    settings::Settings,
};

pub(super) fn run(args: Baseline) -> anyhow::Result<Exit> {
    let began = Instant::now();
    let settings = Settings::new(&args.settings, Some(&args.model))?
        .select(args.select)?
        .input(&args.input)?;
    let input = InputPlan::new(args.input, &settings)?;
    let config = settings.config()?;
    let at = args.at.as_deref().map(|text| plan::instant("--at", text)).transpose()?;
    let run = RunPlan::new(args.common, false)?;
    start_threads(&run)?;

    // What comes later need not be read, but some of it shows that the log goes on.
    let mut selection = settings.selection().clone();
    selection.to = selection.to.into_iter().chain(at.map(|at| at + Minutes::days(1))).min();
    let progress = Progress::new(run.progress);
    let outputs = [args.output.as_deref(), run.summary.as_deref()];
    let counted = Counted::read(&input, &selection, &run, outputs, Keep::Counts, &progress)?;

    let (first, end) = (counted.first()?, counted.end.minute());
    if let Some(at) = at.filter(|&at| at > end || at <= first) {
        let what = format!("--at {at} is outside of the log, which begins at {first}");
        let end = if at > end { format!(" and ends at {end}") } else { String::new() };
        return Err(UsageError(what + &end).into());
    }
    let at = at.unwrap_or(end);
    let mut engine = Engine::new(config);
    let insights = counted.replay_shown(&mut engine, Watermark::at(at), &progress);
    let norms = norms_of(&engine, args.top, &progress);
    progress.finish();
    interrupt::check(|| "the log was read, and what is normal is not known for all series".into())?;

    let mut summary = counted.summary;
    summary.report(&engine, &insights);
    let out = output::sink(args.output.as_deref())?;
    norms::write(out, args.format, at, &norms).context("cannot write what is normal")?;
    conclude(summary, began, &run, &progress, false)
}

/// Returns what is normal for the series with the most calls, these first.
fn norms_of(engine: &Engine, top: Option<NonZeroUsize>, progress: &Progress) -> Vec<Norm> {
    let mut watched = engine.watched();
    watched.sort_by_key(|(_, baseline)| Reverse(baseline.count));
    watched.truncate(top.map_or(usize::MAX, NonZeroUsize::get));
    progress.begin(Phase::TryingSeries, Some(watched.len() as u64));
    let norm = |&(series, _): &(&SeriesKey, _)| {
        let norm = if interrupt::requested() { None } else { engine.norm(series) };
        progress.step(1);
        norm
    };
    watched.par_iter().filter_map(norm).collect()
}
