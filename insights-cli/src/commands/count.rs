//! `insights count`: an archive in, the counts of its minutes out.

use std::{
    io::{IsTerminal, stdout},
    time::Instant,
};

use anyhow::Context;
use insights_core::{OpenMinutes, PartialCounts, Watermark};

use crate::{
    args::Count,
    commands::{conclude, refuse_no_logs, refuse_nothing, refuse_overwriting, start_threads},
    exit::Exit,
    input::{
        archive::{self, Sink},
        s3,
        scope::Scope,
        walk,
    },
    output,
    output::counts::CountsWriter,
    plan::{self, InputPlan, RunPlan},
    progress::Progress,
    summary::Summary,
};

/// Open minutes and where the sealed ones go.
struct Counting {
    open: OpenMinutes,
    writer: CountsWriter,
}

impl Sink for Counting {
    fn add(&mut self, counts: PartialCounts) {
        self.open.merge(counts);
    }

    fn advance(&mut self, watermark: Watermark) -> anyhow::Result<()> {
        self.writer.write(&self.open.seal(watermark)).context("cannot write the counts")
    }
}

pub(super) fn run(args: Count) -> anyhow::Result<Exit> {
    let began = Instant::now();
    let input = InputPlan::try_from(args.input)?;
    let selection = plan::selection(args.select)?;
    let run = RunPlan::new(args.common, args.output.is_none() && stdout().is_terminal())?;
    start_threads(&run)?;

    let outputs = [args.output.as_deref(), run.summary.as_deref()];
    let scope = Scope::new(&selection, input.allowed_lateness);
    let mut found = walk::find(&input.inputs, outputs, &scope);
    let progress = Progress::new(0, run.progress);
    let _connection = s3::find(&input.remote, &scope, &progress, &mut found)?;
    progress.expect(found.sources());
    refuse_nothing(&found)?;
    refuse_overwriting(outputs, |path| found.reads(path))?;
    let writer = CountsWriter::new(output::sink(args.output.as_deref())?)?;
    let mut counting = Counting { open: OpenMinutes::new(selection.clone()), writer };
    let outcome = archive::read(&found, &selection, &input, &run, &progress, &mut counting)?;
    refuse_no_logs(&found, &outcome)?;
    let end = outcome.end(&selection);

    progress.finish();

    let mut summary = Summary {
        tally: outcome.tally,
        skipped_files: found.skipped + outcome.skipped,
        first: outcome.first,
        end: outcome.first.map(|_| end.minute()),
        ..Summary::default()
    };
    // A table of an earlier run is worth more than an empty one.
    if !summary.nothing_read() {
        summary.series = counting.writer.finish(end).context("cannot write the counts")?;
    }
    summary.take(counting.open.stats());
    conclude(summary, began, &run, &progress, false)
}
