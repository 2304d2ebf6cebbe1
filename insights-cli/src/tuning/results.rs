//! [`Results`]: what became of each configuration, as a table that a later run goes on with.

use std::{
    collections::BTreeMap,
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};

use anyhow::Context;
use csv::{ReaderBuilder, StringRecord};

use super::configurations;
use crate::{
    exit::UsageError,
    output::OutputFile,
    printable::printable,
    scoring::{Figures, Scored},
    settings::{Key, Settings},
};

/// The columns of a table of results: id, fingerprint of the data, settings, then the figures of
/// the tuned part and of the held-out one.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Layout {
    header: Vec<String>,
    classes: Vec<Box<str>>,
    fingerprint: String,
}

/// The row of a configuration.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Row {
    /// The cells as they are written, that of the id included.
    cells: Vec<String>,
    pub(crate) tuned: Brief,
    pub(crate) held_out: Brief,
}

/// The figures of a part from which its recall and its false Insights follow.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Brief {
    pub(crate) labels: u64,
    pub(crate) found: u64,
    pub(crate) wrong: u64,
}

/// A file of results and the rows in it.
#[derive(Debug)]
pub(crate) struct Results {
    path: PathBuf,
    layout: Layout,
    /// By the values of the settings.
    rows: BTreeMap<Vec<String>, Row>,
    /// Whether the last row was cut off, as a run that is killed leaves it.
    pub(crate) cut: bool,
}

/// A file to which rows are added as they come.
#[derive(Debug)]
pub(crate) struct Appender(File);

const ID: usize = 0;
const DATA: usize = 1;
const FIRST_VALUE: usize = 2;

const PARTS: [&str; 2] = ["tuned", "held_out"];

/// The columns of each part, the recall of each class aside.
const FIGURES: [&str; 13] = [
    "insights",
    "labels",
    "found",
    "recall",
    "precision",
    "f1",
    "again",
    "false",
    "false_per_account_day",
    "delay_median_minutes",
    "delay_p95_minutes",
    "end_error_median_minutes",
    "end_error_p95_minutes",
];

impl Layout {
    /// Returns the layout for labels of these classes, in order.
    pub(crate) fn new(classes: Vec<Box<str>>, fingerprint: String) -> Self {
        let mut header = vec!["id".to_owned(), "data".to_owned()];
        header.extend(configurations::names().map(String::from));
        for part in PARTS {
            header.extend(FIGURES.iter().map(|figure| format!("{part}_{figure}")));
            header.extend(classes.iter().map(|class| format!("{part}_recall_{class}")));
        }
        Self { header, classes, fingerprint }
    }

    /// Returns the row of a configuration.
    pub(crate) fn row(&self, values: &[String], parts: [(&Figures, Scored); 2]) -> Row {
        let mut cells = vec![String::new(), self.fingerprint.clone()];
        cells.extend_from_slice(values);
        for (figures, scored) in parts {
            let share = |share: Option<f64>| share.map_or_else(String::new, |s| format!("{s:.4}"));
            let minutes =
                |minutes: Option<i64>| minutes.map_or_else(String::new, |m| m.to_string());
            let end = |percent| figures.end_error(percent).map(i64::from);
            cells.extend([
                figures.insights.to_string(),
                figures.labels.all.to_string(),
                figures.labels.found.to_string(),
                share(figures.labels.part()),
                share(figures.precision()),
                share(figures.f1()),
                figures.again.to_string(),
                figures.wrong.to_string(),
                share(figures.false_per_day(scored)),
                minutes(figures.delay(50)),
                minutes(figures.delay(95)),
                minutes(end(50)),
                minutes(end(95)),
            ]);
            let of_class = |class| share(figures.classes.get(class).and_then(|own| own.part()));
            cells.extend(self.classes.iter().map(of_class));
        }
        let [tuned, held_out] = parts.map(|(figures, _)| Brief {
            labels: figures.labels.all,
            found: figures.labels.found,
            wrong: figures.wrong,
        });
        Row { cells, tuned, held_out }
    }

    /// Reads a row, or says which column makes no sense.
    fn read(&self, record: &StringRecord) -> Result<Row, String> {
        let told = |column: usize, what: String| {
            let name = self.header.get(column).map_or("", String::as_str);
            format!("column {name}: {what}")
        };
        if record.len() != self.header.len() {
            return Err(format!("has {} cells and not {}", record.len(), self.header.len()));
        }
        let number = |column: usize| {
            let cell = &record[column];
            let found = printable(cell);
            cell.parse::<u64>().map_err(|_| told(column, format!("{found:?} is no whole number")))
        };
        number(ID)?;
        if record[DATA] != self.fingerprint {
            return Err(told(
                DATA,
                format!(
                    "these are results of other data, labels or scoring ({:?} and not {}); name \
                     another folder with -o, or remove the file",
                    printable(&record[DATA]),
                    self.fingerprint
                ),
            ));
        }
        for (column, key) in (FIRST_VALUE..).zip(Key::tunable()) {
            // Its error names the setting, which is the column.
            let mut settings = Settings::default();
            settings.change_to(key, &record[column]).map_err(|what| {
                format!("column {what}, and is {:?}", printable(&record[column]))
            })?;
        }
        let column = |part: usize, figure: &str| {
            let place = FIGURES.iter().position(|known| *known == figure).unwrap_or_default();
            FIRST_VALUE
                + configurations::names().count()
                + part * (FIGURES.len() + self.classes.len())
                + place
        };
        let brief = |part: usize| -> Result<Brief, String> {
            let brief = Brief {
                labels: number(column(part, "labels"))?,
                found: number(column(part, "found"))?,
                wrong: number(column(part, "false"))?,
            };
            if brief.found > brief.labels {
                let what = "more labels are found than there are".to_owned();
                return Err(told(column(part, "found"), what));
            }
            Ok(brief)
        };
        Ok(Row {
            tuned: brief(0)?,
            held_out: brief(1)?,
            cells: record.iter().map(String::from).collect(),
        })
    }
}

