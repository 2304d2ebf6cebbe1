//! Damage is named, counted, and costs no more than what is damaged.

use std::{fs, path::PathBuf};

use chrono::TimeDelta;
use serde_json::Value;

use crate::{
    archive::{at, call, gzip, log, steady, with},
    folder::Folder,
    program::{Run, insights},
};

/// The records of the good file beside the damaged one.
const GOOD: u64 = 5;

/// What becomes of a damaged file.
struct Expected<'a> {
    /// The records of it that count.
    counted: u64,
    /// What stderr has to say besides the name of the file; nothing if it is not damaged.
    told: &'a [&'a str],
}

/// Three whole records.
fn three() -> Vec<Value> {
    steady(at("2026-03-02T12:00:00Z"), "CreateTags", 3)
}

/// Replays a file beside a good one.
fn beside_good(name: &str, bytes: &[u8]) -> Run {
    let folder = Folder::new();
    let good = steady(at("2026-03-02T11:00:00Z"), "RunInstances", 5);
    folder.file("good.json", log(&good));
    folder.file(name, bytes);
    insights(&[&"replay", &folder.path()])
}

#[track_caller]
fn expect(name: &str, bytes: impl AsRef<[u8]>, expected: &Expected<'_>) -> Run {
    let run = beside_good(name, bytes.as_ref());
    let damaged = !expected.told.is_empty();
    assert_eq!(run.code, if damaged { 3 } else { 0 }, "{}", run.stderr);
    assert_eq!(run.number("counted"), GOOD + expected.counted, "{}", run.stderr);
    assert_eq!(run.number("damaged_files"), u64::from(damaged));
    assert_eq!(run.number("malformed") > 0, damaged);
    assert_eq!(run.stderr.contains(name), damaged, "{}", run.stderr);
    for part in expected.told {
        assert!(run.stderr.contains(part), "no {part:?} in {}", run.stderr);
    }
    run
}

#[test]
fn a_gzip_cut_off_gives_what_comes_before() {
    let records = steady(at("2026-03-02T12:00:00Z"), "CreateTags", 400);
    let packed = gzip(log(&records));
    let run = beside_good("cut.json.gz", &packed[..packed.len() / 2]).exited(3);
    let kept = run.number("counted") - GOOD;
    assert!((50..350).contains(&kept), "{kept} of 400");
    assert!(run.stderr.contains("cut.json.gz: byte "), "{}", run.stderr);
    assert_eq!(run.number("malformed"), 1, "{}", run.stderr);

    // Only the head of the header is left.
    let run = beside_good("cut.json.gz", &packed[..7]).exited(3);
    assert_eq!(run.number("counted"), GOOD);
    assert!(run.stderr.contains("cut.json.gz"), "{}", run.stderr);
}

#[test]
fn a_flipped_byte_in_a_gzip_is_noticed_wherever_it_is() {
    let records = steady(at("2026-03-02T12:00:00Z"), "CreateTags", 400);
    let packed = gzip(log(&records));
    for at in [20, packed.len() / 3, packed.len() / 2, packed.len() - 6] {
        let mut flipped = packed.clone();
        flipped[at] ^= 0x10;
        let run = beside_good("flipped.json.gz", &flipped).exited(3);
        assert!(run.number("counted") >= GOOD && run.number("counted") <= GOOD + 400);
        assert!(run.stderr.contains("flipped.json.gz: "), "{}", run.stderr);
        assert!(run.number("malformed") > 0);
    }
}

#[test]
fn garbage_behind_a_gzip_costs_nothing_but_a_warning() {
    let mut packed = gzip(log(&three()));
    packed.extend(b"garbage");
    expect("tail.json.gz", packed, &Expected { counted: 3, told: &["byte "] });
}

