//! The boundary to CloudTrail's JSON: records in, Insights out. Nothing else in the crate
//! knows what a record looks like.

mod cursor;
pub(crate) mod event_bridge;
pub(crate) mod event_time;
pub(crate) mod insight_record;
pub(crate) mod lake_record;
pub(crate) mod record;
pub(crate) mod record_error;
mod resources;
mod rules;
mod skim;
mod user_identity;
mod value;
