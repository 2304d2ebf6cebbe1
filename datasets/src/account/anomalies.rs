//! Anomalies: what is done to the normal calls, and the labels that say so.
//!
//! Each is sized by what is normal for its series, and is labelled only if the calls of the
//! whole span are more, or fewer, than at about that time on all but few other days.

mod abuse;
mod failures;
mod falls;
mod levels;
mod rises;

use std::ops::Range;

use crate::account::Settings;
use crate::account::calendar::DAY;
use crate::account::history::History;
use crate::account::label::{Class, Label, Reason};
use crate::account::ledger::Ledger;
use crate::account::people::Person;
use crate::account::series::{Cell, Kind};
use crate::random::Random;

/// The days before the first anomaly.
pub(crate) const QUIET_DAYS: u32 = 8;
/// How often a place for an anomaly is looked for before there is one less of its class.
const TRIES: u32 = 4_000;
/// The most labels of one series.
const OF_A_SERIES: usize = 4;

/// Plans anomalies one after the other.
pub(crate) struct Planner<'a> {
    ledger: &'a mut Ledger,
    history: History,
    people: &'a [Person],
    gaps: &'a [Range<u32>],
    random: Random,
    settings: &'a Settings,
    labels: Vec<Label>,
    incident: u32,
    /// The calls added, which become part of the ledger in the end.
    added: Vec<(usize, Cell)>,
}

/// Calls to be added to a series: minutes and counts.
type Extra = Vec<(u32, u32)>;

/// Puts anomalies into the ledger and returns their labels.
pub(crate) fn plant(
    settings: &Settings,
    people: &[Person],
    gaps: &[Range<u32>],
    ledger: &mut Ledger,
) -> Vec<Label> {
    let history = History::new(settings.days, gaps, ledger);
    let random = Random::stream(settings.seed, "labels");
    let (labels, incident, added) = (Vec::new(), 0, Vec::new());
    let mut planner =
        Planner { ledger, history, people, gaps, random, settings, labels, incident, added };
    // Those that find a place with the most difficulty come first.
    for class in Class::ALL.into_iter().rev() {
        let count = settings.mix.labels(class, settings.days);
        let mut tries = 0;
        while planner.count(class) < count && tries < TRIES {
            planner.attempt(class);
            tries += 1;
        }
    }
    planner.finish()
}

