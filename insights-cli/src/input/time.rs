//! [`minute`]: the times that tables carry.

use chrono::{DateTime, NaiveDateTime, Utc};
use insights_core::Minute;

/// Reads RFC 3339, what databases print (`2026-03-02 14:05:00`, taken as UTC), or the seconds or
/// milliseconds since 1970.
pub(super) fn minute(text: &str) -> Option<Minute> {
    let text = text.trim();
    let zoned = DateTime::parse_from_rfc3339(text).map(|time| time.to_utc());
    let plain = |layout| NaiveDateTime::parse_from_str(text, layout).map(|time| time.and_utc());
    let time = zoned
        .or_else(|_| plain("%Y-%m-%d %H:%M:%S%.f"))
        .or_else(|_| plain("%Y-%m-%dT%H:%M:%S%.f"))
        .or_else(|_| plain("%Y-%m-%d %H:%M"))
        .ok()
        .or_else(|| since_1970(text))?;
    Some(Minute::containing(time))
}

/// Reads seconds (9 to 11 digits, from 1973 on) or milliseconds (12 to 14); a fraction of them
/// does not matter. A shorter number is hardly meant as a time.
fn since_1970(text: &str) -> Option<DateTime<Utc>> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(fraction) {
        return None;
    }
    let number: i64 = whole.parse().ok()?;
    match whole.len() {
        9..=11 => DateTime::from_timestamp(number, 0),
        12..=14 => DateTime::from_timestamp_millis(number),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_minute_is_read_from_every_way_to_write_it() {
        for text in [
            "2026-03-02T14:05:09Z",
            "2026-03-02T15:05:09+01:00",
            "2026-03-02 14:05:09",
            "2026-03-02 14:05:09.250",
            "2026-03-02T14:05:09",
            " 2026-03-02 14:05 ",
            "1772460309",
            "1772460309.75",
            "1772460309750",
            "1772460309750.0",
        ] {
            let minute = minute(text).map(|minute| minute.to_string());
            assert_eq!(minute.as_deref(), Some("2026-03-02T14:05:00Z"), "{text}");
        }
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
        ] {
            assert_eq!(minute(text), None, "{text}");
        }
        assert_eq!(minute("99999999999999999999"), None);
    }
}
