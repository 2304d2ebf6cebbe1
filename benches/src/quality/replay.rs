//! [`Report`]: what an engine makes of an account.

use std::collections::BTreeMap;

use insights_core::{
    Attributes, Config, Direction, Engine, EventCategory, Finding, Insight, InsightState, Minute,
    MinuteBucket, Minutes, PartialCounts, SeriesKey, Watermark,
};
use insights_datasets::account::{ACCOUNT, Account, Series};

/// What an engine reported of one series, with minutes from the start of the account.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Report {
    /// The position of the series in the account.
    pub series: usize,
    /// The minute that decided it.
    pub decided: u32,
    /// The first unusual minute.
    pub start: u32,
    /// The minute after the last unusual one, if it is over.
    pub end: Option<u32>,
    /// Why it was reported.
    pub finding: Finding,
    /// What it has in common with others that tell the same story.
    pub incident: u128,
}

impl Report {
    /// Returns whether there were fewer calls than normal, and not more.
    #[must_use]
    pub fn is_fall(&self) -> bool {
        self.finding.direction == Direction::Fall
    }
}

/// Returns what an engine with these settings reports, in the order of decisions.
pub(super) fn replay(account: &Account, config: &Config) -> Vec<Report> {
    const DAY: u32 = 1_440;
    let start = Minute::containing(account.start);
    let keys: Vec<SeriesKey> = account.series.iter().map(key).collect();
    let who: Vec<Attributes> = account.identities.iter().map(|arn| caller(arn)).collect();
    let mut cells: Vec<_> = account.series.iter().map(|s| s.cells.iter().peekable()).collect();
    let mut engine = Engine::new(config.clone());
    let mut reports = Reports::new(start, &keys);
    for day in 1..=account.days {
        let midnight = day * DAY;
        let mut counts = PartialCounts::default();
        for (key, cells) in keys.iter().zip(&mut cells) {
            while let Some(cell) = cells.next_if(|cell| cell.minute < midnight) {
                let mut bucket = MinuteBucket::default();
                bucket.add(who[usize::from(cell.identity)].clone(), cell.count);
                counts.insert(key, start + Minutes::new(cell.minute), bucket);
            }
        }
        engine.merge(counts);
        reports.take(&engine.advance_to(Watermark::at(start + Minutes::new(midnight))));
    }
    reports.take(&engine.finish());
    reports.list.sort_by_key(|report| (report.decided, report.series));
    reports.list
}

/// The reports so far.
struct Reports {
    start: Minute,
    series: BTreeMap<SeriesKey, usize>,
    list: Vec<Report>,
}

impl Reports {
    fn new(start: Minute, keys: &[SeriesKey]) -> Self {
        let series = keys.iter().cloned().zip(0..).collect();
        Self { start, series, list: Vec::new() }
    }

    /// Takes new insights; an End completes the report of its Start.
    fn take(&mut self, insights: &[Insight]) {
        for insight in insights {
            let Some(&series) = self.series.get(&insight.series) else { continue };
            let start = insight.start.since(self.start).count();
            let end = insight.end.map(|end| end.since(self.start).count());
            match insight.state {
                InsightState::Start => {
                    let decided = insight.explanation.detected_at.since(self.start).count();
                    let finding = insight.explanation.finding;
                    let incident = insight.explanation.incident.as_u128();
                    self.list.push(Report { series, decided, start, end, finding, incident });
                }
                InsightState::End => {
                    let mut open = self.list.iter_mut().rev();
                    let own = open.find(|report| (report.series, report.start) == (series, start));
                    if let Some(report) = own {
                        report.end = end;
                    }
                }
            }
        }
    }
}

fn key(series: &Series) -> SeriesKey {
    SeriesKey {
        account_id: ACCOUNT.into(),
        region: series.region.into(),
        event_source: series.event_source.as_str().into(),
        event_name: series.event_name.into(),
        category: if series.is_data { EventCategory::Data } else { EventCategory::Management },
        error_code: series.error_code.map(Into::into),
    }
}

fn caller(arn: &str) -> Attributes {
    Attributes { user_identity: Some(arn.into()), ..Attributes::default() }
}

#[cfg(test)]
mod tests {
    use insights_datasets::account::{Cell, Class, Kind, Label, START};

    use super::*;
    use crate::quality::{Benchmark, Outcome};

    const DAY: u32 = 1_440;

    #[test]
    fn a_burst_is_reported_where_it_is() {
        let burst = 8 * DAY + 600..8 * DAY + 610;
        let cell = |minute| Cell {
            minute,
            identity: 0,
            count: if burst.contains(&minute) { 200 } else { 20 },
        };
        let series = Series {
            region: "us-east-1",
            event_source: "ec2.amazonaws.com".into(),
            event_name: "DescribeInstances",
            is_data: false,
            error_code: None,
            kind: Kind::Poller,
            cells: (0..9 * DAY).map(cell).collect(),
        };
        let class = Class::Exfiltration;
        let labels = vec![Label { series: 1, minutes: burst.clone(), class, incident: 1 }];
        let quiet = Series { event_name: "RunInstances", cells: Vec::new(), ..series.clone() };
        let account = Account {
            start: START,
            days: 9,
            identities: vec!["arn:aws:iam::111122223333:user/ada".into()],
            series: vec![quiet, series],
            labels,
            neutral: Vec::new(),
            gaps: Vec::new(),
        };
        let benchmark = Benchmark::of(account, &Config::default());
        let [report] = benchmark.reports[..] else { panic!("{:?}", benchmark.reports) };
        assert_eq!((report.series, report.start, report.end), (1, burst.start, Some(burst.end)));
        assert!(burst.contains(&report.decided) && !report.is_fall());
        assert_eq!(benchmark.score().outcomes, [Outcome::Hit(0)]);
    }
}
