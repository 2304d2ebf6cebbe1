//! What is read from S3 is what is read from disk.

use std::path::Path;

use chrono::TimeDelta;

use crate::{
    archive::{ACCOUNT, Archive, at, gzip, key, log, steady, varied},
    program::insights,
    proxy::{Fate, Proxy},
    server::{Server, run_at, typed},
};

#[test]
fn an_archive_gives_the_same_bytes_as_on_disk() {
    let Some(server) = Server::start() else { return };
    let bucket = server.bucket("logs");
    bucket.archive(&varied());
    for (address, below) in [
        ("s3://logs", ""),
        ("s3://logs/", ""),
        ("s3://logs/AWSLogs", ""),
        ("s3://logs/AWSLogs/", ""),
        ("s3://logs/AWSLogs/1111", "AWSLogs/111122223333"),
        (
            "s3://logs/AWSLogs/111122223333/CloudTrail/eu-west-1/2026/03",
            "AWSLogs/111122223333/CloudTrail/eu-west-1",
        ),
        (
            "s3://logs/AWSLogs/111122223333/CloudTrail/eu-west-1/2026/03/04/",
            "AWSLogs/111122223333/CloudTrail/eu-west-1/2026/03/04",
        ),
    ] {
        for command in ["replay", "count"] {
            let disk = insights(&[&command, &bucket.path().join(below)]).exited(0);
            let s3 = server.run(&[&command, &address]).exited(0);
            assert!(s3.stdout == disk.stdout, "{command} {address}");
            for number in ["files", "records", "bytes", "counted", "duplicates", "late"] {
                assert_eq!(s3.number(number), disk.number(number), "{command} {address}: {number}");
            }
        }
    }
}

#[test]
fn one_object_is_read_whatever_its_name() {
    let Some(server) = Server::start() else { return };
    let bucket = server.bucket("logs");
    let records = steady(at("2026-03-02T00:00:00Z"), "RunInstances", 3);
    bucket.put("a/one.txt", log(&records));
    bucket.put("a/one.txt.more/two.json", log(&records));
    bucket.put("a/three.json", log(&records));
    let files = |address: &str| server.run(&[&"replay", &address]).exited(0).number("files");
    assert_eq!(files("s3://logs/a/one.txt"), 1);
    assert_eq!(files("s3://logs/a"), 3);
    assert_eq!(files("s3://logs/a/one.txt.more"), 1);
    // What is reached twice is read once.
    let run = server.run(&[
        &"replay",
        &"s3://logs/a/three.json",
        &"s3://logs/",
        &"s3://logs/a/",
        &"s3://logs/a/one.txt.more/two.json",
        &"s3://logs/a/t",
    ]);
    assert_eq!(run.exited(0).number("files"), 3);
}

#[test]
fn what_is_in_s3_and_on_disk_is_one_archive() {
    let Some(server) = Server::start() else { return };
    let archive = varied();
    let whole = insights(&[&"replay", &archive.write().path()]).exited(0);
    let mut number = 0;
    let [here, there] = archive.split(|_| {
        number += 1;
        number % 3 == 0
    });
    server.bucket("logs").archive(&there);
    let here = here.write();
    for inputs in [[here.path(), Path::new("s3://logs/")], [Path::new("s3://logs"), here.path()]] {
        let run = server.run(&[&"replay", &inputs[0], &inputs[1]]).exited(0);
        assert!(run.stdout == whole.stdout);
        assert_eq!(run.number("files"), archive.0.len() as u64);
    }
}

