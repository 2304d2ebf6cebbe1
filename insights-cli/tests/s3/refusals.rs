//! Why nothing can be read is told in one line.

use std::time::Instant;

use crate::{
    archive::{Archive, at, steady},
    program::{self, Run, insights},
    proxy::{Fate, Proxy},
    server::{Server, clean, free},
};

/// The run failed, and said so once.
#[track_caller]
fn told(run: Run, what: &[&str]) {
    let run = run.exited(4);
    let warnings: Vec<&str> =
        run.stderr.lines().filter(|line| line.starts_with("warning")).collect();
    let [warning] = warnings[..] else { panic!("{}", run.stderr) };
    for what in what {
        assert!(warning.contains(what), "{warning}");
    }
    assert!(!warning.contains('<') && warning.len() < 400, "{warning}");
}

#[test]
fn a_server_that_refuses_is_quoted_with_advice() {
    let Some(server) = Server::start() else { return };
    let records = steady(at("2026-03-02T00:00:00Z"), "RunInstances", 3);
    server.bucket("logs").archive(&Archive::delivered(records.clone()));
    let endpoint = format!("http://{}", server.address);
    let with = |key: &str, secret: &str, address: &str| {
        let mut command = clean(&[&"replay", &address, &"--s3-endpoint", &endpoint]);
        command.env("AWS_ACCESS_KEY_ID", key).env("AWS_SECRET_ACCESS_KEY", secret);
        program::run(command, b"")
    };
    told(with("test", "testtest", "s3://missing/x/"), &["s3://missing/x/: NoSuchBucket"]);
    told(with("test", "testtest", "s3://logs/missing"), &["s3://logs/missing: nothing there"]);
    told(with("test", "wrong", "s3://logs"), &["s3://logs/: SignatureDoesNotMatch: AWS_SECRET"]);
    told(with("wrong", "testtest", "s3://logs"), &["s3://logs/: NotSignedUp"]);
    // The one that can be read is.
    let mut command = clean(&[&"replay", &"s3://missing", &"s3://logs"]);
    command
        .env("AWS_ACCESS_KEY_ID", "test")
        .env("AWS_SECRET_ACCESS_KEY", "testtest")
        .env("AWS_ENDPOINT_URL_S3", &endpoint);
    let run = program::run(command, b"").exited(3);
    assert_eq!((run.number("files"), run.number("unreadable_files")), (1, 1));
}

#[test]
fn codes_of_aws_come_with_what_to_do() {
    for (status, code, advice) in [
        (403, "AccessDenied", "s3:ListBucket"),
        (403, "InvalidAccessKeyId", "AWS_ACCESS_KEY_ID"),
        (400, "ExpiredToken", "renew them"),
        (403, "RequestTimeTooSkewed", "clock"),
        (301, "PermanentRedirect", "AWS_REGION"),
        (400, "Whatever", "Whatever: said so"),
    ] {
        let body = format!("<Error><Code>{code}</Code><Message>said so</Message></Error>");
        let proxy = Proxy::new(free(), move |_| Fate::Instead(status, body.clone().into_bytes()));
        let endpoint = format!("http://{}", proxy.address);
        let run =
            insights(&[&"replay", &"s3://logs", &"--no-sign-request", &"--s3-endpoint", &endpoint]);
        told(run, &["s3://logs/: ", code, advice]);
        assert_eq!(proxy.requests().len(), 1);
    }
    // What is no S3 at all.
    let proxy = Proxy::new(free(), |_| Fate::Instead(404, b"<html>\x1b[31m</html>".to_vec()));
    let endpoint = format!("http://{}", proxy.address);
    let run =
        insights(&[&"replay", &"s3://logs", &"--no-sign-request", &"--s3-endpoint", &endpoint]);
    told(run, &["s3://logs/: HTTP 404: there is no such thing"]);
}

#[test]
fn without_a_server_or_credentials_the_run_ends_soon() {
    let began = Instant::now();
    let nobody = format!("http://{}", free());
    let run = insights(&[&"replay", &"s3://logs", &"--no-sign-request", &"--s3-endpoint", &nobody]);
    told(run, &["s3://logs/: ", &nobody, "cannot be reached: Connection refused"]);

    let mut command = clean(&[&"replay", &"s3://logs", &"--s3-endpoint", &nobody]);
    // Where instances ask for the credentials of their role.
    command.env("AWS_METADATA_ENDPOINT", &nobody);
    told(program::run(command, b""), &["no credentials", "AWS_ACCESS_KEY_ID", "--no-sign-request"]);

    let mut command = clean(&[&"replay", &"s3://logs", &"--s3-endpoint", &nobody]);
    command.env("AWS_ACCESS_KEY_ID", "test\nx").env("AWS_SECRET_ACCESS_KEY", "x");
    told(program::run(command, b""), &["no credentials", "line break"]);
    assert!(began.elapsed().as_secs() < 20, "{:?}", began.elapsed());
}

#[test]
fn half_a_pair_of_keys_is_no_credentials() {
    let mut command = clean(&[&"replay", &"s3://logs"]);
    command.env("AWS_ACCESS_KEY_ID", "test");
    let run = program::run(command, b"").exited(4);
    assert!(run.stderr.contains("no credentials"), "{}", run.stderr);
}

#[test]
fn addresses_and_options_are_checked() {
    for (args, what) in [
        (&["s3://"][..], "names no bucket"),
        (&["s3:///key"], "names no bucket"),
        (&["s3://a b/"], "names no bucket"),
        (&["s3://a", "--concurrency", "0"], "from 1 to 1024"),
        (&["s3://a", "--s3-endpoint", "localhost:1"], "is not an address"),
    ] {
        let mut all: Vec<&dyn AsRef<std::ffi::OsStr>> = vec![&"count"];
        all.extend(args.iter().map(|arg| arg as &dyn AsRef<_>));
        let run = insights(&all).exited(2);
        assert!(run.stderr.contains(what), "{args:?}: {}", run.stderr);
    }
}
