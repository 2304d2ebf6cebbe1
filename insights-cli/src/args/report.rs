//! What was typed for `insights report`.

use std::path::PathBuf;

use clap::Args;

use super::{Common, Input, Model, Select, Settings};

#[derive(Debug, Args)]
pub(crate) struct Report {
    #[command(flatten)]
    pub(crate) input: Input,
    /// Tell of the Insights events in these files or folders instead of those found; may be
    /// repeated
    ///
    /// They are told by what is in them, as everywhere: CloudTrail's records in any container, or
    /// our formats. A file of them may as well be an INPUT.
    #[arg(long, value_name = "PATH", help_heading = "Input")]
    pub(crate) insights: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) select: Select,
    #[command(flatten)]
    pub(crate) model: Model,
    #[command(flatten)]
    pub(crate) settings: Settings,
    /// Write to FILE instead of stdout; it appears when it is whole
    #[arg(short, long, value_name = "FILE", help_heading = "Output")]
    pub(crate) output: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) common: Common,
}
