//! [`Schedule`]: the bursts that come at the same time of day.
//!
//! A burst is explained by those that came within ten minutes of its time of day on comparable
//! days: yesterday, the last two weeks' of the same kind (weekday or weekend), the same weekdays, the
//! same day of the month or its end. Their sizes say how large another may be.

use chrono::Datelike;

use super::{
    WINDOWS,
    past::{Past, SLOTS},
    peaks::Peaks,
    sizes::Sizes,
};
use crate::time::{Minute, Minutes};

/// Windows that end so many sums apart are near each other.
const NEAR: usize = 2;
/// The days of the same kind that are comparable.
const DAYS: usize = 14;
/// Days at least so far apart can be the same day of months.
const MONTH: usize = 28;
/// Bursts that come at any time come at this one too: it must have that many times its share.
const ABOVE_CHANCE: f64 = 2.0;
/// When clocks change a job in local time moves by an hour: one that came on most days may be
/// expected there too, though less.
const HOUR: usize = 12;
const MOST_DAYS: f64 = 0.5;
const MOVED: f64 = 0.1;

/// What is expected at which time of the day to judge.
#[derive(Clone, Debug, Default)]
pub(super) struct Schedule {
    slots: Vec<Slot>,
}

/// Bursts that ended within ten minutes of a time of day.
#[derive(Clone, Copy, Debug)]
struct Slot {
    /// The number of the sum in its day.
    slot: usize,
    /// By window from five minutes on: the sizes, and the share of days that had one.
    windows: [(Sizes, f64); 4],
}

impl Schedule {
    pub(super) fn new(past: &Past, peaks: &Peaks) -> Self {
        if peaks.is_empty() {
            return Self::default();
        }
        let days = comparable_days(past);
        let mut slots: Vec<Slot> = Vec::new();
        for (k, ends) in peaks.ends.iter().enumerate() {
            let least = ABOVE_CHANCE * peaks.covered(k, past);
            let counts = days_near(ends, &days);
            for (slot, &count) in counts.iter().enumerate() {
                let share = f64::from(count) / days.len() as f64;
                if count > 0 && share > least {
                    let near = days.iter().map(|day| highest_near(ends, day * SLOTS + slot));
                    let sizes: Vec<f64> = near.filter(|&size| size > 0.0).collect();
                    let mut windows = [(Sizes::default(), 0.0); 4];
                    windows[k] = (Sizes::of_runs(&sizes), share);
                    slots.push(Slot { slot, windows });
                }
            }
        }
        slots.sort_by_key(|slot| slot.slot);
        slots.dedup_by(|slot, kept| {
            let same = kept.slot == slot.slot;
            if same {
                for (kept, window) in kept.windows.iter_mut().zip(slot.windows) {
                    if window.0.n > 0.0 {
                        *kept = window;
                    }
                }
            }
            same
        });
        Self { slots }
    }

    /// Returns how many windows a day are expected with as many calls above the expected ones,
    /// by what ended at the time of day of `now` before.
    pub(super) fn as_large(&self, window: Minutes, now: Minute, excess: f64) -> f64 {
        if self.slots.is_empty() {
            return 0.0;
        }
        let k = WINDOWS[1..].iter().position(|&w| window <= w).unwrap_or(3);
        let slot = (now.since(now.midnight()).count() / 5) as usize;
        let at = |slot: usize| {
            let i = self.slots.binary_search_by_key(&(slot % SLOTS), |at| at.slot).ok()?;
            Some(self.slots[i].windows[k])
        };
        let likely = |(sizes, share): (Sizes, f64)| share * sizes.upper(excess);
        let moved = |slot| {
            let usual = at(slot).filter(|(_, share)| *share >= MOST_DAYS);
            MOVED * usual.map_or(0.0, likely)
        };
        let here = at(slot).map_or(0.0, likely);
        here.max(moved(slot + SLOTS - HOUR)).max(moved(slot + HOUR))
    }
}

/// Returns on how many days a burst window ended near each time of day.
fn days_near(ends: &[(usize, f32)], days: &[usize]) -> [u32; SLOTS] {
    let mut counts = [0; SLOTS];
    for day in days {
        let (mut next, midnight) = (day * SLOTS, (day + 1) * SLOTS);
        let first = ends.partition_point(|end| end.0 + NEAR < next);
        for &(end, _) in &ends[first..] {
            let near = next.max(end.saturating_sub(NEAR))..midnight.min(end + NEAR + 1);
            if near.start >= midnight {
                break;
            }
            next = near.end;
            for slot in near {
                counts[slot % SLOTS] += 1;
            }
        }
    }
    counts
}

/// Returns the calls above the expected ones of the highest burst window that ends near a sum.
fn highest_near(ends: &[(usize, f32)], sum: usize) -> f64 {
    let from = ends.partition_point(|end| end.0 + NEAR < sum);
    let near = ends[from..].iter().take_while(|end| end.0 <= sum + NEAR);
    f64::from(near.map(|end| end.1).fold(0.0, f32::max))
}

fn comparable_days(past: &Past) -> Vec<usize> {
    let today = past.days();
    let midnight = |day: usize| past.midnight(day);
    let comparable = |&day: &usize| {
        let apart = today - day;
        let of_kind = midnight(day).on_weekend() == midnight(today).on_weekend();
        (apart <= DAYS && of_kind)
            || apart == 1
            || apart.is_multiple_of(7)
            || (apart >= MONTH && same_day_of_month(midnight(day), midnight(today)))
    };
    (past.birth / SLOTS..today).filter(comparable).collect()
}

fn same_day_of_month(a: Minute, b: Minute) -> bool {
    let last = |minute: Minute| (minute + Minutes::days(1)).instant().day() == 1;
    a.instant().day() == b.instant().day() || (last(a) && last(b))
}
