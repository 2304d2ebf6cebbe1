//! [`Report`]: makes an [`Insight`] of an episode's turn: the numbers and who is behind them.

use std::ops::Range;

use crate::{
    attribution::{Attribute, Attributes, Attribution, Tally},
    baseline::Baseline,
    episode::OPENING,
    insight::{Average, Explanation, Insight, InsightState},
    interner::Interner,
    log::Log,
    series::{EventCategory, InsightType},
    time::{Minute, Minutes},
    watch::{Turn, Watch},
};

/// A series with all that is told of it.
#[derive(Debug)]
pub(crate) struct Report<'a, M> {
    pub(crate) watch: &'a Watch<M>,
    /// The failed calls of the same API by error code.
    pub(crate) failures: Vec<(&'a str, &'a Baseline)>,
    pub(crate) attributes: &'a Interner<Attributes>,
    pub(crate) log: Log<'a>,
    /// The length of baselines.
    pub(crate) reach: Minutes,
}

impl<M: Clone> Report<'_, M> {
    /// Returns the insight of a turn that can be known from `known_at` on.
    pub(crate) fn insight(&self, turn: &Turn, known_at: Minute) -> Insight {
        let watch = self.watch;
        let episode = &turn.open.episode;
        let start = episode.start;
        let during = match (turn.state, turn.end) {
            (InsightState::End, Some(end)) => start..end,
            _ => start..start + OPENING,
        };
        let before = self.before(start);
        Insight {
            state: turn.state,
            series: watch.key.clone(),
            start,
            end: turn.end,
            known_at,
            baseline: self.baseline(&before),
            insight: self.average(&during, Minutes::default()),
            attributions: self.attributions(&during, &before),
            explanation: Explanation {
                finding: turn.open.finding,
                detected_at: episode.detected_at,
                incident: watch.incident.unwrap_or_default(),
            },
        }
    }

    /// Returns the span of the baseline of what starts at `start`.
    ///
    /// It reaches from the midnight that lies a baseline's length before the midnight of the start,
    /// or from the beginning of the log, to the start: CloudTrail's own rule.
    pub(crate) fn before(&self, start: Minute) -> Range<Minute> {
        let origin = self.log.origin().unwrap_or(Minute::MIN).min(start);
        (start.midnight() - self.reach).max(origin)..start
    }

    /// Returns the calls in a baseline. Minutes in which the log is missing do not count.
    pub(crate) fn baseline(&self, before: &Range<Minute>) -> Average {
        self.average(before, self.log.missing(before))
    }

    pub(crate) fn average(&self, span: &Range<Minute>, missing: Minutes) -> Average {
        Average {
            count: self.watch.baseline.sum(span.clone()),
            duration: span.end.since(span.start + missing),
        }
    }

    /// Returns who and what is behind the calls of a span and of its baseline.
    pub(crate) fn attributions(
        &self,
        during: &Range<Minute>,
        before: &Range<Minute>,
    ) -> Vec<Attribution> {
        let Self { watch, failures, attributes, .. } = self;
        let made_of = |part: fn(&Attributes) -> Option<&str>, span| {
            let mut tally = Tally::default();
            for &(_, id, count) in watch.made_of(span) {
                if let Some(value) = part(attributes.get(id)) {
                    tally.add(value, u64::from(count));
                }
            }
            tally.top()
        };
        let error_codes = |span: &Range<Minute>| {
            let mut tally = Tally::default();
            let mut successes = watch.baseline.sum(span.clone());
            for &(code, failed) in failures {
                let count = failed.sum(span.clone());
                successes = successes.saturating_sub(count);
                tally.add(code, count);
            }
            tally.add("null", successes);
            tally.top()
        };
        let mut all = Vec::new();
        let mut list = |attribute, insight: Vec<_>, baseline: Vec<_>| {
            if !insight.is_empty() || !baseline.is_empty() {
                all.push(Attribution { attribute, insight, baseline });
            }
        };
        list(Attribute::UserIdentityArn, made_of(identity, during), made_of(identity, before));
        list(Attribute::UserAgent, made_of(agent, during), made_of(agent, before));
        if watch.key.insight_type() == InsightType::CallRate {
            list(Attribute::ErrorCode, error_codes(during), error_codes(before));
        }
        if watch.key.category == EventCategory::Data {
            list(Attribute::ResourceArn, made_of(resource, during), made_of(resource, before));
        }
        all
    }
}

fn identity(attributes: &Attributes) -> Option<&str> {
    attributes.user_identity.as_deref()
}

fn agent(attributes: &Attributes) -> Option<&str> {
    attributes.user_agent.as_deref()
}

fn resource(attributes: &Attributes) -> Option<&str> {
    attributes.resource_arn.as_deref()
}
