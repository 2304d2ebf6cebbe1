//! What was typed for `insights baseline`.

use std::{num::NonZeroUsize, path::PathBuf};

use clap::{Args, ValueEnum};

use super::{Common, Input, Model, Select, Settings};

#[derive(Debug, Args)]
pub(crate) struct Baseline {
    #[command(flatten)]
    pub(crate) input: Input,
    #[command(flatten)]
    pub(crate) select: Select,
    #[command(flatten)]
    pub(crate) model: Model,
    #[command(flatten)]
    pub(crate) settings: Settings,
    /// The minute before which to know the log, by event time [RFC 3339 or date; default: the end of
    /// the log]
    #[arg(long, value_name = "TIME", help_heading = "Output")]
    pub(crate) at: Option<String>,
    /// Only the N series with the most calls
    #[arg(long, value_name = "N", help_heading = "Output")]
    pub(crate) top: Option<NonZeroUsize>,
    /// Format of the result
    #[arg(long, value_name = "FORMAT", default_value = "table", help_heading = "Output")]
    pub(crate) format: NormFormat,
    /// Write to FILE instead of stdout; it appears when it is whole
    #[arg(short, long, value_name = "FILE", help_heading = "Output")]
    pub(crate) output: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) common: Common,
}

/// How what is normal is written.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum NormFormat {
    /// One line a series, for people
    Table,
    /// One row a series, with all figures
    Csv,
    /// One object with all figures
    Json,
}
