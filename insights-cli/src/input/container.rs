//! Takes text apart into records: [`read`].

use std::{borrow::Cow, fmt};

use insights_core::Record;
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor},
};

use crate::input::problem::{Fault, Place, Problems};

/// What a text holds.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Contents<'a> {
    pub(crate) records: Vec<Record<'a>>,
    /// Lists of hashes of log files.
    pub(crate) digests: u64,
    /// Values that are neither.
    pub(crate) unknown: u64,
}

/// The most values inside one another that may lack their end. Records are not nested that deep;
/// trying each level of a text that is made of beginnings would take long.
const MOST_UNFINISHED: u32 = 64;

/// Reads every record of a text: `{"Records": […]}`, arrays, single records, one after the
/// other with or without line breaks.
///
/// Where the text is no JSON, the damage is noted with its byte and the records around it are
/// read one by one.
pub(crate) fn read<'a>(text: &'a str, problems: &mut Problems) -> Contents<'a> {
    let mut contents = Contents::default();
    // A text that was cut off ends in the middle of a value, which is known already.
    let cut = problems.are_there();
    let mut position = 0;
    // Behind damage, what follows may be the inside of a record: only records are taken, and all
    // that fails until the next of them is the same damage.
    let mut damage: Option<usize> = None;
    let mut record_since = false;
    let mut unfinished = 0;
    loop {
        let rest = &text[position..];
        let next = if damage.is_none() {
            rest.find(|c: char| !c.is_ascii_whitespace())
        } else {
            rest.find('{')
        };
        let between = next.unwrap_or(rest.len());
        let junk = rest[..between].find(|c| !stands_between_records(c));
        if let Some(junk) = junk.filter(|_| record_since) {
            problems.add(
                Fault::Syntax,
                Place::Byte(position + junk),
                "not JSON: text between records",
            );
            record_since = false;
        }
        position += between;
        let rest = &text[position..];
        if let Some(length) = contents.skim(rest) {
            record_since = true;
            unfinished = 0;
            position += length;
            continue;
        }
        let mut values = serde_json::Deserializer::from_str(rest).into_iter();
        match values.next() {
            None => break,
            Some(Ok(Value(part))) => {
                if damage.is_some() && !part.records.is_empty() {
                    record_since = true;
                    unfinished = 0;
                }
                contents.take(part, damage.is_some());
                position += values.byte_offset();
            }
            Some(Err(error)) => {
                let at = position + offset(rest, &error);
                let known = damage.is_some_and(|last| last == at || !record_since)
                    || (cut && at == text.len());
                if !known {
                    problems.add(Fault::Syntax, Place::Byte(at), cause(&error));
                }
                damage = Some(at);
                record_since = false;
                // Nothing nested that deep is a record, and trying each level would take long.
                let nested = error.to_string().starts_with("recursion limit");
                unfinished = if error.is_eof() { unfinished + 1 } else { unfinished };
                if unfinished > MOST_UNFINISHED {
                    break;
                }
                let first = rest.chars().next().map_or(1, char::len_utf8);
                position = if nested { at } else { position + first };
            }
        }
    }
    contents
}

/// Returns whether a character may stand between two records of a list.
fn stands_between_records(c: char) -> bool {
    c.is_ascii_whitespace() || matches!(c, ',' | '[' | ']' | '}')
}

impl<'a> Contents<'a> {
    /// Reads the record or the list of records that begins `text`, if it is written as CloudTrail
    /// writes it, and returns the bytes it takes: what [`Value`] does, several times faster.
    fn skim(&mut self, text: &'a str) -> Option<usize> {
        if let Some((record, length)) = Record::skim(text) {
            self.records.push(record);
            return Some(length);
        }
        let mut list = Self::default();
        let (inside, wrapped) = match text.strip_prefix('{') {
            Some(inside) => (after(after(after(inside, "\"Records\"")?, ":")?, "[")?, true),
            None => (text.strip_prefix('[')?, false),
        };
        let mut rest = list.skim_elements(inside)?;
        if wrapped {
            rest = after(rest, "}")?;
        }
        if self.records.is_empty() {
            self.records = list.records;
        } else {
            self.records.append(&mut list.records);
        }
        self.digests += list.digests;
        Some(text.len() - rest.len())
    }

