//! [`Resources`]: what was called upon, as records tell it.

use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, SeqAccess},
};

use crate::cloudtrail::value::{Lenient, Value, lenient};

/// A resource of a call.
#[derive(Clone, Debug, Default)]
struct Resource<'a> {
    kind: Value<'a>,
    arn: Value<'a>,
}

impl<'de> Lenient<'de> for Resource<'de> {
    fn map<A: MapAccess<'de>>(&mut self, map: &mut A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<Value<'de>>()? {
            match key.as_text() {
                Some("type") => self.kind = map.next_value()?,
                Some("ARN") => self.arn = map.next_value()?,
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Resource<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        lenient(deserializer)
    }
}

/// What matters of the resources of a call; anything but a list counts as none.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Resources<'a> {
    holder: Value<'a>,
    an_object: bool,
}

impl<'a> Resources<'a> {
    /// Returns whether one of them is an object in S3.
    pub(crate) const fn hold_an_object(&self) -> bool {
        self.an_object
    }

    /// Returns the ARN of the first resource that holds others: the bucket and not the object,
    /// of which there are too many to be a baseline.
    pub(crate) fn arn(&self) -> Option<&str> {
        self.holder.as_text()
    }

    pub(crate) fn add(&mut self, kind: &Value<'a>, arn: Value<'a>) {
        if kind.as_text() == Some("AWS::S3::Object") {
            self.an_object = true;
        } else if self.holder == Value::Absent && arn.as_text().is_some_and(|arn| !arn.is_empty()) {
            self.holder = arn;
        }
    }
}

impl<'de> Lenient<'de> for Resources<'de> {
    fn seq<A: SeqAccess<'de>>(&mut self, seq: &mut A) -> Result<(), A::Error> {
        while let Some(Resource { kind, arn }) = seq.next_element()? {
            self.add(&kind, arn);
        }
        Ok(())
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Resources<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        lenient(deserializer)
    }
}
