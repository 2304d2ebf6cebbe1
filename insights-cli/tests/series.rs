//! Plain series of counts, whole or damaged: `detect --series-csv`.

use std::fmt::Write;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;

use crate::{
    archive::{at, gzip, text},
    folder::Folder,
    program::{Run, insights, insights_fed},
};

const COLUMNS: &str = "--series-csv=time=at,value=orders";

fn detect(bytes: impl AsRef<[u8]>) -> Run {
    let folder = Folder::new();
    insights(&[&"detect", &folder.file("orders.csv", bytes), &COLUMNS])
}

/// Ten days of about 100 in each step of five minutes, and a change in the ninth.
fn course(change: impl Fn(DateTime<Utc>, u32) -> u32) -> Vec<(DateTime<Utc>, u32)> {
    let start = at("2026-03-02T00:00:00Z");
    let steps = (0..10 * 288_u32).map(|step| {
        let noise = (step.wrapping_mul(2_654_435_761) >> 16) % 21;
        (start + TimeDelta::minutes(i64::from(step) * 5), 90 + noise)
    });
    steps.map(|(time, value)| (time, change(time, value))).collect()
}

fn burst(time: DateTime<Utc>, value: u32) -> u32 {
    let hour = at("2026-03-10T09:00:00Z")..at("2026-03-10T10:00:00Z");
    if hour.contains(&time) { 10 * value } else { value }
}

fn csv(rows: &[(DateTime<Utc>, u32)], written: impl Fn(DateTime<Utc>) -> String) -> String {
    rows.iter().fold("at,orders\n".to_owned(), |mut csv, &(time, value)| {
        writeln!(csv, "{},{value}", written(time)).unwrap();
        csv
    })
}

#[test]
fn a_burst_is_reported_where_it_is() {
    let rows = course(burst);
    let run = detect(csv(&rows, text)).exited(0);
    assert_eq!(
        run.told(),
        ["Start 2026-03-10T09:00:00Z series orders", "End 2026-03-10T10:00:00Z series orders"]
    );
    let sum: u32 = rows.iter().map(|row| row.1).sum();
    assert_eq!((run.number("rows"), run.number("counted")), (2_880, u64::from(sum)));
    let hour: u32 = rows[8 * 288 + 108..][..12].iter().map(|row| row.1).sum();
    let end = &run.insights()[1]["insightDetails"]["insightContext"]["statistics"];
    assert_eq!(end["insightDuration"], 60);
    let average = end["insight"]["average"].as_f64().unwrap();
    assert!((average - f64::from(hour) / 60.0).abs() < 1e-9, "{average}");
    assert_eq!(run.summary["end"], "2026-03-12T00:00:00Z", "the last step has minutes too");
}

#[test]
fn a_series_gives_what_a_table_of_its_minutes_gives() {
    let rows = course(burst);
    let mut table = "minute,event_source,event_name,count\n".to_owned();
    for &(time, value) in &rows {
        for minute in 0..5 {
            let count = value * (minute + 1) / 5 - value * minute / 5;
            let minute = text(time + TimeDelta::minutes(minute.into()));
            writeln!(table, "{minute},series,orders,{count}").unwrap();
        }
    }
    let folder = Folder::new();
    let table = insights(&[&"detect", &folder.file("t.csv", table), &"--explain"]).exited(0);
    let series = folder.file("orders.csv", csv(&rows, text));
    let series = insights(&[&"detect", &series, &COLUMNS, &"--explain"]).exited(0);
    assert_eq!(series.stdout.lines().count(), 2);
    assert_eq!(series.stdout, table.stdout);
}

#[test]
fn the_same_times_are_read_from_every_way_to_write_them() {
    let rows = course(burst);
    let expected = detect(csv(&rows, text)).exited(0).stdout;
    let ways: [fn(DateTime<Utc>) -> String; 5] = [
        |time| time.timestamp().to_string(),
        |time| time.timestamp_millis().to_string(),
        |time| time.format("%Y-%m-%d %H:%M:%S").to_string(),
        |time| time.format("\"%Y-%m-%d %H:%M\"").to_string(),
        |time| (time + TimeDelta::hours(2)).format("%Y-%m-%dT%H:%M:59+02:00").to_string(),
    ];
    for way in ways {
        let run = detect(csv(&rows, way)).exited(0);
        assert_eq!(run.stdout, expected, "{}", way(rows[0].0));
    }
}