    /// Reads the elements of a list and returns what follows its end.
    fn skim_elements(&mut self, inside: &'a str) -> Option<&'a str> {
        /// The bytes of a short record.
        const SHORT: usize = 1_024;
        self.records.reserve(inside.len() / SHORT);
        let mut rest = inside;
        if let Some(rest) = after(rest, "]") {
            return Some(rest);
        }
        loop {
            rest = trimmed(rest);
            if let Some((record, length)) = Record::skim(rest) {
                self.records.push(record);
                rest = &rest[length..];
            } else {
                let mut values = serde_json::Deserializer::from_str(rest).into_iter();
                let Value(part) = values.next()?.ok()?;
                rest = &rest[values.byte_offset()..];
                self.take_element(part);
            }
            if let Some(end) = after(rest, "]") {
                return Some(end);
            }
            rest = after(rest, ",")?;
        }
    }

    /// Adds what one value holds; inside damage, objects that are no records are no loss.
    fn take(&mut self, part: Self, damaged: bool) {
        self.records.extend(part.records);
        self.digests += part.digests;
        if !damaged {
            self.unknown += part.unknown;
        }
    }

    /// Adds an element of a list: there everything is meant to be a record, and what is none is a
    /// broken one.
    fn take_element(&mut self, part: Self) {
        self.records.extend(part.records);
        self.records.extend((0..part.unknown).map(|_| Record::default()));
        self.digests += part.digests;
    }
}

/// Returns what follows a token, with white space before it or not.
fn after<'a>(text: &'a str, token: &str) -> Option<&'a str> {
    trimmed(text).strip_prefix(token)
}

/// Returns a text without the white space of JSON at its beginning.
fn trimmed(text: &str) -> &str {
    text.trim_start_matches([' ', '\n', '\r', '\t'])
}

/// Returns the byte at which an error was met.
fn offset(text: &str, error: &serde_json::Error) -> usize {
    if error.is_eof() {
        return text.len();
    }
    let line_start = match error.line() {
        0 | 1 => 0,
        line => text.match_indices('\n').nth(line - 2).map_or(0, |(at, _)| at + 1),
    };
    (line_start + error.column().saturating_sub(1)).min(text.len())
}

/// Returns what is wrong, without the line and column, which the byte replaces.
fn cause(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let cause = text.rfind(" at line ").map_or(text.as_str(), |end| &text[..end]);
    format!("not JSON: {cause}")
}

/// The name of a field.
#[derive(Deserialize)]
#[serde(transparent)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

/// One JSON value of a text.
struct Value<'a>(Contents<'a>);

impl<'de> Deserialize<'de> for Value<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut contents = Contents::default();
        Collect(&mut contents).deserialize(deserializer)?;
        Ok(Self(contents))
    }
}

/// Adds what a value holds to the contents of the value around it.
struct Collect<'c, 'a>(&'c mut Contents<'a>);

impl Collect<'_, '_> {
    /// Notes a value that is no record and holds none.
    #[expect(clippy::unnecessary_wraps, reason = "what a visitor returns")]
    const fn unknown<E>(self) -> Result<(), E> {
        self.0.unknown += 1;
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Collect<'_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Collect<'_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a record or a list of records")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut record = Record::default();
        let (mut wrapper, mut digest) = (false, false);
        while let Some(Key(key)) = map.next_key()? {
            match &*key {
                "Records" => {
                    wrapper = true;
                    map.next_value_seed(Collect(self.0))?;
                }
                "digestS3Object" | "digestEndTime" => {
                    digest = true;
                    map.next_value::<IgnoredAny>()?;
                }
                key => record.read_field(key, &mut map)?,
            }
        }
        if record.is_recognised() {
            self.0.records.push(record);
        } else if digest {
            self.0.digests += 1;
        } else if !wrapper {
            self.0.unknown += 1;
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let unknown = self.0.unknown;
        while seq.next_element_seed(Collect(self.0))?.is_some() {
            // In a list everything is meant to be a record, and what is none is a broken one.
            while self.0.unknown > unknown {
                self.0.unknown -= 1;
                self.0.records.push(Record::default());
            }
        }
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        self.unknown()
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        self.unknown()
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        self.unknown()
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        self.unknown()
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        self.unknown()
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        self.unknown()
    }
}

#[cfg(test)]
mod tests {
    use proptest::strategy::Strategy;

