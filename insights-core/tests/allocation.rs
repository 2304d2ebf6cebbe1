//! What observing an event asks of the allocator once a stream runs: nothing.
//!
//! The allocator that counts is that of the whole program, so this is a program of its own.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use allocation_counter::measure;
use chrono::{DateTime, TimeDelta, Utc};
use insights_core::{Config, Disposition, Engine, Event, Watermark};

const SERIES: u32 = 1_000;
const CALLERS: u32 = 40;
/// The minutes in which everything is met once, and those that are measured.
const WARM_UP: u32 = 60;
const MEASURED: u32 = 60;

/// One call, with the text that an event borrows.
struct Call {
    time: DateTime<Utc>,
    name: String,
    caller: String,
    code: &'static str,
    id: String,
}

impl Call {
    fn event(&self) -> Event<'_> {
        Event::new(self.time, "ec2.amazonaws.com", &self.name)
            .account_id("111122223333")
            .region("eu-west-1")
            .user_identity(&self.caller)
            .user_agent("aws-sdk-rust/1.8.0")
            .error_code(self.code)
            .event_id(&self.id)
    }
}

/// Returns the calls of one minute: more in some than in others, each series in turn, and of each
/// the first that fails has failed in the first hour.
fn calls(minute: u32, ids: bool) -> Vec<Call> {
    let monday = DateTime::from_timestamp(1_772_409_600, 0).unwrap();
    let many = [1_000, 2_500, 700, 1_800, 1_200][minute as usize % 5];
    let call = |number: u32| {
        let series = (minute * 337 + number) % SERIES;
        // Events arrive out of order, also a few that are of the minutes before.
        let late = if number.is_multiple_of(50) { minute.min(number / 50 % 4) } else { 0 };
        Call {
            time: monday + TimeDelta::minutes((minute - late).into()),
            name: format!("UpdateResource{series}"),
            caller: format!("arn:aws:iam::111122223333:user/user{}", (series + number) % CALLERS),
            code: if series.is_multiple_of(10) { "AccessDenied" } else { "" },
            id: if ids {
                format!("{minute:08x}-0000-4000-8000-{number:012x}")
            } else {
                String::new()
            },
        }
    };
    (0..many).map(call).collect()
}

/// Returns the allocations made to observe the events of each minute of a stream, whose watermark
/// moves on every minute and stays so many minutes behind.
fn allocations(ids: bool, behind: u32) -> Vec<u64> {
    let mut engine = Engine::new(Config::default());
    let minutes = (0..WARM_UP + MEASURED).map(|minute| {
        let calls = calls(minute, ids);
        let mut counted = 0;
        let made = measure(|| {
            for call in &calls {
                counted += u32::from(engine.observe(&call.event()) == Disposition::Counted);
            }
        });
        assert!(counted as usize > calls.len() * 9 / 10, "{counted} of {}", calls.len());
        let now = calls[1].time + TimeDelta::minutes(1 - i64::from(behind));
        let insights = engine.advance_to(Watermark::before(now));
        assert!(insights.is_empty(), "nothing is unusual here");
        made.count_total
    });
    minutes.collect()
}

#[test]
fn observing_allocates_nothing_in_a_steady_stream() {
    for (ids, behind) in [(true, 0), (true, 5), (false, 0), (false, 5)] {
        let allocations = allocations(ids, behind);
        let (met, steady) = allocations.split_at(WARM_UP as usize);
        assert!(met[0] > 1_000, "new series take memory: {met:?}");
        let none = vec![0; MEASURED as usize];
        assert_eq!(steady, none, "ids {ids}, {behind} minutes behind");
    }
}

#[test]
fn one_minute_of_very_many_events_does_not_hold_memory_for_good() {
    let mut engine = Engine::new(Config::default());
    let held = measure(|| {
        for minute in 0..10 {
            let times = if minute == 3 { 100 } else { 1 };
            for call in &calls(minute, false) {
                for id in 0..times {
                    let id = format!("{minute}-{}-{id}", call.name);
                    engine.observe(&call.event().event_id(&id));
                }
            }
            let now = calls(minute, false)[1].time + TimeDelta::minutes(1);
            let _ = engine.advance_to(Watermark::before(now));
        }
    });
    // A sighting is 40 bytes, and there were 180,000 of them.
    assert!(held.bytes_current < 5_000_000, "{} bytes", held.bytes_current);
    drop(engine);
}
