//! What fuzz targets feed: one function for each way by which untrusted bytes come in, with what
//! always holds asserted in it.

use std::fmt;

use insights_core::{Minutes, Record, Selection};

use crate::{
    input::{
        container::{Container, Intake},
        counts,
        decode::Decoder,
        key::ObjectKey,
        problem::Problems,
        series,
        table::Table,
        texts::Bounds,
    },
    plan::SeriesPlan,
};

/// What was read: numbers, and the lines that name problems.
type Told = (u64, Vec<String>);

/// Unpacks the bytes of a file and takes the texts in it apart into records.
///
/// # Panics
///
/// Panics if what always holds does not.
pub fn file(bytes: &[u8]) {
    /// Little room, so that long texts are small.
    const BOUNDS: Bounds =
        Bounds { raw: 1 << 20, piece: 1 << 10, most: 1 << 16, row: 1 << 12, total: 1 << 20 };
    let read = || {
        let mut problems = Problems::default();
        let mut decoder = Decoder::new(BOUNDS);
        decoder.take(bytes.to_vec());
        let (mut records, mut room) = (0, 0);
        let mut containers = Container::default();
        let mut end = 0;
        let _ = decoder.each(&mut problems, |piece, problems| {
            if piece.first {
                (containers, end) = (Container::default(), 0);
            }
            assert!(piece.text.len() <= BOUNDS.most, "no text is longer than the limit");
            assert!(piece.offset >= end, "pieces come one after the other");
            end = piece.offset + piece.text.len();
            records += records_of(&mut containers, piece.text, problems);
            room += most_records(piece.text);
        });
        assert!(records <= room, "{records} records in room for {room}");
        (records, problems.lines("f").collect())
    };
    twice(read);
}

/// Takes a text apart into records.
///
/// # Panics
///
/// Panics if what always holds does not.
pub fn container(text: &str) {
    let (records, _) = twice(|| {
        let mut problems = Problems::default();
        let records = records_of(&mut Container::default(), text, &mut problems);
        (records, problems.lines("f").collect())
    });
    assert!(records <= most_records(text));
}

/// Takes a table of events apart: a header of the columns that it is known by, then `rows`.
///
/// # Panics
///
/// Panics if what always holds does not.
pub fn csv(header: u8, rows: &str) {
    const HEADERS: [&str; 4] = [
        "eventTime,eventSource,eventName,awsRegion,recipientAccountId,errorCode,eventID",
        "Event time;Event source;Event name;User name;Error code;Resources",
        "eventname\teventsource\teventtime\tuseridentity\trequestparameters\tadditionaleventdata",
        "\"timestamp\",\"message\"",
    ];
    let header = HEADERS[usize::from(header) % HEADERS.len()];
    container(&format!("{header}\n{rows}"));
}

/// Reads the name of a file.
///
/// # Panics
///
/// Panics if what always holds does not.
pub fn key(path: &str) {
    let key = ObjectKey::parse(path);
    for part in [&key.account_id, &key.region].into_iter().flatten() {
        assert!(path.contains(&**part), "what a key tells stands in it");
    }
    assert!(key.account_id.as_ref().is_none_or(|id| id.len() == 12));
    assert_eq!(ObjectKey::parse(&path.replace('/', "\\")), key);
    assert_eq!(key.clone().or(&ObjectKey::default()), key);
}

/// Reads a table of counts.
///
/// # Panics
///
/// Panics if what always holds does not.
pub fn counts(text: &str) {
    let selection = Selection::default();
    table(text, |bytes, problems| counts::of_text(bytes, &selection, problems));
}

/// Reads a plain series, of which the step is found or given.
///
/// # Panics
///
/// Panics if what always holds does not.
pub fn series(step: u8, text: &str) {
    let selection = Selection::default();
    let plan = SeriesPlan {
        time: "time".into(),
        value: "value".into(),
        name: Some("name".into()),
        step: (step > 0).then(|| Minutes::new(step.into())),
    };
    table(text, |bytes, problems| series::of_text(bytes, &plan, &selection, problems));
}

/// Reads a table: no more rows than lines, the same ones each time.
fn table(text: &str, read: impl Fn(&[u8], &mut Problems) -> Table) {
    let (rows, _) = twice(|| {
        let mut problems = Problems::default();
        let table = read(text.as_bytes(), &mut problems);
        assert!(problems.faults.total() <= table.rows + 1, "a row is broken once, or the header");
        let _ = table.counts.seal();
        (table.rows, problems.lines("f").collect())
    });
    assert!(rows <= text.split(['\n', '\r']).count() as u64);
}

/// Returns how many records a text can hold at most: an element of a list takes two bytes, but
/// gzip in base64 may hold any number.
fn most_records(text: &str) -> u64 {
    if text.contains("H4sI") { u64::MAX >> 32 } else { text.len() as u64 / 2 + 1 }
}

fn records_of(container: &mut Container, text: &str, problems: &mut Problems) -> u64 {
    let mut given = 0;
    let mut each = |record: &Record<'_>, _: &_, _: &dyn fmt::Display, _: &mut _| {
        given += 1;
        let _ = record.content("", "");
    };
    let mut intake = Intake::new(problems, &mut each);
    container.read(text, &mut intake);
    let seen = intake.seen().records;
    assert_eq!(seen, given);
    seen
}

/// Reads twice and returns what was told, which is the same both times and fit to be shown.
fn twice(read: impl Fn() -> Told) -> Told {
    let told = read();
    assert!(told == read(), "what is told depends on nothing but the input");
    for line in &told.1 {
        assert!(!line.contains(char::is_control), "{line:?}");
    }
    told
}
