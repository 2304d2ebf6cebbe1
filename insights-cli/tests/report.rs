//! The page of `insights report` tells what `replay` reports and `count` counts, and of Insights
//! that are given it tells these. What a browser makes of it is tested in tests/browser.

use std::{collections::BTreeMap, ffi::OsStr, fs, io::Read};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use chrono::TimeDelta;
use flate2::read::DeflateDecoder;
use serde_json::Value;

use crate::{
    archive::{Archive, at, call, demo, log, with},
    folder::Folder,
    program::{Args, insights},
};

/// A page, taken apart.
struct Page {
    html: String,
    overview: Value,
    /// What is packed, by id.
    parts: BTreeMap<String, Vec<u8>>,
}

impl Page {
    fn new(html: &str) -> Self {
        let between = |text: &str, from: &str, to: &str| -> Option<String> {
            let (_, rest) = text.split_once(from)?;
            Some(rest.split_once(to)?.0.to_owned())
        };
        let overview = between(html, r#"id="overview">"#, "</script>").unwrap();
        let parts = html.split(r#"<script type="text/plain" id=""#).skip(1).map(|part| {
            let (id, rest) = part.split_once("\">").unwrap();
            let packed = BASE64_STANDARD.decode(rest.split_once("</script>").unwrap().0).unwrap();
            let mut bytes = Vec::new();
            DeflateDecoder::new(&packed[..]).read_to_end(&mut bytes).unwrap();
            (id.to_owned(), bytes)
        });
        Self {
            overview: serde_json::from_str(&overview).unwrap(),
            parts: parts.collect(),
            html: html.to_owned(),
        }
    }

    fn episodes(&self) -> &[Value] {
        self.overview["episodes"].as_array().unwrap()
    }

    /// Returns what is told of the series of an episode.
    fn series(&self, episode: &Value) -> &Value {
        &self.overview["series"][usize::try_from(episode["series"].as_u64().unwrap()).unwrap()]
    }

    fn detail(&self, episode: usize) -> Value {
        serde_json::from_slice(&self.parts[&format!("e{episode}")]).unwrap()
    }

    /// Returns the calls of a series by hour since 1970, and of the minutes that are told.
    fn calls(&self, series: u64) -> (BTreeMap<u64, u64>, BTreeMap<u64, u64>) {
        let mut bytes = self.parts[&format!("s{series}")].iter();
        let mut number = || {
            let (mut value, mut shift) = (0, 0);
            loop {
                let byte = *bytes.next().unwrap();
                value |= u64::from(byte & 0x7f) << shift;
                shift += 7;
                if byte < 0x80 {
                    return value;
                }
            }
        };
        let (first, count) = (number(), number());
        let hours = (first..first + count).map(|hour| (hour, number())).collect();
        let mut minutes = BTreeMap::new();
        for _ in 0..number() {
            let (start, length, count) = (number(), number(), number());
            minutes.extend((start..start + length).map(|minute| (minute, 0)));
            let mut minute = start;
            let own: Vec<u64> = (0..count)
                .map(|_| {
                    minute += number();
                    minute
                })
                .collect();
            minutes.extend(own.into_iter().map(|minute| (minute, number())));
        }
        assert!(bytes.next().is_none(), "the numbers end with the part");
        (hours, minutes)
    }
}

fn page(args: &Args<'_>) -> Page {
    Page::new(&insights(args).exited(0).stdout)
}

fn minute(text: &Value) -> u64 {
    u64::try_from(at(text.as_str().unwrap()).timestamp() / 60).unwrap()
}

#[test]
fn the_page_tells_the_episodes_that_replay_reports_with_their_records() {
    let records = insights(&[&"replay", &demo()]).exited(0).insights();
    let page = page(&[&"report", &demo()]);
    assert_eq!((records.len(), page.episodes().len()), (12, 6));
    for (number, episode) in page.episodes().iter().enumerate() {
        let of_id = |record: &&Value| record["sharedEventID"] == episode["id"];
        let own: Vec<&Value> = records.iter().filter(of_id).collect();
        let detail = page.detail(number);
        assert_eq!(detail["records"].as_array().unwrap().iter().collect::<Vec<_>>(), own);
        assert_eq!(episode["start"], minute(&own[0]["eventTime"]));
        assert_eq!(episode["end"], minute(&own[1]["eventTime"]));
        let series = page.series(episode);
        assert_eq!(series["name"], own[0]["insightDetails"]["eventName"]);
        assert_eq!(series["error"], own[0]["insightDetails"]["errorCode"]);
    }
}

