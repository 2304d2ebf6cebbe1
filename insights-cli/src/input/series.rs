//! Reads plain series of counts, a row for each step of time: [`read`].

use std::{
    cmp::Reverse,
    collections::BTreeMap,
    io::{BufReader, Read},
    path::{Path, PathBuf},
};

use csv::StringRecord;
use insights_core::{
    AttributesRef, EventCategory, Minute, Minutes, Selection, SeriesKey, SeriesRef,
};
use serde::Serialize;

use crate::{
    input::{
        problem::{Fault, Place, Problems},
        table::{Layout, ParquetFile, Table, minute},
    },
    plan::SeriesPlan,
    progress::Progress,
};

/// The event source of plain series.
const SOURCE: &str = "series";

/// How the rows of plain series became counts of minutes.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize)]
pub(crate) struct Spread {
    /// Whether the step was given and not found in the times.
    pub(crate) step_given: bool,
    /// The series with each step in minutes, the shortest first.
    pub(crate) steps: BTreeMap<u32, u64>,
    /// Series of which less than half of the rows lie the step found after the one before.
    pub(crate) irregular: u64,
    /// Values that were rounded to a whole number.
    pub(crate) rounded: u64,
}

/// Reads all files, see [`Table::read`], and spreads each row over its step.
///
/// A row counts what happened in the step that begins at its time. The whole count is spread
/// evenly over the minutes of the step. Rows that share minutes add up. A step that has no row is
/// a zero.
pub(crate) fn read(
    paths: &[PathBuf],
    plan: &SeriesPlan,
    selection: &Selection,
    strict: bool,
    progress: &Progress,
) -> anyhow::Result<(Table, Spread)> {
    let mut layout = Series { plan, rows: BTreeMap::new(), rounded: 0 };
    let mut table = Table::read(paths, &mut layout, strict, progress)?;
    let spread = layout.spread(&mut table, selection);
    Ok((table, spread))
}

/// Reads the text of one file.
#[cfg(fuzzing)]
pub(crate) fn of_text(
    text: &[u8],
    plan: &SeriesPlan,
    selection: &Selection,
    problems: &mut Problems,
) -> Table {
    let mut layout = Series { plan, rows: BTreeMap::new(), rounded: 0 };
    let mut table = Table::default();
    layout.read_csv(&mut &*text, Path::new("f"), &mut table, problems);
    let _ = layout.spread(&mut table, selection);
    table
}

/// The layout of plain series, and what was read of each.
struct Series<'p> {
    plan: &'p SeriesPlan,
    rows: BTreeMap<Box<str>, Vec<(Minute, u32)>>,
    rounded: u64,
}

/// Where the cells of a row are.
struct Columns {
    time: usize,
    value: usize,
    name: Name,
}

/// What a series is called.
enum Name {
    Column(usize),
    File(Box<str>),
}

impl Series<'_> {
    /// Spreads the rows over their steps.
    fn spread(self, table: &mut Table, selection: &Selection) -> Spread {
        let mut spread = Spread {
            step_given: self.plan.step.is_some(),
            rounded: self.rounded,
            ..Spread::default()
        };
        for (name, mut rows) in self.rows {
            rows.sort_unstable();
            let (found, regular) = step(&rows);
            let step = self.plan.step.unwrap_or(found);
            *spread.steps.entry(step.count()).or_default() += 1;
            spread.irregular += u64::from(self.plan.step.is_none() && !regular);
            let series = SeriesKey {
                account_id: "".into(),
                region: "".into(),
                event_source: SOURCE.into(),
                event_name: name,
                category: EventCategory::Management,
                error_code: None,
            };
            for (time, value) in rows {
                for (after, count) in (0..).zip(shares(value, step)) {
                    let minute = time + Minutes::new(after);
                    table.add(
                        &SeriesRef::from(&series),
                        minute,
                        &AttributesRef::default(),
                        count,
                        selection,
                    );
                }
            }
        }
        spread
    }
}

