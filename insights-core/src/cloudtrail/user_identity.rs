//! [`UserIdentity`]: who called, as records tell it.

use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess},
};

use crate::cloudtrail::{
    record_error::RecordError,
    value::{Lenient, Value, lenient},
};

/// Who called.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct UserIdentity<'a> {
    kind: Value<'a>,
    principal_id: Value<'a>,
    arn: Value<'a>,
    pub(crate) account_id: Value<'a>,
    user_name: Value<'a>,
    invoked_by: Value<'a>,
    wrong_type: bool,
}

impl<'a> UserIdentity<'a> {
    /// Returns the ARN, or the nearest thing to one.
    ///
    /// A service has no ARN but the name under which it made the call; a failed sign-in has
    /// only a user name.
    pub(crate) fn key(&self) -> Result<Option<&str>, RecordError> {
        if self.wrong_type {
            return Err(RecordError::WrongType { field: "userIdentity" });
        }
        let candidates = [
            self.arn.text("userIdentity.arn")?,
            self.invoked_by.text("userIdentity.invokedBy")?,
            self.user_name.text("userIdentity.userName")?,
            self.principal_id.text("userIdentity.principalId")?,
            self.account_id.text("userIdentity.accountId")?,
            self.kind.text("userIdentity.type")?,
        ];
        Ok(candidates.into_iter().flatten().find(|text| !text.is_empty()))
    }

    /// Returns where the value of a field goes, if it matters.
    pub(super) fn field(&mut self, key: &str) -> Option<&mut Value<'a>> {
        Some(match key {
            "type" => &mut self.kind,
            "principalId" => &mut self.principal_id,
            "arn" => &mut self.arn,
            "accountId" => &mut self.account_id,
            "userName" => &mut self.user_name,
            "invokedBy" => &mut self.invoked_by,
            _ => return None,
        })
    }
}

impl<'de> Lenient<'de> for UserIdentity<'de> {
    fn map<A: MapAccess<'de>>(&mut self, map: &mut A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<Value<'de>>()? {
            match self.field(key.as_text().unwrap_or_default()) {
                Some(field) => *field = map.next_value()?,
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }

    fn other(&mut self) {
        self.wrong_type = true;
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for UserIdentity<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        lenient(deserializer)
    }
}
