//! Stops in the middle of an episode and goes on from a checkpoint:
//! `cargo run -p insights-core --example checkpoint`.
//!
//! A checkpoint is the whole state as data. What is done with it is up to the program: here it is
//! JSON in memory; in a file, write it under another name and rename it, so that it is whole.

use std::{
    error::Error,
    io::{self, Write},
};

use chrono::{DateTime, TimeDelta, Utc};
use insights_core::{Checkpoint, Config, Engine, Event, Insight, Watermark};

fn main() -> Result<(), Box<dyn Error>> {
    run(&mut io::stdout().lock())
}

/// Writes what comes before and after the stop.
pub(crate) fn run(out: &mut impl Write) -> Result<(), Box<dyn Error>> {
    let begin = DateTime::from_timestamp(1_772_409_600, 0).ok_or("out of range")?;
    let stop = begin + TimeDelta::minutes(8 * 1_440 + 20);
    let end = begin + TimeDelta::days(9);

    let mut engine = Engine::new(Config::default());
    observe(&mut engine, begin, begin, stop);
    print("before", &engine.advance_to(Watermark::before(stop)), out)?;
    let stored = serde_json::to_string(&engine.checkpoint())?;
    drop(engine);

    // The same bytes are another program's input: they are checked.
    let checkpoint: Checkpoint = serde_json::from_str(&stored)?;
    let mut engine = Engine::restore(checkpoint, *Config::default().detector())?;
    observe(&mut engine, begin, stop, end);
    print("after", &engine.advance_to(Watermark::before(end)), out)
}

/// Observes five calls a minute, and sixty in the first half hour of the ninth day.
fn observe(engine: &mut Engine, begin: DateTime<Utc>, from: DateTime<Utc>, to: DateTime<Utc>) {
    let mut time = from;
    while time < to {
        let minute = (time - begin).num_minutes();
        let burst = (8 * 1_440..8 * 1_440 + 30).contains(&minute);
        for second in 0..if burst { 60 } else { 5 } {
            let at = time + TimeDelta::seconds(second);
            engine.observe(&Event::new(at, "kms.amazonaws.com", "CreateGrant"));
        }
        time += TimeDelta::minutes(1);
    }
}

fn print(when: &str, insights: &[Insight], out: &mut impl Write) -> Result<(), Box<dyn Error>> {
    for insight in insights {
        let (state, time) = (insight.state, insight.time());
        writeln!(out, "{when} the stop: {state} at {time}, {}", insight.shared_event_id())?;
    }
    Ok(())
}
