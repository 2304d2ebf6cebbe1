//! [`Table`]: counts that stood in CSV.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    io::{self, BufReader, Read},
    path::{Path, PathBuf},
};

use anyhow::bail;
use csv::StringRecord;
use flate2::read::MultiGzDecoder;
use insights_core::{
    Attributes, Minute, MinuteBucket, PartialCounts, Selection, SeriesKey, WatermarkTracker,
    event_time,
};

use crate::{
    columns::STATED,
    input::{
        archive::Tally,
        problem::{Fault, Place, Problems},
    },
    printable::printable,
    progress::Progress,
};

/// The counts of one or more tables.
#[derive(Debug, Default)]
pub(crate) struct Table {
    pub(crate) counts: PartialCounts,
    pub(crate) times: WatermarkTracker,
    pub(crate) first: Option<Minute>,
    pub(crate) tally: Tally,
    pub(crate) rows: u64,
}

/// What the rows of a table mean.
pub(crate) trait Layout {
    /// Where the cells of one table are.
    type Columns;

    /// Finds the columns in the header of the table at `path`, or says what is missing.
    fn columns(&self, header: &StringRecord, path: &Path) -> Result<Self::Columns, String>;

    /// Takes a row, or says why it cannot be used.
    fn take(
        &mut self,
        columns: &Self::Columns,
        row: &StringRecord,
        table: &mut Table,
    ) -> Result<(), String>;
}

impl Table {
    /// Reads all tables; rows may come in any order and in any of them. A table that is named
    /// twice is read once.
    ///
    /// A row that cannot be used is named and counted, and the rows around it are kept.
    ///
    /// # Errors
    ///
    /// Returns an error for the first problem of a `strict` run.
    pub(crate) fn read(
        paths: &[PathBuf],
        layout: &mut impl Layout,
        strict: bool,
        progress: &Progress,
    ) -> anyhow::Result<Self> {
        let mut table = Self::default();
        let mut read = BTreeSet::new();
        for path in paths {
            if !read.insert(fs::canonicalize(path).unwrap_or_else(|_| path.clone())) {
                continue;
            }
            let name = if path.as_os_str() == "-" {
                "stdin".into()
            } else {
                printable(&path.to_string_lossy())
            };
            let mut problems = Problems::default();
            match open(path) {
                Ok(reader) => {
                    table.read_one(reader, path, layout, &mut problems);
                    table.tally.file(&problems);
                }
                Err(error) => {
                    table.tally.unreadable_files += 1;
                    problems.add(Fault::Unreadable, Place::File, error);
                }
            }
            for line in problems.lines(&name) {
                if strict {
                    bail!("{}", line.trim_start_matches("warning: "));
                }
                progress.warn(&line);
            }
            progress.advance(0);
        }
        Ok(table)
    }

    /// Adds the count of a series in a minute; a count of zero says that the log was alive.
    pub(crate) fn add(
        &mut self,
        series: &SeriesKey,
        minute: Minute,
        attributes: Attributes,
        count: u32,
        selection: &Selection,
    ) {
        if !selection.spans(minute) {
            return;
        }
        let seen = if count == 0 { STATED } else { count };
        self.times.observe_count(minute, seen);
        self.first = self.first.into_iter().chain([minute]).min();
        if selection.admits_series(series) {
            let mut bucket = MinuteBucket::default();
            bucket.add(attributes, count);
            self.counts.insert(series, minute, bucket);
        } else {
            self.counts.pass_over(&series.log(), minute, seen);
        }
    }

    pub(super) fn read_one(
        &mut self,
        reader: Box<dyn Read>,
        path: &Path,
        layout: &mut impl Layout,
        problems: &mut Problems,
    ) {
        let mut csv = csv::ReaderBuilder::new().flexible(true).from_reader(reader);
        let columns = csv
            .headers()
            .map_err(|error| error.to_string())
            .and_then(|header| layout.columns(header, path));
        let columns = match columns {
            Ok(columns) => columns,
            Err(what) => return problems.add(Fault::Foreign, Place::Line(1), what),
        };
        let width = csv.headers().map_or(0, StringRecord::len);
        let mut row = StringRecord::new();
        loop {
            let line = csv.position().line();
            match csv.read_record(&mut row) {
                Ok(false) => break,
                Ok(true) => {
                    self.rows += 1;
                    let whole = if row.len() == width {
                        layout.take(&columns, &row, self)
                    } else {
                        Err(format!("has {} cells and not {width}", row.len()))
                    };
                    if let Err(what) = whole {
                        problems.add(
                            Fault::Row,
                            Place::Line(row.position().map_or(line, csv::Position::line)),
                            what,
                        );
                    }
                }
                Err(error) => {
                    let broken = matches!(error.kind(), csv::ErrorKind::Io(_));
                    let fault = if broken { Fault::Packing } else { Fault::Syntax };
                    problems.add(fault, Place::Line(line), error);
                    if broken {
                        break;
                    }
                    self.rows += 1;
                }
            }
        }
    }
}

/// Returns where a column is, by its name.
pub(super) fn place(header: &StringRecord, name: &str) -> Option<usize> {
    header.iter().position(|found| found.trim() == name)
}

/// Returns where a column is that there must be.
pub(super) fn needed(header: &StringRecord, name: &str) -> Result<usize, String> {
    place(header, name).ok_or_else(|| format!("the header has no column {name}"))
}

/// Reads the minute of a row, from any way to write a time.
pub(super) fn minute(text: &str) -> Option<Minute> {
    event_time(text).map(Minute::containing)
}

/// Opens a file or stdin, packed with gzip or not.
fn open(path: &Path) -> io::Result<Box<dyn Read>> {
    let mut raw: Box<dyn Read> = if path.as_os_str() == "-" {
        Box::new(io::stdin().lock())
    } else {
        Box::new(File::open(path)?)
    };
    let mut magic = Vec::new();
    raw.by_ref().take(2).read_to_end(&mut magic)?;
    let packed = magic == [0x1f, 0x8b];
    let whole = BufReader::with_capacity(1 << 16, io::Cursor::new(magic).chain(raw));
    if packed { without_mark(MultiGzDecoder::new(whole)) } else { without_mark(whole) }
}

/// Drops the byte order mark that spreadsheets put before a table.
fn without_mark(mut text: impl Read + 'static) -> io::Result<Box<dyn Read>> {
    let mut mark = Vec::new();
    text.by_ref().take(3).read_to_end(&mut mark)?;
    if mark == "\u{feff}".as_bytes() {
        mark.clear();
    }
    Ok(Box::new(io::Cursor::new(mark).chain(text)))
}