impl Row {
    /// Returns the values of the settings, in the order of [`configurations::names`].
    pub(crate) fn values(&self) -> &[String] {
        &self.cells[FIRST_VALUE..FIRST_VALUE + configurations::names().count()]
    }

    /// Returns the cell of a figure of the tuned part, empty where there is none.
    pub(crate) fn tuned_cell(&self, figure: &str) -> &str {
        let place = FIGURES.iter().position(|known| *known == figure);
        let first = FIRST_VALUE + configurations::names().count();
        place.and_then(|place| self.cells.get(first + place)).map_or("", String::as_str)
    }

    /// Returns the line that tells it.
    fn line(&self) -> csv::Result<Vec<u8>> {
        let mut csv = csv::Writer::from_writer(Vec::new());
        csv.write_record(&self.cells)?;
        csv.into_inner().map_err(|error| error.into_error().into())
    }
}

impl Results {
    /// Reads a file of results, if there is one.
    ///
    /// # Errors
    ///
    /// Returns an error that names line and column for what is no table of such results, or one of
    /// other data, labels or scoring.
    pub(crate) fn read(path: &Path, layout: Layout) -> anyhow::Result<Self> {
        let name = printable(&path.to_string_lossy());
        let mut results = Self { path: path.to_owned(), layout, rows: BTreeMap::new(), cut: false };
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(results),
            Err(error) => return Err(error).with_context(|| name),
        };
        let whole = text.rfind('\n').map_or(0, |end| end + 1);
        results.cut = whole < text.len();
        results
            .take(&text[..whole])
            .map_err(|(line, what)| UsageError(format!("{name}: line {line}, {what}")))?;
        Ok(results)
    }

    /// Takes the rows of a table.
    fn take(&mut self, text: &str) -> Result<(), (u64, String)> {
        let mut csv =
            ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
        let mut record = StringRecord::new();
        let mut is_header = true;
        loop {
            let line = csv.position().line();
            match csv.read_record(&mut record) {
                Ok(false) => return Ok(()),
                Ok(true) => {}
                Err(error) => return Err((line, error.to_string())),
            }
            if std::mem::take(&mut is_header) {
                self.check_header(&record).map_err(|what| (line, what))?;
                continue;
            }
            let row = self.layout.read(&record).map_err(|what| (line, what))?;
            self.rows.entry(row.values().to_vec()).or_insert(row);
        }
    }

    fn check_header(&self, record: &StringRecord) -> Result<(), String> {
        let expected = &self.layout.header;
        let differs =
            |place: &usize| record.get(*place) != expected.get(*place).map(|name| &**name);
        let Some(place) = (0..expected.len().max(record.len())).find(differs) else {
            return Ok(());
        };
        let found =
            record.get(place).map_or("missing".into(), |name| format!("{:?}", printable(name)));
        let meant = expected.get(place).map_or("the end", |name| name.as_str());
        Err(format!(
            "column {}: is {found} and not {meant}: this is no table of results of these labels; \
             name another folder with -o",
            place + 1
        ))
    }

    /// Returns whether it is known what became of a configuration.
    pub(crate) fn holds(&self, values: &[String]) -> bool {
        self.rows.contains_key(values)
    }

    /// Writes what is there, and returns the file for what is to come.
    pub(crate) fn append(&self) -> anyhow::Result<Appender> {
        self.write(&self.rows.values().collect::<Vec<_>>())?;
        let file = OpenOptions::new().append(true).open(&self.path);
        Ok(Appender(file.with_context(|| format!("cannot write {}", self.path.display()))?))
    }

    /// Adds rows that were computed.
    pub(crate) fn extend(&mut self, rows: Vec<Row>) {
        self.rows.extend(rows.into_iter().map(|row| (row.values().to_vec(), row)));
    }

    /// Returns all rows with their final ids and writes them: those of these configurations in
    /// their order, then what earlier runs have tried besides.
    pub(crate) fn finish(
        mut self,
        configurations: &[configurations::Configuration],
    ) -> anyhow::Result<Vec<Row>> {
        let mut rows: Vec<Row> =
            configurations.iter().filter_map(|own| self.rows.remove(&own.values)).collect();
        let mut others: Vec<Row> = std::mem::take(&mut self.rows).into_values().collect();
        // A sort that keeps the order of equals: these are in the order of their settings.
        others.sort_by_key(|row| row.cells[ID].parse::<u64>().unwrap_or(u64::MAX));
        rows.append(&mut others);
        for (id, row) in rows.iter_mut().enumerate() {
            row.cells[ID] = id.to_string();
        }
        self.write(&rows.iter().collect::<Vec<_>>())?;
        Ok(rows)
    }

    fn write(&self, rows: &[&Row]) -> anyhow::Result<()> {
        let mut file = OutputFile::create(&self.path)?;
        let mut csv = csv::Writer::from_writer(&mut file);
        csv.write_record(&self.layout.header)?;
        for row in rows {
            csv.write_record(&row.cells)?;
        }
        csv.flush()?;
        drop(csv);
        file.finish().with_context(|| format!("cannot write {}", self.path.display()))
    }
}

