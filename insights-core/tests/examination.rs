//! Examinations find what the engine finds, minute by minute, and say why where it finds nothing.

use std::{collections::BTreeSet, ops::Range};

use insights_core::{
    Config, Engine, InsightState, Minute, PartialCounts, Refusal, SealedCounts, SeriesKey,
    Standing, Watermark,
};
use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};

use crate::{
    laws,
    scenario::{Scenario, minutes, monday},
};

/// Returns the counts of events, and the series in them.
fn sealed<'a>(
    events: impl Iterator<Item = insights_core::Event<'a>>,
) -> (SealedCounts, BTreeSet<SeriesKey>) {
    let mut counts = PartialCounts::default();
    for event in events {
        counts.record(&event);
    }
    let sealed = counts.seal();
    let series = sealed.rows().map(|row| row.series.clone()).collect();
    (sealed, series)
}

/// When a finding was made, of which series, and what.
type Found = (Minute, SeriesKey, String);

/// Examines all series in each minute of a span before the engine goes on to the next, and
/// returns what the examinations found and what the engine reported.
fn examined(
    sealed: &SealedCounts,
    series: &BTreeSet<SeriesKey>,
    span: Range<Minute>,
) -> (Vec<Found>, Vec<Found>) {
    let mut engine = Engine::new(Config::default());
    let mut insights = engine.replay(sealed, Watermark::at(span.start));
    let mut examined = Vec::new();
    let mut now = span.start;
    while now < span.end {
        for series in series {
            let examination = engine.examine(series, sealed);
            let look = examination.look.filter(|look| !look.returns);
            if let Some(finding) = look.and_then(|look| look.account.finding) {
                examined.push((now, series.clone(), format!("{finding:?}")));
            }
        }
        now = now + minutes(1);
        insights.extend(engine.replay(sealed, Watermark::at(now)));
    }
    insights.extend(engine.finish());
    let starts = insights.into_iter().filter(|insight| insight.state == InsightState::Start);
    let reported = starts.filter_map(|insight| {
        let explanation = insight.explanation;
        let found = format!("{:?}", explanation.finding);
        span.contains(&explanation.detected_at).then_some((
            explanation.detected_at,
            insight.series,
            found,
        ))
    });
    let mut reported: Vec<Found> = reported.collect();
    reported.sort();
    (examined, reported)
}

/// Examines calls around their burst.
fn examined_around_the_burst(calls: &[laws::Call]) -> (Vec<Found>, Vec<Found>) {
    let (sealed, series) = sealed(calls.iter().map(laws::Call::event));
    let burst = calls.last().map(|call| call.event().minute()).unwrap();
    examined(&sealed, &series, burst - minutes(20)..burst + minutes(40))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn examinations_find_what_is_reported(calls in laws::calls()) {
        let (examined, reported) = examined_around_the_burst(&calls);
        prop_assert_eq!(examined, reported);
    }
}

#[test]
fn the_calls_of_laws_are_reported() {
    let mut runner = TestRunner::deterministic();
    let mut calls = || laws::calls().new_tree(&mut runner).unwrap().current();
    let found = (0..20).filter(|_| !examined_around_the_burst(&calls()).0.is_empty());
    assert!(found.count() >= 10);
}

#[test]
fn what_ends_with_the_minute_that_finds_it_is_found_by_examination_too() {
    // A job that does not come is missed, and over, in the same minute.
    let mut story = Scenario::from(monday()).alive();
    for day in 0..15 {
        story = story.then(600, 0).then(6, if day < 14 { 25 } else { 0 }).then(834, 0);
    }
    let (sealed, series) = sealed(story.events());
    let span = Minute::containing(story.time(14 * 1_440 + 590));
    let (examined, reported) = examined(&sealed, &series, span..span + minutes(90));
    assert_eq!(reported.len(), 1);
    assert_eq!(examined, reported);
}

