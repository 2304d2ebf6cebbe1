//! `insights score`: Insights in, how well they tell what labels or CloudTrail itself do.

use std::{
    collections::BTreeSet,
    fmt::Write,
    path::{Path, PathBuf},
    time::Instant,
};

use anyhow::{anyhow, bail};
use insights_core::{Minute, Minutes};

use crate::{
    args,
    commands::{refuse_overwriting, start_threads},
    comparison::Comparison,
    episodes::Episode,
    exit::{Exit, UsageError},
    input::insights::{self, Read},
    interrupt,
    labels::{self, Label},
    matching::against_labels,
    output::{
        self,
        score::{comparison::ComparisonScore, labels::LabelScore, write},
    },
    plan::{RunPlan, ScorePlan, Truth},
    printable::printable,
    progress::Progress,
    scoring::Scored,
    subject::Subject,
    summary::Summary,
};

pub(super) fn run(args: args::Score) -> anyhow::Result<Exit> {
    let began = Instant::now();
    let (plan, common) = ScorePlan::new(args)?;
    let run = RunPlan::new(common, false)?;
    start_threads(&run)?;

    let progress = Progress::new(run.progress);
    let mut summary = Summary::default();
    let ours = |summary: &mut Summary| episodes(&plan.insights, &plan, &run, &progress, summary);
    match &plan.truth {
        Truth::Labels(path) => {
            let outputs = [plan.output.as_deref(), run.summary.as_deref()];
            refuse_overwriting(outputs, |output| labels::is_at(path, output))?;
            let labels = labels::read(path)?;
            let ours = ours(&mut summary)?;
            progress.finish();
            score_labels(&labels, &ours, path, &plan, &run, &progress)?;
        }
        Truth::Others(path) => {
            let ours = ours(&mut summary)?;
            let theirs = std::slice::from_ref(path);
            let theirs = episodes(theirs, &plan, &run, &progress, &mut summary)?;
            progress.finish();
            compare(&theirs, &ours, &plan)?;
        }
    }
    summary.elapsed = began.elapsed();
    if let Some(path) = &run.summary {
        summary.write(path)?;
    }
    Ok(if summary.partly_read() { Exit::PartlyRead } else { Exit::Done })
}

/// Reads the episodes of some files, and says what else is in them.
fn episodes(
    inputs: &[PathBuf],
    plan: &ScorePlan,
    run: &RunPlan,
    progress: &Progress,
    summary: &mut Summary,
) -> anyhow::Result<Vec<Episode>> {
    let outputs = [plan.output.as_deref(), run.summary.as_deref()];
    let found = insights::find(inputs, outputs);
    refuse_overwriting(outputs, |path| found.reads(path))?;
    let Read { insights, tally, skipped, others } = insights::read(&found, run, progress)?;
    interrupt::check(|| "nothing is scored without all of the input".into())?;
    let name = match inputs {
        [first, rest @ ..] if !rest.is_empty() => {
            format!("{} and {} more", printable(&first.to_string_lossy()), rest.len())
        }
        _ => inputs.iter().map(|path| printable(&path.to_string_lossy())).collect(),
    };
    if tally.files == 0 {
        bail!("{name}: nothing could be read ({} files were passed over)", skipped.total());
    }
    if insights.is_empty() && tally.malformed > 0 {
        bail!("{name}: no Insights event could be read");
    }
    if insights.is_empty() && others > 0 {
        return Err(anyhow!(
            "{name}: none of {others} records is an Insights event; `insights replay` makes them \
             of calls"
        ));
    }
    let records = insights.len();
    let (episodes, repeated) = Episode::of_records(insights);
    if !run.quiet {
        let count = episodes.len();
        let mut line = format!("{name}: {records} Insights events, {count} episodes");
        for (count, what) in [
            (repeated, "repeat others"),
            (others, "records of other things passed over"),
            (skipped.total(), "files passed over"),
        ] {
            if count > 0 {
                let _ = write!(line, ", {count} {what}");
            }
        }
        progress.warn(&line);
    }
    summary.tally += tally;
    summary.skipped_files += skipped;
    summary.starts += episodes.iter().filter(|episode| episode.start.is_some()).count() as u64;
    summary.ends += episodes.iter().filter(|episode| episode.end.is_some()).count() as u64;
    Ok(episodes.into_iter().filter(|episode| plan.admits(&episode.subject)).collect())
}

fn score_labels(
    labels: &[Label],
    episodes: &[Episode],
    path: &Path,
    plan: &ScorePlan,
    run: &RunPlan,
    progress: &Progress,
) -> anyhow::Result<()> {
    let path = printable(&path.to_string_lossy());
    let labels: Vec<Label> =
        labels.iter().filter(|label| plan.admits(&label.subject)).cloned().collect();
    if labels.is_empty() {
        let accounts = plan.accounts.join(", ");
        return Err(UsageError(format!("{path}: no label is of account {accounts}")).into());
    }
    let of_labels: Vec<Seen<'_>> =
        labels.iter().map(|label| (&label.subject, label.start, label.end)).collect();
    let of_insights: Vec<Seen<'_>> = episodes.iter().map(seen).collect();
    refuse_strangers(&path, &of_labels, &of_insights, plan)?;
    let scored = plan.scored(of_labels.iter().chain(&of_insights))?;
    let inside = labels.iter().filter(|label| scored.holds(label.start)).count();
    if inside == 0 {
        let Scored { from, to, .. } = scored;
        let told = spanned(&of_labels);
        return Err(UsageError(format!(
            "{path}: no label begins from {from} to {to}, which is scored; they are {told}"
        ))
        .into());
    }
    if !run.quiet && inside < labels.len() {
        let left = labels.len() - inside;
        progress.warn(&format!("{path}: begin outside the span that is scored: {left} labels"));
    }
    let judgement = against_labels(&labels, episodes, plan.tolerance);
    let score = LabelScore {
        labels: &labels,
        episodes,
        judgement: &judgement,
        scored,
        tolerance: plan.tolerance,
    };
    write(&score, plan.format, output::sink(plan.output.as_deref())?)
}

