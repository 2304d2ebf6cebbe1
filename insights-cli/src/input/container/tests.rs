use std::fmt::Display;

use insights_core::{Content, Record};
use proptest::strategy::Strategy;

use super::*;
use crate::input::{decode::Decoder, problem::Problems, scope::Scope, walk};

/// What was read of a text.
#[derive(Debug, Default)]
struct Told {
    /// The names of the calls, `?` for records that are none.
    names: Vec<String>,
    problems: Vec<String>,
    seen: Seen,
}

/// Reads a text in one piece and describes each record.
fn described(text: &str, describe: impl Fn(&Record<'_>, &Origin) -> String) -> Told {
    let mut told = Told::default();
    let mut problems = Problems::default();
    let mut each = |record: &Record<'_>, origin: &Origin, _: &dyn Display, _: &mut Problems| {
        told.names.push(describe(record, origin));
    };
    let mut intake = Intake::new(&mut problems, &mut each);
    Container::default().read(text, &mut intake);
    let seen = intake.seen();
    told.seen = seen;
    told.problems = problems.lines("f").collect();
    told
}

fn told(text: &str) -> Told {
    described(text, |record, _| match record.content("", "") {
        Ok(Content::Call { event, .. }) => event.event_name.to_owned(),
        _ => "?".to_owned(),
    })
}

/// Returns the names of a text that there is nothing to complain about.
#[track_caller]
fn names(text: &str) -> String {
    let told = told(text);
    assert!(told.problems.is_empty(), "{text}: {:?}", told.problems);
    assert_eq!(told.names.len() as u64, told.seen.records);
    told.names.join("")
}

fn record(name: &str) -> String {
    format!(
        r#"{{"eventTime":"2026-03-02T14:05:09Z","eventSource":"a","eventName":"{name}","userIdentity":{{"arn":"x{{"}}}}"#
    )
}

/// Returns a text as a string of JSON.
fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap()
}

