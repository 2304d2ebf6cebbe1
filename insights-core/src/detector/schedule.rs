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

/// What came at which time of day: what of that is alike is only found out when it is asked for.
#[derive(Clone, Debug, Default)]
pub(super) struct Schedule {
    /// The comparable days, and the one to judge.
    days: Vec<usize>,
    today: usize,
    /// By window from five minutes on.
    windows: [Ends; 4],
}

/// The bursts of one length.
#[derive(Clone, Debug, Default)]
struct Ends {
    /// The sums that they end with on comparable days, in order, and the calls above the expected
    /// ones.
    ends: Vec<(u32, f32)>,
    /// The share of days that must have one near a time of day.
    least_share: f64,
}

impl Schedule {
    pub(super) fn new(past: &Past, peaks: &Peaks) -> Self {
        if peaks.is_empty() {
            return Self::default();
        }
        let days = comparable_days(past);
        let windows = [0, 1, 2, 3].map(|k| Ends {
            ends: ends_near(&days, &peaks.ends[k]),
            least_share: ABOVE_CHANCE * peaks.covered(k, past),
        });
        Self { days, today: past.days(), windows }
    }

    /// Returns how many windows a day are expected with as many calls above the expected ones,
    /// by what ended at the time of day of `now` before.
    pub(super) fn as_large(&self, window: Minutes, now: Minute, excess: f64) -> f64 {
        let k = WINDOWS[1..].iter().position(|&w| window <= w).unwrap_or(3);
        let slot = (now.since(now.midnight()).count() / 5) as usize;
        let at = |slot: usize| self.at(k, slot % SLOTS);
        let likely = |(sizes, share): (Sizes, f64)| share * sizes.upper(excess);
        let moved = |slot| {
            let usual = at(slot).filter(|(_, share)| *share >= MOST_DAYS);
            MOVED * usual.map_or(0.0, likely)
        };
        let here = at(slot).map_or(0.0, likely);
        if here >= MOVED {
            return here;
        }
        here.max(moved(slot + SLOTS - HOUR)).max(moved(slot + HOUR))
    }

    /// Returns the sizes of the bursts that ended within ten minutes of a time of day, and the
    /// share of days that had one, if it came more often than by chance.
    fn at(&self, k: usize, slot: usize) -> Option<(Sizes, f64)> {
        let Ends { ends, least_share } = &self.windows[k];
        if ends.is_empty() {
            return None;
        }
        let highest = |day: &usize| {
            let sum = day * SLOTS + slot;
            let first = ends.partition_point(|&(end, _)| end as usize + NEAR < sum);
            let near = ends[first..].iter().take_while(|&&(end, _)| end as usize <= sum + NEAR);
            f64::from(near.map(|&(_, excess)| excess).fold(0.0, f32::max))
        };
        let mut recurs = false;
        let mut sizes = Vec::new();
        for day in &self.days {
            let size = highest(day);
            if size > 0.0 {
                recurs |= !sizes.is_empty() || tells_alone(self.today - day);
                sizes.push(size);
            }
        }
        let share = sizes.len() as f64 / self.days.len() as f64;
        (recurs && share > *least_share).then(|| (Sizes::of_runs(&sizes), share))
    }
}

/// Returns the ends of windows that are near a time of these days.
fn ends_near(days: &[usize], ends: &[(usize, f32)]) -> Vec<(u32, f32)> {
    let mut near = Vec::new();
    let mut rest = ends;
    for day in days {
        let place = |sum: usize| rest.partition_point(|&(end, _)| end < sum);
        let (from, to) =
            (place((day * SLOTS).saturating_sub(NEAR)), place((day + 1) * SLOTS + NEAR));
        near.extend(
            rest[from..to]
                .iter()
                .map(|&(end, excess)| (u32::try_from(end).unwrap_or(u32::MAX), excess)),
        );
        rest = &rest[to..];
    }
    near
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

/// Returns whether a burst so many days ago may be the first of a job's: a daily, weekly or monthly
/// one. A single one on any other day is a coincidence.
const fn tells_alone(apart: usize) -> bool {
    apart == 1 || apart.is_multiple_of(7) || apart >= MONTH
}

fn same_day_of_month(a: Minute, b: Minute) -> bool {
    let last = |minute: Minute| (minute + Minutes::days(1)).instant().day() == 1;
    a.instant().day() == b.instant().day() || (last(a) && last(b))
}
