//! Levels of traffic and series that are new: what people expect to be told of them, and how often.

use crate::account::{API, Account, DAY, HOUR};

#[test]
fn a_burst_of_a_new_api_is_one_insight_wherever_in_the_hour_it_comes() {
    for minute in [0, 20, 40, 50, 54, 55, 56, 57, 58, 59] {
        let mut account = Account::alive(17, 1);
        account.call(API, 14 * DAY + 13 * HOUR + minute, 300);
        let told = account.reports(API, 0..account.length());
        assert_eq!(told.len(), 2, "in minute {minute}: {told:?}");
    }
}

#[test]
fn a_burst_of_a_rare_api_is_one_insight_if_it_comes_just_before_midnight() {
    for minute in [1_300, 1_430, 1_435, 1_437, 1_438, 1_439] {
        let mut account = Account::alive(32, 1);
        account.at_rate(API, 0..account.length(), |_| 0.003);
        account.call(API, 28 * DAY + minute, 300);
        let told = account.reports(API, 27 * DAY..account.length());
        assert_eq!(told.len(), 2, "in minute {minute}: {told:?}");
    }
}
