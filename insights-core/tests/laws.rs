//! Laws that hold for every input: order, partition, merging, stopping and going on.

use chrono::{DateTime, TimeDelta, Utc};
use insights_core::{
    Attribute, Config, Engine, Event, EventCategory, Insight, Minute, MinuteBucket, Part,
    PartialCounts, SealedCounts, Watermark,
};
use proptest::prelude::*;

use crate::scenario::monday;

const SOURCES: [&str; 2] = ["ec2.amazonaws.com", "s3.amazonaws.com"];
const NAMES: [&str; 2] = ["RunInstances", "GetObject"];
const ACCOUNTS: [&str; 2] = ["111122223333", "444455556666"];
const CODES: [&str; 3] = ["", "AccessDenied", "Throttling"];
const PEOPLE: [&str; 7] = ["ada", "bob", "cy", "dee", "eve", "fay", "gus"];

/// One call, small enough that everything collides: times, keys, ids.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    second: i64,
    name: usize,
    account: usize,
    code: usize,
    who: usize,
    read_only: bool,
    data: bool,
    id: Option<u8>,
}

impl Call {
    pub(crate) fn event(&self) -> Event<'_> {
        const IDS: [&str; 6] = [
            "e0b6c7ab-0d0f-4b5c-8a3c-6d2a8f9c1b01",
            "E0B6C7AB-0D0F-4B5C-8A3C-6D2A8F9C1B01",
            "e0b6c7ab-0d0f-4b5c-8a3c-6d2a8f9c1b02",
            "not-a-uuid",
            "not-a-uuid-either",
            "",
        ];
        let event = Event::new(self.time(), SOURCES[self.name], NAMES[self.name])
            .account_id(ACCOUNTS[self.account])
            .region("eu-west-1")
            .error_code(CODES[self.code])
            .user_identity(PEOPLE[self.who])
            .read_only(self.read_only)
            .category(if self.data { EventCategory::Data } else { EventCategory::Management });
        match self.id {
            Some(id) => event.event_id(IDS[usize::from(id) % IDS.len()]),
            None => event,
        }
    }

    fn time(&self) -> DateTime<Utc> {
        monday() + TimeDelta::seconds(self.second)
    }
}

/// A call at any time of the first nine days.
fn call() -> impl Strategy<Value = Call> {
    let second = prop_oneof![0..9 * 86_400_i64, 8 * 86_400..8 * 86_400 + 900_i64];
    let name = 0..NAMES.len();
    let account = 0..ACCOUNTS.len();
    let code = 0..CODES.len();
    let who = 0..PEOPLE.len();
    let truth = any::<(bool, bool)>();
    let id = proptest::option::weighted(0.3, 0_u8..6);
    (second, name, account, code, who, truth, id).prop_map(
        |(second, name, account, code, who, (read_only, data), id)| Call {
            second,
            name,
            account,
            code,
            who,
            read_only,
            data,
            id,
        },
    )
}

/// Calls all over the days, and a burst that is unusual on the ninth.
pub(crate) fn calls() -> impl Strategy<Value = Vec<Call>> {
    let burst = (call(), 8 * 86_400..9 * 86_400 - 7_200_i64, 10..60_usize);
    let again = 0..6_usize;
    (proptest::collection::vec(call(), 0..60), burst, again).prop_map(
        |(mut calls, burst, again)| {
            let (one, second, size) = burst;
            // Deliveries of one event need not agree in everything.
            let repeats: Vec<Call> = calls.iter().take(again).cloned().collect();
            calls.extend(repeats.into_iter().map(|call| Call { who: (call.who + 1) % 3, ..call }));
            calls.extend((0..size).map(|i| Call {
                second: second + i64::try_from(i * 10).unwrap(),
                who: i % PEOPLE.len(),
                id: None,
                ..one.clone()
            }));
            calls
        },
    )
}

/// Takes the id from events that have it in common with one of another minute: the ids of
/// sealed minutes are forgotten, so how such events count depends on when minutes are sealed.
fn with_ids_of_one_minute(mut calls: Vec<Call>) -> Vec<Call> {
    let mut minutes = std::collections::BTreeMap::new();
    for call in &mut calls {
        let minute = call.second / 60;
        let id = call.event().event_id.map(str::to_lowercase);
        if id.is_some_and(|id| *minutes.entry(id).or_insert(minute) != minute) {
            call.id = None;
        }
    }
    calls
}

fn counts<'a>(calls: impl IntoIterator<Item = &'a Call>) -> PartialCounts {
    let mut counts = PartialCounts::default();
    calls.into_iter().for_each(|call| counts.record(&call.event()));
    counts
}

fn end() -> Watermark {
    Watermark::before(monday() + TimeDelta::days(10))
}