#[test]
fn order_files_and_columns_between_do_not_matter() {
    let folder = Folder::new();
    let rows = course(burst);
    let named = |name: &str, (time, value): (DateTime<Utc>, u32)| {
        format!("{name},{value},unused,{}\n", text(time))
    };
    let mut lines: Vec<String> = rows.iter().map(|&row| named("shop", row)).collect();
    lines.extend(course(|_, value| value).into_iter().map(|row| named("depot", row)));
    let file = |name: &str, lines: &[String]| {
        folder.file(name, format!("name,orders,other,at\n{}", lines.concat()))
    };
    let columns = "--series-csv=name=name,time=at,value=orders";
    let whole = file("whole.csv", &lines);
    let run = insights(&[&"detect", &whole, &columns]).exited(0);
    assert_eq!(
        run.told(),
        ["Start 2026-03-10T09:00:00Z series shop", "End 2026-03-10T10:00:00Z series shop"]
    );
    assert_eq!(run.number("series"), 2);
    lines.reverse();
    lines.rotate_left(1_000);
    let (a, b) = (file("a.csv", &lines[..777]), folder.join("b.csv.gz"));
    std::fs::write(&b, gzip(std::fs::read(file("b.csv", &lines[777..])).unwrap())).unwrap();
    let parts = insights(&[&"detect", &b, &a, &columns]).exited(0);
    assert_eq!(parts.stdout, run.stdout);
}

#[test]
fn the_step_is_found_in_the_times_or_given_and_stated() {
    let rows = csv(&course(burst), text);
    let run = detect(&rows).exited(0);
    assert_eq!(run.summary["steps"], json!({"5": 1}));
    assert!(run.stderr.contains("step      5 min, found in the times\n"), "{}", run.stderr);
    assert!(!run.stderr.contains("hint"), "{}", run.stderr);

    // With steps of a minute each count lies in the first of five minutes.
    let folder = Folder::new();
    let file = folder.file("orders.csv", &rows);
    let columns = format!("{COLUMNS},step=1m");
    let given = insights(&[&"detect", &file, &columns]).exited(0);
    assert_eq!(given.number("counted"), run.number("counted"));
    assert_eq!(given.summary["steps"], json!({"1": 1}));
    assert_eq!(given.summary["end"], "2026-03-11T23:56:00Z");
    assert!(given.stderr.contains("step      1 min, as given\n"), "{}", given.stderr);
}

#[test]
fn series_of_different_steps_each_have_their_own() {
    let start = at("2026-03-02T00:00:00Z");
    let mut csv = "at,orders,name\n".to_owned();
    for (name, step) in [("fast", 1), ("slow", 15), ("also slow", 15)] {
        for row in 0..10 {
            writeln!(csv, "{},30,{name}", text(start + TimeDelta::minutes(row * step))).unwrap();
        }
    }
    let folder = Folder::new();
    let columns = format!("{COLUMNS},name=name");
    let run = insights(&[&"detect", &folder.file("o.csv", csv), &columns]).exited(0);
    assert_eq!(run.summary["steps"], json!({"1": 1, "15": 2}));
    let stated = "step      1 min in 1 series, 15 min in 2 series, found in the times\n";
    assert!(run.stderr.contains(stated), "{}", run.stderr);
}

#[test]
fn times_without_a_common_step_are_told() {
    let start = at("2026-03-02T00:00:00Z");
    let rows: Vec<_> = (0..50).map(|row| (start + TimeDelta::minutes(row * row / 3), 7)).collect();
    let run = detect(csv(&rows, text)).exited(0);
    assert_eq!(run.number("irregular"), 1);
    assert!(run.stderr.contains("less than half of the rows"), "{}", run.stderr);
    assert_eq!(run.number("counted"), 50 * 7);
}

