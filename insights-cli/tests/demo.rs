//! The demo tells what its labels say, and nothing else.

use std::collections::BTreeSet;

use crate::{archive::demo, program::insights};

#[test]
fn the_demo_reports_its_labels_and_nothing_else() {
    let mut labels = csv::Reader::from_path(demo().join("labels.csv")).unwrap();
    let mut wanted = BTreeSet::new();
    for label in labels.records() {
        let label = label.unwrap();
        let [kind, account, region, source, name, code, start, end] =
            <[&str; 8]>::try_from(label.iter().collect::<Vec<_>>()).unwrap();
        for (state, time) in [("Start", start), ("End", end)] {
            wanted.insert([state, time, kind, account, region, source, name, code].join(" "));
        }
    }
    assert!(wanted.len() >= 12);

    let run = insights(&[&"replay", &demo()]).exited(0);
    let mut ids = BTreeSet::new();
    let found: Vec<String> = run
        .insights()
        .iter()
        .map(|record| {
            let details = &record["insightDetails"];
            assert!(ids.insert(record["eventID"].to_string()), "an id twice");
            [
                &details["state"],
                &record["eventTime"],
                &details["insightType"],
                &record["recipientAccountId"],
                &record["awsRegion"],
                &details["eventSource"],
                &details["eventName"],
                &details["errorCode"],
            ]
            .map(|value| value.as_str().unwrap_or_default())
            .join(" ")
        })
        .collect();
    assert_eq!(found.len(), wanted.len(), "{found:#?}");
    assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), wanted);
    assert_eq!(run.number("starts"), 6);
    assert_eq!(run.number("malformed"), 0);
}

#[test]
fn start_and_end_of_an_episode_share_an_id_and_a_baseline() {
    let records = insights(&[&"replay", &demo()]).exited(0).insights();
    let mut pairs = 0;
    for start in records.iter().filter(|record| record["insightDetails"]["state"] == "Start") {
        let same = |record: &&serde_json::Value| {
            record["sharedEventID"] == start["sharedEventID"] && record != &start
        };
        let ends: Vec<_> = records.iter().filter(same).collect();
        let [end] = ends[..] else {
            panic!("{} ends for {start}", ends.len());
        };
        let numbers = |record: &serde_json::Value, name: &str| {
            record["insightDetails"]["insightContext"]["statistics"][name].clone()
        };
        assert_eq!(numbers(start, "baseline"), numbers(end, "baseline"));
        assert_eq!(numbers(start, "baselineDuration"), numbers(end, "baselineDuration"));
        assert_eq!(numbers(start, "insightDuration"), 5);
        pairs += 1;
    }
    assert_eq!(pairs, 6);
}
