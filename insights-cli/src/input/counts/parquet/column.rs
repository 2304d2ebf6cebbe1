//! [`Column`]: a column of a row group, whatever its type is.

use chrono::DateTime;
use insights_core::{Minute, event_time};
use parquet::{
    basic::{ConvertedType, LogicalType, TimeUnit, Type},
    column::reader::{ColumnReader, ColumnReaderImpl},
    data_type::{ByteArray, DataType, Int96},
    errors::ParquetError,
    schema::types::{ColumnDescPtr, ColumnDescriptor},
};

use crate::{
    columns::COLUMNS,
    input::counts::{no_count, no_time},
};

/// A column that is read batch by batch.
pub(super) struct Column {
    /// Where it is in `COLUMNS`.
    pub(super) known: usize,
    reader: ColumnReader,
    unit: Option<Unit>,
    unsigned: bool,
    /// The level of a value that is there, and those of the values of a batch.
    whole: i16,
    levels: Vec<i16>,
    /// Where the value of each row is, of rows that may have none.
    places: Vec<Option<usize>>,
    values: Values,
}

/// The values of a batch.
#[derive(Default)]
struct Values {
    texts: Vec<ByteArray>,
    longs: Vec<i64>,
    ints: Vec<i32>,
    old_times: Vec<Int96>,
}

/// What a number of a time counts.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Unit {
    Millis,
    Micros,
    Nanos,
}

impl Unit {
    fn of(column: &ColumnDescriptor) -> Option<Self> {
        match (column.logical_type_ref(), column.converted_type()) {
            (Some(LogicalType::Timestamp(time)), _) => Some(match time.unit {
                TimeUnit::MILLIS => Self::Millis,
                TimeUnit::MICROS => Self::Micros,
                TimeUnit::NANOS => Self::Nanos,
            }),
            (_, ConvertedType::TIMESTAMP_MILLIS) => Some(Self::Millis),
            (_, ConvertedType::TIMESTAMP_MICROS) => Some(Self::Micros),
            _ => None,
        }
    }
}

/// Says what is wrong with the type of a column, after its name.
pub(super) fn check(known: usize, column: &ColumnDescriptor) -> Result<(), String> {
    let (logical, converted) = (column.logical_type_ref(), column.converted_type());
    let number = matches!(logical, None | Some(LogicalType::Integer(_)))
        && !matches!(
            converted,
            ConvertedType::DECIMAL
                | ConvertedType::DATE
                | ConvertedType::TIME_MILLIS
                | ConvertedType::TIME_MICROS
        );
    let text = matches!(logical, None | Some(LogicalType::String | LogicalType::Enum))
        && !matches!(converted, ConvertedType::DECIMAL | ConvertedType::JSON | ConvertedType::BSON);
    let (fits, wanted) = match (COLUMNS[known], column.physical_type()) {
        _ if column.max_rep_level() > 0 => (false, "and not a list"),
        ("minute", Type::INT96) => (true, ""),
        ("minute", Type::INT64) => {
            (Unit::of(column).is_some() || number, "and neither a timestamp nor a text")
        }
        ("minute", Type::BYTE_ARRAY) => (text, "and neither a timestamp nor a text"),
        ("minute", _) => (false, "and neither a timestamp nor a text"),
        ("count", Type::INT32 | Type::INT64) => {
            (number && Unit::of(column).is_none(), "and no whole number: cast it to BIGINT")
        }
        ("count", _) => (false, "and no whole number: cast it to BIGINT"),
        (_, Type::BYTE_ARRAY) => (text, "and no text: cast it to VARCHAR"),
        _ => (false, "and no text: cast it to VARCHAR"),
    };
    if fits {
        return Ok(());
    }
    let kind = match (logical, converted) {
        (Some(logical), _) => format!("{logical:?}"),
        (None, ConvertedType::NONE) => column.physical_type().to_string(),
        (None, converted) => converted.to_string(),
    };
    Err(format!("is {kind} {wanted}"))
}

impl Column {
    pub(super) fn new(known: usize, column: &ColumnDescPtr, reader: ColumnReader) -> Self {
        let unsigned = match column.logical_type_ref() {
            Some(LogicalType::Integer(integer)) => !integer.is_signed,
            _ => matches!(
                column.converted_type(),
                ConvertedType::UINT_8
                    | ConvertedType::UINT_16
                    | ConvertedType::UINT_32
                    | ConvertedType::UINT_64
            ),
        };
        Self {
            known,
            reader,
            unit: Unit::of(column),
            unsigned,
            whole: column.max_def_level(),
            levels: Vec::new(),
            places: Vec::new(),
            values: Values::default(),
        }
    }

