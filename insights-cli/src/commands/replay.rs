//! `insights replay`: an archive in, Insight events out.

use std::time::Instant;

use insights_core::{Engine, PartialCounts, Watermark};

use crate::{
    args::Replay,
    commands::{
        Holes, Reports,
        archive::{self, Outputs},
        conclude, start_threads,
    },
    exit::Exit,
    input::archive::Sink,
    plan::{InputPlan, ResultsPlan, RunPlan},
    progress::Progress,
    settings::Settings,
    summary::Summary,
};

/// An engine and where its Insights go.
struct Detection {
    engine: Engine,
    reports: Reports,
    holes: Holes,
}

impl Sink for Detection {
    fn add(&mut self, counts: PartialCounts) {
        self.engine.merge(counts);
    }

    fn advance(&mut self, watermark: Watermark) -> anyhow::Result<()> {
        let insights = self.engine.advance_to(watermark);
        self.holes.enter(&self.engine);
        self.reports.draw(&insights, &self.engine);
        self.reports.write(&insights)
    }
}

impl Detection {
    /// Writes what the end of the input leaves open and adds the numbers to `summary`.
    ///
    /// Of a run that was asked to stop, nothing is known of what comes next.
    fn finish(mut self, summary: &mut Summary) -> anyhow::Result<()> {
        if summary.interrupted {
            summary.end = summary.end.min(Some(self.engine.watermark().minute()));
        } else {
            let insights = self.engine.finish();
            self.reports.draw(&insights, &self.engine);
            self.reports.write(&insights)?;
        }
        self.reports.draw_rest(&self.engine);
        summary.take(self.engine.stats());
        summary.series = self.engine.series();
        summary.holes = self.holes.told();
        self.reports.finish(summary)
    }
}

pub(super) fn run(args: Replay) -> anyhow::Result<Exit> {
    let began = Instant::now();
    let settings = Settings::new(&args.settings, Some(&args.model))?
        .select(args.select)?
        .input(&args.input)?;
    let input = InputPlan::new(args.input, &settings)?;
    let config = settings.config()?;
    let results = ResultsPlan::new(args.results)?;
    let run = RunPlan::new(args.common, results.streams_to_terminal())?;
    start_threads(&run)?;

    let outputs = Outputs {
        files: [results.output.as_deref(), run.summary.as_deref()],
        tree: results.tree.as_deref(),
    };
    let progress = Progress::new(run.progress);
    let selection = settings.selection();
    let open = || {
        let reports = Reports::new(&results)?;
        Ok(Detection { engine: Engine::new(config), reports, holes: Holes::default() })
    };
    let (detection, outcome) = archive::read(&input, selection, outputs, &run, &progress, open)?;

    progress.finish();

    let mut summary = Summary {
        tally: outcome.tally,
        skipped_files: outcome.skipped,
        unmatched: outcome.names.unmatched(selection),
        first: outcome.first,
        end: outcome.first.map(|_| outcome.end(selection).minute()),
        interrupted: outcome.interrupted,
        ..Summary::default()
    };
    detection.finish(&mut summary)?;
    conclude(summary, began, &run, &progress, results.exit_code)
}
