//! Counts in several threads and merges what they counted:
//! `cargo run -p insights-core --example merge`.
//!
//! Who counts what, and in which order it is merged, changes nothing: so it goes with machines of
//! a cluster instead of threads too.

use std::{
    error::Error,
    io::{self, Write},
    thread,
};

use chrono::{DateTime, TimeDelta, Utc};
use insights_core::{Config, Engine, Event, InsightState, PartialCounts, Watermark};

fn main() -> Result<(), Box<dyn Error>> {
    run(4, &mut io::stdout().lock())
}

/// Counts two weeks in so many threads and writes what was unusual in them.
pub(crate) fn run(threads: usize, out: &mut impl Write) -> Result<(), Box<dyn Error>> {
    let begin = DateTime::from_timestamp(1_772_409_600, 0).ok_or("out of range")?;
    let days: Vec<DateTime<Utc>> = (0..14).map(|day| begin + TimeDelta::days(day)).collect();
    // Each thread takes some of the days, and an empty count of its own to begin with.
    let parts: Vec<PartialCounts> = thread::scope(|scope| {
        let workers: Vec<_> = days
            .chunks(days.len().div_ceil(threads))
            .map(|days| scope.spawn(|| count(days)))
            .collect();
        workers.into_iter().filter_map(|worker| worker.join().ok()).collect()
    });

    let mut engine = Engine::new(Config::default());
    for part in parts {
        engine.merge(part);
    }
    let end = Watermark::before(begin + TimeDelta::days(14));
    for insight in engine.advance_to(end) {
        let what = match insight.state {
            InsightState::Start => "begins",
            InsightState::End => "is over",
        };
        let per_minute = insight.insight.per_minute();
        writeln!(out, "{} {}: {per_minute} a minute {what}", insight.time(), insight.series)?;
    }
    Ok(())
}

/// Counts the events of some days. In a program of your own they come from files.
fn count(days: &[DateTime<Utc>]) -> PartialCounts {
    let mut counts = PartialCounts::default();
    for &day in days {
        for minute in 0..1_440 {
            let time = day + TimeDelta::minutes(minute);
            // Twenty calls a minute, and a hundred for ten minutes of the 13th day.
            let burst = time.timestamp() / 600 == 1_773_480_000 / 600;
            for second in 0..if burst { 100 } else { 20 } {
                let time = time + TimeDelta::milliseconds(second * 500);
                let event = Event::new(time, "s3.amazonaws.com", "DeleteBucket");
                counts.record(&event.account_id("111122223333").region("eu-west-1"));
            }
        }
    }
    counts
}
