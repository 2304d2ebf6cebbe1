//! The same numbers as on CloudTrail's own Insights, from the same counts.
//!
//! The records are not ours to ship: `INSIGHTS_REAL_DATA` names the folder that holds them.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use chrono::{DateTime, TimeDelta, Utc};
use insights_core::{
    Config, Engine, EventCategory, Insight, InsightContext, InsightDetails, InsightRecord,
    InsightState, Minute, MinuteBucket, Minutes, PartialCounts, Profile, SeriesKey, Watermark,
};
use serde_json::Value;

/// Returns the folder of real data, or says that the test is skipped.
fn real_data(test: &str) -> Option<PathBuf> {
    let folder = env::var_os("INSIGHTS_REAL_DATA").map(PathBuf::from);
    if folder.is_none() {
        eprintln!("{test} was skipped: INSIGHTS_REAL_DATA is not set");
    }
    folder
}

/// The numbers of one genuine record.
#[derive(Debug)]
struct Example {
    number: u64,
    name: String,
    error_code: Option<String>,
    /// The start of the unusual activity.
    start: DateTime<Utc>,
    state: InsightState,
    baseline_average: f64,
    insight_average: f64,
    insight_duration: Option<u32>,
    baseline_duration: Option<u32>,
    /// The calls of each unusual minute.
    burst: Vec<u32>,
}

impl Example {
    /// Reads a row of the table of examples, if it is a genuine record with all its numbers.
    fn read(row: &Value) -> Option<Self> {
        let text = |key: &str| row[key].as_str().map(str::to_owned);
        let count = |key: &str| row[key].as_u64().map(|count| u32::try_from(count).unwrap());
        if !row["status"].as_str()?.starts_with("real") || row["file"].is_null() {
            return None;
        }
        let number = row["n"].as_u64()?;
        let time: DateTime<Utc> = text("eventTime")?.parse().unwrap();
        let insight_duration = count("insightDuration");
        // One record calls itself a Start, but has the average and the time of an End: its only
        // minute is the one before.
        let opening = insight_duration.is_none_or(|minutes| minutes == 5);
        let state = if text("state")? == "Start" && opening {
            InsightState::Start
        } else {
            InsightState::End
        };
        let length = if state == InsightState::Start { 0 } else { insight_duration? };
        let average = row["insight_average"].as_f64()?;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small counts")]
        let calls = (average * f64::from(insight_duration.unwrap_or(1))).round() as u32;
        let burst = match (number, state) {
            // The one Start of 2019 whose average is over a span that is not known: its End says
            // 400 calls in 8 minutes.
            (1, _) => vec![50; 8],
            (13, _) => vec![6],
            // Three calls in the first five minutes.
            (_, InsightState::Start) if calls == 3 => vec![1, 0, 1, 0, 1],
            (_, InsightState::Start) => vec![calls],
            (_, InsightState::End) => {
                let (each, more) = (calls / length, calls % length);
                (0..length).map(|minute| each + u32::from(minute < more)).collect()
            }
        };
        Some(Self {
            number,
            name: text("eventName")?,
            error_code: text("errorCode"),
            start: time - TimeDelta::minutes(i64::from(length)),
            state,
            baseline_average: row["baseline_average"].as_f64()?,
            insight_average: average,
            insight_duration,
            baseline_duration: count("baselineDuration"),
            burst,
        })
    }

    /// Returns what comes of a log with these counts, by the profile that is meant for them.
    fn insights(&self) -> Vec<Insight> {
        // Two calls are too few for people; CloudTrail reports them.
        let few = self.burst.iter().sum::<u32>() < 4;
        self.insights_by(if few { Profile::Aws } else { Profile::Balanced })
    }

