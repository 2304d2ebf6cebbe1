//! What is normal for a series, and that what is said to start an insight does.

use std::ops::Range;

use insights_core::{
    Config, Direction, Engine, EventCategory, Insight, InsightState, InsightType, Minute,
    MinuteBucket, Minutes, PartialCounts, Pattern, SeriesKey, Watermark,
};

use crate::scenario::{minutes, monday};

const DAY: u32 = 1_440;

fn key(name: &str) -> SeriesKey {
    SeriesKey {
        account_id: "111122223333".into(),
        region: "eu-west-1".into(),
        event_source: "ec2.amazonaws.com".into(),
        event_name: name.into(),
        category: EventCategory::Management,
        error_code: None,
    }
}

fn series() -> SeriesKey {
    key("RunInstances")
}

fn at(minute: u32) -> Minute {
    Minute::containing(monday()) + minutes(minute)
}

/// Returns an engine that has seen so many minutes of a series with these calls, in a log that is
/// always alive.
fn engine(length: u32, calls: impl Fn(u32) -> u32) -> Engine {
    let mut engine = Engine::new(Config::default());
    let _ = go_on(&mut engine, 0..length, calls);
    engine
}

/// Lets an engine go on, and returns what starts of the series.
fn go_on(engine: &mut Engine, span: Range<u32>, calls: impl Fn(u32) -> u32) -> Vec<Insight> {
    let mut counts = PartialCounts::default();
    for minute in span.clone() {
        counts.insert(&key("CreateTags"), at(minute), MinuteBucket::new(1));
        if calls(minute) > 0 {
            counts.insert(&series(), at(minute), MinuteBucket::new(calls(minute)));
        }
    }
    engine.merge(counts);
    let mut insights = engine.advance_to(Watermark::at(at(span.end)));
    insights.extend(engine.finish());
    let starts =
        |insight: &Insight| insight.state == InsightState::Start && insight.series == series();
    insights.retain(starts);
    insights
}

/// A series: its pattern, how long it is known, and its calls.
type Course = (Pattern, u32, fn(u32) -> u32);

fn courses() -> [Course; 7] {
    [
        (Pattern::Steady, 10 * DAY + 77, |_| 20),
        (Pattern::Steady, 10 * DAY + 600, |minute| u32::from(minute.is_multiple_of(7))),
        (Pattern::Daily, 10 * DAY + 700, |minute| {
            if (540..1_020).contains(&(minute % DAY)) { 6 } else { 1 }
        }),
        (Pattern::Sparse, 12 * DAY, |minute| u32::from(minute % (DAY + 397) == 100)),
        (Pattern::NightlyJob, 16 * DAY + 300, |minute| {
            if (600..606).contains(&(minute % DAY)) { 25 } else { 0 }
        }),
        (Pattern::HourlyJob, 12 * DAY + 30, |minute| if minute % 60 < 3 { 40 } else { 0 }),
        (Pattern::New, 5 * DAY, |minute| u32::from(minute >= 4 * DAY && minute % 400 == 0)),
    ]
}

#[test]
fn the_smallest_burst_starts_an_insight_and_one_call_less_does_not() {
    for (pattern, now, calls) in courses() {
        let engine = engine(now, calls);
        let norm = engine.norm(&series()).unwrap();
        assert_eq!(norm.pattern, Some(pattern));
        for (burst, length) in [(norm.burst, 1), (norm.long_burst, 15)] {
            let burst = burst.expect("some burst is unusual");
            let rises = |calls: u32| {
                let until = |i: u32| u64::from(calls) * u64::from(i) / u64::from(length);
                let spread = |minute: u32| {
                    let i = minute - now;
                    u32::try_from(until(i + 1) - until(i)).unwrap()
                };
                let starts = go_on(&mut engine.clone(), now..now + length, spread);
                let rise = |start: &Insight| start.explanation.finding.direction == Direction::Rise;
                starts.iter().any(rise)
            };
            assert!(rises(burst), "{pattern}: {burst} in {length} min");
            assert!(!rises(burst - 1), "{pattern}: {} in {length} min", burst - 1);
        }
    }
}

