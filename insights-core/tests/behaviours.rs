//! What people expect of a detector, told over weeks: what is learnt, what is missed when it
//! fails to come, what is one story.

use std::ops::{Range, RangeInclusive};

use insights_core::{Config, Direction, Engine, Insight, Minute, Minutes, Watermark};

use crate::account::{API, Account, DAY, HOUR, Random, WEEK, log, starts, told};

/// A log of six weeks.
pub(crate) const WEEKS: u32 = 6;
/// What is normal is known after four of them.
pub(crate) const LEARNT: u32 = 4 * WEEK;

/// Returns the days of a log, by their number and first minute, on which `runs` says so.
pub(crate) fn days(account: &Account, runs: impl Fn(u32) -> bool) -> Vec<u32> {
    (0..account.length() / DAY).filter(|&day| runs(day)).map(|day| day * DAY).collect()
}

/// Stories begin on Mondays.
pub(crate) const fn works(day: u32) -> bool {
    day % 7 < 5
}

pub(crate) fn deployments(seed: u64) -> Account {
    let mut account = Account::alive(WEEKS * 7, seed);
    for midnight in days(&account, works) {
        for _ in 0..account.random.within(1..4) {
            let begin = midnight + account.random.within(8 * HOUR..18 * HOUR);
            let calls = account.random.within(20..61);
            account.spread(API, begin..begin + 10, calls);
        }
    }
    account
}

pub(crate) fn autoscaling(seed: u64) -> Account {
    let mut account = Account::alive(WEEKS * 7, seed);
    account.at_rate(API, 0..account.length(), |_| 2.0);
    for midnight in days(&account, |_| true) {
        for _ in 0..account.random.within(3..7) {
            let begin = midnight + account.random.within(0..DAY);
            let end = begin + account.random.within(5..26);
            let more = 2.0 + 5.0 * account.random.unit();
            account.at_rate(API, begin..end, |_| 2.0 * more);
        }
    }
    account
}

/// The rate of an API that follows people through the day and the week.
pub(crate) fn daily_rhythm(minute: u32) -> f64 {
    let phase = f64::from(minute % DAY) / f64::from(DAY) * std::f64::consts::TAU;
    let rate = 4.0 - 3.0 * phase.cos();
    if works(minute / DAY) { rate } else { 0.25 * rate }
}

pub(crate) fn traffic(seed: u64) -> Account {
    let mut account = Account::alive(WEEKS * 7, seed);
    account.at_rate(API, 0..account.length(), daily_rhythm);
    account
}

/// The minute of the last day at which something happens that is no habit.
const BREACH: u32 = 13 * HOUR + 7;

/// Claims that nothing is reported once four weeks are known, until something happens that is
/// larger than anything before.
pub(crate) fn is_learnt(mut account: Account) {
    let last_day = account.length() - DAY;
    account.spread(API, last_day + BREACH..last_day + BREACH + 20, 3_000);
    let (_, insights) = account.replay();
    let learnt = LEARNT.max(account.length().saturating_sub(3 * WEEK));
    let reported = |span| account.told(&insights, API, span);
    assert_eq!(reported(learnt..last_day + 12 * HOUR), [""; 0]);
    assert_eq!(reported(last_day + 12 * HOUR..account.length()).len(), 2, "{insights:?}");
}

#[test]
fn deployments_are_learnt() {
    is_learnt(deployments(1));
}

#[test]
fn autoscaling_is_learnt() {
    is_learnt(autoscaling(1));
}

#[test]
fn traffic_in_local_time_may_move_by_an_hour_when_clocks_change() {
    for (date, moved) in [("2026-09-21", 24 * 60 - 60), ("2027-02-22", 60)] {
        let mut account = Account::from(date, WEEKS * 7, 1).with_background();
        account.at_rate(API, 0..account.length(), |minute| {
            let of_day = if minute < 34 * DAY { minute } else { minute + moved } % DAY;
            daily_rhythm(minute - minute % DAY + of_day)
        });
        assert_eq!(account.reports(API, LEARNT..account.length()), [""; 0], "{date}");
    }
}

#[test]
fn a_weekend_is_no_fall_of_what_people_call() {
    is_learnt(traffic(1));
}

/// The Thursday on which things do not happen.
pub(crate) const THURSDAY: u32 = 31 * DAY;

/// Returns the insights about the API that start once four weeks are known.
fn reported(account: &Account) -> Vec<Insight> {
    about(API, account, account.replay().1)
}

