//! Synthetic calls to time the core with: [`HotStream`] and [`RareSeries`].

use std::ops::Range;

use chrono::DateTime;
use insights_core::{Event, Minute, Minutes, Watermark};

/// The services of the stream; each has as many APIs.
const SERVICES: usize = 20;
/// The callers of the stream.
const CALLERS: u64 = 40;
/// The first minute of the stream, 2026-03-02T00:00Z.
pub const BEGIN: Minute = Minute::from_epoch(29_540_160);

/// Returns the watermark so many minutes after [`BEGIN`].
#[must_use]
pub fn minutes_after_begin(minutes: u32) -> Watermark {
    Watermark::at(BEGIN + Minutes::new(minutes))
}

/// A busy log of one account and Region: every API of it is called all the time.
///
/// A stream is a function of its shape: the same one gives the same calls on every machine and
/// for every span asked for. Which API is called follows 1 / (rank + 20), so that the busiest
/// series has some fifty times the calls of the rarest; who calls, and at which second, is even.
/// All calls write and none fails, so there is one series for each API.
#[derive(Clone, Debug)]
pub struct HotStream {
    apis: Vec<Api>,
    callers: Vec<String>,
    calls_a_minute: u32,
    /// Whether one API is called after the other, from the first on in each minute.
    in_turn: bool,
}

/// One API and its part in the calls.
#[derive(Clone, Debug)]
struct Api {
    source: String,
    name: String,
    /// The share of this API and all before it, in parts of `u64::MAX`.
    up_to: u64,
}

/// Calls in the order of their minutes, owned, for events to borrow from.
#[derive(Clone, Debug)]
pub struct Calls<'a> {
    stream: &'a HotStream,
    calls: Vec<Call>,
}

#[derive(Clone, Debug)]
struct Call {
    seconds: i64,
    api: usize,
    caller: usize,
    id: String,
}

/// Whether events carry the id by which repeated deliveries are told.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Ids {
    /// Every event has an id of its own, as in CloudTrail's records.
    Unique,
    /// No event has one, as in counts made elsewhere.
    Absent,
}

impl HotStream {
    /// Returns the stream of `series` APIs with `calls_a_minute` calls over all of them.
    #[must_use]
    pub fn new(series: usize, calls_a_minute: u32) -> Self {
        Self::of(series, calls_a_minute, |rank| 1.0 / (rank as f64 + 20.0))
    }

    /// Returns the stream of `series` APIs that are called in turn, minute by minute.
    #[must_use]
    pub fn even(series: usize, calls_a_minute: u32) -> Self {
        Self { in_turn: true, ..Self::of(series, calls_a_minute, |_| 1.0) }
    }

    fn of(series: usize, calls_a_minute: u32, weight: impl Fn(usize) -> f64) -> Self {
        let total: f64 = (0..series).map(&weight).sum();
        let mut sum = 0.0;
        let apis = (0..series).map(|rank| {
            sum += weight(rank);
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a share from 0 to 1, and cut to the range of u64"
            )]
            let up_to = (sum / total * u64::MAX as f64) as u64;
            Api {
                source: format!("service{}.amazonaws.com", rank % SERVICES),
                name: format!("UpdateResource{rank}"),
                up_to,
            }
        });
        let caller = |i| format!("arn:aws:sts::111122223333:assumed-role/role{i}/app");
        let callers = (0..CALLERS).map(caller).collect();
        Self { apis: apis.collect(), callers, calls_a_minute, in_turn: false }
    }

    /// Returns the calls of the minutes in `span`, counted from [`BEGIN`].
    #[must_use]
    pub fn calls(&self, span: Range<u32>) -> Calls<'_> {
        let begin = BEGIN.instant().timestamp();
        let calls = span.flat_map(|minute| {
            (0..self.calls_a_minute).map(move |number| {
                let mut random = Random(u64::from(minute) << 32 | u64::from(number));
                let share = random.next();
                let last = self.apis.len() - 1;
                let api = if self.in_turn {
                    number as usize % self.apis.len()
                } else {
                    self.apis.partition_point(|api| api.up_to < share).min(last)
                };
                Call {
                    seconds: begin + i64::from(minute) * 60 + i64::from(random.below(60)),
                    api,
                    caller: random.below(CALLERS) as usize,
                    id: id(random.next(), random.next()),
                }
            })
        });
        Calls { stream: self, calls: calls.collect() }
    }
}

