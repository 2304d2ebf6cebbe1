use parquet::{
    basic::{Compression, Encoding, GzipLevel, ZstdLevel},
    data_type::{ByteArray, ByteArrayType, Int32Type, Int64Type, Int96, Int96Type},
    file::{properties::WriterProperties, writer::SerializedFileWriter},
    schema::parser::parse_message_type,
};

use super::*;

/// Values of a column, and which of the rows have one.
enum Cells {
    Texts(Vec<&'static str>),
    Longs(Vec<i64>),
    Ints(Vec<i32>),
    OldTimes(Vec<Int96>),
}

/// 2026-03-02T14:05:00Z in milliseconds.
const AT: i64 = 1_772_460_300_000;

/// Writes a table of the types in `schema`, with the cells of each column and its levels.
fn file(
    schema: &str,
    columns: &[(Cells, Option<Vec<i16>>)],
    properties: WriterProperties,
) -> Vec<u8> {
    let schema = parse_message_type(&format!("message counts {{ {schema} }}")).unwrap();
    let mut out =
        SerializedFileWriter::new(Vec::new(), Arc::new(schema), Arc::new(properties)).unwrap();
    let mut group = out.next_row_group().unwrap();
    for (cells, levels) in columns {
        let mut column = group.next_column().unwrap().unwrap();
        let levels = levels.as_deref();
        match cells {
            Cells::Texts(texts) => {
                let texts: Vec<ByteArray> = texts.iter().map(|&text| text.into()).collect();
                column.typed::<ByteArrayType>().write_batch(&texts, levels, None)
            }
            Cells::Longs(longs) => column.typed::<Int64Type>().write_batch(longs, levels, None),
            Cells::Ints(ints) => column.typed::<Int32Type>().write_batch(ints, levels, None),
            Cells::OldTimes(times) => column.typed::<Int96Type>().write_batch(times, levels, None),
        }
        .unwrap();
        column.close().unwrap();
    }
    group.close().unwrap();
    out.into_inner().unwrap()
}

fn plain() -> WriterProperties {
    WriterProperties::builder().build()
}

fn texts(text: &'static str, rows: usize) -> (Cells, Option<Vec<i16>>) {
    (Cells::Texts(vec![text; rows]), None)
}

/// Reads a file and returns its table and what is wrong with it.
fn table(file: Vec<u8>) -> (Table, Vec<String>) {
    let (mut table, mut problems) = (Table::default(), Problems::default());
    read(ParquetFile::Bytes(file), &Selection::default(), &mut table, &mut problems);
    (table, problems.lines("f").collect())
}

/// Returns minutes and counts.
fn rows(table: Table) -> Vec<(String, u32)> {
    let sealed = table.counts.seal();
    sealed.rows().map(|row| (row.minute.to_string(), row.count)).collect()
}

const NAMES: &str = "required binary event_source (STRING); required binary event_name (STRING);";

#[test]
fn times_and_counts_are_read_from_every_type_that_holds_them() {
    let at = "2026-03-02T14:05:00Z".to_owned();
    let mut spark = Int96::new();
    // Nanoseconds of the day in two halves, then the Julian day.
    spark.set_data(0x837d_7800, 0x2e1c, 2_461_102);
    for (minute, cells) in [
        ("int64 minute (TIMESTAMP(MILLIS,true))", Cells::Longs(vec![AT])),
        ("int64 minute (TIMESTAMP(MILLIS,false))", Cells::Longs(vec![AT + 59_999])),
        ("int64 minute (TIMESTAMP(MICROS,true))", Cells::Longs(vec![AT * 1_000])),
        ("int64 minute (TIMESTAMP(NANOS,true))", Cells::Longs(vec![AT * 1_000_000])),
        ("int64 minute (TIMESTAMP_MILLIS)", Cells::Longs(vec![AT])),
        ("int64 minute (TIMESTAMP_MICROS)", Cells::Longs(vec![AT * 1_000])),
        ("int64 minute", Cells::Longs(vec![AT / 1_000])),
        ("int96 minute", Cells::OldTimes(vec![spark])),
        ("binary minute (STRING)", Cells::Texts(vec!["2026-03-02 14:05:30.000"])),
        ("binary minute", Cells::Texts(vec!["2026-03-02T14:05:00Z"])),
    ] {
        let schema = format!("required {minute}; {NAMES} required int64 count;");
        let columns = [(cells, None), texts("s", 1), texts("n", 1), (Cells::Longs(vec![7]), None)];
        let (table, told) = table(file(&schema, &columns, plain()));
        assert_eq!((rows(table), told), (vec![(at.clone(), 7)], vec![]), "{minute}");
    }
    for (count, cells, expected) in [
        ("int32 count", Cells::Ints(vec![7]), 7),
        ("int32 count (INTEGER(8,false))", Cells::Ints(vec![200]), 200),
        ("int32 count (INTEGER(32,false))", Cells::Ints(vec![-1]), u32::MAX),
        ("int64 count (INTEGER(64,false))", Cells::Longs(vec![7]), 7),
    ] {
        let schema =
            format!("required {count}; {NAMES} required int64 minute (TIMESTAMP(MILLIS,true));");
        let columns = [(cells, None), texts("s", 1), texts("n", 1), (Cells::Longs(vec![AT]), None)];
        let (table, told) = table(file(&schema, &columns, plain()));
        assert_eq!((rows(table), told), (vec![(at.clone(), expected)], vec![]), "{count}");
    }
}

#[test]
fn a_bad_row_is_named_by_its_number_and_column_and_the_others_count() {
    let schema = format!(
        "optional int64 minute (TIMESTAMP(MILLIS,true)); {NAMES} optional int64 count; \
         optional binary event_category (STRING);"
    );
    let columns = [
        (Cells::Longs(vec![AT, AT, AT, i64::MIN, AT, AT]), Some(vec![1, 1, 0, 1, 1, 1, 1])),
        texts("s", 7),
        (Cells::Texts(vec!["n", "n", "n", "n", "n", "", "n"]), None),
        (Cells::Longs(vec![1, -1, 1, 1, 1, 1]), Some(vec![1, 1, 1, 0, 1, 1, 1])),
        (Cells::Texts(vec!["Data", "Insight"]), Some(vec![1, 0, 0, 0, 0, 0, 1])),
    ];
    let (table, told) = table(file(&schema, &columns, plain()));
    assert_eq!(table.rows, 7);
    assert_eq!(rows(table), [("2026-03-02T14:05:00Z".to_owned(), 1)]);
    assert_eq!(
        told,
        [
            "warning: f: row 2: count -1 is no whole number from 0 to 4294967295",
            "warning: f: row 3: minute is null",
            "warning: f: row 4: count is null",
            "warning: f: row 5: minute -9223372036854775808 is no time",
            "warning: f: row 6: event_name is empty",
            "warning: f: row 7: event_category \"Insight\" is neither Management nor Data",
        ]
    );
}

#[test]
fn a_column_of_another_type_is_refused_by_name() {
    let good = "required int64 minute (TIMESTAMP(MILLIS,true)); required int64 count;";
    for (schema, what) in [
        (good.replace("int64 count", "double count"), "column count is DOUBLE and no whole number"),
        (good.replace("int64 count", "int64 count (DECIMAL(10,0))"), "column count is Decimal"),
        (good.replace("int64 count", "int32 count (DATE)"), "column count is Date"),
        (good.replace("int64 count", "binary count (STRING)"), "column count is String"),
        (good.replace("required int64 count", "repeated int64 count"), "and not a list"),
        (good.replace("(TIMESTAMP(MILLIS,true))", "(TIME(MICROS,true))"), "column minute is Time"),
        (
            good.replace("int64 minute (TIMESTAMP(MILLIS,true))", "boolean minute"),
            "column minute is BOOLEAN",
        ),
        (format!("{good} required int64 account_id;"), "column account_id is INT64 and no text"),
        (
            format!("{good} required binary user_agent (JSON);"),
            "column user_agent is Json and no text",
        ),
        (format!("{good} required int32 sharedEventID;"), "column \"sharedEventID\" is not known"),
        (
            format!("{good} required group user_identity {{ required binary arn (STRING); }}"),
            "column \"user_identity.arn\" is not known",
        ),
        (good.replace("minute", "minutes"), "column \"minutes\" is not known; is it minute?"),
    ] {
        let schema = format!("message counts {{ {schema} {NAMES} }}");
        let schema = Arc::new(parse_message_type(&schema).unwrap());
        let out = SerializedFileWriter::new(Vec::new(), schema.clone(), Arc::new(plain())).unwrap();
        let (table, told) = table(out.into_inner().unwrap());
        assert_eq!(table.rows, 0);
        assert!(told.len() == 1 && told[0].contains(what), "{schema:?}: {told:?}");
    }
}

/// Files as several engines write them: by encoding, packing and version of pages.
fn varied() -> Vec<Vec<u8>> {
    use parquet::file::properties::WriterVersion;
    let schema = format!(
        "required int64 minute (TIMESTAMP(MILLIS,true)); {NAMES} optional binary error_code \
         (STRING); required int64 count;"
    );
    let builder = WriterProperties::builder;
    [
        plain(),
        builder().set_compression(Compression::GZIP(GzipLevel::default())).build(),
        builder().set_compression(Compression::ZSTD(ZstdLevel::default())).build(),
        builder().set_compression(Compression::SNAPPY).build(),
        builder().set_compression(Compression::LZ4_RAW).build(),
        builder().set_dictionary_enabled(false).set_data_page_row_count_limit(64).build(),
        builder()
            .set_dictionary_enabled(false)
            .set_writer_version(WriterVersion::PARQUET_2_0)
            .set_compression(Compression::SNAPPY)
            .build(),
        builder()
            .set_dictionary_enabled(false)
            .set_encoding(Encoding::DELTA_BYTE_ARRAY)
            .set_column_encoding("minute".into(), Encoding::DELTA_BINARY_PACKED)
            .set_column_encoding("count".into(), Encoding::BYTE_STREAM_SPLIT)
            .build(),
    ]
    .into_iter()
    .map(|properties| {
        let count = 200;
        let minutes = (0..count).map(|minute| AT + minute * 60_000).collect();
        let codes = (0..count)
            .filter(|row| row % 3 == 0)
            .map(|row| ["Denied", "Gone"][usize::from(row % 2 == 1)]);
        let levels = (0..count).map(|row| i16::from(row % 3 == 0)).collect();
        let columns = [
            (Cells::Longs(minutes), None),
            texts("ec2.amazonaws.com", 200),
            texts("RunInstances", 200),
            (Cells::Texts(codes.collect()), Some(levels)),
            (Cells::Longs((0..count).collect()), None),
        ];
        file(&schema, &columns, properties)
    })
    .collect()
}

#[test]
fn how_a_file_is_packed_does_not_show() {
    let mut all: Vec<_> = varied().into_iter().map(table).collect();
    let (first, told) = all.remove(0);
    assert_eq!((first.rows, told.len()), (200, 0));
    let first = first.counts.seal();
    assert_eq!(
        first.rows().filter(|row| row.series.error_code.is_some()).count(),
        66,
        "a count of zero is none"
    );
    for (other, told) in all {
        assert_eq!((other.counts.seal(), told.len()), (first.clone(), 0));
    }
}

#[test]
fn damage_is_told_and_never_a_panic() {
    let mut told_of = 0;
    for (which, whole) in varied().into_iter().enumerate() {
        for length in (0..whole.len()).step_by(97) {
            let (_, told) = table(whole[..length].to_vec());
            assert_eq!(told.len(), 1, "cut to {length}");
        }
        // The same damage each time: places and bytes from a small generator.
        let mut dice: u64 = 0x9e37_79b9_7f4a_7c15 ^ which as u64;
        let mut roll = |below: usize| {
            dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (dice >> 33) as usize % below
        };
        for _ in 0..ROUNDS {
            let mut broken = whole.clone();
            for _ in 0..=roll(4) {
                broken[roll(whole.len())] = [0, 0xff, 0x80, 1 << roll(8)][roll(4)];
            }
            let (table, told) = table(broken);
            assert!(table.rows <= 1_000_000);
            told_of += usize::from(!told.is_empty());
        }
    }
    assert!(told_of > 8 * ROUNDS / 4, "{told_of}");
}

/// The broken files of each kind.
const ROUNDS: usize = 250;