#[test]
fn values_of_json_give_their_records() {
    let (a, b) = (record("A"), record("B"));
    for text in [
        format!(r#"{{"Records":[{a},{b}]}}"#),
        format!(r#"{{"x":{{"Records":1}},"Records":[{a}]}} {{"Records":[{b}],"y":[]}}"#),
        format!("[{a},{b}]"),
        format!("{a}\n{b}\n"),
        format!("{a}\r\n\r\n{b}"),
        format!("{a}{b}"),
        format!("\n [\n{a} ]\n[[{b}]]"),
        format!("2026-03-02T14:05:09.123Z {a}\n2026-03-02T14:06:00.000Z\t{b}\n"),
    ] {
        assert_eq!(names(&text), "AB", "{text}");
    }
    for empty in ["", " \n", r#"{"Records":[]} [] "#, r#"{"Events":[],"NextToken":"x"}"#] {
        assert_eq!(names(empty), "");
    }
}

#[test]
fn what_services_and_tools_wrap_around_records_is_taken_off() {
    let a = record("A");
    let detail =
        format!(r#"{{"version":"0","detail-type":"AWS API Call via CloudTrail","detail":{a}}}"#);
    let logs = format!(
        r#"{{"messageType":"DATA_MESSAGE","owner":"111122223333","logEvents":[{{"id":"1","timestamp":7,"message":{}}}]}}"#,
        quoted(&a)
    );
    let sns = format!(r#"{{"Type":"Notification","Message":{}}}"#, quoted(&detail));
    for text in [
        format!(
            r#"{{"Events":[{{"EventId":"1","EventName":"A","CloudTrailEvent":{}}}]}}"#,
            quoted(&a)
        ),
        format!(r#"{{"EventName":"A","eventName":"A","CloudTrailEvent":{}}}"#, quoted(&a)),
        format!(r#"{{"Events":[{a}],"NextToken":"x"}}"#),
        detail.clone(),
        sns.clone(),
        format!(r#"{{"Messages":[{{"MessageId":"1","Body":{}}}]}}"#, quoted(&sns)),
        format!(
            r#"{{"Records":[{{"messageId":"1","body":{},"eventSource":"aws:sqs"}}]}}"#,
            quoted(&detail)
        ),
        format!(r#"{{"Records":[{{"EventSource":"aws:sns","Sns":{sns}}}]}}"#),
        logs.clone(),
        format!(
            r#"{{"events":[{{"logStreamName":"s","message":{},"eventId":"3"}}],"searchedLogStreams":[]}}"#,
            quoted(&a)
        ),
        format!(
            r#"{{"results":[[{{"field":"@timestamp","value":"x"}},{{"field":"@message","value":{}}}]]}}"#,
            quoted(&a)
        ),
        format!(r#"{{"preview":false,"result":{{"_raw":{},"_time":"x"}}}}"#, quoted(&a)),
        format!(r#"{{"time":1,"event":{a},"sourcetype":"aws:cloudtrail"}}"#),
        format!(r#"{{"event":{{"original":{0},"action":"A"}},"message":{0}}}"#, quoted(&a)),
        format!(r#"{{"event.original":{0}}}"#, quoted(&a)),
        format!(r#"{{"hits":{{"hits":[{{"_source":{{"message":{}}}}}]}}}}"#, quoted(&a)),
        format!(r#"[{{"data":{{"Records":[{a}]}}}}]"#),
        format!(
            r#"{{"QueryStatus":"FINISHED","QueryResultRows":[[{{"eventJson":{}}}]]}}"#,
            quoted(&a)
        ),
        quoted(&a),
    ] {
        assert_eq!(names(&text), "A", "{text}");
        // As tools print it for people.
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(names(&serde_json::to_string_pretty(&value).unwrap()), "A", "{text}");
    }
    // As a function is handed a payload of CloudWatch Logs.
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    std::io::Write::write_all(&mut gzip, logs.as_bytes()).unwrap();
    let packed =
        base64::Engine::encode(&base64::engine::general_purpose::STANDARD, gzip.finish().unwrap());
    assert_eq!(names(&format!(r#"{{"awslogs":{{"data":"{packed}"}}}}"#)), "A");
    assert_eq!(names(&format!(r#"{{"Records":[{{"kinesis":{{"data":"{packed}"}}}}]}}"#)), "A");
    let broken = told(&format!(r#"{{"awslogs":{{"data":"{}"}}}}"#, &packed[..packed.len() - 40]));
    assert!(broken.problems[0].contains("gzip is damaged here"), "{broken:?}");
    assert!(broken.problems[0].contains("of the text in data"), "{broken:?}");
}

#[test]
fn what_is_said_around_a_record_is_where_it_is_from() {
    let a = record("A");
    let origin = |text: &str| {
        let told =
            described(text, |_, origin| format!("{:?} {:?}", origin.account_id, origin.region));
        told.names.join("")
    };
    let envelope = format!(r#"{{"account":"111122223333","region":"eu-west-1","detail":{a}}}"#);
    assert_eq!(origin(&envelope), r#"Some("111122223333") Some("eu-west-1")"#);
    assert_eq!(
        origin(&format!("{envelope}{a}")),
        r#"Some("111122223333") Some("eu-west-1")None None"#
    );
    let owner = format!(r#"{{"owner":"111122223333","logEvents":[{{"message":{}}}]}}"#, quoted(&a));
    assert_eq!(origin(&owner), r#"Some("111122223333") None"#);
    assert_eq!(origin(&format!(r#"{{"account":"x","region":"y","detail":{a}}}"#)), "None None");
}

#[test]
fn fields_of_elastics_schema_are_a_record_where_the_original_is_gone() {
    let nested = r#"{"@timestamp":"2026-03-02T14:05:09.000Z","event":{"provider":"ec2.amazonaws.com","action":"RunInstances","id":"7","type":["start"]},"cloud":{"region":"eu-west-1","account":{"id":"111122223333"}},"aws":{"cloudtrail":{"error_code":"Client.X","read_only":false,"event_category":"Management","user_identity":{"arn":"arn:x"}}},"user":{"name":"ada"},"user_agent":{"original":"cli"}}"#;
    let flat = r#"{"@timestamp":"2026-03-02T14:05:09.000Z","event.provider":"ec2.amazonaws.com","event.action":["RunInstances"],"event.id":"7","cloud.region":"eu-west-1","cloud.account.id":"111122223333","aws.cloudtrail.error_code":"Client.X","aws.cloudtrail.read_only":"false","aws.cloudtrail.event_category":"Management","aws.cloudtrail.user_identity.arn":"arn:x","user_agent.original":"cli"}"#;
    for text in [
        nested.to_owned(),
        flat.to_owned(),
        format!(r#"{{"hits":{{"hits":[{{"_source":{nested}}}]}}}}"#),
    ] {
        let told = described(&text, |record, _| match record.content("", "") {
            Ok(Content::Call { event: e, inferred }) => format!(
                "{} {} {} {} {:?} {:?} {:?} {} {inferred}",
                e.account_id,
                e.region,
                e.event_source,
                e.event_name,
                e.error_code,
                e.user_identity,
                e.event_id,
                e.read_only
            ),
            other => format!("{other:?}"),
        });
        let expected = r#"111122223333 eu-west-1 ec2.amazonaws.com RunInstances Some("Client.X") Some("arn:x") Some("7") false false"#;
        assert_eq!(told.names, [expected], "{text}");
    }
    assert_eq!(
        told(r#"{"@timestamp":"x","event":{"provider":"a","action":"b"}}"#).problems.len(),
        1
    );
}

#[test]
fn what_is_no_record_is_told_apart_and_nothing_is_dropped_in_silence() {
    assert_eq!(told(r#"{"awsAccountId":"1","digestEndTime":"2"}"#).seen.digests, 1);
    let control = r#"{"messageType":"CONTROL_MESSAGE","logEvents":[{"id":"","message":"CWL CONTROL MESSAGE"}]}"#;
    assert_eq!(told(control).seen.control_messages, 1);
    assert_eq!(told(r#"{} 7 "x" {"a":[{}]} {"Records":null}"#).problems.len(), 5);
    assert_eq!(told(r#"{"Records":[7, null, {"a":1}]}"#).names, ["?"; 3]);
    let mixed =
        format!(r#"{{"events":[{{"message":{}}},{{"message":"hello"}}]}}"#, quoted(&record("A")));
    let mixed = told(&mixed);
    assert_eq!((mixed.names.join(""), mixed.problems.len()), ("A".to_owned(), 1));
    assert!(mixed.problems[0].contains("an element of a list holds no CloudTrail record"));
    let lone = told(r#"{"eventName":"\ud800"}"#);
    assert!(lone.problems[0].contains("byte 0: not JSON: "), "{lone:?}");
    // The parts of a record are not looked into for others.
    let parts =
        format!(r#"{{"userIdentity":{{}},"requestParameters":{{"event":{}}}}}"#, record("A"));
    assert_eq!(told(&parts).names, [""; 0]);
}

/// Returns what a table tells of each event.
#[track_caller]
fn rows(text: &str) -> Vec<String> {
    let told = described(text, |record, _| match record.content("", "") {
        Ok(Content::Call { event: e, .. }) => format!(
            "{} {} {} {} {:?} {:?} {} {:?}",
            e.time.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
            e.account_id,
            e.event_source,
            e.event_name,
            e.error_code,
            e.user_identity,
            e.read_only,
            e.event_id,
        ),
        other => format!("{other:?}"),
    });
    assert!(told.problems.is_empty(), "{:?}", told.problems);
    told.names
}

#[test]
fn tables_of_events_are_told_by_their_headers() {
    let expected = r#"2026-03-02T14:05:09Z 111122223333 ec2.amazonaws.com RunInstances Some("Client.X") Some("ada") false Some("7")"#;
    for text in [
        "User name,AWS access key,Event time,Event source,Event name,AWS region,Source IP address,User agent,Error code,Resources,Request ID,Event ID,Read-only,Event type,Recipient Account Id,Event category\r\nada,AKIA,2026-03-02T14:05:09Z,ec2.amazonaws.com,RunInstances,eu-west-1,192.0.2.1,cli,Client.X,\"[{\"\"a\"\":\"\"b\n\"\"}]\",1,7,false,AwsApiCall,111122223333,Management\r\n",
        "Records/eventTime,Records/eventSource,Records/eventName,Records/errorCode,Records/eventID,Records/recipientAccountId,Records/userIdentity/arn,Records/readOnly\n2026-03-02T14:05:09Z,ec2.amazonaws.com,RunInstances,Client.X,7,111122223333,ada,FALSE",
        "\"TimeGenerated [UTC]\",AwsEventId,EventSource,EventTypeName,EventName,UserIdentityArn,UserIdentityAccountId,ErrorCode,ReadOnly\n\"02/03/2026, 14:05:09.000\",7,ec2.amazonaws.com,AwsApiCall,RunInstances,ada,111122223333,Client.X,false\n\"13/03/2026, 14:05:09.000\",8,ec2.amazonaws.com,AwsApiCall,RunInstances,ada,111122223333,Client.X,false\n",
        "eventtime;eventsource;eventname;useridentity;errorcode;readonly;eventid;recipientaccountid\n2026-03-02 14:05:09.000;ec2.amazonaws.com;RunInstances;{type=IAMUser, arn=ada, accountid=1, sessioncontext={sessionissuer={arn=x}}};Client.X;false;7;111122223333\n",
        "@timestamp\tevent.provider\tevent.action\taws.cloudtrail.error_code\tuser.name\tevent.id\tcloud.account.id\taws.cloudtrail.user_identity.arn\n2026-03-02T14:05:09Z\tec2.amazonaws.com\tRunInstances\tClient.X\tx\t7\t111122223333\tada\n",
        "Event time,Event source,Event name,User name,Error code,Event ID,Recipient Account Id\n\"2026-03-02, 02:05:09 PM\",ec2.amazonaws.com,RunInstances,ada,Client.X,7,111122223333\n",
    ] {
        let rows = rows(text);
        assert_eq!(rows.first().map(String::as_str), Some(expected), "{text}");
        assert_eq!(rows.len(), text.trim_end().matches("ec2.").count(), "{text}");
    }
    let a = record("A").replace('"', "\"\"");
    assert_eq!(names(&format!("_time,_raw\n1,\"{a}\"\n")), "A");
    assert_eq!(names(&format!("eventname,eventjson\nB,\"{a}\"\n")), "A");
    assert_eq!(names("eventTime,eventSource,eventName\n"), "");
    let query = r#"{"QueryResultRows":[[{"eventTime":"2026-03-02 14:05:09.000"},{"eventSource":"ec2.amazonaws.com"},{"eventName":"RunInstances"},{"errorCode":"Client.X"},{"userIdentity":"{type=IAMUser, arn=ada}"},{"readOnly":"false"},{"eventID":"7"},{"recipientAccountId":"111122223333"}]]}"#;
    assert_eq!(rows(query), [expected]);
    assert_eq!(rows(&query.replace("QueryResultRows", "QueryResults")), [expected]);
    let single =
        format!(r#"{{"QueryResults":[{{"key":"eventJson","value":{}}}]}}"#, quoted(&record("A")));
    assert_eq!(names(&single), "A");
    assert_eq!(names(r#"{"QueryStatus":"FINISHED","QueryResultRows":[],"QueryResults":[]}"#), "");
    let other = told(r#"{"results":[[{"field":"@ptr","value":"x"}]]}"#);
    assert!(other.problems[0].contains("a row of a query holds no CloudTrail event"), "{other:?}");
    let value: serde_json::Value = serde_json::from_str(query).unwrap();
    assert_eq!(rows(&serde_json::to_string_pretty(&value).unwrap()), [expected]);
}

#[test]
fn tables_that_cannot_be_used_are_refused_in_one_line_that_says_why() {
    for (table, why) in [
        (
            "Event ID,Event time,User name,Event name\n1,2,3,4\n1,2,3,4\n",
            "without a column for the event source",
        ),
        ("eventSource,eventName,count\na,b,1\n", "without a column for the event time"),
        (
            "minute,account_id,aws_region,event_source,event_name,event_category,error_code,count\n",
            "`insights detect` reads it",
        ),
        ("state,event_time,insight_type,event_source,event_name\n", "a table of Insights"),
    ] {
        let told = told(table);
        assert_eq!((told.names.len(), told.problems.len()), (0, 1), "{table}");
        assert!(told.problems[0].contains(why), "{table}: {told:?}");
    }
}

#[test]
fn bad_rows_are_named_by_line_and_the_rows_around_them_are_kept() {
    let header = "eventTime,eventSource,eventName,eventID,recipientAccountId";
    let row = |name: &str| format!("2026-03-02T14:05:09Z,a,{name},1,111122223333");
    let table = [
        header.to_owned(),
        row("A"),
        "short,row".to_owned(),
        row("B").replace("111122223333", "11122223333"),
        row("C").replace("111122223333", "1.11122E+11"),
        row("D").replace('a', "\"open"),
        row("E"),
        ",,,,".to_owned(),
        format!("\"{}\"", row("F")),
        row("G").replace("2026-03-02T14", "03/04/2026 14"),
        row("H"),
    ];
    for end in ["\n", "\r\n"] {
        let told = told(&table.join(end));
        assert_eq!(told.names.join(""), "A?EFH", "{told:?}");
        let lines: Vec<_> =
            told.problems.iter().map(|line| line.split(": ").nth(2).unwrap()).collect();
        assert_eq!(lines, ["line 3", "line 4", "line 6", "line 10"], "{told:?}");
        assert!(told.problems[1].contains("has lost the zeros before it"), "{told:?}");
        assert!(told.problems[3].contains("whether the day or the month comes first"));
        assert_eq!(told.seen.continued_rows, 1);
    }
    let many = format!("{header}\n{}", format!("{}\n", row("\"X")).repeat(2_000));
    assert!(told(&many).problems.len() > 1);
}

#[test]
fn what_a_table_does_not_have_is_counted() {
    let lacking = |text: &str| -> Vec<_> { told(text).seen.lacking.labels().collect() };
    let table =
        "eventTime,eventSource,eventName,eventID,userName\n2026-03-02T14:05:09Z,a,A,1,ada\n";
    assert_eq!(lacking(table).len(), 5);
    assert!(lacking(table).contains(&(1, "no ARN of the caller")));
    assert_eq!(lacking(&record("A")), []);
}

#[test]
fn a_text_cut_off_in_a_string_is_told_with_its_place() {
    let text = format!(r#"{{"Events":[{{"CloudTrailEvent":{}}}]}}"#, quoted(&record("A")[..90]));
    let told = told(&text);
    assert_eq!(told.names, [""; 0]);
    let expected = "warning: f: byte 0: not JSON: EOF while parsing an object, at byte 90 of the text in CloudTrailEvent";
    assert!(told.problems[0].starts_with(&expected[..40]), "{told:?}");
    assert!(told.problems[0].ends_with("at byte 90 of the text in CloudTrailEvent"), "{told:?}");
}

#[test]
fn records_around_damage_are_kept_and_the_damage_is_told_once() {
    let (a, b, c) = (record("A"), record("B"), record("C"));
    let whole = format!(r#"{{"Records":[{a},{b},{c}]}}"#);
    let cut = &whole[..whole.len() - 20];
    let Told { names, problems, .. } = told(cut);
    assert_eq!(names, ["A", "B"]);
    assert_eq!(
        problems,
        [format!("warning: f: byte {}: not JSON: EOF while parsing a string", cut.len())]
    );

    let Told { names, problems, .. } = told(&whole[14..]);
    assert_eq!((names.join(""), problems.len()), ("BC".to_owned(), 1));

    let broken = format!(r#"{{"Records":[{a},{{"eventTime":oops,"x":{{"y":[1]}}}},{c}]}}"#);
    let Told { names, problems, .. } = told(&broken);
    assert_eq!((names.join(""), problems.len()), ("AC".to_owned(), 1));
    let at = broken.find("oops").unwrap();
    assert!(problems[0].starts_with(&format!("warning: f: byte {at}: ")), "{problems:?}");

    let lines = format!("{a}\n{{oops\n{b}\nalas\n{c}\n");
    let Told { names, problems, .. } = told(&lines);
    assert_eq!((names.join(""), problems.len()), ("ABC".to_owned(), 2));
    assert!(problems[1].contains("text between records"));

    let events = |inner: &str| format!(r#"{{"EventId":"1","CloudTrailEvent":{}}}"#, quoted(inner));
    let lookup = format!(r#"{{"Events":[{},oops,{}"#, events(&a), events(&b));
    assert_eq!(told(&lookup).names.join(""), "AB");
}

#[test]
fn behind_damage_only_whole_records_count() {
    let inner = r#"{"broken":oops,"requestParameters":{"eventName":"Inner","eventID":"1"},"eventName":"A"}"#;
    assert_eq!(told(inner).names, [""; 0]);
    let fake = quoted(&record("Fake"));
    let parameter = format!(r#"{{"broken":oops,"requestParameters":{{"message":{fake}}}}}"#);
    assert_eq!(told(&parameter).names, [""; 0]);
}

/// Skims a text and checks that it gives what reading every value of it gives, if anything.
fn skimmed(text: &str) -> bool {
    let mut parts = Vec::new();
    let Some(length) = json::skim(text, &mut parts) else { return false };
    let mut values =
        serde_json::Deserializer::from_str(text).into_iter::<&serde_json::value::RawValue>();
    let value = values.next().unwrap().unwrap();
    assert_eq!(values.byte_offset(), length);
    let list = |read: &dyn Fn(&mut Intake<'_>)| {
        let (mut records, mut problems) = (Vec::new(), Problems::default());
        let mut each = |record: &Record<'_>, _: &Origin, text: &dyn Display, _: &mut Problems| {
            records.push(format!("{record:?} {text}"));
        };
        let mut intake = Intake::new(&mut problems, &mut each);
        read(&mut intake);
        let digests = intake.seen().digests;
        (records, digests, problems.count())
    };
    // A list by itself is one of records, and is read here as that.
    let text_of_list = format!(r#"{{"Records":{}}}"#, value.get());
    let text = if value.get().starts_with('[') { &text_of_list } else { value.get() };
    let slow = list(&|intake| wrapper::top(text, 0, intake));
    let quick = list(&|intake| {
        for part in &parts {
            match part {
                json::Part::Record(record, text) => intake.record(record, text),
                json::Part::Other(element) => wrapper::element(element, 0, 0, intake),
            }
        }
    });
    assert_eq!(quick, slow, "{text}");
    true
}

#[test]
fn lists_are_skimmed_around_what_is_out_of_the_ordinary() {
    let (a, b) = (record("A"), record("B"));
    let odd = r#"{"eventName":"\u0041","userIdentity":7}"#;
    for text in [
        a.clone(),
        format!("[{a}]"),
        format!("[ {odd} , {a},\n[{b}, {{}}], 7, {{\"Records\":[{odd}]}}]"),
        format!(r#"{{ "Records" : [{a}, {odd}] }} {b}"#),
        r#"{"Records":[{"digestEndTime":1},null]}"#.to_owned(),
    ] {
        assert!(skimmed(&text), "{text}");
    }
    for text in [
        odd.to_owned(),
        format!("[{a}"),
        format!("[{a},]"),
        format!("[{a}\u{c}]"),
        format!("[{a} {b}]"),
        format!(r#"{{"Records":[{a}],"x":1}}"#),
        format!(r#"{{"x":1,"Records":[{a}]}}"#),
    ] {
        assert!(!skimmed(&text), "{text}");
    }
}

#[test]
fn real_files_are_skimmed_to_what_they_hold() {
    let Some(root) = std::env::var_os("INSIGHTS_REAL_DATA") else {
        println!("skipped: INSIGHTS_REAL_DATA is not set");
        return;
    };
    let found = walk::find(
        &[std::path::PathBuf::from(root).join("cloudtrail")],
        [None; 2],
        &Scope::default(),
    );
    let mut decoder = Decoder::default();
    let (mut records, mut skims) = (0, 0);
    for source in found.batches.values().flat_map(|batch| batch.list().sources) {
        decoder.load(&source).unwrap();
        decoder.each(&mut Problems::default(), |piece, _| {
            let text = piece.text;
            // The whole, and every object inside, records and others, damaged ones too.
            let _ = skimmed(text);
            for (at, _) in text.match_indices('{') {
                let _ = skimmed(&text[at..]);
                skims += u64::from(Record::skim(&text[at..]).is_some());
            }
            records += told(text).seen.records;
        });
    }
    println!("{skims} of {records} records were skimmed");
    // Records in strings and tables are not skimmed.
    assert!(records > 40_000 && skims * 100 > records * 97);
}

#[test]
fn hostile_texts_end() {
    for deep in [
        "{\"a\":[".repeat(2_000),
        "[".repeat(100_000),
        "{\"".repeat(2_000),
        "\u{e9}{\u{e9}{".to_owned(),
        format!("{}{}", "[".repeat(100_000), "]".repeat(100_000)),
        format!("{}1{}", "{\"a\":".repeat(100_000), "}".repeat(100_000)),
        format!("{}1{}", "{\"Records\":[".repeat(10_000), "]}".repeat(10_000)),
        format!("oops {}1{}", "{\"detail\":".repeat(100_000), "}".repeat(100_000)),
    ] {
        let told = told(&deep);
        assert!(told.names.iter().all(|name| name == "?"), "{:?}", &told.names[..1]);
        assert!(!told.problems.is_empty() || !told.names.is_empty(), "{}", &deep[..20]);
    }
    let mut text = record("A");
    for _ in 0..40 {
        text = format!(r#"{{"Message":{}}}"#, quoted(&text));
        if text.len() > 1 << 20 {
            break;
        }
    }
    let _ = told(&text);
}

proptest::proptest! {
    #[test]
    fn damage_on_lines_of_its_own_loses_no_record(
        lines in proptest::collection::vec(
            proptest::prelude::prop_oneof![
                proptest::prelude::Just(None),
                "[ -~é\t]{0,40}".prop_map(Some),
                r#"[\[\]{}",:a1 \\]{0,12}"#.prop_map(Some),
            ],
            0..12,
        ),
    ) {
        // A line of damage must not open text or a record that swallows the next line, and the
        // first line must not be a header.
        let lines: Vec<_> = lines
            .into_iter()
            .filter(|line| line.as_ref().is_none_or(|text| !text.contains(['"', '\\'])))
            .collect();
        let text: Vec<String> =
            lines.iter().map(|line| line.clone().unwrap_or_else(|| record("A"))).collect();
        let kept = lines.iter().filter(|line| line.is_none()).count();
        let told = told(&text.join("\n"));
        proptest::prop_assert!(told.names.iter().filter(|name| *name == "A").count() == kept);
    }

    #[test]
    fn no_text_is_too_broken_to_read(text in r#"[\[\]{}",:a1tnR \\]{0,200}"#) {
        let _ = told(&text);
        let _ = told(&format!("{{\"Records\":[{text}"));
        let _ = told(&format!("eventTime,eventSource,eventName\n{text}"));
    }
}