    /// Returns an example known from prose: calls a minute before, and those of the burst.
    fn told(name: &str, error_code: Option<&str>, baseline: f64, burst: Vec<u32>) -> Self {
        Self {
            number: 0,
            name: name.to_owned(),
            error_code: error_code.map(str::to_owned),
            start: "2026-03-12T14:05:00Z".parse().unwrap(),
            state: InsightState::Start,
            baseline_average: baseline,
            insight_average: 0.0,
            insight_duration: None,
            baseline_duration: None,
            burst,
        }
    }

    fn insights_by(&self, profile: Profile) -> Vec<Insight> {
        let series = SeriesKey {
            account_id: "111122223333".into(),
            region: "us-east-1".into(),
            event_source: "example.amazonaws.com".into(),
            event_name: self.name.as_str().into(),
            category: EventCategory::Management,
            error_code: self.error_code.as_deref().map(Into::into),
        };
        let start = Minute::containing(self.start);
        // Records of 2019 have a baseline of exactly a week: so does a log that is a week old.
        let duration = self.baseline_duration.unwrap_or(10_080);
        let window = start - Minutes::new(duration);
        let older = if self.baseline_duration.is_some() { 3 } else { 0 };
        let mut counts = PartialCounts::default();
        let mut alive = window - Minutes::days(older);
        while alive < start + Minutes::hours(1) {
            counts.pass_over(&series.log(), alive, 1);
            alive = alive + Minutes::hours(1);
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small counts")]
        let calls = (self.baseline_average * f64::from(duration)).round() as u64;
        let whole = u64::from(duration);
        let until =
            |minute: u64| u32::try_from((2 * calls * minute + whole) / (2 * whole)).unwrap();
        for minute in 0..duration {
            let count = until(u64::from(minute) + 1) - until(u64::from(minute));
            counts.insert(&series, window + Minutes::new(minute), MinuteBucket::new(count));
        }
        for (minute, &count) in (0..).zip(&self.burst) {
            counts.insert(&series, start + Minutes::new(minute), MinuteBucket::new(count));
        }
        // Afterwards as before.
        let burst_end = start + Minutes::new(u32::try_from(self.burst.len()).unwrap());
        for minute in 0..60 {
            let count = until(u64::from(minute) + 1) - until(u64::from(minute));
            counts.insert(&series, burst_end + Minutes::new(minute), MinuteBucket::new(count));
        }
        let mut engine = Engine::new(Config::builder().profile(profile).build().unwrap());
        engine.merge(counts);
        engine.advance_to(Watermark::at(burst_end + Minutes::hours(1)))
    }
}

/// Returns the genuine records among the examples.
fn genuine(folder: &Path) -> Vec<Example> {
    let table = fs::read_to_string(folder.join("insight_examples.jsonl")).unwrap();
    let rows = table.lines().filter(|line| !line.trim().is_empty());
    let rows = rows.map(|line| serde_json::from_str::<Value>(line).unwrap());
    let examples: Vec<Example> = rows.filter_map(|row| Example::read(&row)).collect();
    assert_eq!(examples.len(), 13, "genuine records");
    examples
}

/// Asserts that the burst of an example starts an insight within five minutes.
fn starts_in_time(example: &Example, profile: Profile) {
    let insights = example.insights_by(profile);
    let start = Minute::containing(example.start);
    let what = format!("{} of {} by {profile:?}", example.number, example.name);
    let found = insights.iter().find(|insight| insight.state == InsightState::Start);
    assert!(found.is_some(), "no Start for {what}");
    let found = found.unwrap();
    assert_eq!(found.start, start, "{what}");
    assert!(found.explanation.detected_at < start + Minutes::new(5), "late: {what}");
}

#[test]
fn every_genuine_insight_starts_in_time_and_all_but_the_smallest_for_people_too() {
    let Some(folder) = real_data("every_genuine_insight_starts_in_time") else {
        return;
    };
    let examples = genuine(&folder);
    for example in &examples {
        starts_in_time(example, Profile::Aws);
        if example.burst.iter().sum::<u32>() >= 4 {
            starts_in_time(example, Profile::Balanced);
        }
    }
}

#[test]
fn what_cloudtrail_is_known_to_have_reported_starts_in_time() {
    // Four that people showed (screenshots and prose), and the three of the user guide: calls from
    // 20 to 100 a minute and to none for ten minutes, failures from less than one a week to 12.
    let told = [
        Example::told("UpdateInstanceInformation", None, 100.4, vec![875; 5]),
        Example::told("DeleteAlarms", None, 0.05, vec![3; 5]),
        Example::told("SendCommand", None, 0.0442, vec![3; 16]),
        Example::told("GetRolePolicy", Some("NoSuchEntity"), 0.0017, vec![18]),
        Example::told("PutBucketPolicy", None, 20.0, vec![100; 10]),
        Example::told("DescribeTrails", None, 20.0, vec![0; 10]),
        Example::told("CreateUser", Some("AccessDenied"), 0.5 / 10_080.0, vec![12]),
    ];
    for example in &told {
        for profile in [Profile::Aws, Profile::Balanced] {
            if example.burst[0] == 0 {
                // A fall is proved by its minutes: within ten of them.
                let insights = example.insights_by(profile);
                let start = Minute::containing(example.start);
                assert_eq!(insights[0].start, start, "{profile:?}");
                assert!(insights[0].explanation.detected_at < start + Minutes::new(10));
            } else {
                starts_in_time(example, profile);
            }
        }
    }
}

#[test]
fn one_stray_call_of_an_api_that_was_never_called_starts_nothing() {
    for profile in [Profile::Aws, Profile::Balanced] {
        let stray = Example::told("CreateAccessKey", None, 0.0, vec![1]);
        assert!(stray.insights_by(profile).is_empty(), "{profile:?}");
    }
}

#[test]
fn the_numbers_of_genuine_insights_come_out_to_the_last_digit() {
    let Some(folder) = real_data("the_numbers_of_genuine_insights") else {
        return;
    };
    let examples = genuine(&folder);
    let mut averages = 0;
    for example in &examples {
        let insights = example.insights();
        let number = example.number;
        let states: Vec<_> = insights.iter().map(|insight| insight.state).collect();
        assert_eq!(states, [InsightState::Start, InsightState::End], "example {number}");
        let ours = insights.iter().find(|insight| insight.state == example.state).unwrap();
        assert_eq!(ours.start, Minute::containing(example.start), "example {number}");
        let record = InsightRecord::new(ours, InsightRecord::EVENT_VERSION);
        let context = record.insight_details.insight_context.unwrap();
        let statistics = context.statistics;
        let told = (statistics.baseline.average, statistics.baseline_duration);
        let duration = example.baseline_duration.or(Some(10_080));
        assert_eq!(told, (example.baseline_average, duration), "example {number}");
        // Before August 2020 a Start had no duration and an average over another, unknown span.
        if example.state == InsightState::End || example.insight_duration.is_some() {
            let told = (statistics.insight.average, statistics.insight_duration);
            let theirs = (example.insight_average, example.insight_duration);
            assert_eq!(told, theirs, "example {number}");
            averages += 1;
        }
    }
    assert_eq!(averages, 10, "all but the three Starts of 2019");
}

/// Returns every Insights record inside a value, also inside text that holds JSON.
fn records(value: &Value, found: &mut Vec<Value>) {
    match value {
        Value::Object(map) if map.contains_key("insightDetails") => found.push(value.clone()),
        Value::Object(map) => map.values().for_each(|value| records(value, found)),
        Value::Array(list) => list.iter().for_each(|value| records(value, found)),
        Value::String(text) => {
            if let Ok(inner @ Value::Object(_)) = serde_json::from_str(text) {
                records(&inner, found);
            }
        }
        _ => {}
    }
}

/// Returns where two values differ, numbers compared by value.
fn difference(ours: &Value, theirs: &Value, path: &str) -> Option<String> {
    match (ours, theirs) {
        (Value::Object(a), Value::Object(b)) => a
            .keys()
            .chain(b.keys())
            .find_map(|key| difference(&ours[key], &theirs[key], &format!("{path}/{key}"))),
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            a.iter().zip(b).find_map(|(a, b)| difference(a, b, path))
        }
        (Value::Number(a), Value::Number(b)) if a.as_f64() == b.as_f64() => None,
        _ => (ours != theirs).then(|| format!("{path}: {ours} is not {theirs}")),
    }
}

