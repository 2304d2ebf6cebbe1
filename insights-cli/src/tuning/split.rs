//! [`Split`]: which part of the data is tuned on, and which is held out to see what that is worth.

use insights_core::{Minute, Minutes};

use crate::{exit::UsageError, scoring::Scored};

/// The two parts of what is scored, one after the other: what comes later is never tuned on.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Split {
    pub(crate) tuned: Scored,
    pub(crate) held_out: Scored,
}

/// The percentage of the time that is held out.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Holdout(u32);

impl Holdout {
    /// Reads `25%` or `25`.
    pub(crate) fn parse(text: &str) -> Result<Self, UsageError> {
        let number = text.strip_suffix('%').unwrap_or(text).trim_end();
        let share = number.parse().ok().filter(|share| *share <= 90).map(Self);
        share.ok_or_else(|| {
            UsageError(format!("--holdout {text:?} is not a percentage from 0% to 90%"))
        })
    }
}

impl Split {
    /// Splits the minutes from `from` to `to`; a part of a minute is tuned on.
    pub(crate) fn new(from: Minute, to: Minute, accounts: u32, holdout: Holdout) -> Self {
        let minutes = u64::from(to.since(from).count());
        let held_out = minutes * u64::from(holdout.0) / 100;
        let held_out = Minutes::new(u32::try_from(held_out).unwrap_or(u32::MAX));
        let at = to - held_out;
        Self {
            tuned: Scored { from, to: at, accounts },
            held_out: Scored { from: at, to, accounts },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_is_held_out_to_the_minute() {
        let at = Minute::from_epoch;
        let split = |minutes: u32, percent: &str| {
            let holdout = Holdout::parse(percent).unwrap();
            let Split { tuned, held_out } = Split::new(at(1_000), at(1_000 + minutes), 2, holdout);
            assert_eq!(
                (tuned.from, tuned.to, held_out.to),
                (at(1_000), held_out.from, at(1_000 + minutes))
            );
            assert_eq!((tuned.accounts, held_out.accounts), (2, 2));
            held_out.to.since(held_out.from).count()
        };
        assert_eq!(split(40_320, "25%"), 10_080);
        assert_eq!(split(1_000, "0"), 0);
        assert_eq!(split(1_000, "90 %"), 900);
        assert_eq!(split(7, "25%"), 1);
        assert_eq!(split(3, "25%"), 0);
        assert_eq!(split(0, "25%"), 0);
    }

    #[test]
    fn a_holdout_is_a_percentage() {
        for bad in ["", "%", "-1%", "91%", "0.25", "a quarter", "25%%"] {
            assert!(Holdout::parse(bad).is_err(), "{bad}");
        }
    }
}
