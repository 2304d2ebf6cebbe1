//! Reads tables of counts: [`read`].

use std::{
    fs,
    path::{Path, PathBuf},
};

use csv::StringRecord;
use insights_core::{Attributes, EventCategory, Selection, SeriesKey};

use crate::{
    columns::COLUMNS,
    input::table::{Layout, Table, minute, needed, place},
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
pub(crate) fn of_text(
    text: Vec<u8>,
    selection: &Selection,
    problems: &mut crate::input::problem::Problems,
) -> Table {
    let mut table = Table::default();
    let text = Box::new(std::io::Cursor::new(text));
    table.read_one(text, Path::new("f"), &mut Counts { selection }, problems);
    table
}

/// The layout of a table of counts.
struct Counts<'s> {
    selection: &'s Selection,
}

/// Where the columns of a table are.
struct Columns([Option<usize>; COLUMNS.len()]);

impl Columns {
    /// Returns the cells of a row in the order of `COLUMNS`, empty where there is no column.
    fn cells<'r>(&self, row: &'r StringRecord) -> [&'r str; COLUMNS.len()] {
        self.0.map(|place| place.and_then(|place| row.get(place)).unwrap_or_default())
    }
}

impl Layout for Counts<'_> {
    type Columns = Columns;

    /// Finds the columns by their names, in any order.
    fn columns(&self, header: &StringRecord, _: &Path) -> Result<Columns, String> {
        for required in ["minute", "event_source", "event_name", "count"] {
            needed(header, required)?;
        }
        Ok(Columns(COLUMNS.map(|name| place(header, name))))
    }

    fn take(
        &mut self,
        columns: &Columns,
        row: &StringRecord,
        table: &mut Table,
    ) -> Result<(), String> {
        let [time, account, region, source, name, category, code, count, identity, agent, resource] =
            columns.cells(row);
        let minute = minute(time).ok_or_else(|| format!("minute {time:?} is no time"))?;
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
        let series = SeriesKey {
            account_id: account.into(),
            region: region.into(),
            event_source: source.into(),
            event_name: name.into(),
            category,
            error_code: (!code.is_empty()).then(|| code.into()),
        };
        let known = |cell: &str| (!cell.is_empty()).then(|| cell.into());
        let attributes = Attributes {
            user_identity: known(identity),
            user_agent: known(agent),
            resource_arn: known(resource),
        };
        table.add(&series, minute, attributes, count, self.selection);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::problem::Problems;

    fn table(csv: &'static str) -> (Table, Vec<String>) {
        let mut problems = Problems::default();
        let table = of_text(csv.into(), &Selection::default(), &mut problems);
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
