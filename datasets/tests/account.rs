//! What is promised of the counts of a whole account, seen from outside.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::LazyLock;

use insights_datasets::account::{
    Account, Cell, Class, Kind, Label, Neutral, Reason, Series, Settings,
};

const DAY: u32 = 1_440;
const DAYS: u32 = 14;

static ACCOUNT: LazyLock<Account> =
    LazyLock::new(|| Account::new(&Settings { days: DAYS, ..Settings::default() }).unwrap());

/// Returns the calls of a series in a span.
fn total(series: &Series, minutes: &Range<u32>) -> u32 {
    let from = series.cells.partition_point(|cell| cell.minute < minutes.start);
    let to = series.cells.partition_point(|cell| cell.minute < minutes.end);
    series.cells[from..to].iter().map(|cell| cell.count).sum()
}

fn overlap(a: &Range<u32>, b: &Range<u32>) -> bool {
    a.start < b.end && b.start < a.end
}

/// Returns the calls of each day of a kind of series.
fn days(kind: Kind) -> Vec<u32> {
    let of_kind = || ACCOUNT.series.iter().filter(|series| series.kind == kind);
    let day = |day: u32| day * DAY..(day + 1) * DAY;
    (0..DAYS).map(|n| of_kind().map(|series| total(series, &day(n))).sum()).collect()
}

#[test]
fn a_seed_gives_the_same_numbers_on_every_machine() {
    let fingerprint = |account: &Account| {
        let mut hash = 0xcbf2_9ce4_8422_2325_u64;
        let mut add = |number: u32| {
            hash = (hash ^ u64::from(number)).wrapping_mul(0x0000_0100_0000_01b3);
        };
        for Cell { minute, identity, count } in account.series.iter().flat_map(|s| &s.cells) {
            add(*minute);
            add(u32::from(*identity));
            add(*count);
        }
        for label in &account.labels {
            add(label.minutes.start);
            add(label.minutes.end);
        }
        hash
    };
    // A change of the generator changes it, and with it every score that was ever noted down.
    assert_eq!(fingerprint(&ACCOUNT), FINGERPRINT, "now {:#x}", fingerprint(&ACCOUNT));
    let short = |seed| {
        fingerprint(&Account::new(&Settings { seed, days: 10, ..Settings::default() }).unwrap())
    };
    assert_ne!(short(1), short(2));
}

const FINGERPRINT: u64 = 0x0d98_b65e_4dfd_de76;

#[test]
fn cells_are_in_order_and_within_the_account() {
    for series in &ACCOUNT.series {
        assert!(!series.cells.is_empty(), "{series} has no calls");
        let key = |cell: &Cell| (cell.minute, cell.identity);
        assert!(series.cells.windows(2).all(|pair| key(&pair[0]) < key(&pair[1])), "{series}");
        for cell in &series.cells {
            assert!(cell.count > 0 && cell.minute < ACCOUNT.minutes());
            assert!(usize::from(cell.identity) < ACCOUNT.identities.len());
        }
    }
    let names: BTreeSet<String> = ACCOUNT.series.iter().map(ToString::to_string).collect();
    assert_eq!(names.len(), ACCOUNT.series.len(), "no series comes twice");
    assert!((400..800).contains(&names.len()), "{} series", names.len());
}

#[test]
fn nothing_is_recorded_in_a_gap() {
    let lengths: Vec<u32> = ACCOUNT.gaps.iter().map(|gap| gap.end - gap.start).collect();
    assert_eq!(lengths, [40, 180]);
    for gap in &ACCOUNT.gaps {
        assert!(ACCOUNT.series.iter().all(|series| total(series, gap) == 0));
        let before = gap.start - 10..gap.start;
        assert!(ACCOUNT.series.iter().any(|series| total(series, &before) > 0));
    }
}

