//! core
mod attribution;
mod baseline;
mod checkpoint;
mod cloudtrail;
mod config;
mod counts;
mod detector;
mod engine;
mod entries;
mod episode;
mod event;
mod insight;
mod interner;
mod log_life;
mod open;
mod report;
mod sealed;
mod selection;
mod series;
mod time;
mod watch;
mod watermark;

pub use crate::{
    attribution::{Attribute, Attributes, Attribution, Share, TOP},
    baseline::{Baseline, Recent},
    checkpoint::{Checkpoint, RestoreError},
    cloudtrail::{
        insight_record::{
            AttributionRecord, InsightContext, InsightDetails, InsightRecord, Rate, Statistics,
            ValueRate,
        },
        record::{Content, Record, RecordError},
    },
    config::{Config, ConfigBuilder, ConfigError, Profile},
    counts::{MinuteBucket, PartialCounts},
    detector::{
        Course, Detector, Direction, Evidence, Finding, Verdict, WarmUp,
        negative_binomial::{Model, NegativeBinomial},
    },
    engine::Engine,
    event::Event,
    insight::{Average, Explanation, Insight, InsightState},
    log_life::LogLife,
    open::{Disposition, OpenMinutes, Stats},
    sealed::{CountRow, LogActivity, SealedCounts},
    selection::Selection,
    series::{EventCategory, InsightType, LogKey, SeriesKey},
    time::{Minute, Minutes, Watermark},
    watermark::WatermarkTracker,
};
