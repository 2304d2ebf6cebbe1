//! Observes events one by one, as they come from a stream, and prints Insights as soon as they are
//! known: `cargo run -p insights-core --example observe < records.jsonl`.
//!
//! Each line is one CloudTrail record. How far the log is complete follows from the times of the
//! records themselves: a minute is sealed a quarter of an hour after it.

use std::{
    error::Error,
    io::{self, BufRead, Write},
};

use insights_core::{
    Config, Content, Disposition, Engine, Insight, InsightRecord, Record, WatermarkTracker,
};

fn main() -> Result<(), Box<dyn Error>> {
    run(io::stdin().lock(), &mut io::stdout().lock())
}

/// Reads records, one a line, and writes CloudTrail's record of each Insight.
pub(crate) fn run(records: impl BufRead, out: &mut impl Write) -> Result<(), Box<dyn Error>> {
    let mut engine = Engine::new(Config::default());
    let mut tracker = WatermarkTracker::default();
    for line in records.lines() {
        let line = line?;
        let record: Record<'_> = serde_json::from_str(&line)?;
        // The account and Region stand in for those that a record may not name.
        let Content::Call { event, .. } = record.content("111122223333", "eu-west-1")? else {
            continue;
        };
        tracker.observe(&event);
        if engine.observe(&event) == Disposition::Late {
            writeln!(io::stderr().lock(), "too late: {line}")?;
        }
        print(&engine.advance_to(tracker.watermark()), out)?;
    }
    // The stream is over: nothing older will come.
    print(&engine.advance_to(tracker.end()), out)?;
    print(&engine.finish(), out)
}

fn print(insights: &[Insight], out: &mut impl Write) -> Result<(), Box<dyn Error>> {
    for insight in insights {
        let record = InsightRecord::new(insight, InsightRecord::EVENT_VERSION);
        writeln!(out, "{}", serde_json::to_string(&record)?)?;
    }
    Ok(())
}
