//! [`OpenMinutes`]: the minutes that may still change, and what became of each event.

use serde::{Deserialize, Serialize};

use crate::{
    counts::PartialCounts,
    event::Event,
    sealed::{self, Rows, SealedCounts},
    selection::Selection,
    time::Watermark,
};

/// What became of an observed event.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Disposition {
    /// It counts for a series, unless it turns out to be a repeat when its minute is sealed.
    Counted,
    /// It came after its minute was sealed and is left out.
    Late,
    /// It counts for no series.
    NotSelected,
}

/// How many events ended where; each ends in exactly one number.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Stats {
    /// Events that count for a series, in sealed minutes.
    pub counted: u64,
    /// Events that count for no series, in sealed minutes or outside the span looked at.
    pub not_selected: u64,
    /// Repeated deliveries of events in sealed minutes.
    pub duplicates: u64,
    /// Events that came after their minute was sealed.
    pub late: u64,
    /// Events in minutes that are still open.
    pub open: u64,
}

/// The minutes at and after the watermark.
///
/// It takes events and partial counts in any order and gives sealed minutes away. The engine
/// has one; a program that only counts can use it on its own.
#[derive(Clone, Debug)]
pub struct OpenMinutes {
    pub(crate) selection: Selection,
    pub(crate) counts: PartialCounts,
    pub(crate) watermark: Watermark,
    pub(crate) stats: Stats,
}

impl OpenMinutes {
    /// Returns open minutes without events, of which none is sealed.
    #[must_use]
    pub fn new(selection: Selection) -> Self {
        Self {
            selection,
            counts: PartialCounts::default(),
            watermark: Watermark::START,
            stats: Stats::default(),
        }
    }

    /// Counts an event.
    pub fn observe(&mut self, event: &Event<'_>) -> Disposition {
        let minute = event.minute();
        if !self.selection.spans(minute) {
            self.stats.not_selected = self.stats.not_selected.saturating_add(1);
            Disposition::NotSelected
        } else if minute < self.watermark.minute() {
            self.stats.late = self.stats.late.saturating_add(1);
            Disposition::Late
        } else if self.counts.record_selected(event, &self.selection) {
            Disposition::Counted
        } else {
            Disposition::NotSelected
        }
    }

    /// Adds counts made elsewhere; what lies before the watermark is late.
    pub fn merge(&mut self, mut counts: PartialCounts) {
        let outside = counts.take_outside();
        self.stats.not_selected = self.stats.not_selected.saturating_add(outside);
        let late = counts.split_before(self.watermark).events();
        self.stats.late = self.stats.late.saturating_add(late);
        self.counts.merge(counts);
    }

    /// Seals the minutes before `watermark` and returns their counts.
    ///
    /// An event whose id was delivered with one of these minutes already is dropped from the
    /// minutes that stay open; after that the ids of sealed minutes are forgotten.
    ///
    /// The watermark never moves back: an earlier one seals nothing.
    #[must_use]
    pub fn seal(&mut self, watermark: Watermark) -> SealedCounts {
        if watermark <= self.watermark {
            return SealedCounts::default();
        }
        self.watermark = watermark;
        let earlier = self.counts.split_before(self.watermark);
        let repeats = self.counts.drop_repeats(&earlier);
        let sealed = earlier.seal();
        let stats = &mut self.stats;
        stats.counted = stats.counted.saturating_add(sealed.counted());
        stats.not_selected = stats.not_selected.saturating_add(sealed.not_selected());
        stats.duplicates = stats.duplicates.saturating_add(sealed.duplicates() + repeats);
        sealed
    }

    /// Moves the watermark past minutes that were sealed elsewhere; `rows` are theirs.
    pub(crate) fn take(&mut self, rows: &Rows<'_>, watermark: Watermark) {
        self.watermark = self.watermark.max(watermark);
        let late = self.counts.split_before(self.watermark).events();
        let stats = &mut self.stats;
        stats.late = stats.late.saturating_add(late);
        stats.counted = stats.counted.saturating_add(sealed::counted(rows.activity));
        stats.not_selected = stats.not_selected.saturating_add(sealed::passed_over(rows.activity));
    }

    /// Returns the watermark.
    #[must_use]
    pub const fn watermark(&self) -> Watermark {
        self.watermark
    }

    /// Returns how many events ended where.
    #[must_use]
    pub fn stats(&self) -> Stats {
        Stats { open: self.counts.events(), ..self.stats }
    }
}