    use super::*;
    use crate::input::{decode::Decoder, walk};

    /// The names of the records read, `?` for broken ones, and the problems.
    fn names(text: &str) -> (Vec<String>, Vec<String>) {
        let mut problems = Problems::default();
        let contents = read(text, &mut problems);
        let name = |record: &Record<'_>| match record.content("", "") {
            Ok(insights_core::Content::Call { event, .. }) => event.event_name.to_owned(),
            _ => "?".to_owned(),
        };
        let mut names: Vec<_> = contents.records.iter().map(name).collect();
        names.extend((0..contents.digests).map(|_| "digest".to_owned()));
        names.extend((0..contents.unknown).map(|_| "unknown".to_owned()));
        (names, problems.lines("f").collect())
    }

    fn record(name: &str) -> String {
        format!(
            r#"{{"eventTime":"2026-03-02T14:05:09Z","eventSource":"a","eventName":"{name}","userIdentity":{{"arn":"x{{"}}}}"#
        )
    }

    #[test]
    fn every_container_gives_its_records() {
        let (a, b) = (record("A"), record("B"));
        for text in [
            format!(r#"{{"Records":[{a},{b}]}}"#),
            format!(r#"{{"x":{{"Records":1}},"Records":[{a}]}} {{"Records":[{b}],"y":[]}}"#),
            format!("[{a},{b}]"),
            format!("{a}\n{b}\n"),
            format!("{a}\r\n\r\n{b}"),
            format!("{a}{b}"),
            format!("\n [\n{a} ]\n[[{b}]]"),
        ] {
            assert_eq!(names(&text), (vec!["A".to_owned(), "B".to_owned()], vec![]), "{text}");
        }
        assert_eq!(names(r#"{"Records":[]} [] "#), (vec![], vec![]));
        assert_eq!(names(r#"{"awsAccountId":"1","digestEndTime":"2"}"#).0, ["digest"]);
        assert_eq!(names(r#"{} 7 "x" {"a":[{}]} {"Records":null}"#).0, ["unknown"; 5]);
        assert_eq!(names(r#"{"Records":[7, null, {"a":1}]}"#).0, ["?"; 3]);
        assert_eq!(names(""), (vec![], vec![]));
    }

    #[test]
    fn records_around_damage_are_kept_and_the_damage_is_told_once() {
        let (a, b, c) = (record("A"), record("B"), record("C"));
        let whole = format!(r#"{{"Records":[{a},{b},{c}]}}"#);
        let cut = &whole[..whole.len() - 20];
        let (found, problems) = names(cut);
        assert_eq!(found, ["A", "B"]);
        assert_eq!(
            problems,
            [format!("warning: f: byte {}: not JSON: EOF while parsing a string", cut.len())]
        );

        let (found, problems) = names(&whole[14..]);
        assert_eq!((found.join(""), problems.len()), ("BC".to_owned(), 1));

        let broken = format!(r#"{{"Records":[{a},{{"eventTime":oops,"x":{{"y":[1]}}}},{c}]}}"#);
        let (found, problems) = names(&broken);
        assert_eq!((found.join(""), problems.len()), ("AC".to_owned(), 1));
        let at = broken.find("oops").unwrap();
        assert!(problems[0].starts_with(&format!("warning: f: byte {at}: ")), "{problems:?}");

        let lines = format!("{a}\n{{oops\n{b}\nalas\n{c}\n");
        let (found, problems) = names(&lines);
        assert_eq!((found.join(""), problems.len()), ("ABC".to_owned(), 2));
        assert!(problems[1].contains("text between records"));
    }

    /// Skims a text and checks that it gives what [`Value`] gives, if anything.
    fn skimmed(text: &str) -> Option<Contents<'_>> {
        let mut skimmed = Contents::default();
        let length = skimmed.skim(text)?;
        let mut values = serde_json::Deserializer::from_str(text).into_iter();
        let Value(read) = values.next().unwrap().unwrap();
        assert_eq!(values.byte_offset(), length);
        assert!(skimmed == read, "{text}");
        Some(skimmed)
    }

    #[test]
    fn lists_are_skimmed_around_what_is_out_of_the_ordinary() {
        let (a, b) = (record("A"), record("B"));
        let odd = r#"{"eventName":"\u0041","userIdentity":7}"#;
        for text in [
            a.clone(),
            format!("[{a}]"),
            format!("[ {odd} , {a},\n[{b}, {{}}], 7, {{\"Records\":[{odd}]}}]"),
            format!(r#"{{ "Records" : [{a}, {odd}] }} {b}"#),
            r#"{"Records":[{"digestEndTime":1},null]}"#.to_owned(),
        ] {
            assert!(skimmed(&text).is_some(), "{text}");
        }
        for text in [
            odd.to_owned(),
            format!("[{a}"),
            format!("[{a},]"),
            format!("[{a}\u{c}]"),
            format!("[{a} {b}]"),
            format!(r#"{{"Records":[{a}],"x":1}}"#),
            format!(r#"{{"x":1,"Records":[{a}]}}"#),
        ] {
            assert!(skimmed(&text).is_none(), "{text}");
        }
    }

    #[test]
    fn real_files_are_skimmed_to_what_they_hold() {
        let Some(root) = std::env::var_os("INSIGHTS_REAL_DATA") else {
            println!("skipped: INSIGHTS_REAL_DATA is not set");
            return;
        };
        let found = walk::find(&[std::path::PathBuf::from(root).join("cloudtrail")], [None; 2]);
        let mut decoder = Decoder::default();
        let (mut records, mut skims) = (0, 0);
        for source in found.batches.iter().flat_map(|batch| batch.list().sources) {
            decoder.load(&source).unwrap();
            let text = decoder.unpack(&mut Problems::default());
            // The whole, and every object inside, records and others, damaged ones too.
            let _ = skimmed(text);
            for (at, _) in text.match_indices('{') {
                let _ = skimmed(&text[at..]);
                skims += usize::from(Record::skim(&text[at..]).is_some());
            }
            records += read(text, &mut Problems::default()).records.len();
        }
        println!("{skims} of {records} records were skimmed");
        assert!(records > 40_000 && skims * 100 > records * 99);
    }

    #[test]
    fn hostile_texts_end() {
        let deep = "{\"a\":[".repeat(2_000);
        assert_eq!(names(&deep).0, [""; 0]);
        assert_eq!(names(&"[".repeat(20_000)).0, [""; 0]);
        assert_eq!(names(&"{\"".repeat(2_000)).0, [""; 0]);
        assert_eq!(names("\u{e9}{\u{e9}{").0, [""; 0]);
    }

    proptest::proptest! {
        #[test]
        fn damage_on_lines_of_its_own_loses_no_record(
            lines in proptest::collection::vec(
                proptest::prelude::prop_oneof![
                    proptest::prelude::Just(None),
                    "[ -~é\t]{0,40}".prop_map(Some),
                    r#"[\[\]{}",:a1 \\]{0,12}"#.prop_map(Some),
                ],
                0..12,
            ),
        ) {
            // A line of damage must not open text or a record that swallows the next line.
            let lines: Vec<_> = lines
                .into_iter()
                .filter(|line| line.as_ref().is_none_or(|text| !text.contains(['"', '\\'])))
                .collect();
            let text: Vec<String> =
                lines.iter().map(|line| line.clone().unwrap_or_else(|| record("A"))).collect();
            let kept = lines.iter().filter(|line| line.is_none()).count();
            let (found, _) = names(&text.join("\n"));
            proptest::prop_assert!(found.iter().filter(|name| *name == "A").count() == kept);
        }

        #[test]
        fn no_text_is_too_broken_to_read(text in r#"[\[\]{}",:a1tnR \\]{0,200}"#) {
            let _ = names(&text);
            let _ = names(&format!("{{\"Records\":[{text}"));
        }
    }
}
