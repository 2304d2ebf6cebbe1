//! `insights count`: an archive in, the counts of its minutes out; or tables of counts in, and one
//! out that has all of them.

use std::{
    io::{IsTerminal, stdout},
    time::Instant,
};

use anyhow::Context;
use insights_core::{OpenMinutes, PartialCounts, Watermark};

use crate::{
    args::Count,
    commands::{
        archive::{self, Outputs},
        conclude,
        counted::{Counted, Keep},
        start_threads,
    },
    exit::Exit,
    input::{archive::Sink, sniff},
    interrupt, output,
    output::counts::CountsWriter,
    plan::{self, InputPlan, RunPlan},
    progress::Progress,
    settings::Settings,
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
    let settings = Settings::new(&args.settings, None)?.select(args.select)?.input(&args.input)?;
    let input = InputPlan::new(args.input, &settings)?;
    let format = plan::count_format(args.format, args.output.as_deref())?;
    let run = RunPlan::new(args.common, args.output.is_none() && stdout().is_terminal())?;
    start_threads(&run)?;

    let files = [args.output.as_deref(), run.summary.as_deref()];
    let outputs = Outputs { files, ..Outputs::default() };
    let progress = Progress::new(run.progress);
    let selection = settings.selection();
    let write = || CountsWriter::new(output::sink(args.output.as_deref())?, format);
    if input.inputs.iter().any(|path| sniff::holds_counts(path)) {
        let counted = Counted::read(&input, selection, &run, files, Keep::All, &progress)?;
        let mut writer = write()?;
        for (sealed, _) in &counted.days {
            interrupt::check(|| "the table is not whole".into())?;
            writer.write(sealed).context("cannot write the counts")?;
        }
        progress.finish();
        let series = writer.finish(counted.end).context("cannot write the counts")?;
        return conclude(Summary { series, ..counted.summary }, began, &run, &progress, false);
    }
    let open = || {
        let writer = write()?;
        Ok(Counting { open: OpenMinutes::new(selection.clone()), writer })
    };
    let (counting, outcome) = archive::read(&input, selection, outputs, &run, &progress, open)?;
    let end = outcome.end(selection);
    let end = if outcome.interrupted { end.min(counting.open.watermark()) } else { end };

    progress.finish();

    let mut summary = Summary {
        tally: outcome.tally,
        skipped_files: outcome.skipped,
        unmatched: outcome.names.unmatched(selection),
        first: outcome.first,
        end: outcome.first.map(|_| end.minute()),
        interrupted: outcome.interrupted,
        ..Summary::default()
    };
    if summary.interrupted {
        summary.unwritten.clone_from(&args.output);
    }
    // A table of an earlier run is worth more than an empty one, or than some of one.
    let in_part = summary.interrupted && args.output.is_some();
    if !summary.nothing_read() && !in_part {
        summary.series = counting.writer.finish(end).context("cannot write the counts")?;
    }
    summary.take(counting.open.stats());
    conclude(summary, began, &run, &progress, false)
}
