//! Reads a table of counts as CSV, several blocks at a time: [`read`].

use std::io::Read;

use csv::{ByteRecord, ReaderBuilder, StringRecord};
use insights_core::Selection;
use rayon::prelude::*;

use super::{
    Row,
    blocks::{Block, Blocks},
    columns::Columns,
    no_count, no_time,
};
use crate::{
    columns::COLUMNS,
    input::{
        archive::while_reading,
        problem::{Fault, Place, Problems},
        table::{Table, minute},
    },
};

/// The header of a table.
struct Header {
    columns: Columns,
    /// The cells of a row.
    width: usize,
}

/// Reads all rows around those that cannot be used.
pub(super) fn read(
    text: &mut dyn Read,
    selection: &Selection,
    table: &mut Table,
    problems: &mut Problems,
) {
    let mut blocks = Blocks::new(text);
    let mut first = blocks.next().unwrap_or_default();
    let header = match Header::take(&mut first) {
        Ok(header) => header,
        Err(what) => {
            // Where the header ends in damage, that is why there is none.
            let (fault, what) = first.damage.unwrap_or((Fault::Foreign, what));
            return problems.add(fault, Place::Line(1), what);
        }
    };
    let threads = rayon::current_num_threads();
    let mut parts: Vec<Table> = Vec::new();
    parts.resize_with(threads, Table::default);
    let mut batch = vec![first];
    while !batch.is_empty() {
        let read = || {
            let rows = parts.par_iter_mut().zip(&batch);
            rows.map(|(part, block)| header.read(block, selection, part)).collect::<Vec<_>>()
        };
        let (told, next) = while_reading(read, || blocks.by_ref().take(threads).collect());
        for of_block in told {
            problems.append(of_block);
        }
        batch = next;
    }
    for part in parts {
        table.join(part);
    }
}

impl Header {
    /// Takes the header out of the first block, or says what is wrong with it.
    fn take(block: &mut Block) -> Result<Self, String> {
        let mut csv = reader(&block.text);
        let mut header = StringRecord::new();
        if !csv.read_record(&mut header).map_err(|error| error.to_string())? {
            return Err("is empty: there is no header".into());
        }
        let columns = Columns::find(header.iter())?;
        let end = usize::try_from(csv.position().byte()).unwrap_or(block.text.len());
        let rows = block.text.split_off(end);
        block.line += memchr::memchr_iter(b'\n', &block.text).count() as u64;
        block.text = rows;
        Ok(Self { columns, width: header.len() })
    }

    /// Reads the rows of a block and returns those that cannot be used.
    fn read(&self, block: &Block, selection: &Selection, table: &mut Table) -> Problems {
        let mut problems = Problems::default();
        let mut csv = reader(&block.text);
        let mut row = ByteRecord::new();
        // Nothing is left to go wrong when a text is read that is all there.
        while let Ok(true) = csv.read_byte_record(&mut row) {
            table.rows += 1;
            if let Err(what) = self.take_row(&row, selection, table) {
                let place = Place::Line(block.line + line(&block.text, &row));
                problems.add(Fault::Row, place, what);
            }
        }
        if let Some((fault, what)) = &block.damage {
            let lines = memchr::memchr_iter(b'\n', &block.text).count() as u64;
            table.rows += u64::from(*fault == Fault::Row);
            problems.add(*fault, Place::Line(block.line + lines + 1), what);
        }
        problems
    }

    fn take_row(
        &self,
        row: &ByteRecord,
        selection: &Selection,
        table: &mut Table,
    ) -> Result<(), String> {
        if row.len() != self.width {
            return Err(format!("has {} cells and not {}", row.len(), self.width));
        }
        let mut cells = [""; COLUMNS.len()];
        for (known, place) in self.columns.places() {
            let cell = str::from_utf8(row.get(place).unwrap_or_default());
            cells[known] = cell.map_err(|_| format!("{} is not UTF-8", COLUMNS[known]))?;
        }
        let [time, _, _, _, _, _, _, count, ..] = cells;
        let minute = minute(time).ok_or_else(|| no_time(time))?;
        let count = count.trim().parse().map_err(|_| no_count(count))?;
        Row::new(minute, count, cells)?.add_to(table, selection);
        Ok(())
    }
}

fn reader(text: &[u8]) -> csv::Reader<&[u8]> {
    ReaderBuilder::new().flexible(true).has_headers(false).from_reader(text)
}

/// Returns the line of a text in which a row of it begins, counted from one. The reader takes
/// empty lines, and the second half of a line break, for the beginning of the row behind them.
fn line(text: &[u8], row: &ByteRecord) -> u64 {
    let Some(position) = row.position() else { return 1 };
    let from = usize::try_from(position.byte()).unwrap_or(text.len()).min(text.len());
    let breaks = text[from..].iter().take_while(|byte| matches!(byte, b'\n' | b'\r'));
    position.line() + breaks.filter(|&&byte| byte == b'\n').count() as u64
}