/// Returns those about an API that start once four weeks are known.
pub(crate) fn about(api: &str, account: &Account, insights: Vec<Insight>) -> Vec<Insight> {
    let since = account.at(LEARNT);
    insights.into_iter().filter(|i| &*i.series.event_name == api && i.start >= since).collect()
}

/// Claims that these are the Start and End of one fall that begins about `from`, is known before
/// `known`, and ends about `to`.
pub(crate) fn are_one_fall(insights: &[Insight], from: Minute, known: Minute, to: Minute) {
    let told: Vec<String> = insights.iter().map(told).collect();
    assert_eq!(insights.len(), 2, "{told:?}");
    let (start, end) = (&insights[0], &insights[1]);
    let near = |a: Minute, b: Minute| a.since(b).max(b.since(a)) <= Minutes::new(10);
    assert_eq!(start.explanation.finding.direction, Direction::Fall);
    assert!(near(start.start, from), "{told:?}");
    assert!(start.explanation.detected_at < known, "{}", start.explanation.detected_at);
    assert!(near(end.end.unwrap(), to), "{told:?}");
}

#[test]
fn a_young_log_reports_only_what_is_overwhelming() {
    let young = |calls| {
        let mut account = Account::alive(2, 1);
        account.at_rate(API, 0..account.length(), |_| 0.3);
        account.spread(API, 700..703, calls);
        account.reports(API, 0..DAY)
    };
    assert_eq!(young(60), [""; 0]);
    assert_eq!(young(200).len(), 2);
}

#[test]
fn a_hundred_calls_are_not_overwhelming_where_twenty_a_minute_are_normal() {
    let young = |times: f64| {
        let mut account = Account::alive(2, 1);
        account.at_rate(API, 0..account.length(), |_| 20.0);
        account.at_rate(API, 700..710, |_| 20.0 * (times - 1.0));
        account.reports(API, 0..DAY)
    };
    assert_eq!(young(8.0), [""; 0]);
    assert_eq!(young(15.0).len(), 2);
}

#[test]
fn a_log_may_begin_with_jobs_people_and_traffic() {
    let mut account = Account::alive(2, 1);
    account.at_rate("traffic", 0..2 * DAY, daily_rhythm);
    for hour in 0..48 {
        account.spread("hourly", hour * HOUR + 5..hour * HOUR + 8, 30);
    }
    for begin in [500, 700, 900] {
        account.spread("deployment", begin..begin + 10, 60);
    }
    let (_, insights) = account.replay();
    assert_eq!(insights.iter().map(told).collect::<Vec<_>>(), [""; 0]);
}

#[test]
fn a_new_api_that_stays_is_at_most_one_insight() {
    const APIS: [(&str, f64, RangeInclusive<usize>); 4] = [
        ("rare", 0.01, 0..=0),
        ("slow", 0.1, 0..=2),
        ("steady", 1.0, 2..=2),
        ("busy", 20.0, 2..=2),
    ];
    let mut account = Account::alive(20, 1);
    let born = 14 * DAY + 10 * HOUR;
    for (api, rate, _) in APIS {
        account.at_rate(api, born..account.length(), |_| rate);
    }
    let (_, insights) = account.replay();
    for (api, _, expected) in APIS {
        let reports = |span| account.told(&insights, api, span);
        let all = reports(0..account.length());
        assert!(expected.contains(&all.len()), "{api}: {all:?}");
        assert!(all.iter().all(|line| line.contains(" Rise ")), "{api}: {all:?}");
        assert_eq!(reports(born + DAY..account.length()), [""; 0], "{api}");
        let ends = insights.iter().filter_map(|i| i.end);
        assert!(ends.clone().all(|end| end < account.at(born + 30 * HOUR)), "{api}");
    }
}

/// The minute at which levels change, and the one at which they change back.
const CHANGE: u32 = THURSDAY + 11 * HOUR;
const RETURN: u32 = CHANGE + 4 * DAY + 5 * HOUR;

/// Calls an API at a rate that changes by a factor, and back.
pub(crate) fn shift(
    account: &mut Account,
    api: &'static str,
    factor: f64,
    rate: impl Fn(u32) -> f64,
) {
    account.at_rate(api, 0..account.length(), |minute| {
        let changed = (CHANGE..RETURN).contains(&minute);
        if changed { factor * rate(minute) } else { rate(minute) }
    });
}

