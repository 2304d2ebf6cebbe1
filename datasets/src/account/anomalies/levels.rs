//! Lasting rises: what doubles, grows slowly, or climbs in steps.

use crate::account::anomalies::{Extra, Planner};
use crate::account::label::Class;
use crate::account::series::Kind;

impl Planner<'_> {
    /// Doubles the calls for hours.
    pub(super) fn double(&mut self) {
        let length = self.random.between(180, 480);
        self.multiply(Class::Doubling, length, |_| 2.0);
    }

    /// Lets the calls grow to four times as many.
    pub(super) fn ramp(&mut self) {
        let length = self.random.between(120, 240);
        self.multiply(Class::Ramp, length, |minute| {
            1.0 + 3.0 * f64::from(minute) / f64::from(length)
        });
    }

    /// Lets the calls rise in three steps.
    pub(super) fn climb(&mut self) {
        let step = self.random.between(40, 60);
        self.multiply(Class::Staircase, 3 * step, |minute| match minute / step {
            0 => 1.5,
            1 => 2.2,
            _ => 3.3,
        });
    }

    /// Multiplies the calls of a series by a factor that depends on the minute of the anomaly.
    fn multiply(&mut self, class: Class, length: u32, factor: impl Fn(u32) -> f64) {
        let span = self.span(length);
        let kinds = [Kind::Traffic, Kind::Poller, Kind::Changing, Kind::Missing];
        let busy = |planner: &Self, s: usize| {
            planner.is_of(s, &kinds) && planner.history.total(s, &span) >= 80
        };
        let Some(series) = self.series(busy) else { return };
        let extra: Extra = span
            .clone()
            .map(|minute| {
                let more = factor(minute - span.start) - 1.0;
                let mean = self.history.around(series, minute) * more;
                (minute, self.random.poisson(mean))
            })
            .collect();
        let calls = self.ledger.calls(self.ledger.drafts[series].target);
        if !self.would_show(series, &extra, false) || !self.is_clear(calls, &span) {
            return;
        }
        let who = self.usual_caller(series);
        self.incident += 1;
        if calls == series {
            self.raise(class, series, &extra, who);
        } else {
            self.raise_failures(class, series, &extra, who);
        }
    }
}
