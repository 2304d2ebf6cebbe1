//! [`Problem`]: a place in the input that could not be used, and why.

use std::{fmt, ops};

use serde::{Serialize, Serializer, ser::SerializeMap};

use crate::printable::printable;

/// The most problems of one file that are named; the rest is counted.
const NAMED: usize = 10;

/// What is wrong with a part of the input.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Fault {
    /// Nothing of a file can be read: it counts for the files and not for what is in them.
    Unreadable,
    /// Packed data that is cut off or damaged.
    Packing,
    /// More of something than is read.
    Limit,
    /// Bytes that are no text.
    Encoding,
    /// Text that is neither JSON nor CSV.
    Syntax,
    /// Something that is whole but holds no calls that could be counted.
    Foreign,
    /// A record that lacks what a call is counted by.
    Record,
    /// A row of a table of counts that makes no sense.
    Row,
}

/// How many problems of each kind there are.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Faults([u64; Fault::ALL.len()]);

impl Fault {
    /// All that spoil a part of a file.
    const ALL: [Self; 7] = [
        Self::Packing,
        Self::Limit,
        Self::Encoding,
        Self::Syntax,
        Self::Foreign,
        Self::Record,
        Self::Row,
    ];

    /// Returns its name in the summary for machines.
    const fn name(self) -> &'static str {
        match self {
            Self::Unreadable => "unreadable",
            Self::Packing => "packing",
            Self::Limit => "limit",
            Self::Encoding => "encoding",
            Self::Syntax => "syntax",
            Self::Foreign => "foreign",
            Self::Record => "record",
            Self::Row => "row",
        }
    }

    /// Returns what the summary for people calls several of them.
    const fn label(self) -> &'static str {
        match self {
            Self::Unreadable => "unreadable",
            Self::Packing => "damaged when packed",
            Self::Limit => "over a limit",
            Self::Encoding => "not UTF-8",
            Self::Syntax => "broken JSON or CSV",
            Self::Foreign => "not CloudTrail",
            Self::Record => "unusable records",
            Self::Row => "unusable rows",
        }
    }
}

impl Faults {
    /// Returns the number of all of them.
    pub(crate) fn total(&self) -> u64 {
        self.0.iter().sum()
    }

    /// Returns the number of one kind.
    pub(crate) fn count(&self, fault: Fault) -> u64 {
        Fault::ALL.iter().zip(self.0).filter(|(known, _)| **known == fault).map(|(_, n)| n).sum()
    }

    /// Returns the kinds there are, each with its number and what people call it.
    pub(crate) fn labels(self) -> impl Iterator<Item = (u64, &'static str)> {
        self.0.into_iter().zip(Fault::ALL.map(Fault::label)).filter(|&(count, _)| count > 0)
    }

    fn add(&mut self, fault: Fault) {
        if let Some(place) = Fault::ALL.iter().position(|&known| known == fault) {
            self.0[place] += 1;
        }
    }
}

impl ops::AddAssign for Faults {
    fn add_assign(&mut self, other: Self) {
        for (count, more) in self.0.iter_mut().zip(other.0) {
            *count += more;
        }
    }
}

impl Serialize for Faults {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (fault, count) in Fault::ALL.iter().zip(self.0) {
            map.serialize_entry(fault.name(), &count)?;
        }
        map.end()
    }
}

/// A place in a file that could not be used.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Problem {
    /// The entry of an archive it is in.
    pub(crate) entry: Option<Box<str>>,
    pub(crate) place: Place,
    pub(crate) what: String,
}

/// A place in a file.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Place {
    /// The file as a whole.
    File,
    /// A byte, counted from zero in the unpacked text.
    Byte(usize),
    /// A record, counted from one.
    Record(u64),
    /// A line, counted from one.
    Line(u64),
    /// A row of a table that has no lines, counted from one.
    #[cfg(feature = "parquet")]
    Row(u64),
}

/// The problems of one file: the first ones by name, all of them by number.
#[derive(Clone, Debug, Default)]
pub(crate) struct Problems {
    pub(crate) named: Vec<Problem>,
    /// Those of each kind, except for a file that cannot be read at all.
    pub(crate) faults: Faults,
    count: u64,
    /// The entry of an archive that is being read.
    entry: Option<Box<str>>,
    passed: Passed,
}

/// How much of a document came before the piece that is being read: places are counted from the
/// beginning of the piece and told from the beginning of the document.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Passed {
    pub(crate) bytes: usize,
    pub(crate) lines: u64,
    pub(crate) records: u64,
}

impl Problems {
    pub(crate) fn add(&mut self, fault: Fault, place: Place, what: impl fmt::Display) {
        self.count += 1;
        self.faults.add(fault);
        if self.named.len() < NAMED {
            let place = match place {
                Place::File => Place::File,
                Place::Byte(offset) => Place::Byte(offset + self.passed.bytes),
                Place::Record(number) => Place::Record(number + self.passed.records),
                Place::Line(number) => Place::Line(number + self.passed.lines),
                #[cfg(feature = "parquet")]
                Place::Row(number) => Place::Row(number),
            };
            // The text may quote the input: it must stay one line, and a short one.
            let what: String = what.to_string().chars().take(300).collect();
            let entry = self.entry.clone();
            self.named.push(Problem { entry, place, what: printable(&what) });
        }
    }

    /// Adds the problems of a later part of the same document.
    pub(crate) fn append(&mut self, later: Self) {
        self.count += later.count;
        self.faults += later.faults;
        let room = NAMED - self.named.len();
        let named = later.named.into_iter().take(room);
        self.named.extend(named.map(|problem| Problem { entry: self.entry.clone(), ..problem }));
    }

    /// Returns the number of all of them.
    pub(crate) const fn count(&self) -> u64 {
        self.count
    }

    /// Begins a document: an entry of an archive, or the file itself.
    pub(crate) fn begin(&mut self, entry: Option<&str>) {
        // A name may be long and is no more trusted than what is in the entry.
        self.entry = entry.map(|name| printable(name).chars().take(300).collect());
        self.passed = Passed::default();
    }

    /// Moves on in a document, behind a piece that was read.
    pub(crate) const fn pass(&mut self, piece: Passed) {
        self.passed.bytes += piece.bytes;
        self.passed.lines += piece.lines;
        self.passed.records += piece.records;
    }

    pub(crate) const fn are_there(&self) -> bool {
        self.count > 0
    }

    /// Returns the lines that name the problems of `file`.
    pub(crate) fn lines(&self, file: &str) -> impl Iterator<Item = String> {
        let more = self.count - self.named.len() as u64;
        let more = (more > 0).then(|| format!("warning: {file}: and {more} more like these"));
        let name = move |Problem { entry, place, what }: &Problem| match entry {
            Some(entry) => format!("warning: {file}: entry {entry}{place}: {what}"),
            None => format!("warning: {file}{place}: {what}"),
        };
        self.named.iter().map(name).chain(more)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File => Ok(()),
            Self::Byte(offset) => write!(f, ": byte {offset}"),
            Self::Record(number) => write!(f, ": record {number}"),
            Self::Line(number) => write!(f, ": line {number}"),
            #[cfg(feature = "parquet")]
            Self::Row(number) => write!(f, ": row {number}"),
        }
    }
}