fn replay<'a>(calls: impl IntoIterator<Item = &'a Call>) -> Vec<Insight> {
    let mut engine = Engine::new(Config::default());
    calls.into_iter().for_each(|call| {
        engine.observe(&call.event());
    });
    engine.advance_to(end())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn partial_counts_are_a_commutative_monoid(a in calls(), b in calls(), c in calls()) {
        let [a, b, c] = [&a, &b, &c].map(counts);
        let merged = |parts: [&PartialCounts; 3]| {
            let mut total = PartialCounts::default();
            for part in parts {
                total.merge(part.clone());
            }
            total
        };
        let mut right = b.clone();
        right.merge(c.clone());
        let mut associated = a.clone();
        associated.merge(right);
        let total = merged([&a, &b, &c]);
        prop_assert_eq!(&total, &associated);
        prop_assert_eq!(&total, &merged([&c, &a, &b]));
        let nothing = PartialCounts::default();
        prop_assert_eq!(&merged([&a, &nothing, &nothing]), &a);
        prop_assert_eq!(&merged([&nothing, &nothing, &a]), &a);
    }

    #[test]
    fn recording_apart_and_merging_is_recording_together(calls in calls(), parts in 1..7_usize) {
        let mut apart = PartialCounts::default();
        for part in 0..parts {
            apart.merge(counts(calls.iter().skip(part).step_by(parts)));
        }
        prop_assert_eq!(&apart, &counts(&calls));
        prop_assert_eq!(apart.events(), calls.len() as u64);
    }

    #[test]
    fn a_second_delivery_changes_nothing_but_the_duplicates(calls in calls()) {
        let identified = |call: &&Call| call.event().event_id.is_some_and(|id| !id.is_empty());
        let again = counts(calls.iter().filter(identified));
        let repeats = again.events();
        let once = counts(&calls);
        let mut twice = once.clone();
        twice.merge(again);
        let [once, twice] = [once, twice].map(PartialCounts::seal);
        prop_assert_eq!(twice.duplicates(), once.duplicates() + repeats);
        prop_assert!(once.rows().eq(twice.rows()));
        prop_assert!(once.activity().eq(twice.activity()));
    }

    #[test]
    fn order_does_not_matter(calls in calls(), seed in any::<u64>()) {
        let mut shuffled = calls.clone();
        let mut state = seed | 1;
        for i in (1..shuffled.len()).rev() {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            shuffled.swap(i, usize::try_from(state >> 33).unwrap() % (i + 1));
        }
        prop_assert_eq!(replay(&calls), replay(&shuffled));
    }

    #[test]
    fn observing_and_merging_are_the_same(calls in calls(), split in 0..100_usize) {
        let split = split.min(calls.len());
        let mut engine = Engine::new(Config::default());
        engine.merge(counts(&calls[split..]));
        for call in &calls[..split] {
            engine.observe(&call.event());
        }
        let mut observing = Engine::new(Config::default());
        for call in &calls {
            observing.observe(&call.event());
        }
        prop_assert_eq!(engine.stats(), observing.stats());
        prop_assert_eq!(engine.advance_to(end()), observing.advance_to(end()));
        prop_assert_eq!(engine.stats(), observing.stats());
        let stats = engine.stats();
        let ended = stats.counted + stats.not_selected + stats.duplicates + stats.late + stats.open;
        prop_assert_eq!(ended, calls.len() as u64);
        prop_assert_eq!(engine.checkpoint(), observing.checkpoint());
    }

    #[test]
    fn how_often_the_watermark_moves_does_not_matter(calls in calls(), step in 1..4_000_u32) {
        let calls = with_ids_of_one_minute(calls);
        let mut engine = Engine::new(Config::default());
        engine.merge(counts(&calls));
        let mut insights = Vec::new();
        let mut minute = Minute::containing(monday());
        while minute < end().minute() {
            minute = Minute::from_epoch(minute.since_epoch() + step).min(end().minute());
            insights.extend(engine.advance_to(Watermark::at(minute)));
        }
        prop_assert_eq!(insights, replay(&calls));
    }

    #[test]
    fn stopping_and_going_on_is_never_having_stopped(
        calls in calls(),
        at in 0..9 * 1_440_u32,
        seen in 0..100_usize,
    ) {
        let seen = seen.min(calls.len());
        let stop = Watermark::at(Minute::from_epoch(Minute::containing(monday()).since_epoch() + at));
        let mut steady = Engine::new(Config::default());
        for call in &calls[..seen] {
            steady.observe(&call.event());
        }
        let mut before = steady.advance_to(stop);
        let json = serde_json::to_string(&steady.checkpoint()).unwrap();
        let checkpoint = serde_json::from_str(&json).unwrap();
        let mut resumed = Engine::restore(checkpoint, *Config::default().detector()).unwrap();
        prop_assert_eq!(serde_json::to_string(&resumed.checkpoint()).unwrap(), json);
        for call in &calls[seen..] {
            prop_assert_eq!(steady.observe(&call.event()), resumed.observe(&call.event()));
        }
        let after = steady.advance_to(end());
        prop_assert_eq!(&resumed.advance_to(end()), &after);
        prop_assert_eq!(resumed.finish(), steady.finish());
        prop_assert_eq!(resumed.stats(), steady.stats());
        prop_assert_eq!(resumed.checkpoint(), steady.checkpoint());
        before.extend(after);
    }

    #[test]
    fn sealed_counts_can_be_replayed_whole_or_in_parts(calls in calls(), cut in 0..10 * 1_440_u32) {
        let cut = Watermark::at(Minute::from_epoch(Minute::containing(monday()).since_epoch() + cut));
        let mut rest = counts(&calls);
        let before = rest.split_before(cut).seal();
        let (sealed, rest) = (counts(&calls).seal(), rest.seal());
        let parts: [&[(&SealedCounts, Watermark)]; 3] = [
            &[(&sealed, end())],
            &[(&sealed, cut), (&sealed, end())],
            &[(&before, cut), (&rest, end())],
        ];
        // Repeats across the cut are not told when both sides are sealed apart.
        let parts = if before.duplicates() + rest.duplicates() == sealed.duplicates() {
            &parts[..]
        } else {
            &parts[..2]
        };
        let mut merged = Engine::new(Config::default());
        merged.merge(counts(&calls));
        let mut expected = merged.advance_to(end());
        expected.extend(merged.finish());
        for part in parts {
            let mut engine = Engine::new(Config::default());
            let mut insights = Vec::new();
            for &(sealed, watermark) in *part {
                insights.extend(engine.replay(sealed, watermark));
            }
            insights.extend(engine.finish());
            prop_assert_eq!(&insights, &expected);
            prop_assert_eq!(engine.stats().counted, merged.stats().counted);
            prop_assert_eq!(engine.stats().not_selected, merged.stats().not_selected);
        }
    }

    #[test]
    fn detection_in_parts_says_what_one_engine_says(
        calls in calls(),
        of in 1..6_usize,
        cut in 0..10 * 1_440_u32,
    ) {
        let cut = Watermark::at(Minute::from_epoch(Minute::containing(monday()).since_epoch() + cut));
        let sealed = counts(&calls).seal();
        // Wherever the log ends: what is open there is told too.
        let replay = |config| {
            let mut engine = Engine::new(config);
            let mut insights = engine.replay(&sealed, cut);
            insights.extend(engine.finish());
            insights
        };
        let parts = Part::all(of).into_iter().map(|part| replay(Config::builder().part(part).build().unwrap()));
        prop_assert_eq!(Part::join(parts), replay(Config::default()));
    }

    #[test]
    fn detection_does_not_look_at_attributes(calls in calls()) {
        let mut without = replay(&calls);
        for insight in &mut without {
            insight.attributions.retain(|list| list.attribute == Attribute::ErrorCode);
            // Whose story it is follows from who called.
            insight.explanation.incident = insight.shared_event_id();
        }
        let sealed = counts(&calls).seal().without_attributes();
        let mut replayed = Engine::new(Config::default()).replay(&sealed, end());
        for insight in &mut replayed {
            insight.explanation.incident = insight.shared_event_id();
        }
        prop_assert_eq!(replayed, without);
    }

    #[test]
    fn a_table_of_counts_says_as_much_as_the_events(calls in calls()) {
        let sealed = counts(&calls).seal();
        let mut table = PartialCounts::default();
        for row in sealed.rows() {
            let mut bucket = MinuteBucket::default();
            bucket.add(row.attributes.clone(), row.count);
            table.insert(row.series, row.minute, bucket);
        }
        let table = table.seal();
        prop_assert!(sealed.rows().eq(table.rows()));
    }
}

