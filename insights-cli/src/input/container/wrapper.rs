//! Objects around records: what services and tools pack them into.
//!
//! A record is told by its own fields. An object that is none is looked into: for a string that
//! holds the record as text (`lookup-events`, CloudWatch Logs, SNS, SQS, Splunk, Elastic), for the
//! fields of Elastic's schema, and else for objects and lists inside (EventBridge, search results
//! and whatever else there is).

use std::{borrow::Cow, fmt};

use insights_core::Record;
use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, SeqAccess, Visitor},
};
use serde_json::value::RawValue;

use super::{columns::Columns, dates::Dates, ecs, intake::Intake, nested};
use crate::input::problem::Fault;

/// The most objects around a record. The real ones are four: EventBridge in SNS in SQS in a list.
pub(super) const MOST_WRAPPED: u32 = 12;

/// The most members of an object that are looked at: no wrapper has as many, and they take more
/// memory than their text.
const MOST_MEMBERS: usize = 10_000;

/// Names of strings that are a whole record, whatever else the object around them tells of it.
const WHOLE: [&str; 5] = ["CloudTrailEvent", "cloudTrailEvent", "eventJson", "eventjson", "_raw"];

/// Names of strings that may hold anything, the more telling ones first.
const PACKED: [&str; 12] = [
    "event.original",
    "original",
    "Message",
    "message",
    "@message",
    "Body",
    "body",
    "raw",
    "data",
    "Data",
    "event",
    "log",
];

/// Lists that hold nothing if nothing happened.
const LISTS: [&str; 9] = [
    "Records",
    "Events",
    "events",
    "logEvents",
    "QueryResultRows",
    "QueryResults",
    "results",
    "hits",
    "Messages",
];

/// Reads a value that stands by itself.
pub(super) fn top(text: &str, at: usize, intake: &mut Intake<'_>) {
    let before = intake.heeded();
    value(text, at, 0, intake);
    if intake.heeded() == before {
        let what = "holds a value that is no CloudTrail record and no list of them";
        intake.problem(Fault::Foreign, at, what);
    }
}

/// Reads an element of a list of records: it is meant to be one, and what is none is a broken one.
pub(super) fn element(text: &str, at: usize, depth: u32, intake: &mut Intake<'_>) {
    let before = intake.heeded();
    if text.starts_with('[') && depth < MOST_WRAPPED {
        records(text, at, depth + 1, intake);
    } else {
        value(text, at, depth, intake);
    }
    if intake.heeded() == before {
        intake.record(&Record::default(), &text);
    }
}

/// Reads an object behind damage, where it may be the inside of a record or of anything, and
/// returns whether it is a record or holds one for certain.
pub(super) fn behind_damage(text: &str, at: usize, intake: &mut Intake<'_>) -> bool {
    let Ok(members) = serde_json::from_str::<Members<'_>>(text) else { return false };
    let before = intake.heeded();
    if let Some(name) = WHOLE.into_iter().find(|&name| members.text(name).is_some()) {
        if let Some(text) = members.text(name) {
            nested::read(&text, name, at, 0, intake);
        }
    } else if let Some(list) = members.get("Records").filter(|list| list.starts_with('[')) {
        records(list, at, 0, intake);
    } else if let Some(detail) = members.get("detail") {
        value(detail, at, 0, intake);
    } else if let Ok(record) = serde_json::from_str::<Record<'_>>(text)
        && record.is_whole()
    {
        intake.record(&record, &text);
    }
    intake.heeded() > before
}

/// Reads any value; what it holds is seen in the intake.
pub(super) fn value(text: &str, at: usize, depth: u32, intake: &mut Intake<'_>) {
    match text.as_bytes().first() {
        _ if depth >= MOST_WRAPPED => {}
        Some(b'{') => object(text, at, depth, intake),
        Some(b'[') => list(text, at, depth, intake),
        // A text of JSON in a text of JSON.
        Some(b'"') => {
            if let Ok(text) = serde_json::from_str::<String>(text) {
                nested::read(&text, "a string", at, depth, intake);
            }
        }
        _ => {}
    }
}

