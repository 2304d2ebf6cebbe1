//! [`Scenario`]: minutes of calls written down, and the insights that come of them.

use chrono::{DateTime, TimeDelta, Utc};
use insights_core::{
    Config, Engine, Event, EventCategory, Insight, InsightState, Minute, Minutes, Watermark,
};

/// The API that stories are about.
pub(crate) const API: (&str, &str) = ("ec2.amazonaws.com", "RunInstances");

/// A log that begins at a given time and is written minute by minute.
#[derive(Debug)]
pub(crate) struct Scenario {
    config: Config,
    begin: DateTime<Utc>,
    /// The minute after the last one written.
    now: u32,
    calls: Vec<(u32, u32)>,
    error_code: Option<&'static str>,
    heartbeat: bool,
}

/// Monday 2026-03-02T00:00Z.
pub(crate) fn monday() -> DateTime<Utc> {
    DateTime::from_timestamp(1_772_409_600, 0).unwrap()
}

impl Scenario {
    pub(crate) fn from(begin: DateTime<Utc>) -> Self {
        Self {
            config: Config::default(),
            begin,
            now: 0,
            calls: Vec::new(),
            error_code: None,
            heartbeat: false,
        }
    }

    pub(crate) fn config(self, config: Config) -> Self {
        Self { config, ..self }
    }

    /// Makes every call fail with that code, and the API one that only reads.
    pub(crate) fn failing(self, code: &'static str) -> Self {
        Self { error_code: Some(code), ..self }
    }

    /// Adds a call an hour of another API that only reads, so that the log is alive throughout.
    pub(crate) fn alive(self) -> Self {
        Self { heartbeat: true, ..self }
    }

    /// Goes on for `minutes` with `calls` in each.
    pub(crate) fn then(mut self, minutes: u32, calls: u32) -> Self {
        self.calls.extend((self.now..self.now + minutes).map(|minute| (minute, calls)));
        self.now += minutes;
        self
    }

    /// Returns the time up to which the story is written.
    pub(crate) fn end(&self) -> DateTime<Utc> {
        self.time(self.now)
    }

    /// Returns the minute after the last one with a call.
    pub(crate) fn calls_end(&self) -> Minute {
        let called = self.calls.iter().filter(|&&(_, calls)| calls > 0);
        let last = called.map(|&(minute, _)| minute).max().unwrap_or_default();
        Minute::containing(self.time(last + 1))
    }

    pub(crate) fn time(&self, minute: u32) -> DateTime<Utc> {
        self.begin + TimeDelta::minutes(i64::from(minute))
    }

    /// Returns all insights up to the minute written last.
    pub(crate) fn insights(&self) -> Vec<Insight> {
        let mut engine = self.engine();
        let mut insights = engine.advance_to(Watermark::before(self.time(self.now)));
        insights.extend(engine.finish());
        insights
    }

    /// Returns an engine that has observed everything and sealed nothing.
    pub(crate) fn engine(&self) -> Engine {
        let mut engine = Engine::new(self.config.clone());
        for event in self.events() {
            engine.observe(&event);
        }
        engine
    }

    pub(crate) fn events(&self) -> impl Iterator<Item = Event<'static>> {
        let at = |minute: u32| self.time(minute) + TimeDelta::seconds(i64::from(minute % 60));
        let (source, name) = API;
        let call = move |minute| {
            let event = Event::new(at(minute), source, name)
                .account_id("111122223333")
                .region("eu-west-1")
                .category(EventCategory::Management)
                .user_identity("arn:aws:iam::111122223333:user/ada")
                .user_agent("console.amazonaws.com");
            match self.error_code {
                Some(code) => event.read_only(true).error_code(code),
                None => event,
            }
        };
        let beat = move |minute| {
            Event::new(at(minute), "sts.amazonaws.com", "GetCallerIdentity")
                .account_id("111122223333")
                .region("eu-west-1")
                .read_only(true)
        };
        let beats = (0..self.now).step_by(60).filter(|_| self.heartbeat).map(beat);
        let calls = self.calls.iter();
        beats.chain(calls.flat_map(move |&(minute, n)| (0..n).map(move |_| call(minute))))
    }
}

/// Writes insights down, one a line: when, what, average against baseline, over how long.
pub(crate) fn timeline(insights: &[Insight]) -> Vec<String> {
    insights
        .iter()
        .map(|insight| {
            let state = match insight.state {
                InsightState::Start => "Start",
                InsightState::End => "End",
            };
            format!(
                "{} {state} {} over {} against {} over {}",
                insight.time().instant().format("%a %H:%M"),
                insight.insight.per_minute(),
                insight.insight.duration,
                insight.baseline.per_minute(),
                insight.baseline.duration,
            )
        })
        .collect()
}

/// Returns `count` minutes as a span.
pub(crate) fn minutes(count: u32) -> Minutes {
    Minutes::new(count)
}
