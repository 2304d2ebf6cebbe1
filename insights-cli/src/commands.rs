//! One file for each subcommand, and what they share.

mod archive;
mod baseline;
mod completions;
mod config;
mod count;
mod counted;
mod detect;
mod detected;
pub(crate) mod explain;
mod man;
mod replay;
pub(crate) mod report;
mod score;
mod synth;
mod tune;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    time::Instant,
};

use anyhow::Context;
use insights_core::{Engine, Hole, Insight, InsightState, LogKey, Minute};

use crate::{
    args::{Args, Command},
    exit::{Exit, UsageError},
    failure::failure,
    input::{archive::Outcome, skipped::Skipped, walk::Found},
    output::{self, Output, sparkline::Sparklines},
    plan::{ResultsPlan, RunPlan},
    progress::Progress,
    summary::{LogHole, Summary},
};

/// Runs what was typed.
pub(crate) fn run(args: Args) -> anyhow::Result<Exit> {
    match args.command {
        Command::Replay(args) => replay::run(args),
        Command::Report(args) => report::run(*args),
        Command::Explain(args) => explain::run(args),
        Command::Baseline(args) => baseline::run(args),
        Command::Tune(args) => tune::run(*args),
        Command::Score(args) => score::run(args),
        Command::Count(args) => count::run(args),
        Command::Detect(args) => detect::run(args),
        Command::Config(args) => config::run(args),
        Command::Synth(args) => synth::run(args),
        Command::Completions(args) => completions::run(args),
        Command::Man(args) => man::run(&args),
    }
}

/// Starts the threads that decode.
fn start_threads(run: &RunPlan) -> anyhow::Result<()> {
    let threads = run.threads.map_or(0, std::num::NonZeroUsize::get);
    rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build_global()
        .context("cannot start threads")
}

/// Stops where there is nothing to read, which is hardly what was meant.
fn refuse_nothing(found: &Found) -> anyhow::Result<()> {
    let left_out = found.skipped.outside + found.skipped.outside_folders;
    if !found.batches.is_empty() || !found.unreadable.is_empty() || left_out > 0 {
        return Ok(());
    }
    Err(no_logs(found.skipped))
}

/// Stops where all that was found turned out to be something else.
fn refuse_no_logs(found: &Found, outcome: &Outcome) -> anyhow::Result<()> {
    let read = outcome.tally.files + outcome.tally.unreadable_files;
    if read > 0 || outcome.skipped.other == 0 {
        return Ok(());
    }
    Err(no_logs(found.skipped + outcome.skipped))
}

fn no_logs(skipped: Skipped) -> anyhow::Error {
    let others = skipped.total();
    let what = match others {
        0 => "no log files found".to_owned(),
        others => format!("no log files found ({others} others were passed over)"),
    };
    let tip = "in folders, files that are named .json, .jsonl, .ndjson, .log or .zip, or .gz or .zst \
               after that, and those that begin like logs are read; name others one by one, and \
               give tables of counts to `insights detect`";
    failure(what, tip)
}

/// Stops where the output would overwrite what is to be read.
fn refuse_overwriting(
    outputs: [Option<&Path>; 2],
    reads: impl Fn(&Path) -> bool,
) -> anyhow::Result<()> {
    match outputs.into_iter().flatten().find(|path| reads(path)) {
        Some(path) => {
            let path = path.display();
            let what = UsageError(format!("{path} is one of the inputs"));
            Err(what.tip("write the output elsewhere"))
        }
        None => Ok(()),
    }
}

/// Stops where files of the tree to be written are to be read.
fn refuse_overwriting_tree(tree: Option<&Path>, found: &Found) -> anyhow::Result<()> {
    match tree.filter(|tree| found.reads_insights_below(tree)) {
        Some(tree) => {
            let tree = tree.display();
            let what = UsageError(format!("Insights below {tree} are read"));
            Err(what.tip("write the tree elsewhere"))
        }
        None => Ok(()),
    }
}