#[test]
fn a_return_to_a_former_level_is_found_and_is_no_news() {
    // A level that stays is accepted after a day, and left again two days later.
    let story = Scenario::from(monday()).then(10_080, 100).then(3 * 1_440, 20).then(120, 100);
    let (sealed, series) = sealed(story.events());
    let from = Minute::containing(story.time(10_080 + 3 * 1_440));
    let (examined, reported) = examined(&sealed, &series, from..from + minutes(60));
    assert_eq!((examined, reported), (Vec::new(), Vec::new()));

    let mut engine = Engine::new(Config::default());
    let series = series.first().unwrap();
    let mut returns = Vec::new();
    for minute in 0..60 {
        let now = from + minutes(minute);
        let _ = engine.replay(&sealed, Watermark::at(now));
        let look = engine.examine(series, &sealed).look;
        returns.extend(look.filter(|look| look.returns).map(|_| now));
    }
    assert_eq!(returns.len(), 1, "{returns:?}");
}

#[test]
fn an_examination_says_why_nothing_is_judged() {
    let story = Scenario::from(monday()).then(10_080, 20).then(30, 200).then(60, 20);
    let (sealed, series) = sealed(story.events());
    let series = series.first().unwrap();
    let examine = |minute: u32| {
        let mut engine = Engine::new(Config::default());
        let _ = engine.replay(&sealed, Watermark::before(story.time(minute)));
        engine.examine(series, &sealed)
    };
    assert_eq!(examine(0).standing, Standing::Unknown);
    let young = examine(600);
    let look = young.look.unwrap();
    let falls = look.account.tests.iter().filter(|test| test.refusal == Some(Refusal::WarmUp));
    assert_eq!((young.standing, falls.count()), (Standing::Watched, 4));

    let burst = examine(10_090);
    let start = Minute::containing(story.time(10_080));
    let episode = burst.episode.unwrap();
    assert_eq!((burst.standing, burst.look), (Standing::Open, None));
    assert_eq!((episode.start, episode.detected_at), (start, start));
    assert_eq!(burst.log_began, Minute::containing(monday()));

    let after = examine(10_150);
    assert_eq!(after.standing, Standing::Watched);
    assert_eq!(after.reported, [start..start + minutes(30)]);
    assert_eq!(after.look.unwrap().windows_from, start + minutes(30));

    // A series of another log that nobody has seen is unknown, and no error.
    let stranger = SeriesKey { account_id: "999999999999".into(), ..series.clone() };
    let engine = Engine::new(Config::default());
    assert_eq!(engine.examine(&stranger, &sealed).standing, Standing::Unknown);
}

#[test]
fn a_comparison_is_what_an_insight_reports() {
    let story = Scenario::from(monday()).alive().then(10_080, 2).then(10, 90).then(60, 2);
    let (sealed, _) = sealed(story.events());
    let mut engine = Engine::new(Config::default());
    let insights = engine.replay(&sealed, Watermark::before(story.end()));
    let end = insights.iter().find(|insight| insight.state == InsightState::End).unwrap();
    let during = end.start..end.end.unwrap();
    let comparison = engine.compare(&end.series, during).unwrap();
    assert_eq!(comparison.baseline, end.baseline);
    assert_eq!(comparison.insight, end.insight);
    assert_eq!(comparison.attributions, end.attributions);
}

#[test]
fn the_ordinary_calls_of_minutes_are_around_the_expected_ones() {
    let story = Scenario::from(monday()).then(10_080, 20);
    let (sealed, series) = sealed(story.events());
    let series = series.first().unwrap();
    let mut engine = Engine::new(Config::default());
    let _ = engine.replay(&sealed, Watermark::before(story.end()));
    let end = Minute::containing(story.end());
    let around = (0..120).map(|i| end - minutes(60) + minutes(i));
    let ordinary = engine.ordinary(series, around);
    assert_eq!(ordinary.len(), 120);
    for minute in ordinary {
        assert!((minute.expected - 20.0).abs() < 0.1, "{minute:?}");
        assert!(minute.calls.0 < 20 && minute.calls.1 > 20, "{minute:?}");
    }
}
