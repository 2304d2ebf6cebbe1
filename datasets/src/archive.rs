//! A whole archive: planned at once, written minute by minute.

use std::fmt::Write as _;

use chrono::{DateTime, Utc};

use crate::anomaly::{self, Anomaly, Shape};
use crate::catalog::{self, Api, Failure};
use crate::clock;
use crate::delivery::{Delivery, Summary};
use crate::label::Label;
use crate::place::{Load, Place};
use crate::random::Random;
use crate::record::Call;
use crate::settings::Settings;
use crate::sink::Sink;

/// The share of an account's calls that are heartbeats of instances.
const HEARTBEATS: f64 = 0.2;

/// The least heartbeats per minute, so that even in a small archive their absence is noticed.
const LEAST_HEARTBEATS: f64 = 0.6;

/// The largest share of heartbeats, whatever [`LEAST_HEARTBEATS`] asks for.
const MOST_HEARTBEATS: f64 = 0.8;

/// An archive that is ready to be written.
#[derive(Clone, Debug)]
pub struct Archive {
    settings: Settings,
    apis: Vec<Api<'static>>,
    places: Vec<Place>,
    anomalies: Vec<Anomaly>,
}

impl Archive {
    /// Returns the archive of some settings.
    ///
    /// # Errors
    ///
    /// Returns an error if a setting is out of its range, or the archive is too short or too quiet
    /// for the anomalies.
    pub fn new(settings: Settings) -> anyhow::Result<Self> {
        settings.check()?;
        let apis = catalog::apis(settings.apis)?;
        let places = places(&settings, &apis);
        let (seed, minutes) = (settings.seed, settings.minutes());
        let anomalies = anomaly::plan(seed, settings.anomalies, minutes, &apis, &places)?;
        Ok(Self { settings, apis, places, anomalies })
    }

    /// Returns the labels of the anomalies in the order of their start.
    #[must_use]
    pub fn labels(&self) -> Vec<Label> {
        self.anomalies.iter().map(|anomaly| self.label(anomaly)).collect()
    }

    /// Writes all files of the archive, and `labels.csv`.
    ///
    /// Only the files under way are in memory, so it does not matter how long the archive is.
    ///
    /// # Errors
    ///
    /// Returns the error of the receiver.
    pub fn write(mut self, sink: &mut impl Sink) -> anyhow::Result<Summary> {
        let mut labels = format!("{}\n", Label::HEADER);
        for label in self.labels() {
            writeln!(labels, "{label}")?;
        }
        sink.put("labels.csv", labels.as_bytes())?;
        let routes: Vec<(&str, &str)> =
            self.places.iter().map(|place| (&*place.account, &*place.region)).collect();
        let mut delivery = Delivery::new(&self.settings, &routes);
        let mut writers: Vec<Writer> =
            (0..self.places.len()).map(|place| Writer::new(self.settings.seed, place)).collect();
        for minute in 0..self.settings.minutes() {
            for (place, writer) in writers.iter_mut().enumerate() {
                let batches = self.batches(place, minute, writer);
                for batch in batches {
                    for _ in 0..batch.calls {
                        let second = writer.write(&self, &batch, minute)?;
                        delivery.accept(place, second, &writer.record);
                    }
                }
            }
            delivery.close(i64::from(minute + 1) * clock::MINUTE, sink)?;
        }
        delivery.finish(sink)
    }

    /// Returns the calls of one minute at a place.
    fn batches(&mut self, position: usize, minute: u32, writer: &mut Writer) -> Vec<Batch> {
        let mut batches = Vec::new();
        let here = || self.anomalies.iter().filter(|anomaly| anomaly.place == position);
        for series in &mut self.places[position].series {
            let mut calls = series.arrivals.calls(minute);
            for fall in here().filter(|a| a.shape == Shape::Fall && a.api == series.api) {
                if (fall.start..fall.end).contains(&minute) {
                    calls = 0;
                } else if minute + 1 == fall.start || minute == fall.end {
                    // A call right before and after makes the label exact.
                    calls = calls.max(1);
                }
            }
            if calls > 0 {
                let (api, failure) = (series.api, series.failure);
                batches.push(Batch { calls, api, failure, callers: series.callers.clone() });
            }
        }
        for anomaly in here().filter(|a| (a.start..a.end).contains(&minute)) {
            if let Shape::Burst { per_minute } = anomaly.shape {
                let calls =
                    writer.random.between(per_minute - per_minute / 5, per_minute + per_minute / 5);
                let (api, failure) = (anomaly.api, anomaly.failure);
                batches.push(Batch { calls, api, failure, callers: vec![anomaly.principal] });
            }
        }
        batches
    }

