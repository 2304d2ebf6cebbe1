//! [`LogLife`]: where a log begins, judged by its signs of life.

use serde::{Deserialize, Serialize};

use crate::time::{Minute, Minutes};

/// Follows the signs of life of one log, in order, and says where it begins.
///
/// Only from the beginning on is a missing call a zero. After four weeks without any sign a
/// log begins anew: what was before is no history, be it that logging was off or that one
/// event has a broken time.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(transparent)]
pub struct LogLife {
    /// The first minute and the last one with a sign.
    span: Option<(Minute, Minute)>,
}

impl LogLife {
    /// The silence after which a log begins anew.
    pub const SILENCE: Minutes = Minutes::days(28);

    /// Takes note of a sign of life in a minute that is not before the last one.
    pub fn show(&mut self, minute: Minute) {
        let origin = match self.span {
            Some((origin, last)) if minute.since(last) <= Self::SILENCE => origin,
            _ => minute,
        };
        self.span = Some((origin, minute));
    }

    /// Returns the first minute of the log.
    #[must_use]
    pub fn origin(&self) -> Option<Minute> {
        self.span.map(|(origin, _)| origin)
    }

    /// Returns the last minute with a sign of life.
    #[must_use]
    pub fn last(&self) -> Option<Minute> {
        self.span.map(|(_, last)| last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_begins_anew_after_a_long_silence() {
        let start = Minute::from_epoch(10_000_000);
        let mut life = LogLife::default();
        life.show(Minute::MIN);
        assert_eq!(life.origin(), Some(Minute::MIN));
        life.show(start);
        life.show(start + Minutes::days(28));
        assert_eq!((life.origin(), life.last()), (Some(start), Some(start + Minutes::days(28))));
        life.show(start + Minutes::days(57));
        assert_eq!(life.origin(), Some(start + Minutes::days(57)));
    }
}