#[test]
fn the_longest_silence_starts_an_insight_and_a_shorter_one_does_not() {
    let mut found = Vec::new();
    for (pattern, now, calls) in courses() {
        let engine = engine(now, calls);
        let norm = engine.norm(&series()).unwrap();
        let Some(silence) = norm.silence else {
            let starts = go_on(&mut engine.clone(), now..now + 7 * DAY, |_| 0);
            assert_eq!(starts, [], "{pattern}");
            continue;
        };
        let until = silence.detected_at.since(at(0)).count();
        let starts = |end| go_on(&mut engine.clone(), now..end, |_| 0);
        assert_eq!(starts(until), [], "{pattern}: {silence:?}");
        let start = &starts(until + 1)[0];
        assert_eq!(start.explanation.detected_at, silence.detected_at, "{pattern}");
        assert_eq!(start.explanation.finding.missed.is_some(), silence.misses_run, "{pattern}");
        assert_eq!(silence.duration(), (silence.detected_at + minutes(1)).since(silence.start));
        found.push((pattern, silence.misses_run));
    }
    let wanted = [
        (Pattern::Steady, false),
        (Pattern::Steady, false),
        (Pattern::Daily, false),
        (Pattern::NightlyJob, true),
        (Pattern::HourlyJob, true),
    ];
    assert_eq!(found, wanted, "what is rare or new may fall silent");
}

#[test]
fn figures_are_those_of_the_baseline() {
    let engine = engine(10 * DAY + 60, |minute| if minute == 9 * DAY { 50 } else { 2 });
    let norm = engine.norm(&series()).unwrap();
    // From the midnight seven days before the last one on.
    assert_eq!(norm.span, at(3 * DAY)..at(10 * DAY + 60));
    assert_eq!(norm.window.duration, Minutes::new(7 * DAY + 60));
    assert_eq!(norm.window.count, 2 * u64::from(7 * DAY + 59) + 50);
    assert_eq!((norm.busiest, norm.empty), (Some((at(9 * DAY), 50)), Minutes::default()));
    assert_eq!(norm.quantiles, [2, 2, 2, 2, 2]);
    let dispersion = norm.dispersion.unwrap();
    // One minute 48 above the others: 48² / 10140 / 2, nearly.
    assert!((dispersion - 0.1133).abs() < 0.001, "{dispersion}");
    let watched: Vec<String> = engine.watched().iter().map(|of| of.0.to_string()).collect();
    assert_eq!(
        watched,
        [
            "111122223333/eu-west-1/ec2.amazonaws.com:CreateTags",
            "111122223333/eu-west-1/ec2.amazonaws.com:RunInstances",
        ]
    );
    assert_eq!(engine.watched()[1].1, norm.window);
}

#[test]
fn while_an_episode_is_open_nothing_else_starts_one() {
    let engine = engine(8 * DAY + 5, |minute| if minute >= 8 * DAY { 400 } else { 20 });
    let norm = engine.norm(&series()).unwrap();
    assert_eq!(norm.open_since, Some(at(8 * DAY)));
    assert_eq!((norm.burst, norm.long_burst, norm.silence), (None, None, None));
    assert!(norm.pattern.is_some());
}

#[test]
fn a_series_that_is_not_judged_is_not_watched_and_one_never_seen_has_no_norm() {
    let config = Config::builder().insight_types(vec![InsightType::ErrorRate]).build().unwrap();
    let mut engine = Engine::new(config);
    let _ = go_on(&mut engine, 0..DAY, |_| 1);
    assert_eq!(engine.watched(), []);
    assert_eq!(engine.norm(&key("DeleteTrail")), None);
}
