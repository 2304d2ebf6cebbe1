//! Reads tables of counts: [`read`].

use std::{
    collections::BTreeSet,
    fs::{self, File},
    io::{self, BufReader, Read},
    path::{Path, PathBuf},
};

use chrono::{DateTime, NaiveDateTime};
use csv::StringRecord;
use flate2::read::MultiGzDecoder;
use insights_core::{
    Attributes, EventCategory, Minute, MinuteBucket, PartialCounts, Selection, SeriesKey,
    WatermarkTracker,
};

use crate::{
    columns::{COLUMNS, STATED},
    input::{
        archive::Tally,
        problem::{Place, Problems},
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

/// Reads all tables; rows may come in any order and in any of them. A table that is named twice
/// is read once.
///
/// A row that cannot be used is named and counted, and the rows around it are kept.
pub(crate) fn read(paths: &[PathBuf], selection: &Selection, progress: &Progress) -> Table {
    let mut table = Table::default();
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
                table.tally.files += 1;
                table.read(reader, selection, &mut problems);
                table.tally.damaged_files += u64::from(problems.count > 0);
                table.tally.malformed += problems.count;
            }
            Err(error) => {
                table.tally.unreadable_files += 1;
                problems.add(Place::File, error);
            }
        }
        for line in problems.lines(&name) {
            progress.warn(&line);
        }
        progress.advance(0);
    }
    table
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

/// Where the columns of a table are.
struct Columns([Option<usize>; COLUMNS.len()]);

impl Columns {
    /// Finds the columns by their names, in any order.
    fn find(header: &StringRecord) -> Result<Self, String> {
        let place = |name: &str| header.iter().position(|found| found.trim() == name);
        let columns = Self(COLUMNS.map(place));
        for required in ["minute", "event_source", "event_name", "count"] {
            if place(required).is_none() {
                return Err(format!("the header has no column {required}"));
            }
        }
        Ok(columns)
    }

    /// Returns the cells of a row in the order of `COLUMNS`, empty where there is no column.
    fn cells<'r>(&self, row: &'r StringRecord) -> [&'r str; COLUMNS.len()] {
        self.0.map(|place| place.and_then(|place| row.get(place)).unwrap_or_default())
    }
}

impl Table {
    fn read(&mut self, reader: Box<dyn Read>, selection: &Selection, problems: &mut Problems) {
        let mut csv = csv::ReaderBuilder::new().flexible(true).from_reader(reader);
        let columns = match csv.headers().map_err(|error| error.to_string()).and_then(Columns::find)
        {
            Ok(columns) => columns,
            Err(what) => return problems.add(Place::Line(1), what),
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
                        self.take(columns.cells(&row), selection)
                    } else {
                        Err(format!("has {} cells and not {width}", row.len()))
                    };
                    if let Err(what) = whole {
                        problems.add(
                            Place::Line(row.position().map_or(line, csv::Position::line)),
                            what,
                        );
                    }
                }
                Err(error) => {
                    let broken = matches!(error.kind(), csv::ErrorKind::Io(_));
                    problems.add(Place::Line(line), error);
                    if broken {
                        break;
                    }
                    self.rows += 1;
                }
            }
        }
    }

    fn take(&mut self, cells: [&str; COLUMNS.len()], selection: &Selection) -> Result<(), String> {
        let [
            minute,
            account,
            region,
            source,
            name,
            category,
            code,
            count,
            identity,
            agent,
            resource,
        ] = cells;
        let minute = self::minute(minute).ok_or_else(|| format!("minute {minute:?} is no time"))?;
        let count: u32 = count
            .trim()
            .parse()
            .map_err(|_| format!("count {count:?} is no whole number from 0 to {}", u32::MAX))?;
        if source.is_empty() || name.is_empty() {
            return Err("event_source or event_name is empty".to_owned());
        }
        let category = match category {
            "" | "Management" => EventCategory::Management,
            "Data" => EventCategory::Data,
            other => {
                return Err(format!("event_category {other:?} is neither Management nor Data"));
            }
        };
        if !selection.spans(minute) {
            return Ok(());
        }
        let series = SeriesKey {
            account_id: account.into(),
            region: region.into(),
            event_source: source.into(),
            event_name: name.into(),
            category,
            error_code: (!code.is_empty()).then(|| code.into()),
        };
        let seen = if count == 0 { STATED } else { count };
        self.times.observe_count(minute, seen);
        self.first = self.first.into_iter().chain([minute]).min();
        if selection.admits_series(&series) {
            let known = |cell: &str| (!cell.is_empty()).then(|| cell.into());
            let mut bucket = MinuteBucket::default();
            let attributes = Attributes {
                user_identity: known(identity),
                user_agent: known(agent),
                resource_arn: known(resource),
            };
            bucket.add(attributes, count);
            self.counts.insert(&series, minute, bucket);
        } else {
            self.counts.pass_over(&series.log(), minute, seen);
        }
        Ok(())
    }
}

/// Reads RFC 3339, or what databases print: `2026-03-02 14:05:00`, taken as UTC.
fn minute(text: &str) -> Option<Minute> {
    let text = text.trim();
    let zoned = DateTime::parse_from_rfc3339(text).map(|time| time.to_utc());
    let plain = |layout| NaiveDateTime::parse_from_str(text, layout).map(|time| time.and_utc());
    let time = zoned
        .or_else(|_| plain("%Y-%m-%d %H:%M:%S%.f"))
        .or_else(|_| plain("%Y-%m-%dT%H:%M:%S%.f"))
        .or_else(|_| plain("%Y-%m-%d %H:%M"))
        .ok()?;
    Some(Minute::containing(time))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(csv: &'static str) -> (Table, Vec<String>) {
        let mut table = Table::default();
        let mut problems = Problems::default();
        table.read(Box::new(csv.as_bytes()), &Selection::default(), &mut problems);
        (table, problems.lines("f").collect())
    }

    #[test]
    fn columns_go_by_name_and_bad_rows_are_named() {
        let (table, problems) = table(
            "count,event_name,minute,event_source\n\
             3,A,2026-03-02T14:05:00Z,s\n\
             x,A,2026-03-02T14:06:00Z,s\n\
             4,A,noon,s\n\
             5,A\n\
             ,,,\n\
             6,A,2026-03-02 14:07:00,s\n",
        );
        assert_eq!(table.rows, 6);
        let calls: Vec<u32> = table.counts.seal().rows().map(|row| row.count).collect();
        assert_eq!(calls, [3, 6]);
        assert_eq!(
            problems,
            [
                "warning: f: line 3: count \"x\" is no whole number from 0 to 4294967295",
                "warning: f: line 4: minute \"noon\" is no time",
                "warning: f: line 5: has 2 cells and not 4",
                "warning: f: line 6: minute \"\" is no time",
            ]
        );
    }

    #[test]
    fn a_table_without_a_needed_column_is_refused() {
        let (table, problems) = table("minute,event_name,count\n2026-03-02T14:05:00Z,A,1\n");
        assert_eq!((table.rows, problems.len()), (0, 1));
        assert!(problems[0].ends_with("line 1: the header has no column event_source"));
    }
}
