//! Only what can hold the events that are looked for is listed and read.

use crate::{
    archive::{Archive, at, steady, varied, with},
    program::insights,
    proxy::{Fate, Proxy},
    server::{Server, run_at, typed},
};

#[test]
fn folders_that_are_not_looked_for_are_neither_listed_nor_read() {
    let Some(server) = Server::start() else { return };
    let bucket = server.bucket("logs");
    bucket.archive(&varied());
    for (options, meant) in [
        (&["--from", "2026-03-03T12:00:00Z"][..], &["/03/03/", "/03/04/", "/03/05/"][..]),
        (&["--to", "2026-03-02T00:30:00Z"], &["/03/02/", "/03/03/"]),
        (&["--to", "2026-03-03", "--allowed-lateness", "1h"], &["/03/02/", "/03/03/"]),
        (&["--from", "2026-03-03", "--to", "2026-03-04", "--allowed-lateness", "0"], &["/03/03/"]),
        (&["--account", "444455556666"], &["/444455556666/"]),
        (&["--region", "us-east-1"], &["/us-east-1/"]),
        (
            &["--region", "eu-west-1", "--account", "111122223333"],
            &["/111122223333/CloudTrail/eu-west-1/"],
        ),
    ] {
        let args = typed([&"replay", &"s3://logs"], options);
        let proxy = Proxy::new(server.address, |_| Fate::Pass);
        let s3 = run_at(proxy.address, &args).exited(0);
        let path = bucket.path();
        let disk = insights(&typed([&"replay", &path], options)).exited(0);
        assert!(s3.stdout == disk.stdout, "{options:?}");
        assert_eq!(s3.number("files"), disk.number("files"), "{options:?}");
        assert!(disk.summary["skipped_files"]["outside"].as_u64() > Some(0), "{options:?}");
        assert!(s3.summary["skipped_files"]["outside_folders"].as_u64() > Some(0), "{options:?}");

        let is_day = |prefix: &&String| prefix.ends_with('/') && prefix.split('/').count() == 8;
        let days: Vec<_> = proxy.listed().iter().filter(is_day).cloned().collect();
        assert!(!days.is_empty(), "{options:?}");
        for day in days {
            assert!(meant.iter().any(|part| day.contains(part)), "{options:?}: {day}");
        }
    }
}

#[test]
fn events_of_global_services_are_found_where_they_were_delivered() {
    let Some(server) = Server::start() else { return };
    let bucket = server.bucket("logs");
    for (day, name) in [("2021-11-20", "Old"), ("2021-12-20", "New")] {
        let records = steady(at(&format!("{day}T00:00:00Z")), name, 5);
        let there = Archive::delivered(records);
        bucket
            .archive(&there.mapped(|record| vec![with(record.clone(), "awsRegion", "us-east-1")]));
    }
    for place in ["s3://logs".into(), bucket.path().into_os_string()] {
        let run = server.run(&[&"count", &place, &"--region", &"us-east-1"]).exited(0);
        assert!(run.stdout.contains("Old") && !run.stdout.contains("New"), "{}", run.stdout);
        assert_eq!(run.number("counted"), 5);
    }
}

#[test]
fn nothing_that_is_looked_for_is_no_failure() {
    let Some(server) = Server::start() else { return };
    server.bucket("logs").archive(&varied());
    let run = server.run(&[&"replay", &"s3://logs", &"--account", &"999999999999"]).exited(0);
    assert_eq!((run.number("files"), run.stdout.as_str()), (0, ""));
}