#[test]
fn what_is_no_json_is_told_with_its_byte() {
    let none = |told| Expected { counted: 0, told };
    expect("page.json", "<html>403 Forbidden</html>", &none(&["byte 0"]));
    expect("zero.json", [0; 4_096], &none(&["byte 0"]));
    expect("keys.json", "{eventTime: 'now'}", &none(&["byte 1"]));
    expect("nan.json", "{\"Records\":[NaN]}", &none(&["byte 12"]));
    let utf_16: Vec<u8> = log(&three()).encode_utf16().flat_map(u16::to_le_bytes).collect();
    expect("utf-16.json", utf_16, &none(&["byte "]));
}

#[test]
fn json_cut_at_the_end_loses_the_last_record_only() {
    let whole = log(&three());
    let cut = &whole[..whole.len() - 30];
    let byte = format!("byte {}", cut.len());
    expect("cut.json", cut, &Expected { counted: 2, told: &[&byte] });
}

#[test]
fn json_cut_at_the_start_loses_the_first_record_only() {
    let whole = log(&three());
    expect("cut.json", &whole[40..], &Expected { counted: 2, told: &["byte 0"] });
}

#[test]
fn json_broken_in_the_middle_loses_the_broken_record_only() {
    let whole = log(&three());
    let middle = whole.match_indices("\"eventID\"").nth(1).unwrap().0;
    let broken = format!("{}oops {}", &whole[..middle], &whole[middle..]);
    let byte = format!("byte {middle}");
    let run = expect("mid.json", broken, &Expected { counted: 2, told: &[&byte] });
    assert_eq!(run.number("malformed"), 1, "{}", run.stderr);
    let comma = whole.replace("]}", ",]}");
    expect("comma.json", comma, &Expected { counted: 3, told: &["byte "] });
}

#[test]
fn a_broken_record_is_told_by_its_number() {
    let [first, second, third] = <[Value; 3]>::try_from(three()).unwrap();
    for (broken, told) in [
        (with(second.clone(), "eventTime", Value::Null), "record 2: eventTime is missing"),
        (with(second.clone(), "eventTime", ""), "record 2: eventTime is missing"),
        (with(second.clone(), "eventName", Value::Null), "record 2: eventName is missing"),
        (with(second.clone(), "eventSource", Value::Null), "record 2: eventSource is missing"),
        (with(second.clone(), "eventTime", 17), "record 2: eventTime"),
        (with(second.clone(), "eventTime", true), "record 2: eventTime"),
        (with(second.clone(), "eventTime", "02/03/2026 12:01"), "record 2: eventTime"),
        (with(second.clone(), "eventTime", "2026-02-30T00:00:00Z"), "record 2: eventTime"),
        (with(second.clone(), "eventName", Value::Array(vec![])), "record 2: eventName"),
        (with(second.clone(), "userIdentity", 7), "record 2: userIdentity"),
        (with(second.clone(), "readOnly", "perhaps"), "record 2: readOnly"),
        (with(second.clone(), "eventCategory", "Other"), "record 2: eventCategory"),
        (with(second.clone(), "recipientAccountId", "1.11122E+11"), "record 2: account"),
        (with(second.clone(), "eventSource", "aws:s3"), "record 2: is a notice of aws:s3"),
        (Value::from(7), "record 2: "),
        (Value::Null, "record 2: "),
        (Value::from("text"), "record 2: "),
        (Value::Object(serde_json::Map::new()), "record 2: "),
    ] {
        let text = log(&[first.clone(), broken, third.clone()]);
        let run = expect("one.json", &text, &Expected { counted: 2, told: &[told] });
        assert_eq!(run.number("malformed"), 1, "{text}");
        assert_eq!(run.number("records"), GOOD + 3, "{text}");
        expect("one.json.gz", gzip(&text), &Expected { counted: 2, told: &[told] });
    }
}

#[test]
fn null_is_as_good_as_absent_where_nothing_is_needed() {
    let mut record = three().remove(0);
    for field in ["userIdentity", "userAgent", "errorCode", "resources", "eventID", "eventType"] {
        record[field] = Value::Null;
    }
    expect("null.json", log(&[record]), &Expected { counted: 1, told: &[] });
}

