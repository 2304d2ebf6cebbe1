//! Reads tables of counts: [`read`].

mod blocks;
mod columns;
mod csv;
#[cfg(feature = "parquet")]
mod parquet;

use std::{
    fs,
    io::Read,
    path::{Path, PathBuf},
};

use insights_core::{AttributesRef, EventCategory, Minute, Selection, SeriesRef};

use crate::{
    columns::COLUMNS,
    input::{
        problem::Problems,
        table::{Layout, ParquetFile, Table},
    },
    progress::Progress,
};

/// Reads all tables of counts, see [`Table::read`].
pub(crate) fn read(
    paths: &[PathBuf],
    selection: &Selection,
    strict: bool,
    progress: &Progress,
) -> anyhow::Result<Table> {
    Table::read(paths, &mut Counts { selection }, strict, progress)
}

/// Returns whether `path` is one of the tables.
pub(crate) fn reads(tables: &[PathBuf], path: &Path) -> bool {
    let path = fs::canonicalize(path).ok();
    path.is_some() && tables.iter().any(|table| fs::canonicalize(table).ok() == path)
}

/// Reads the text of one table.
#[cfg(any(test, fuzzing))]
pub(crate) fn of_text(text: &[u8], selection: &Selection, problems: &mut Problems) -> Table {
    let mut table = Table::default();
    csv::read(&mut &*text, selection, &mut table, problems);
    table
}

/// The layout of a table of counts.
struct Counts<'s> {
    selection: &'s Selection,
}

impl Layout for Counts<'_> {
    fn read_csv(
        &mut self,
        text: &mut dyn Read,
        _: &Path,
        table: &mut Table,
        problems: &mut Problems,
    ) {
        csv::read(text, self.selection, table, problems);
    }

    #[cfg(feature = "parquet")]
    fn read_parquet(&mut self, file: ParquetFile<'_>, table: &mut Table, problems: &mut Problems) {
        parquet::read(file, self.selection, table, problems);
    }

    #[cfg(not(feature = "parquet"))]
    fn read_parquet(&mut self, _: ParquetFile<'_>, _: &mut Table, problems: &mut Problems) {
        use crate::input::problem::{Fault, Place};
        let what = "is a Parquet file, which this program was built without (feature parquet)";
        problems.add(Fault::Foreign, Place::File, what);
    }
}

/// A row of a table.
#[derive(Debug)]
struct Row<'r> {
    minute: Minute,
    series: SeriesRef<'r>,
    attributes: AttributesRef<'r>,
    count: u32,
}

impl<'r> Row<'r> {
    /// Returns the row of these cells, in the order of `COLUMNS`, whose minute and count were read
    /// already; an empty cell holds nothing.
    fn new(minute: Minute, count: u32, cells: [&'r str; COLUMNS.len()]) -> Result<Self, String> {
        let [_, account, region, source, name, category, code, _, identity, agent, resource] =
            cells;
        if source.is_empty() {
            return Err("event_source is empty".into());
        }
        if name.is_empty() {
            return Err("event_name is empty".into());
        }
        let category = match category {
            "" | "Management" => EventCategory::Management,
            "Data" => EventCategory::Data,
            other => {
                return Err(format!("event_category {other:?} is neither Management nor Data"));
            }
        };
        let known = |cell: &'r str| (!cell.is_empty()).then_some(cell);
        Ok(Self {
            minute,
            series: SeriesRef {
                account_id: account,
                region,
                event_source: source,
                event_name: name,
                category,
                error_code: known(code),
            },
            attributes: AttributesRef {
                user_identity: known(identity),
                user_agent: known(agent),
                resource_arn: known(resource),
            },
            count,
        })
    }

    fn add_to(&self, table: &mut Table, selection: &Selection) {
        table.add(&self.series, self.minute, &self.attributes, self.count, selection);
    }
}

/// Says that a cell is no time.
fn no_time(found: impl std::fmt::Debug) -> String {
    format!("minute {found:?} is no time")
}

/// Says that a cell is no count.
fn no_count(found: impl std::fmt::Debug) -> String {
    format!("count {found:?} is no whole number from 0 to {}", u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(csv: &'static str) -> (Table, Vec<String>) {
        let mut problems = Problems::default();
        let table = of_text(csv.as_bytes(), &Selection::default(), &mut problems);
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
             6,A,2026-03-02 14:07:00,s\n\
             1,,2026-03-02 14:07:00,s\n\
             1,A,2026-03-02 14:07:00,\n",
        );
        assert_eq!(table.rows, 8);
        let calls: Vec<u32> = table.counts.seal().rows().map(|row| row.count).collect();
        assert_eq!(calls, [3, 6]);
        assert_eq!(
            problems,
            [
                "warning: f: line 3: count \"x\" is no whole number from 0 to 4294967295",
                "warning: f: line 4: minute \"noon\" is no time",
                "warning: f: line 5: has 2 cells and not 4",
                "warning: f: line 6: minute \"\" is no time",
                "warning: f: line 8: event_name is empty",
                "warning: f: line 9: event_source is empty",
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
