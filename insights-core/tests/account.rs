//! [`Account`]: weeks of several APIs in one log, written as counts, and the insights that come of
//! them.

use std::{collections::BTreeMap, ops::Range};

use insights_core::{
    Attributes, Config, Engine, EventCategory, Insight, InsightState, LogKey, Minute, MinuteBucket,
    Minutes, PartialCounts, SeriesKey, Watermark,
};

pub(crate) const HOUR: u32 = 60;
pub(crate) const DAY: u32 = 1_440;
pub(crate) const WEEK: u32 = 7 * DAY;

/// The API that stories are about.
pub(crate) const API: &str = "RunInstances";
/// The APIs that keep a log alive and are not what a story is about.
const BACKGROUND: [(&str, f64); 3] =
    [("AssumeRole", 0.12), ("GetParameter", 0.08), ("DescribeAlarms", 0.01)];
/// Who makes the calls where a story does not say.
const CALLER: &str = "arn:aws:iam::111122223333:role/service";

/// A log that begins at a midnight, in minutes from there.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    begin: Minute,
    length: u32,
    /// By minute, API and caller.
    calls: BTreeMap<(u32, &'static str, &'static str), u32>,
    pub(crate) random: Random,
}

impl Account {
    /// Returns a log of so many days, without a call, that begins on a date like `2026-05-04`.
    pub(crate) fn from(date: &str, days: u32, seed: u64) -> Self {
        let begin = Minute::containing(format!("{date}T00:00:00Z").parse().unwrap());
        Self { begin, length: days * DAY, calls: BTreeMap::new(), random: Random::new(seed) }
    }

    /// Returns a log in which other APIs are called throughout. It begins on a Monday, and no
    /// clock changes for months.
    pub(crate) fn alive(days: u32, seed: u64) -> Self {
        Self::from("2026-05-04", days, seed).with_background()
    }

    /// Calls other APIs throughout.
    pub(crate) fn with_background(mut self) -> Self {
        for (api, rate) in BACKGROUND {
            self.at_rate(api, 0..self.length, |_| rate);
        }
        self
    }

    /// Adds calls of an API in a minute.
    pub(crate) fn call(&mut self, api: &'static str, minute: u32, calls: u32) {
        self.call_by(CALLER, api, minute, calls);
    }

    /// Adds calls somebody makes, or nobody knows who.
    pub(crate) fn call_by(
        &mut self,
        who: &'static str,
        api: &'static str,
        minute: u32,
        calls: u32,
    ) {
        if calls > 0 && minute < self.length {
            *self.calls.entry((minute, api, who)).or_default() += calls;
        }
    }

    /// Adds so many calls at random minutes of a span.
    pub(crate) fn spread(&mut self, api: &'static str, span: Range<u32>, calls: u32) {
        for _ in 0..calls {
            let minute = self.random.within(span.clone());
            self.call(api, minute, 1);
        }
    }

    /// Adds calls at random, so many a minute on average.
    pub(crate) fn at_rate(
        &mut self,
        api: &'static str,
        span: Range<u32>,
        rate: impl Fn(u32) -> f64,
    ) {
        for minute in span {
            let calls = self.random.poisson(rate(minute));
            self.call(api, minute, calls);
        }
    }

    /// Takes back the calls of an API in a span.
    pub(crate) fn silence(&mut self, api: &str, span: Range<u32>) {
        self.calls.retain(|&(minute, name, _), _| name != api || !span.contains(&minute));
    }

    /// Takes back everything that was logged in a span.
    pub(crate) fn hole(&mut self, span: Range<u32>) {
        self.calls.retain(|(minute, ..), _| !span.contains(minute));
    }

    /// Returns the minute as the engine names it.
    pub(crate) fn at(&self, minute: u32) -> Minute {
        self.begin + Minutes::new(minute)
    }

    /// Returns the minute after the last one.
    pub(crate) const fn length(&self) -> u32 {
        self.length
    }

    /// Returns the counts of a span.
    pub(crate) fn counts(&self, span: Range<u32>) -> PartialCounts {
        let mut counts = PartialCounts::default();
        let from = (span.start, "", "");
        for (&(minute, api, who), &calls) in self.calls.range(from..(span.end, "", "")) {
            let who = Some(who).filter(|who| !who.is_empty());
            let attributes =
                Attributes { user_identity: who.map(Into::into), ..Attributes::default() };
            let mut bucket = MinuteBucket::default();
            bucket.add(attributes, calls);
            counts.insert(&series(api), self.at(minute), bucket);
        }
        counts
    }

    /// Returns an engine that has sealed everything, and what it returned.
    pub(crate) fn replay(&self) -> (Engine, Vec<Insight>) {
        let mut engine = Engine::new(Config::default());
        engine.merge(self.counts(0..self.length));
        let insights = engine.advance_to(Watermark::at(self.at(self.length)));
        (engine, insights)
    }

    /// Returns the insights about an API that start in a span, written down.
    pub(crate) fn reports(&self, api: &str, span: Range<u32>) -> Vec<String> {
        self.told(&self.replay().1, api, span)
    }

    /// Writes the insights about an API that start in a span down, one a line.
    pub(crate) fn told(&self, insights: &[Insight], api: &str, span: Range<u32>) -> Vec<String> {
        let span = self.at(span.start)..self.at(span.end);
        let about =
            insights.iter().filter(|i| &*i.series.event_name == api && span.contains(&i.start));
        about.map(told).collect()
    }
}

/// Writes an insight down.
pub(crate) fn told(insight: &Insight) -> String {
    let date = insight.time().instant().format("%Y-%m-%d %a %H:%M");
    let average = (insight.insight.per_minute() * 100.0).round() / 100.0;
    let direction = insight.explanation.finding.direction;
    format!("{date} {} {direction:?} {average}", insight.state)
}

/// Returns the starts among insights.
pub(crate) fn starts(insights: &[Insight]) -> impl Iterator<Item = &Insight> {
    insights.iter().filter(|insight| insight.state == InsightState::Start)
}

/// Returns the series of the calls of an API, in another Region if it is written like
/// `RunInstances@us-east-1`.
pub(crate) fn series(api: &str) -> SeriesKey {
    let (name, region) = api.split_once('@').unwrap_or((api, "eu-west-1"));
    SeriesKey {
        account_id: "111122223333".into(),
        region: region.into(),
        event_source: "ec2.amazonaws.com".into(),
        event_name: name.into(),
        category: EventCategory::Management,
        error_code: None,
    }
}

/// Returns the one whole log there is.
pub(crate) fn log() -> LogKey {
    series(API).log().whole()
}

/// Numbers that look random and are the same in every run: SplitMix64 (Steele, Lea and Flood
/// 2014).
#[derive(Clone, Debug)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Returns a number from 0 to below 1.
    pub(crate) fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Returns a whole number in a range.
    pub(crate) fn within(&mut self, range: Range<u32>) -> u32 {
        let width = u64::from(range.end - range.start);
        range.start + u32::try_from(self.next() % width).unwrap()
    }

    /// Returns a count with that mean: how many exponential times fit in one (Knuth).
    pub(crate) fn poisson(&mut self, mean: f64) -> u32 {
        let least = (-mean).exp();
        let (mut count, mut product) = (0, self.unit());
        while product > least {
            count += 1;
            product *= self.unit();
        }
        count
    }
}
