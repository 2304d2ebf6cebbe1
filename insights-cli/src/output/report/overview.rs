//! [`Overview`]: what a page tells at once.

use std::collections::{BTreeSet, HashMap};

use insights_core::{
    Attribute, Direction, InsightRecord, InsightType, Minute, Minutes, SeriesKey, Statistics,
};
use serde::Serialize;

use super::{detail::short, minutes::Reach};
use crate::{
    commands::report::{Case, Listed, Report},
    severity::Severity,
};

/// What a page tells at once. Times are minutes since 1970.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Overview<'r> {
    program: String,
    command: &'r str,
    span: Option<(u32, u32)>,
    summary: Vec<(String, String)>,
    problems: &'r [String],
    more_problems: usize,
    settings: Vec<(&'static str, &'r str)>,
    dims: Dimensions<'r>,
    spark: Bars,
    series: Vec<SeriesLine<'r>>,
    unlisted: usize,
    episodes: Vec<EpisodeLine<'r>>,
}

/// The values that series name by number.
#[derive(Debug, Serialize)]
struct Dimensions<'r> {
    accounts: Vec<&'r str>,
    regions: Vec<&'r str>,
}

/// What the bars of series stand for.
#[derive(Clone, Copy, Debug, Serialize)]
struct Bars {
    from: u32,
    /// The minutes of a bar.
    step: u32,
    #[serde(skip)]
    count: usize,
}

#[derive(Debug, Serialize)]
struct SeriesLine<'r> {
    account: usize,
    region: usize,
    source: &'r str,
    name: &'r str,
    category: &'static str,
    error: Option<&'r str>,
    calls: u64,
    bars: Vec<u64>,
    /// Calls a minute in the baseline at the end.
    average: Option<f64>,
    pattern: Option<String>,
    /// The busiest minute of the baseline, and its calls.
    peak: Option<(u32, u32)>,
    episodes: usize,
    worst: Option<f64>,
    burst: Option<u32>,
    silence: Option<u32>,
}

#[derive(Debug, Serialize)]
struct EpisodeLine<'r> {
    id: &'r str,
    series: usize,
    start: u32,
    end: Option<u32>,
    kind: &'static str,
    #[serde(rename = "type")]
    insight_type: &'static str,
    score: Option<f64>,
    severity: Option<&'static str>,
    baseline: Option<f64>,
    insight: Option<f64>,
    who: Option<&'r str>,
    incident: Option<&'r str>,
    read: bool,
}

impl<'r> Overview<'r> {
    /// Returns what is told at once of a report, before it is known how far minutes reach.
    pub(super) fn new(report: &'r Report) -> Self {
        let keys = || report.series.iter().map(|own| &own.series);
        let accounts: BTreeSet<&str> = keys().map(|key| &*key.account_id).collect();
        let regions: BTreeSet<&str> = keys().map(|key| &*key.region).collect();
        let dims = Dimensions {
            accounts: accounts.into_iter().collect(),
            regions: regions.into_iter().collect(),
        };
        let spark = Bars::of(report.span);
        let mut told = HashMap::<&SeriesKey, Vec<&Case>>::new();
        for case in &report.cases {
            told.entry(&case.series).or_default().push(case);
        }
        let series = report.series.iter().map(|own| {
            let cases = told.get(&own.series).map_or(&[][..], |cases| cases);
            SeriesLine::new(own, cases, &dims, spark)
        });
        let series = series.collect();
        let numbers: HashMap<&SeriesKey, usize> = keys().zip(0..).collect();
        let number = |case: &Case| numbers.get(&case.series).copied().unwrap_or_default();
        // An empty list is no choice, and quotes are for files.
        let settings = report.settings.iter().filter(|(_, value)| value != "[]");
        let settings = settings.map(|(name, value)| (*name, value.trim_matches('"')));
        let mut summary = report.summary.lines();
        if report.is_given {
            let told = report.cases.len();
            let found = report.summary.starts;
            if let Some((_, line)) = summary.iter_mut().find(|(label, _)| label == "insights") {
                *line = format!("{told} told by records; with these settings {found} are found");
            }
        }
        let episodes = report.cases.iter().map(|case| EpisodeLine::new(case, number(case)));
        Self {
            program: concat!("insights ", env!("CARGO_PKG_VERSION")).to_owned(),
            command: &report.command,
            span: report.span.map(|(first, end)| (first.since_epoch(), end.since_epoch())),
            summary,
            problems: &report.problems.0,
            more_problems: report.problems.1,
            settings: settings.collect(),
            episodes: episodes.collect(),
            series,
            unlisted: report.unlisted,
            spark,
            dims,
        }
    }