#[test]
fn the_page_tells_the_sentences_of_explain() {
    let page = page(&[&"report", &demo()]);
    for (number, episode) in page.episodes().iter().enumerate() {
        let id = episode["id"].as_str().unwrap();
        let explained = insights(&[&"explain", &demo(), &"--id", &id]).exited(0).stdout;
        let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let explained = words(&explained);
        let detail = page.detail(number);
        let sentences = detail["sentences"].as_array().unwrap();
        assert!(sentences.len() >= 4, "{sentences:?}");
        for sentence in sentences {
            let sentence = words(sentence.as_str().unwrap());
            assert!(explained.contains(&sentence), "{sentence}\nis not in\n{explained}");
        }
        // What the commands beside it print is of the same episode.
        let command = detail["commands"][0][1].as_str().unwrap();
        assert!(command.starts_with("insights explain ") && command.ends_with(id), "{command}");
    }
}

#[test]
fn the_charts_hold_the_calls_that_count_counts() {
    let page = page(&[&"report", &demo()]);
    let table = insights(&[&"count", &demo(), &"--format", &"csv"]).exited(0).stdout;
    let mut counted = BTreeMap::<[String; 3], BTreeMap<u64, u64>>::new();
    let mut rows = csv::Reader::from_reader(table.as_bytes());
    let column = |name: &str| {
        let header = table.lines().next().unwrap();
        header.split(',').position(|cell| cell == name).unwrap()
    };
    let [when, count] = ["minute", "count"].map(column);
    let names = ["aws_region", "event_name", "error_code"].map(column);
    for row in rows.records() {
        let row = row.unwrap();
        let calls: u64 = row[count].parse().unwrap();
        // A zero says that the log was alive.
        if calls > 0 {
            let minutes = counted.entry(names.map(|name| row[name].to_owned())).or_default();
            *minutes.entry(minute(&row[when].into())).or_default() += calls;
        }
    }
    for episode in page.episodes() {
        let number = episode["series"].as_u64().unwrap();
        let series = page.series(episode);
        let region = usize::try_from(series["region"].as_u64().unwrap()).unwrap();
        let region = &page.overview["dims"]["regions"][region];
        let key = [region, &series["name"], &series["error"]];
        let counted = &counted[&key.map(|value| value.as_str().unwrap_or_default().to_owned())];
        let (hours, minutes) = page.calls(number);
        let mut sums = BTreeMap::<u64, u64>::new();
        for (minute, count) in counted {
            *sums.entry(minute / 60).or_default() += count;
        }
        let busy: BTreeMap<u64, u64> = hours.into_iter().filter(|(_, sum)| *sum > 0).collect();
        assert_eq!(busy, sums, "{series}");
        let start = episode["start"].as_u64().unwrap();
        let from = (start - 7 * 1_440).max(page.overview["span"][0].as_u64().unwrap());
        for minute in from..episode["end"].as_u64().unwrap() + 60 {
            let told = minutes.get(&minute).copied();
            assert_eq!(told, Some(counted.get(&minute).copied().unwrap_or(0)), "{minute}");
        }
        let bars: u64 =
            series["bars"].as_array().unwrap().iter().map(|bar| bar.as_u64().unwrap()).sum();
        assert_eq!(bars, series["calls"].as_u64().unwrap());
        assert_eq!(bars, counted.values().sum::<u64>());
    }
}

