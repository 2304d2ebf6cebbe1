//! What the default detector finds on a fixed account, as floors that no change may fall through.

use insights_benches::quality::Benchmark;
use insights_core::Config;
use insights_datasets::account::{Account, Settings};

/// The least of the labelled anomalies that must be found, in per cent, and the most false Insights
/// a day. Detection is deterministic: 63 of 90 are found at 8.0 false a day. A change that improves
/// these figures moves the floors.
const FLOOR: usize = 67;
const CEILING: f64 = 8.6;

#[test]
fn an_account_of_two_weeks_is_judged_as_well_as_ever() {
    let account = Account::new(&Settings { days: 14, ..Settings::default() }).unwrap();
    let score = Benchmark::of(account, &Config::default()).score();
    let (found, labels) = score.found();
    let false_a_day = score.wrong() as f64 / f64::from(score.days);
    assert_eq!(labels, 90);
    assert!(100 * found >= FLOOR * labels, "{found} of {labels} found");
    assert!(false_a_day <= CEILING, "{false_a_day} false a day");
    assert!(100 * score.again() <= 5 * found, "{} told again", score.again());
}