#[test]
fn a_step_without_a_row_is_a_zero() {
    let night = at("2026-03-10T03:00:00Z")..at("2026-03-10T07:00:00Z");
    let zero = course(|time, value| if night.contains(&time) { 0 } else { value });
    let mut absent = zero.clone();
    absent.retain(|(time, _)| !night.contains(time));
    assert_eq!((absent.len(), zero.len()), (2_832, 2_880));
    let absent = detect(csv(&absent, text)).exited(0);
    assert_eq!(
        absent.told(),
        ["Start 2026-03-10T03:00:00Z series orders", "End 2026-03-10T07:00:00Z series orders"]
    );
    assert_eq!(absent.stdout, detect(csv(&zero, text)).exited(0).stdout);
}

#[test]
fn steps_without_rows_of_several_series_are_missing_and_not_zeros() {
    let night = at("2026-03-10T03:00:00Z")..at("2026-03-10T07:00:00Z");
    let mut rows = course(|_, value| value);
    rows.retain(|(time, _)| !night.contains(time));
    let folder = Folder::new();
    let files = ["a.csv", "b.csv"].map(|name| folder.file(name, csv(&rows, text)));
    let run = insights(&[&"detect", &files[0], &files[1], &COLUMNS]).exited(0);
    assert_eq!(run.stdout, "");
    let hole = &run.summary["holes"][0];
    assert_eq!((&hole["from"], &hole["to"]), (&json!(text(night.start)), &json!(text(night.end))));
}

#[test]
fn a_week_of_zeros_is_a_history() {
    let first = at("2026-03-10T12:00:00Z");
    let last = first + TimeDelta::minutes(10);
    let stirred = |time: DateTime<Utc>| (first..last).contains(&time);
    let zeros = course(|time, _| if stirred(time) { 60 } else { 0 });
    let run = detect(csv(&zeros, text)).exited(0);
    assert_eq!(run.told()[0], "Start 2026-03-10T12:00:00Z series orders");
    let alone: Vec<_> = zeros.iter().copied().filter(|row| row.0 >= first).collect();
    assert_eq!(detect(csv(&alone, text)).exited(0).stdout, "");
}

#[test]
fn a_bad_row_is_named_by_its_line_and_the_others_count() {
    let good = "2026-03-02T14:05:00Z,7";
    for (bad, what) in [
        ("noon,7", "at \"noon\" is no time"),
        (",7", "at \"\" is no time"),
        ("17,7", "at \"17\" is no time"),
        ("2026-03-02T14:05:00Z,", "orders \"\" is no number"),
        ("2026-03-02T14:05:00Z,many", "orders \"many\" is no number"),
        ("2026-03-02T14:05:00Z,-1", "orders \"-1\" is negative"),
        ("2026-03-02T14:05:00Z,-0.2", "orders \"-0.2\" is negative"),
        ("2026-03-02T14:05:00Z,NaN", "orders \"NaN\" is not finite"),
        ("2026-03-02T14:05:00Z,inf", "orders \"inf\" is not finite"),
        ("2026-03-02T14:05:00Z,4294967296", "orders \"4294967296\" is above 4294967295"),
        ("2026-03-02T14:05:00Z,1e300", "orders \"1e300\" is above 4294967295"),
        ("2026-03-02T14:05:00Z,7,8", "has 3 cells and not 2"),
        ("2026-03-02T14:05:00Z", "has 1 cells and not 2"),
    ] {
        let run = detect(format!("at,orders\n{good}\n{bad}\n{good}\n")).exited(3);
        assert_eq!((run.number("counted"), run.number("malformed")), (14, 1), "{bad}");
        assert_eq!(run.number("rows"), 3, "{bad}");
        let named = format!("orders.csv: line 3: {what}");
        assert!(run.stderr.contains(&named), "{bad}: {}", run.stderr);
    }
    let folder = Folder::new();
    let file = folder.file("o.csv", "at,orders,name\n2026-03-02T14:05:00Z,7,\n");
    let run = insights(&[&"detect", &file, &format!("{COLUMNS},name=name")]).exited(3);
    assert!(run.stderr.contains("o.csv: line 2: name is empty"), "{}", run.stderr);
}

#[test]
fn values_that_are_no_whole_numbers_are_rounded_and_told() {
    let whole = "at,orders\n2026-03-02T14:05:00Z,2.0\n2026-03-02T14:06:00Z,3e1\n";
    let run = detect(whole).exited(0);
    assert_eq!((run.number("counted"), run.number("rounded")), (32, 0));
    assert!(!run.stderr.contains("rounded"), "{}", run.stderr);
    let run = detect(format!("{whole}2026-03-02T14:07:00Z,0.4\n2026-03-02T14:08:00Z,2.5\n"));
    assert_eq!(run.exited(0).number("counted"), 35);
    let run = detect(format!("{whole}2026-03-02T14:07:00Z,0.4\n"));
    assert_eq!(run.number("rounded"), 1);
    assert!(run.stderr.contains("rounded   1 values"), "{}", run.stderr);
}

