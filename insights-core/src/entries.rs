//! [`Entries`]: what counts are held as, and the [`Keys`] their numbers stand for.

use std::mem;

use hashbrown::Equivalent;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    attribution::Attributes,
    event::Event,
    interner::Interner,
    series::{EventCategory, LogKey, SeriesKey, SeriesRef},
    time::{Minute, Minutes},
};

/// No series, where the number of one is expected.
pub(crate) const NONE: u32 = u32::MAX;

/// How many times the rows that there were, and how many rows, there is room for: the minutes to
/// come may have more of them, and growing takes time.
const MOST_ROOM: usize = 4;
const LEAST_ROOM: usize = 4_096;

/// A stream that waits for late events has no longer span open.
const BATCH: Minutes = Minutes::hours(1);

/// The values that the numbers in entries stand for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Keys {
    pub(crate) logs: Interner<LogKey>,
    pub(crate) series: Interner<SeriesKey>,
    pub(crate) attributes: Interner<Attributes>,
}

/// One delivery of an event that has an id.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
pub(crate) struct Sighting {
    pub(crate) minute: Minute,
    pub(crate) id: (u64, u64),
    pub(crate) log: u32,
    /// The series it is a call of, or `NONE`.
    pub(crate) call: u32,
    /// The series it is a failure of, or `NONE`.
    pub(crate) failure: u32,
    /// The attributes, or `NONE` for an event that counts for no series.
    pub(crate) attributes: u32,
}

/// The calls of one series and minute with the same attributes.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
pub(crate) struct Cell {
    pub(crate) minute: Minute,
    pub(crate) series: u32,
    pub(crate) attributes: u32,
    pub(crate) count: u32,
}

/// That a log was alive in a minute, and the events that show it, if any.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
pub(crate) struct Activity {
    pub(crate) minute: Minute,
    pub(crate) log: u32,
    /// Events that count for a series.
    pub(crate) counted: u32,
    /// Events that count for none.
    pub(crate) passed_over: u32,
}

/// Counts as flat rows: pushing is cheap, and rows for the same thing are joined by sorting.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Entries {
    pub(crate) sightings: Vec<Sighting>,
    pub(crate) cells: Vec<Cell>,
    pub(crate) activity: Vec<Activity>,
    /// The number of rows that were left when rows were last joined.
    #[serde(skip)]
    joined: usize,
}

impl Entries {
    pub(crate) fn len(&self) -> usize {
        self.sightings.len() + self.cells.len() + self.activity.len()
    }

    /// Counts one event.
    pub(crate) fn count(&mut self, event: &Sighting) {
        let Sighting { minute, log, call, failure, attributes, .. } = *event;
        let counted = u32::from(call != NONE || failure != NONE);
        self.activity.push(Activity { minute, log, counted, passed_over: 1 - counted });
        for series in [call, failure] {
            if series != NONE {
                self.cells.push(Cell { minute, series, attributes, count: 1 });
            }
        }
    }

    /// Takes note that a log was alive. Rows of a table often tell it of the same minute in a row.
    pub(crate) fn live(&mut self, life: Activity) {
        match self.activity.last_mut() {
            Some(last) if (last.minute, last.log) == (life.minute, life.log) => {
                last.counted = last.counted.saturating_add(life.counted);
                last.passed_over = last.passed_over.saturating_add(life.passed_over);
            }
            _ => self.activity.push(life),
        }
    }

    pub(crate) fn append(&mut self, mut other: Self) {
        self.sightings.append(&mut other.sightings);
        self.cells.append(&mut other.cells);
        self.activity.append(&mut other.activity);
        self.join_when_doubled();
    }

    /// Takes out the rows before `minute`. In a stream their room stays for the rows to come; the
    /// rows of hours are a batch, and take it with them.
    pub(crate) fn split_before(&mut self, minute: Minute) -> Self {
        let is_batch = self.earliest().is_some_and(|earliest| minute.since(earliest) > BATCH);
        let [sighted, apart] =
            [LEAST_ROOM, self.most_apart()].map(|room| (!is_batch).then_some(room));
        Self {
            sightings: take(&mut self.sightings, |row| row.minute < minute, sighted),
            cells: take(&mut self.cells, |row| row.minute < minute, apart),
            activity: take(&mut self.activity, |row| row.minute < minute, apart),
            joined: 0,
        }
    }

