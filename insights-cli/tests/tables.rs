//! Tables of counts, ours or another engine's, whole or damaged.

use chrono::TimeDelta;
use serde_json::json;

use crate::{
    archive::{at, gzip, text},
    folder::Folder,
    packed::zip,
    program::{Run, insights},
};

const HEADER: &str = "minute,account_id,aws_region,event_source,event_name,event_category,\
                      error_code,count";

fn detect(bytes: impl AsRef<[u8]>) -> Run {
    let folder = Folder::new();
    insights(&[&"detect", &folder.file("counts.csv", bytes)])
}

fn row(minute: &str, count: &str) -> String {
    format!("{minute},111122223333,eu-west-1,ec2.amazonaws.com,RunInstances,Management,,{count}")
}

#[test]
fn a_bad_row_is_named_by_its_line_and_the_others_count() {
    let good = row("2026-03-02T14:05:00Z", "7");
    for bad in [
        row("noon", "7"),
        row("", "7"),
        row("2026-03-02T14:05:00Z", ""),
        row("2026-03-02T14:05:00Z", "-1"),
        row("2026-03-02T14:05:00Z", "1.5"),
        row("2026-03-02T14:05:00Z", "many"),
        row("2026-03-02T14:05:00Z", "4294967296"),
        row("2026-03-02T14:05:00Z", "7").replace("Management", "Insight"),
        row("2026-03-02T14:05:00Z", "7").replace("RunInstances", ""),
        row("2026-03-02T14:05:00Z", "7") + ",one,too many",
        "2026-03-02T14:05:00Z".to_owned(),
    ] {
        let run = detect(format!("{HEADER}\n{good}\n{bad}\n{good}\n")).exited(3);
        assert_eq!((run.number("counted"), run.number("malformed")), (14, 1), "{bad}");
        assert_eq!(run.number("rows"), 3, "{bad}");
        assert!(run.stderr.contains("counts.csv: line 3: "), "{bad}: {}", run.stderr);
    }
}

#[test]
fn a_row_that_is_no_text_is_named_by_its_line() {
    let good = row("2026-03-02T14:05:00Z", "7");
    let bad = row("2026-03-02T14:05:00Z", "7").replace("RunInstances", "Run\u{0}");
    let mut bytes = format!("{HEADER}\n{good}\n{bad}\n{good}\n").into_bytes();
    let nul = bytes.iter().position(|&byte| byte == 0).unwrap();
    bytes[nul] = 0xff;
    let run = detect(bytes).exited(3);
    assert_eq!((run.number("counted"), run.number("malformed")), (14, 1));
    assert!(run.stderr.contains("line 3: "), "{}", run.stderr);
}

#[test]
fn a_table_without_a_needed_column_is_refused_by_name() {
    for column in ["minute", "event_source", "event_name", "count"] {
        let header = HEADER.replace(column, "other");
        let run = detect(format!("{header}\n{}\n", row("2026-03-02T14:05:00Z", "7")));
        assert!([3, 4].contains(&run.code), "{}", run.stderr);
        assert!(run.stderr.contains(&format!("no column {column}")), "{}", run.stderr);
        assert_eq!(run.stdout, "");
    }
}

#[test]
fn a_column_that_is_not_known_is_refused_with_what_may_be_meant() {
    for (column, what) in [
        ("eventSource", "column \"eventSource\" is not known; is it event_source?"),
        ("source_ip", "line 1: column \"source_ip\" is not known; the columns are minute, "),
        ("minute", "the header has the column minute twice"),
        ("", "column 9 has no name"),
    ] {
        let row = row("2026-03-02T14:05:00Z", "7");
        let run = detect(format!("{HEADER},{column}\n{row},x\n")).exited(3);
        assert!(run.stderr.contains(what), "{column}: {}", run.stderr);
        assert_eq!((run.stdout.as_str(), run.number("counted")), ("", 0));
    }
}

