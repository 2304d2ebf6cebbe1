//! [`PartialCounts`]: the half of the work that merges in any order.

use std::{collections::BTreeMap, mem, sync::Arc};

use hashbrown::HashSet;
use serde::{Deserialize, Serialize};

use crate::{
    attribution::{Attributes, AttributesRef},
    entries::{Activity, Cell, Entries, Keys, LogRef, NONE, Sighting, identity},
    event::Event,
    sealed::SealedCounts,
    selection::Selection,
    series::{LogKey, SeriesKey, SeriesRef},
    time::{Minute, Watermark},
};

/// Counts of calls by series and minute, and the events not to be counted twice.
///
/// It is a commutative monoid: [`Default`] is the identity and [`merge`](Self::merge) is
/// associative and commutative. Recording events here and there and merging gives what
/// recording them all in one place gives. That holds for repeated deliveries too: of all
/// events with the same account and event id one counts, the earliest, and if they differ in
/// more than time it is the same one in every order.
///
/// ```
/// use chrono::DateTime;
/// use insights_core::{Event, PartialCounts};
///
/// let time = DateTime::from_timestamp(1_772_445_600, 0).unwrap();
/// let event = Event::new(time, "iam.amazonaws.com", "CreateUser").event_id("once");
/// let mut here = PartialCounts::default();
/// here.record(&event);
/// let mut there = PartialCounts::default();
/// there.record(&event);
/// here.merge(there);
///
/// let sealed = here.seal();
/// assert_eq!(sealed.duplicates(), 1);
/// assert_eq!(sealed.rows().map(|row| row.count).sum::<u32>(), 1);
/// ```
#[derive(Clone, Debug, Default)]
pub struct PartialCounts {
    /// Shared with the counts that were split off and still live: then they are copied when a key
    /// is added.
    keys: Arc<Keys>,
    /// The number of keys that were left when keys were last forgotten.
    kept: usize,
    entries: Entries,
    /// Events outside the span looked at, of which nothing else is kept.
    outside: u64,
}

/// The calls of one series in one minute, by what they have in common.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct MinuteBucket {
    counts: BTreeMap<Attributes, u32>,
}

impl MinuteBucket {
    /// Returns a bucket of `count` calls of which nothing more is known.
    #[must_use]
    pub fn new(count: u32) -> Self {
        let mut bucket = Self::default();
        bucket.add(Attributes::default(), count);
        bucket
    }

    /// Adds `count` calls with the given attributes.
    pub fn add(&mut self, attributes: Attributes, count: u32) {
        let sum = self.counts.entry(attributes).or_default();
        *sum = sum.saturating_add(count);
    }

    /// Returns the number of calls.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.counts.values().copied().map(u64::from).sum()
    }
}

impl PartialCounts {
    /// Counts `event` by the default selection.
    pub fn record(&mut self, event: &Event<'_>) {
        self.record_selected(event, &Selection::default());
    }

    /// Counts `event` if it is selected, and returns whether it is.
    ///
    /// An event that is not selected is still a sign that its log is alive, and a second
    /// delivery of it is still told, unless it lies outside the span looked at.
    pub fn record_selected(&mut self, event: &Event<'_>, selection: &Selection) -> bool {
        let minute = event.minute();
        if !selection.spans(minute) {
            self.outside += 1;
            return false;
        }
        let Keys { logs, series, attributes } = Arc::make_mut(&mut self.keys);
        let choice = selection.choose(event);
        let mut series_of = |chosen: bool, error_code| {
            if chosen { series.intern(&event.series(error_code), SeriesRef::own) } else { NONE }
        };
        let id = event.event_id.filter(|id| !id.is_empty()).map(identity);
        let sighting = Sighting {
            minute,
            id: id.unwrap_or_default(),
            log: logs.intern_again(&LogRef::of(event), LogRef::own),
            call: series_of(choice.call, None),
            failure: series_of(choice.failure, event.error_code),
            attributes: if choice.any() {
                attributes.intern(&AttributesRef::of(event), AttributesRef::own)
            } else {
                NONE
            },
        };
        if id.is_some() {
            self.entries.sightings.push(sighting);
        } else {
            self.entries.count(&sighting);
            self.entries.join_when_doubled();
        }
        choice.any()
    }

    /// Adds the counts of one series and minute.
    ///
    /// An empty bucket states that the log was alive in that minute and the series was not.
    pub fn insert(&mut self, series: &SeriesKey, minute: Minute, bucket: MinuteBucket) {
        let series = SeriesRef::from(series);
        if bucket.counts.is_empty() {
            self.insert_row(&series, minute, &AttributesRef::default(), 0);
        }
        for (attributes, count) in bucket.counts {
            self.insert_row(&series, minute, &AttributesRef::from(&attributes), count);
        }
    }

    /// Adds the calls of one series and minute that have all attributes in common, as a row of a
    /// table tells them.
    ///
    /// None of them state that the log was alive in that minute and the series was not.
    pub fn insert_row(
        &mut self,
        series: &SeriesRef<'_>,
        minute: Minute,
        attributes: &AttributesRef<'_>,
        count: u32,
    ) {
        let keys = Arc::make_mut(&mut self.keys);
        let log = keys.logs.intern_again(&LogRef::of_series(series), LogRef::own);
        let series = keys.series.intern(series, SeriesRef::own);
        self.entries.live(Activity { minute, log, counted: count, passed_over: 0 });
        if count > 0 {
            let attributes = keys.attributes.intern_again(attributes, AttributesRef::own);
            self.entries.cells.push(Cell { minute, series, attributes, count });
        }
        self.entries.join_when_doubled();
    }

