//! An explanation for machines.

use std::ops::Range;

use insights_core::{
    Attribute, Attribution, Average, Comparison, Examination, Expectations, Explanation, Insight,
    LookedAt, Minute, Pattern, Refusal, Share, Standing, Test, TestKind, WarmUp,
};
use serde::Serialize;

use crate::commands::explain::{Answer, Asked, Minutely};

/// All of an explanation. Times are RFC 3339, spans end before their `end`, and calls expected are
/// rounded to ten decimals.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AnswerRecord<'a> {
    fired: bool,
    series: SeriesRecord<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<String>,
    /// The minutes that were looked at for the one that came nearest.
    #[serde(skip_serializing_if = "Option::is_none")]
    looks: Option<Span>,
    insight: Option<InsightRecord>,
    examination: ExaminationRecord,
    /// The place in `tests` of the one that fired, or came nearest.
    test: Option<usize>,
    comparison: Option<ComparisonRecord<'a>>,
    minutes: Vec<MinuteRecord>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SeriesRecord<'a> {
    insight_type: &'static str,
    account_id: &'a str,
    aws_region: &'a str,
    event_source: &'a str,
    event_name: &'a str,
    event_category: &'static str,
    error_code: Option<&'a str>,
}

#[derive(Serialize)]
struct Span {
    start: String,
    end: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct InsightRecord {
    shared_event_id: String,
    start: String,
    end: Option<String>,
    explanation: Explanation,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ExaminationRecord {
    minute: String,
    standing: Standing,
    open_since: Option<String>,
    log_began: String,
    fitted: Option<String>,
    windows_from: Option<String>,
    pattern: Option<Pattern>,
    warm_up: Option<bool>,
    in_wave: Option<bool>,
    returns: Option<bool>,
    tests: Vec<TestRecord>,
    reported: Vec<Span>,
    accepted_levels: Vec<LevelRecord>,
    holes: Vec<Span>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LevelRecord {
    start: String,
    accepted: String,
    factor: f64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TestRecord {
    kind: TestKind,
    window_minutes: u32,
    observed: u64,
    expected: f64,
    expected_about: [f64; 2],
    ordinary: [u64; 2],
    dispersion: f64,
    needed: u64,
    alike_expected_per_day: Expectations,
    score: f64,
    threshold: f64,
    fired: bool,
    refusal: Option<Refusal>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ComparisonRecord<'a> {
    during: Span,
    baseline: Span,
    insight_average: AverageRecord,
    baseline_average: AverageRecord,
    attributions: Vec<AttributionRecord<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AverageRecord {
    calls: u64,
    minutes: u32,
    per_minute: f64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AttributionRecord<'a> {
    attribute: Attribute,
    insight: &'a [Share],
    baseline: &'a [Share],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct MinuteRecord {
    minute: String,
    calls: u64,
    expected: Option<f64>,
    ordinary: Option<[u64; 2]>,
    in_question: bool,
}

impl<'a> AnswerRecord<'a> {
    pub(super) fn new(answer: &'a Answer) -> Self {
        let series = &answer.series;
        let (at, looks) = match &answer.asked {
            Asked::Id => (None, None),
            Asked::At { minute, looks } => (Some(minute.to_string()), Some(span(looks))),
        };
        let tests = answer.examination.look.iter().flat_map(|look| &look.account.tests);
        Self {
            fired: answer.insight.is_some(),
            series: SeriesRecord {
                insight_type: series.insight_type().as_str(),
                account_id: &series.account_id,
                aws_region: &series.region,
                event_source: &series.event_source,
                event_name: &series.event_name,
                event_category: series.category.as_str(),
                error_code: series.error_code.as_deref(),
            },
            at,
            looks,
            insight: answer.insight.as_ref().map(|(start, end)| insight(start, end.as_ref())),
            examination: examination(&answer.examination),
            test: tests
                .enumerate()
                .find(|(_, test)| Some(*test) == answer.test.as_ref())
                .map(|of| of.0),
            comparison: answer.comparison.as_ref().map(comparison),
            minutes: answer.minutes.iter().map(minute).collect(),
        }
    }
}

fn insight(start: &Insight, end: Option<&Insight>) -> InsightRecord {
    InsightRecord {
        shared_event_id: start.shared_event_id().to_string(),
        start: start.start.to_string(),
        end: end.and_then(|end| end.end).map(text),
        explanation: start.explanation,
    }
}

fn examination(examination: &Examination) -> ExaminationRecord {
    let look = examination.look.as_ref();
    let of_look = |of: fn(&LookedAt) -> bool| look.map(of);
    ExaminationRecord {
        minute: text(examination.minute),
        standing: examination.standing,
        open_since: examination.episode.map(|episode| text(episode.start)),
        log_began: text(examination.log_began),
        fitted: look.map(|look| text(look.fitted)),
        windows_from: look.map(|look| text(look.windows_from)),
        pattern: look.map(|look| look.pattern),
        warm_up: of_look(|look| look.circumstances.warm_up == WarmUp::Running),
        in_wave: of_look(|look| look.circumstances.in_wave),
        returns: of_look(|look| look.returns),
        tests: look.iter().flat_map(|look| &look.account.tests).map(test).collect(),
        reported: examination.reported.iter().map(span).collect(),
        accepted_levels: examination
            .levels
            .iter()
            .map(|level| LevelRecord {
                start: text(level.from),
                accepted: text(level.accepted),
                factor: level.millionths as f64 / 1e6,
            })
            .collect(),
        holes: examination.holes.iter().map(span).collect(),
    }
}

fn test(test: &Test) -> TestRecord {
    TestRecord {
        kind: test.kind,
        window_minutes: test.window.count(),
        observed: test.observed,
        expected: round(test.expected),
        expected_about: [round(test.expected_about.0), round(test.expected_about.1)],
        ordinary: [test.ordinary.0, test.ordinary.1],
        dispersion: round(test.dispersion),
        needed: test.needed,
        alike_expected_per_day: test.expectations,
        score: round(test.score),
        threshold: round(test.threshold),
        fired: test.refusal.is_none(),
        refusal: test.refusal,
    }
}

fn comparison(comparison: &Comparison) -> ComparisonRecord<'_> {
    ComparisonRecord {
        during: span(&comparison.during),
        baseline: span(&comparison.before),
        insight_average: average(comparison.insight),
        baseline_average: average(comparison.baseline),
        attributions: comparison.attributions.iter().map(attribution).collect(),
    }
}

fn attribution(of: &Attribution) -> AttributionRecord<'_> {
    AttributionRecord { attribute: of.attribute, insight: &of.insight, baseline: &of.baseline }
}

fn average(average: Average) -> AverageRecord {
    AverageRecord {
        calls: average.count,
        minutes: average.duration.count(),
        per_minute: average.per_minute(),
    }
}

fn minute(minute: &Minutely) -> MinuteRecord {
    MinuteRecord {
        minute: text(minute.minute),
        calls: minute.calls,
        expected: minute.ordinary.map(|ordinary| round(ordinary.expected)),
        ordinary: minute.ordinary.map(|ordinary| [ordinary.calls.0, ordinary.calls.1]),
        in_question: minute.in_question,
    }
}

fn span(span: &Range<Minute>) -> Span {
    Span { start: text(span.start), end: text(span.end) }
}

fn text(minute: Minute) -> String {
    minute.to_string()
}

fn round(value: f64) -> f64 {
    (value * 1e10).round() / 1e10
}
