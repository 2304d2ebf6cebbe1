//! Brings a detector of its own: `cargo run -p insights-core --example own_detector`.
//!
//! A control chart (Shewhart 1931): a minute is unusual if its calls are more than so many standard
//! deviations above the mean of the baseline. It is simple, and wrong as soon as calls follow the
//! day; the engine around it counts, keeps baselines, follows episodes and reports as ever.

use std::{
    error::Error,
    io::{self, Write},
};

use chrono::{DateTime, TimeDelta};
use insights_core::{
    Circumstances, Config, Course, Detector, Direction, Engine, Event, Evidence, Expectations,
    Finding, History, Minute, Minutes, Recent, Verdict, WarmUp, Watermark,
};

const ONE: Minutes = Minutes::new(1);

/// How many standard deviations are too many.
#[derive(Clone, Copy, Debug)]
struct ControlChart {
    deviations: f64,
}

/// The calls a minute of a baseline.
#[derive(Clone, Copy, Debug)]
struct Level {
    mean: f64,
    deviation: f64,
}

impl ControlChart {
    fn limit(self, level: Level) -> f64 {
        level.mean + self.deviations * level.deviation.max(1.0)
    }
}

impl Detector for ControlChart {
    type Model = Level;

    fn fit(&self, history: &History<'_>) -> Level {
        let from = history.from.max(history.until - history.reach);
        let minutes = f64::from(history.until.since(from).count().max(1));
        // Minutes without calls are not held: they add nothing to either sum.
        let (sum, squares) = history.baseline.range(from..history.until).iter().fold(
            (0.0, 0.0),
            |(sum, squares), &(_, calls)| {
                let calls = f64::from(calls);
                (sum + calls, squares + calls * calls)
            },
        );
        let mean = sum / minutes;
        Level { mean, deviation: (squares / minutes - mean * mean).max(0.0).sqrt() }
    }

    fn judge(&self, level: &Level, recent: Recent<'_>, circumstances: Circumstances) -> Verdict {
        let calls = recent.sum(ONE);
        let limit = self.limit(*level);
        if circumstances.warm_up == WarmUp::Running || calls as f64 <= limit {
            // Silence is never unusual, so there is no need to look before the next call.
            return Verdict::Normal { look_again: None };
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "positive")]
        let most = limit as u64;
        Verdict::Unusual(Finding {
            direction: Direction::Rise,
            onset: recent.now(),
            window: ONE,
            observed: calls,
            expected: level.mean,
            ordinary: (0, most),
            expectations: Expectations::default(),
            score: (calls as f64 - level.mean) / level.deviation.max(1.0),
            threshold: self.deviations,
            missed: None,
        })
    }

    fn weigh(&self, level: &Level, _: Course, _: Minute, calls: u32) -> Evidence {
        Evidence::nats(if f64::from(calls) > self.limit(*level) { -1.0 } else { 1.0 })
    }

    fn enough(&self, _: Minutes) -> Evidence {
        // Three ordinary minutes in a row.
        Evidence::nats(3.0)
    }

    fn expected(&self, level: &Level, _: Minute) -> f64 {
        level.mean
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    run(&mut io::stdout().lock())
}

/// Writes what the chart makes of two days with a burst.
pub(crate) fn run(out: &mut impl Write) -> Result<(), Box<dyn Error>> {
    let begin = DateTime::from_timestamp(1_772_409_600, 0).ok_or("out of range")?;
    let mut engine = Engine::with_detector(Config::default(), ControlChart { deviations: 6.0 });
    for minute in 0..2 * 1_440 {
        let burst = (2_000..2_008).contains(&minute);
        let calls = if burst { 40 } else { 2 + minute % 3 };
        for second in 0..calls {
            let time = begin + TimeDelta::minutes(minute) + TimeDelta::seconds(second);
            engine.observe(&Event::new(time, "lambda.amazonaws.com", "CreateFunction"));
        }
    }
    for insight in engine.advance_to(Watermark::before(begin + TimeDelta::days(2))) {
        let finding = insight.explanation.finding;
        writeln!(
            out,
            "{} {}: {} calls in {} against {:.1}, {:.1} deviations",
            insight.time(),
            insight.state,
            finding.observed,
            finding.window,
            finding.expected,
            finding.score
        )?;
    }
    Ok(())
}
