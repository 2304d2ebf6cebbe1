//! What was typed for `insights report`.

use std::path::PathBuf;

use clap::Args;

use super::{Common, Input, Model, Select, Settings};

pub(super) const EXAMPLES: &str = "\
INPUT may also be tables of counts, as `insights count` writes them; and beside these or logs, files
of Insights events, CloudTrail's own or ours: then the page tells of them, and of each what is made
of it with the settings in effect.

The page needs no network and holds all its data: it can be mailed, and opens in any browser of
the last years. A link to an Insight is the name of the file, #, and its sharedEventID.

Examples:
  insights report AWSLogs/ -o report.html
  insights report counts.parquet -o report.html --profile quiet
  insights report insights.jsonl counts.parquet -o report.html
  insights report AWSLogs/ --insights AWSLogs/111122223333/CloudTrail-Insight/ -o aws.html";

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
    /// Write to FILE instead of stdout; it appears when it is whole
    #[arg(short, long, value_name = "FILE", help_heading = "Output")]
    pub(crate) output: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) settings: Settings,
    #[command(flatten)]
    pub(crate) select: Select,
    #[command(flatten)]
    pub(crate) model: Model,
    #[command(flatten)]
    pub(crate) common: Common,
}
