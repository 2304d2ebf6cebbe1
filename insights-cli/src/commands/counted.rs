//! [`Counted`]: the counts of an archive or of tables, read once, for commands that look at them
//! more than once.

use std::{
    mem,
    path::{Path, PathBuf},
};

use insights_core::{
    Engine, Insight, Minute, Minutes, OpenMinutes, PartialCounts, SealedCounts, Selection,
    Watermark,
};

use crate::{
    commands::{
        archive::{self, Outputs},
        refuse_overwriting,
    },
    exit::UsageError,
    failure::failure,
    input::{archive::Sink, counts, sniff},
    interrupt,
    plan::{InputPlan, RunPlan},
    progress::{Phase, Progress},
    summary::Summary,
};

/// All counts of an input, sealed.
#[derive(Debug)]
pub(super) struct Counted {
    /// The counts of minutes that follow each other, each with the watermark up to which they are
    /// all there.
    pub(super) days: Vec<(SealedCounts, Watermark)>,
    /// The first minute with a call.
    pub(super) first: Option<Minute>,
    /// The end of the log, or of the span looked at.
    pub(super) end: Watermark,
    /// Whether these are tables, of which there are no records to look at.
    pub(super) from_tables: bool,
    /// What became of everything that was read.
    pub(super) summary: Summary,
}

/// What of counts is kept.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Keep {
    /// How many, and who and what they are made of.
    All,
    /// How many, which is all that detection looks at.
    Counts,
}

impl Counted {
    /// Reads logs or tables of counts, which are told by what is in them.
    ///
    /// # Errors
    ///
    /// Returns an error if there are both, if there is nothing to read or nothing could be, if an
    /// output would overwrite an input, and in a strict run for the first problem.
    pub(super) fn read(
        input: &InputPlan,
        selection: &Selection,
        run: &RunPlan,
        outputs: [Option<&Path>; 2],
        keep: Keep,
        progress: &Progress,
    ) -> anyhow::Result<Self> {
        let is_table = |path: &&PathBuf| sniff::holds_counts(path);
        let tables = input.inputs.iter().filter(is_table).count();
        let counted = if tables == 0 {
            Self::of_archive(input, selection, run, outputs, keep, progress)?
        } else if tables == input.inputs.len() && input.remote.is_empty() {
            Self::of_tables(input, selection, run, outputs, keep, progress)?
        } else {
            let what = "some inputs are tables of counts and some are logs: give either";
            return Err(UsageError(what.into()).into());
        };
        if counted.summary.interrupted {
            progress.finish();
            if !run.quiet {
                progress.warn(&counted.summary.to_string());
            }
            interrupt::check(|| "there is no result without all of the input".into())?;
        }
        anyhow::ensure!(!counted.summary.nothing_read(), "nothing could be read");
        Ok(counted)
    }

    fn of_archive(
        input: &InputPlan,
        selection: &Selection,
        run: &RunPlan,
        files: [Option<&Path>; 2],
        keep: Keep,
        progress: &Progress,
    ) -> anyhow::Result<Self> {
        let outputs = Outputs { files, ..Outputs::default() };
        let open = || Ok(Sealing::new(selection, keep));
        let (sealing, outcome) = archive::read(input, selection, outputs, run, progress, open)?;
        let end = outcome.end(selection);
        let mut summary = Summary {
            tally: outcome.tally,
            skipped_files: outcome.skipped,
            unmatched: outcome.names.unmatched(selection),
            first: outcome.first,
            end: outcome.first.map(|_| end.minute()),
            interrupted: outcome.interrupted,
            ..Summary::default()
        };
        summary.take(sealing.open.stats());
        let first = outcome.first;
        Ok(Self { days: sealing.days, first, end, from_tables: false, summary })
    }

