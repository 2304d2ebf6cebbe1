//! Reads a table of counts as Parquet, several row groups at a time: [`read`].

mod column;
mod guard;

use std::{fs::File, io, sync::Arc};

use bytes::Bytes;
use insights_core::Selection;
use parquet::file::{
    metadata::ParquetMetaData,
    properties::ReaderProperties,
    reader::{ChunkReader, FileReader, RowGroupReader},
    serialized_reader::{SerializedFileReader, SerializedRowGroupReader},
};
use rayon::prelude::*;

use self::{column::Column, guard::guard};
use super::{Row, columns::Columns};
use crate::{
    columns::COLUMNS,
    input::{
        problem::{Fault, Place, Problems},
        table::{ParquetFile, Table},
    },
    interrupt,
    progress::Meter,
};

/// The rows whose cells are held at once.
const BATCH: usize = 4_096;

/// Reads all rows around those that cannot be used, and around row groups that are damaged.
pub(super) fn read(
    file: ParquetFile<'_>,
    selection: &Selection,
    table: &mut Table,
    problems: &mut Problems,
) {
    match file {
        // A file of its own for each row group: clones of one share the place they read at.
        ParquetFile::Path(path, meter) => {
            read_all(|| File::open(path), &meter, selection, table, problems);
        }
        ParquetFile::Bytes(bytes) => {
            let bytes = Bytes::from(bytes);
            read_all(|| Ok(bytes.clone()), &Meter::default(), selection, table, problems);
        }
    }
}

fn read_all<R: ChunkReader + 'static>(
    open: impl Fn() -> io::Result<R> + Sync,
    meter: &Meter,
    selection: &Selection,
    table: &mut Table,
    problems: &mut Problems,
) {
    let metadata = match metadata(&open) {
        Ok(metadata) => metadata,
        Err(what) => return problems.add(Fault::Packing, Place::File, what),
    };
    let columns = match find(&metadata) {
        Ok(columns) => columns,
        Err(what) => return problems.add(Fault::Foreign, Place::File, what),
    };
    let mut rows = 0;
    let first_rows = metadata.row_groups().iter().map(|group| {
        let first = rows;
        rows += u64::try_from(group.num_rows()).unwrap_or_default();
        first
    });
    let groups: Vec<(usize, u64)> = first_rows.enumerate().collect();
    let read = |(mut part, mut told): (Table, Vec<(usize, Problems)>), &(group, first)| {
        if interrupt::requested() {
            return (part, told);
        }
        let group = Group { metadata: &metadata, columns: &columns, number: group, first };
        let mut problems = Problems::default();
        if let Err(what) = group.read(&open, selection, &mut part, &mut problems) {
            let what = format!("row group {}: {what}", group.number + 1);
            problems.add(Fault::Packing, Place::File, what);
        }
        let size = metadata.row_group(group.number).compressed_size();
        meter.add(u64::try_from(size).unwrap_or_default());
        told.push((group.number, problems));
        (part, told)
    };
    let parts: Vec<_> = groups.par_iter().fold(Default::default, read).collect();
    let mut told = Vec::new();
    for (part, of_part) in parts {
        table.join(part);
        told.extend(of_part);
    }
    told.sort_by_key(|(group, _)| *group);
    for (_, of_group) in told {
        problems.append(of_group);
    }
}

/// Reads what stands at the end of the file: its columns and row groups.
fn metadata<R: ChunkReader + 'static>(
    open: impl Fn() -> io::Result<R>,
) -> Result<ParquetMetaData, String> {
    let file = open().map_err(|error| error.to_string())?;
    let file = guard(|| SerializedFileReader::new(file));
    file.map(|file| file.metadata().clone())
        .map_err(|what| format!("is no whole Parquet file: {what}"))
}

/// Finds the columns by their names, in any order, and checks what they hold.
fn find(metadata: &ParquetMetaData) -> Result<Columns, String> {
    let schema = metadata.file_metadata().schema_descr();
    // A column inside another goes by its whole path, and so is not known.
    let names: Vec<String> = schema.columns().iter().map(|column| column.path().string()).collect();
    let columns = Columns::find(names.iter().map(String::as_str))?;
    for (known, place) in columns.places() {
        column::check(known, &schema.column(place))
            .map_err(|what| format!("column {} {what}", COLUMNS[known]))?;
    }
    Ok(columns)
}

/// A row group.
struct Group<'m> {
    metadata: &'m ParquetMetaData,
    columns: &'m Columns,
    number: usize,
    /// The rows before it.
    first: u64,
}

impl Group<'_> {
    /// Reads the rows; what comes before damage counts.
    fn read<R: ChunkReader + 'static>(
        &self,
        open: impl Fn() -> io::Result<R>,
        selection: &Selection,
        table: &mut Table,
        problems: &mut Problems,
    ) -> Result<(), String> {
        let file = Arc::new(open().map_err(|error| error.to_string())?);
        let metadata = self.metadata.row_group(self.number);
        let index = self.metadata.page_index_for_row_group(self.number);
        let properties = Arc::new(ReaderProperties::builder().build());
        let group = guard(|| SerializedRowGroupReader::new(file, metadata, index, properties))?;
        let mut columns = Vec::new();
        for (known, place) in self.columns.places() {
            let reader = guard(|| group.get_column_reader(place));
            let reader = reader.map_err(|what| in_column(known, what))?;
            columns.push(Column::new(known, &metadata.column(place).column_descr_ptr(), reader));
        }
        let mut number = self.first;
        loop {
            let mut length = None;
            for column in &mut columns {
                let read = guard(|| column.read(BATCH));
                let read = read.map_err(|what| in_column(column.known, what))?;
                if *length.get_or_insert(read) != read {
                    return Err(in_column(column.known, "has not as many rows as the others"));
                }
            }
            let length = length.unwrap_or_default();
            if length == 0 {
                break;
            }
            for row in 0..length {
                number += 1;
                table.rows += 1;
                if let Err(what) = take_row(&columns, row, selection, table) {
                    problems.add(Fault::Row, Place::Row(number), what);
                }
            }
        }
        let [read, told] =
            [number - self.first, u64::try_from(metadata.num_rows()).unwrap_or_default()];
        if read == told { Ok(()) } else { Err(format!("has {read} rows and not {told}")) }
    }
}

fn in_column(known: usize, what: impl std::fmt::Display) -> String {
    format!("column {}: {what}", COLUMNS[known])
}

fn take_row(
    columns: &[Column],
    row: usize,
    selection: &Selection,
    table: &mut Table,
) -> Result<(), String> {
    let mut cells = [""; COLUMNS.len()];
    let (mut minute, mut count) = (None, None);
    for column in columns {
        match COLUMNS[column.known] {
            "minute" => minute = column.minute(row)?,
            "count" => count = column.count(row)?,
            _ => cells[column.known] = column.text(row)?,
        }
    }
    let minute = minute.ok_or("minute is null")?;
    let count = count.ok_or("count is null")?;
    Row::new(minute, count, cells)?.add_to(table, selection);
    Ok(())
}

#[cfg(test)]
mod tests;