/// Claims that these are one Insight about a new level, which ends by itself within about a day,
/// and that the way back to the old one is none.
fn are_one_shift(account: &Account, insights: &[Insight], direction: Direction) {
    let told: Vec<String> = insights.iter().map(told).collect();
    assert_eq!(insights.len(), 2, "{told:?}");
    let (start, end) = (&insights[0], &insights[1]);
    assert_eq!(start.explanation.finding.direction, direction);
    assert!(start.start < account.at(CHANGE + 2 * HOUR), "{told:?}");
    let lasted = end.end.unwrap().since(start.start);
    assert!((20..=24).contains(&(lasted.count() / HOUR)), "{told:?}");
}

#[test]
fn a_higher_level_is_one_insight_and_then_normal() {
    let mut account = Account::alive(37, 1);
    shift(&mut account, "twice", 2.0, |_| 20.0);
    shift(&mut account, "thrice", 3.0, |_| 20.0);
    let (_, insights) = account.replay();
    for api in ["twice", "thrice"] {
        let insights = about(api, &account, insights.clone());
        are_one_shift(&account, &insights, Direction::Rise);
    }
}

#[test]
fn a_lower_level_is_one_insight_and_then_normal() {
    let mut account = Account::alive(37, 1);
    shift(&mut account, "steady", 0.4, |_| 20.0);
    shift(&mut account, "traffic", 0.4, daily_rhythm);
    let (_, insights) = account.replay();
    for api in ["steady", "traffic"] {
        let insights = about(api, &account, insights.clone());
        are_one_shift(&account, &insights, Direction::Fall);
    }
}

#[test]
fn a_silence_after_a_higher_level_is_not_the_way_back() {
    let mut account = Account::alive(37, 1);
    shift(&mut account, API, 3.0, |_| 20.0);
    account.silence(API, RETURN..RETURN + HOUR);
    let insights = reported(&account);
    assert_eq!(insights.len(), 4);
    let [begin, end] = [RETURN, RETURN + HOUR].map(|minute| account.at(minute));
    are_one_fall(&insights[2..], begin, end, end);
}

/// How often pollers call, in minutes.
const POLLED: usize = 3;

/// A log of pollers: all of them call in the same minutes.
fn polled(seed: u64) -> Account {
    const POLLERS: [&str; 5] = ["ListTables", "ListQueues", "ListUsers", "ListTopics", API];
    let mut account = Account::from("2026-05-04", 5 * 7, seed);
    for api in POLLERS {
        for minute in (0..account.length()).step_by(POLLED) {
            let calls = account.random.poisson(6.0);
            account.call(api, minute, calls);
        }
    }
    account
}

const SHORT_HOLE: Range<u32> = LEARNT + 10 * HOUR..LEARNT + 10 * HOUR + 20;
const LONG_HOLE: Range<u32> = LEARNT + DAY + 10 * HOUR..LEARNT + DAY + 13 * HOUR;

#[test]
fn a_hole_in_the_log_is_no_silence_of_its_apis_and_changes_nothing_afterwards() {
    let mut whole = polled(1);
    let burst = LEARNT + 4 * DAY + 10 * HOUR;
    whole.spread(API, burst..burst + 10, 150);
    let mut account = whole.clone();
    account.hole(SHORT_HOLE);
    account.hole(LONG_HOLE);
    let (engine, insights) = account.replay();
    let told = |insights: &[Insight]| insights.iter().map(told).collect::<Vec<_>>();
    assert_eq!(told(&insights), told(&whole.replay().1));
    assert_eq!(told(&insights).len(), 2, "the burst after the holes");
    let holes: Vec<_> = engine.holes().collect();
    assert_eq!(holes.len(), 2);
    for ((key, hole), span) in holes.into_iter().zip([SHORT_HOLE, LONG_HOLE]) {
        assert_eq!(*key, log());
        assert!((account.at(span.start - 2)..=account.at(span.start)).contains(&hole.start));
        assert!((account.at(span.end)..=account.at(span.end + 2)).contains(&hole.end));
        assert!(hole.start < hole.known && hole.known < hole.end);
    }
}

#[test]
fn an_api_that_fails_while_others_are_logged_is_no_hole() {
    let mut account = polled(1);
    account.silence(API, LONG_HOLE);
    let (engine, insights) = account.replay();
    assert_eq!(engine.holes().count(), 0);
    let [begin, end] = [LONG_HOLE.start, LONG_HOLE.end].map(|minute| account.at(minute));
    are_one_fall(&about(API, &account, insights.clone()), begin, end, end);
    assert_eq!(insights.len(), 2);
}