#[test]
fn a_file_without_records_is_no_damage() {
    let fine = |counted| Expected { counted, told: &[] };
    expect("empty.json", "", &fine(0));
    expect("empty.json.gz", gzip(""), &fine(0));
    expect("blank.jsonl", "\n \r\n\t", &fine(0));
    expect("none.json", "{\"Records\":[]}", &fine(0));
    expect("list.json", "[]", &fine(0));
}

#[test]
fn marks_and_line_ends_of_windows_are_no_damage() {
    let fine = Expected { counted: 3, told: &[] };
    let text = log(&three());
    expect("mark.json", format!("\u{feff}{text}"), &fine);
    expect("mark.json.gz", gzip(format!("\u{feff}{text}")), &fine);
    let lines: Vec<String> = three().iter().map(ToString::to_string).collect();
    expect("lines.jsonl", lines.join("\r\n"), &fine);
    expect(
        "pretty.json",
        serde_json::to_string_pretty(&three()).unwrap().replace('\n', "\r\n"),
        &fine,
    );
}

#[test]
fn a_record_with_bytes_that_are_no_text_counts() {
    let mut bytes = log(&three()).into_bytes();
    let agent = bytes.windows(7).position(|part| part == b"aws-cli").unwrap();
    bytes[agent] = 0xff;
    let byte = format!("byte {agent}: not UTF-8");
    expect("latin.json", &bytes, &Expected { counted: 3, told: &[&byte] });
    // A call is not counted under a name that it did not have.
    let name = bytes.windows(9).position(|part| part == b"ateTags\",").unwrap();
    bytes[name] = 0xff;
    let what = "record 1: has bytes that are not UTF-8 in its names";
    expect("names.json", &bytes, &Expected { counted: 2, told: &[what] });
}

#[test]
fn lines_of_other_programs_between_records_are_told() {
    let lines: Vec<String> = three().iter().map(ToString::to_string).collect();
    let mixed = format!("{}\nlogrotate: done\n{}\n{}\n", lines[0], lines[1], lines[2]);
    let byte = format!("byte {}", lines[0].len() + 1);
    expect("mixed.jsonl", mixed, &Expected { counted: 3, told: &[&byte] });
    let other = format!("{}\n{{\"level\":\"info\"}}\n{}\n", lines[0], lines[1]);
    expect("other.jsonl", other, &Expected { counted: 2, told: &["no CloudTrail record"] });
}

#[test]
fn nesting_without_end_ends() {
    let none = Expected { counted: 0, told: &["byte "] };
    expect("brackets.json", "[".repeat(100_000), &none);
    expect("records.json", "{\"Records\":[".repeat(100_000), &none);

    let lines: Vec<String> = three().iter().map(ToString::to_string).collect();
    let deep = format!("{}{}", "[".repeat(1_000), "]".repeat(1_000));
    let hidden =
        lines[1].replace("\"readOnly\"", &format!("\"additionalEventData\":{deep},\"readOnly\""));
    let text = format!("{{\"Records\":[{},{hidden},{}]}}", lines[0], lines[2]);
    let run = beside_good("deep.json", text.as_bytes());
    // Whether the record that hides it counts or not: it costs no other.
    let kept = run.number("counted") - GOOD;
    assert_eq!(kept, if run.code == 0 { 3 } else { 2 }, "{}", run.stderr);
}

#[test]
fn a_string_of_20_mb_is_a_string() {
    let [first, second, third] = <[Value; 3]>::try_from(three()).unwrap();
    let long = "x".repeat(20_000_000);
    let long = with(second, "requestParameters", long);
    let text = log(&[first, long, third]);
    expect("long.json.gz", gzip(text), &Expected { counted: 3, told: &[] });
}

#[test]
fn what_cannot_be_opened_is_told_and_the_rest_is_read() {
    let folder = Folder::new();
    let good = folder.file("good.json", log(&three()));
    let missing = folder.join("missing.json");
    let run = insights(&[&"replay", &good, &missing]).exited(3);
    assert_eq!((run.number("counted"), run.number("unreadable_files")), (3, 1));
    assert!(run.stderr.contains("missing.json: "), "{}", run.stderr);

    let run = insights(&[&"replay", &missing]).exited(4);
    assert_eq!(run.stdout, "");
    assert!(run.stderr.contains("missing.json: "), "{}", run.stderr);
    let run = insights(&[&"count", &missing]).exited(4);
    assert!(run.stderr.contains("missing.json: "), "{}", run.stderr);
}

