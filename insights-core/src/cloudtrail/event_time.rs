//! [`event_time`]: the ways in which the time of an event is written.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};

/// Reads the time of an event as CloudTrail and what exports from it write it.
///
/// That is RFC 3339 (`2026-03-02T14:05:09Z`, with any offset, fraction, and a space for the `T`);
/// the same without an offset, as databases print it, or with ` UTC` or `+00` for one; what CloudTrail's
/// console wrote until 2020 (`2026-03-02, 02:05:09 PM`); and the seconds (9 to 11 digits, so from
/// 1973 on), milliseconds (12 to 14), microseconds (15 to 17) or nanoseconds (18 and more) since
/// 1970, with a fraction or not. What has no offset is UTC. Layouts that leave open which number
/// is the day and which the month are none.
///
/// ```
/// use insights_core::event_time;
///
/// let time = event_time("2026-03-02T14:05:09Z");
/// assert!(time.is_some());
/// assert_eq!(event_time("2026-03-02 15:05:09.000+01:00"), time);
/// assert_eq!(event_time("2026-03-02, 02:05:09 PM"), time);
/// assert_eq!(event_time("1772460309"), time);
/// assert_eq!(event_time("02/03/2026 14:05:09"), None);
/// ```
#[must_use]
pub fn event_time(text: &str) -> Option<DateTime<Utc>> {
    fixed_layout(text.as_bytes()).or_else(|| {
        let text = text.trim();
        let zoned = DateTime::parse_from_rfc3339(text)
            .or_else(|_| DateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f%#z"))
            .map(|time| time.to_utc())
            .ok();
        zoned.or_else(|| plain(text.strip_suffix(" UTC").unwrap_or(text))).or_else(|| number(text))
    })
}

/// Reads `2026-03-02T14:05:09Z`, the layout of every delivered record, and `2026-03-02 14:05:09`,
/// that of most databases.
fn fixed_layout(text: &[u8]) -> Option<DateTime<Utc>> {
    let &[
        y0,
        y1,
        y2,
        y3,
        b'-',
        o0,
        o1,
        b'-',
        d0,
        d1,
        b'T' | b' ',
        h0,
        h1,
        b':',
        m0,
        m1,
        b':',
        s0,
        s1,
    ] = text.strip_suffix(b"Z").unwrap_or(text)
    else {
        return None;
    };
    let number = |digits: &[u8]| {
        digits.iter().try_fold(0_u32, |number, digit| {
            digit.is_ascii_digit().then(|| number * 10 + u32::from(digit - b'0'))
        })
    };
    let year = i32::try_from(number(&[y0, y1, y2, y3])?).ok()?;
    let date = NaiveDate::from_ymd_opt(year, number(&[o0, o1])?, number(&[d0, d1])?)?;
    let time = date.and_hms_opt(number(&[h0, h1])?, number(&[m0, m1])?, number(&[s0, s1])?)?;
    Some(time.and_utc())
}

/// Reads the layouts without an offset.
fn plain(text: &str) -> Option<DateTime<Utc>> {
    ["%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M", "%Y-%m-%d, %I:%M:%S %p"]
        .into_iter()
        .find_map(|layout| NaiveDateTime::parse_from_str(text, layout).ok())
        .map(|time| time.and_utc())
}

/// Reads a number; a fraction of its unit does not matter. A short one is hardly meant as a time.
fn number(text: &str) -> Option<DateTime<Utc>> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(fraction) {
        return None;
    }
    since_1970(whole.parse().ok()?)
}

/// Reads a number of seconds or of a smaller unit.
pub(super) fn since_1970(number: i64) -> Option<DateTime<Utc>> {
    match number {
        100_000_000..=99_999_999_999 => DateTime::from_timestamp(number, 0),
        100_000_000_000..=99_999_999_999_999 => DateTime::from_timestamp_millis(number),
        100_000_000_000_000..=99_999_999_999_999_999 => DateTime::from_timestamp_micros(number),
        100_000_000_000_000_000.. => Some(DateTime::from_timestamp_nanos(number)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_second_is_read_from_every_way_to_write_it() {
        for text in [
            "2026-03-02T14:05:09Z",
            "2026-03-02T15:05:09+01:00",
            "2026-03-02 15:05:09+01:00",
            "2026-03-02 14:05:09",
            "2026-03-02 14:05:09Z",
            "2026-03-02 14:05:09 UTC",
            "2026-03-02 14:05:09+00",
            "2026-03-02 15:05:09.000+01",
            "2026-03-02T14:05:09",
            " 2026-03-02 14:05:09 ",
            "2026-03-02, 02:05:09 PM",
            "1772460309",
            "1772460309.75",
            "1772460309000",
            "1772460309000.0",
            "1772460309000000",
            "1772460309000000000",
        ] {
            let time = event_time(text).map(|time| time.timestamp());
            assert_eq!(time, Some(1_772_460_309), "{text}");
        }
        for text in ["2026-03-02T14:05:09.250Z", "2026-03-02 14:05:09.250", "1772460309250"] {
            let time = event_time(text).map(|time| time.timestamp_millis());
            assert_eq!(time, Some(1_772_460_309_250), "{text}");
        }
        let minute = event_time("2026-03-02 14:05").map(|time| time.timestamp());
        assert_eq!(minute, Some(1_772_460_300));
    }

    #[test]
    fn what_may_be_no_time_is_none() {
        for text in [
            "",
            "noon",
            "17",
            "20260302",
            "-1772460309",
            "+1772460309",
            "1e9",
            ".5",
            "1772460309.x",
            "99999999999999999999",
            "2026-02-30T00:00:00Z",
            "2026-03-02T24:00:00Z",
            "2026-03-02, 14:05:09 PM",
            "02/03/2026, 14:05:09",
            "٢٠٢٦",
        ] {
            assert_eq!(event_time(text), None, "{text}");
        }
    }
}
