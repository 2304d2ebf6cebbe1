//! Reading records, and replaying them through the engine to the insights.

use std::hint::black_box;

use criterion::{BatchSize, BenchmarkGroup, Criterion, Throughput, measurement::WallTime};
use insights_benches::{Texts, minutes_after_begin};
use insights_core::{Config, Engine, PartialCounts};

const DAY: u32 = 1_440;
/// The days of the archive.
const DAYS: u32 = 4;

/// Times all of a replay but finding, reading and unpacking files: from text to records, as
/// `serde_json` parses them and as they are skimmed, to their events, to counts, and to the
/// insights of four days; each by records and by bytes.
pub(crate) fn replay(criterion: &mut Criterion) {
    let texts = Texts::new(DAYS).expect("an archive of four days");
    for (unit, throughput) in [
        ("records", Throughput::Elements(texts.records())),
        ("bytes", Throughput::Bytes(texts.bytes())),
    ] {
        let mut group = criterion.benchmark_group(format!("replay_by_{unit}"));
        group.throughput(throughput);
        extract(&mut group, &texts);
        read(&mut group, &texts);
        count(&mut group, &texts);
        detect(&mut group, &texts);
        group.finish();
    }
}

fn extract(group: &mut BenchmarkGroup<'_, WallTime>, texts: &Texts) {
    let ways: [(_, fn(&str) -> _); 2] = [
        ("parsed", |text| Texts::parsed(text).map(drop)),
        ("skimmed", |text| Texts::skimmed(text).map(drop)),
    ];
    for (name, read) in ways {
        group.bench_function(name, |bencher| {
            bencher.iter(|| texts.days().flatten().for_each(|text| read(text).expect("records")));
        });
    }
}

fn read(group: &mut BenchmarkGroup<'_, WallTime>, texts: &Texts) {
    group.bench_function("events", |bencher| {
        bencher.iter(|| {
            for text in texts.days().flatten() {
                black_box(Texts::calls(text).expect("records"));
            }
        });
    });
}

fn count(group: &mut BenchmarkGroup<'_, WallTime>, texts: &Texts) {
    group.bench_function("counts", |bencher| {
        bencher.iter_batched(
            PartialCounts::default,
            |mut counts| {
                for text in texts.days().flatten() {
                    Texts::count(text, &mut counts).expect("records");
                }
                counts
            },
            BatchSize::LargeInput,
        );
    });
}

fn detect(group: &mut BenchmarkGroup<'_, WallTime>, texts: &Texts) {
    group.bench_function("insights", |bencher| {
        bencher.iter_batched(
            || Engine::new(Config::default()),
            |mut engine| {
                let mut insights = Vec::new();
                for (day, texts) in (0..).zip(texts.days()) {
                    let mut counts = PartialCounts::default();
                    for text in texts {
                        Texts::count(text, &mut counts).expect("records");
                    }
                    engine.merge(counts);
                    // A day is sealed when the day after it has been read.
                    insights.extend(engine.advance_to(minutes_after_begin(day * DAY)));
                }
                insights.extend(engine.advance_to(minutes_after_begin((DAYS + 1) * DAY)));
                (engine, insights)
            },
            BatchSize::LargeInput,
        );
    });
}