    fn of_tables(
        input: &InputPlan,
        selection: &Selection,
        run: &RunPlan,
        outputs: [Option<&Path>; 2],
        keep: Keep,
        progress: &Progress,
    ) -> anyhow::Result<Self> {
        refuse_overwriting(outputs, |path| counts::reads(&input.inputs, path))?;
        let mut table = counts::read(&input.inputs, selection, run.strict, progress)?;
        let end = table.times.end();
        let end = selection.to.map_or(end, |to| end.min(Watermark::at(to)));
        let mut sealing = Sealing::new(selection, keep);
        sealing.add(mem::take(&mut table.counts));
        sealing.advance(end)?;
        let mut summary = Summary {
            tally: table.tally,
            skipped_files: table.skipped,
            unmatched: table.names.unmatched(selection),
            rows: Some(table.rows),
            first: table.first,
            end: table.first.map(|_| end.minute()),
            ..Summary::default()
        };
        summary.take(sealing.open.stats());
        Ok(Self { days: sealing.days, first: table.first, end, from_tables: true, summary })
    }

    /// Returns all Insights of an engine that has seen nothing, those included that the end of the
    /// log leaves open.
    pub(super) fn replay(&self, engine: &mut Engine) -> Vec<Insight> {
        let mut insights = self.replay_to(engine, self.end);
        insights.extend(engine.finish());
        insights
    }

    /// Lets an engine go on up to a watermark and returns the Insights of these minutes. A run that
    /// is asked to stop goes less far.
    pub(super) fn replay_to(&self, engine: &mut Engine, watermark: Watermark) -> Vec<Insight> {
        self.go_on(engine, watermark, |_| ())
    }

    /// Does the same and shows how far it is.
    pub(super) fn replay_shown(
        &self,
        engine: &mut Engine,
        watermark: Watermark,
        progress: &Progress,
    ) -> Vec<Insight> {
        let days = |minute: Minute| {
            let first = self.first.unwrap_or(minute);
            u64::from(minute.since(first.midnight()).count()) / 1_440
        };
        progress.begin(Phase::Detecting { parts: 1 }, Some(days(watermark.minute()) + 1));
        self.go_on(engine, watermark, |reached| progress.reach(days(reached)))
    }

    fn go_on(
        &self,
        engine: &mut Engine,
        watermark: Watermark,
        done: impl Fn(Minute),
    ) -> Vec<Insight> {
        let mut insights = Vec::new();
        for (sealed, end) in &self.days {
            let end = watermark.min(*end);
            while engine.watermark() < end && !interrupt::requested() {
                let from = engine.watermark().minute().max(self.first.unwrap_or(Minute::MIN));
                let step = Watermark::at(from.midnight() + Minutes::days(1)).min(end);
                insights.extend(engine.replay(sealed, step));
                done(step.minute());
            }
        }
        insights
    }

    /// Returns the minute of the first call.
    ///
    /// # Errors
    ///
    /// Returns an error if there is none.
    pub(super) fn first(&self) -> anyhow::Result<Minute> {
        self.first.ok_or_else(|| {
            let tip = match &self.summary.unmatched[..] {
                [] => {
                    "see what --from, --to and the other options of the selection leave out; calls \
                       that only read count with --include-reads"
                        .into()
                }
                unmatched => unmatched.join("; "),
            };
            failure("there are no calls in the input", tip)
        })
    }
}

/// Keeps counts as they are sealed.
struct Sealing {
    open: OpenMinutes,
    keep: Keep,
    days: Vec<(SealedCounts, Watermark)>,
}

impl Sealing {
    fn new(selection: &Selection, keep: Keep) -> Self {
        Self { open: OpenMinutes::new(selection.clone()), keep, days: Vec::new() }
    }
}

impl Sink for Sealing {
    fn add(&mut self, counts: PartialCounts) {
        self.open.merge(counts);
    }

    fn advance(&mut self, watermark: Watermark) -> anyhow::Result<()> {
        if watermark > self.open.watermark() {
            let sealed = self.open.seal(watermark);
            let sealed = match self.keep {
                Keep::All => sealed,
                Keep::Counts => sealed.without_attributes(),
            };
            self.days.push((sealed, watermark));
        }
        Ok(())
    }
}