#[test]
fn labels_stand_alone() {
    for (number, label) in ACCOUNT.labels.iter().enumerate() {
        let Label { series, minutes, .. } = label;
        assert!(minutes.start >= 8 * DAY && minutes.end + 120 <= ACCOUNT.minutes());
        assert!(minutes.start < minutes.end);
        assert!(ACCOUNT.gaps.iter().all(|gap| !overlap(gap, minutes)), "{label:?} in a gap");
        let mut neutral = ACCOUNT.neutral.iter().filter(|span| span.series == *series);
        assert!(neutral.all(|span| !overlap(&span.minutes, minutes)), "{label:?} in neutral");
        let mut others = ACCOUNT.labels[..number].iter().filter(|other| other.series == *series);
        let widened = minutes.start - (DAY - 1)..minutes.end + (DAY - 1);
        assert!(others.all(|other| !overlap(&other.minutes, &widened)), "{label:?} has company");
    }
}

#[test]
fn there_are_anomalies_of_all_classes() {
    for class in Class::ALL {
        let count = ACCOUNT.labels.iter().filter(|label| label.class == class).count();
        assert!((5..=12).contains(&count), "{count} of {class}");
    }
    let mut incidents: BTreeMap<u32, Vec<&Label>> = BTreeMap::new();
    for label in &ACCOUNT.labels {
        incidents.entry(label.incident).or_default().push(label);
    }
    assert!(incidents.values().any(|labels| labels.len() > 2));
    for labels in incidents.values() {
        assert!(labels.iter().all(|label| label.class == labels[0].class));
        let near = |label: &&Label| label.minutes.start.abs_diff(labels[0].minutes.start) < 60;
        assert!(labels.iter().all(near), "an incident happens at one time: {labels:?}");
    }
}

/// Compares with the same time of other days, which knows nothing of how labels were made.
#[test]
fn the_minutes_of_a_label_are_not_like_those_of_other_days() {
    let mut unlike = 0;
    for label in &ACCOUNT.labels {
        let series = &ACCOUNT.series[label.series];
        let today = label.minutes.start / DAY;
        let mut others: Vec<u32> = (0..DAYS)
            .filter(|&day| day != today && (day % 7 >= 5) == (today % 7 >= 5))
            .filter_map(|day| {
                let start = day * DAY + label.minutes.start % DAY;
                let span = start..start + label.minutes.end - label.minutes.start;
                let is_whole = span.end <= ACCOUNT.minutes()
                    && !ACCOUNT.gaps.iter().any(|gap| overlap(gap, &span));
                is_whole.then(|| total(series, &span))
            })
            .collect();
        others.sort_unstable();
        let median = others[others.len() / 2];
        let calls = total(series, &label.minutes);
        if label.class.is_fall() {
            assert!(calls <= median, "{label:?} of {series}: {calls} for {median}");
            unlike += usize::from(calls <= others[0]);
        } else {
            assert!(calls > median, "{label:?} of {series}: {calls} for {median}");
            unlike += usize::from(Some(&calls) >= others.last());
        }
    }
    let share = unlike as f64 / ACCOUNT.labels.len() as f64;
    assert!(share > 0.9, "only {share} are beyond all other days");
}

#[test]
fn failures_are_calls_too() {
    let mut failing = 0;
    for failures in ACCOUNT.series.iter().filter(|series| series.error_code.is_some()) {
        let calls = ACCOUNT.series.iter().find(|series| {
            series.error_code.is_none()
                && (series.region, &series.event_source, series.event_name)
                    == (failures.region, &failures.event_source, failures.event_name)
        });
        let calls = calls.unwrap();
        for cell in &failures.cells {
            let minute = cell.minute..cell.minute + 1;
            assert!(total(failures, &minute) <= total(calls, &minute), "{failures} at {minute:?}");
        }
        failing += 1;
    }
    assert!(failing > 20);
}

#[test]
fn people_and_deployments_rest_at_weekends_and_pollers_do_not() {
    for (kind, most) in [(Kind::People, 0.25), (Kind::Deployment, 0.25)] {
        // The second week has anomalies, which do not rest.
        let days = days(kind);
        let week = f64::from(days[..5].iter().sum::<u32>()) / 5.0;
        let weekend = f64::from(days[5] + days[6]) / 2.0;
        assert!(weekend < most * week, "{kind}: {days:?}");
    }
    let days = days(Kind::Poller);
    let least = f64::from(*days.iter().min().unwrap()) / f64::from(*days.iter().max().unwrap());
    assert!(least > 0.7, "{days:?}");
}