    /// Returns the rows with their keys entered into `to`.
    pub(crate) fn renumbered(mut self, from: &Keys, to: &mut Keys) -> Self {
        let mut logs = Renumbering::new(&from.logs);
        let mut series = Renumbering::new(&from.series);
        let mut attributes = Renumbering::new(&from.attributes);
        for row in &mut self.sightings {
            row.log = logs.map(row.log, &mut to.logs);
            row.call = series.map(row.call, &mut to.series);
            row.failure = series.map(row.failure, &mut to.series);
            row.attributes = attributes.map(row.attributes, &mut to.attributes);
        }
        for row in &mut self.cells {
            row.series = series.map(row.series, &mut to.series);
            row.attributes = attributes.map(row.attributes, &mut to.attributes);
        }
        for row in &mut self.activity {
            row.log = logs.map(row.log, &mut to.logs);
        }
        self
    }

    /// Turns sightings into counts, one for each event, and returns how many were repeats.
    pub(crate) fn settle(&mut self, keys: &Keys) -> u64 {
        let mut sightings = mem::take(&mut self.sightings);
        let mut repeats = 0;
        sightings.sort_unstable_by_key(|row| row.id);
        for same_id in sightings.chunk_by_mut(|a, b| a.id == b.id) {
            if same_id.len() > 1 {
                // Deliveries that differ are told by their content and not by who came first.
                same_id.sort_by(|a, b| keys.content(a).cmp(&keys.content(b)));
            }
            for event in same_id.chunk_by(|a, b| keys.account(a) == keys.account(b)) {
                self.count(&event[0]);
                repeats += event.len() as u64 - 1;
            }
        }
        self.join();
        repeats
    }

    /// Joins rows once there are twice as many as were left the last time, so that memory
    /// follows the distinct rows and the time spent stays proportional to the rows added.
    pub(crate) fn join_when_doubled(&mut self) {
        if self.cells.len() + self.activity.len() > self.most_apart() {
            self.join();
        }
    }

    /// Returns how many rows there may be before they are joined.
    fn most_apart(&self) -> usize {
        2 * self.joined + LEAST_ROOM
    }

    /// Puts the rows in order.
    pub(crate) fn order(&mut self) {
        self.join();
        self.sightings.sort_unstable();
    }

    /// Returns the first minute that has a row.
    pub(crate) fn earliest(&self) -> Option<Minute> {
        let sightings = self.sightings.iter().map(|row| row.minute);
        let cells = self.cells.iter().map(|row| row.minute);
        sightings.chain(cells).chain(self.activity.iter().map(|row| row.minute)).min()
    }

    /// Returns whether all numbers are below those of logs, series and attributes.
    pub(crate) fn refer_within(&self, [logs, series, attributes]: [usize; 3]) -> bool {
        let below = |id: u32, length: usize| (id as usize) < length;
        let optional = |id: u32, length: usize| id == NONE || below(id, length);
        self.sightings.iter().all(|row| {
            let counts = row.call != NONE || row.failure != NONE;
            below(row.log, logs)
                && optional(row.call, series)
                && optional(row.failure, series)
                && optional(row.attributes, attributes)
                && counts == (row.attributes != NONE)
        }) && self
            .cells
            .iter()
            .all(|row| below(row.series, series) && below(row.attributes, attributes))
            && self.activity.iter().all(|row| below(row.log, logs))
    }

    fn join(&mut self) {
        // One number is compared sooner than three.
        self.cells.sort_unstable_by_key(|row| {
            u128::from(row.minute.since_epoch()) << 64
                | u128::from(row.series) << 32
                | u128::from(row.attributes)
        });
        self.cells.dedup_by(|row, kept| {
            let same = (kept.minute, kept.series, kept.attributes)
                == (row.minute, row.series, row.attributes);
            if same {
                kept.count = kept.count.saturating_add(row.count);
            }
            same
        });
        self.activity.sort_unstable_by_key(|row| (row.minute, row.log));
        self.activity.dedup_by(|row, kept| {
            let same = (kept.minute, kept.log) == (row.minute, row.log);
            if same {
                kept.counted = kept.counted.saturating_add(row.counted);
                kept.passed_over = kept.passed_over.saturating_add(row.passed_over);
            }
            same
        });
        self.joined = self.cells.len() + self.activity.len();
    }
}

