//! [`Bursts`]: how large the bursts of a series are, whenever they come.
//!
//! A burst that recurs in size is normal at any time: a deployment, a person at work, a job
//! that wanders through the day. So the calls above what is ordinary are compared with those of
//! the earlier bursts (peaks over a threshold, Pickands 1975). How much the earlier ones differ
//! tells how far beyond them a burst has to be.

use super::{
    WINDOWS,
    dispersion::Dispersion,
    past::{Past, SLOTS},
    peaks::Peaks,
    sizes::Sizes,
};
use crate::time::Minutes;

/// Of what was reported, so many are incidents; what was reported more often recurs.
const INCIDENTS: usize = 2;
/// Before anything is known bursts are taken to be above what is ordinary by that share of it,
/// as if so many had been seen.
const PRIOR_SHARE: f64 = 0.15;
const PRIOR_BURSTS: f64 = 5.0;
/// A series with fewer expected calls a minute has bursts that stand alone: one may well come
/// faster, in a window shorter by so many steps, than before.
pub(super) const SPARSE: f64 = 1.0 / 15.0;
const FASTER: usize = 2;
/// Such a series may have bursts that have not shown themselves yet: so many a day, above what is
/// ordinary by so many calls on average.
const UNSEEN: f64 = 2e-5;
const UNSEEN_SIZE: f64 = 4.0;
/// The same in a wave.
const IN_WAVE: f64 = 1.0;
/// Single minutes are known for a week only.
const DAYS_OF_MINUTES: f64 = 7.0;

/// The bursts that follow no schedule, by window of [`WINDOWS`].
#[derive(Clone, Debug, Default)]
pub(super) struct Bursts {
    windows: [Sizes; 5],
    days: f64,
    sparse: bool,
}

impl Bursts {
    pub(super) fn new(past: &Past, peaks: &Peaks, rate: f64, dispersion: &Dispersion) -> Self {
        let mut windows = [Sizes::default(); 5];
        for ((sizes, bursts), window) in windows.iter_mut().zip(&peaks.bursts).zip(WINDOWS) {
            let reported = bursts.iter().filter(|burst| burst.reported);
            let mut over: Vec<f64> = reported.map(|burst| burst.over).collect();
            over.sort_by(f64::total_cmp);
            over.truncate(over.len().saturating_sub(INCIDENTS));
            let others = bursts.iter().filter(|burst| !burst.reported && !burst.scheduled);
            over.extend(others.map(|burst| burst.over));
            let ordinary = dispersion.ordinary(window, rate * f64::from(window.count()));
            *sizes = Sizes::of_bursts(&over, PRIOR_SHARE * ordinary, PRIOR_BURSTS);
        }
        let days = (past.len() - past.birth) as f64 / SLOTS as f64;
        Self { windows, days, sparse: rate < SPARSE }
    }

    /// Returns how many bursts a day are expected with at least so many calls above what is
    /// ordinary in a window.
    ///
    /// In a wave of rare series one is expected even if the series has had none.
    pub(super) fn as_large(&self, window: Minutes, over: f64, in_wave: bool) -> f64 {
        let own = WINDOWS.iter().position(|&w| window <= w).unwrap_or(4);
        let last = if self.sparse { (own + FASTER).min(4) } else { own };
        let expected = |k: usize| {
            let days = if k == 0 { self.days.min(DAYS_OF_MINUTES) } else { self.days };
            self.windows[k].n / days.max(1.0) * self.windows[k].upper(over)
        };
        let often = if in_wave { IN_WAVE } else { UNSEEN };
        let unseen = if self.sparse { often * (-over.max(0.0) / UNSEEN_SIZE).exp() } else { 0.0 };
        (own..=last).map(expected).fold(unseen, f64::max)
    }
}
