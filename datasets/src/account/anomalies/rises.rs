//! Sudden rises: loops that run away, and single minutes.

use crate::account::anomalies::{Extra, Planner};
use crate::account::label::Class;
use crate::account::series::Kind;
use crate::rounded;

impl Planner<'_> {
    /// Calls an API of few calls again and again.
    pub(super) fn run_away(&mut self) {
        let length = self.random.between(20, 180);
        let span = self.span(length);
        let quiet = |planner: &Self, s: usize| {
            planner.counts_calls(s)
                && planner.history.rate(s) < 0.5
                && planner.history.peak(s) < 15
                && !planner.is_of(s, &[Kind::Silent])
        };
        let Some(series) = self.series(quiet) else { return };
        let mean = self.random.within(20.0, 100.0);
        let extra: Extra = span.map(|minute| (minute, self.random.poisson(mean))).collect();
        if self.would_show(series, &extra, true) {
            let who = self.usual_caller(series);
            self.incident += 1;
            self.raise(Class::RunawayLoop, series, &extra, who);
        }
    }

    /// Adds many calls to one minute.
    pub(super) fn spike(&mut self) {
        let span = self.span(1);
        let kinds = [
            Kind::Poller,
            Kind::Traffic,
            Kind::People,
            Kind::FrequentJob,
            Kind::Missing,
            Kind::Scaling,
            Kind::Deployment,
        ];
        let Some(series) = self.series(|planner, s| planner.is_of(s, &kinds)) else { return };
        let peak = f64::from(self.history.peak(series));
        let calls = peak * self.random.within(1.5, 4.0) + self.random.within(5.0, 15.0);
        let extra = vec![(span.start, rounded(calls))];
        if self.would_show(series, &extra, true) {
            let who = self.usual_caller(series);
            self.incident += 1;
            self.raise(Class::Spike, series, &extra, who);
        }
    }
}
