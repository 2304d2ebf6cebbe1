//! Counting events, and merging counts.

use std::{
    cell::RefCell,
    hint::black_box,
    time::{Duration, Instant},
};

use criterion::{BatchSize, Criterion, Throughput};
use insights_benches::{HotStream, Ids, minutes_after_begin};
use insights_core::{Config, Engine, PartialCounts};

const SERIES: usize = 1_000;
const CALLS_A_MINUTE: u32 = 1_667;
const HOUR: u32 = 60;

/// Times `Engine::observe` on the minutes of a stream that is sealed each minute, which is not
/// timed.
pub(crate) fn observe(criterion: &mut Criterion) {
    let stream = HotStream::new(SERIES, CALLS_A_MINUTE);
    let mut group = criterion.benchmark_group("observe");
    group.throughput(Throughput::Elements(u64::from(CALLS_A_MINUTE)));
    for (name, ids) in [("with_ids", Ids::Unique), ("without_ids", Ids::Absent)] {
        let state = RefCell::new((Engine::new(Config::default()), 0));
        group.bench_function(name, |bencher| {
            bencher.iter_custom(|iterations| {
                let (engine, minute) = &mut *state.borrow_mut();
                let mut time = Duration::ZERO;
                for _ in 0..iterations {
                    let calls = stream.calls(*minute..*minute + 1);
                    let begin = Instant::now();
                    for event in calls.events(ids) {
                        black_box(engine.observe(&event));
                    }
                    time += begin.elapsed();
                    *minute += 1;
                    let _ = engine.advance_to(minutes_after_begin(*minute));
                }
                time
            });
        });
    }
    group.finish();
}

/// Times `PartialCounts::merge` of 16 parts of an hour, as threads or machines make them.
pub(crate) fn merge(criterion: &mut Criterion) {
    const PARTS: usize = 16;
    let stream = HotStream::new(SERIES, CALLS_A_MINUTE);
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
