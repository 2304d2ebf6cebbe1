//! [`Solo`]: the spans of a log in which no two APIs were called.

use serde::{Deserialize, Serialize};

use crate::time::{Minute, Minutes};

/// Follows the calls of a log, in order, and measures the spans in which at most one API was
/// called.
///
/// A silence shorter than they usually are may be that of one API. A longer one silences several
/// at once.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Solo {
    /// The first minute of the span.
    since: Minute,
    /// The source and the name of the API called in it, if any was.
    api: Option<(Box<str>, Box<str>)>,
    /// The last minute in which it was called.
    last: Minute,
}

impl Solo {
    const ONE: Minutes = Minutes::new(1);

    /// Returns a span that begins with `minute`.
    pub(crate) const fn beginning(minute: Minute) -> Self {
        Self { since: minute, api: None, last: minute }
    }

    /// Takes note of a call and returns how long the span was before its minute.
    pub(crate) fn call(&mut self, minute: Minute, source: &str, name: &str) -> Minutes {
        let length = minute.since(self.since);
        if minute < self.since {
            // Two were called in this minute already.
            return length;
        }
        let own = || Some((source.into(), name.into()));
        match &self.api {
            None => self.api = own(),
            Some(api) if *api.0 == *source && *api.1 == *name => {}
            Some(_) if self.last == minute => {
                *self = Self::beginning(minute + Self::ONE);
                return length;
            }
            Some(_) => {
                self.since = self.last + Self::ONE;
                self.api = own();
            }
        }
        self.last = minute;
        length
    }
}

impl Default for Solo {
    fn default() -> Self {
        Self::beginning(Minute::MIN)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the lengths after such calls, each a minute and an API.
    fn lengths<const N: usize>(calls: [(u32, &str); N]) -> [u32; N] {
        let at = |minute| Minute::from_epoch(1_000 + minute);
        let mut solo = Solo::beginning(at(0));
        calls.map(|(minute, name)| solo.call(at(minute), "ec2", name).count())
    }

    #[test]
    fn one_api_alone_is_one_span() {
        assert_eq!(lengths([(0, "A"), (5, "A"), (5, "A"), (90, "A")]), [0, 5, 5, 90]);
    }

    #[test]
    fn a_span_begins_after_the_last_call_of_another_api() {
        assert_eq!(lengths([(0, "A"), (10, "B"), (30, "B"), (40, "A")]), [0, 10, 29, 39]);
    }

    #[test]
    fn two_apis_in_one_minute_end_a_span_in_any_order() {
        let after = [(10, "A"), (12, "B"), (12, "A"), (12, "C"), (20, "C")];
        assert_eq!(lengths(after), [10, 12, 1, 0, 7]);
        let after = [(10, "A"), (12, "A"), (12, "C"), (12, "B"), (20, "C")];
        assert_eq!(lengths(after), [10, 12, 12, 0, 7]);
    }
}