#[test]
fn what_is_ordinary_is_what_explain_draws() {
    let page = page(&[&"report", &demo()]);
    for (number, episode) in page.episodes().iter().enumerate() {
        let id = episode["id"].as_str().unwrap();
        let answer = insights(&[&"explain", &demo(), &"--id", &id, &"--format", &"json"]).exited(0);
        let answer: Value = serde_json::from_str(&answer.stdout).unwrap();
        let detail = page.detail(number);
        let mut compared = 0;
        let decided = minute(&answer["examination"]["minute"]) / 1_440;
        for own in answer["minutes"].as_array().unwrap() {
            let minute = minute(&own["minute"]);
            // The band is of the day that decided.
            if !minute.is_multiple_of(15) || minute / 1_440 != decided {
                continue;
            }
            let quarter = usize::try_from(minute % 1_440 / 15).unwrap();
            assert_eq!(detail["band"]["low"][quarter], own["ordinary"][0]);
            assert_eq!(detail["band"]["high"][quarter], own["ordinary"][1]);
            compared += 1;
        }
        assert!(compared > 0, "{answer}");
    }
}

#[test]
fn tables_and_threads_change_nothing_but_how_to_find_records() {
    let folder = Folder::new();
    let counts = folder.join("counts.csv");
    insights(&[&"count", &demo(), &"-o", &counts]).exited(0);
    let of_logs = page(&[&"report", &demo()]);
    let of_counts = page(&[&"report", &counts]);
    assert_eq!(of_logs.overview["episodes"], of_counts.overview["episodes"]);
    assert_eq!(of_logs.overview["series"], of_counts.overview["series"]);
    for number in 0..6 {
        let (logs, counts) = (of_logs.detail(number), of_counts.detail(number));
        assert_eq!(logs["records"], counts["records"]);
        assert_eq!(logs["sentences"], counts["sentences"]);
        assert_eq!(logs["commands"].as_array().unwrap().len(), 2);
        assert_eq!(counts["commands"].as_array().unwrap().len(), 1, "tables have no records");
    }
    for threads in ["1", "2", "7"] {
        let again = page(&[&"report", &demo(), &"--threads", &threads]);
        let rest = |page: &Page| {
            let mut overview = page.overview.clone();
            overview["command"] = Value::Null;
            overview
        };
        assert_eq!(rest(&again), rest(&of_logs));
        assert_eq!(again.parts, of_logs.parts);
    }
}

#[test]
fn insights_that_are_given_are_told_instead_of_those_found() {
    let folder = Folder::new();
    let (counts, found) = (folder.join("counts.csv"), folder.join("insights.jsonl"));
    insights(&[&"count", &demo(), &"-o", &counts]).exited(0);
    insights(&[&"replay", &demo(), &"--event-name", &"CreateAccessKey", &"-o", &found]).exited(0);
    let foreign = fs::read_to_string(&found).unwrap().replace("02:34:00Z", "09:34:00Z");
    let foreign = folder.file("theirs.jsonl", foreign.replace("02:44:00Z", "09:44:00Z"));

    let given = page(&[&"report", &found, &counts]);
    let [episode] = given.episodes() else { panic!("{:?}", given.episodes()) };
    assert_eq!((&episode["read"], &episode["severity"]), (&true.into(), &"medium".into()));
    let detail = given.detail(0);
    assert!(detail["sentences"][0].as_str().unwrap().starts_with("It fired: "), "{detail}");

    // Of what our own settings do not report it is said why not.
    for args in [
        &[&"report" as &dyn AsRef<OsStr>, &counts, &"--insights", &foreign][..],
        &[&"report", &foreign, &counts],
    ] {
        let given = page(args);
        let [episode] = given.episodes() else { panic!("{:?}", given.episodes()) };
        assert_eq!((&episode["severity"], &episode["score"]), (&Value::Null, &Value::Null));
        let detail = given.detail(0);
        let sentences = detail["sentences"].to_string();
        assert!(sentences.contains("It did not fire around 2026-03-10 09:34 UTC"), "{sentences}");
        assert_eq!(detail["records"].as_array().unwrap().len(), 2);
        let command = detail["commands"][0][1].as_str().unwrap();
        assert!(
            command.contains("iam.amazonaws.com:CreateAccessKey --at 2026-03-10T09:34:00Z"),
            "{command}"
        );
    }
    let strange = fs::read_to_string(&found).unwrap().replace("CreateAccessKey", "CreateOther");
    let given = page(&[&"report", &folder.file("strange.jsonl", strange), &counts]);
    let only = serde_json::json!(["No call of this series was read: nothing explains it."]);
    assert_eq!(given.detail(0)["sentences"], only);
    let told = given.overview["summary"].to_string();
    assert!(told.contains("1 told by records; with these settings 6 are found"), "{told}");
    let alone = insights(&[&"report", &found]).exited(2);
    assert!(alone.stderr.contains("needs the logs or the counts"), "{}", alone.stderr);
    let remote = insights(&[&"report", &counts, &"--insights", &"s3://b/p"]).exited(2);
    assert!(remote.stderr.contains("aws s3 sync s3://b/p theirs/"), "{}", remote.stderr);
}