impl Keys {
    /// Returns keys that have the numbers of their places.
    pub(crate) fn of(logs: &[LogKey], series: &[SeriesKey], attributes: &[Attributes]) -> Self {
        Self {
            logs: Interner::of(logs),
            series: Interner::of(series),
            attributes: Interner::of(attributes),
        }
    }

    /// Returns how many logs, series and attributes there are.
    pub(crate) fn lengths(&self) -> [usize; 3] {
        [self.logs.values().len(), self.series.values().len(), self.attributes.values().len()]
    }

    /// Returns the account that received an event.
    pub(crate) fn account(&self, row: &Sighting) -> &str {
        &self.logs.get(row.log).account_id
    }

    /// Returns what a sighting says, account and time first, as values that can be put in order.
    fn content(&self, row: &Sighting) -> impl Ord + '_ {
        let series = |id| (id != NONE).then(|| self.series.get(id));
        let attributes = (row.attributes != NONE).then(|| self.attributes.get(row.attributes));
        let log = self.logs.get(row.log);
        (self.account(row), row.minute, log, series(row.call), series(row.failure), attributes)
    }
}

/// New numbers for old ones, given out as they are met.
struct Renumbering<'a, T> {
    from: &'a Interner<T>,
    numbers: Vec<u32>,
}

impl<'a, T: Clone + Eq + std::hash::Hash> Renumbering<'a, T> {
    fn new(from: &'a Interner<T>) -> Self {
        Self { from, numbers: vec![NONE; from.values().len()] }
    }

    fn map(&mut self, id: u32, to: &mut Interner<T>) -> u32 {
        if id == NONE {
            return NONE;
        }
        let number = &mut self.numbers[id as usize];
        if *number == NONE {
            *number = to.intern_owned(self.from.get(id));
        }
        *number
    }
}

/// Takes some rows out, often all: then nothing is copied, unless room is to be kept.
///
/// What is kept is no more than `room`, or than several times as many rows as there were take.
fn take<T>(rows: &mut Vec<T>, is_taken: impl Fn(&T) -> bool, room: Option<usize>) -> Vec<T> {
    let most = room.map(|room| room.max(MOST_ROOM * rows.len()));
    let taken = if !rows.iter().all(&is_taken) {
        rows.extract_if(.., |row| is_taken(row)).collect()
    } else if room.is_some() {
        rows.split_off(0)
    } else {
        mem::take(rows)
    };
    if let Some(most) = most {
        rows.shrink_to(most);
    }
    taken
}

/// Returns the 128 bits that stand for an event id: those of a UUID, else a hash of the text.
pub(crate) fn identity(id: &str) -> (u64, u64) {
    Uuid::try_parse(id)
        .unwrap_or_else(|_| Uuid::new_v5(&Uuid::NAMESPACE_OID, id.as_bytes()))
        .as_u64_pair()
}

/// A [`LogKey`] still borrowed from an event; hashes alike.
#[derive(Hash)]
pub(crate) struct LogRef<'a> {
    account_id: &'a str,
    region: &'a str,
    category: EventCategory,
}

impl<'a> LogRef<'a> {
    pub(crate) fn of(event: &Event<'a>) -> Self {
        Self { account_id: event.account_id, region: event.region, category: event.category }
    }

    pub(crate) fn of_series(series: &SeriesRef<'a>) -> Self {
        Self { account_id: series.account_id, region: series.region, category: series.category }
    }

    pub(crate) fn own(&self) -> LogKey {
        LogKey {
            account_id: self.account_id.into(),
            region: self.region.into(),
            category: self.category,
        }
    }
}

impl Equivalent<LogKey> for LogRef<'_> {
    fn equivalent(&self, key: &LogKey) -> bool {
        *self.account_id == *key.account_id
            && *self.region == *key.region
            && self.category == key.category
    }
}
