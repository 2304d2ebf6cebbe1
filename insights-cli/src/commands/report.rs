//! `insights report`: one page that tells of all Insights of a log.

mod cases;
mod reproduce;

pub(crate) use self::cases::Case;

use std::{
    cmp::Reverse,
    collections::{BTreeSet, HashMap, HashSet},
    io::{IsTerminal, stdout},
    mem,
    path::{Path, PathBuf},
    time::Instant,
};

use anyhow::{Context, bail};
use insights_core::{Config, InsightState, Minute, Norm, SeriesKey};

use self::cases::{Draft, Evidence};
use crate::{
    args,
    commands::{
        conclude,
        counted::{Counted, Keep},
        detected::Detected,
        refuse_overwriting, start_threads,
    },
    episodes::Episode,
    exit::{Exit, UsageError},
    input::{
        insights::{self, Read},
        s3, sniff,
    },
    interrupt,
    output::{self, report::Page},
    plan::{InputPlan, RunPlan},
    progress::Progress,
    settings::Settings,
    summary::Summary,
};

/// What a report tells.
#[derive(Debug)]
pub(crate) struct Report {
    /// The command line that made it.
    pub(crate) command: String,
    /// What another command takes to read the same input in the same way.
    pub(crate) same_input: String,
    pub(crate) from_tables: bool,
    /// The minutes of the log; none if it has no calls.
    pub(crate) span: Option<(Minute, Minute)>,
    pub(crate) summary: Summary,
    /// Whether records that were given are told of, and not what was found.
    pub(crate) is_given: bool,
    /// What could not be read: the first of it, and how much more there is.
    pub(crate) problems: (Vec<String>, usize),
    /// The settings in effect.
    pub(crate) settings: Vec<(&'static str, String)>,
    /// Those with episodes, and the busiest others.
    pub(crate) series: Vec<Listed>,
    /// The series that are not listed.
    pub(crate) unlisted: usize,
    pub(crate) cases: Vec<Case>,
}

/// A series with its calls.
#[derive(Debug)]
pub(crate) struct Listed {
    pub(crate) series: SeriesKey,
    pub(crate) calls: u64,
    /// The minutes with calls, in order.
    pub(crate) minutes: Vec<(Minute, u32)>,
    /// What is normal at the end of the log; none for what is not looked at.
    pub(crate) norm: Option<Norm>,
}

/// As many series are listed, and all that have episodes.
const LISTED: usize = 500;

pub(super) fn run(mut args: args::report::Report) -> anyhow::Result<Exit> {
    let began = Instant::now();
    if args.output.is_none() && stdout().is_terminal() {
        let what = UsageError("the report is a page for a browser, not for a terminal".into());
        return Err(what.tip("name its file: -o report.html"));
    }
    let (files, logs): (Vec<PathBuf>, Vec<PathBuf>) =
        mem::take(&mut args.input.inputs).into_iter().partition(|path| sniff::holds_insights(path));
    args.insights.extend(files);
    if let Some(remote) = args.insights.iter().find(|path| s3::is_address(path)) {
        let what = format!("{}: Insights are read from files only", remote.display());
        let tip = format!("copy them first: aws s3 sync {} theirs/", remote.display());
        return Err(UsageError(what).tip(tip));
    }
    if logs.is_empty() {
        let what = "there are Insights alone: a report needs the logs or the counts that they are \
                    about, too";
        let tip = "name them as well: insights report insights.jsonl AWSLogs/ -o report.html";
        return Err(UsageError(what.into()).tip(tip));
    }
    args.input.inputs = logs;
    let settings = Settings::new(&args.settings, Some(&args.model))?
        .select(args.select)?
        .input(&args.input)?;
    let same_input = reproduce::same_input(&args.input, &settings);
    let input = InputPlan::new(args.input, &settings)?;
    let config = settings.config()?;
    let run = RunPlan::new(args.common, false)?;
    start_threads(&run)?;

    let progress = Progress::new(run.progress);
    let outputs = [args.output.as_deref(), run.summary.as_deref()];
    let selection = settings.selection();
    let counted = Counted::read(&input, selection, &run, outputs, Keep::All, &progress)?;
    let mut summary = counted.summary.clone();
    let given = if args.insights.is_empty() {
        None
    } else {
        Some(read(&args.insights, outputs, &run, &progress, &mut summary)?)
    };
    let detected = Detected::new(&config, &counted.days, None, &progress)?;
    let told = || "the log was read, and there is no page without all that is in it".to_owned();
    interrupt::check(told)?;
    let mut found = Found::of(&counted);
    let is_given = given.is_some();
    let drafts = match given {
        Some(episodes) => cases::of_records(episodes, &detected.insights, &found.keys()),
        None => cases::of_engine(&detected.insights),
    };
    let listed = found.list(&drafts, &config);
    let Evidence { cases, mut norms } =
        Evidence::gather(&counted, &config, drafts, &listed, &progress)?;
    let unlisted = found.others(&listed, &config);
    interrupt::check(told)?;
    let series = listed.into_iter().map(|series| found.take(series, &mut norms)).collect();
    progress.finish();

    let of = |state| detected.insights.iter().filter(|own| own.state == state).count() as u64;
    summary.series = detected.series;
    (summary.starts, summary.ends) = (of(InsightState::Start), of(InsightState::End));
    summary.holes = detected.holes.told();
    let report = Report {
        command: reproduce::typed(),
        same_input,
        from_tables: counted.from_tables,
        span: counted.first.map(|first| (first, counted.end.minute())),
        summary,
        is_given,
        problems: progress.problems(),
        settings: settings.shown(),
        series,
        unlisted,
        cases,
    };
    let context = "cannot write the report";
    let page = Page::new(&report).context(context)?;
    let mut out = output::sink(args.output.as_deref())?;
    page.write(&mut out).context(context)?;
    out.finish().context(context)?;
    if !run.quiet {
        let place = args.output.as_deref().map_or("stdout".into(), |path| path.to_string_lossy());
        progress.warn(&page.told(&place));
    }
    conclude(report.summary, began, &run, &progress, false)
}

/// Reads the episodes that a page is to tell of.
fn read(
    inputs: &[PathBuf],
    outputs: [Option<&Path>; 2],
    run: &RunPlan,
    progress: &Progress,
    summary: &mut Summary,
) -> anyhow::Result<Vec<Episode>> {
    let found = insights::find(inputs, outputs);
    refuse_overwriting(outputs, |path| found.reads(path))?;
    let Read { insights, tally, skipped, .. } = insights::read(&found, run, progress)?;
    if insights.is_empty() {
        let names: Vec<_> = inputs.iter().map(|path| path.to_string_lossy()).collect();
        bail!("{}: no Insights event could be read", names.join(", "));
    }
    summary.tally += tally;
    summary.skipped_files += skipped;
    Ok(Episode::of_records(insights).0)
}

/// The calls of all series.
struct Found<'c>(HashMap<&'c SeriesKey, Vec<(Minute, u32)>>);

