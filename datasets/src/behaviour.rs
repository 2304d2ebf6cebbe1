//! How often an API is called in normal times.

/// The number of minutes in a day.
const DAY: f64 = 1440.0;

/// The normal behaviour of one API in one account and Region.
///
/// A behaviour says how many calls a minute is expected to have; [`Arrivals`] turns that into
/// calls. Daily and weekly rhythms would be further variants here.
///
/// [`Arrivals`]: crate::arrivals::Arrivals
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Behaviour {
    /// Independent calls at a constant rate, in calls per minute.
    Steady {
        /// The expected calls of a minute.
        per_minute: f64,
    },
    /// Single calls far apart, in calls per day.
    Sparse {
        /// The expected calls of a day.
        per_day: f64,
    },
}

impl Behaviour {
    /// The lowest rate of a steady API, in calls per minute: about 14 a day.
    pub(crate) const STEADY_FROM: f64 = 0.01;

    /// Returns the behaviour of an API with this many calls per minute on average.
    ///
    /// Rates too low for independent calls become sparse, with 0.4 to 12 calls a day.
    pub(crate) fn of_rate(per_minute: f64) -> Self {
        if per_minute >= Self::STEADY_FROM {
            Self::Steady { per_minute }
        } else {
            Self::Sparse { per_day: (per_minute * DAY).clamp(0.4, 12.0) }
        }
    }

    /// Returns the calls expected in one minute, counted from the start of the archive.
    pub(crate) fn expected(self, _minute: u32) -> f64 {
        match self {
            Self::Steady { per_minute } => per_minute,
            Self::Sparse { per_day } => per_day / DAY,
        }
    }
}
