//! What is promised of accounts with less in them, or other anomalies, than usual.

use std::sync::LazyLock;

use insights_datasets::account::{Account, Cell, Class, Kind, Mix, Series, Settings};

const DAY: u32 = 1_440;
const DAYS: u32 = 10;

static WHOLE: LazyLock<Account> = LazyLock::new(|| account(&[], &[]));

fn account(shares: &[(Kind, f64)], labels: &[(Class, u32)]) -> Account {
    let mut mix = Mix::default();
    for &(kind, share) in shares {
        mix.set_share(kind, share).unwrap();
    }
    for &(class, count) in labels {
        mix.set_labels(class, count).unwrap();
    }
    Account::new(&Settings { days: DAYS, mix, ..Settings::default() }).unwrap()
}

fn count(account: &Account, class: Class) -> usize {
    account.labels.iter().filter(|label| label.class == class).count()
}

/// Returns the calls before the first anomaly can be.
fn normal(series: &Series) -> &[Cell] {
    &series.cells[..series.cells.partition_point(|cell| cell.minute < 8 * DAY)]
}

#[test]
fn a_share_of_nothing_removes_a_behaviour_and_changes_no_other() {
    for kind in [Kind::Poller, Kind::Denial, Kind::Silent] {
        assert!(WHOLE.series.iter().any(|series| series.kind == kind));
        let account = account(&[(kind, 0.0)], &[]);
        assert!(account.series.iter().all(|series| series.kind != kind), "{kind}");
        for series in account.series.iter().filter(|series| series.kind != Kind::Silent) {
            let name = series.to_string();
            let usual = WHOLE.series.iter().find(|usual| usual.to_string() == name).unwrap();
            assert_eq!(normal(series), normal(usual), "{name}");
        }
        let rest = WHOLE.series.iter().filter(|series| {
            // A series of failures goes with its calls, whatever it comes from itself.
            series.kind != kind && series.kind != Kind::Silent && series.error_code.is_none()
        });
        let calls = account
            .series
            .iter()
            .filter(|series| series.kind != Kind::Silent && series.error_code.is_none());
        assert!(calls.map(ToString::to_string).eq(rest.map(ToString::to_string)), "{kind}");
    }
}

#[test]
fn failures_go_with_their_calls() {
    let account = account(&[(Kind::Traffic, 0.5)], &[]);
    let of = |account: &Account, failing: bool| {
        let fails = |series: &&Series| series.error_code.is_some() == failing;
        account.series.iter().filter(fails).count()
    };
    let kept = |kind| {
        let count = |account: &Account| account.series.iter().filter(|s| s.kind == kind).count();
        count(&account) as f64 / count(&WHOLE) as f64
    };
    assert!((0.3..0.7).contains(&kept(Kind::Traffic)), "{}", kept(Kind::Traffic));
    assert!(of(&account, true) > 0 && of(&account, true) < of(&WHOLE, true));
    for failures in account.series.iter().filter(|series| series.error_code.is_some()) {
        let is_called = account.series.iter().any(|series| {
            series.error_code.is_none()
                && (series.region, &series.event_source, series.event_name)
                    == (failures.region, &failures.event_source, failures.event_name)
        });
        assert!(is_called, "{failures}");
    }
}

#[test]
fn there_are_as_many_labels_of_a_class_as_asked_for() {
    let asked = [(Class::Spike, 15), (Class::RareBurst, 7), (Class::Outage, 0)];
    let account = account(&[], &asked);
    for (class, labels) in asked {
        assert_eq!(count(&account, class), labels as usize, "{class}");
        assert_ne!(count(&WHOLE, class), labels as usize, "{class}");
    }
    assert!(count(&account, Class::Ramp) > 0);
}

#[test]
fn there_are_fewer_labels_where_there_is_no_room() {
    let most = account(&[], &[(Class::MissingRuns, Mix::MOST_LABELS)]);
    let found = count(&most, Class::MissingRuns);
    assert!(found > count(&WHOLE, Class::MissingRuns) && found < Mix::MOST_LABELS as usize);
}

#[test]
fn a_mix_that_leaves_no_calls_is_refused() {
    let mut mix = Mix::default();
    for kind in Kind::ALL {
        mix.set_share(kind, 0.0).unwrap();
    }
    let settings = Settings { days: DAYS, mix, ..Settings::default() };
    let error = Account::new(&settings).unwrap_err();
    assert_eq!(error.to_string(), "the mix leaves no calls");
}

#[test]
fn names_and_meanings_are_fit_to_print() {
    let kinds = Kind::ALL.map(|kind| (kind.as_str(), kind.meaning()));
    let classes = Class::ALL.map(|class| (class.as_str(), class.meaning()));
    for (name, meaning) in kinds.into_iter().chain(classes) {
        assert!(name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'), "{name}");
        assert!(meaning.ends_with('.') && meaning.trim() == meaning, "{meaning:?}");
    }
    assert_eq!(Class::Spike.meaning(), "One minute of many calls.");
}
