//! What the core holds: bytes for each rare series, and whether a long stream grows.
//!
//! `cargo bench -p insights-benches --bench memory` prints tables. Bytes are those asked of
//! the allocator and not given back; what the allocator itself adds is not among them.

use std::{
    env,
    io::{self, Write},
    time::{Duration, Instant},
};

use allocation_counter::measure;
use insights_benches::{HotStream, Ids, RareSeries, minutes_after_begin};
use insights_core::{Config, Engine};

const DAY: u32 = 1_440;

fn main() -> io::Result<()> {
    // As a test each table is made once, and small.
    let test = env::args().any(|argument| argument == "--test");
    let mut out = io::stdout().lock();
    rare(&mut out, if test { 1_000 } else { 100_000 })?;
    for calls in [100, 2_000] {
        growth(&mut out, calls, if test { 20_000 } else { 10_000_000 })?;
    }
    Ok(())
}

/// Prints the bytes that a series takes that is called rarely, just before a midnight and after
/// it, and how long a series takes at that midnight.
fn rare(out: &mut impl Write, series: u32) -> io::Result<()> {
    writeln!(out, "{series} series      bytes each before midnight   after   ns each at midnight")?;
    for (name, every, days) in [
        ("called once", 40, 2),
        ("called weekly for 5 weeks", 7, 35),
        ("called daily for 5 weeks", 1, 35),
    ] {
        let rare = RareSeries::new(series);
        let mut engine = Engine::new(Config::default());
        let before = measure(|| {
            for day in 0..days {
                let _ = engine.advance_to(minutes_after_begin(day * DAY));
                if day % every == 0 {
                    for event in rare.calls(day) {
                        engine.observe(&event);
                    }
                }
            }
            let _ = engine.advance_to(minutes_after_begin(days * DAY - 1));
        });
        let begin = Instant::now();
        let change = measure(|| {
            let _ = engine.advance_to(minutes_after_begin(days * DAY));
        });
        let took = begin.elapsed().as_nanos() / u128::from(series);
        let each = |bytes: i64| bytes / i64::from(series);
        let (before, after) =
            (each(before.bytes_current), each(before.bytes_current + change.bytes_current));
        writeln!(out, "{name:<25} {before:>18} {after:>7} {took:>21}")?;
    }
    Ok(())
}

/// Prints how long an event takes and what is held after ever more of them, the watermark moving
/// on each minute.
fn growth(out: &mut impl Write, calls_a_minute: u32, most: u64) -> io::Result<()> {
    writeln!(out, "\n1,000 series, {calls_a_minute} calls a minute, sealed each minute")?;
    writeln!(out, "    events    days  observe ns each  seal ns each    bytes held")?;
    let stream = HotStream::new(1_000, calls_a_minute);
    let mut engine = Engine::new(Config::default());
    let mut span = Span::default();
    let (mut events, mut held) = (0, 0);
    // Three lines for each power of ten.
    let mut lines = (0..).flat_map(|power| [1, 2, 5].map(|times| times * 10_u64.pow(power)));
    let mut next = lines.find(|&line| line >= most / 100).unwrap_or(most);
    for minute in 0.. {
        let calls = stream.calls(minute..minute + 1);
        let change = measure(|| {
            let begin = Instant::now();
            for event in calls.events(Ids::Unique) {
                engine.observe(&event);
            }
            let observed = Instant::now();
            let _ = engine.advance_to(minutes_after_begin(minute + 1));
            span.observing += observed - begin;
            span.sealing += observed.elapsed();
        });
        held += change.bytes_current;
        events += u64::from(calls_a_minute);
        span.events += u64::from(calls_a_minute);
        if events >= next {
            let days = f64::from(minute + 1) / f64::from(DAY);
            let [observe, seal] = [span.observing, span.sealing].map(|time| span.each(time));
            writeln!(out, "{events:>10} {days:>7.1} {observe:>16} {seal:>13} {held:>13}")?;
            span = Span::default();
            next = lines.next().unwrap_or(most);
        }
        if events >= most {
            break;
        }
    }
    Ok(())
}

/// The events since the last line, and what they took.
#[derive(Default)]
struct Span {
    events: u64,
    observing: Duration,
    sealing: Duration,
}

impl Span {
    /// Returns the nanoseconds of one event.
    fn each(&self, time: Duration) -> u128 {
        time.as_nanos() / u128::from(self.events.max(1))
    }
}
