//! [`SealedCounts`]: counts to which nothing is added any more, in order.

use std::{ops::Range, sync::Arc};

use crate::{
    attribution::Attributes,
    entries::{Activity, Cell, Entries, Keys},
    interner::Interner,
    series::{LogKey, SeriesKey},
    time::Minute,
};

/// Counts in order, each event counted once.
#[derive(Clone, Debug, Default)]
pub struct SealedCounts {
    /// Those of the rows, and maybe others.
    pub(crate) keys: Arc<Keys>,
    /// By minute, then series, then attributes.
    pub(crate) cells: Vec<Cell>,
    /// By minute, then log.
    pub(crate) activity: Vec<Activity>,
    duplicates: u64,
    outside: u64,
}

/// The calls of one series and minute that have all attributes in common.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct CountRow<'a> {
    /// The minute of the calls.
    pub minute: Minute,
    /// The series they count for.
    pub series: &'a SeriesKey,
    /// Who and what they have in common.
    pub attributes: &'a Attributes,
    /// How many there are; never zero.
    pub count: u32,
}

/// A minute in which a log was alive.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct LogActivity<'a> {
    /// The minute.
    pub minute: Minute,
    /// The log.
    pub log: &'a LogKey,
}

impl SealedCounts {
    /// Puts settled entries, which are in order of their minutes, in order of their keys.
    pub(crate) fn new(keys: Arc<Keys>, entries: Entries, duplicates: u64, outside: u64) -> Self {
        let Entries { mut cells, mut activity, .. } = entries;
        let series = keys.series.ranks(cells.iter().map(|row| row.series));
        let attributes = keys.attributes.ranks(cells.iter().map(|row| row.attributes));
        let logs = keys.logs.ranks(activity.iter().map(|row| row.log));
        let rank = |ranks: &[u32], id: u32| ranks[id as usize];
        for cells in cells.chunk_by_mut(|a, b| a.minute == b.minute) {
            cells.sort_unstable_by_key(|row| {
                u64::from(rank(&series, row.series)) << 32
                    | u64::from(rank(&attributes, row.attributes))
            });
        }
        activity.sort_unstable_by_key(|row| (row.minute, rank(&logs, row.log)));
        Self { keys, cells, activity, duplicates, outside }
    }

    /// Returns the repeated deliveries that were not counted.
    #[must_use]
    pub const fn duplicates(&self) -> u64 {
        self.duplicates
    }

    /// Returns the events, or inserted calls, that count for a series.
    #[must_use]
    pub fn counted(&self) -> u64 {
        counted(&self.activity)
    }

    /// Returns the events that count for no series.
    #[must_use]
    pub fn not_selected(&self) -> u64 {
        passed_over(&self.activity) + self.outside
    }

    /// Returns the same counts without who and what they are made of, in less memory.
    ///
    /// Detection does not look at that: the same Insights come of it, without attributions.
    #[must_use]
    pub fn without_attributes(mut self) -> Self {
        self.cells.dedup_by(|cell, kept| {
            let same = (kept.minute, kept.series) == (cell.minute, cell.series);
            if same {
                kept.count = kept.count.saturating_add(cell.count);
            }
            same
        });
        self.cells.shrink_to_fit();
        let mut attributes = Interner::default();
        let none = attributes.intern_owned(&Attributes::default());
        for cell in &mut self.cells {
            cell.attributes = none;
        }
        let Keys { logs, series, .. } = &*self.keys;
        self.keys = Arc::new(Keys { logs: logs.clone(), series: series.clone(), attributes });
        self
    }

    /// Returns the rows of the minutes in `span`.
    pub(crate) fn between(&self, span: Range<Minute>) -> Rows<'_> {
        fn part<'a, T>(
            rows: &'a [T],
            span: &Range<Minute>,
            minute: impl Fn(&T) -> Minute,
        ) -> &'a [T] {
            let from = rows.partition_point(|row| minute(row) < span.start);
            let to = rows.partition_point(|row| minute(row) < span.end);
            rows.get(from..to).unwrap_or_default()
        }
        Rows {
            cells: part(&self.cells, &span, |row| row.minute),
            activity: part(&self.activity, &span, |row| row.minute),
        }
    }

    /// Returns the counts by minute, then series, then attributes.
    pub fn rows(&self) -> impl Iterator<Item = CountRow<'_>> {
        self.cells.iter().map(|cell| CountRow {
            minute: cell.minute,
            series: self.keys.series.get(cell.series),
            attributes: self.keys.attributes.get(cell.attributes),
            count: cell.count,
        })
    }

    /// Returns the series that have rows and how many, in no order that means anything.
    pub fn series(&self) -> impl Iterator<Item = (&SeriesKey, u64)> {
        let mut rows = vec![0; self.keys.series.values().len()];
        for cell in &self.cells {
            rows[cell.series as usize] += 1;
        }
        self.keys.series.values().iter().zip(rows).filter(|&(_, rows)| rows > 0)
    }

    /// Returns the minutes in which logs were alive, by minute, then log.
    pub fn activity(&self) -> impl Iterator<Item = LogActivity<'_>> {
        self.activity
            .iter()
            .map(|row| LogActivity { minute: row.minute, log: self.keys.logs.get(row.log) })
    }
}

/// The rows of some minutes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rows<'a> {
    pub(crate) cells: &'a [Cell],
    pub(crate) activity: &'a [Activity],
}

impl Rows<'_> {
    /// Returns the first minute of which there are rows.
    pub(crate) fn first_minute(&self) -> Option<Minute> {
        let cell = self.cells.first().map(|row| row.minute);
        cell.into_iter().chain(self.activity.first().map(|row| row.minute)).min()
    }
}

impl Eq for SealedCounts {}

impl PartialEq for SealedCounts {
    fn eq(&self, other: &Self) -> bool {
        let totals = |s: &Self| (s.duplicates, s.counted(), s.not_selected());
        totals(self) == totals(other)
            && self.rows().eq(other.rows())
            && self.activity().eq(other.activity())
    }
}

/// Returns the events of these minutes that count for a series.
pub(crate) fn counted(activity: &[Activity]) -> u64 {
    activity.iter().map(|row| u64::from(row.counted)).sum()
}

/// Returns the events of these minutes that count for none.
pub(crate) fn passed_over(activity: &[Activity]) -> u64 {
    activity.iter().map(|row| u64::from(row.passed_over)).sum()
}