    /// Says how far before episodes minutes are told, where it is not as far as baselines reach.
    pub(super) fn reaching(mut self, reach: Reach) -> Self {
        if let Some(short) = reach.shortened() {
            let text = format!("told from {short} before each episode on, and hours before that");
            self.summary.push(("minutes".into(), text));
        }
        self
    }
}

impl Bars {
    /// As many bars are drawn at most.
    const MOST: u32 = 120;
    /// The hours that a bar may stand for; in longer logs, whole weeks.
    const HOURS: [u32; 8] = [1, 2, 3, 6, 12, 24, 48, 168];

    fn of(span: Option<(Minute, Minute)>) -> Self {
        let Some((first, end)) = span else { return Self { from: 0, step: 60, count: 0 } };
        let bars = |step: Minutes| {
            let step = step.count();
            let from = first.since_epoch() / step * step;
            (from, (end.since_epoch() - from).div_ceil(step))
        };
        let mut steps = Self::HOURS.into_iter().map(Minutes::hours);
        let weeks = bars(Minutes::days(7)).1.div_ceil(Self::MOST);
        let step = steps.find(|&step| bars(step).1 <= Self::MOST);
        let step = step.unwrap_or(Minutes::days(7 * weeks));
        let (from, count) = bars(step);
        Self { from, step: step.count(), count: count as usize }
    }

    fn sums(self, minutes: &[(Minute, u32)]) -> Vec<u64> {
        let mut sums = vec![0; self.count];
        for (minute, count) in minutes {
            let place = minute.since_epoch().saturating_sub(self.from) / self.step;
            if let Some(sum) = sums.get_mut(place as usize) {
                *sum += u64::from(*count);
            }
        }
        sums
    }
}

impl<'r> SeriesLine<'r> {
    fn new(own: &'r Listed, cases: &[&Case], dims: &Dimensions<'_>, spark: Bars) -> Self {
        let SeriesKey { account_id, region, event_source, event_name, category, error_code } =
            &own.series;
        let norm = own.norm.as_ref();
        let place = |all: &[&str], one: &str| all.binary_search(&one).unwrap_or_default();
        Self {
            account: place(&dims.accounts, account_id),
            region: place(&dims.regions, region),
            source: event_source,
            name: event_name,
            category: category.as_str(),
            error: error_code.as_deref(),
            calls: own.calls,
            bars: spark.sums(&own.minutes),
            average: norm.map(|norm| short(norm.window.per_minute())),
            pattern: norm.and_then(|norm| norm.pattern).map(|pattern| pattern.to_string()),
            peak: norm
                .and_then(|norm| norm.busiest)
                .map(|(minute, calls)| (minute.since_epoch(), calls)),
            episodes: cases.len(),
            worst: cases.iter().filter_map(|case| case.score).max_by(f64::total_cmp).map(short),
            burst: norm.and_then(|norm| norm.burst),
            silence: norm.and_then(|norm| norm.silence).map(|silence| silence.duration().count()),
        }
    }
}

impl<'r> EpisodeLine<'r> {
    fn new(case: &'r Case, series: usize) -> Self {
        let told = case.records.last();
        let context = told.and_then(|own| own.insight_details.insight_context.as_ref());
        let rate =
            |of: fn(&Statistics) -> f64| context.map(|context| short(of(&context.statistics)));
        Self {
            id: &case.id,
            series,
            start: case.start.since_epoch(),
            end: case.end.map(Minute::since_epoch),
            kind: match case.direction {
                Direction::Rise => "rise",
                Direction::Fall => "fall",
            },
            insight_type: match case.insight_type() {
                InsightType::CallRate => "rate",
                InsightType::ErrorRate => "error",
            },
            score: case.score.map(short),
            severity: case.score.map(|score| Severity::of(score).as_str()),
            baseline: rate(|told| told.baseline.average),
            insight: rate(|told| told.insight.average),
            who: told.and_then(who),
            incident: case.incident.as_deref(),
            read: case.is_read,
        }
    }
}

/// Returns who made most of the calls, before it if there are none in it.
fn who(record: &InsightRecord) -> Option<&str> {
    let context = record.insight_details.insight_context.as_ref()?;
    let mut callers = context.attributions.iter();
    let found = callers.find(|own| own.attribute == Attribute::UserIdentityArn)?;
    found.insight.first().or_else(|| found.baseline.first()).map(|own| &*own.value)
}