impl Appender {
    /// Adds a row under an id. It is written at once, so that a run that is killed leaves half a
    /// row at most.
    pub(crate) fn add(&mut self, id: usize, row: &mut Row) -> anyhow::Result<()> {
        row.cells[ID] = id.to_string();
        self.0.write_all(&row.line()?).context("cannot write the results")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout() -> Layout {
        Layout::new(vec!["ramp".into()], "0123abcd".into())
    }

    /// Returns a table with these cells by name, all others 0.
    fn table(rows: &[&[(&str, &str)]]) -> String {
        let header = layout().header;
        let mut text = header.join(",") + "\n";
        for row in rows {
            let cell = |name: &String| match name.as_str() {
                "data" => "0123abcd",
                name => row.iter().find(|(own, _)| *own == name).map_or("0", |(_, cell)| cell),
            };
            text += &header.iter().map(cell).collect::<Vec<_>>().join(",");
            text += "\n";
        }
        text
    }

    fn read(text: &str) -> Result<Vec<Row>, String> {
        let (path, rows) = (PathBuf::new(), BTreeMap::new());
        let mut results = Results { path, layout: layout(), rows, cut: false };
        results.take(text).map_err(|(line, what)| format!("line {line}, {what}"))?;
        Ok(results.rows.into_values().collect())
    }

    #[test]
    fn a_row_is_read_as_it_was_written() {
        let scored = Scored {
            from: insights_core::Minute::from_epoch(0),
            to: insights_core::Minute::from_epoch(1_440),
            accounts: 1,
        };
        let figures = Figures::default();
        let given = Settings::default();
        let shown = |key: &Key| key.shown(&given).trim_matches('"').to_owned();
        let values: Vec<String> = Key::tunable().map(shown).collect();
        let mut row = layout().row(&values, [(&figures, scored), (&figures, scored)]);
        row.cells[ID] = "7".into();
        let line = String::from_utf8(row.line().unwrap()).unwrap();
        let text = format!("{}\n{line}", layout().header.join(","));
        let [again] = &read(&text).unwrap()[..] else { panic!("{text}") };
        assert_eq!((again, again.values()), (&row, &values[..]));
        assert_eq!(row.tuned_cell("false_per_account_day"), "0.0000");
    }

    #[test]
    fn rows_are_known_by_their_settings() {
        let text = table(&[
            &[("id", "0"), ("quiet", "3m"), ("tuned_labels", "9"), ("tuned_found", "4")],
            &[("id", "1"), ("quiet", "5m"), ("held_out_false", "2")],
            &[("id", "2"), ("quiet", "3m"), ("tuned_labels", "9"), ("tuned_found", "5")],
        ]);
        let rows = read(&text).unwrap();
        assert_eq!(rows.len(), 2, "the first of two counts");
        assert_eq!(rows[0].tuned, Brief { labels: 9, found: 4, wrong: 0 });
        assert_eq!(rows[1].held_out.wrong, 2);
    }

    #[test]
    fn what_is_no_result_of_this_is_told_by_line_and_column() {
        let good = table(&[&[("id", "0")]]);
        for (text, expected) in [
            (
                good.replace("0123abcd", "deadbeef"),
                "line 2, column data: these are results of other",
            ),
            (
                good.replace("tuned_found", "tuned_fund"),
                "line 1, column 14: is \"tuned_fund\" and not",
            ),
            (good.replace(",held_out_recall_ramp", ""), "is missing and not held_out_recall_ramp"),
            (table(&[&[("tuned_false", "x")]]), "line 2, column tuned_false: \"x\" is no whole"),
            (table(&[&[("id", "-1")]]), "line 2, column id: \"-1\" is no whole number"),
            (
                table(&[&[("threshold", "oops")]]),
                "line 2, column threshold must be one of \"low\", \"medium\", \"high\", or a number, and is \"oops\"",
            ),
            (table(&[&[("tuned_found", "1")]]), "column tuned_found: more labels are found than"),
            (format!("{good}1,2\n"), "line 3, has 2 cells"),
            ("a,b\n".to_owned(), "line 1, column 1: is \"a\" and not id"),
        ] {
            let error = read(&text).unwrap_err();
            assert!(error.contains(expected), "{expected}: {error}");
        }
        assert!(read("").unwrap().is_empty());
    }
}
