//! [`Intake`]: where the records of a text go, and what else is in it.

use std::{fmt, ops};

use insights_core::Record;
use serde::{Serialize, Serializer, ser::SerializeMap};

use crate::input::problem::{Fault, Place, Problems};

/// Takes a record, what is said around it of where it is from, and its text as it was logged: JSON.
type Each<'s> = dyn FnMut(&Record<'_>, &Origin, &dyn fmt::Display, &mut Problems) + 's;

/// Takes the records of a text one by one and keeps account of all that is none.
pub(crate) struct Intake<'s> {
    each: &'s mut Each<'s>,
    problems: &'s mut Problems,
    pub(super) seen: Seen,
    pub(super) origin: Origin,
    /// Where the text is that is read.
    pub(super) place: Whereabouts,
    /// Whether it is known that the text was cut off.
    pub(super) cut: bool,
    /// How many strings there are around the text.
    pub(super) wrapped: u32,
}

/// What a text holds.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize)]
pub(crate) struct Seen {
    /// Records, those that cannot be used included.
    pub(crate) records: u64,
    /// Lists of hashes of log files.
    pub(crate) digests: u64,
    /// What CloudWatch Logs sends to see whether a destination is alive.
    pub(crate) control_messages: u64,
    /// Rows of flattened records that hold no more than further items of lists.
    pub(crate) continued_rows: u64,
    /// Lists that would hold records, and hold nothing.
    #[serde(skip)]
    pub(super) empty: u64,
    /// What the text cannot give, and for how many records.
    pub(crate) lacking: Lacking,
}

/// What is said around a record of where it is from.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Origin {
    pub(crate) account_id: Option<String>,
    pub(crate) region: Option<String>,
}

/// Where a text is that is read.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Whereabouts {
    /// It is the piece of the file.
    File,
    /// It stood in a string of the file, under this name, in the value or row there.
    Inside(Place, String),
}

/// Parts of a record that some containers leave out.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Lack {
    Arn,
    ErrorCode,
    AccountId,
    Region,
    EventId,
    UserAgent,
}

/// For how many records each part was left out.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Lacking([u64; Lack::ALL.len()]);

impl<'s> Intake<'s> {
    /// Returns a intake that hands on each record, with what is said around it.
    pub(crate) fn new(problems: &'s mut Problems, each: &'s mut Each<'s>) -> Self {
        let place = Whereabouts::File;
        Self {
            each,
            problems,
            seen: Seen::default(),
            origin: Origin::default(),
            place,
            cut: false,
            wrapped: 0,
        }
    }

    /// Returns what was seen.
    pub(crate) const fn seen(&self) -> Seen {
        self.seen
    }

    /// Notes that what follows is missing, which is told already.
    pub(crate) const fn cut(mut self, cut: bool) -> Self {
        self.cut = cut;
        self
    }

    /// Hands on a record and its text.
    pub(super) fn record(&mut self, record: &Record<'_>, text: &dyn fmt::Display) {
        self.seen.records += 1;
        (self.each)(record, &self.origin, text, self.problems);
    }

    /// Takes note of a table that cannot be used.
    pub(super) fn refuse(&mut self, why: &str) {
        self.problems.add(Fault::Foreign, Place::Line(1), why);
    }

    /// Takes note of a row of a table that cannot be used.
    pub(super) fn bad_row(&mut self, fault: Fault, line: u64, what: impl fmt::Display) {
        self.problems.add(fault, Place::Line(line), what);
    }

    /// Takes note of what is wrong at a byte of the text.
    pub(super) fn problem(&mut self, fault: Fault, at: usize, what: impl fmt::Display) {
        match &self.place {
            Whereabouts::File => self.problems.add(fault, Place::Byte(at), what),
            Whereabouts::Inside(place, name) => {
                let what = format!("{what}, at byte {at} of the text in {name}");
                self.problems.add(fault, *place, what);
            }
        }
    }

    /// Returns the place of a byte of the text.
    pub(super) fn at(&self, at: usize) -> Place {
        match self.place {
            Whereabouts::File => Place::Byte(at),
            Whereabouts::Inside(place, _) => place,
        }
    }

    /// Returns how much was recognised or complained about so far: what changes it was not for
    /// nothing.
    pub(super) fn heeded(&self) -> u64 {
        let Seen { records, digests, control_messages, continued_rows, empty, lacking: _ } =
            self.seen;
        records + digests + control_messages + continued_rows + empty + self.problems.count()
    }
}

impl ops::AddAssign for Seen {
    fn add_assign(&mut self, other: Self) {
        self.records += other.records;
        self.digests += other.digests;
        self.control_messages += other.control_messages;
        self.continued_rows += other.continued_rows;
        self.empty += other.empty;
        self.lacking += other.lacking;
    }
}

impl Lack {
    pub(super) const ALL: [Self; 6] =
        [Self::Arn, Self::ErrorCode, Self::AccountId, Self::Region, Self::EventId, Self::UserAgent];

    /// Returns its name in the summary for machines.
    const fn name(self) -> &'static str {
        match self {
            Self::Arn => "user_identity_arn",
            Self::ErrorCode => "error_code",
            Self::AccountId => "account_id",
            Self::Region => "aws_region",
            Self::EventId => "event_id",
            Self::UserAgent => "user_agent",
        }
    }

    /// Returns what the summary for people says.
    const fn label(self) -> &'static str {
        match self {
            Self::Arn => "no ARN of the caller",
            Self::ErrorCode => "no error code, so no failures",
            Self::AccountId => "no account",
            Self::Region => "no Region",
            Self::EventId => "no event id, so repeats count",
            Self::UserAgent => "no user agent",
        }
    }
}

impl Lacking {
    pub(super) fn add(&mut self, lacks: impl IntoIterator<Item = Lack>) {
        for lack in lacks {
            self.0[lack as usize] += 1;
        }
    }

    /// Returns what there is to tell: for how many records, and what.
    pub(crate) fn labels(self) -> impl Iterator<Item = (u64, &'static str)> {
        self.0.into_iter().zip(Lack::ALL.map(Lack::label)).filter(|&(count, _)| count > 0)
    }
}

impl ops::AddAssign for Lacking {
    fn add_assign(&mut self, other: Self) {
        for (count, more) in self.0.iter_mut().zip(other.0) {
            *count += more;
        }
    }
}

impl Serialize for Lacking {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (lack, count) in Lack::ALL.iter().zip(self.0) {
            map.serialize_entry(lack.name(), &count)?;
        }
        map.end()
    }
}