#[cfg(unix)]
#[test]
fn a_link_to_nowhere_and_a_folder_named_like_a_log_are_told() {
    let folder = Folder::new();
    folder.file("good.json", log(&three()));
    std::os::unix::fs::symlink("nowhere", folder.join("dead.json")).unwrap();
    let run = insights(&[&"replay", &folder.path()]).exited(3);
    assert_eq!(run.number("counted"), 3);
    assert!(run.stderr.contains("dead.json: "), "{}", run.stderr);

    let folder = Folder::new();
    folder.file("folder.json/good.json", log(&three()));
    let run = insights(&[&"replay", &folder.path()]).exited(0);
    assert_eq!(run.number("counted"), 3);
}

#[test]
fn a_folder_without_logs_is_an_error() {
    let folder = Folder::new();
    for inside in ["", "labels.csv", "notes.txt", ".hidden.json"] {
        if !inside.is_empty() {
            folder.file(inside, "x");
        }
        let run = insights(&[&"replay", &folder.path()]).exited(4);
        assert!(run.stderr.contains("no log files"), "{}", run.stderr);
        assert_eq!(run.stdout, "");
    }
}

#[test]
fn a_file_of_which_nothing_can_be_used_is_no_success() {
    let folder = Folder::new();
    for bytes in [&b"<html>403</html>"[..], &[0; 100], &b"{\"Records\":[7]}"[..]] {
        let path: PathBuf = folder.file("bad.json", bytes);
        let run = insights(&[&"replay", &path]);
        assert!([3, 4].contains(&run.code), "{}: {}", run.code, run.stderr);
        assert!(run.stderr.contains("bad.json"), "{}", run.stderr);
    }
}

#[test]
fn the_first_problems_of_a_file_are_named_and_all_are_counted() {
    let records: Vec<Value> = (0..1_000).map(Value::from).collect();
    let run = beside_good("many.json", log(&records).as_bytes()).exited(3);
    assert_eq!(run.number("malformed"), 1_000);
    assert_eq!(run.number("records"), 1_000 + GOOD);
    let warnings = run.stderr.lines().filter(|line| line.starts_with("warning: ")).count();
    assert!((2..50).contains(&warnings), "{warnings} warnings");
    assert!(run.stderr.contains(" more "), "{}", run.stderr);
}

#[test]
fn damage_moves_no_insight() {
    let start = at("2026-03-02T00:00:00Z");
    let mut records = steady(start, "RunInstances", 2 * 1_440);
    let burst = start + TimeDelta::hours(30);
    records.extend((0..200).map(|number| {
        call(burst + TimeDelta::seconds(number), "ec2", "RunInstances", &format!("burst-{number}"))
    }));
    let folder = Folder::new();
    folder.file("all.json.gz", gzip(log(&records)));
    let whole = insights(&[&"replay", &folder.path()]).exited(0);
    assert_eq!(whole.number("starts"), 1);
    folder.file("a.json", "{\"Records\":[{");
    folder.file("b.json.gz", &gzip("{}")[..9]);
    folder.file("c.json", [0; 64]);
    let damaged = insights(&[&"replay", &folder.path()]).exited(3);
    assert_eq!(damaged.stdout, whole.stdout);
    assert_eq!(damaged.number("damaged_files"), 3);
    assert!(fs::read_dir(folder.path()).unwrap().count() == 4);
}

#[test]
fn what_a_run_writes_among_the_logs_of_a_day_is_not_read() {
    let folder = Folder::new();
    folder.file("2026/03/02/a.json", log(&three()));
    let day = folder.join("2026/03/02");
    let run = insights(&[&"replay", &day, &"-o", &day.join("out.jsonl")]).exited(0);
    assert_eq!((run.number("files"), run.number("records")), (1, 3));
}