#[test]
fn the_silence_of_a_log_of_one_api_is_a_fall() {
    let mut account = Account::from("2026-05-04", 5 * 7, 1);
    account.at_rate(API, 0..account.length(), |_| 2.0);
    account.silence(API, LONG_HOLE);
    let (engine, insights) = account.replay();
    assert_eq!(engine.holes().count(), 0);
    let [begin, end] = [LONG_HOLE.start, LONG_HOLE.end].map(|minute| account.at(minute));
    are_one_fall(&insights, begin, end, end);
}

#[test]
fn what_one_identity_does_within_a_quarter_of_an_hour_is_one_incident() {
    const MALLORY: &str = "arn:aws:iam::111122223333:user/mallory";
    const EVE: &str = "arn:aws:iam::111122223333:user/eve";
    let mut account = Account::alive(5 * 7, 1);
    let at = LEARNT + 14 * HOUR;
    let bursts = [
        (MALLORY, "CreateUser", at),
        (MALLORY, "CreateAccessKey", at + 4),
        (EVE, "ListBuckets", at + 5),
        (MALLORY, "AttachUserPolicy", at + 9),
        ("", "PutObject", at + 9),
        (MALLORY, "RunInstances", at + 15),
        (MALLORY, "DeleteTrail", at + 2 * HOUR),
        ("", "GetObject", at + 2 * HOUR),
    ];
    for (who, api, minute) in bursts {
        account.call_by(who, api, minute, 40);
    }
    let (_, insights) = account.replay();
    assert_eq!(insights.len(), 2 * bursts.len());
    let start = |api| starts(&insights).find(|i| &*i.series.event_name == api).unwrap();
    let incident = |api| start(api).explanation.incident;
    let first = start("CreateUser").shared_event_id();
    for api in ["CreateUser", "CreateAccessKey", "AttachUserPolicy", "RunInstances"] {
        assert_eq!(incident(api), first, "{api}");
    }
    for api in ["ListBuckets", "PutObject", "DeleteTrail", "GetObject"] {
        assert_eq!(incident(api), start(api).shared_event_id(), "{api}");
    }
    for insight in &insights {
        let start = starts(&insights).find(|start| start.series == insight.series).unwrap();
        assert_eq!(insight.explanation.incident, start.explanation.incident, "of Start and End");
    }
}

#[test]
fn a_jump_from_20_to_100_a_minute_is_decided_in_its_first_minute() {
    let mut account = Account::alive(32, 1);
    account.at_rate(API, 0..account.length(), |_| 20.0);
    account.at_rate(API, THURSDAY..THURSDAY + 10, |_| 80.0);
    let insights = reported(&account);
    assert_eq!(insights.len(), 2);
    assert_eq!(insights[0].start, account.at(THURSDAY));
    assert_eq!(insights[0].explanation.detected_at, account.at(THURSDAY));
}

#[test]
fn a_silence_of_ten_minutes_where_20_a_minute_are_normal_is_decided_within_them() {
    let mut account = Account::alive(32, 1);
    account.at_rate(API, 0..account.length(), |_| 20.0);
    account.silence(API, THURSDAY..THURSDAY + 10);
    let insights = reported(&account);
    assert_eq!(insights.len(), 2);
    assert_eq!(insights[0].start, account.at(THURSDAY));
    assert!(insights[0].explanation.detected_at < account.at(THURSDAY + 10));
}

/// Five weeks with all that has a state: jobs, weekends, a hole, a new level, bursts, falls.
fn eventful(seed: u64) -> Account {
    let mut account = Account::from("2026-05-04", 5 * 7, seed);
    let length = account.length();
    for api in ["polled", "retired", "steady"] {
        for minute in (0..length).step_by(5) {
            let calls = account.random.poisson(2.0 + daily_rhythm(minute));
            account.call(api, minute, calls);
        }
    }
    for midnight in days(&account, works) {
        let begin = midnight + 3 * HOUR - 5 + account.random.within(0..11);
        account.spread("nightly", begin..begin + 10, 100);
    }
    for begin in (0..length).step_by(60) {
        account.spread("hourly", begin + 5..begin + 8, 12);
    }
    account.silence("nightly", THURSDAY..THURSDAY + 5 * HOUR);
    account.silence("hourly", THURSDAY + 12 * HOUR..THURSDAY + 14 * HOUR);
    account.silence("retired", 3 * WEEK + 10 * HOUR..length);
    account.hole(2 * WEEK + 10 * HOUR..2 * WEEK + 12 * HOUR);
    for (begin, calls) in [(2 * WEEK + DAY + 300, 200), (THURSDAY + 900, 400)] {
        account.spread("burst", begin..begin + 7, calls);
        account.spread("polled", begin..begin + 20, 3 * calls);
    }
    account
}

