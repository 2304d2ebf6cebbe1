//! [`Rows`]: tables of events, a row for each, as CSV.

use csv::{ReaderBuilder, StringRecord};

use super::{columns::Columns, dates::Dates, intake::Intake};
use crate::input::problem::{Fault, Place};

/// The most rows with a quote that is not closed of which the next lines are tried on their own.
const MOST_UNCLOSED: u32 = 64;

/// A table and what its header says.
#[derive(Debug)]
pub(super) struct Rows {
    columns: Columns,
    dates: Dates,
    delimiter: u8,
    width: usize,
    /// Whether the header still stands before the next piece.
    header: bool,
}

/// What a table is.
#[derive(Debug)]
pub(super) enum Table {
    Events(Rows),
    /// Events that cannot be counted, and why.
    Incomplete(String),
    /// Something else that is known, and what.
    Other(String),
}

impl Table {
    /// Returns what a text is if its first line is a known header.
    pub(super) fn of(text: &str) -> Option<Self> {
        /// No header is longer; a text of one line takes several times as much as cells.
        const LONGEST: usize = 1 << 16;
        if memchr::memchr2(b'\n', b'\r', text.as_bytes()).unwrap_or(text.len()) > LONGEST {
            return None;
        }
        let header = |delimiter: u8| {
            let mut header = StringRecord::new();
            reader(text, delimiter).read_record(&mut header).ok()?.then_some(())?;
            Some((Columns::of(header.iter()), delimiter, header))
        };
        let (columns, delimiter, header) = [b',', b';', b'\t', b'|']
            .into_iter()
            .filter_map(header)
            .max_by_key(|(columns, delimiter, _)| (columns.known(), *delimiter == b','))?;
        let has = |name: &str| header.iter().any(|column| column.eq_ignore_ascii_case(name));
        if columns.known() < 2 && !(columns.hold_whole() && columns.known() > 0) {
            return None;
        }
        if has("insight_type") {
            return Some(Self::Other("is a table of Insights and not of events".into()));
        }
        if has("minute") && has("count") {
            return Some(Self::Other("is a table of counts: `insights detect` reads it".into()));
        }
        let needed = [("eventTime", "time"), ("eventSource", "source"), ("eventName", "name")];
        let missing = needed.into_iter().find(|(field, _)| !columns.hold(field));
        if let Some((_, missing)) = missing.filter(|_| !columns.hold_whole()) {
            let names: Vec<&str> = header.iter().take(12).collect();
            return Some(Self::Incomplete(format!(
                "is a table without a column for the event {missing}, so its calls cannot be told \
                 apart; it has {}{}",
                names.join(", "),
                if header.len() > names.len() { ", …" } else { "" }
            )));
        }
        let mut dates = Dates::default();
        if let Some(time) = columns.time() {
            let mut row = StringRecord::new();
            let mut rows = reader(text, delimiter);
            while let Ok(true) = rows.read_record(&mut row) {
                dates.learn(row.get(time).unwrap_or_default().trim());
            }
        }
        let width = header.len();
        Some(Self::Events(Rows { columns, dates, delimiter, width, header: true }))
    }
}

impl Rows {
    /// Reads the rows of a piece.
    pub(super) fn read(&mut self, text: &str, intake: &mut Intake<'_>) {
        let mut row = StringRecord::new();
        let (mut begin, mut line) = (0, 0);
        let mut unclosed = 0;
        'piece: loop {
            let mut rows = reader(&text[begin..], self.delimiter);
            loop {
                let before = rows.position().clone();
                match rows.read_record(&mut row) {
                    Ok(true) => {}
                    Ok(false) => return,
                    Err(error) => {
                        intake.bad_row(Fault::Syntax, line + before.line(), error);
                        continue;
                    }
                }
                if std::mem::take(&mut self.header) {
                    continue;
                }
                let first = row.position().unwrap_or(&before);
                let at = begin + usize::try_from(first.byte()).unwrap_or_default();
                // The reader leaves the second half of a line break to the next row.
                let half = usize::from(text[at..].starts_with('\n'));
                let number = line + first.line() + half as u64;
                let Err(what) = self.row(&row, number, intake) else { continue };
                intake.bad_row(Fault::Row, number, what);
                // A quote that is not closed swallows the rows behind it.
                let swallowed = rows.position().line() > first.line() + 1 + half as u64;
                if swallowed && self.swallows(&row) && unclosed < MOST_UNCLOSED {
                    unclosed += 1;
                    let end =
                        text[at + half..].find('\n').map_or(text.len(), |end| at + half + end + 1);
                    (begin, line) = (end, number);
                    continue 'piece;
                }
            }
        }
    }

    /// Returns whether a row has the cells of the header, and at most empty ones behind them.
    fn fits(&self, row: &StringRecord) -> bool {
        row.len() >= self.width && row.iter().skip(self.width).all(str::is_empty)
    }

    /// Returns whether a row is made of several, by a quote that is not closed.
    fn swallows(&self, row: &StringRecord) -> bool {
        !self.fits(row) || self.columns.any(|at| row.get(at), |cell| cell.contains('\n'))
    }

    fn row(&self, row: &StringRecord, line: u64, intake: &mut Intake<'_>) -> Result<(), String> {
        // Spreadsheets that save a table twice make one cell of a row with quotes in it.
        if let (1, 2.., Some(inside)) = (row.len(), self.width, row.get(0)) {
            let mut inner = StringRecord::new();
            let read = reader(inside, self.delimiter).read_record(&mut inner);
            if read.is_ok() && inner.len() == self.width {
                return self.row(&inner, line, intake);
            }
        }
        if !self.fits(row) {
            return Err(format!("has {} cells and not {}", row.len(), self.width));
        }
        if self.swallows(row) {
            return Err("has a line break where there is none: a quote is not closed".into());
        }
        self.columns.read(|at| row.get(at), &self.dates, Place::Line(line), 0, intake)
    }
}

fn reader(text: &str, delimiter: u8) -> csv::Reader<&[u8]> {
    ReaderBuilder::new()
        .delimiter(delimiter)
        .flexible(true)
        .has_headers(false)
        .from_reader(text.as_bytes())
}