impl Layout for Series<'_> {
    fn read_csv(
        &mut self,
        text: &mut dyn Read,
        path: &Path,
        table: &mut Table,
        problems: &mut Problems,
    ) {
        let text = BufReader::with_capacity(1 << 16, text);
        let mut csv = csv::ReaderBuilder::new().flexible(true).from_reader(text);
        let header = csv.headers().map_err(|error| error.to_string());
        let (columns, width) =
            match header.and_then(|row| Ok((self.columns(row, path)?, row.len()))) {
                Ok(found) => found,
                Err(what) => return problems.add(Fault::Foreign, Place::Line(1), what),
            };
        let mut row = StringRecord::new();
        loop {
            let line = csv.position().line();
            match csv.read_record(&mut row) {
                Ok(false) => break,
                Ok(true) => {
                    table.rows += 1;
                    let whole = if row.len() == width {
                        self.take(&columns, &row)
                    } else {
                        Err(format!("has {} cells and not {width}", row.len()))
                    };
                    if let Err(what) = whole {
                        let line = row.position().map_or(line, csv::Position::line);
                        problems.add(Fault::Row, Place::Line(line), what);
                    }
                }
                Err(error) => {
                    let broken = matches!(error.kind(), csv::ErrorKind::Io(_));
                    let fault = if broken { Fault::Packing } else { Fault::Syntax };
                    problems.add(fault, Place::Line(line), error);
                    if broken {
                        break;
                    }
                    table.rows += 1;
                }
            }
        }
    }

    fn read_parquet(&mut self, _: ParquetFile<'_>, _: &mut Table, problems: &mut Problems) {
        let what = "is a Parquet file; plain series are read from CSV";
        problems.add(Fault::Foreign, Place::File, what);
    }
}

impl Series<'_> {
    fn columns(&self, header: &StringRecord, path: &Path) -> Result<Columns, String> {
        Ok(Columns {
            time: needed(header, &self.plan.time)?,
            value: needed(header, &self.plan.value)?,
            name: match &self.plan.name {
                Some(name) => Name::Column(needed(header, name)?),
                None => Name::File(stem(path)),
            },
        })
    }

    fn take(&mut self, columns: &Columns, row: &StringRecord) -> Result<(), String> {
        let SeriesPlan { time, value, name, .. } = self.plan;
        let cell = |place: usize| row.get(place).unwrap_or_default();
        let text = cell(columns.time);
        let minute = minute(text).ok_or_else(|| format!("{time} {text:?} is no time"))?;
        let series = match &columns.name {
            Name::Column(place) => cell(*place),
            Name::File(name) => name,
        };
        if series.is_empty() {
            return Err(format!("{} is empty", name.as_deref().unwrap_or("the name")));
        }
        let text = cell(columns.value);
        let (count, rounded) = count(text).map_err(|what| format!("{value} {text:?} is {what}"))?;
        self.rounded += u64::from(rounded);
        if let Some(rows) = self.rows.get_mut(series) {
            rows.push((minute, count));
        } else {
            self.rows.insert(series.into(), vec![(minute, count)]);
        }
        Ok(())
    }
}

/// Returns where a column is that there must be.
fn needed(header: &StringRecord, name: &str) -> Result<usize, String> {
    let place = header.iter().position(|found| found.trim() == name);
    place.ok_or_else(|| format!("the header has no column {name}"))
}

/// Returns what a file is called, without folders and endings.
fn stem(path: &Path) -> Box<str> {
    if path.as_os_str() == "-" {
        return "stdin".into();
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let name = name.strip_suffix(".gz").unwrap_or(&name);
    name.strip_suffix(".csv").unwrap_or(name).into()
}

/// Reads a count, and tells whether it had to be rounded; a half is rounded up.
fn count(text: &str) -> Result<(u32, bool), String> {
    let text = text.trim();
    if let Ok(count) = text.parse() {
        return Ok((count, false));
    }
    let value: f64 = text.parse().map_err(|_| "no number".to_owned())?;
    let count = value.round();
    if !value.is_finite() {
        Err("not finite".to_owned())
    } else if value < 0.0 {
        Err("negative, and a count is not".to_owned())
    } else if count > f64::from(u32::MAX) {
        Err(format!("above {}", u32::MAX))
    } else {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a whole number from 0 to u32::MAX"
        )]
        let whole = count as u32;
        Ok((whole, f64::from(whole).to_bits() != value.abs().to_bits()))
    }
}