#[test]
fn rows_are_named_by_the_line_they_begin_in() {
    let good = row("2026-03-02T14:05:00Z", "7");
    let agent = format!("{good},\"two\nlines\"");
    for end in ["\n", "\r\n", "\n\n", "\r\n\r\n"] {
        let mut table = format!("{HEADER},user_agent");
        let mut line = 1;
        for row in [&agent, &format!("{},", row("noon", "7")), &agent] {
            if row.starts_with("noon") {
                line = table.matches('\n').count() + end.matches('\n').count() + 1;
            }
            table += end;
            table += row;
        }
        let run = detect(&table).exited(3);
        assert_eq!((run.number("rows"), run.number("counted")), (3, 14), "{end:?}");
        let told = format!("counts.csv: line {line}: minute \"noon\" is no time");
        assert!(run.stderr.contains(&told), "{end:?}: {told}: {}", run.stderr);
    }
}

#[test]
fn a_quote_that_is_not_closed_costs_its_row() {
    let good = row("2026-03-02T14:05:00Z", "7");
    let bad = good.replace("RunInstances", "\"RunInstances");
    let run = detect(format!("{HEADER}\n{good}\n{bad}\n{good}\n{good}\n")).exited(3);
    assert_eq!((run.number("rows"), run.number("counted"), run.number("malformed")), (4, 21, 1));
    assert!(run.stderr.contains("line 3: has a quote that is not closed"), "{}", run.stderr);
}

#[test]
fn a_long_table_is_read_in_blocks_and_none_of_its_rows_is_lost() {
    let mut table = format!("{HEADER}\n");
    let (mut counted, mut bad) = (0, Vec::new());
    for number in 0..150_000_u64 {
        let minute = format!(
            "2026-03-{:02}T{:02}:{:02}:00Z",
            number / 1_440 % 28 + 1,
            number / 60 % 24,
            number % 60
        );
        if number % 40_000 == 39_999 {
            bad.push(number + 2);
            table += &row(&minute, "-1");
        } else {
            counted += number % 9;
            table += &row(&minute, &(number % 9).to_string());
        }
        table.push('\n');
    }
    assert!(table.len() > 8 << 20);
    for threads in ["1", "2", "3"] {
        let folder = Folder::new();
        let run =
            insights(&[&"detect", &folder.file("counts.csv", &table), &"--threads", &threads])
                .exited(3);
        assert_eq!((run.number("rows"), run.number("counted")), (150_000, counted));
        let told: Vec<&str> =
            run.stderr.lines().filter(|line| line.starts_with("warning")).collect();
        assert_eq!(told.len(), bad.len());
        for (told, line) in told.into_iter().zip(&bad) {
            assert!(
                told.contains(&format!("counts.csv: line {line}: count \"-1\" is no")),
                "{told}"
            );
        }
    }
}

#[test]
fn entries_of_an_archive_that_are_no_tables_are_counted() {
    let table = format!("{HEADER}\n{}\n", row("2026-03-02T14:05:00Z", "7"));
    let packed = zip(&[("a.csv", table.as_bytes()), ("b.png", b"x"), ("c.csv", table.as_bytes())]);
    let run = detect(&packed).exited(0);
    assert_eq!((run.number("rows"), run.number("counted")), (2, 14));
    assert_eq!(run.summary["skipped_files"]["other"], 1);
    let bad = table.replace(",7", ",x");
    let run = detect(zip(&[("a.csv", table.as_bytes()), ("b.csv", bad.as_bytes())])).exited(3);
    assert!(run.stderr.contains("entry b.csv: line 2: count \"x\""), "{}", run.stderr);
}

