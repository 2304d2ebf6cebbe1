//! [`Parquet`]: counts as Parquet.

use std::{collections::HashMap, mem, sync::Arc};

use insights_core::{Minute, SeriesKey};
use parquet::{
    basic::{Compression, GzipLevel, LogicalType, Repetition, TimeUnit, Type as PhysicalType},
    data_type::{ByteArray, ByteArrayType, DataType, Int64Type},
    file::{
        properties::WriterProperties,
        writer::{SerializedFileWriter, SerializedRowGroupWriter},
    },
    schema::types::Type,
};

use super::Rows;
use crate::{
    columns::{COLUMNS, NEEDED},
    output::OutputFile,
};

/// The most rows of a row group. They are held until it is written, and whoever reads the file
/// reads one group or several at a time.
const GROUP: usize = 1 << 16;

/// Collects rows, and writes a row group when there are enough.
pub(super) struct Parquet {
    out: SerializedFileWriter<OutputFile>,
    /// Milliseconds since 1970.
    minutes: Vec<i64>,
    counts: Vec<i64>,
    /// The texts of the other columns, in the order of `COLUMNS`.
    texts: [Vec<ByteArray>; COLUMNS.len() - 2],
    /// The texts that rows of the group have; each is held once.
    known: HashMap<Box<str>, ByteArray>,
}

impl Parquet {
    pub(super) fn new(out: OutputFile) -> anyhow::Result<Self> {
        let fields = COLUMNS.map(|name| field(name).map(Arc::new));
        let fields = fields.into_iter().collect::<Result<_, _>>()?;
        let schema = Type::group_type_builder("counts").with_fields(fields).build()?;
        // Every engine knows gzip, and of all it alone has a checksum that tells damage.
        let gzip = Compression::GZIP(GzipLevel::default());
        let properties = WriterProperties::builder().set_compression(gzip).build();
        Ok(Self {
            out: SerializedFileWriter::new(out, Arc::new(schema), Arc::new(properties))?,
            minutes: Vec::new(),
            counts: Vec::new(),
            texts: Default::default(),
            known: HashMap::new(),
        })
    }

    fn write_group(&mut self) -> anyhow::Result<()> {
        let mut group = self.out.next_row_group()?;
        let mut texts = self.texts.iter_mut();
        for name in COLUMNS {
            match name {
                "minute" => write_column::<Int64Type>(&mut group, &self.minutes, None)?,
                "count" => write_column::<Int64Type>(&mut group, &self.counts, None)?,
                name => {
                    let mut texts = mem::take(texts.next().expect("a list for each other column"));
                    let levels: Option<Vec<i16>> = (!NEEDED.contains(&name))
                        .then(|| texts.iter().map(|text| i16::from(!text.is_empty())).collect());
                    if levels.is_some() {
                        texts.retain(|text| !text.is_empty());
                    }
                    write_column::<ByteArrayType>(&mut group, &texts, levels.as_deref())?;
                }
            }
        }
        group.close()?;
        self.minutes.clear();
        self.counts.clear();
        self.known.clear();
        Ok(())
    }

    /// Returns a text, which is held once for all rows that have it.
    fn text(&mut self, text: &str) -> ByteArray {
        if let Some(known) = self.known.get(text) {
            return known.clone();
        }
        let bytes = ByteArray::from(text);
        self.known.insert(text.into(), bytes.clone());
        bytes
    }
}

impl Rows for Parquet {
    fn write(
        &mut self,
        minute: Minute,
        series: &SeriesKey,
        count: u32,
        attributes: [&str; 3],
    ) -> anyhow::Result<()> {
        self.minutes.push(minute.instant().timestamp_millis());
        self.counts.push(count.into());
        let [user_identity, user_agent, resource_arn] = attributes;
        let texts = [
            &*series.account_id,
            &*series.region,
            &*series.event_source,
            &*series.event_name,
            series.category.as_str(),
            series.error_code.as_deref().unwrap_or_default(),
            user_identity,
            user_agent,
            resource_arn,
        ];
        for (place, text) in texts.into_iter().enumerate() {
            let text = self.text(text);
            self.texts[place].push(text);
        }
        if self.minutes.len() == GROUP { self.write_group() } else { Ok(()) }
    }

    fn finish(mut self: Box<Self>) -> anyhow::Result<()> {
        if !self.minutes.is_empty() {
            self.write_group()?;
        }
        Ok(self.out.into_inner()?.finish()?)
    }
}

/// Returns the type of a column. One that is not needed holds null where a cell of CSV is empty.
fn field(name: &str) -> Result<Type, parquet::errors::ParquetError> {
    let (kind, logical) = match name {
        "minute" => (PhysicalType::INT64, Some(LogicalType::timestamp(true, TimeUnit::MILLIS))),
        "count" => (PhysicalType::INT64, None),
        _ => (PhysicalType::BYTE_ARRAY, Some(LogicalType::String)),
    };
    let needed = NEEDED.contains(&name);
    let repetition = if needed { Repetition::REQUIRED } else { Repetition::OPTIONAL };
    Type::primitive_type_builder(name, kind)
        .with_logical_type(logical)
        .with_repetition(repetition)
        .build()
}

fn write_column<T: DataType>(
    group: &mut SerializedRowGroupWriter<'_, OutputFile>,
    values: &[T::T],
    levels: Option<&[i16]>,
) -> anyhow::Result<()> {
    let mut column = group.next_column()?.expect("a column of the schema");
    column.typed::<T>().write_batch(values, levels, None)?;
    Ok(column.close()?)
}