#[test]
fn every_known_insights_record_reads_and_is_written_back_the_same() {
    let Some(folder) = real_data("every_known_insights_record") else {
        return;
    };
    let mut files: Vec<_> =
        fs::read_dir(folder.join("insight_examples")).unwrap().map(|e| e.unwrap().path()).collect();
    files.sort();
    let (mut whole, mut fragments, mut refused) = (0, 0, 0);
    for file in files.iter().filter(|file| file.extension().is_some_and(|e| e == "json")) {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let Ok(value) = serde_json::from_str::<Value>(&fs::read_to_string(file).unwrap()) else {
            // Notes typed by hand are not JSON.
            refused += 1;
            continue;
        };
        let mut found = Vec::new();
        records(&value, &mut found);
        assert!(!found.is_empty(), "{name}");
        for theirs in found {
            let ours = if theirs.get("eventType").is_some() {
                whole += 1;
                let record: InsightRecord = serde_json::from_value(theirs.clone()).unwrap();
                serde_json::to_value(record).unwrap()
            } else {
                fragments += 1;
                let details = theirs["insightDetails"].clone();
                let details: InsightDetails = serde_json::from_value(details).unwrap();
                serde_json::json!({ "insightDetails": details })
            };
            let difference = difference(&ours, &theirs, &name);
            // One record misspells a key, and made-up ones have keys that CloudTrail has not.
            let known = name.starts_with("11_") || name.starts_with('s');
            assert!(difference.is_none() || known, "{difference:?}");
        }
    }
    assert_eq!((whole, fragments, refused), (24, 1, 1));
}