/// Returns how far most rows lie after the one before, and whether half of them do.
///
/// Of distances that are equally frequent it is the shortest. Only those of up to a day are
/// steps; where there is none, the step is a minute.
fn step(sorted: &[(Minute, u32)]) -> (Minutes, bool) {
    let mut distances = BTreeMap::<Minutes, usize>::new();
    for pair in sorted.windows(2) {
        let distance = pair[1].0.since(pair[0].0);
        if distance > Minutes::default() {
            *distances.entry(distance).or_default() += 1;
        }
    }
    let all: usize = distances.values().sum();
    let steps = distances.range(..=SeriesPlan::LONGEST_STEP);
    let most = steps.max_by_key(|&(&distance, &rows)| (rows, Reverse(distance)));
    let (step, rows) = most.map_or((Minutes::new(1), 0), |(&step, &rows)| (step, rows));
    (step, 2 * rows >= all)
}

/// Spreads a count evenly over the minutes of a step, in whole numbers with the same sum.
fn shares(count: u32, step: Minutes) -> impl Iterator<Item = u32> {
    let (count, step) = (u64::from(count), u64::from(step.count()));
    // What the first minutes of the step have together; below 2^32 · 1440.
    let until = move |minutes: u64| count * minutes / step;
    (0..step).map(move |minute| {
        u32::try_from(until(minute + 1) - until(minute)).expect("a part of a count is no larger")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_is_spread_evenly_and_keeps_its_sum() {
        let spread = |count, step| shares(count, Minutes::new(step)).collect::<Vec<_>>();
        assert_eq!(spread(104, 5), [20, 21, 21, 21, 21]);
        assert_eq!(spread(2, 5), [0, 0, 1, 0, 1]);
        assert_eq!(spread(7, 1), [7]);
        assert_eq!(spread(0, 3), [0, 0, 0]);
        for step in 1..=1_440 {
            for count in [1, 59, 1_439, 1_000_003, u32::MAX] {
                let shares = spread(count, step);
                assert_eq!(shares.iter().copied().map(u64::from).sum::<u64>(), u64::from(count));
                let (least, most) = (shares.iter().min().unwrap(), shares.iter().max().unwrap());
                assert!(most - least <= 1, "{count} over {step}");
            }
        }
    }

    #[test]
    fn the_step_is_the_most_frequent_distance_of_at_most_a_day() {
        let step = |minutes: &[u32]| {
            let rows: Vec<_> =
                minutes.iter().map(|&minute| (Minute::from_epoch(minute), 1)).collect();
            let (step, regular) = step(&rows);
            (step.count(), regular)
        };
        assert_eq!(step(&[0, 5, 10, 15, 100, 105]), (5, true));
        assert_eq!(step(&[0, 0, 0, 5, 5, 10]), (5, true), "rows of one minute have no distance");
        assert_eq!(step(&[0, 5, 15, 20, 30]), (5, true), "the shortest of two");
        assert_eq!(step(&[0, 5, 15, 30, 50]), (5, false));
        assert_eq!(step(&[0, 1_440, 2_880]), (1_440, true));
        assert_eq!(step(&[0, 1_441, 2_882]), (1, false));
        assert_eq!(step(&[7]), (1, true));
        assert_eq!(step(&[]), (1, true));
    }

    #[test]
    fn values_are_counts_or_told_what_they_are() {
        for (text, expected) in [
            ("104", (104, false)),
            (" 7 ", (7, false)),
            ("94.0", (94, false)),
            ("1e3", (1_000, false)),
            ("-0", (0, false)),
            ("0.4", (0, true)),
            ("2.5", (3, true)),
            ("4294967295", (u32::MAX, false)),
            ("4294967295.4", (u32::MAX, true)),
        ] {
            assert_eq!(count(text).unwrap(), expected, "{text}");
        }
        for (text, expected) in [
            ("", "no number"),
            ("1,000", "no number"),
            ("many", "no number"),
            ("NaN", "not finite"),
            ("-inf", "not finite"),
            ("1e999", "not finite"),
            ("-0.1", "negative, and a count is not"),
            ("4294967296", "above 4294967295"),
        ] {
            assert_eq!(count(text).unwrap_err(), expected, "{text}");
        }
    }

    #[test]
    fn a_series_is_called_like_its_file() {
        for (path, name) in [
            ("data/taxi.csv", "taxi"),
            ("taxi.v2.csv.gz", "taxi.v2"),
            ("taxi", "taxi"),
            ("-", "stdin"),
        ] {
            assert_eq!(&*stem(Path::new(path)), name);
        }
    }
}