/// Reads a list. If there are records in it, everything else in it is told.
fn list(text: &str, at: usize, depth: u32, intake: &mut Intake<'_>) {
    let (mut read, mut missed) = (false, 0_u64);
    let elements = elements(text, |element| {
        let before = intake.heeded();
        value(element, at, depth + 1, intake);
        let heeded = intake.heeded() > before;
        read |= heeded;
        missed += u64::from(!heeded);
    });
    intake.seen.empty += u64::from(elements == 0);
    if read {
        for _ in 0..missed {
            intake.problem(Fault::Foreign, at, "an element of a list holds no CloudTrail record");
        }
    }
}

/// Reads a list of records.
fn records(text: &str, at: usize, depth: u32, intake: &mut Intake<'_>) {
    let elements = elements(text, |value| element(value, at, depth, intake));
    intake.seen.empty += u64::from(elements == 0);
}

/// Hands out the elements of a list one by one, as a list of them can be many times longer than
/// their text, and returns how many there are.
fn elements(text: &str, each: impl FnMut(&str)) -> u64 {
    struct Each<F>(F);
    impl<'de, F: FnMut(&str)> Visitor<'de> for Each<F> {
        type Value = u64;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a list")
        }

        fn visit_seq<A: SeqAccess<'de>>(mut self, mut list: A) -> Result<u64, A::Error> {
            let mut number = 0;
            while let Some(element) = list.next_element::<&RawValue>()? {
                number += 1;
                (self.0)(element.get());
            }
            Ok(number)
        }
    }
    serde_json::Deserializer::from_str(text).deserialize_seq(Each(each)).unwrap_or_default()
}

fn object(text: &str, at: usize, depth: u32, intake: &mut Intake<'_>) {
    if let Some((record, length)) = Record::skim(text)
        && length == text.len()
    {
        return intake.record(&record, &text);
    }
    let members = match serde_json::from_str::<Members<'_>>(text) {
        Ok(members) => members,
        Err(error) => return intake.problem(Fault::Syntax, at, super::json::cause(&error)),
    };
    for name in WHOLE {
        if let Some(text) = members.text(name).filter(|text| nested::is_packed(text)) {
            return around(&members, intake, |intake| nested::read(&text, name, at, depth, intake));
        }
    }
    let list = members.get("Records").filter(|list| list.starts_with('['));
    if let Some(list) = list {
        records(list, at, depth + 1, intake);
    }
    match serde_json::from_str::<Record<'_>>(text) {
        Ok(record) if record.is_recognised() => intake.record(&record, &text),
        Ok(_) if list.is_some() => {}
        Ok(_) if members.get("digestS3Object").or(members.get("digestEndTime")).is_some() => {
            intake.seen.digests += 1;
        }
        Ok(_) if members.text("messageType").as_deref() == Some("CONTROL_MESSAGE") => {
            intake.seen.control_messages += 1;
        }
        Ok(_) => around(&members, intake, |intake| wrapper(&members, text, at, depth, intake)),
        Err(error) => intake.problem(Fault::Syntax, at, super::json::cause(&error)),
    }
}

