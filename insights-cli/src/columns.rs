//! The table of counts: its columns, and what a zero in it weighs.

/// The columns. Where one may hold nothing, it is optional when a table is read.
pub(crate) const COLUMNS: [&str; 11] = [
    "minute",
    "account_id",
    "aws_region",
    "event_source",
    "event_name",
    "event_category",
    "error_code",
    "count",
    "user_identity",
    "user_agent",
    "resource_arn",
];

/// The columns that a table cannot be without.
pub(crate) const NEEDED: [&str; 4] = ["minute", "event_source", "event_name", "count"];

/// The weight of a row with a count of zero as a sign of life: it is no lone event.
pub(crate) const STATED: u32 = 2;
