//! [`Mix`]: which behaviours and anomalies there are in an account, and how many.

use anyhow::ensure;

use crate::account::label::Class;
use crate::account::ledger::Target;
use crate::account::series::Kind;
use crate::random::Random;

/// The labels of a class in 27 days, unless a mix says otherwise.
const OF_A_CLASS: u32 = 26;

/// Which behaviours and anomalies there are. By default it is all of them.
///
/// ```
/// use insights_datasets::account::{Account, Class, Kind, Mix, Settings};
///
/// let mut mix = Mix::default();
/// mix.set_share(Kind::Traffic, 0.1)?;
/// mix.set_labels(Class::Outage, 0)?;
/// let account = Account::new(&Settings { days: 10, mix, ..Settings::default() })?;
/// assert!(account.labels.iter().all(|label| label.class != Class::Outage));
/// # Ok::<(), anyhow::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Mix {
    /// The share of series that are kept, by kind.
    shares: [f64; Kind::ALL.len()],
    /// The labels, by class; none for as many as is usual.
    labels: [Option<u32>; Class::ALL.len()],
}

impl Default for Mix {
    fn default() -> Self {
        Self { shares: [1.0; Kind::ALL.len()], labels: [None; Class::ALL.len()] }
    }
}

impl Mix {
    /// The most labels of a class that can be asked for.
    pub const MOST_LABELS: u32 = 1_000;

    /// Keeps this share of the series whose normal calls are mostly of a kind, from 0 to 1.
    ///
    /// Which ones is decided for each series by itself, so that it does not depend on the shares of
    /// other kinds, and a larger share keeps all that a smaller one does. A series of calls that
    /// goes takes the series of its failures with it.
    ///
    /// # Errors
    ///
    /// Returns an error if that is no share.
    pub fn set_share(&mut self, kind: Kind, share: f64) -> anyhow::Result<()> {
        ensure!((0.0..=1.0).contains(&share), "must be a share from 0 to 1");
        self.shares[kind as usize] = share;
        Ok(())
    }

    /// Asks for so many labels of a class, up to [`MOST_LABELS`](Self::MOST_LABELS).
    ///
    /// There are a few more where the last anomaly has labels in several series, and fewer where
    /// there is no room.
    ///
    /// # Errors
    ///
    /// Returns an error if it is more than that.
    pub fn set_labels(&mut self, class: Class, count: u32) -> anyhow::Result<()> {
        let most = Self::MOST_LABELS;
        ensure!(count <= most, "must be a whole number from 0 to {most}");
        self.labels[class as usize] = Some(count);
        Ok(())
    }

    /// Returns the share of series of a kind that are kept.
    #[must_use]
    pub const fn share(&self, kind: Kind) -> f64 {
        self.shares[kind as usize]
    }

    /// Returns how many labels of a class are asked for in an account of so many days.
    #[must_use]
    pub fn labels(&self, class: Class, days: u32) -> u32 {
        let quiet = crate::account::anomalies::QUIET_DAYS;
        let usual = (OF_A_CLASS * days.saturating_sub(quiet) + 13) / 27;
        self.labels[class as usize].unwrap_or(usual)
    }

    /// Returns whether a series is kept, by what most of its calls come from.
    pub(crate) fn keeps(
        &self,
        seed: u64,
        target: Target,
        code: Option<&'static str>,
        kind: Kind,
    ) -> bool {
        let Target { region, service, name } = target;
        let code = code.unwrap_or_default();
        let key = format!("share {service} {name} {region} {code}");
        Random::stream(seed, &key).chance(self.share(kind))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TARGET: Target = Target { region: "us-east-1", service: "s3", name: "ListBuckets" };

    #[test]
    fn only_shares_and_counts_that_can_be_are_taken() {
        let mut mix = Mix::default();
        for bad in [-0.1, 1.1, f64::NAN, f64::INFINITY] {
            assert!(mix.set_share(Kind::Rare, bad).is_err());
        }
        assert!(mix.set_labels(Class::Ramp, 1_001).is_err());
        assert_eq!(mix, Mix::default());
        assert_eq!((mix.labels(Class::Ramp, 35), mix.labels(Class::Ramp, 10)), (26, 2));
    }

    #[test]
    fn a_larger_share_keeps_all_that_a_smaller_one_does() {
        let codes = ["A", "B", "C", "D", "E", "F", "G", "H", "I", "J", "K", "L"];
        let kept = |share: f64| -> Vec<&str> {
            let mut mix = Mix::default();
            mix.set_share(Kind::Denial, share).unwrap();
            let keeps = |code: &&'static str| mix.keeps(1, TARGET, Some(*code), Kind::Denial);
            codes.into_iter().filter(keeps).collect()
        };
        let (some, more) = (kept(0.3), kept(0.6));
        assert!(!some.is_empty() && some.len() < more.len() && more.len() < codes.len());
        assert!(some.iter().all(|code| more.contains(code)));
        assert!(kept(0.0).is_empty() && kept(1.0) == codes);
    }
}