    fn label(&self, anomaly: &Anomaly) -> Label {
        let (place, api) = (&self.places[anomaly.place], &self.apis[anomaly.api]);
        Label {
            insight_type: match anomaly.failure {
                Some(_) => "ApiErrorRateInsight",
                None => "ApiCallRateInsight",
            },
            account_id: place.account.clone(),
            aws_region: place.region.clone(),
            event_source: format!("{}.amazonaws.com", api.service),
            event_name: api.name,
            error_code: anomaly.failure.map_or("", |failure| failure.code),
            start: self.instant(anomaly.start),
            end: self.instant(anomaly.end),
        }
    }

    /// Returns the begin of a minute counted from the start of the archive.
    fn instant(&self, minute: u32) -> DateTime<Utc> {
        clock::instant(self.settings.epoch() + i64::from(minute) * clock::MINUTE)
    }
}

/// Some calls of the same series in the same minute.
#[derive(Clone, Debug)]
struct Batch {
    calls: u32,
    api: usize,
    failure: Option<Failure>,
    callers: Vec<usize>,
}

/// What writes the records of one place.
#[derive(Clone, Debug)]
struct Writer {
    place: usize,
    random: Random,
    record: Vec<u8>,
}

impl Writer {
    fn new(seed: u64, place: usize) -> Self {
        let random = Random::stream(seed, &format!("records {place}"));
        Self { place, random, record: Vec::new() }
    }

    /// Writes one record to the buffer and returns its time, in seconds since the start.
    fn write(&mut self, archive: &Archive, batch: &Batch, minute: u32) -> anyhow::Result<i64> {
        let place = &archive.places[self.place];
        let random = &mut self.random;
        // The first caller makes more than half of the calls.
        let caller = if random.chance(0.5) { 0 } else { random.position(batch.callers.len()) };
        let principal = place.principals.at(batch.callers[caller]);
        let session = &principal.sessions[random.position(principal.sessions.len())];
        let second = i64::from(minute) * clock::MINUTE + i64::from(random.below(60));
        let call = Call {
            place,
            api: &archive.apis[batch.api],
            failure: batch.failure,
            principal,
            session,
            time: archive.settings.epoch() + second,
            choice: random.bits(),
        };
        self.record.clear();
        call.write(&mut self.record, random)?;
        Ok(second)
    }
}

/// Returns the accounts and Regions, all first Regions before all second ones.
fn places(settings: &Settings, apis: &[Api]) -> Vec<Place> {
    let accounts: Vec<(&str, f64)> = shares(settings.account_ids(), 0.8);
    let regions: Vec<(&str, f64)> = shares(settings.region_names(), 0.3);
    let mut places = Vec::new();
    for (number, (region, region_share)) in regions.iter().enumerate() {
        for (account, account_share) in &accounts {
            let total = settings.per_minute() * account_share;
            let beats = (total * HEARTBEATS).max(LEAST_HEARTBEATS).min(total * MOST_HEARTBEATS);
            let load = Load {
                per_minute: (total - beats) * region_share,
                heartbeat: (number == 0).then_some(beats),
                used: if number == 0 { 1.0 } else { 0.75 / number as f64 },
            };
            places.push(Place::new(settings.seed, account, region, apis, load));
        }
    }
    places
}

/// Returns names with their shares of a whole, each a constant factor of the one before.
fn shares<'a>(names: impl Iterator<Item = &'a str>, factor: f64) -> Vec<(&'a str, f64)> {
    let weights = std::iter::successors(Some(1.0), |weight| Some(weight * factor));
    let mut shares: Vec<(&str, f64)> = names.zip(weights).collect();
    let total: f64 = shares.iter().map(|(_, weight)| weight).sum();
    for (_, share) in &mut shares {
        *share /= total;
    }
    shares
}
