//! [`Data`]: what configurations are judged by.

use std::{collections::BTreeSet, path::Path};

use insights_core::{Config, Engine, EventCategory, Selection, SeriesKey};

use crate::{
    commands::counted::Counted,
    episodes::Episode,
    exit::UsageError,
    labels::Label,
    matching::against_labels,
    plan::TunePlan,
    printable::printable,
    scoring::{Figures, Scored},
    subject::Subject,
    tuning::{fingerprint, split::Split},
};

/// The labels, and which part of the counts they are held against.
pub(super) struct Data {
    labels: Vec<Label>,
    pub(super) split: Split,
    /// The labels of each part.
    inside: [usize; 2],
    /// The labels of series that were never called.
    unknown: usize,
}

impl Data {
    /// Holds labels against the counts they are of.
    ///
    /// # Errors
    ///
    /// Returns an error if nothing is left to score, or to tune on.
    pub(super) fn new(
        counted: &Counted,
        labels: Vec<Label>,
        plan: &TunePlan,
    ) -> anyhow::Result<Self> {
        let path = printable(&plan.labels.to_string_lossy());
        let (first, end) = (counted.first()?, counted.end.minute());
        let from = first.midnight() + plan.skip;
        if from >= end {
            let what = format!(
                "the data reach from {first} to {end}: nothing of them is left to score behind the \
                 first {} (--skip)",
                plan.skip
            );
            return Err(UsageError(what).into());
        }
        let rows = || counted.days.iter().flat_map(|(sealed, _)| sealed.rows());
        let mut series = BTreeSet::new();
        let mut last = None;
        for row in rows() {
            // Rows of a series follow each other, and so do equal keys.
            if last != Some(row.series) {
                last = Some(row.series);
                if !series.contains(row.series) {
                    series.insert(row.series.clone());
                }
            }
        }
        let accounts: BTreeSet<&str> = series.iter().map(|own| &*own.account_id).collect();
        let accounts = u32::try_from(accounts.len()).unwrap_or(u32::MAX);
        let subjects: BTreeSet<Subject> = series.iter().map(Subject::from).collect();
        let unknown = labels.iter().filter(|label| !subjects.contains(&label.subject)).count();
        if unknown == labels.len() {
            let example = printable(&labels[0].subject.to_string());
            let what = format!(
                "{path}: no label is of a series in the data; the first one is of {example}, the \
                 data have {} series of {accounts} accounts",
                subjects.len()
            );
            return Err(UsageError(what).into());
        }
        let split = Split::new(from, end, accounts, plan.holdout);
        let inside = [split.tuned, split.held_out]
            .map(|part| labels.iter().filter(|label| part.holds(label.start)).count());
        if inside[0] == 0 {
            let (first, last) = (
                labels.iter().map(|label| label.start).min().unwrap_or(from),
                labels.iter().map(|label| label.start).max().unwrap_or(from),
            );
            let Scored { from, to, .. } = split.tuned;
            let what = format!(
                "{path}: no label begins from {from} to {to}, which is tuned on (behind --skip and \
                 before --holdout): they begin from {first} to {last}"
            );
            return Err(UsageError(what).into());
        }
        Ok(Self { labels, split, inside, unknown })
    }

    /// Says what is scored.
    pub(super) fn tell(&self, plan: &TunePlan, told: &impl Fn(&str)) {
        let path = printable(&plan.labels.to_string_lossy());
        for (name, part, labels) in [
            ("tuned on  ", self.split.tuned, self.inside[0]),
            ("held out  ", self.split.held_out, self.inside[1]),
        ] {
            let Scored { from, to, .. } = part;
            let days = part.account_days();
            told(&format!("{name}{from} to {to}, {days:.1} account-days, {labels} labels"));
        }
        let outside = self.labels.len() - self.inside[0] - self.inside[1];
        for (count, what) in [
            (outside, "begin outside the time that is scored and do not count"),
            (self.unknown, "are of series without a single call and cannot be found"),
        ] {
            if count > 0 {
                let all = self.labels.len();
                told(&format!("warning: {path}: {count} of {all} labels {what}"));
            }
        }
    }

    pub(super) fn classes(&self) -> Vec<Box<str>> {
        let classes: BTreeSet<&Box<str>> = self.labels.iter().map(|label| &label.class).collect();
        classes.into_iter().filter(|class| !class.is_empty()).cloned().collect()
    }

    pub(super) fn fingerprint(
        &self,
        counted: &Counted,
        config: &Config,
        plan: &TunePlan,
    ) -> String {
        use insights_core::InsightType::{CallRate, ErrorRate};
        let wanted = [CallRate, ErrorRate].map(|insight_type| config.wants(insight_type));
        let scoring = format!("{:?} {} {wanted:?}", self.split, plan.tolerance);
        let counts = counted.days.iter().map(|(sealed, _)| sealed);
        fingerprint::of(counts, &self.labels, &scoring)
    }

    /// Detects with a configuration and scores what it reports.
    pub(super) fn judge(
        &self,
        counted: &Counted,
        config: &Config,
        plan: &TunePlan,
    ) -> [(Figures, Scored); 2] {
        let insights = counted.replay(&mut Engine::new(config.clone()));
        let episodes = Episode::of_engine(&insights);
        let judgement = against_labels(&self.labels, &episodes, plan.tolerance);
        [self.split.tuned, self.split.held_out]
            .map(|part| (Figures::new(&self.labels, &episodes, &judgement, part), part))
    }
}

/// Returns the labels that these settings can find at all.
pub(super) fn wanted(
    labels: Vec<Label>,
    config: &Config,
    path: &Path,
) -> Result<Vec<Label>, UsageError> {
    let labels: Vec<Label> = labels
        .into_iter()
        .filter(|label| config.wants(label.subject.insight_type()))
        .filter(|label| selects(config.selection(), &label.subject))
        .collect();
    if labels.is_empty() {
        let path = printable(&path.to_string_lossy());
        return Err(UsageError(format!("{path}: no label is of what is selected")));
    }
    Ok(labels)
}

/// Returns whether a series belongs to a selection, in one category or the other.
fn selects(selection: &Selection, subject: &Subject) -> bool {
    let Subject { account_id, region, event_source, event_name, error_code } = subject.clone();
    let category = EventCategory::Management;
    let mut series =
        SeriesKey { account_id, region, event_source, event_name, category, error_code };
    if selection.admits_series(&series) {
        return true;
    }
    series.category = EventCategory::Data;
    selection.admits_series(&series)
}