#[test]
fn only_what_is_looked_at_is_listed() {
    let page = page(&[&"report", &demo(), &"--type", &"error-rate", &"--region", &"us-east-1"]);
    let series = page.overview["series"].as_array().unwrap();
    assert!(!series.is_empty() && series.iter().all(|own| own["error"].is_string()), "{series:?}");
    assert_eq!(page.overview["dims"]["regions"], serde_json::json!(["us-east-1"]));
    let command = page.detail(0)["commands"][0][1].as_str().unwrap().to_owned();
    let same = r#"--set 'insight_types=["error-rate"]' --set 'regions=["us-east-1"]' --id "#;
    assert!(command.contains(same), "{command}");
}

#[test]
fn what_could_not_be_read_is_told() {
    let folder = Folder::new();
    let records: Vec<Value> = (0..3)
        .map(|i| call(at("2026-03-02T12:00:00Z"), "ec2", "CreateTags", &format!("e{i}")))
        .collect();
    folder.file("logs/good.json", log(&records));
    folder.file("logs/bad.json", "{\"Records\": oops");
    let to = folder.join("report.html");
    let run = insights(&[&"report", &folder.join("logs"), &"-o", &to]).exited(3);
    assert!(run.stdout.is_empty());
    let page = Page::new(&fs::read_to_string(&to).unwrap());
    let problems = page.overview["problems"].to_string();
    assert!(problems.contains("bad.json"), "{problems}");
    assert_eq!(page.overview["summary"][0][0], "files");
    assert!(page.episodes().is_empty());
    assert!(run.stderr.contains("report.html: 0 episodes, 1 series"), "{}", run.stderr);
}

#[test]
fn no_text_of_a_log_is_html_and_the_policy_allows_nothing_else() {
    let hostile = "</script><script>alert(1)</script><!--<img src=x onerror=alert(1)>\u{2028}&lt;";
    let archive = burst_of(hostile);
    let page = page(&[&"report", &archive.path()]);
    assert_eq!(page.episodes().len(), 1, "{}", page.overview);
    assert!(page.overview.to_string().contains("alert(1)"), "the text is there");
    let clean = self::page(&[&"report", &demo()]);
    let tags = |page: &Page, tag: &str| page.html.matches(tag).count();
    // Three of them hold the overview, the script and no part.
    assert_eq!(
        tags(&page, "<script") - page.parts.len(),
        tags(&clean, "<script") - clean.parts.len()
    );
    assert_eq!(tags(&page, "</script"), tags(&page, "<script"));
    assert_eq!(tags(&page, "<img"), 0);
    let policy = page.html.split_once("Content-Security-Policy\" content=\"").unwrap().1;
    let policy = policy.split_once('"').unwrap().0;
    assert!(policy.starts_with("default-src 'none'; script-src 'sha256-"), "{policy}");
    assert!(!policy.contains("unsafe"), "{policy}");
}

/// Returns ten quiet days and a burst by a caller of that name.
fn burst_of(name: &str) -> Folder {
    let begin = at("2026-03-02T00:00:00Z");
    let quiet = (0..240)
        .map(|hour| call(begin + TimeDelta::hours(hour), "ec2", "CreateTags", &format!("q{hour}")));
    let burst = (0..200).map(|i| {
        let time = begin + TimeDelta::minutes(9 * 1_440 + 700 + i / 20);
        let record = call(time, "ec2", "CreateTags", &format!("b{i}"));
        let identity = serde_json::json!({"type": "IAMUser", "arn": name});
        with(with(record, "userAgent", name), "userIdentity", identity)
    });
    Archive::delivered(quiet.chain(burst)).write()
}
