//! What files are packed in, and what of that is refused, limited or hostile.

use std::{fs, io::Write};

use serde_json::Value;
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

use crate::{
    archive::{at, gzip, log, steady, with},
    folder::Folder,
    program::{Run, insights},
};

/// The records of the good file beside the one that is looked at.
const GOOD: u64 = 5;

fn three() -> String {
    log(&steady(at("2026-03-02T12:00:00Z"), "CreateTags", 3))
}

pub(crate) fn zip(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (name, bytes) in entries {
        zip.start_file(*name, options).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// Replays a file beside a good one, which it must not harm.
#[track_caller]
fn beside_good(name: &str, bytes: &[u8], options: &[&str]) -> Run {
    let folder = Folder::new();
    folder.file("good.json", log(&steady(at("2026-03-02T11:00:00Z"), "RunInstances", 5)));
    let path = folder.file(name, bytes);
    let good = folder.join("good.json");
    let mut args: Vec<&dyn AsRef<std::ffi::OsStr>> = vec![&"replay", &good, &path];
    args.extend(options.iter().map(|option| option as &dyn AsRef<std::ffi::OsStr>));
    let run = insights(&args);
    assert!(run.number("counted") >= GOOD, "{}", run.stderr);
    run
}

/// Ends as partly read, with one problem of a kind, told in one line.
#[track_caller]
fn refused(run: &Run, kind: &str, told: &str) {
    assert_eq!(run.code, 3, "{}", run.stderr);
    assert_eq!(run.summary["malformed_by_kind"][kind], 1, "{}", run.stderr);
    assert_eq!(run.stderr.matches(told).count(), 1, "no {told:?} in {}", run.stderr);
}

#[test]
fn the_entries_of_a_zip_are_files() {
    let entry = |account: &str, kind: &str| {
        format!("AWSLogs/{account}/{kind}/eu-west-1/2026/03/02/x.json.gz")
    };
    // Records that do not say where they are from.
    let bare = |id: &str| {
        let record = steady(at("2026-03-02T12:00:00Z"), "CreateTags", 1).remove(0);
        let record = with(with(record, "recipientAccountId", Value::Null), "eventID", id);
        gzip(log(&[with(record, "awsRegion", Value::Null)]))
    };
    let archive = zip(&[
        (&entry("111122223333", "CloudTrail"), &bare("a")),
        (&entry("444455556666", "CloudTrail"), &bare("b")),
        (&entry("111122223333", "CloudTrail-Digest"), b"{}"),
        (&entry("111122223333", "CloudTrail-Insight"), b"{}"),
        ("__MACOSX/x.json", b"junk"),
        (".DS_Store", b"junk"),
        ("notes.pdf", b"junk"),
    ]);
    let folder = Folder::new();
    folder.file("in/all.zip", archive);
    let output = folder.join("out");
    let run = insights(&[&"count", &folder.join("in"), &"-o", &output]).exited(0);
    assert_eq!((run.number("files"), run.number("records")), (1, 2));
    let skipped = &run.summary["skipped_files"];
    assert_eq!(
        (&skipped["digest"], &skipped["insight"], &skipped["other"]),
        (&1.into(), &1.into(), &3.into())
    );
    let counts = fs::read_to_string(output).unwrap();
    assert!(
        counts.contains(",111122223333,eu-west-1,") && counts.contains(",444455556666,eu-west-1,")
    );
}

#[test]
fn a_problem_in_a_zip_is_told_with_its_entry() {
    let good = three();
    let broken = log(&[Value::from(7)]);
    let bytes = zip(&[
        ("../../etc/pass\u{1b}[31mwd", good.as_bytes()),
        ("b/broken\u{1b}.json", broken.as_bytes()),
        ("c.zip", &zip(&[("x", b"{}")])),
        ("d", &zip(&[("x", b"{}")])),
    ]);
    let run = beside_good("all.zip", &bytes, &[]).exited(3);
    assert_eq!(run.number("counted"), GOOD + 3);
    for told in ["all.zip: entry b/broken\u{fffd}.json: record 1: ", "all.zip: entry d: is a zip"] {
        assert!(run.stderr.contains(told), "no {told:?} in {}", run.stderr);
    }
    assert!(!run.stderr.contains('\u{1b}'));
    assert_eq!(run.summary["skipped_files"]["other"], 1);
}

#[test]
fn what_is_no_log_is_told_for_what_it_is() {
    for (bytes, told) in [
        (&b"BZh91AY&SY"[..], "is packed with bzip2, which is not read"),
        (b"\xfd7zXZ\0\0\0", "is packed with xz, which is not read"),
        (b"7z\xbc\xaf\x27\x1c\0\0", "is a 7z archive, which is not read"),
        (b"\xff\x06\0\0sNaPpY", "is packed with snappy, which is not read"),
        (b"PAR1\x15\x04", "is a Parquet file, which is not read"),
        (b"ORC\x0a", "is an ORC file, which is not read"),
        (b"Obj\x01\x04", "is an Avro file, which is not read"),
        (b"\xff\xfe\0\0{\0\0\0", "is text in UTF-32, which is not read"),
    ] {
        let run = beside_good("some.json.gz", bytes, &[]);
        refused(&run, "foreign", &format!("some.json.gz: {told}"));
        refused(&beside_good("x.json", &gzip(bytes), &[]), "foreign", " inside gzip, which is not");
    }
}

#[test]
fn utf_16_is_read_and_its_end_told() {
    let text = format!("\u{feff}{}", three());
    let bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(beside_good("w.json", &bytes, &[]).exited(0).number("counted"), GOOD + 3);
    let cut = &bytes[..bytes.len() - 3];
    let run = beside_good("w.json", cut, &[]);
    refused(&run, "encoding", "w.json: is cut off in the middle of a character of UTF-16");
    assert_eq!(run.number("counted"), GOOD + 3);
}

#[test]
fn what_unpacks_to_more_than_the_limit_is_read_up_to_it() {
    let records = steady(at("2026-03-02T12:00:00Z"), "CreateTags", 3);
    let long = with(records[2].clone(), "requestParameters", "x".repeat(100_000_000));
    let text = gzip(log(&[records[0].clone(), records[1].clone(), long]));
    let run = beside_good("long.json.gz", &text, &[]).exited(0);
    assert_eq!(run.number("counted"), GOOD + 3, "a string of 100 MB is a string");
    let run = beside_good("long.json.gz", &text, &["--max-unpacked", "8MiB"]);
    refused(&run, "limit", "long.json.gz: is longer than 8 MiB in one piece; the rest is left out");
    assert_eq!(run.number("counted"), GOOD + 2);

    let bytes = zip(&[("a.json", three().as_bytes()), ("b.gz", &text)]);
    let run = beside_good("long.zip", &bytes, &["--max-unpacked", "8MiB"]);
    refused(&run, "limit", "long.zip: entry b.gz: unpacks to more than 8 MiB");
    assert_eq!(run.number("records"), GOOD + 3 + 2);

    let zeros = gzip(vec![0; 50_000_000]);
    let run = beside_good("zeros.json.gz", &gzip(zeros), &["--max-unpacked", "4MiB"]);
    refused(&run, "limit", "zeros.json.gz: is longer than 4 MiB in one piece");
}

#[test]
fn lines_that_are_not_packed_have_no_limit_and_packed_ones_are_read_up_to_it() {
    let record = steady(at("2026-03-02T12:00:00Z"), "CreateTags", 1).remove(0);
    let line = |id: u32| with(record.clone(), "eventID", id.to_string()).to_string();
    let lines = (0..30_000).map(line).collect::<Vec<_>>().join("\n");
    assert!(lines.len() > 8 << 20);
    let small = ["--max-unpacked", "1MiB"];
    let run = beside_good("l.jsonl", lines.as_bytes(), &small).exited(0);
    assert_eq!(run.number("counted"), GOOD + 30_000);
    let run = beside_good("l.jsonl", &gzip(&lines), &small);
    refused(&run, "limit", "l.jsonl: unpacks to more than 1 MiB; the rest is left out (--max-");
    assert!((2_000..5_000).contains(&run.number("counted")));
    // Places are told from the beginning of the file, pieces or not.
    let at = lines.match_indices('\n').nth(20_000).unwrap().0 + 1;
    let broken = format!("{}oops\n{}", &lines[..at], &lines[at..]);
    for options in [&[][..], &small] {
        let run = beside_good("l.jsonl", broken.as_bytes(), options).exited(3);
        assert!(run.stderr.contains(&format!("l.jsonl: byte {at}: ")), "{}", run.stderr);
    }
}

#[cfg(unix)]
#[test]
fn a_file_that_may_not_be_read_costs_no_other() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    folder.file("good.json", three());
    let closed = folder.file("closed.json", three());
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o000)).unwrap();
    if fs::File::open(&closed).is_ok() {
        println!("skipped: whoever runs this may read everything");
        return;
    }
    let run = insights(&[&"replay", &folder.path()]).exited(3);
    assert_eq!((run.number("counted"), run.number("unreadable_files")), (3, 1));
    assert!(run.stderr.contains("closed.json: "), "{}", run.stderr);
}

#[test]
fn a_folder_of_many_names_is_read() {
    let folder = Folder::new();
    let record = steady(at("2026-03-02T12:00:00Z"), "CreateTags", 1).remove(0);
    for id in 0..4_000 {
        folder.file(
            format!("{id}.json"),
            with(record.clone(), "eventID", id.to_string()).to_string(),
        );
    }
    let run = insights(&[&"replay", &folder.path()]).exited(0);
    assert_eq!((run.number("files"), run.number("counted")), (4_000, 4_000));
}
