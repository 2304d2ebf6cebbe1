//! What fails in between is asked for again; what fails for good is named and counted.

use std::time::Duration;

use crate::{
    archive::{Archive, varied},
    program::{Run, insights},
    proxy::{Fate, Proxy, Request},
    server::{Server, run_at},
};

/// The end of the key of the object that is spoiled.
const SPOILED: &str = "_eu-west-1_20260303T1200Z_Log.json.gz";

/// Replays an archive of which an object is spoiled; returns also how often that was asked for,
/// and the replay of the archive without it, or with it if it is not lost.
fn replay(
    lost: bool,
    fate: impl Fn(&Request) -> Fate + Send + Sync + 'static,
) -> Option<(Run, usize, Run)> {
    let server = Server::start()?;
    let archive = varied();
    server.bucket("logs").archive(&archive);
    let is_spoiled = |key: &std::path::Path| {
        let key = key.to_string_lossy();
        key.starts_with("AWSLogs/111122223333") && key.ends_with(SPOILED)
    };
    let [gone, left] = archive.split(is_spoiled);
    assert_eq!(gone.0.len(), 1);
    let wanted: &Archive = if lost { &left } else { &archive };
    let wanted = insights(&[&"replay", &wanted.write().path()]).exited(0);
    let proxy = Proxy::new(server.address, move |request| {
        if request.target.contains("/111122223333/") && request.is_for(SPOILED) {
            fate(request)
        } else {
            Fate::Pass
        }
    });
    let run = run_at(proxy.address, &[&"replay", &"s3://logs"]);
    let gets = proxy.gets(&format!("111122223333{SPOILED}"))
        + proxy.gets(&format!("111122223333_CloudTrail{SPOILED}"));
    Some((run, gets, wanted))
}

/// Whatever happened in between, nothing shows.
#[track_caller]
fn mended(fate: impl Fn(&Request) -> Fate + Send + Sync + 'static, gets: usize) {
    let Some((run, asked, wanted)) = replay(false, fate) else { return };
    let run = run.exited(0);
    assert!(run.stdout == wanted.stdout, "{}", run.stderr);
    for number in ["files", "records", "counted", "duplicates", "bytes"] {
        assert_eq!(run.number(number), wanted.number(number), "{number}");
    }
    assert_eq!(asked, gets);
}

/// The object is named and counted, and all others are read.
#[track_caller]
fn lost(fate: impl Fn(&Request) -> Fate + Send + Sync + 'static, why: &str) -> usize {
    let Some((run, asked, wanted)) = replay(true, fate) else { return 0 };
    let run = run.exited(3);
    assert!(run.stdout == wanted.stdout, "{}", run.stderr);
    assert_eq!((run.number("unreadable_files"), run.number("files")), (1, wanted.number("files")));
    assert_eq!(run.number("records"), wanted.number("records"));
    let named: Vec<&str> = run.stderr.lines().filter(|line| line.starts_with("warning")).collect();
    let [named] = named[..] else { panic!("{}", run.stderr) };
    assert!(
        named.starts_with(
            "warning: s3://logs/AWSLogs/111122223333/CloudTrail/eu-west-1/2026/03/03/"
        ),
        "{named}"
    );
    assert!(named.contains(SPOILED) && named.contains(why), "{named}");
    asked
}

fn error(code: &str) -> Vec<u8> {
    format!("<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>m</Message></Error>")
        .into_bytes()
}

#[test]
fn a_server_that_asks_to_slow_down_is_asked_again() {
    let slow = |request: &Request| match request.before {
        0 | 1 => Fate::Instead(503, error("SlowDown")),
        _ => Fate::Pass,
    };
    mended(slow, 3);
}

#[test]
fn a_connection_that_is_cut_in_a_body_is_made_again_and_nothing_counts_twice() {
    mended(|request| if request.before == 0 { Fate::Cut(100) } else { Fate::Pass }, 2);
    mended(|request| if request.before == 0 { Fate::Cut(0) } else { Fate::Pass }, 2);
}

#[test]
fn a_slow_answer_is_waited_for() {
    mended(|_| Fate::Delay(Duration::from_millis(300)), 1);
}

#[test]
fn a_body_that_always_ends_early_is_named() {
    assert!([0, 8].contains(&lost(|_| Fate::Cut(100), "the transfer was interrupted")));
}

#[test]
fn a_body_that_is_shorter_than_its_listing_says_is_named() {
    assert!(
        [0, 8].contains(&lost(
            |_| Fate::Shorten(100),
            "100 bytes were received, but its listing says"
        ))
    );
}

#[test]
fn an_archived_object_is_named_at_once() {
    let glacier = |_: &Request| Fate::Instead(403, error("InvalidObjectState"));
    assert!(lost(glacier, "InvalidObjectState: the object is archived in Glacier") <= 1);
    let gone = |_: &Request| Fate::Instead(404, error("NoSuchKey"));
    assert!(lost(gone, "NoSuchKey: the object is there no more") <= 1);
}

#[test]
fn the_region_that_the_server_tells_is_signed_for() {
    let Some(server) = Server::start() else { return };
    let archive = varied();
    server.bucket("logs").archive(&archive);
    let proxy = Proxy::new(server.address, |request| {
        let signed = request.header("authorization").unwrap_or_default();
        let body =
            "<Error><Code>AuthorizationHeaderMalformed</Code><Region>eu-south-2</Region></Error>";
        if signed.contains("/eu-south-2/") { Fate::Pass } else { Fate::Instead(400, body.into()) }
    });
    let run = run_at(proxy.address, &[&"replay", &"s3://logs"]).exited(0);
    assert_eq!(run.number("files"), archive.0.len() as u64);
}

#[test]
fn a_day_that_cannot_be_listed_is_named_and_the_others_are_read() {
    let Some(server) = Server::start() else { return };
    let archive = varied();
    server.bucket("logs").archive(&archive);
    let day = "AWSLogs/111122223333/CloudTrail/eu-west-1/2026/03/03/";
    let [there, left] = archive.split(|key| key.starts_with(day));
    assert!(!there.0.is_empty());
    let wanted = insights(&[&"replay", &left.write().path()]).exited(0);
    let proxy = Proxy::new(server.address, move |request| {
        if request.listed().as_deref() == Some(day) {
            Fate::Instead(403, error("AccessDenied"))
        } else {
            Fate::Pass
        }
    });
    let run = run_at(proxy.address, &[&"replay", &"s3://logs"]).exited(3);
    assert!(run.stdout == wanted.stdout);
    assert_eq!(run.number("unreadable_files"), 1);
    assert!(
        run.stderr.contains(&format!("warning: s3://logs/{day}: AccessDenied:")),
        "{}",
        run.stderr
    );
}
