//! [`Episode`]: one span of unusual minutes, from its start to the proof that it is over.

use serde::{Deserialize, Serialize};

use crate::{
    detector::{Course, Detector, Direction, Evidence, Missed},
    time::{Minute, Minutes},
};

/// An open episode: whole numbers only, so that it can stop and resume anywhere.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(crate) struct Episode {
    pub(crate) direction: Direction,
    /// The first unusual minute.
    pub(crate) start: Minute,
    /// The minute whose sealing opened the episode.
    pub(crate) detected_at: Minute,
    /// Whether its Start was returned.
    pub(crate) announced: bool,
    /// The unusual minutes up to the last one, those long ago faded.
    minutes: u32,
    /// The calls in these minutes.
    calls: u64,
    /// The calls expected in these minutes, in millionths.
    expected: u64,
    /// The first of the minutes that speak for an end, and the calls and expected calls since.
    quiet: Option<(Minute, u64, u64)>,
    /// What these minutes say.
    over: Evidence,
    /// The start of the first of the episodes that followed each other closely up to this one.
    pub(crate) chain: Minute,
    /// The run that failed, where that is what the episode is about.
    pub(crate) missed: Option<Missed>,
    /// Whether it was opened in a wave.
    pub(crate) in_wave: bool,
}

impl Episode {
    /// Returns an episode of which no minute has been followed yet.
    pub(crate) const fn new(direction: Direction, start: Minute, detected_at: Minute) -> Self {
        Self {
            direction,
            start,
            detected_at,
            announced: false,
            minutes: 0,
            calls: 0,
            expected: 0,
            quiet: None,
            over: Evidence::NONE,
            chain: start,
            missed: None,
            in_wave: false,
        }
    }

    /// Follows the episode through the next minute.
    pub(crate) fn follow<D: Detector>(
        &mut self,
        detector: &D,
        model: &D::Model,
        minute: Minute,
        calls: u32,
    ) {
        let one = Minutes::new(1);
        let x = u64::from(calls);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped")]
        let mean = (detector.expected(model, minute).clamp(0.0, 1e9) * 1e6).round() as u64;
        let own = if self.quiet.is_some() {
            (self.minutes, self.calls, self.expected)
        } else {
            // A first minute in doubt still belongs to the episode.
            (
                self.minutes.saturating_add(1),
                self.calls.saturating_add(x),
                self.expected.saturating_add(mean),
            )
        };
        let course = Course {
            direction: self.direction,
            duration: Minutes::new(own.0),
            calls: own.1,
            expected: own.2,
        };
        let since = self.quiet.map_or((minute, x, mean), |(since, calls, means)| {
            (since, calls.saturating_add(x), means.saturating_add(mean))
        });
        self.over = self.over.gather(detector.weigh(model, course, minute, calls));
        if self.over > Evidence::NONE && since.0 > self.start {
            self.quiet = Some(since);
        } else {
            // The episode explains its minutes best: all of them, the ones in doubt included.
            self.over = Evidence::NONE;
            let minutes = (minute + one).since(since.0).count();
            self.minutes = self.minutes.saturating_add(minutes);
            self.calls = self.calls.saturating_add(since.1);
            self.expected = self.expected.saturating_add(since.2);
            self.quiet = None;
            self.fade();
        }
    }

    /// Lets what is long ago count for less: a rate may change with the hours of a long episode.
    fn fade(&mut self) {
        if self.minutes >= FADES.count() {
            self.minutes /= 2;
            self.calls /= 2;
            self.expected /= 2;
        }
    }

    /// Returns the minute after the last unusual one, if `quiet` normal ones have proved it.
    pub(crate) fn end<D: Detector>(
        &self,
        now: Minute,
        detector: &D,
        quiet: Minutes,
    ) -> Option<Minute> {
        let (since, ..) = self.quiet?;
        let minutes = (now + Minutes::new(1)).since(since);
        let enough = detector.enough(since.since(self.start));
        (self.over >= enough && minutes >= quiet).then_some(since)
    }

    /// Returns the last of the minutes a Start averages over.
    pub(crate) fn opening_ends(&self) -> Minute {
        self.start + Minutes::new(OPENING.count() - 1)
    }
}

/// How many minutes speak for an episode's own rate: after so many, all so far count for half.
const FADES: Minutes = Minutes::hours(2);
/// The minutes a Start averages over, as in CloudTrail's records since 2020.
pub(crate) const OPENING: Minutes = Minutes::new(5);
