//! Stolen credentials: somebody finds out what there is.

use crate::account::anomalies::{Extra, Planner};
use crate::account::label::Class;
use crate::account::series::Kind;
use crate::rounded;

impl Planner<'_> {
    /// Calls several discovery APIs in the name of somebody who hardly ever does.
    pub(super) fn abuse(&mut self) {
        let minutes = self.random.between(5, 30);
        let span = self.span(minutes);
        let person = self.random.position(self.people.len());
        let who = self.people[person].identity;
        let region = {
            let Some(first) = self.series(Self::is_discovery) else { return };
            self.ledger.drafts[first].target.region
        };
        let mut known: Vec<usize> = (0..self.history.series())
            .filter(|&s| self.is_discovery(s) && self.ledger.drafts[s].target.region == region)
            .filter(|&s| !self.ledger.drafts[s].cells.iter().any(|cell| cell.identity == who))
            .filter(|&s| self.is_clear(s, &span))
            .collect();
        self.random.shuffle(&mut known);
        known.truncate(self.random.between(4, 10) as usize);
        let total = self.random.log_normal(80.0, 0.6).clamp(20.0, 200.0);
        let weights: Vec<f64> = known.iter().map(|_| self.random.gamma(0.7)).collect();
        let sum: f64 = weights.iter().sum();
        let mut parts: Vec<(usize, Extra)> = Vec::new();
        for (&series, weight) in known.iter().zip(weights) {
            // One API after the other, each within a part of the time.
            let calls = self.random.poisson(total * weight / sum);
            let length = self.random.between(1, minutes);
            let start = span.start + self.random.below(minutes - length + 1);
            let extra = (0..calls).map(|_| (start + self.random.below(length), 1)).collect();
            parts.push((series, extra));
        }
        let shows = |planner: &Self, (series, extra): &(usize, Extra)| {
            extra.len() >= 5 && planner.would_show(*series, extra, true)
        };
        if !parts.iter().any(|part| shows(self, part)) {
            return;
        }
        self.incident += 1;
        for part in parts {
            if shows(self, &part) {
                self.raise(Class::CredentialAbuse, part.0, &part.1, who);
            } else {
                self.touch(part.0, &part.1, who);
            }
        }
    }

    fn is_discovery(&self, series: usize) -> bool {
        let name = self.ledger.drafts[series].target.name;
        self.counts_calls(series)
            && self.is_of(series, &[Kind::People, Kind::Scanner, Kind::Deployment])
            && ["Describe", "List", "Get"].iter().any(|verb| name.starts_with(verb))
    }

    /// Reads far more than usual.
    pub(super) fn exfiltrate(&mut self) {
        let length = self.random.between(10, 60);
        let span = self.span(length);
        let reads = ["Get", "Query", "Decrypt", "List", "Describe", "Receive", "Search"];
        let busy = |planner: &Self, s: usize| {
            let name = planner.ledger.drafts[s].target.name;
            planner.counts_calls(s)
                && planner.history.around(s, span.start) >= 1.0
                && planner.is_of(s, &[Kind::Traffic, Kind::Poller, Kind::Changing])
                && reads.iter().any(|verb| name.starts_with(verb))
        };
        let Some(series) = self.series(busy) else { return };
        let factor = self.random.within(5.0, 10.0);
        let extra: Extra = span
            .map(|minute| {
                let mean = self.history.around(series, minute) * (factor - 1.0);
                (minute, self.random.poisson(mean))
            })
            .collect();
        if self.would_show(series, &extra, false) {
            let person = self.random.position(self.people.len());
            let who = self.people[person].identity;
            let usual = self.usual_caller(series);
            let who = if self.random.chance(0.7) { who } else { usual };
            self.incident += 1;
            self.raise(Class::Exfiltration, series, &extra, who);
        }
    }

    /// Calls a rare API a few times.
    pub(super) fn burst(&mut self) {
        let length = self.random.between(1, 10);
        let span = self.span(length);
        let rare = |planner: &Self, s: usize| planner.is_of(s, &[Kind::Rare]);
        let Some(series) = self.series(rare) else { return };
        let calls = self.random.between(4, 10);
        let extra: Extra =
            (0..calls).map(|_| (span.start + self.random.below(length), 1)).collect();
        if self.would_show(series, &extra, true) {
            let person = self.random.position(self.people.len());
            let who = self.people[person].identity;
            self.incident += 1;
            self.raise(Class::RareBurst, series, &extra, who);
        }
    }

    /// Lets a job call again what it called an hour or three before, or will call.
    pub(super) fn beside_job(&mut self) {
        let runs: Vec<usize> = (0..self.ledger.runs.len())
            .filter(|&at| self.ledger.runs[at].is_daily() && self.ledger.runs[at].calls >= 12)
            .collect();
        if runs.is_empty() {
            return;
        }
        let run = self.ledger.runs[*self.random.pick(&runs)].clone();
        let length = f64::from(run.end - run.start) * self.random.within(0.7, 1.3);
        let length = rounded(length).max(1);
        let distance = self.random.between(60, 180);
        let start = if self.random.chance(0.5) {
            run.end + distance
        } else {
            run.start.saturating_sub(distance + length)
        };
        let calls = rounded(f64::from(run.calls) * self.random.within(0.33, 1.0));
        let extra: Extra = (0..calls).map(|_| (start + self.random.below(length), 1)).collect();
        if self.would_show(run.series, &extra, false) {
            self.incident += 1;
            self.raise(Class::BesideJob, run.series, &extra, run.identity);
        }
    }
}