#[test]
fn ten_thousand_objects_are_listed_in_pages_and_each_is_read_once() {
    let Some(server) = Server::start() else { return };
    let bucket = server.bucket("logs");
    let start = at("2026-03-02T00:00:00Z");
    for (number, record) in steady(start, "RunInstances", 10_000).into_iter().enumerate() {
        // All on one day, as a day is listed at once.
        let key = key(&record, start + TimeDelta::hours(23), &number.to_string());
        bucket.put(key, gzip(log(&[record])));
    }
    let proxy = Proxy::new(server.address, |_| Fate::Pass);
    let run = run_at(proxy.address, &[&"count", &"s3://logs", &"--to", &"2026-03-09"]);
    let run = run.exited(0);
    assert_eq!((run.number("files"), run.number("records")), (10_000, 10_000));
    assert_eq!((run.number("counted"), run.number("duplicates")), (10_000, 0));
    let disk = insights(&[&"count", &bucket.path(), &"--to", &"2026-03-09"]).exited(0);
    assert!(run.stdout == disk.stdout);
    let requests = proxy.requests();
    let day = format!("AWSLogs/{ACCOUNT}/CloudTrail/eu-west-1/2026/03/02/");
    let pages = requests.iter().filter(|request| request.listed().as_ref() == Some(&day)).count();
    assert_eq!(pages, 10);
    assert_eq!(requests.iter().filter(|request| request.is_for(".json.gz")).count(), 10_000);
}

#[test]
fn requests_are_signed_unless_they_are_not_to_be() {
    let archive = || {
        let records = steady(at("2026-03-02T00:00:00Z"), "RunInstances", 3);
        Archive::delivered(records)
    };
    let Some(server) = Server::start() else { return };
    server.bucket("logs").archive(&archive());
    let headers = |server: &Server, options: &[&str]| {
        let proxy = Proxy::new(server.address, |_| Fate::Pass);
        let args = typed([&"replay", &"s3://logs"], options);
        run_at(proxy.address, &args).exited(0);
        let requests = proxy.requests();
        assert!(requests.len() > 5);
        let all = |name: &str| {
            let found: Vec<_> =
                requests.iter().filter_map(|request| request.header(name)).collect();
            assert!(found.is_empty() || found.len() == requests.len());
            found.first().map(ToString::to_string)
        };
        [all("authorization"), all("x-amz-request-payer")]
    };
    let [signed, payer] = headers(&server, &[]);
    assert!(signed.unwrap().contains("Credential=test/") && payer.is_none());
    let [signed, payer] = headers(&server, &["--requester-pays"]);
    assert!(signed.unwrap().contains("x-amz-request-payer"), "signed too");
    assert_eq!(payer.as_deref(), Some("requester"));

    let Some(server) = Server::public() else { return };
    server.bucket("logs").archive(&archive());
    assert_eq!(headers(&server, &["--no-sign-request"]), [None, None]);
}

#[test]
fn what_is_not_named_like_a_log_is_told_by_what_is_in_it() {
    let Some(server) = Server::start() else { return };
    let bucket = server.bucket("exports");
    let records = steady(at("2026-03-02T00:00:00Z"), "RunInstances", 4);
    let line = |place: usize| format!("2026-03-02T00:00:00.000Z {}\n", records[place]);
    bucket.put("task/stream/000000.gz", gzip(line(0)));
    bucket.put("firehose/2026/03/02/00/stream-1-2026-03-02-00-00-00-6f1d", line(1));
    bucket.put("notes/what.txt", line(2));
    bucket.put("lake/result_1.csv.gz", gzip("eventtime,eventsource,eventname\n2026-03-02 00:03:00.000,ec2.amazonaws.com,RunInstances\n"));
    // All that is none.
    bucket.put("task/aws-logs-write-test", "Permission Check Successful");
    bucket.put("lake/labels.csv", "start,end,insight_type,event_source,event_name\n");
    bucket.put("site/index.html", line(3));
    bucket.put("site/backup.tar.gz", gzip("x"));
    bucket.put("site/empty", "");
    let run = server.run(&[&"replay", &"s3://exports/"]).exited(0);
    assert_eq!((run.number("files"), run.number("counted")), (4, 4), "{}", run.stderr);
    assert_eq!(run.summary["skipped_files"]["other"], 5, "{}", run.stderr);
}
