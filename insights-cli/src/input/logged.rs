//! [`Logged`]: a record as it was logged, kept because it is looked for.

use std::{fmt, ops::Range};

use chrono::{DateTime, Utc};
use insights_core::{Event, Minute, Selection, SeriesKey};

/// Which records are looked for.
#[derive(Debug)]
pub(crate) struct Wanted<'a> {
    /// The series they count for.
    pub(crate) series: &'a SeriesKey,
    /// By this selection.
    pub(crate) selection: &'a Selection,
    /// The minutes they are of.
    pub(crate) span: Range<Minute>,
}

/// A record that was looked for, in the order of time.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct Logged {
    time: DateTime<Utc>,
    /// Its text, on one line.
    pub(crate) text: String,
    /// The id of the event.
    pub(crate) id: Option<String>,
}

impl Wanted<'_> {
    /// Returns the record of an event with that text, if it is looked for.
    pub(crate) fn keep(&self, event: &Event<'_>, text: &dyn fmt::Display) -> Option<Logged> {
        let wanted =
            self.span.contains(&event.minute()) && self.selection.counts_for(event, self.series);
        wanted.then(|| Logged {
            time: event.time,
            text: one_line(text.to_string()),
            id: event.event_id.map(str::to_owned),
        })
    }
}

/// Returns a text of JSON without line breaks: as it is if there are none, else without the white
/// space between its tokens.
fn one_line(text: String) -> String {
    if !text.contains(['\n', '\r']) {
        return text;
    }
    let (mut inside, mut escaped) = (false, false);
    let kept = |&c: &char| {
        let keep = inside || !c.is_ascii_whitespace();
        match c {
            _ if escaped => escaped = false,
            '\\' if inside => escaped = true,
            '"' => inside = !inside,
            _ => {}
        }
        keep
    };
    text.chars().filter(kept).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_goes_where_it_means_nothing() {
        let pretty = "{\n  \"a b\": \"c \\\" d\",\r\n  \"e\": [1, \"\\\\\", 2]\n}";
        assert_eq!(one_line(pretty.into()), r#"{"a b":"c \" d","e":[1,"\\",2]}"#);
        let line = r#"{ "a": 1 }"#;
        assert_eq!(one_line(line.into()), line);
    }
}
