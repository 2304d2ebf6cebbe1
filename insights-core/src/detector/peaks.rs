//! [`Peaks`]: the windows of the past that held a burst.

use super::{WINDOWS, dispersion::Dispersion, hours::Hours, past::Past};
use crate::{history::History, time::Minutes};

/// The least calls of a burst, and the least factor by which it is above what is expected.
const CALLS: f64 = 3.0;
const CHANGE: f64 = 1.3;
/// What was reported was that much above what was expected.
const REPORTED_CHANGE: f64 = 1.8;
/// Windows that end so many sums of five minutes apart, or closer, hold the same burst.
const APART: usize = 12;
/// A burst is above what is ordinary by so many calls at least.
const LEAST_OVER: f64 = 0.1;

/// The windows that hold a burst, by window of [`WINDOWS`].
pub(super) struct Peaks {
    /// From five minutes on: the calls above the expected ones in the window that ends with each
    /// sum if that is a burst, and 0 elsewhere; empty if there is none.
    ends: [Vec<f32>; 4],
    /// The bursts, each once.
    pub(super) bursts: [Vec<Burst>; 5],
}

/// A burst of the past.
#[derive(Clone, Copy)]
pub(super) struct Burst {
    /// The last sum of five minutes it reaches.
    end: usize,
    /// The most calls of a window above what is ordinary there.
    pub(super) over: f64,
    pub(super) reported: bool,
    pub(super) scheduled: bool,
}

impl Peaks {
    pub(super) fn new(
        history: &History<'_>,
        past: &Past,
        hours: &Hours,
        dispersion: &Dispersion,
    ) -> Self {
        let mut peaks = Self { ends: Default::default(), bursts: Default::default() };
        let from = past.minute(past.birth).max(history.until - history.reach);
        for &(minute, count) in history.baseline.range(from..history.until.five()) {
            let end = past.index(minute);
            let calls = f64::from(count) * history.level(minute);
            let held = Window { calls, expected: hours.expected[end / 12] };
            if held.could_be_burst() {
                let over = held.over(WINDOWS[0], dispersion);
                let (reported, scheduled) = (past.reported[end], past.scheduled[end]);
                if over > 0.0 || (reported && held.is_reportable()) {
                    let over = over.max(LEAST_OVER);
                    note(&mut peaks.bursts[0], Burst { end, over, reported, scheduled }, APART);
                }
            }
        }
        for k in 0..4 {
            peaks.slide(k, past, hours, dispersion);
        }
        peaks
    }

    /// Looks at all windows of a length.
    fn slide(&mut self, k: usize, past: &Past, hours: &Hours, dispersion: &Dispersion) {
        let window = WINDOWS[k + 1];
        let width = (window.count() / 5) as usize;
        let mut ends = Vec::new();
        for i in past.birth..past.len() {
            let first = (i + 1).saturating_sub(width).max(past.birth);
            // Sums are aligned and windows are not: one sum more holds any window.
            let earlier = first.saturating_sub(1).max(past.birth);
            let wider = Window {
                calls: past.between(earlier, i + 1),
                expected: hours.expected_between(earlier, i + 1),
            };
            if past.calls[i] > 0.0 && !wider.could_be_burst() {
                continue;
            }
            #[expect(clippy::cast_possible_truncation, reason = "sums are kept as f32")]
            let excess = (wider.calls - wider.expected) as f32;
            if past.calls[i] == 0.0 {
                // A burst stays in the windows after it.
                if i > 0 && ends.get(i - 1).is_some_and(|&before| before > 0.0) {
                    ends[i] = excess.max(0.0);
                }
                continue;
            }
            let held = Window {
                calls: past.between(first, i + 1),
                expected: hours.expected_between(first, i + 1),
            };
            let span = first..i + 1;
            let reported = past.reported[span.clone()].contains(&true);
            let over = held.over(window, dispersion);
            let is_burst =
                held.could_be_burst() && (over > 0.0 || (reported && held.is_reportable()));
            if is_burst || wider.over(window, dispersion) > 0.0 {
                if ends.is_empty() {
                    ends = vec![0.0; past.len()];
                }
                ends[i] = excess;
            }
            if is_burst {
                let scheduled = past.scheduled[span].contains(&true);
                let over = over.max(LEAST_OVER);
                let burst = Burst { end: i, over, reported, scheduled };
                note(&mut self.bursts[k + 1], burst, width.max(APART));
            }
        }
        self.ends[k] = ends;
    }

    /// Returns whether no window holds a burst.
    pub(super) fn is_empty(&self) -> bool {
        self.bursts.iter().all(Vec::is_empty)
    }

    /// Returns whether no window of the length holds a burst.
    pub(super) fn none_of(&self, k: usize) -> bool {
        self.ends[k].is_empty()
    }

    /// Returns the share of all times that lie within ten minutes of a burst that follows no
    /// schedule.
    pub(super) fn covered(&self, k: usize, past: &Past) -> f64 {
        let width = f64::from(WINDOWS[k + 1].count() / 5);
        let bursts = self.bursts[k + 1].iter().filter(|burst| !burst.scheduled).count() as f64;
        bursts * (width + 4.0) / (past.len() - past.birth).max(1) as f64
    }

    /// Returns the calls above the expected ones of the highest burst window that ends within
    /// ten minutes of a sum.
    pub(super) fn near(&self, k: usize, end: usize) -> f64 {
        let ends = &self.ends[k];
        let from = end.saturating_sub(2).min(ends.len());
        let to = (end + 3).min(ends.len());
        f64::from(ends[from..to].iter().copied().fold(0.0, f32::max))
    }
}

/// What a window held.
#[derive(Clone, Copy)]
struct Window {
    calls: f64,
    expected: f64,
}

impl Window {
    fn could_be_burst(&self) -> bool {
        self.calls >= CALLS && self.calls >= CHANGE * self.expected
    }

    /// Returns whether it was large enough when it was reported, whatever is ordinary by now.
    fn is_reportable(&self) -> bool {
        self.calls >= REPORTED_CHANGE * self.expected
    }

    /// Returns the calls above what is ordinary.
    fn over(&self, window: Minutes, dispersion: &Dispersion) -> f64 {
        self.calls - self.expected - dispersion.ordinary(window, self.expected)
    }
}

/// Adds a burst, or joins it with the last one if that is near.
fn note(bursts: &mut Vec<Burst>, burst: Burst, apart: usize) {
    match bursts.last_mut() {
        Some(last) if burst.end - last.end <= apart => {
            last.end = burst.end;
            last.over = last.over.max(burst.over);
            last.reported |= burst.reported;
            last.scheduled |= burst.scheduled;
        }
        _ => bursts.push(burst),
    }
}
