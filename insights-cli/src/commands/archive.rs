//! Finds the logs that were named: [`read`] counts them, [`records`] looks for some of them.

use std::{ops::Range, path::Path};

use insights_core::{Minute, Selection, SeriesKey};

use crate::{
    commands::{refuse_no_logs, refuse_nothing, refuse_overwriting, refuse_overwriting_tree},
    input::{
        archive::{self, Outcome, Sink},
        logged::{Logged, Wanted},
        s3,
        scope::Scope,
        walk,
    },
    interrupt,
    plan::{InputPlan, RunPlan},
    progress::{Phase, Progress},
};

/// What a run writes to.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Outputs<'a> {
    pub(super) files: [Option<&'a Path>; 2],
    pub(super) tree: Option<&'a Path>,
}

/// Finds the logs that were named and feeds their counts to what `open` returns once it is known
/// that there is something to read and nothing that would be overwritten.
pub(super) fn read<S: Sink>(
    input: &InputPlan,
    selection: &Selection,
    outputs: Outputs<'_>,
    run: &RunPlan,
    progress: &Progress,
    open: impl FnOnce() -> anyhow::Result<S>,
) -> anyhow::Result<(S, Outcome)> {
    let scope = Scope::new(selection, input.allowed_lateness);
    progress.begin(Phase::Finding, None);
    let mut found = walk::find(&input.inputs, outputs.files, &scope);
    let _connection = s3::find(&input.remote, &scope, progress, &mut found)?;
    interrupt::check(|| "nothing was read yet".into())?;
    let (phase, steps) = found.steps();
    progress.begin(phase, steps);
    refuse_nothing(&found)?;
    refuse_overwriting(outputs.files, |path| found.reads(path))?;
    refuse_overwriting_tree(outputs.tree, &found)?;
    let mut sink = open()?;
    let mut outcome = archive::read(&found, selection, input, run, progress, &mut sink)?;
    if !outcome.interrupted {
        refuse_no_logs(&found, &outcome)?;
    }
    outcome.skipped += found.skipped;
    outcome.names.join(&found.names);
    Ok((sink, outcome))
}

/// Finds the logs that were named and returns the records of a span that count for a series.
pub(super) fn records(
    input: &InputPlan,
    selection: &Selection,
    series: &SeriesKey,
    span: Range<Minute>,
    progress: &Progress,
) -> anyhow::Result<Vec<Logged>> {
    let narrow = Selection {
        accounts: vec![series.account_id.to_string()],
        regions: vec![series.region.to_string()],
        from: Some(span.start),
        to: Some(span.end),
        ..Selection::default()
    };
    let scope = Scope::new(&narrow, input.allowed_lateness);
    progress.begin(Phase::Finding, None);
    let mut found = walk::find(&input.inputs, [None, None], &scope);
    let _connection = s3::find(&input.remote, &scope, progress, &mut found)?;
    let (phase, steps) = found.steps();
    progress.begin(phase, steps);
    let records = archive::records(&found, &Wanted { series, selection, span }, input, progress);
    interrupt::check(|| "the records were not all found".into())?;
    Ok(records)
}