    /// Reads the next rows, and returns how many there are.
    pub(super) fn read(&mut self, most: usize) -> Result<usize, ParquetError> {
        let Self { reader, levels, values, .. } = self;
        levels.clear();
        let rows = match reader {
            ColumnReader::ByteArrayColumnReader(reader) => {
                fill(reader, most, levels, &mut values.texts)
            }
            ColumnReader::Int64ColumnReader(reader) => {
                fill(reader, most, levels, &mut values.longs)
            }
            ColumnReader::Int32ColumnReader(reader) => fill(reader, most, levels, &mut values.ints),
            ColumnReader::Int96ColumnReader(reader) => {
                fill(reader, most, levels, &mut values.old_times)
            }
            _ => Err(ParquetError::General("the type is not the one of the schema".into())),
        }?;
        self.places.clear();
        if self.whole > 0 {
            let mut place = 0;
            self.places.extend(self.levels.iter().map(|&level| {
                let there = level == self.whole;
                place += usize::from(there);
                there.then(|| place - 1)
            }));
        }
        Ok(rows)
    }

    /// Returns where the value of a row is, if it has one.
    fn place(&self, row: usize) -> Option<usize> {
        if self.whole > 0 { self.places.get(row).copied().flatten() } else { Some(row) }
    }

    /// Returns the text of a row, empty where there is none.
    pub(super) fn text(&self, row: usize) -> Result<&str, String> {
        let text = self.place(row).and_then(|place| self.values.texts.get(place));
        let text = text.map_or(Ok(""), ByteArray::as_utf8);
        text.map_err(|_| format!("{} is not UTF-8", COLUMNS[self.known]))
    }

    /// Returns the minute of a row, nothing where there is none, or says what is there instead.
    pub(super) fn minute(&self, row: usize) -> Result<Option<Minute>, String> {
        let Some(place) = self.place(row) else { return Ok(None) };
        let minute = |time: Option<DateTime<_>>| time.map(Minute::containing);
        if let Some(&time) = self.values.old_times.get(place) {
            // Days that wrap around are far from all calendars.
            let seconds = time.to_seconds();
            let found = minute(DateTime::from_timestamp(seconds, 0));
            return found.map(Some).ok_or_else(|| no_time(seconds));
        }
        if let Some(&number) = self.values.longs.get(place) {
            let time = match self.unit {
                Some(Unit::Millis) => DateTime::from_timestamp_millis(number),
                Some(Unit::Micros) => DateTime::from_timestamp_micros(number),
                Some(Unit::Nanos) => Some(DateTime::from_timestamp_nanos(number)),
                None => event_time(&number.to_string()),
            };
            return minute(time).map(Some).ok_or_else(|| no_time(number));
        }
        let text = self.text(row)?;
        minute(event_time(text)).map(Some).ok_or_else(|| no_time(text))
    }

    /// Returns the count of a row, nothing where there is none, or says what is there instead.
    pub(super) fn count(&self, row: usize) -> Result<Option<u32>, String> {
        let Some(place) = self.place(row) else { return Ok(None) };
        let signed = match (self.values.longs.get(place), self.values.ints.get(place)) {
            (Some(&long), _) => long,
            (None, Some(&int)) if self.unsigned => i64::from(int.cast_unsigned()),
            (None, Some(&int)) => i64::from(int),
            (None, None) => return Ok(None),
        };
        let count = u32::try_from(signed).map(Some);
        count.map_err(|_| {
            if self.unsigned { no_count(signed.cast_unsigned()) } else { no_count(signed) }
        })
    }
}

/// Reads values in place of those that there are, and the levels that tell which rows have one.
fn fill<T: DataType>(
    reader: &mut ColumnReaderImpl<T>,
    most: usize,
    levels: &mut Vec<i16>,
    values: &mut Vec<T::T>,
) -> Result<usize, ParquetError> {
    values.clear();
    let (rows, ..) = reader.read_records(most, Some(levels), None, values)?;
    Ok(rows)
}