/// Reads what is inside an object, with what it says of where that is from.
fn around(members: &Members<'_>, intake: &mut Intake<'_>, read: impl FnOnce(&mut Intake<'_>)) {
    let outside = intake.origin.clone();
    let said = |names: [&str; 2]| names.into_iter().find_map(|name| members.text(name));
    if let Some(id) = said(["account", "owner"]).filter(|id| is_account(id)) {
        intake.origin.account_id = Some(id.into_owned());
    }
    if let Some(region) = said(["region", "awsRegion"]).filter(|name| name.contains('-')) {
        intake.origin.region = Some(region.into_owned());
    }
    read(intake);
    intake.origin = outside;
}

fn is_account(id: &str) -> bool {
    id.len() == 12 && id.bytes().all(|byte| byte.is_ascii_digit())
}

/// Looks into an object that is no record, and has that text.
fn wrapper(members: &Members<'_>, text: &str, at: usize, depth: u32, intake: &mut Intake<'_>) {
    // The parts of a record without the rest of it are a broken record.
    let parts = ["userIdentity", "requestParameters", "responseElements"];
    if parts.iter().any(|name| members.get(name).is_some()) {
        return;
    }
    let before = intake.heeded();
    let inner =
        members.get("event").and_then(|text| serde_json::from_str::<Members<'_>>(text).ok());
    let original = inner.as_ref().and_then(|event| event.text("original"));
    let original = original.map(|text| ("event.original", text));
    let packed = PACKED.into_iter().filter_map(|name| Some((name, members.text(name)?)));
    for (name, text) in original.into_iter().chain(packed) {
        if nested::is_packed(&text) {
            nested::read(&text, name, at, depth, intake);
        }
        if intake.heeded() > before {
            return;
        }
    }
    if let Some(fields) = ecs::Fields::of(members) {
        return fields.read(text, intake);
    }
    for (name, text) in &members.0 {
        match &**name {
            "QueryResultRows" | "QueryResults" | "results" if is_list_of_lists(text) => {
                elements(text, |row| query_row(row, at, depth, intake));
            }
            // The documentation of Lake also shows a single row without a list around it.
            "QueryResults" => query_row(text, at, depth, intake),
            _ if text.starts_with(['{', '[']) => {
                let empty = intake.seen.empty;
                value(text, at, depth + 1, intake);
                if !LISTS.contains(&&**name) {
                    // That any other list is empty says nothing.
                    intake.seen.empty = empty;
                }
            }
            _ => {}
        }
    }
}

fn is_list_of_lists(text: &str) -> bool {
    text.strip_prefix('[').is_some_and(|inside| inside.trim_ascii_start().starts_with('['))
}

/// Reads a row of a query: a list of columns with their values.
fn query_row(row: &str, at: usize, depth: u32, intake: &mut Intake<'_>) {
    let row: Vec<Members<'_>> = serde_json::from_str(row).unwrap_or_default();
    let cells: Vec<(Cow<'_, str>, Cow<'_, str>)> = row.iter().filter_map(Members::cell).collect();
    let columns = Columns::of(cells.iter().map(|(name, _)| &**name));
    if row.is_empty() {
        intake.seen.empty += 1;
        return;
    }
    if columns.known() == 0 {
        return intake.problem(Fault::Foreign, at, "a row of a query holds no CloudTrail event");
    }
    let cell = |place: usize| cells.get(place).map(|(_, text)| &**text);
    let place = intake.at(at);
    if let Err(what) = columns.read(cell, &Dates::default(), place, depth, intake) {
        intake.problem(Fault::Row, at, what);
    }
}

/// The members of an object, their values as they are written.
pub(super) struct Members<'a>(pub(super) Vec<(Cow<'a, str>, &'a str)>);

impl<'a> Members<'a> {
    /// Returns the text of a value, the last one if there are several of the name.
    pub(super) fn get(&self, name: &str) -> Option<&'a str> {
        self.0.iter().rev().find(|(found, _)| found == name).map(|&(_, text)| text)
    }

    /// Returns a value that is a string.
    pub(super) fn text(&self, name: &str) -> Option<Cow<'a, str>> {
        string(self.get(name)?)
    }

    /// Returns the column and the value that an object of a row stands for: `{"column": "value"}`,
    /// or the two by name.
    fn cell(&self) -> Option<(Cow<'a, str>, Cow<'a, str>)> {
        match &self.0[..] {
            [(name, text)] => Some((name.clone(), string(text)?)),
            _ => Some((self.text("field").or_else(|| self.text("key"))?, self.text("value")?)),
        }
    }
}

fn string(text: &str) -> Option<Cow<'_, str>> {
    /// A string without escapes is borrowed.
    #[derive(Deserialize)]
    #[serde(transparent)]
    struct Text<'a>(#[serde(borrow)] Cow<'a, str>);
    let is_string = text.starts_with('"');
    is_string.then(|| serde_json::from_str::<Text<'_>>(text).ok().map(|Text(text)| text)).flatten()
}

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct All;
        impl<'de> Visitor<'de> for All {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                #[derive(Deserialize)]
                #[serde(transparent)]
                struct Key<'a>(#[serde(borrow)] Cow<'a, str>);
                let mut members = Vec::new();
                while let Some((Key(name), value)) = map.next_entry::<Key<'de>, &'de RawValue>()? {
                    if members.len() < MOST_MEMBERS {
                        members.push((name, value.get()));
                    }
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(All)
    }
}
