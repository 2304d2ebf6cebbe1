//! Learns how often each AWS API is called and how often it fails, and tells when a rate
//! leaves its baseline: CloudTrail Insights as a library.
//!
//! Events go in, [`Insight`]s come out. The crate does no I/O, reads no clock, starts no
//! threads and uses no randomness: the same input gives the same output, in any order and any
//! split. Who calls it moves the [`Watermark`], which says up to where the log is complete.
//!
//! # A stream
//!
//! ```
//! use insights_core::{Config, Content, Engine, InsightRecord, Record, WatermarkTracker};
//!
//! let mut engine = Engine::new(Config::default());
//! let mut tracker = WatermarkTracker::default();
//! let lines = [
//!     r#"{"eventTime":"2026-03-02T14:05:09Z","eventSource":"iam.amazonaws.com","eventName":"CreateUser","awsRegion":"us-east-1","recipientAccountId":"111122223333","readOnly":false,"eventCategory":"Management"}"#,
//!     r#"{"eventTime":"2026-03-02T15:00:00Z","eventSource":"iam.amazonaws.com","eventName":"ListUsers","awsRegion":"us-east-1","recipientAccountId":"111122223333","readOnly":true,"eventCategory":"Management"}"#,
//! ];
//! for line in lines {
//!     let record: Record<'_> = serde_json::from_str(line)?;
//!     if let Content::Call { event, .. } = record.content("", "")? {
//!         tracker.observe(&event);
//!         engine.observe(&event);
//!     }
//!     for insight in engine.advance_to(tracker.watermark()) {
//!         let record = InsightRecord::new(&insight, InsightRecord::EVENT_VERSION);
//!         println!("{}", serde_json::to_string(&record)?);
//!     }
//! }
//! assert_eq!(engine.stats().counted, 1);
//! assert_eq!(engine.stats().open, 1, "the second event's minute may still change");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # A cluster
//!
//! [`PartialCounts`] is the half of the work that needs no order: count wherever the logs are,
//! merge in any order, and give the sum to [`Engine::merge`].
//!
//! # A restart
//!
//! [`Engine::checkpoint`] gives the whole state as data, [`Engine::restore`] goes on as if
//! nothing had happened.
//!
//! # What counts
//!
//! By default exactly what CloudTrail Insights analyses: see [`Selection`]. What is unusual is
//! for a [`Detector`] to say; [`RateDetector`] is the one that comes with the crate.

mod attribution;
mod baseline;
mod checkpoint;
mod clock_change;
mod cloudtrail;
mod config;
mod counts;
mod detector;
mod engine;
mod engine_state;
mod entries;
mod episode;
mod event;
mod examination;
mod history;
mod incident;
mod index;
mod insight;
mod interner;
mod log;
mod log_life;
mod logs;
mod marks;
mod norm;
mod open;
mod part;
mod report;
mod sealed;
mod selection;
mod series;
mod solo;
mod time;
mod watch;
mod watermark;
mod waves;

pub use crate::{
    attribution::{Attribute, Attributes, AttributesRef, Attribution, Share, TOP},
    baseline::{Baseline, Recent},
    checkpoint::{Checkpoint, RestoreError},
    cloudtrail::{
        event_bridge::EventBridgeEvent,
        event_time::event_time,
        insight_record::{
            AttributionRecord, InsightContext, InsightDetails, InsightRecord, Rate, Statistics,
            ValueRate,
        },
        lake_record::{LakeContext, LakeRecord},
        record::{Content, Record},
        record_error::RecordError,
    },
    config::{Config, ConfigBuilder, ConfigError, Profile, Sensitivity},
    counts::{MinuteBucket, PartialCounts},
    detector::{
        Circumstances, Course, Detector, Direction, Evidence, Expectations, Finding, Missed,
        Verdict, WarmUp,
        pattern::Pattern,
        rate::{Model, RateDetector},
        test::{Account, Ordinary, Refusal, Test, TestKind},
    },
    engine::Engine,
    event::Event,
    examination::{Comparison, Examination, LookedAt, OpenEpisode},
    history::{History, Shift},
    insight::{Average, Explanation, Insight, InsightState},
    log_life::{Hole, LogLife},
    norm::{Norm, Silence},
    open::{Disposition, OpenMinutes, Stats},
    part::Part,
    sealed::{CountRow, LogActivity, SealedCounts},
    selection::Selection,
    series::{EventCategory, InsightType, LogKey, SeriesKey, SeriesRef},
    time::{Minute, Minutes, Watermark},
    watch::Standing,
    watermark::WatermarkTracker,
};

/// The examples of the project's front page, compiled and run as tests.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
