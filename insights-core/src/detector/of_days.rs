//! [`OfDays`]: what is known of the hours of a day, over several days.

/// Sums over the same hour of comparable days. Hours are counted from a midnight on.
#[derive(Default)]
pub(super) struct OfDays {
    /// Over the last days, by kind (weekday or weekend); the older week counts for less.
    kind: [[Known; 24]; 2],
    /// Over all days, by weekday, counted from that of the first day.
    weekday: [[Known; 24]; 7],
}

impl OfDays {
    /// Adds an hour; it counts with a weight among those of its kind of day.
    pub(super) fn add(&mut self, hour: usize, weekend: bool, weight: f64, known: Known) {
        self.kind[usize::from(weekend)][hour % 24].add(weight, known);
        self.weekday[hour / 24 % 7][hour % 24].add(1.0, known);
    }

    /// Returns what is known of an hour on days of a kind.
    pub(super) const fn of_kind(&self, hour: usize, weekend: bool) -> Known {
        self.kind[weekend as usize][hour % 24]
    }

    /// Returns what is known of an hour on the same weekday.
    pub(super) const fn of_weekday(&self, hour: usize) -> Known {
        self.weekday[hour / 24 % 7][hour % 24]
    }
}

/// Calls and minutes, known ones and reported ones.
#[derive(Clone, Copy, Default)]
pub(super) struct Known {
    pub(super) calls: f64,
    pub(super) minutes: f64,
    pub(super) reported: (f64, f64),
}

impl Known {
    /// Adds so many times the other.
    pub(super) fn add(&mut self, times: f64, other: Self) {
        self.calls += times * other.calls;
        self.minutes += times * other.minutes;
        self.reported.0 += times * other.reported.0;
        self.reported.1 += times * other.reported.1;
    }
}
