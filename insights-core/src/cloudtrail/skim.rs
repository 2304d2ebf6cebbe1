//! [`Record::skim`]: a record from text, at little more than the cost of finding its end.

use std::borrow::Cow;

use crate::cloudtrail::{
    cursor::{Cursor, Scalar},
    record::Record,
    resources::Resources,
    user_identity::UserIdentity,
    value::Value,
};

impl<'a> Record<'a> {
    /// Reads the record that begins `text` and returns it with the bytes it takes, if it is an
    /// ordinary one.
    ///
    /// What it returns is what `serde_json` reads from these bytes, several times faster, as
    /// nothing is built but the record. Where the text is no JSON, no record or only out of the
    /// ordinary (escapes, or values of unexpected types, in fields that are used; more than 60
    /// levels; a list of records) it returns nothing: read the text as usual then.
    ///
    /// ```
    /// use insights_core::Record;
    ///
    /// let line = r#"{"eventName": "RunInstances", "requestParameters": {"n": [1, 2]}} and more"#;
    /// let (record, length) = Record::skim(line).ok_or("out of the ordinary")?;
    /// assert!(record.is_recognised());
    /// assert_eq!(&line[length..], " and more");
    /// assert!(Record::skim(r#"{"event\u004eame": "RunInstances"}"#).is_none());
    /// # Ok::<(), &str>(())
    /// ```
    #[must_use]
    pub fn skim(text: &'a str) -> Option<(Self, usize)> {
        let cursor = &mut Cursor::new(text);
        let mut record = Self::default();
        let mut goes_on = cursor.open(b'{', b'}')?;
        while goes_on {
            let key = cursor.key()?;
            match key {
                "userIdentity" => record.user_identity = user_identity(cursor)?,
                "resources" => record.resources = resources(cursor)?,
                // Objects that may hold records are for the reader of containers.
                "Records" | "digestS3Object" | "digestEndTime" | "CloudTrailEvent"
                | "cloudTrailEvent" | "eventJson" => return None,
                _ => match record.field(key) {
                    Some(field) => *field = value(cursor)?,
                    None => cursor.skip_value()?,
                },
            }
            goes_on = cursor.goes_on(b'}')?;
        }
        record.is_recognised().then(|| (record, cursor.passed()))
    }
}

fn value<'a>(cursor: &mut Cursor<'a>) -> Option<Value<'a>> {
    Some(match cursor.scalar()? {
        Scalar::Null => Value::Absent,
        Scalar::Truth(truth) => Value::Truth(truth),
        Scalar::Text(text) => Value::Text(Cow::Borrowed(text)),
    })
}

fn user_identity<'a>(cursor: &mut Cursor<'a>) -> Option<UserIdentity<'a>> {
    let mut identity = UserIdentity::default();
    let mut goes_on = cursor.open(b'{', b'}')?;
    while goes_on {
        match identity.field(cursor.key()?) {
            Some(field) => *field = value(cursor)?,
            None => cursor.skip_value()?,
        }
        goes_on = cursor.goes_on(b'}')?;
    }
    Some(identity)
}

fn resources<'a>(cursor: &mut Cursor<'a>) -> Option<Resources<'a>> {
    let mut resources = Resources::default();
    if cursor.peek() == b'n' {
        return cursor.scalar().map(|_| resources);
    }
    let mut goes_on = cursor.open(b'[', b']')?;
    while goes_on {
        let (mut kind, mut arn) = (Value::Absent, Value::Absent);
        let mut inside = cursor.open(b'{', b'}')?;
        while inside {
            match cursor.key()? {
                "type" => kind = value(cursor)?,
                "ARN" => arn = value(cursor)?,
                _ => cursor.skip_value()?,
            }
            inside = cursor.goes_on(b'}')?;
        }
        resources.add(&kind, arn);
        goes_on = cursor.goes_on(b']')?;
    }
    Some(resources)
}

#[cfg(test)]
mod tests {
    use proptest::{
        collection::vec,
        prelude::{Just, Strategy, any, prop_oneof, proptest},
        sample::select,
        string::string_regex,
    };

    use super::*;