/// Says what became of everything and how the run ended.
fn conclude(
    mut summary: Summary,
    began: Instant,
    run: &RunPlan,
    progress: &Progress,
    insights_matter: bool,
) -> anyhow::Result<Exit> {
    summary.elapsed = began.elapsed();
    if !run.quiet {
        progress.warn(&summary.colored());
    }
    if summary.interrupted {
        progress.warn(&summary.interruption());
    }
    if let Some(path) = &run.summary {
        summary.write(path)?;
    }
    Ok(if summary.interrupted {
        Exit::Interrupted
    } else if summary.nothing_read() {
        Exit::Failed
    } else if summary.partly_read() {
        Exit::PartlyRead
    } else if insights_matter && summary.starts > 0 {
        Exit::InsightsFound
    } else {
        Exit::Done
    })
}

/// Where Insights go, and how many went.
struct Reports {
    /// Files of the tree first, if there are any.
    outputs: Vec<Box<dyn Output>>,
    /// The file of the last of them.
    file: Option<PathBuf>,
    starts: u64,
    ends: u64,
}

impl Reports {
    fn new(results: &ResultsPlan) -> anyhow::Result<Self> {
        let file = results.output.clone();
        Ok(Self { outputs: output::open(results)?, file, starts: 0, ends: 0 })
    }

    fn write(&mut self, insights: &[Insight]) -> anyhow::Result<()> {
        for insight in insights {
            *match insight.state {
                InsightState::Start => &mut self.starts,
                InsightState::End => &mut self.ends,
            } += 1;
            for output in &mut self.outputs {
                output.write(insight).context("cannot write the Insights")?;
            }
        }
        Ok(())
    }

    /// Draws the minutes around Insights that an engine returned, where they are shown, as soon as
    /// it knows them.
    fn draw(&mut self, insights: &[Insight], engine: &Engine) {
        for sparklines in self.outputs.iter_mut().filter_map(|output| output.sparklines()) {
            sparklines.take(insights, engine);
        }
    }

    /// Draws the rest of them, as far as the log goes.
    fn draw_rest(&mut self, engine: &Engine) {
        for sparklines in self.outputs.iter_mut().filter_map(|output| output.sparklines()) {
            sparklines.finish(engine);
        }
    }

    /// Returns what draws the same for another engine, without those that are drawn.
    fn sparklines(&mut self) -> Option<Sparklines> {
        let own = self.outputs.iter_mut().find_map(|output| output.sparklines())?;
        Some(own.fresh())
    }

    /// Adds what was drawn for other engines.
    fn join(&mut self, drawn: Vec<Sparklines>) {
        if let Some(own) = self.outputs.iter_mut().find_map(|output| output.sparklines()) {
            for drawn in drawn {
                own.join(drawn);
            }
        }
    }

    /// Ends the outputs and adds the numbers to `summary`.
    ///
    /// Where nothing could be read, or not all of it, the files of an earlier run are worth more
    /// than empty ones or some of one, and stay.
    fn finish(mut self, summary: &mut Summary) -> anyhow::Result<()> {
        if summary.interrupted {
            if self.file.is_some() {
                self.outputs.pop();
            }
            summary.unwritten = self.file.take();
        }
        if !summary.nothing_read() {
            for output in self.outputs {
                output.finish().context("cannot write the Insights")?;
            }
        }
        summary.starts = self.starts;
        summary.ends = self.ends;
        Ok(())
    }
}

/// The holes in logs, by log and start: an engine remembers them for weeks only.
#[derive(Debug, Default)]
struct Holes(BTreeMap<(LogKey, Minute), Hole>);

impl Holes {
    /// Takes note of the holes that an engine knows of.
    fn enter(&mut self, engine: &Engine) {
        let holes = engine.holes();
        self.0.extend(holes.map(|(log, hole)| ((log.clone(), hole.start), hole)));
    }

    fn told(self) -> Vec<LogHole> {
        self.0.into_iter().map(|((log, _), hole)| LogHole::new(&log, hole)).collect()
    }
}