fn compare(theirs: &[Episode], ours: &[Episode], plan: &ScorePlan) -> anyhow::Result<()> {
    let (left, right): (Vec<Seen<'_>>, Vec<Seen<'_>>) =
        (theirs.iter().map(seen).collect(), ours.iter().map(seen).collect());
    let scored = plan.scored(left.iter().chain(&right))?;
    // What is told of the same may begin on either side of the border: pairs come first.
    let whole = Comparison::new(theirs, ours, plan.tolerance);
    let holds = |episode: &Episode| scored.holds(episode.span().0);
    let comparison = Comparison {
        both: whole.both.into_iter().filter(|pair| holds(pair.theirs)).collect(),
        only_theirs: whole.only_theirs.into_iter().filter(|episode| holds(episode)).collect(),
        only_ours: whole.only_ours.into_iter().filter(|episode| holds(episode)).collect(),
    };
    let score = ComparisonScore { comparison, scored, tolerance: plan.tolerance };
    write(&score, plan.format, output::sink(plan.output.as_deref())?)
}

/// A series and the span in which something is told of it.
type Seen<'a> = (&'a Subject, Minute, Minute);

fn seen(episode: &Episode) -> Seen<'_> {
    let (start, end) = episode.span();
    (&episode.subject, start, end)
}

/// Stops where labels and Insights cannot be of the same log: all labels would be missed and all
/// Insights false, which says nothing of either.
fn refuse_strangers(
    path: &str,
    labels: &[Seen<'_>],
    insights: &[Seen<'_>],
    plan: &ScorePlan,
) -> anyhow::Result<()> {
    let accounts = |seen: &[Seen<'_>]| -> BTreeSet<String> {
        seen.iter().map(|(subject, ..)| subject.account_id.to_string()).collect()
    };
    let bounds = |seen: &[Seen<'_>]| {
        let first = seen.iter().map(|&(_, start, _)| start).min()?;
        Some((first, seen.iter().map(|&(.., end)| end).max()?))
    };
    let (Some(told), Some(found)) = (bounds(labels), bounds(insights)) else { return Ok(()) };
    let strangers = accounts(labels).is_disjoint(&accounts(insights));
    // Whoever says which span was looked at knows that both are of it.
    let known = plan.from.is_some() && plan.to.is_some();
    let day = Minutes::days(1);
    if !strangers && (known || told.0 <= found.1 + day && found.0 <= told.1 + day) {
        return Ok(());
    }
    let (what, hint) = if strangers {
        ("no account", "")
    } else {
        ("no time", "; --from and --to say which span was looked at, if they are of one log")
    };
    Err(UsageError(format!(
        "{path}: labels and Insights have {what} in common: the labels are {}, the Insights {}{hint}",
        spanned(labels),
        spanned(insights)
    ))
    .into())
}

/// Returns what accounts and which span something is of.
fn spanned(seen: &[Seen<'_>]) -> String {
    let accounts: BTreeSet<&str> = seen.iter().map(|(subject, ..)| &*subject.account_id).collect();
    let first =
        accounts.first().map_or("no account", |id| if id.is_empty() { "unknown" } else { id });
    let more = match accounts.len().saturating_sub(1) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let start = seen.iter().map(|&(_, start, _)| start).min().unwrap_or(Minute::MIN);
    let end = seen.iter().map(|&(.., end)| end).max().unwrap_or(Minute::MIN);
    format!("of account {}{more} from {start} to {end}", printable(first))
}

impl ScorePlan {
    fn admits(&self, subject: &Subject) -> bool {
        self.accounts.is_empty() || self.accounts.iter().any(|id| **id == *subject.account_id)
    }

    /// Returns what is scored: as it was asked for, else the days around all that is told.
    fn scored<'a>(
        &self,
        seen: impl Iterator<Item = &'a Seen<'a>> + Clone,
    ) -> anyhow::Result<Scored> {
        let first = seen.clone().map(|&(_, start, _)| start).min();
        let last = seen.clone().map(|&(.., end)| end).max();
        let from = self.from.or(first.map(Minute::midnight));
        let to = self.to.or(last.map(|end| (end + Minutes::new(1_439)).midnight()));
        let (Some(from), Some(to)) = (from, to) else {
            bail!("there is nothing to compare: neither side tells of any Insight");
        };
        if from >= to {
            let what = format!("what is scored, from {from} to {to}, holds no minute");
            return Err(UsageError(what).into());
        }
        let accounts: BTreeSet<&str> = seen.map(|(subject, ..)| &*subject.account_id).collect();
        let accounts = accounts.len().max(self.accounts.len()).max(1);
        Ok(Scored { from, to, accounts: u32::try_from(accounts).unwrap_or(u32::MAX) })
    }
}
