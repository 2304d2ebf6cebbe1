//! Sealing minutes, one by one and a day of them at once.

use std::{
    cell::RefCell,
    time::{Duration, Instant},
};

use criterion::{BatchSize, Criterion, Throughput};
use insights_benches::{Calls, HotStream, Ids, RareSeries, minutes_after_begin};
use insights_core::{Config, Engine};

const DAY: u32 = 1_440;
/// The days an engine has learnt from before what is timed: models are made once a day then.
const LEARNT: u32 = 4;

/// Times `Engine::advance_to` by one minute in which 500 series are called, of 500 that are known
/// and of 100,000.
///
/// Minutes are timed apart from days, as the first minute of a day has more to do: a day of them,
/// midnight included, is timed after that.
pub(crate) fn seal_a_minute(criterion: &mut Criterion) {
    const ACTIVE: usize = 500;
    let stream = HotStream::even(ACTIVE, 500);
    let known = [("500_known", 0), ("100000_known", 99_500)];
    let engines = known.map(|(name, rare)| {
        let mut engine = Engine::new(Config::default());
        for event in RareSeries::new(rare).calls(0) {
            engine.observe(&event);
        }
        let mut minutes = Minutes { engine, stream: &stream, now: 0 };
        for _ in 0..LEARNT * DAY {
            let _ = minutes.next();
        }
        (name, RefCell::new(minutes))
    });
    let mut group = criterion.benchmark_group("seal_a_minute");
    group.throughput(Throughput::Elements(ACTIVE as u64));
    for (name, minutes) in &engines {
        group.bench_function(*name, |bencher| {
            bencher.iter_custom(|iterations| {
                let mut minutes = minutes.borrow_mut();
                let mut time = Duration::ZERO;
                for _ in 0..iterations {
                    // Minutes that end or begin a day, or an hour of one, are for the day's time.
                    while minutes.now % DAY < 2 || minutes.now % DAY == DAY - 1 {
                        let _ = minutes.next();
                    }
                    time += minutes.next();
                }
                time
            });
        });
    }
    group.finish();
    let mut group = criterion.benchmark_group("seal_a_day_by_minutes");
    group.throughput(Throughput::Elements(ACTIVE as u64 * u64::from(DAY)));
    for (name, minutes) in &engines {
        group.bench_function(*name, |bencher| {
            bencher.iter_custom(|iterations| {
                let mut minutes = minutes.borrow_mut();
                let days = 0..iterations * u64::from(DAY);
                days.map(|_| minutes.next()).sum()
            });
        });
    }
    group.finish();
}

/// An engine and the stream that it has learnt from up to a minute.
struct Minutes<'a> {
    engine: Engine,
    stream: &'a HotStream,
    now: u32,
}

impl Minutes<'_> {
    /// Observes one more minute and seals it; returns how long the latter took.
    fn next(&mut self) -> Duration {
        let calls = self.stream.calls(self.now..self.now + 1);
        learn(&mut self.engine, &calls, Ids::Unique);
        self.now += 1;
        let begin = Instant::now();
        let insights = self.engine.advance_to(minutes_after_begin(self.now));
        let time = begin.elapsed();
        drop(insights);
        time
    }
}

/// Times `Engine::advance_to` over a day of 288,000 events after three days of the same kind.
pub(crate) fn seal_a_day(criterion: &mut Criterion) {
    const SERIES: usize = 1_000;
    let stream = HotStream::new(SERIES, 200);
    let mut learnt = Engine::new(Config::default());
    for day in 0..LEARNT - 1 {
        learn(&mut learnt, &stream.calls(day * DAY..(day + 1) * DAY), Ids::Absent);
        let _ = learnt.advance_to(minutes_after_begin((day + 1) * DAY));
    }
    let calls = stream.calls((LEARNT - 1) * DAY..LEARNT * DAY);
    let mut group = criterion.benchmark_group("seal_a_day");
    group.throughput(Throughput::Elements(calls.len() as u64));
    for (name, ids) in [("with_ids", Ids::Unique), ("without_ids", Ids::Absent)] {
        let mut engine = learnt.clone();
        learn(&mut engine, &calls, ids);
        group.bench_function(name, |bencher| {
            bencher.iter_batched(
                || engine.clone(),
                |mut engine| {
                    let insights = engine.advance_to(minutes_after_begin(LEARNT * DAY));
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