impl Planner<'_> {
    fn attempt(&mut self, class: Class) {
        match class {
            Class::CredentialAbuse => self.abuse(),
            Class::Exfiltration => self.exfiltrate(),
            Class::RunawayLoop => self.run_away(),
            Class::ErrorStorm => self.storm(),
            Class::ThrottlingStorm => self.throttle(),
            Class::Spike => self.spike(),
            Class::RareBurst => self.burst(),
            Class::Doubling => self.double(),
            Class::Ramp => self.ramp(),
            Class::Staircase => self.climb(),
            Class::BesideJob => self.beside_job(),
            Class::MissingJob => self.miss_job(),
            Class::MissingRuns => self.miss_runs(),
            Class::Outage | Class::PartialOutage => self.fail(class),
        }
    }

    fn count(&self, class: Class) -> u32 {
        self.labels.iter().map(|label| u32::from(label.class == class)).sum()
    }

    /// Returns a span of this length at any time.
    fn span(&mut self, length: u32) -> Range<u32> {
        let start = self.random.between(QUIET_DAYS * DAY, self.settings.days * DAY);
        start..start + length
    }

    /// Returns any series that is fit.
    fn series(&mut self, is_fit: impl Fn(&Self, usize) -> bool) -> Option<usize> {
        let fit: Vec<usize> = (0..self.history.series()).filter(|&s| is_fit(self, s)).collect();
        (!fit.is_empty()).then(|| *self.random.pick(&fit))
    }

    /// Returns true if the calls of a series are of one of these kinds.
    fn is_of(&self, series: usize, kinds: &[Kind]) -> bool {
        kinds.contains(&self.ledger.drafts[series].kind())
    }

    /// Returns true if calls, and not failures, are counted.
    fn counts_calls(&self, series: usize) -> bool {
        self.ledger.drafts[series].code.is_none()
    }

    /// Returns true if a label would be alone: nothing else happens that would explain it.
    fn is_free(&self, series: usize, minutes: &Range<u32>) -> bool {
        let near = |other: &Range<u32>, before: u32, after: u32| {
            other.start < minutes.end + after && minutes.start < other.end + before
        };
        let own = self.labels.iter().filter(|label| label.series == series);
        let mut own = own.map(|label| &label.minutes);
        minutes.start >= QUIET_DAYS * DAY
            && minutes.end + 4 * 60 <= self.settings.days * DAY
            && !self.gaps.iter().any(|gap| near(gap, 4 * 60, 2 * 60))
            && !self
                .ledger
                .neutral
                .iter()
                .any(|neutral| neutral.series == series && near(&neutral.minutes, 2 * 60, 2 * 60))
            && self.labels.iter().filter(|label| label.series == series).count() < OF_A_SERIES
            && !own.any(|label| near(label, DAY, DAY))
    }

    /// Returns true if a series has no label near, which more or fewer calls would spoil.
    fn is_clear(&self, series: usize, minutes: &Range<u32>) -> bool {
        !self.labels.iter().any(|label| {
            label.series == series
                && label.minutes.start < minutes.end + 3 * 60
                && minutes.start < label.minutes.end + 3 * 60
        })
    }

    /// Returns the identity that usually makes most of the calls.
    fn usual_caller(&self, series: usize) -> u16 {
        let mut calls = vec![0_u64; self.ledger.identities.len()];
        for cell in &self.ledger.drafts[series].cells {
            calls[usize::from(cell.identity)] += u64::from(cell.count);
        }
        let most = (0_u16..).zip(&calls).max_by_key(|&(_, &calls)| calls);
        most.map_or(0, |(identity, _)| identity)
    }

    /// Returns the calls of a span with more of them.
    fn total_with(&self, series: usize, extra: &Extra) -> u32 {
        let Some(minutes) = span_of(extra) else { return 0 };
        let more: u32 = extra.iter().map(|&(_, count)| count).sum();
        self.history.total(series, &minutes) + more
    }

    /// Returns true if more calls would show and nothing is in their way.
    fn would_show(&self, series: usize, extra: &Extra, at_any_time: bool) -> bool {
        let Some(minutes) = span_of(extra) else { return false };
        let total = self.total_with(series, extra);
        self.is_free(series, &minutes)
            && self.history.is_much(series, &minutes, total)
            && (!at_any_time || self.history.is_seldom(series, &minutes, total))
    }

    /// Adds calls and labels them.
    fn raise(&mut self, class: Class, series: usize, extra: &Extra, identity: u16) {
        if let Some(minutes) = span_of(extra) {
            self.labels.push(Label { series, minutes, class, incident: self.incident });
            self.add(series, extra, identity);
        }
    }

    /// Adds calls that deserve no label where nobody should be blamed for seeing them.
    fn touch(&mut self, series: usize, extra: &Extra, identity: u16) {
        if let Some(minutes) = span_of(extra) {
            self.ledger.neutral(series, minutes.start..minutes.end + 30, Reason::Touched);
            self.add(series, extra, identity);
        }
    }

    fn add(&mut self, series: usize, extra: &Extra, identity: u16) {
        let cells = extra.iter().map(|&(minute, count)| Cell { minute, identity, count });
        self.added.extend(cells.map(|cell| (series, cell)));
    }

    fn finish(mut self) -> Vec<Label> {
        for (series, cell) in self.added {
            self.ledger.drafts[series].cells.push(cell);
        }
        for draft in &mut self.ledger.drafts {
            draft.cells.retain(|cell| cell.count > 0);
        }
        self.labels.sort_by_key(|label| (label.minutes.start, label.series));
        self.labels
    }
}

/// Returns the minutes from the first call to the last.
fn span_of(extra: &Extra) -> Option<Range<u32>> {
    let minutes = || extra.iter().filter(|(_, count)| *count > 0).map(|&(minute, _)| minute);
    Some(minutes().min()?..minutes().max()? + 1)
}
