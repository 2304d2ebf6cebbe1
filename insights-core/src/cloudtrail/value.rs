//! [`Value`] and [`Lenient`]: reading JSON of which only the syntax can be relied upon.

use std::{borrow::Cow, fmt, marker::PhantomData};

use chrono::{DateTime, Utc};
use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, SeqAccess, Visitor},
};

use crate::cloudtrail::{
    event_time::{event_time, since_1970},
    record_error::RecordError,
};

/// Something that can be read from any JSON value, whatever its type.
///
/// What an implementation does not expect is skipped and told to [`other`](Self::other); null
/// is as good as absent.
pub(crate) trait Lenient<'de>: Default {
    fn text(&mut self, _text: Cow<'de, str>) {
        self.other();
    }

    fn truth(&mut self, _truth: bool) {
        self.other();
    }

    fn number(&mut self, _number: i64) {
        self.other();
    }

    fn map<A: MapAccess<'de>>(&mut self, map: &mut A) -> Result<(), A::Error> {
        self.other();
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(())
    }

    fn seq<A: SeqAccess<'de>>(&mut self, seq: &mut A) -> Result<(), A::Error> {
        self.other();
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }

    fn other(&mut self) {}
}

/// Reads a value of any type.
pub(crate) fn lenient<'de, T: Lenient<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    deserializer.deserialize_any(LenientVisitor(PhantomData))
}

struct LenientVisitor<T>(PhantomData<T>);

impl<T: Default> LenientVisitor<T> {
    /// Returns a value after telling it what was found.
    fn told(tell: impl FnOnce(&mut T)) -> T {
        let mut value = T::default();
        tell(&mut value);
        value
    }
}

impl<'de, T: Lenient<'de>> Visitor<'de> for LenientVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<T, E> {
        Ok(Self::told(|value| value.text(Cow::Borrowed(text))))
    }

    fn visit_str<E>(self, text: &str) -> Result<T, E> {
        Ok(Self::told(|value| value.text(Cow::Owned(text.to_owned()))))
    }

    fn visit_bool<E>(self, truth: bool) -> Result<T, E> {
        Ok(Self::told(|value| value.truth(truth)))
    }

    fn visit_unit<E>(self) -> Result<T, E> {
        Ok(T::default())
    }

    fn visit_i64<E>(self, number: i64) -> Result<T, E> {
        Ok(Self::told(|value| value.number(number)))
    }

    fn visit_u64<E>(self, number: u64) -> Result<T, E> {
        let number = i64::try_from(number).unwrap_or(i64::MAX);
        Ok(Self::told(|value| value.number(number)))
    }

    #[expect(clippy::cast_possible_truncation, reason = "a fraction of a second does not matter")]
    fn visit_f64<E>(self, number: f64) -> Result<T, E> {
        Ok(Self::told(|value| value.number(number as i64)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<T, A::Error> {
        let mut value = T::default();
        value.seq(&mut seq)?;
        Ok(value)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<T, A::Error> {
        let mut value = T::default();
        value.map(&mut map)?;
        Ok(value)
    }
}

/// A value of any type; only text, truth and whole numbers are kept.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) enum Value<'a> {
    #[default]
    Absent,
    Text(Cow<'a, str>),
    Truth(bool),
    /// A number, its fraction cut off.
    Number(i64),
    Other,
}

impl Value<'_> {
    pub(crate) fn as_text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// Returns the text, or nothing if the value is absent or null.
    pub(crate) fn text(&self, field: &'static str) -> Result<Option<&str>, RecordError> {
        match self {
            Self::Absent => Ok(None),
            Self::Text(text) => Ok(Some(text)),
            Self::Truth(_) | Self::Number(_) | Self::Other => Err(RecordError::WrongType { field }),
        }
    }

    /// Returns the time, which there must be.
    pub(crate) fn time(&self, field: &'static str) -> Result<DateTime<Utc>, RecordError> {
        let bad = |found: &str| RecordError::BadTime { found: found.chars().take(64).collect() };
        if let Self::Number(number) = self {
            return since_1970(*number).ok_or_else(|| bad(&number.to_string()));
        }
        match self.text(field)? {
            None | Some("") => Err(RecordError::Missing { field }),
            Some(text) => event_time(text).ok_or_else(|| bad(text)),
        }
    }

    /// Returns the truth, also where it is written as text, as some exports do.
    pub(crate) fn truth(&self, field: &'static str) -> Result<Option<bool>, RecordError> {
        match self {
            Self::Absent => Ok(None),
            Self::Truth(truth) => Ok(Some(*truth)),
            Self::Text(text) if text.is_empty() => Ok(None),
            Self::Text(text) if text.eq_ignore_ascii_case("true") => Ok(Some(true)),
            Self::Text(text) if text.eq_ignore_ascii_case("false") => Ok(Some(false)),
            Self::Text(_) | Self::Number(_) | Self::Other => Err(RecordError::WrongType { field }),
        }
    }
}

impl<'de> Lenient<'de> for Value<'de> {
    fn text(&mut self, text: Cow<'de, str>) {
        *self = Self::Text(text);
    }

    fn truth(&mut self, truth: bool) {
        *self = Self::Truth(truth);
    }

    fn number(&mut self, number: i64) {
        *self = Self::Number(number);
    }

    fn other(&mut self) {
        *self = Self::Other;
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Value<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        lenient(deserializer)
    }
}
