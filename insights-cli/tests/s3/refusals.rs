//! Why nothing can be read is told in one line.

use std::time::Instant;

use crate::{
    archive::{Archive, at, demo, steady},
    folder::Folder,
    program::{self, Run},
    proxy::{Fate, Proxy},
    server::{Server, clean, free, unsigned},
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
        told(unsigned(proxy.address), &["s3://logs/: ", code, advice]);
        assert_eq!(proxy.requests().len(), 1);
    }
    // What is no S3 at all.
    let proxy = Proxy::new(free(), |_| Fate::Instead(404, b"<html>\x1b[31m</html>".to_vec()));
    told(unsigned(proxy.address), &["s3://logs/: HTTP 404: there is no such thing"]);
}

#[test]
fn without_a_server_or_credentials_the_run_ends_soon() {
    let began = Instant::now();
    let nobody = free();
    let run = unsigned(nobody);
    let nobody = format!("http://{nobody}");
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
    told(program::run(command, b""), &["s3://logs/: no credentials"]);
    // What is on disk is read all the same.
    let mut command = clean(&[&"replay", &"s3://logs", &demo()]);
    command.env("AWS_EC2_METADATA_DISABLED", "true");
    assert!(program::run(command, b"").exited(3).number("files") > 200);
}

#[test]
fn the_keys_of_a_profile_are_taken() {
    let Some(server) = Server::start() else { return };
    let records = steady(at("2026-03-02T00:00:00Z"), "RunInstances", 3);
    server.bucket("logs").archive(&Archive::delivered(records));
    let folder = Folder::new();
    let keys = "aws_access_key_id = test\naws_secret_access_key = testtest\n";
    let credentials = folder.file("credentials", format!("[default]\nx=1\n[work]\n{keys}"));
    let config =
        folder.file("config", "[profile work]\nregion=eu-west-3\n[profile sso]\nsso_session=a");
    let proxy = Proxy::new(server.address, |_| Fate::Pass);
    let with = |profile: &str| {
        let endpoint = format!("http://{}", proxy.address);
        let mut command = clean(&[&"replay", &"s3://logs", &"--s3-endpoint", &endpoint]);
        command
            .env("AWS_SHARED_CREDENTIALS_FILE", &credentials)
            .env("AWS_CONFIG_FILE", &config)
            .env("AWS_PROFILE", profile);
        program::run(command, b"")
    };
    assert_eq!(with("work").exited(0).number("files"), 1);
    let requests = proxy.requests();
    assert!(
        requests.iter().all(|asked| asked.header("authorization").unwrap().contains("/eu-west-3/"))
    );
    told(with("sso"), &["profile sso gets them by sso_session", "export-credentials"]);
    told(with("other"), &["there is no profile other"]);
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
        let run = program::run(clean(&all), b"").exited(2);
        assert!(run.stderr.contains(what), "{args:?}: {}", run.stderr);
    }
}
