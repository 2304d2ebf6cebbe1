//! Cuts small archives off at every byte and turns every bit of them over, and sees what is made
//! of the rest.

use std::fmt;

use insights_core::{Content, Record};

use crate::input::{
    container::{Container, Intake},
    decode::Decoder,
    packed::{gzip, utf16, zip, zstd},
    problem::{Fault, Place, Problems},
    skipped::Skipped,
};

/// What was read of a file.
#[derive(Debug, Default)]
struct Found {
    /// Each call by its time, name and id.
    calls: Vec<String>,
    problems: Vec<String>,
    skipped: Skipped,
}

impl Found {
    /// Returns how many of these calls are none of `others`.
    fn besides(&self, others: &Self) -> usize {
        self.calls.iter().filter(|call| !others.calls.contains(call)).count()
    }

    /// Returns whether a loss is told: by a problem, or by an entry that is named otherwise now.
    fn tells(&self) -> bool {
        !self.problems.is_empty() || self.skipped.total() > 0
    }
}

fn read(bytes: &[u8]) -> Found {
    let mut found = Found::default();
    let mut problems = Problems::default();
    let mut decoder = Decoder::default();
    decoder.take(bytes.to_vec());
    let mut container = Container::default();
    found.skipped = decoder.each(&mut problems, |piece, problems| {
        if piece.first {
            container = Container::default();
        }
        let mut each = |record: &Record<'_>,
                        _: &_,
                        _: &dyn fmt::Display,
                        problems: &mut Problems| match record.content("", "")
        {
            Ok(Content::Call { event, .. }) => {
                let id = event.event_id.unwrap_or_default();
                found.calls.push(format!("{} {} {id}", event.time, event.event_name));
            }
            Ok(other) => problems.add(Fault::Record, Place::File, format_args!("{other:?}")),
            Err(error) => problems.add(Fault::Record, Place::File, error),
        };
        let mut intake = Intake::new(problems, &mut each).cut(piece.broken);
        container.read(piece.text, &mut intake);
    });
    found.problems = problems.lines("f").collect();
    found
}

/// The records of the archives, a line for each.
fn lines() -> String {
    let names = ["RunInstances", "CreateTags", "GetObject", "Decrypt", "AssumeRole"];
    let line = |(second, name): (usize, &str)| {
        format!(
            r#"{{"eventTime":"2026-03-02T14:05:0{second}Z","eventSource":"ec2.amazonaws.com","eventName":"{name}","awsRegion":"eu-west-1","eventID":"id-{second}"}}"#
        ) + "\n"
    };
    names.into_iter().enumerate().map(line).collect()
}

fn list() -> String {
    format!("{{\"Records\":[{}]}}", lines().trim_end().replace('\n', ","))
}

fn zipped() -> Vec<u8> {
    let lines = lines();
    let half = lines.match_indices('\n').nth(2).unwrap().0 + 1;
    zip(&[("a.json", &lines.as_bytes()[..half]), ("b.json.gz", &gzip(&lines[half..]))])
}

#[test]
fn what_comes_before_a_cut_is_kept_and_a_loss_is_told() {
    let whole = read(list().as_bytes());
    assert_eq!((whole.calls.len(), whole.problems.len()), (5, 0));
    for (name, bytes) in [
        ("list", list().into_bytes()),
        ("lines", lines().into_bytes()),
        ("utf-16", utf16(&list(), u16::to_le_bytes)),
        ("gzip", gzip(list())),
        ("zstd", zstd(list())),
        ("zip", zipped()),
    ] {
        assert_eq!(read(&bytes).calls, whole.calls, "{name}");
        let mut before = 0;
        for end in 0..bytes.len() {
            let found = read(&bytes[..end]);
            assert!(whole.calls.starts_with(&found.calls), "{name} cut at {end}: {found:?}");
            // The end of a line is as good as the end of a file, and nothing is nothing.
            let unseen = match name {
                "lines" => found.calls.len() == lines_in(&bytes[..end]),
                "utf-16" => end <= 2,
                _ => end == 0,
            };
            assert!(found.tells() || unseen, "{name} cut at {end}: {found:?}");
            assert!(found.calls.len() >= before, "{name}: {end} bytes give less than fewer do");
            before = found.calls.len();
        }
        // Only what is behind the last record may be missing, or it is packed as one block.
        assert!(before == 5 || name == "zstd", "{name}: {before}");
    }
}

/// Returns the number of lines if the last one is whole, break or not.
fn lines_in(bytes: &[u8]) -> usize {
    let text = str::from_utf8(bytes).unwrap().trim_end();
    let whole = text.is_empty() || text.ends_with('}');
    if whole { text.lines().count() } else { usize::MAX }
}

#[test]
fn a_bit_turned_over_in_packed_records_alters_none_without_being_told() {
    for (name, bytes) in [("gzip", gzip(list())), ("zstd", zstd(list())), ("zip", zipped())] {
        let whole = read(&bytes);
        for (found, place) in flipped(&bytes) {
            // An entry of another name may be read before another.
            let altered = found.besides(&whole) + whole.besides(&found) > 0;
            assert!(!altered || found.tells(), "{name}, byte and bit {place:?}: {found:?}");
            assert!(found.calls.len() <= 5 || found.tells(), "{name}, {place:?}: {found:?}");
        }
    }
}

#[test]
fn a_bit_turned_over_in_text_costs_the_records_it_is_in() {
    for (name, text) in [("list", list()), ("lines", lines())] {
        let whole = read(text.as_bytes());
        for (found, place) in flipped(text.as_bytes()) {
            // Nothing tells another letter in a name from the right one.
            assert!(found.besides(&whole) <= 1, "{name}, {place:?}: {found:?}");
            // One that ends, or an end that is none, may take its neighbour with it.
            let lost = whole.besides(&found);
            assert!(lost <= 2, "{name}, {place:?}: {found:?}");
            assert!(found.calls.len() == 5 || found.tells(), "{name}, {place:?}: {found:?}");
        }
    }
}

/// Returns what is found with each bit turned over, and where that is.
fn flipped(bytes: &[u8]) -> impl Iterator<Item = (Found, (usize, u32))> {
    let places = (0..bytes.len()).flat_map(|at| (0..8).map(move |bit| (at, bit)));
    places.map(|(at, bit)| {
        let mut flipped = bytes.to_vec();
        flipped[at] ^= 1 << bit;
        (read(&flipped), (at, bit))
    })
}
