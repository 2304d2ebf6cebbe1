//! What is said to be normal is what the logs hold, and what is said to start an Insight does.

use std::fmt::Write;

use chrono::TimeDelta;
use serde_json::Value;

use crate::{
    archive::{Archive, at, call, demo, text},
    folder::Folder,
    program::{Run, insights},
};

fn series(run: &Run) -> Vec<Value> {
    let all: Value = serde_json::from_str(&run.stdout).unwrap();
    all["series"].as_array().unwrap().clone()
}

#[test]
fn every_format_has_the_same_figures_the_busiest_series_first() {
    let json = insights(&[&"baseline", &demo(), &"--format", &"json"]).exited(0);
    let series = series(&json);
    assert_eq!(json.number("series"), series.len() as u64);
    assert!(series.is_sorted_by_key(|of| std::cmp::Reverse(of["calls"].as_u64())));
    let csv = insights(&[&"baseline", &demo(), &"--format", &"csv"]).exited(0);
    let mut rows = csv::Reader::from_reader(csv.stdout.as_bytes());
    let header = rows.headers().unwrap().clone();
    let rows: Vec<csv::StringRecord> = rows.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), series.len());
    for (row, of) in rows.iter().zip(&series) {
        let fields = of.as_object().unwrap();
        assert_eq!(fields.len() + 1, header.len(), "all but the time of the whole");
        for (name, cell) in header.iter().zip(row).skip(1) {
            let mut words = name.split('_');
            let mut key = words.next().unwrap_or_default().to_owned();
            for word in words {
                let upper = word[..1].to_uppercase();
                let _ = write!(key, "{upper}{}", &word[1..]);
            }
            // A number after a number keeps them apart.
            let value = fields.get(&key).or_else(|| fields.get(&key.replace("999", "99_9")));
            let value = match value.unwrap_or_else(|| panic!("no {key} in {of}")) {
                Value::Null => String::new(),
                Value::String(text) if name == "pattern" => text.to_lowercase(),
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            let cell = cell.replace(' ', "");
            let same = value == cell
                || value.parse::<f64>().ok().is_some_and(|value| cell.parse() == Ok(value));
            assert!(same, "{name}: {value} is not {cell}");
        }
    }
    let table = insights(&[&"baseline", &demo(), &"--top", &"3"]).exited(0);
    let lines: Vec<&str> = table.stdout.lines().collect();
    assert!(lines[0].starts_with("what") && lines[1].starts_with("ssm:"), "{}", table.stdout);
    assert_eq!(
        lines.iter().filter(|line| line.contains("sparse") || line.contains("steady")).count(),
        3
    );
    assert_eq!(lines.iter().find(|line| line.chars().count() > 100), None);
}

#[test]
fn counts_give_the_same_as_the_logs_and_later_ones_do_not_matter() {
    let time = "2026-03-08T09:30:00Z";
    let folder = Folder::new();
    let csv = folder.join("counts.csv");
    insights(&[&"count", &demo(), &"-o", &csv]).exited(0);
    let of = |input: &dyn AsRef<std::ffi::OsStr>| {
        insights(&[&"baseline", input, &"--at", &time, &"--format", &"json"]).exited(0).stdout
    };
    let norms = of(&demo());
    assert!(norms.contains("\"at\": \"2026-03-08T09:30:00Z\""));
    assert_eq!(of(&csv), norms);
    // Without what is later, but for one call that shows that the log goes on.
    let text = std::fs::read_to_string(&csv).unwrap();
    let (header, rows) = text.split_once('\n').unwrap();
    let (before, after): (Vec<&str>, Vec<&str>) = rows.lines().partition(|row| *row < time);
    let call = after.iter().find(|row| row.contains("ssm")).unwrap();
    let rows = [&[header], &before[..], &[*call]].concat().join("\n");
    assert_eq!(of(&folder.file("cut.csv", rows)), norms);
    for (time, what) in
        [("2026-03-02", "begins at 2026-03-02"), ("2026-03-12", "ends at 2026-03-11")]
    {
        let run = insights(&[&"baseline", &csv, &"--at", &time]).exited(2);
        assert!(run.stderr.contains(what), "{}", run.stderr);
    }
}

#[test]
fn the_smallest_burst_and_the_silence_start_an_insight_of_detect() {
    // Ten calls in every other minute of nine days, beside another API that is always called.
    let start = at("2026-03-02T00:00:00Z");
    let minutes = 9 * 1_440 + 333;
    let mut rows = String::from("minute,event_source,event_name,count\n");
    let row = |rows: &mut String, minute: i64, name: &str, count: u64| {
        let minute = text(start + TimeDelta::minutes(minute));
        writeln!(rows, "{minute},ec2.amazonaws.com,{name},{count}").unwrap();
    };
    for minute in 0..minutes {
        row(&mut rows, minute, "CreateTags", 1);
        if minute % 2 == 0 {
            row(&mut rows, minute, "RunInstances", 10);
        }
    }
    let folder = Folder::new();
    let known = folder.file("known.csv", &rows);
    let norms = insights(&[&"baseline", &known, &"--format", &"json"]).exited(0);
    let norm = &series(&norms)[0];
    assert_eq!((&norm["eventName"], &norm["pattern"]), (&"RunInstances".into(), &"steady".into()));
    assert_eq!((&norm["quantile50"], &norm["quantile99"]), (&10.into(), &10.into()));
    let starts = |rows: &str| {
        let run = insights(&[&"detect", &folder.file("more.csv", rows)]).exited(0);
        run.told().into_iter().filter(|line| line.contains("RunInstances")).count()
    };
    assert_eq!(starts(&rows), 0);
    for (length, burst) in [(1, "leastBurst1Minute"), (15, "leastBurst15Minutes")] {
        let burst = norm[burst].as_u64().unwrap();
        let with_burst = |calls: u64| {
            let mut rows = rows.clone();
            for i in 0..length {
                row(&mut rows, minutes + i, "CreateTags", 1);
                let [from, to] =
                    [i, i + 1].map(|i| calls * i.unsigned_abs() / length.unsigned_abs());
                if to > from {
                    row(&mut rows, minutes + i, "RunInstances", to - from);
                }
            }
            starts(&rows)
        };
        assert_eq!((with_burst(burst), with_burst(burst - 1)), (1, 0), "{burst} in {length} min");
    }
    let last = minutes - 1;
    let silence = i64::try_from(norm["silenceMinutes"].as_u64().unwrap()).unwrap();
    let silent = |length: i64| {
        let mut rows = rows.clone();
        for minute in minutes..=last + length {
            row(&mut rows, minute, "CreateTags", 1);
        }
        starts(&rows)
    };
    assert_eq!(minutes % 2, 1, "the last minute had calls");
    assert_eq!((silent(silence), silent(silence - 1)), (1, 0), "{silence} min");
}

#[test]
fn a_cell_is_never_a_formula_and_no_name_moves_the_cursor() {
    let start = at("2026-03-02T00:00:00Z");
    let calls = (0..200).map(|i| {
        call(start + TimeDelta::minutes(15 * i), "ec2", "=HYPERLINK(\u{1b}[2J)", &i.to_string())
    });
    let folder = Archive::delivered(calls).write();
    let csv = insights(&[&"baseline", &folder.path(), &"--format", &"csv"]).exited(0);
    assert!(csv.stdout.contains(",'=HYPERLINK("), "{}", csv.stdout);
    let table = insights(&[&"baseline", &folder.path()]).exited(0);
    assert!(table.stdout.contains("=HYPERLINK(\u{fffd}"), "{}", table.stdout);
}