#[test]
fn a_file_without_a_needed_column_is_refused_by_name() {
    let folder = Folder::new();
    for (header, missing) in
        [("when,orders,name", "at"), ("at,sales,name", "orders"), ("at,orders,shop", "name")]
    {
        let file = folder.file("o.csv", format!("{header}\n2026-03-02T14:05:00Z,7,x\n"));
        let run = insights(&[&"detect", &file, &format!("{COLUMNS},name=name")]).exited(3);
        let named = format!("line 1: the header has no column {missing}\n");
        assert!(run.stderr.contains(&named), "{}", run.stderr);
        assert_eq!((run.stdout.as_str(), run.number("counted")), ("", 0));
    }
    let run = detect("").exited(3);
    assert!(run.stderr.contains("orders.csv: line 1: "), "{}", run.stderr);
}

#[test]
fn a_series_from_stdin_is_called_so() {
    let csv = csv(&course(burst), text);
    let run = insights_fed(&[&"detect", &"-", &COLUMNS], csv.as_bytes()).exited(0);
    assert_eq!(run.told()[0], "Start 2026-03-10T09:00:00Z series stdin");
}

#[test]
fn only_the_series_and_the_span_asked_for_are_looked_at() {
    let folder = Folder::new();
    let file = folder.file("orders.csv", csv(&course(burst), text));
    let other = folder.file("mails.csv", csv(&course(burst), text));
    let run = insights(&[&"detect", &file, &other, &COLUMNS, &"--event-name", &"mails"]).exited(0);
    assert_eq!(run.told()[0], "Start 2026-03-10T09:00:00Z series mails");
    assert_eq!(run.told().len(), 2);
    let run = insights(&[&"detect", &file, &COLUMNS, &"--to", &"2026-03-10T09:00:00Z"]).exited(0);
    assert_eq!((run.stdout.as_str(), &run.summary["end"]), ("", &json!("2026-03-10T09:00:00Z")));
}

#[test]
fn columns_that_make_no_sense_are_a_wrong_command_line() {
    let folder = Folder::new();
    let file = folder.file("orders.csv", "at,orders\n2026-03-02T14:05:00Z,7\n");
    for columns in ["", "at,orders", "time=at", "time=at,value=orders,step=2d", "time=at,values=x"]
    {
        let run = insights(&[&"detect", &file, &format!("--series-csv={columns}")]).exited(2);
        assert!(run.stderr.contains("--series-csv"), "{columns}: {}", run.stderr);
    }
    let run = insights(&[&"detect", &file, &format!("{COLUMNS},step=soon")]).exited(2);
    assert!(run.stderr.contains("soon"), "{}", run.stderr);
    for what in ["--account=1", "--region=r", "--event-source=s", "--type=error-rate"] {
        insights(&[&"detect", &file, &COLUMNS, &what]).exited(2);
    }
    insights(&[&"detect", &file, &COLUMNS]).exited(0);
}

#[test]
fn values_and_times_as_extreme_as_they_come_are_no_trouble() {
    let times = [
        "0000-01-01T00:00:00Z",
        "1970-01-01T00:00:00Z",
        "100000000",
        "2026-03-02T14:05:00Z",
        "2026-03-02T14:05:30Z",
        "99999999999999",
        "+10136-02-16 04:15:00",
        "+262142-12-31 23:59:00",
    ];
    let folder = Folder::new();
    for value in ["0", "1", "4294967295"] {
        let rows: Vec<String> = times.iter().map(|time| format!("{time},{value}\n")).collect();
        let file = folder.file("orders.csv", format!("at,orders\n{}", rows.concat().repeat(3)));
        for step in ["", ",step=1d"] {
            let run = insights(&[&"detect", &file, &format!("{COLUMNS}{step}")]).exited(0);
            assert_eq!(run.number("rows"), 24);
        }
    }
}
