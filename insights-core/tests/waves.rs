//! What deployments do to rare APIs, and what they do not hide.

use crate::account::{API, Account, DAY, HOUR, starts};

/// Four weeks with a deployment every few days: a dozen of thirty rare APIs, some calls each.
const DEPLOYED: [&str; 30] = [
    "d00", "d01", "d02", "d03", "d04", "d05", "d06", "d07", "d08", "d09", "d10", "d11", "d12",
    "d13", "d14", "d15", "d16", "d17", "d18", "d19", "d20", "d21", "d22", "d23", "d24", "d25",
    "d26", "d27", "d28", "d29",
];

/// Returns the account and when its deployments begin.
fn deploying(seed: u64) -> (Account, Vec<u32>) {
    let mut deployed = Vec::new();
    let mut account = Account::alive(4 * 7, seed);
    for api in [API].into_iter().chain(DEPLOYED) {
        // All were called before.
        let minute = account.random.within(0..2 * DAY);
        account.call(api, minute, 1);
    }
    for day in (3..28).step_by(2) {
        let begin = day * DAY + account.random.within(9 * HOUR..17 * HOUR);
        deployed.push(begin);
        for i in 0..12 {
            let api = DEPLOYED[(6 * day + i) as usize % DEPLOYED.len()];
            let calls = account.random.within(1..3);
            account.spread(api, begin + i..begin + i + 4, calls);
        }
    }
    (account, deployed)
}

#[test]
fn a_rare_api_that_joins_a_deployment_is_no_news_and_alone_it_is() {
    for seed in 0..5 {
        let (mut joins, deployed) = deploying(seed);
        let mut alone = joins.clone();
        let (engine, quiet) = joins.replay();
        assert!(engine.series() > 30 && quiet.is_empty(), "{quiet:?}");
        let deployment = deployed[8] + 8;
        for (account, at) in [(&mut joins, deployment), (&mut alone, 26 * DAY + 22 * HOUR)] {
            account.spread(API, at..at + 3, 6);
        }
        let starts = |account: &Account| starts(&account.replay().1).count();
        assert_eq!((starts(&joins), starts(&alone)), (0, 1), "seed {seed}");
    }
}
