//! Folders are known by CloudTrail's layout, with what may stand before it.

use crate::{
    archive::{Archive, at, gzip, log, steady},
    program::insights,
    proxy::{Fate, Proxy},
    server::{Server, run_at, typed},
};

#[test]
fn organisations_and_prefixes_stand_before_accounts() {
    let Some(server) = Server::start() else { return };
    let archive = Archive::delivered(steady(at("2026-03-02T00:00:00Z"), "RunInstances", 3_000));
    let plain = insights(&[&"count", &archive.write().path()]).exited(0);
    for (number, above) in
        ["AWSLogs/o-abc", "o-abc/AWSLogs/o-abc", "any/prefix/AWSLogs", "AWSLogs/AWSLogs"]
            .iter()
            .enumerate()
    {
        let name = format!("logs{number}");
        let bucket = server.bucket(&name);
        bucket.archive(&archive.renamed(|key| {
            let below = key.strip_prefix("AWSLogs").unwrap();
            std::path::Path::new(above).join(below)
        }));
        let address = format!("s3://{name}");
        assert!(server.run(&[&"count", &address]).exited(0).stdout == plain.stdout, "{above}");
        let days = |options: &[&str]| {
            let proxy = Proxy::new(server.address, |_| Fate::Pass);
            let args = typed([&"count", &address], options);
            run_at(proxy.address, &args).exited(0);
            proxy.listed().iter().filter(|prefix| prefix.contains("2026/03/0")).count()
        };
        assert_eq!(days(&[]), 3, "{above}");
        assert_eq!(
            days(&["--account", "111122223333", "--to", "2026-03-02T06:00:00Z"]),
            2,
            "{above}"
        );
        assert_eq!(days(&["--account", "444455556666"]), 0, "{above}");
    }
}

#[test]
fn folders_of_other_things_are_counted_and_not_listed() {
    let Some(server) = Server::start() else { return };
    let bucket = server.bucket("logs");
    let records = steady(at("2026-03-02T00:00:00Z"), "RunInstances", 3);
    bucket.archive(&Archive::delivered(records.clone()));
    let others = [
        "CloudTrail-Digest",
        "CloudTrail-Insight",
        "CloudTrail-Aggregated",
        "CloudTrail-NetworkActivity",
        "Config",
    ];
    for other in others {
        bucket.put(
            format!("AWSLogs/111122223333/{other}/eu-west-1/2026/03/02/x.json.gz"),
            gzip(log(&records)),
        );
    }
    let proxy = Proxy::new(server.address, |_| Fate::Pass);
    let run = run_at(proxy.address, &[&"replay", &"s3://logs"]).exited(0);
    assert_eq!((run.number("files"), run.number("records")), (1, 3));
    assert_eq!(run.summary["skipped_files"]["folders"], others.len());
    let listed = proxy.listed();
    for other in others {
        assert!(!listed.iter().any(|prefix| prefix.contains(other)), "{listed:?}");
    }
    // A day may hold them too, where logs were copied together; and what is named is meant.
    let name = "111122223333_CloudTrail-Digest_eu-west-1_x_eu-west-1_20260302T000000Z.json.gz";
    let day = "AWSLogs/111122223333/CloudTrail/eu-west-1/2026/03/02";
    bucket.put(format!("{day}/{name}"), "{}");
    let run = server.run(&[&"replay", &"s3://logs"]).exited(0);
    assert_eq!(
        (run.number("files"), run.summary["skipped_files"]["digest"].as_u64()),
        (1, Some(1))
    );
    let named = "s3://logs/AWSLogs/111122223333/CloudTrail-Insight/";
    assert_eq!(server.run(&[&"replay", &named]).exited(0).number("files"), 1);
}
