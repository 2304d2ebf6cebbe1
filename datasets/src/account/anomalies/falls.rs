//! Falls: runs that do not come, and services that stop or almost stop.

use std::ops::Range;

use crate::account::anomalies::Planner;
use crate::account::jobs::{Run, Schedule};
use crate::account::label::{Class, Label, Reason};
use crate::account::series::Kind;

/// Calls to be left out of a series.
struct Loss {
    series: usize,
    /// Whose calls; none for everybody's.
    identity: Option<u16>,
    minutes: Range<u32>,
    /// The share of calls that remain.
    kept: f64,
}

impl Run {
    /// Returns true for a job that runs one to four times a day.
    pub(super) const fn is_daily(&self) -> bool {
        matches!(
            self.schedule,
            Schedule::Every(360, _) | Schedule::Nightly(_) | Schedule::Workdays(_)
        )
    }
}

impl Planner<'_> {
    /// Leaves out one run of a daily job.
    pub(super) fn miss_job(&mut self) {
        let fit = |run: &Run| run.is_daily() && run.calls >= 5;
        let Some(run) = self.run(fit) else { return };
        let losses = self.losses(&run, run.start..run.end);
        self.lose(Class::MissingJob, &losses);
    }

    /// Leaves out some runs of a job in a row.
    pub(super) fn miss_runs(&mut self) {
        let fit = |run: &Run| matches!(run.schedule, Schedule::Every(30 | 60, _)) && run.calls >= 3;
        let Some(run) = self.run(fit) else { return };
        let Schedule::Every(period, _) = run.schedule else { return };
        let more = self.random.between(1, 3) * period;
        let losses = self.losses(&run, run.start..run.start + more + period / 2);
        self.lose(Class::MissingRuns, &losses);
    }

    fn run(&mut self, is_fit: impl Fn(&Run) -> bool) -> Option<Run> {
        let fit: Vec<usize> =
            (0..self.ledger.runs.len()).filter(|&at| is_fit(&self.ledger.runs[at])).collect();
        (!fit.is_empty()).then(|| self.ledger.runs[*self.random.pick(&fit)].clone())
    }

    /// Returns what all series of a job lose if it does not run.
    fn losses(&self, run: &Run, minutes: Range<u32>) -> Vec<Loss> {
        let same = |other: &&Run| other.identity == run.identity && minutes.contains(&other.start);
        let mut losses: Vec<Loss> = Vec::new();
        for other in self.ledger.runs.iter().filter(same) {
            if let Some(loss) = losses.iter_mut().find(|loss| loss.series == other.series) {
                loss.minutes.end = loss.minutes.end.max(other.end);
            } else {
                let (series, minutes) = (other.series, other.start..other.end);
                losses.push(Loss { series, identity: Some(run.identity), minutes, kept: 0.0 });
            }
        }
        losses
    }

    /// Stops a series, or all that one caller does, in whole or in part.
    pub(super) fn fail(&mut self, class: Class) {
        let (length, kept) = if class == Class::Outage {
            (self.random.between(15, 120), 0.0)
        } else {
            (self.random.between(40, 150), self.random.within(0.1, 0.3))
        };
        let minutes = self.span(length);
        let kinds = [Kind::Traffic, Kind::Poller, Kind::Changing];
        let losses = if self.random.chance(0.3) {
            if self.ledger.services.is_empty() {
                return;
            }
            let at = self.random.position(self.ledger.services.len());
            let (identity, group) = &self.ledger.services[at];
            let loss = |&series: &usize| Loss {
                series,
                identity: Some(*identity),
                minutes: minutes.clone(),
                kept,
            };
            group.iter().map(loss).collect()
        } else {
            let Some(series) = self.series(|planner, s| {
                planner.is_of(s, &kinds) && planner.history.total(s, &minutes) >= 10
            }) else {
                return;
            };
            vec![Loss { series, identity: None, minutes, kept }]
        };
        // A fall to a fifth says nothing about a series of few calls.
        let least = if class == Class::Outage { 10 } else { 50 };
        let most = |loss: &Loss| self.history.total(loss.series, &loss.minutes);
        if losses.iter().all(|loss| most(loss) >= 3) && losses.iter().any(|l| most(l) >= least) {
            self.lose(class, &losses);
        }
    }

    /// Leaves calls out if that shows in at least one series.
    fn lose(&mut self, class: Class, losses: &[Loss]) {
        let shows: Vec<bool> = losses.iter().map(|loss| self.is_missed(class, loss)).collect();
        let is_clear = losses.iter().all(|loss| {
            let mut failures = self.ledger.failures_of(loss.series).into_iter();
            self.is_free(loss.series, &loss.minutes)
                && failures.all(|series| self.is_clear(series, &loss.minutes))
        });
        if !is_clear || !shows.contains(&true) {
            return;
        }
        self.incident += 1;
        for (loss, shows) in losses.iter().zip(shows) {
            // What fails of these calls is missing too, all of it so that none fails uncalled.
            for failures in self.ledger.failures_of(loss.series) {
                let loss =
                    Loss { series: failures, minutes: loss.minutes.clone(), kept: 0.0, ..*loss };
                self.cut(&loss);
                let around = loss.minutes.start..loss.minutes.end + 30;
                self.ledger.neutral(failures, around, Reason::Touched);
            }
            let Some(minutes) = self.cut(loss) else { continue };
            if shows {
                let (series, incident) = (loss.series, self.incident);
                self.labels.push(Label { series, minutes, class, incident });
            } else {
                let around = minutes.start..minutes.end + 60;
                self.ledger.neutral(loss.series, around, Reason::Touched);
            }
        }
    }

    /// Returns true if the calls of a loss would be missed.
    fn is_missed(&self, class: Class, loss: &Loss) -> bool {
        let cells = self.ledger.drafts[loss.series].cells.iter();
        let inside = cells.filter(|cell| loss.minutes.contains(&cell.minute));
        let own = inside.filter(|cell| loss.identity.is_none_or(|who| who == cell.identity));
        let gone = own.map(|cell| f64::from(cell.count)).sum::<f64>() * (1.0 - loss.kept);
        let total = f64::from(self.history.total(loss.series, &loss.minutes));
        if matches!(class, Class::MissingJob | Class::MissingRuns) {
            // Runs vary in time, so that only they say when there ought to be calls.
            return gone >= 3.0 && gone >= 0.7 * total;
        }
        let rest = crate::rounded(total - gone);
        // What others go on calling does not stop.
        (class == Class::PartialOutage || f64::from(rest) <= 0.1 * total)
            && self.history.is_little(loss.series, &loss.minutes, rest)
    }

    /// Leaves calls out and returns the minutes from the first of them to the last.
    fn cut(&mut self, loss: &Loss) -> Option<Range<u32>> {
        let mut span: Option<Range<u32>> = None;
        let cells = &mut self.ledger.drafts[loss.series].cells;
        let from = cells.partition_point(|cell| cell.minute < loss.minutes.start);
        let to = cells.partition_point(|cell| cell.minute < loss.minutes.end);
        for cell in &mut cells[from..to] {
            if loss.identity.is_none_or(|who| who == cell.identity) && cell.count > 0 {
                let kept = self.random.thinned(cell.count, loss.kept);
                if kept < cell.count {
                    let start = span.map_or(cell.minute, |span| span.start);
                    span = Some(start..cell.minute + 1);
                }
                cell.count = kept;
            }
        }
        span
    }
}
