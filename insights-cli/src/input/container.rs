//! Takes the text of a file apart into records: [`Container`].
//!
//! What a text is, is told by what it says and never by the name of its file. Values of JSON are
//! read in [`json`], objects around records in [`wrapper`], tables in [`rows`].

mod columns;
mod dates;
mod ecs;
mod intake;
mod json;
mod nested;
mod rows;
mod wrapper;

pub(crate) use self::intake::{Intake, Origin, Seen};
use self::rows::{Rows, Table};

/// The text of one file, or of one entry of an archive, read piece by piece.
#[derive(Debug, Default)]
pub(crate) struct Container {
    form: Form,
}

/// What a text is.
#[derive(Debug, Default)]
enum Form {
    /// Nothing of it was seen but white space.
    #[default]
    Unknown,
    /// Values of JSON, one after the other, on lines of their own or not.
    Json,
    /// A table with a header.
    Rows(Box<Rows>),
    /// A table that was refused.
    Refused,
}

impl Container {
    /// Reads the next piece of the text.
    ///
    /// No value of JSON and no row of a table goes on from one piece to the next.
    pub(crate) fn read(&mut self, text: &str, intake: &mut Intake<'_>) {
        if matches!(self.form, Form::Unknown) {
            self.form = match text.trim_start().as_bytes().first() {
                None => Form::Unknown,
                Some(b'{' | b'[') => Form::Json,
                Some(_) => match Table::of(text) {
                    None => Form::Json,
                    Some(Table::Events(rows)) => Form::Rows(Box::new(rows)),
                    Some(Table::Incomplete(why) | Table::Other(why)) => {
                        intake.refuse(&why);
                        Form::Refused
                    }
                },
            };
        }
        match &mut self.form {
            Form::Unknown | Form::Refused => {}
            Form::Json => json::read(text, intake),
            Form::Rows(rows) => rows.read(text, intake),
        }
    }
}

/// Returns whether a text that begins so holds events of CloudTrail, or should.
pub(super) fn begins(text: &str) -> bool {
    let values = text.trim_start().starts_with(|c: char| matches!(c, '{' | '[' | '0'..='9'));
    if values {
        // Escaped or not, they are in every record.
        text.contains('{') && ["eventTime", "eventSource"].iter().any(|name| text.contains(name))
    } else {
        matches!(Table::of(text), Some(Table::Events(_) | Table::Incomplete(_)))
    }
}

#[cfg(test)]
mod tests;
