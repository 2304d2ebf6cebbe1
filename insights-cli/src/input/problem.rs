//! [`Problem`]: a place in the input that could not be used, and why.

use std::fmt;

use crate::printable::printable;

/// The most problems of one file that are named; the rest is counted.
const NAMED: usize = 10;

/// A place in a file that could not be used.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Problem {
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
}

/// The problems of one file: the first ones by name, all of them by number.
#[derive(Clone, Debug, Default)]
pub(crate) struct Problems {
    pub(crate) named: Vec<Problem>,
    pub(crate) count: u64,
}

impl Problems {
    pub(crate) fn add(&mut self, place: Place, what: impl fmt::Display) {
        self.count += 1;
        if self.named.len() < NAMED {
            // The text may quote the input: it must stay one line, and a short one.
            let what: String = what.to_string().chars().take(300).collect();
            self.named.push(Problem { place, what: printable(&what) });
        }
    }

    /// Returns the lines that name the problems of `file`.
    pub(crate) fn lines(&self, file: &str) -> impl Iterator<Item = String> {
        let more = self.count - self.named.len() as u64;
        let more = (more > 0).then(|| format!("warning: {file}: and {more} more like these"));
        let name =
            move |problem: &Problem| format!("warning: {file}{}: {}", problem.place, problem.what);
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
        }
    }
}
