//! How fast the core is: observing events, merging partial counts, sealing a day.

use std::{hint::black_box, time::Duration};

use criterion::{BatchSize, Criterion, Throughput};
use insights_benches::{BEGIN, Calls, HotStream, Ids};
use insights_core::{Config, Engine, Minutes, PartialCounts, Watermark};

const SERIES: usize = 1_000;
/// The minutes of the stream that are observed and merged.
const HOUR: u32 = 60;
const DAY: u32 = 1_440;
/// The days an engine has learnt from before the day whose sealing is timed.
const LEARNT: u32 = 3;

fn main() {
    let mut criterion = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_secs(1))
        .measurement_time(Duration::from_secs(5))
        .configure_from_args();
    observe(&mut criterion);
    merge(&mut criterion);
    seal(&mut criterion);
    criterion.final_summary();
}

/// Times `Engine::observe` on an hour of 100,020 events.
fn observe(criterion: &mut Criterion) {
    let stream = HotStream::new(SERIES, 1_667);
    let calls = stream.calls(0..HOUR);
    let mut group = criterion.benchmark_group("observe");
    group.throughput(Throughput::Elements(calls.len() as u64));
    for (name, ids) in [("with_ids", Ids::Unique), ("without_ids", Ids::Absent)] {
        group.bench_function(name, |bencher| {
            bencher.iter_batched(
                || Engine::new(Config::default()),
                |mut engine| {
                    for event in calls.events(ids) {
                        black_box(engine.observe(&event));
                    }
                    engine
                },
                BatchSize::LargeInput,
            );
        });
    }
    group.finish();
}

/// Times `PartialCounts::merge` of 16 parts of the same hour, as threads or machines make them.
fn merge(criterion: &mut Criterion) {
    const PARTS: usize = 16;
    let stream = HotStream::new(SERIES, 1_667);
    let calls = stream.calls(0..HOUR);
    let mut group = criterion.benchmark_group("merge");
    group.throughput(Throughput::Elements(calls.len() as u64));
    for (name, ids) in [("with_ids", Ids::Unique), ("without_ids", Ids::Absent)] {
        let mut parts = vec![PartialCounts::default(); PARTS];
        for (number, event) in calls.events(ids).enumerate() {
            parts[number % PARTS].record(&event);
        }
        group.bench_function(name, |bencher| {
            bencher.iter_batched(
                || parts.clone(),
                |parts| {
                    let mut total = PartialCounts::default();
                    for part in parts {
                        total.merge(part);
                    }
                    total
                },
                BatchSize::LargeInput,
            );
        });
    }
    group.finish();
}

/// Times `Engine::advance_to` over a day of 288,000 events after three days of the same kind.
fn seal(criterion: &mut Criterion) {
    let stream = HotStream::new(SERIES, 200);
    let mut learnt = Engine::new(Config::default());
    for day in 0..LEARNT {
        learn(&mut learnt, &stream.calls(day * DAY..(day + 1) * DAY), Ids::Absent);
        let _ = learnt.advance_to(midnight_after(day));
    }
    let calls = stream.calls(LEARNT * DAY..(LEARNT + 1) * DAY);
    let mut group = criterion.benchmark_group("seal_a_day");
    group.throughput(Throughput::Elements(calls.len() as u64));
    for (name, ids) in [("with_ids", Ids::Unique), ("without_ids", Ids::Absent)] {
        let mut engine = learnt.clone();
        learn(&mut engine, &calls, ids);
        group.bench_function(name, |bencher| {
            bencher.iter_batched(
                || engine.clone(),
                |mut engine| {
                    let insights = engine.advance_to(midnight_after(LEARNT));
                    (engine, insights)
                },
                BatchSize::LargeInput,
            );
        });
    }
    group.finish();
}

fn learn(engine: &mut Engine, calls: &Calls<'_>, ids: Ids) {
    for event in calls.events(ids) {
        engine.observe(&event);
    }
}

/// Returns the watermark at the end of a day, counted from the beginning of the stream.
fn midnight_after(day: u32) -> Watermark {
    Watermark::at(BEGIN + Minutes::days(day + 1))
}
