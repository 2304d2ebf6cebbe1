//! What records are delivered in does not show in what comes out, and what a container cannot give
//! is said.

use std::{fs, iter};

use serde_json::{Value, json};

use crate::{
    archive::{at, call, demo, gzip, log, steady, varied, with},
    folder::Folder,
    program::{insights, insights_fed},
};

/// Returns lines of JSON.
fn lines(values: impl Iterator<Item = Value>) -> String {
    values.flat_map(|value| [value.to_string(), "\n".to_owned()]).collect()
}

/// Returns values of JSON in groups, as services send them.
fn groups(records: &[Value], wrap: impl Fn(&[Value]) -> Value) -> String {
    lines(records.chunks(40).map(wrap))
}

fn cell(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

/// Returns the same records in every container that can hold all of them.
fn containers(records: &[Value]) -> Vec<(&'static str, Vec<u8>)> {
    let each = |wrap: fn(&Value) -> Value| lines(records.iter().map(wrap));
    let event = |record: &Value| {
        json!({"EventId": record["eventID"], "EventName": record["eventName"], "ReadOnly": "true",
            "EventTime": 1_772_445_909.5, "Resources": [], "CloudTrailEvent": record.to_string()})
    };
    let bridge = |record: &Value| {
        json!({"version": "0", "detail-type": "AWS API Call via CloudTrail", "region": "us-west-2",
            "source": "aws.ec2", "account": "999999999999", "detail": record})
    };
    let message =
        |record: &Value| json!({"id": "1", "timestamp": 7, "message": record.to_string()});
    let text = log(records);
    let utf_16 = text.encode_utf16().flat_map(u16::to_be_bytes);
    let time = |record: &Value| record["eventTime"].as_str().unwrap().replace('Z', ".123Z");
    let table = iter::once("eventname;eventjson".to_owned())
        .chain(records.iter().map(|record| format!("x;{}", cell(&record.to_string()))));
    vec![
        ("a list", Value::from(records).to_string().into()),
        ("pretty", serde_json::to_vec_pretty(&json!({"Records": records, "x": 1})).unwrap()),
        ("lines with CRLF", each(Value::clone).replace('\n', "\r\n").into()),
        ("without line breaks", each(Value::clone).replace('\n', "").into()),
        ("UTF-16", [0xfe, 0xff].into_iter().chain(utf_16).collect()),
        ("a byte order mark", format!("\u{feff}{text}").into()),
        ("escaped keys", text.replace("\"eventName\"", "\"event\\u004eame\"").into()),
        (
            "lookup-events",
            groups(records, |some| json!({"Events": some.iter().map(event).collect::<Value>()})).into(),
        ),
        ("lookup-events, record by record", lines(records.iter().map(event)).into()),
        ("lookup-events, raw", groups(records, |some| json!({"Events": some})).into()),
        ("EventBridge", lines(records.iter().map(bridge)).into()),
        (
            "EventBridge in SNS in SQS",
            groups(records, |some| {
                let sns = |record| json!({"Type": "Notification", "Message": bridge(record).to_string()});
                let sqs = |record| json!({"MessageId": "1", "Body": sns(record).to_string()});
                json!({"Messages": some.iter().map(sqs).collect::<Value>()})
            })
            .into(),
        ),
        (
            "CloudWatch Logs, as it is sent on",
            groups(records, |some| {
                json!({"messageType": "DATA_MESSAGE", "owner": "999999999999", "logGroup": "g",
                    "logEvents": some.iter().map(message).collect::<Value>()})
            })
            .replace('\n', "")
            .into(),
        ),
        (
            "filter-log-events",
            groups(records, |some| {
                json!({"events": some.iter().map(message).collect::<Value>(), "searchedLogStreams": []})
            })
            .into(),
        ),
        (
            "CloudWatch Logs, exported",
            records.iter().flat_map(|record| [time(record), format!(" {record}\n")]).collect::<String>().into(),
        ),
        ("Splunk", each(|record| json!({"preview": false, "result": {"_raw": record.to_string()}})).into()),
        (
            "Elastic",
            each(|record| json!({"@timestamp": "x", "event": {"original": record.to_string(), "action": "x"}})).into(),
        ),
        (
            "Lake",
            groups(records, |some| {
                let row = |record: &Value| json!([{"eventName": "x"}, {"eventJson": record.to_string()}]);
                json!({"QueryResultRows": some.iter().map(row).collect::<Value>()})
            })
            .into(),
        ),
        ("Lake's CSV", gzip(table.collect::<Vec<_>>().join("\r\n"))),
    ]
}

#[test]
fn every_container_gives_the_same_bytes() {
    let archive = varied();
    let records: Vec<Value> = archive.records().cloned().collect();
    let folder = archive.write();
    let replay = insights(&[&"replay", &folder.path()]).exited(0);
    assert!(replay.number("starts") >= 4);
    for (name, bytes) in containers(&records) {
        let run = insights_fed(&[&"replay", &"-"], &bytes).exited(0);
        assert!(run.stdout == replay.stdout, "{name}: {}", run.stderr);
        for number in ["counted", "not_selected", "duplicates", "records", "malformed"] {
            assert_eq!(run.number(number), replay.number(number), "{name}: {number}");
        }
    }
}

/// Returns a download of the console's event history.
fn console(records: &[Value]) -> String {
    let header = "User name,AWS access key,Event time,Event source,Event name,AWS region,Source IP address,User agent,Error code,Resources,Request ID,Event ID,Read-only,Event type,Recipient Account Id,Event category\n";
    let row = |record: &Value| {
        let text = |name: &str| match &record[name] {
            Value::String(text) => text.clone(),
            Value::Null => String::new(),
            other => other.to_string(),
        };
        let resources = cell(r#"[{"resourceType":"AWS::EC2::Instance","resourceName":"i-1"}]"#);
        [
            "Alice".to_owned(),
            "AKIA".to_owned(),
            text("eventTime"),
            text("eventSource"),
            text("eventName"),
            text("awsRegion"),
            "192.0.2.1".to_owned(),
            text("userAgent"),
            text("errorCode"),
            resources,
            String::new(),
            text("eventID"),
            text("readOnly"),
            text("eventType"),
            text("recipientAccountId"),
            text("eventCategory"),
        ]
        .join(",")
    };
    let rows = records.iter().map(row).flat_map(|row| [row, "\n".to_owned()]);
    iter::once(header.to_owned()).chain(rows).collect()
}

#[test]
fn the_consoles_table_gives_all_but_who_it_was() {
    let archive = varied();
    let records: Vec<Value> = archive.records().cloned().collect();
    let replay = insights(&[&"replay", &archive.write().path()]).exited(0);
    let run = insights_fed(&[&"replay", &"-"], console(&records).as_bytes()).exited(0);
    assert_eq!(run.told(), replay.told());
    for number in ["counted", "not_selected", "duplicates", "series"] {
        assert_eq!(run.number(number), replay.number(number), "{number}");
    }
    assert!(run.stdout.contains(r#""value":"Alice""#) && !run.stdout.contains("user/user-"));
    let without = run.summary["lacking"]["user_identity_arn"].as_u64();
    assert_eq!(without, Some(run.number("records")));
    assert_eq!(run.summary["lacking"]["error_code"], 0);
    let told = "lacking   no ARN of the caller in ";
    assert_eq!(run.stderr.matches(told).count(), 1, "{}", run.stderr);
}

#[test]
fn a_table_that_lacks_the_source_is_refused_in_one_line_and_nothing_else_is() {
    let folder = Folder::new();
    let old = "Event ID,Event time,User name,Event name,Resource type,Resources,AWS access key,AWS region,Error code,Source IP address\n";
    let row = "1,\"2026-03-02, 02:05:09 PM\",ada,CreateUser,,,,us-east-1,,192.0.2.1\n";
    folder.file("old.csv", format!("{old}{}", row.repeat(100)));
    folder.file("good.json", log(&steady(at("2026-03-02T12:00:00Z"), "RunInstances", 3)));
    let run = insights(&[&"replay", &folder.path()]).exited(3);
    assert_eq!((run.number("counted"), run.number("malformed")), (3, 1));
    assert_eq!(run.summary["malformed_by_kind"]["foreign"], 1);
    let told = "old.csv: line 1: is a table without a column for the event source, so its calls cannot be told apart";
    assert!(run.stderr.contains(told), "{}", run.stderr);
}

#[test]
fn in_folders_logs_are_told_by_what_is_in_them() {
    let records = steady(at("2026-03-02T12:00:00Z"), "RunInstances", 6);
    let one = |place: usize| std::slice::from_ref(&records[place]);
    let folder = Folder::new();
    folder.file("history.csv", console(one(0)));
    folder.file("notes.txt", log(one(1)));
    folder.file("export", gzip(log(one(2))));
    folder.file("2026/03/02/result_1.csv.gz", gzip(console(one(3))));
    folder.file("2026/03/02/named.json", log(one(4)));
    folder.file("stream.000", format!("2026-03-02T12:00:00.000Z {}\n", records[5]));
    let seen = insights(&[&"replay", &folder.path()]).exited(0);
    assert_eq!((seen.number("counted"), seen.number("files")), (6, 6), "{}", seen.stderr);
    // All that is none of these.
    fs::copy(demo().join("labels.csv"), folder.join("labels.csv")).unwrap();
    folder.file("counts.csv", "minute,account_id,aws_region,event_source,event_name,event_category,error_code,count\n2026-03-02T12:00:00Z,1,r,a,A,Management,,1\n");
    let csv = insights(&[&"replay", &folder.path(), &"--format", &"csv"]).exited(0);
    folder.file("insights.csv", csv.stdout);
    folder.file(".hidden", log(one(0)));
    folder.file("README.md", "# {eventTime} of eventSource\n");
    folder.file("empty", "");
    folder.file("bytes", [0x80; 100]);
    folder.file("list.txt", "[1, 2, 3]");
    let run = insights(&[&"replay", &folder.path()]).exited(0);
    assert_eq!((run.number("counted"), run.number("files")), (6, 6), "{}", run.stderr);
    assert_eq!(run.summary["skipped_files"]["other"], 8, "{}", run.stderr);
    // What is read is not overwritten.
    let csv = folder.join("history.csv");
    insights(&[&"replay", &folder.path(), &"-o", &csv]).exited(2);
}

#[test]
fn patterns_are_expanded() {
    let folder = Folder::new();
    let records = steady(at("2026-03-02T12:00:00Z"), "RunInstances", 3);
    for (place, record) in records.iter().enumerate() {
        folder.file(format!("a/{place}/x.log"), log(std::slice::from_ref(record)));
    }
    let run = insights(&[&"replay", &folder.join("**/*.log")]).exited(0);
    assert_eq!(run.number("counted"), 3);
    let run = insights(&[&"replay", &folder.join("a/[01]/*")]).exited(0);
    assert_eq!(run.number("counted"), 2);
    let run = insights(&[&"replay", &folder.join("*.gz")]).exited(2);
    assert!(run.stderr.contains("*.gz: nothing matches"), "{}", run.stderr);
}

#[test]
fn where_a_record_does_not_say_where_it_is_from_what_is_around_it_does() {
    let mut record = call(at("2026-03-02T12:00:00Z"), "ec2", "RunInstances", "1");
    for field in ["awsRegion", "recipientAccountId"] {
        record = with(record, field, Value::Null);
    }
    let bridge = json!({"account": "444455556666", "region": "ap-south-1", "detail": record});
    let run = insights_fed(&[&"count", &"-"], bridge.to_string().as_bytes()).exited(0);
    assert!(run.stdout.contains("444455556666,ap-south-1,"), "{}", run.stdout);
}
