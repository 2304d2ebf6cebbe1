//! [`of`]: what tells results of one data set from those of another.

use crc32fast::Hasher;
use insights_core::SealedCounts;

use crate::labels::Label;

/// Returns eight digits that follow from the counts, the labels, how these are scored, and the
/// version of the detection: results with the same ones can stand in one table.
pub(crate) fn of<'c>(
    counts: impl Iterator<Item = &'c SealedCounts> + Clone,
    labels: &[Label],
    scoring: &str,
) -> String {
    let mut hasher = Hasher::new();
    let mut text = |text: &str| {
        hasher.update(text.as_bytes());
        hasher.update(b"\n");
    };
    text(env!("CARGO_PKG_VERSION"));
    text(scoring);
    for label in labels {
        let Label { subject, start, end, class } = label;
        text(&format!("{subject} {start} {end} {class}"));
    }
    // Where one part of the counts ends and the next begins says nothing of them.
    for row in counts.clone().flat_map(SealedCounts::rows) {
        let series = row.series;
        for part in [
            &*series.account_id,
            &series.region,
            &series.event_source,
            &series.event_name,
            series.category.as_str(),
            series.error_code.as_deref().unwrap_or_default(),
        ] {
            hasher.update(part.as_bytes());
            hasher.update(b"\n");
        }
        hasher.update(&row.minute.since_epoch().to_le_bytes());
        hasher.update(&row.count.to_le_bytes());
    }
    // When a log was alive decides what is a zero.
    for life in counts.flat_map(SealedCounts::activity) {
        hasher.update(&life.minute.since_epoch().to_le_bytes());
        hasher.update(life.log.account_id.as_bytes());
        hasher.update(life.log.region.as_bytes());
    }
    format!("{:08x}", hasher.finalize())
}

#[cfg(test)]
mod tests {
    use insights_core::{EventCategory, Minute, MinuteBucket, PartialCounts, SeriesKey};

    use super::*;
    use crate::subject::Subject;

    fn counts(name: &str, minute: u32, calls: u32) -> SealedCounts {
        let series = SeriesKey {
            account_id: "1".into(),
            region: "r".into(),
            event_source: "s".into(),
            event_name: name.into(),
            category: EventCategory::Management,
            error_code: None,
        };
        let mut counts = PartialCounts::default();
        counts.insert(&series, Minute::from_epoch(minute), MinuteBucket::new(calls));
        counts.seal()
    }

    #[test]
    fn whatever_differs_shows() {
        let at = Minute::from_epoch;
        let label = |end| {
            let subject = Subject::default();
            vec![Label { subject, start: at(5), end: at(end), class: "".into() }]
        };
        let of = |counts: &SealedCounts, labels: &[Label], scoring| {
            of([counts].into_iter(), labels, scoring)
        };
        let first = of(&counts("A", 7, 3), &label(9), "x");
        assert_eq!(first, of(&counts("A", 7, 3), &label(9), "x"));
        for other in [
            of(&counts("B", 7, 3), &label(9), "x"),
            of(&counts("A", 8, 3), &label(9), "x"),
            of(&counts("A", 7, 4), &label(9), "x"),
            of(&counts("A", 7, 3), &label(10), "x"),
            of(&counts("A", 7, 3), &[], "x"),
            of(&counts("A", 7, 3), &label(9), "y"),
        ] {
            assert_ne!(first, other);
        }
        assert_eq!(first.len(), 8);
    }
}
