//! [`RecordError`]: why a record cannot be counted.

use std::{error, fmt};

/// A record that cannot be counted.
#[non_exhaustive]
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum RecordError {
    /// A field without which a call cannot be counted is missing or empty.
    Missing {
        /// The field.
        field: &'static str,
    },
    /// A field has a value of the wrong type.
    WrongType {
        /// The field.
        field: &'static str,
    },
    /// The event time is written in none of the known ways.
    BadTime {
        /// The text found, cut to 64 characters.
        found: Box<str>,
    },
    /// The account is a number that was shortened, so which one it is cannot be known.
    ShortenedAccount {
        /// The text found.
        found: Box<str>,
    },
    /// It is what another service tells its users, such as S3 of a new object.
    Notice {
        /// Whose notice it is, such as `aws:s3`.
        source: Box<str>,
    },
    /// The category is none that CloudTrail documents.
    UnknownCategory {
        /// The text found.
        found: Box<str>,
    },
}

impl error::Error for RecordError {}

impl fmt::Display for RecordError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing { field } => write!(f, "{field} is missing"),
            Self::WrongType { field } => write!(f, "{field} has a value of the wrong type"),
            Self::BadTime { found } => write!(f, "eventTime {found:?} is not written like a time"),
            Self::ShortenedAccount { found } => {
                write!(f, "account {found:?} was shortened by a spreadsheet")
            }
            Self::Notice { source } => {
                write!(f, "is a notice of {source} and not a record of CloudTrail")
            }
            Self::UnknownCategory { found } => write!(f, "eventCategory {found:?} is unknown"),
        }
    }
}