impl<'c> Found<'c> {
    fn of(counted: &'c Counted) -> Self {
        let mut minutes = HashMap::<&SeriesKey, Vec<(Minute, u32)>>::new();
        for row in counted.days.iter().flat_map(|(sealed, _)| sealed.rows()) {
            let minutes = minutes.entry(row.series).or_default();
            match minutes.last_mut() {
                Some((minute, count)) if *minute == row.minute => {
                    *count = count.saturating_add(row.count);
                }
                _ => minutes.push((row.minute, row.count)),
            }
        }
        Self(minutes)
    }

    fn keys(&self) -> Vec<SeriesKey> {
        let mut keys: Vec<SeriesKey> = self.0.keys().map(|&series| series.clone()).collect();
        keys.sort();
        keys
    }

    /// Returns the series with episodes and the busiest others, the busiest first.
    fn list(&self, drafts: &[Draft], config: &Config) -> Vec<SeriesKey> {
        let told: BTreeSet<&SeriesKey> = drafts.iter().map(Draft::series).collect();
        let looked_at = self.0.keys().copied().filter(|series| config.judges(series));
        let all: BTreeSet<&SeriesKey> = looked_at.chain(told.iter().copied()).collect();
        let sum = |series| self.0.get(series).map_or(0, |minutes| calls(minutes));
        let mut all: Vec<(&SeriesKey, u64)> =
            all.into_iter().map(|series| (series, sum(series))).collect();
        all.sort_by_key(|&(_, calls)| Reverse(calls));
        let listed = all.iter().enumerate();
        let listed = listed.filter(|(place, (series, _))| *place < LISTED || told.contains(series));
        listed.map(|(_, (series, _))| (*series).clone()).collect()
    }

    /// Returns how many series are looked at and not listed.
    fn others(&self, listed: &[SeriesKey], config: &Config) -> usize {
        let listed: HashSet<&SeriesKey> = listed.iter().collect();
        let other = |series: &&&SeriesKey| config.judges(series) && !listed.contains(**series);
        self.0.keys().filter(other).count()
    }

    fn take(&mut self, series: SeriesKey, norms: &mut HashMap<SeriesKey, Norm>) -> Listed {
        let minutes = self.0.remove(&series).unwrap_or_default();
        let norm = norms.remove(&series);
        Listed { calls: calls(&minutes), minutes, norm, series }
    }
}

fn calls(minutes: &[(Minute, u32)]) -> u64 {
    minutes.iter().map(|&(_, count)| u64::from(count)).sum()
}
