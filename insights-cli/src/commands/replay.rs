//! `insights replay`: an archive in, Insight events out.

use std::time::Instant;

use insights_core::{PartialCounts, Watermark};

use crate::{
    args::Replay,
    commands::{
        Detection, conclude, refuse_no_logs, refuse_nothing, refuse_overwriting,
        refuse_overwriting_tree, start_threads,
    },
    exit::Exit,
    input::{
        archive::{self, Sink},
        s3,
        scope::Scope,
        walk,
    },
    plan::{self, InputPlan, ResultsPlan, RunPlan},
    progress::Progress,
    summary::Summary,
};

impl Sink for Detection {
    fn add(&mut self, counts: PartialCounts) {
        self.engine.merge(counts);
    }

    fn advance(&mut self, watermark: Watermark) -> anyhow::Result<()> {
        Self::advance(self, watermark)
    }
}

pub(super) fn run(args: Replay) -> anyhow::Result<Exit> {
    let began = Instant::now();
    let input = InputPlan::try_from(args.input)?;
    let config = plan::config(plan::selection(args.select)?, &args.model)?;
    let selection = config.selection().clone();
    let results = ResultsPlan::from(args.results);
    let run = RunPlan::new(args.common, results.streams_to_terminal())?;
    start_threads(&run)?;

    let outputs = [results.output.as_deref(), run.summary.as_deref()];
    let scope = Scope::new(&selection, input.allowed_lateness);
    let mut found = walk::find(&input.inputs, outputs, &scope);
    let progress = Progress::new(0, run.progress);
    let _connection = s3::find(&input.remote, &scope, &progress, &mut found)?;
    progress.expect(found.sources());
    refuse_nothing(&found)?;
    refuse_overwriting(outputs, |path| found.reads(path))?;
    refuse_overwriting_tree(results.tree.as_deref(), &found)?;
    let mut detection = Detection::new(config, &results)?;
    let outcome = archive::read(&found, &selection, &input, &run, &progress, &mut detection)?;
    refuse_no_logs(&found, &outcome)?;

    progress.finish();

    let mut summary = Summary {
        tally: outcome.tally,
        skipped_files: found.skipped + outcome.skipped,
        first: outcome.first,
        end: outcome.first.map(|_| outcome.end(&selection).minute()),
        ..Summary::default()
    };
    detection.finish(&mut summary)?;
    conclude(summary, began, &run, &progress, results.exit_code)
}
