//! [`within`]: the calls of series, by hour throughout and by minute around their episodes.
//!
//! A series is unsigned LEB128 numbers: the first hour since 1970, how many hours, their calls;
//! then how many spans are told by minute, and of each its first minute since 1970, its minutes,
//! how many of these have calls, the distances of these from the one before (of the first from the
//! beginning of the span), and their calls.

use std::ops::Range;

use insights_core::{Minute, Minutes};
use rayon::prelude::*;

use super::blob::pack;
use crate::commands::report::{Listed, Report};

/// How far before episodes minutes are told, and the same in words.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Reach(Minutes, &'static str);

/// What is tried, the longest first: a week is what a baseline is made of.
const REACHES: [Reach; 5] = [
    Reach(Minutes::days(7), "7 days"),
    Reach(Minutes::days(3), "3 days"),
    Reach(Minutes::days(1), "1 day"),
    Reach(Minutes::hours(6), "6 hours"),
    Reach(Minutes::hours(1), "1 hour"),
];
/// How far after episodes minutes are told at most.
const AFTER: Minutes = Minutes::days(1);
const HOUR: Minutes = Minutes::hours(1);

impl Reach {
    /// Returns the reach in words, if it is not the longest.
    pub(super) fn shortened(self) -> Option<&'static str> {
        (self != REACHES[0]).then_some(self.1)
    }
}

/// Returns the packed series with episodes, each with the id of its part, and how far before
/// episodes they tell minutes: as far as fits in `largest` bytes.
pub(super) fn within(report: &Report, largest: usize) -> (Reach, Vec<(String, String)>) {
    let mut told = (REACHES[0], Vec::new());
    for reach in REACHES {
        told = (reach, packed(report, reach));
        if told.1.iter().map(|(_, packed): &(String, String)| packed.len()).sum::<usize>()
            <= largest
        {
            break;
        }
    }
    told
}

fn packed(report: &Report, Reach(reach, _): Reach) -> Vec<(String, String)> {
    let Some((first, end)) = report.span else { return Vec::new() };
    let after = AFTER.min(reach);
    let pack_one = |(number, own): (usize, &Listed)| {
        let cases = report.cases.iter().filter(|case| case.series == own.series);
        let spans: Vec<Range<Minute>> = cases
            .map(|case| {
                let last = case.end.unwrap_or(end).max(case.start);
                (case.start - reach).max(first)..(last + after).min(end)
            })
            .filter(|span| span.start < span.end)
            .collect();
        let has_cases = report.cases.iter().any(|case| case.series == own.series);
        has_cases.then(|| (format!("s{number}"), pack(&bytes(own, first..end, spans))))
    };
    report.series.par_iter().enumerate().filter_map(pack_one).collect()
}

/// Returns the numbers of a series.
fn bytes(own: &Listed, log: Range<Minute>, spans: Vec<Range<Minute>>) -> Vec<u8> {
    let mut out = Vec::new();
    let first = log.start.hour();
    let hours = (log.end.since(first).count()).div_ceil(HOUR.count());
    let mut sums = vec![0_u64; hours as usize];
    for (minute, count) in &own.minutes {
        let hour = minute.since(first).count() / HOUR.count();
        if let Some(sum) = sums.get_mut(hour as usize) {
            *sum += u64::from(*count);
        }
    }
    number(&mut out, u64::from(first.since_epoch() / HOUR.count()));
    number(&mut out, u64::from(hours));
    for sum in sums {
        number(&mut out, sum);
    }
    let spans = joined(spans);
    number(&mut out, spans.len() as u64);
    for span in spans {
        let part = |bound: Minute| own.minutes.partition_point(|(minute, _)| *minute < bound);
        let minutes = &own.minutes[part(span.start)..part(span.end)];
        number(&mut out, u64::from(span.start.since_epoch()));
        number(&mut out, u64::from(span.end.since(span.start).count()));
        number(&mut out, minutes.len() as u64);
        let mut before = span.start;
        for (minute, _) in minutes {
            number(&mut out, u64::from(minute.since(before).count()));
            before = *minute;
        }
        for (_, count) in minutes {
            number(&mut out, u64::from(*count));
        }
    }
    out
}

/// Returns spans in order, those that touch as one.
fn joined(mut spans: Vec<Range<Minute>>) -> Vec<Range<Minute>> {
    spans.sort_by_key(|span| (span.start, span.end));
    let mut joined: Vec<Range<Minute>> = Vec::new();
    for span in spans {
        match joined.last_mut() {
            Some(last) if span.start <= last.end => last.end = last.end.max(span.end),
            _ => joined.push(span),
        }
    }
    joined
}

/// Appends a number as unsigned LEB128.
fn number(out: &mut Vec<u8>, mut value: u64) {
    loop {
        let low = u8::try_from(value & 0x7f).unwrap_or_default();
        value >>= 7;
        if value == 0 {
            return out.push(low);
        }
        out.push(low | 0x80);
    }
}

#[cfg(test)]
mod tests {
    use insights_core::SeriesKey;

    use super::*;

    fn at(minute: u32) -> Minute {
        Minute::from_epoch(600_000 + minute)
    }

    #[test]
    fn hours_are_sums_and_spans_are_exact() {
        let series: SeriesKey = serde_json::from_value(serde_json::json!({
            "account_id": "1", "region": "r", "event_source": "s", "event_name": "A",
            "category": "Management", "error_code": null,
        }))
        .unwrap();
        let minutes = vec![(at(59), 1), (at(61), 2), (at(70), 300), (at(199), 4)];
        let own = Listed { series, calls: 307, minutes, norm: None };
        let spans = vec![at(60)..at(71), at(50)..at(62), at(190)..at(199)];
        let found = bytes(&own, at(0)..at(200), spans);
        let mut expected = Vec::new();
        for value in [
            10_000, 4, 1, 302, 0, 4, // hours
            2, // spans
            600_050, 21, 3, 9, 2, 9, 1, 2, 300, // the first two are one
            600_190, 9, 0, // the call after the last is not in it
        ] {
            number(&mut expected, value);
        }
        assert_eq!(found, expected);
    }

    #[test]
    fn numbers_are_leb128() {
        let mut out = Vec::new();
        for value in [0, 127, 128, 624_485] {
            number(&mut out, value);
        }
        assert_eq!(out, [0, 127, 0x80, 1, 0xe5, 0x8e, 0x26]);
    }
}
