//! [`RateDetector`]: what a series did before against what it does now.
//!
//! `docs/detection.md` has the whole method. In short: a window is unusual if no explanation
//! makes it likely. Each says how many windows like it are expected a day: chance, given the
//! expected rate and how much the series varies ([`profile`](super::profile),
//! [`dispersion`](super::dispersion)); the habit of the series, its bursts and lows whenever they
//! come ([`bursts`](super::bursts), [`lows`](super::lows)); and the time of day
//! ([`schedule`](super::schedule)). The score is −log10 of their sum.

use serde::{Deserialize, Serialize};

use super::{
    Circumstances, Course, Detector, Direction, Evidence, Verdict,
    bursts::Bursts,
    dispersion::Dispersion,
    hours::Hours,
    look::Look,
    lows::Lows,
    past::{Past, SLOTS},
    peaks::Peaks,
    profile::Profile,
    runs::Runs,
    schedule::Schedule,
};
use crate::{
    baseline::Recent,
    history::History,
    time::{Minute, Minutes},
};

/// A younger series has no pattern yet.
pub(super) const PATTERNED: usize = 3 * SLOTS;
/// The evidence that ends an episode, in nats: odds of about 3,000 to 1, and as many times more as it
/// lasted longer than so many minutes. How strong a minute may speak, how much restless series are
/// tempered, and how far an episode's rate is from normal.
const END: f64 = 8.0;
const LASTED: f64 = 10.0;
const MOST_EVIDENCE: f64 = 20.0;
const TEMPER: (f64, f64) = (0.5, 20.0);
const RISEN: (f64, f64) = (1.5, 0.05);
const FALLEN: (f64, f64) = (0.01, 0.6);

/// Tests the calls of the last minutes against the past of their series.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct RateDetector {
    /// The score a finding needs: −log10 of how many windows like it are expected a day. The
    /// default is 4.5; [`Sensitivity`](crate::Sensitivity) names others.
    pub threshold: f64,
    /// The fewest calls in a window that can be a rise. The default is 3; CloudTrail's own
    /// detector fires at 2.
    pub least_calls: u32,
    /// The same for a series without a call in the last week. The default is 4; CloudTrail's own
    /// detector fires at 2.
    pub least_new_calls: u32,
    /// The least factor between observed and expected in five minutes; a shorter window needs a
    /// larger one, a longer window a smaller one. The default is 1.8: a busy series that grows by
    /// less is not reported, however certain that is.
    pub least_change: f64,
    /// The fewest calls in a window that can be a rise while the log is in its warm-up; they
    /// must also be ten times what is expected. The default is 100.
    pub warm_up_calls: u32,
}

impl Default for RateDetector {
    fn default() -> Self {
        Self {
            threshold: Self::MEDIUM,
            least_calls: 3,
            least_new_calls: 4,
            least_change: 1.8,
            warm_up_calls: 100,
        }
    }
}

impl RateDetector {
    /// The score a finding needs with each sensitivity; the medium one is the default.
    pub(crate) const LOW: f64 = 5.4;
    pub(crate) const MEDIUM: f64 = 4.5;
    pub(crate) const HIGH: f64 = 2.8;

    /// Returns the settings that fire on all of CloudTrail's published records.
    ///
    /// Two calls over an empty week are enough, and a fourfold change: theirs are at least
    /// 7.8-fold. On rare APIs that raises many Insights that mean little, as CloudTrail does.
    #[must_use]
    pub fn aws() -> Self {
        Self {
            threshold: 1.0,
            least_calls: 2,
            least_new_calls: 2,
            least_change: 4.0,
            ..Self::default()
        }
    }

    /// Returns the settings that fire only on what is worth waking somebody for: a higher threshold.
    ///
    /// More calls or a larger change at the least would not help: what is false is as large as
    /// what is true.
    #[must_use]
    pub fn quiet() -> Self {
        Self { threshold: 8.0, ..Self::default() }
    }
}

impl RateDetector {
    /// Returns the variance of the calls of a minute over their mean, at the mean rate of the last
    /// week: bursts and the runs of jobs left out, and the uncertainty of the mean added.
    #[must_use]
    pub fn variance_to_mean(&self, model: &Model) -> f64 {
        let mean = model.profile.mean;
        1.0 + model.dispersion.alpha(Minutes::new(1), mean) * mean
    }
}

/// What is normal for a series, by [`RateDetector`].
#[derive(Clone, Debug)]
pub struct Model {
    pub(super) profile: Profile,
    pub(super) dispersion: Dispersion,
    pub(super) bursts: Bursts,
    pub(super) schedule: Schedule,
    pub(super) runs: Runs,
    pub(super) lows: Lows,
    /// The calls of the last week.
    pub(super) calls: f64,
}

impl Detector for RateDetector {
    type Model = Model;

    fn fit(&self, history: &History<'_>) -> Model {
        let past = Past::new(history);
        let hours = Hours::new(&past, past.len() - past.birth >= PATTERNED);
        let dispersion = Dispersion::new(history, &past, &hours);
        let peaks = Peaks::new(history, &past, &hours, &dispersion);
        Model {
            profile: Profile::new(&hours),
            bursts: Bursts::new(&past, &peaks, hours.mean_rate(), &dispersion),
            schedule: Schedule::new(&past, &peaks),
            runs: Runs::new(&past, &hours),
            lows: Lows::new(&past, &hours),
            calls: hours.week_calls(),
            dispersion,
        }
    }

    fn judge(
        &self,
        model: &Model,
        recent: Recent<'_>,
        Circumstances { warm_up, in_wave }: Circumstances,
    ) -> Verdict {
        let look = Look::new(self, model, recent, in_wave);
        let finding = look.judge(warm_up);
        finding.map_or_else(|| Verdict::Normal { look_again: look.next_look() }, Verdict::Unusual)
    }

    fn weigh(&self, model: &Model, course: Course, minute: Minute, calls: u32) -> Evidence {
        let normal = model.profile.rate(minute);
        // The episode's own rate: as it was, or as far from normal as it was, if normal changes
        // with the hour.
        let mean = course.calls as f64 / f64::from(course.duration.count().max(1));
        let times = course.calls as f64 * 1e6 / (course.expected as f64).max(1.0);
        let own = match course.direction {
            Direction::Rise => mean.min(times * normal).max(RISEN.0 * normal).max(normal + RISEN.1),
            Direction::Fall => mean.max(times * normal).clamp(FALLEN.0 * normal, FALLEN.1 * normal),
        };
        // ln of Poisson(calls | normal rate) / Poisson(calls | the episode's rate), tempered by
        // how much more than Poisson the series varies.
        let ratio = own - normal - f64::from(calls) * (own / normal).ln();
        let temper = (1.0 + TEMPER.0 * model.dispersion.clumps()).min(TEMPER.1);
        Evidence::nats((ratio / temper).clamp(-MOST_EVIDENCE, MOST_EVIDENCE))
    }

    fn enough(&self, lasted: Minutes) -> Evidence {
        // The longer it lasted, the less likely it is to end in just this minute.
        Evidence::nats(END + (f64::from(lasted.count()) / LASTED).max(1.0).ln())
    }

    fn expected(&self, model: &Model, minute: Minute) -> f64 {
        model.profile.rate(minute)
    }
}
