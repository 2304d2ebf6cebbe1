//! Values of JSON, one after the other, and the damage between them: [`read`].

use insights_core::Record;
use serde_json::value::RawValue;

use super::{intake::Intake, wrapper};
use crate::input::problem::Fault;

/// The most values inside one another that may lack their end. Records are not nested that deep;
/// trying each level of a text that is made of beginnings would take long.
const MOST_UNFINISHED: u32 = 64;

/// A part of a value that was read without building the rest.
#[expect(clippy::large_enum_variant, reason = "nearly all of them are records")]
#[derive(Debug)]
pub(super) enum Part<'a> {
    /// A record and its text.
    Record(Record<'a>, &'a str),
    /// The text of an element of a list of records that is out of the ordinary.
    Other(&'a str),
}

/// Reads every record of a text: `{"Records": […]}`, arrays, single records, and what wraps them,
/// one after the other with or without line breaks, or each after a time as CloudWatch Logs
/// exports them.
///
/// Where the text is no JSON, the damage is noted with its byte and the records around it are
/// read one by one.
pub(super) fn read(text: &str, intake: &mut Intake<'_>) {
    let mut parts = Vec::new();
    let mut position = 0;
    // Behind damage, what follows may be the inside of a record: only records are taken, and all
    // that fails until the next of them is the same damage.
    let mut damage: Option<usize> = None;
    let mut record_since = false;
    let mut unfinished = 0;
    loop {
        let rest = &text[position..];
        let between = match damage {
            None => rest.len() - without_time(rest).len(),
            Some(_) => rest.find('{').unwrap_or(rest.len()),
        };
        let junk = rest[..between].find(|c| !stands_between_records(c));
        let junk = junk.filter(|&junk| !without_time(&rest[junk..]).starts_with('{'));
        if let Some(junk) = junk.filter(|_| record_since) {
            intake.problem(Fault::Syntax, position + junk, "not JSON: text between records");
            record_since = false;
        }
        position += between;
        let rest = &text[position..];
        if rest.is_empty() {
            break;
        }
        if let Some(length) = skim(rest, &mut parts) {
            let before = intake.seen.records;
            for part in parts.drain(..) {
                match part {
                    Part::Record(record, _) if damage.is_some() && !record.is_whole() => {}
                    Part::Record(record, text) => intake.record(&record, &text),
                    Part::Other(element) => wrapper::element(element, position, 0, intake),
                }
            }
            if damage.is_none() || intake.seen.records > before {
                record_since = true;
                unfinished = 0;
            }
            position += length;
            continue;
        }
        let mut values = serde_json::Deserializer::from_str(rest).into_iter::<&RawValue>();
        match values.next() {
            None => break,
            Some(Ok(value)) if damage.is_none() => {
                wrapper::top(value.get(), position, intake);
                position += values.byte_offset();
            }
            Some(Ok(value)) => {
                if wrapper::behind_damage(value.get(), position, intake) {
                    record_since = true;
                    unfinished = 0;
                }
                position += values.byte_offset();
            }
            Some(Err(error)) => {
                let at = position + place(rest, &error);
                let known = damage.is_some_and(|last| last == at || !record_since)
                    || (intake.cut && at == text.len());
                if !known {
                    intake.problem(Fault::Syntax, at, cause(&error));
                }
                damage = Some(at);
                record_since = false;
                unfinished = if error.is_eof() { unfinished + 1 } else { unfinished };
                if unfinished > MOST_UNFINISHED {
                    break;
                }
                position += rest.chars().next().map_or(1, char::len_utf8);
            }
        }
    }
}

/// Returns whether a character may stand between two records of a list.
fn stands_between_records(c: char) -> bool {
    c.is_ascii_whitespace() || matches!(c, ',' | '[' | ']' | '}')
}

/// Returns a text without the white space at its beginning and, if an object follows it, without
/// the time before that: `2026-03-02T14:05:09.000Z {…`.
fn without_time(text: &str) -> &str {
    let text = text.trim_ascii_start();
    let after = || {
        /// No time is longer; the rest of the text is not looked through for its end.
        const LONGEST: usize = 40;
        let begin = &text.as_bytes()[..text.len().min(LONGEST)];
        let end = begin.iter().position(|&byte| matches!(byte, b' ' | b'\t'))?;
        let (time, after) = text.split_at(end);
        let after = trimmed(after);
        let is_time =
            |c: char| c.is_ascii_digit() || matches!(c, '-' | ':' | '.' | '+' | 'T' | 'Z');
        (after.starts_with('{') && time.len() >= 19 && time.chars().all(is_time)).then_some(after)
    };
    if text.starts_with(|c: char| c.is_ascii_digit()) { after().unwrap_or(text) } else { text }
}

/// Reads the record or the list of records that begins `text`, if it is written as CloudTrail
/// writes it, into `parts`, and returns the bytes it takes: what [`wrapper::top`] does, several
/// times faster.
pub(super) fn skim<'a>(text: &'a str, parts: &mut Vec<Part<'a>>) -> Option<usize> {
    if let Some((record, length)) = Record::skim(text) {
        parts.push(Part::Record(record, &text[..length]));
        return Some(length);
    }
    let (inside, wrapped) = match text.strip_prefix('{') {
        Some(inside) => (after(after(after(inside, "\"Records\"")?, ":")?, "[")?, true),
        None => (text.strip_prefix('[')?, false),
    };
    let end = elements(inside, parts)
        .and_then(|rest| if wrapped { after(rest, "}") } else { Some(rest) });
    if end.is_none() {
        parts.clear();
    }
    end.map(|rest| text.len() - rest.len())
}

/// Reads the elements of a list and returns what follows its end.
fn elements<'a>(inside: &'a str, parts: &mut Vec<Part<'a>>) -> Option<&'a str> {
    /// The bytes of a short record, and of what is none for certain. Many elements shorter than
    /// that would take much more memory as parts than as text.
    const SHORT: usize = 1_024;
    const TOO_SHORT: usize = 128;
    parts.reserve(inside.len() / SHORT);
    let before = parts.len();
    let mut rest = inside;
    if let Some(rest) = after(rest, "]") {
        return Some(rest);
    }
    loop {
        rest = trimmed(rest);
        if let Some((record, length)) = Record::skim(rest) {
            let (text, after) = rest.split_at(length);
            parts.push(Part::Record(record, text));
            rest = after;
        } else {
            let mut values = serde_json::Deserializer::from_str(rest).into_iter::<&RawValue>();
            let value = values.next()?.ok()?;
            rest = &rest[values.byte_offset()..];
            parts.push(Part::Other(value.get()));
        }
        if let Some(end) = after(rest, "]") {
            return Some(end);
        }
        rest = after(rest, ",")?;
        let met = parts.len() - before;
        if met > SHORT && met * TOO_SHORT > inside.len() - rest.len() {
            return None;
        }
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
fn place(text: &str, error: &serde_json::Error) -> usize {
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
pub(super) fn cause(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let cause = text.rfind(" at line ").map_or(text.as_str(), |end| &text[..end]);
    format!("not JSON: {cause}")
}