/// Returns the first minute of each day's largest half hour of a scanned series.
fn sweeps(series: &Series) -> Vec<u32> {
    let most = |day: u32| {
        let halves = (0..48).map(|half| day * DAY + 30 * half);
        halves.max_by_key(|&start| total(series, &(start..start + 30))).map(|start| start % DAY)
    };
    (0..8).filter_map(most).collect()
}

#[test]
fn a_sweep_comes_later_every_day() {
    let busy = ACCOUNT.series.iter().filter(|series| {
        series.kind == Kind::Scanner && series.region == "us-east-1" && series.cells.len() < 60
    });
    let later = |series: &Series| {
        let sweeps = sweeps(series);
        let step = |pair: &[u32]| (pair[1] + DAY - pair[0]) % DAY;
        sweeps.windows(2).all(|pair| step(pair) <= 90)
            && sweeps.windows(2).map(step).sum::<u32>() >= 60
    };
    let (moving, all) =
        busy.fold((0, 0), |(moving, all), series| (moving + u32::from(later(series)), all + 1));
    assert!(all >= 10 && 2 * moving > all, "{moving} of {all} sweeps move");
}

#[test]
fn an_account_is_written_as_tables() {
    let series = |name, error_code, cells: &[(u32, u32)]| Series {
        region: "us-east-1",
        event_source: "s3.amazonaws.com".into(),
        event_name: name,
        is_data: true,
        error_code,
        kind: Kind::Traffic,
        cells: cells.iter().map(|&(minute, count)| Cell { minute, identity: 0, count }).collect(),
    };
    let account = Account {
        days: 1,
        identities: vec!["arn:aws:iam::111122223333:user/ada".into()],
        series: vec![
            series("GetObject", None, &[(0, 7), (61, 2)]),
            series("GetObject", Some("NoSuchKey"), &[(0, 1)]),
        ],
        labels: vec![Label { series: 0, minutes: 61..65, class: Class::Ramp, incident: 3 }],
        neutral: vec![Neutral { series: 1, minutes: 0..30, reason: Reason::Touched }],
        gaps: vec![100..101, 1_000..1_040],
        ..ACCOUNT.clone()
    };
    let mut files: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    account.write(&mut files).unwrap();
    let text = |name: &str| String::from_utf8(files[name].clone()).unwrap();
    let key = "account_id,aws_region,event_source,event_name,event_category,error_code";
    let s3 = "111122223333,us-east-1,s3.amazonaws.com,GetObject,Data";
    let ada = "arn:aws:iam::111122223333:user/ada";
    let counts = [
        format!("minute,{key},count,user_identity"),
        format!("2026-09-28T00:00:00Z,{s3},,7,{ada}"),
        format!("2026-09-28T00:00:00Z,{s3},NoSuchKey,1,{ada}"),
        format!("2026-09-28T01:01:00Z,{s3},,2,{ada}"),
    ];
    assert!(text("counts.csv").lines().eq(counts));
    assert_eq!(text("labels.csv"), LABELS);
    assert_eq!(text("neutral.csv"), NEUTRAL);
    assert_eq!(text("gaps.csv"), GAPS);
}

const LABELS: &str = "\
    insight_type,account_id,aws_region,event_source,event_name,error_code,start,end,class\n\
    ApiCallRateInsight,111122223333,us-east-1,s3.amazonaws.com,GetObject,,\
    2026-09-28T01:01:00Z,2026-09-28T01:05:00Z,ramp\n";

const NEUTRAL: &str = "\
    insight_type,account_id,aws_region,event_source,event_name,error_code,start,end,reason\n\
    ApiErrorRateInsight,111122223333,us-east-1,s3.amazonaws.com,GetObject,NoSuchKey,\
    2026-09-28T00:00:00Z,2026-09-28T00:30:00Z,touched\n";

const GAPS: &str = "start,end\n\
    2026-09-28T01:40:00Z,2026-09-28T01:41:00Z\n\
    2026-09-28T16:40:00Z,2026-09-28T17:20:00Z\n";

#[test]
fn spans_that_do_not_fit_are_refused() {
    for days in [0, 9, 36] {
        assert!(Account::new(&Settings { days, ..Settings::default() }).is_err());
    }
}
