//! Storms of failures, which are calls too.

use crate::account::Settings;
use crate::account::anomalies::{Extra, Planner};
use crate::account::label::Class;
use crate::account::series::Kind;

/// The codes of failures that a call may meet for the first time.
const CODES: [&str; 4] =
    ["AccessDenied", "ValidationException", "InternalFailure", "ExpiredTokenException"];

impl Planner<'_> {
    /// Lets a caller fail again and again, half the time in a way not seen before.
    pub(super) fn storm(&mut self) {
        let length = self.random.between(10, 90);
        let span = self.span(length);
        let series = if self.random.chance(0.5) {
            let kinds = [Kind::Denial, Kind::Missing];
            let fails =
                |planner: &Self, s: usize| !planner.counts_calls(s) && planner.is_of(s, &kinds);
            let Some(series) = self.series(fails) else { return };
            series
        } else {
            let kinds = [Kind::Traffic, Kind::Poller, Kind::DailyJob, Kind::Deployment];
            let calls =
                |planner: &Self, s: usize| planner.counts_calls(s) && planner.is_of(s, &kinds);
            let Some(calls) = self.series(calls) else { return };
            let target = self.ledger.drafts[calls].target;
            let code = *self.random.pick(&CODES);
            let failures = self.ledger.failures(target, code);
            let Settings { seed, mix, .. } = self.settings;
            if self.is_of(failures, &[Kind::Silent])
                && !mix.keeps(*seed, target, Some(code), Kind::Silent)
            {
                return;
            }
            failures
        };
        let usual = self.history.around(series, span.start);
        let mean = self.random.log_normal(3.0, 0.8).clamp(0.7, 25.0).max(2.5 * usual);
        let extra: Extra = span.map(|minute| (minute, self.random.poisson(mean))).collect();
        self.fail_more(Class::ErrorStorm, series, &extra);
    }

    /// Refuses far more calls than at any usual peak.
    pub(super) fn throttle(&mut self) {
        let length = self.random.between(15, 90);
        let span = self.span(length);
        let throttled = |planner: &Self, s: usize| planner.is_of(s, &[Kind::Throttling]);
        let Some(series) = self.series(throttled) else { return };
        let peak = f64::from(self.history.peak(series)).max(1.0);
        let mean = peak * self.random.within(0.8, 3.0);
        let extra: Extra = span.map(|minute| (minute, self.random.poisson(mean))).collect();
        self.fail_more(Class::ThrottlingStorm, series, &extra);
    }

    fn fail_more(&mut self, class: Class, series: usize, extra: &Extra) {
        // A code not seen before shows at once, as soon as there are some.
        let is_new = series >= self.history.series() && extra.len() >= 5;
        let shows = if is_new {
            super::span_of(extra).is_some_and(|minutes| self.is_free(series, &minutes))
        } else {
            self.would_show(series, extra, true)
        };
        let calls = self.ledger.calls(self.ledger.drafts[series].target);
        let is_clear = super::span_of(extra).is_some_and(|minutes| self.is_clear(calls, &minutes));
        if shows && is_clear {
            let who = self.usual_caller(calls);
            self.incident += 1;
            self.raise_failures(class, series, extra, who);
        }
    }

    /// Adds failures, and the calls they are, which have a label if they show.
    pub(super) fn raise_failures(
        &mut self,
        class: Class,
        series: usize,
        extra: &Extra,
        identity: u16,
    ) {
        self.raise(class, series, extra, identity);
        let calls = self.ledger.calls(self.ledger.drafts[series].target);
        if self.would_show(calls, extra, true) {
            self.raise(class, calls, extra, identity);
        } else {
            self.touch(calls, extra, identity);
        }
    }
}