#[cfg(feature = "parquet")]
#[test]
fn a_parquet_file_that_is_damaged_is_told() {
    let good = format!("{HEADER}\n{}\n", row("2026-03-02T14:05:00Z", "7"));
    for (bytes, what) in [
        (b"PAR1".to_vec(), "is no whole Parquet file"),
        ([&b"PAR1"[..], &[0xff; 500], b"PAR1"].concat(), "is no whole Parquet file"),
        (gzip(b"PAR1 packed once more"), "is a Parquet file inside gzip, which is not read"),
    ] {
        let folder = Folder::new();
        let bad = folder.file("bad.parquet", bytes);
        let run = insights(&[&"detect", &folder.file("good.csv", &good), &bad]).exited(3);
        assert_eq!((run.number("counted"), run.number("damaged_files")), (7, 1));
        assert!(run.stderr.contains(&format!("bad.parquet: {what}")), "{}", run.stderr);
    }
    let run = crate::program::insights_fed(
        &[&"detect", &"-", &"--series-csv", &"time=minute,value=count"],
        b"PAR1",
    );
    assert!(run.stderr.contains("plain series are read from CSV"), "{}", run.stderr);
}

#[test]
fn an_empty_table_is_told() {
    for bytes in ["", "\n", "\n\n\n"] {
        let run = detect(bytes);
        assert!([3, 4].contains(&run.code), "{}", run.stderr);
        assert!(run.stderr.contains("counts.csv"), "{}", run.stderr);
    }
    let run = detect(format!("{HEADER}\n")).exited(0);
    assert_eq!((run.stdout.as_str(), run.number("rows")), ("", 0));
}

#[test]
fn tables_that_cannot_be_opened_are_told() {
    let folder = Folder::new();
    let table = format!("{HEADER}\n{}\n", row("2026-03-02T14:05:00Z", "7"));
    let good = folder.file("good.csv", table);
    let missing = folder.join("missing.csv");
    let run = insights(&[&"detect", &missing]).exited(4);
    assert!(run.stderr.contains("missing.csv: "), "{}", run.stderr);
    let run = insights(&[&"detect", &missing, &good]).exited(3);
    assert_eq!((run.number("counted"), run.number("unreadable_files")), (7, 1));
    let run = insights(&[&"detect", &folder.path(), &good]).exited(3);
    assert_eq!(run.number("counted"), 7);
}

#[test]
fn a_packed_table_that_is_cut_off_gives_what_comes_before() {
    let rows: Vec<String> = (0..50_000_u32)
        .map(|number| {
            let minute = format!("2026-03-02T{:02}:{:02}:00Z", number / 60 % 24, number % 60);
            row(&minute, &(number.wrapping_mul(2_654_435_761) % 1_000).to_string())
        })
        .collect();
    let packed = gzip(format!("{HEADER}\n{}\n", rows.join("\n")));
    let run = detect(&packed[..packed.len() / 2]).exited(3);
    let kept = run.number("rows");
    assert!((1_000..49_000).contains(&kept), "{kept} rows");
    assert!(run.stderr.contains("counts.csv: line "), "{}", run.stderr);
}

#[test]
fn tables_of_other_programs_are_read() {
    let rows = [row("2026-03-02 14:05:00", "3"), row("2026-03-02 14:05:00.000", "4")];
    let lines = [HEADER, &rows[0], &rows[1]];
    let quoted = lines.map(|line| format!("\"{}\"", line.replace(',', "\",\"")));
    for table in [lines.join("\r\n"), quoted.join("\n"), quoted.join("\r\n")] {
        let run = detect(&table).exited(0);
        let found = (run.number("rows"), run.number("counted"));
        assert_eq!(found, (2, 7), "{table}");
    }
}

#[test]
fn a_table_that_begins_with_a_byte_order_mark_is_read() {
    let row = row("2026-03-02T14:05:00Z", "3");
    let run = detect(format!("\u{feff}{HEADER}\r\n{row}\r\n")).exited(0);
    assert_eq!(run.number("counted"), 3);
}

#[test]
fn counts_as_large_as_they_come_are_no_trouble() {
    let most = u32::MAX.to_string();
    let mut table = format!("{HEADER}\n");
    for minute in ["2026-03-02T14:05:00Z", "2026-03-02T14:06:00Z", "2026-03-04T14:06:00Z"] {
        for _ in 0..20 {
            table += &row(minute, &most);
            table.push('\n');
            table += &row(minute, &most).replace("Management,,", "Management,Denied,");
            table.push('\n');
        }
    }
    let run = detect(&table).exited(0);
    assert_eq!(run.number("rows"), 120);
}