#[test]
fn keys_are_written_in_the_order_of_cloudtrail() {
    let example = Example {
        number: 0,
        name: "GetBucketPolicy".to_owned(),
        error_code: Some("NoSuchBucketPolicy".to_owned()),
        start: DateTime::from_timestamp(1_662_363_720, 0).unwrap(),
        state: InsightState::End,
        baseline_average: 23.0 / 10_542.0,
        insight_average: 4.0 / 3.0,
        insight_duration: Some(3),
        baseline_duration: Some(10_542),
        burst: vec![2, 1, 1],
    };
    let insights = example.insights();
    let end = InsightRecord::new(&insights[1], "1.08");
    assert_eq!(
        serde_json::to_string(&end).unwrap(),
        concat!(
            r#"{"eventVersion":"1.08","eventTime":"2022-09-05T07:45:00Z","awsRegion":"us-east-1","#,
            r#""eventID":"321ecc7e-f31f-5069-86e4-201aed5bfb65","eventType":"AwsCloudTrailInsight","#,
            r#""recipientAccountId":"111122223333","sharedEventID":"c8fb4217-1ca6-53e2-bc17-eb6540c82f00","#,
            r#""insightDetails":{"state":"End","eventSource":"example.amazonaws.com","#,
            r#""eventName":"GetBucketPolicy","insightType":"ApiErrorRateInsight","#,
            r#""errorCode":"NoSuchBucketPolicy","sourceEventCategory":"Management","#,
            r#""insightContext":{"statistics":{"baseline":{"average":0.0021817492},"#,
            r#""insight":{"average":1.3333333333},"insightDuration":3,"baselineDuration":10542}}},"#,
            r#""eventCategory":"Insight"}"#,
        )
    );
    let context = end.insight_details.insight_context.unwrap();
    let InsightContext { attributions, .. } = context;
    assert!(attributions.is_empty(), "nothing is known of who is behind bare counts");
}
