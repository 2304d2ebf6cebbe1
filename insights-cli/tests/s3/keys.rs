//! Any key is read as it is, or named if it cannot be asked for.

use std::fmt::Write;

use crate::{
    archive::{Archive, at, gzip, log, steady},
    program::insights,
    proxy::{Fate, Proxy},
    server::{Server, free, unsigned},
};

#[test]
fn keys_that_need_escaping_are_read() {
    let Some(server) = Server::start() else { return };
    let bucket = server.bucket("logs");
    let folders =
        ["a b", "a+b", "100%", "%41", "#1", "é", "?q=1&r", "~-_.!*'()", "[x]{y}|^`\"<>", "日本"];
    let mut number = 0;
    for folder in folders {
        for below in ["", "AWSLogs/111122223333/CloudTrail/eu-west-1/2026/03/02/"] {
            number += 1;
            let name = format!("number{number}");
            let records = steady(at("2026-03-02T00:00:00Z"), &name, number);
            bucket.put(format!("{folder}/{below}x {folder}.json.gz"), gzip(log(&records)));
        }
    }
    let disk = insights(&[&"count", &bucket.path()]).exited(0);
    let run = server.run(&[&"count", &"s3://logs"]).exited(0);
    assert_eq!((run.number("files"), run.number("records")), (20, 20 * 21 / 2));
    assert!(run.stdout == disk.stdout);
    // As they are typed.
    for folder in folders {
        let file = format!("s3://logs/{folder}/x {folder}.json.gz");
        assert_eq!(server.run(&[&"count", &file]).exited(0).number("files"), 1, "{folder}");
        let run = server.run(&[&"count", &format!("s3://logs/{folder}/")]).exited(0);
        assert_eq!(run.number("files"), 2, "{folder}");
    }
}

/// Returns a page of a listing.
fn page(keys: &[(&str, usize)], folders: &[&str]) -> Vec<u8> {
    let mut page =
        String::from("<?xml version=\"1.0\"?><ListBucketResult><IsTruncated>false</IsTruncated>");
    for (key, size) in keys {
        let _ = write!(page, "<Contents><Key>{key}</Key><Size>{size}</Size></Contents>");
    }
    for folder in folders {
        let _ = write!(page, "<CommonPrefixes><Prefix>{folder}</Prefix></CommonPrefixes>");
    }
    (page + "</ListBucketResult>").into_bytes()
}

#[test]
fn slashes_in_a_row_stay_and_dots_are_named() {
    // A server that keeps objects in files has no such keys.
    let records = steady(at("2026-03-02T00:00:00Z"), "RunInstances", 3);
    let body = gzip(log(&records));
    let size = body.len();
    let proxy = Proxy::new(free(), move |request| match request.listed().as_deref() {
        Some("") => Fate::Instead(200, page(&[("/a.json.gz", size), ("empty/", 0)], &["x/"])),
        Some("x/") => Fate::Instead(200, page(&[], &["x//"])),
        Some("x//") => {
            Fate::Instead(200, page(&[("x//b.json.gz", size), ("x//../c.json", 1)], &[]))
        }
        None if ["/logs//a.json.gz", "/logs/x//b.json.gz"].contains(&&*request.target) => {
            Fate::Instead(200, body.clone())
        }
        _ => Fate::Instead(404, Vec::new()),
    });
    let run = unsigned(proxy.address).exited(3);
    assert_eq!((run.number("files"), run.number("records")), (2, 6));
    assert_eq!(
        (run.number("unreadable_files"), run.summary["skipped_files"]["other"].as_u64()),
        (1, Some(0))
    );
    assert!(run.stderr.contains("s3://logs/x//../c.json: a key with a part"), "{}", run.stderr);
}

#[test]
fn only_what_is_a_log_is_read() {
    let Some(server) = Server::start() else { return };
    let bucket = server.bucket("logs");
    let records = steady(at("2026-03-02T00:00:00Z"), "RunInstances", 3);
    bucket.archive(&Archive::delivered(records));
    let day = "AWSLogs/111122223333/CloudTrail/eu-west-1/2026/03/02";
    for other in ["readme.txt", &format!("{day}/x.csv"), &format!("{day}/.hidden.json")] {
        bucket.put(other, "x");
    }
    let run = server.run(&[&"replay", &"s3://logs"]).exited(0);
    assert_eq!((run.number("files"), run.summary["skipped_files"]["other"].as_u64()), (1, Some(3)));

    let run = server.run(&[&"replay", &"s3://logs/readme"]).exited(4);
    assert!(run.stderr.contains("no log files found"), "{}", run.stderr);
}
