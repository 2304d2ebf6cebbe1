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

/// The resources of a call; anything but a list counts as none.
#[derive(Clone, Debug, Default)]
pub(crate) struct Resources<'a>(Vec<Resource<'a>>);

impl Resources<'_> {
    /// Returns the types of the resources that name one.
    pub(crate) fn types(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|resource| resource.kind.as_text())
    }

    /// Returns the ARN of the resource that holds the others: the bucket and not the object,
    /// of which there are too many to be a baseline.
    pub(crate) fn arn(&self) -> Option<&str> {
        let held = |resource: &&Resource<'_>| resource.kind.as_text() == Some("AWS::S3::Object");
        let holders = self.0.iter().filter(|resource| !held(resource));
        holders.filter_map(|resource| resource.arn.as_text()).find(|arn| !arn.is_empty())
    }
}

impl<'de> Lenient<'de> for Resources<'de> {
    fn seq<A: SeqAccess<'de>>(&mut self, seq: &mut A) -> Result<(), A::Error> {
        while let Some(resource) = seq.next_element()? {
            self.0.push(resource);
        }
        Ok(())
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Resources<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        lenient(deserializer)
    }
}