    /// States that the log was alive in that minute through `events` events that do not count.
    pub fn pass_over(&mut self, log: &LogKey, minute: Minute, events: u32) {
        let log = Arc::make_mut(&mut self.keys).logs.intern_owned(log);
        self.entries.live(Activity { minute, log, counted: 0, passed_over: events });
        self.entries.join_when_doubled();
    }

    /// Adds all of `other`.
    pub fn merge(&mut self, other: Self) {
        let outside = self.outside.saturating_add(other.outside);
        if self.entries.len() == 0 {
            *self = other;
        } else {
            let keys = Arc::make_mut(&mut self.keys);
            self.entries.append(other.entries.renumbered(&other.keys, keys));
        }
        self.outside = outside;
    }

    /// Takes out the events outside the span looked at and returns how many there were.
    pub(crate) fn take_outside(&mut self) -> u64 {
        mem::take(&mut self.outside)
    }

    /// Returns whether nothing was recorded or inserted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.outside == 0 && self.entries.len() == 0
    }

    /// Returns the number of events and inserted calls held, repeats included.
    #[must_use]
    pub fn events(&self) -> u64 {
        let settled = |row: &Activity| u64::from(row.counted) + u64::from(row.passed_over);
        let settled: u64 = self.entries.activity.iter().map(settled).sum();
        settled + self.entries.sightings.len() as u64 + self.outside
    }

    /// Takes out all that lies before `watermark` or outside the span looked at.
    #[must_use]
    pub fn split_before(&mut self, watermark: Watermark) -> Self {
        let entries = self.entries.split_before(watermark.minute());
        // What is called in one minute is called in the next: the keys stay for those to come.
        let keys = Arc::clone(&self.keys);
        self.forget_idle_keys();
        let outside = mem::take(&mut self.outside);
        Self { keys, entries, outside, ..Self::default() }
    }

    /// Drops the events that `earlier` has already, and returns how many there were.
    pub(crate) fn drop_repeats(&mut self, earlier: &Self) -> u64 {
        let before = self.entries.sightings.len();
        if before == 0 {
            return 0;
        }
        let ids: HashSet<(u64, u64)> = earlier.entries.sightings.iter().map(|row| row.id).collect();
        let mut repeats = self.entries.sightings.iter().filter(|row| ids.contains(&row.id));
        if ids.is_empty() || repeats.next().is_none() {
            return 0;
        }
        let accounts = earlier.entries.sightings.iter();
        let known: HashSet<_> = accounts.map(|row| (row.id, earlier.keys.account(row))).collect();
        let keys = &self.keys;
        self.entries.sightings.retain(|row| !known.contains(&(row.id, keys.account(row))));
        (before - self.entries.sightings.len()) as u64
    }

    /// Seals everything: the counts in order, each event counted once.
    #[must_use]
    pub fn seal(mut self) -> SealedCounts {
        let duplicates = self.entries.settle(&self.keys);
        SealedCounts::new(self.keys, self.entries, duplicates, self.outside)
    }

    /// Returns the state as rows in order.
    pub(crate) fn to_rows(&self) -> OpenRows {
        let mut used = Keys::default();
        let entries = self.entries.clone().renumbered(&self.keys, &mut used);
        let mut logs = used.logs.values().to_vec();
        let mut series = used.series.values().to_vec();
        let mut attributes = used.attributes.values().to_vec();
        logs.sort_unstable();
        series.sort_unstable();
        attributes.sort_unstable();
        let mut ordered = Keys::of(&logs, &series, &attributes);
        let mut entries = entries.renumbered(&used, &mut ordered);
        entries.order();
        OpenRows { logs, series, attributes, entries, outside: self.outside }
    }

    /// Returns the counts of rows, or nothing if they refer to keys that are missing.
    pub(crate) fn from_rows(rows: OpenRows) -> Option<Self> {
        let keys = Arc::new(Keys::of(&rows.logs, &rows.series, &rows.attributes));
        let lengths = [rows.logs.len(), rows.series.len(), rows.attributes.len()];
        let distinct = lengths == keys.lengths();
        (distinct && rows.entries.refer_within(lengths)).then_some(Self {
            keys,
            kept: 0,
            entries: rows.entries,
            outside: rows.outside,
        })
    }

    /// Drops the keys of rows long gone, once there are more than twice as many keys as were left
    /// the last time: the time spent stays proportional to the keys added, and what is held to
    /// the keys in use, however many callers come once.
    fn forget_idle_keys(&mut self) {
        /// So few keys are not worth it.
        const FEW: usize = 4_096;
        let length = |keys: &Keys| keys.lengths().iter().sum::<usize>();
        if length(&self.keys) > 2 * self.kept + FEW {
            let entries = mem::take(&mut self.entries);
            let mut used = Keys::default();
            self.entries = entries.renumbered(&self.keys, &mut used);
            self.kept = length(&used);
            self.keys = Arc::new(used);
        }
    }
}

impl Eq for PartialCounts {}

impl PartialEq for PartialCounts {
    /// Two counts are equal if they seal to the same rows.
    fn eq(&self, other: &Self) -> bool {
        self.clone().seal() == other.clone().seal()
    }
}

/// Open counts as data: keys in order and rows that refer to them by place.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OpenRows {
    logs: Vec<LogKey>,
    series: Vec<SeriesKey>,
    attributes: Vec<Attributes>,
    entries: Entries,
    outside: u64,
}

impl OpenRows {
    /// Returns the first minute that has a row.
    pub(crate) fn earliest(&self) -> Option<Minute> {
        self.entries.earliest()
    }
}