impl<'a> Calls<'a> {
    /// Returns the events in order.
    pub fn events(&self, ids: Ids) -> impl Iterator<Item = Event<'_>> {
        self.calls.iter().map(move |call| self.event(call, ids))
    }

    /// Returns the number of calls.
    #[must_use]
    pub fn len(&self) -> usize {
        self.calls.len()
    }

    /// Returns whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.calls.is_empty()
    }

    fn event<'b>(&'b self, call: &'b Call, ids: Ids) -> Event<'b>
    where
        'a: 'b,
    {
        let api = &self.stream.apis[call.api];
        let time = DateTime::from_timestamp(call.seconds, 0).expect("a time in this century");
        let event = Event::new(time, &api.source, &api.name)
            .account_id("111122223333")
            .region("eu-west-1")
            .user_identity(&self.stream.callers[call.caller])
            .user_agent("aws-sdk-rust/1.8.0");
        match ids {
            Ids::Unique => event.event_id(&call.id),
            Ids::Absent => event,
        }
    }
}

/// Series that are called once a day at most, all over the day.
#[derive(Clone, Debug)]
pub struct RareSeries {
    names: Vec<String>,
}

impl RareSeries {
    /// Returns so many series of one log.
    #[must_use]
    pub fn new(series: u32) -> Self {
        Self { names: (0..series).map(|rank| format!("UpdateRareResource{rank}")).collect() }
    }

    /// Returns a call of each series on a day, counted from [`BEGIN`].
    pub fn calls(&self, day: u32) -> impl Iterator<Item = Event<'_>> {
        let midnight = BEGIN + Minutes::days(day);
        self.names.iter().zip(0..).map(move |(name, rank)| {
            let time = midnight + Minutes::new(rank * 7 % 1_430);
            Event::new(time.instant(), "rare.amazonaws.com", name)
                .account_id("111122223333")
                .region("eu-west-1")
                .user_identity("arn:aws:sts::111122223333:assumed-role/rare/app")
                .user_agent("aws-sdk-rust/1.8.0")
        })
    }
}

/// Returns 128 bits as the text of a UUID of version 4.
fn id(high: u64, low: u64) -> String {
    format!(
        "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
        high >> 32,
        high >> 16 & 0xffff,
        high & 0x0fff,
        low >> 48 & 0x3fff | 0x8000,
        low & 0xffff_ffff_ffff
    )
}

/// SplitMix64 (Steele, Lea and Flood 2014): one number after the other from any seed.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    /// Returns a number below `end`, which is small.
    pub(crate) fn below(&mut self, end: u64) -> u32 {
        u32::try_from(self.next() % end).unwrap_or(u32::MAX)
    }

    /// Returns a number from 0 up to 1.
    pub(crate) fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Returns a count with this mean: by Knuth's product of units, in parts of a mean of 10.
    pub(crate) fn poisson(&mut self, mean: f64) -> u32 {
        const PART: f64 = 10.0;
        let (mut left, mut count) = (mean, 0);
        while left > 0.0 {
            let limit = (-left.min(PART)).exp();
            let mut product = self.unit();
            while product > limit {
                count += 1;
                product *= self.unit();
            }
            left -= PART;
        }
        count
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_span_holds_the_same_calls_however_it_is_asked_for() {
        let stream = HotStream::new(50, 20);
        let whole = stream.calls(0..10);
        let (first, second) = (stream.calls(0..4), stream.calls(4..10));
        let parts = first.events(Ids::Unique).chain(second.events(Ids::Unique));
        assert!(whole.events(Ids::Unique).eq(parts));
        assert_eq!(whole.len(), 200);
    }

    #[test]
    fn every_series_is_called_and_every_id_is_its_own() {
        let stream = HotStream::new(1_000, 200);
        let calls = stream.calls(0..120);
        let names: BTreeSet<_> = calls.events(Ids::Unique).map(|e| e.event_name).collect();
        let ids: BTreeSet<_> = calls.events(Ids::Unique).map(|e| e.event_id).collect();
        assert_eq!((names.len(), ids.len()), (1_000, calls.len()));
        assert!(calls.events(Ids::Absent).all(|e| e.event_id.is_none()));
    }

    #[test]
    fn calls_stay_in_their_minute() {
        let stream = HotStream::new(10, 100);
        let calls = stream.calls(7..8);
        let at = Minute::from_epoch(BEGIN.since_epoch() + 7);
        assert!(calls.events(Ids::Absent).all(|event| event.minute() == at));
    }
}