/// Seals a log up to each of these minutes, stopping and going on there if told to.
pub(crate) fn in_steps(account: &Account, steps: &[u32], restore: bool) -> Vec<Insight> {
    let mut engine = Engine::new(Config::default());
    let mut insights = Vec::new();
    let mut counted = 0;
    for &step in steps {
        // Some minutes are counted and still open when it stops.
        let ahead = (step + 90).min(account.length());
        if counted < ahead {
            engine.merge(account.counts(counted..ahead));
            counted = ahead;
        }
        insights.extend(engine.advance_to(Watermark::at(account.at(step))));
        if restore {
            let json = serde_json::to_string(&engine.checkpoint()).unwrap();
            let checkpoint = serde_json::from_str(&json).unwrap();
            engine = Engine::restore(checkpoint, *Config::default().detector()).unwrap();
        }
    }
    insights
}

#[test]
fn five_eventful_weeks_are_the_same_however_they_are_split() {
    let account = eventful(1);
    let length = account.length();
    let (engine, whole) = account.replay();
    let count = |of: &dyn Fn(&Insight) -> bool| whole.iter().filter(|i| of(i)).count();
    assert_eq!(engine.holes().count(), 1);
    assert!(count(&|i| i.explanation.finding.missed.is_some()) >= 4, "missing runs");
    assert!(count(&|i| i.end.is_some_and(|end| end.since(i.start) == Minutes::days(1))) > 0);
    assert!(count(&|i| i.explanation.finding.direction == Direction::Rise) >= 4, "bursts");

    let mut daily: Vec<u32> = days(&account, |_| true).iter().map(|day| day + DAY).collect();
    assert!(in_steps(&account, &daily, false) == whole, "day by day");

    let interesting = |minute: &u32| {
        let minute = account.at(*minute);
        let about =
            |other: Minute| minute.since(other).max(other.since(minute)) <= Minutes::new(15);
        whole.iter().any(|insight| about(insight.start) || about(insight.time()))
    };
    daily.extend((0..length).filter(interesting));
    daily.sort_unstable();
    assert!(in_steps(&account, &daily, false) == whole, "minute by minute");

    let mut random = Random::new(7);
    let mut stops: Vec<u32> = (0..14).map(|_| random.within(0..length)).collect();
    // Within a hole, an accepted level's episode, a missing run, a burst.
    stops.extend([2 * WEEK + 11 * HOUR, 3 * WEEK + 15 * HOUR, THURSDAY + 13 * HOUR]);
    stops.extend([THURSDAY + 3 * HOUR + 20, THURSDAY + 903, THURSDAY + 904, length]);
    stops.sort_unstable();
    assert!(in_steps(&account, &stops, true) == whole, "stopping at {stops:?}");
}

#[test]
fn stopping_and_going_on_after_a_steep_hour_is_never_having_stopped() {
    // 2.5 calls a minute in the hour before 05:00 and 0.1 in the one after.
    let mut account = Account::alive(30, 1);
    account.at_rate(API, 0..account.length(), |m| 0.1 + 0.6 * f64::from(m % DAY / 60 % 5));
    let begin = 29 * DAY + 4 * HOUR + 45;
    account.silence(API, begin..begin + 2 * HOUR);
    let mut start = Engine::new(Config::default());
    start.merge(account.counts(0..account.length()));
    let _ = start.advance_to(Watermark::at(account.at(begin)));
    let end = Watermark::at(account.at(begin + 2 * HOUR));
    let whole = start.clone().advance_to(end);
    for stop in begin + 1..begin + 60 {
        let mut engine = start.clone();
        let mut insights = engine.advance_to(Watermark::at(account.at(stop)));
        let detector = *Config::default().detector();
        let mut engine = Engine::restore(engine.checkpoint(), detector).unwrap();
        insights.extend(engine.advance_to(end));
        assert_eq!(insights, whole, "restored at {}", account.at(stop));
    }
}