    /// Skims a text and checks that it gives what `serde_json` gives, if anything.
    fn skimmed(text: &str) -> Option<Record<'_>> {
        let (record, length) = Record::skim(text)?;
        let mut values = serde_json::Deserializer::from_str(text).into_iter::<Record<'_>>();
        let read = values.next().and_then(Result::ok);
        assert_eq!((read.as_ref(), values.byte_offset()), (Some(&record), length), "{text}");
        Some(record)
    }

    #[test]
    fn ordinary_records_are_skimmed() {
        for text in [
            r#"{"eventName":"A"}"#,
            r#"{ "eventVersion" : "1.11" , "eventName":"A" } x"#,
            r#"{"eventName":"A","eventName":null,"eventType":"B","readOnly":true,"readOnly":"no"}"#,
            r#"{"eventID":"A","userIdentity":{"type":"Root","sessionContext":{"type":{}},"arn":null}}"#,
            r#"{"eventID":"A","userIdentity":{},"userIdentity":{"arn":"x"}}"#,
            r#"{"eventID":"A","resources":[{"type":"AWS::S3::Object","ARN":"a"},{},{"ARN":""},{"ARN":"b","accountId":1},{"ARN":"c"}]}"#,
            r#"{"eventID":"A","resources":[],"resources":null,"apiVersion":null,"vpcEndpointId":"\"\u0041"}"#,
            r#"{"eventTime":"","x":[1.5e3,{"deep\n":[[{}]]}],"é":"é"}"#,
        ] {
            assert!(skimmed(text).is_some(), "{text}");
        }
    }

    #[test]
    fn what_is_out_of_the_ordinary_is_left_to_others() {
        for text in [
            "",
            "[]",
            "{}",
            r#"{"a":{"eventName":"A"}}"#,
            r#"{"eventName":"A""#,
            r#"{"eventName":"A",}"#,
            r#"{"eventName":"A","x":oops}"#,
            r#"{"eventName":"\u0041"}"#,
            r#"{"event\u004eame":"A","eventID":"B"}"#,
            r#"{"eventName":7}"#,
            r#"{"eventName":"A","userIdentity":null}"#,
            r#"{"eventName":"A","userIdentity":{"arn":[]}}"#,
            r#"{"eventName":"A","resources":{}}"#,
            r#"{"eventName":"A","resources":[null]}"#,
            r#"{"eventName":"A","Records":[]}"#,
            r#"{"eventName":"A","CloudTrailEvent":"{}"}"#,
            r#"{"eventName":"A","digestEndTime":1}"#,
        ] {
            assert_eq!(skimmed(text), None, "{text}");
        }
    }

    /// Keys and values of which some matter, some are nested and some are out of the ordinary.
    fn member() -> impl Strategy<Value = String> {
        let regex = |pattern| string_regex(pattern).expect("a valid pattern");
        let leaf = prop_oneof![
            6 => regex("\"[ -!#-\\[\\]-~é€😀]{0,20}\""),
            2 => select(vec!["null", "true", "false", "\"true\"", "0", "-1.5e7"])
                .prop_map(str::to_owned),
            1 => regex("\"(\\\\[\"\\\\/bfnrtu]|\\\\u[0-9a-fA-F]{4}|a){1,4}\""),
        ];
        let key = prop_oneof![
            4 => select(vec![
                "eventTime", "eventSource", "eventName", "eventID", "errorCode", "readOnly",
                "userIdentity", "resources", "type", "ARN", "arn", "accountId", "invokedBy",
            ])
            .prop_map(|key| format!("\"{key}\"")),
            1 => select(vec!["Records", "event\\u004eame", "x", "", "tlsDetails"])
                .prop_map(|key| format!("\"{key}\"")),
        ];
        let value = leaf.prop_recursive(3, 24, 5, {
            let key = key.clone();
            move |inner| {
                let member =
                    (key.clone(), inner.clone()).prop_map(|(key, value)| format!("{key}:{value}"));
                prop_oneof![
                    vec(inner, 0..4).prop_map(|values| format!("[{}]", values.join(", "))),
                    vec(member, 0..5).prop_map(|members| format!("{{{}}}", members.join(" ,"))),
                ]
            }
        });
        (key, value).prop_map(|(key, value)| format!("{key} :{value}"))
    }

    proptest! {
        #[test]
        fn a_monster_is_read_as_serde_json_reads_it_or_not_at_all(
            members in vec(member(), 0..8),
            damage in prop_oneof![2 => Just(None), 1 => (any::<u16>(), any::<char>()).prop_map(Some)],
        ) {
            let mut text = format!("{{{}}}", members.join(","));
            if let Some((place, with)) = damage {
                let mut characters: Vec<char> = text.chars().collect();
                let place = usize::from(place) % characters.len();
                characters[place] = with;
                text = characters.into_iter().collect();
            }
            let _ = skimmed(&text);
        }
    }
}