/// Generators rarely reach what matters by chance; this one is made to, and is checked here.
#[test]
fn the_generator_reaches_insights_repeats_and_episodes_that_span_a_stop() {
    use proptest::{strategy::ValueTree, test_runner::TestRunner};
    let mut runner = TestRunner::deterministic();
    let (mut insights, mut duplicates, mut open) = (0, 0, 0);
    for _ in 0..50 {
        let calls = calls().new_tree(&mut runner).unwrap().current();
        insights += usize::from(!replay(&calls).is_empty());
        duplicates += usize::from(counts(&calls).seal().duplicates() > 0);
        let mut engine = Engine::new(Config::default());
        engine.merge(counts(&calls));
        let last = calls.iter().map(Call::time).max().unwrap();
        let _ = engine.advance_to(Watermark::before(last));
        open += usize::from(engine.open_episodes() > 0);
    }
    assert!(insights > 20 && duplicates > 10 && open > 5, "{insights} {duplicates} {open}");
}

#[test]
fn what_an_engine_counted_itself_comes_too_late_for_a_replay() {
    let event = Event::new(monday(), SOURCES[0], NAMES[0]);
    let mut engine = Engine::new(Config::default());
    engine.observe(&event);
    let mut counts = PartialCounts::default();
    counts.record(&event);
    let _ = engine.replay(&counts.seal(), end());
    let stats = engine.stats();
    assert_eq!((stats.counted, stats.late, stats.open), (1, 1, 0));
}