#[test]
fn minutes_at_the_ends_of_the_calendar_are_no_trouble() {
    let ends = [
        "0000-01-01T00:00:00Z",
        "1969-12-31T23:59:00Z",
        "1970-01-01T00:00:00Z",
        "2026-03-02T14:05:00Z",
        "9999-12-31T23:59:00Z",
        "+10136-02-16 04:15:00",
        "+262142-12-31 23:59:00",
    ];
    for count in ["0", "1", "2", "1000"] {
        let rows: Vec<String> = ends.iter().map(|end| row(end, count)).collect();
        let run = detect(format!("{HEADER}\n{}\n", rows.join("\n")));
        assert!([0, 3].contains(&run.code), "{}", run.stderr);
    }
}

#[test]
fn a_table_that_is_named_twice_is_read_once() {
    let folder = Folder::new();
    let table = folder.file("c.csv", format!("{HEADER}\n{}\n", row("2026-03-02T14:05:00Z", "3")));
    let again = folder.join("./c.csv");
    let run = insights(&[&"detect", &table, &again]).exited(0);
    assert_eq!((run.number("rows"), run.number("counted")), (1, 3));
}

#[test]
fn calls_that_do_not_count_keep_a_log_alive_in_the_table_too() {
    let record = |hour: u32, name: &str, read: bool| {
        let (day, hour) = (hour / 24, hour % 24);
        let (month, day) = if day < 31 { (1, day + 1) } else { (2, day - 30) };
        format!(
            "{{\"eventTime\":\"2026-{month:02}-{day:02}T{hour:02}:00:00Z\",\"eventSource\":\
             \"ec2.amazonaws.com\",\"eventName\":\"{name}\",\"awsRegion\":\"r\",\
             \"recipientAccountId\":\"1\",\"readOnly\":{read},\"eventCategory\":\
             \"Management\"}}\n"
        )
    };
    let mut log: String = (0..42 * 24).map(|hour| record(hour, "DescribeVpcs", true)).collect();
    log += &record(0, "RunInstances", false);
    log += &record(40 * 24, "RunInstances", false).repeat(300);
    let folder = Folder::new();
    let file = folder.file("log.jsonl", log);
    let table = folder.join("counts.csv");
    let replay = insights(&[&"replay", &file]).exited(0);
    insights(&[&"count", &file, &"-o", &table]).exited(0);
    assert_eq!(replay.stdout.lines().count(), 2);
    assert_eq!(insights(&[&"detect", &table]).exited(0).stdout, replay.stdout);
}

#[test]
fn a_hole_of_one_region_is_told_once_in_the_summary() {
    let start = at("2026-03-02T00:00:00Z");
    let missing = 2 * 1_440 + 600..2 * 1_440 + 780;
    let mut table = format!("{HEADER}\n");
    for minute in 0..3 * 1_440 {
        for region in ["eu-west-1", "us-east-1"] {
            if region == "us-east-1" && missing.contains(&minute) {
                continue;
            }
            for name in ["CreateTags", "RunInstances", "StopInstances"] {
                let row = row(&text(start + TimeDelta::minutes(minute)), "2");
                table += &row.replace("eu-west-1", region).replace("RunInstances", name);
                table += "\n";
            }
        }
    }
    let run = detect(table).exited(0);
    assert_eq!(run.stdout, "");
    let [from, to] = [missing.start, missing.end].map(|at| text(start + TimeDelta::minutes(at)));
    let hole = json!({
        "account": "111122223333",
        "region": "us-east-1",
        "category": "Management",
        "from": from,
        "to": to,
    });
    assert_eq!(run.summary["holes"], json!([hole]));
    let told = format!("{from} to {to} in 111122223333 us-east-1 (Management)");
    assert!(run.stderr.contains(&told), "{}", run.stderr);
}
