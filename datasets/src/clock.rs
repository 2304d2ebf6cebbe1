//! Points in time as CloudTrail writes them.

use std::io::{self, Write};

use chrono::{DateTime, Datelike, Timelike, Utc};

/// The number of seconds in a minute.
pub(crate) const MINUTE: i64 = 60;

/// Returns the instant of a number of seconds since 1970, or 1970 itself if it is out of range.
pub(crate) fn instant(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(seconds, 0).unwrap_or_default()
}

/// Writes seconds since 1970 as an RFC 3339 instant, such as `2026-03-02T00:05:09Z`.
///
/// # Errors
///
/// Returns the error of the writer.
pub(crate) fn write(out: &mut impl Write, seconds: i64) -> io::Result<()> {
    let at = instant(seconds);
    write!(
        out,
        "{}-{:02}-{:02}T{:02}:{:02}:{:02}Z",
        at.year(),
        at.month(),
        at.day(),
        at.hour(),
        at.minute(),
        at.second()
    )
}

/// Writes the day of seconds since 1970 as in keys, such as `2026/03/02`.
///
/// # Errors
///
/// Returns the error of the writer.
pub(crate) fn write_day(out: &mut impl Write, seconds: i64) -> io::Result<()> {
    let at = instant(seconds);
    write!(out, "{}/{:02}/{:02}", at.year(), at.month(), at.day())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_written_as_in_records() {
        let mut text = Vec::new();
        write(&mut text, 1_772_409_909).unwrap();
        text.push(b' ');
        write_day(&mut text, 1_772_409_909).unwrap();
        assert_eq!(String::from_utf8(text).unwrap(), "2026-03-02T00:05:09Z 2026/03/02");
    }
}
