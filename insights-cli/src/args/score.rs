//! What was typed for `insights score`.

use std::path::PathBuf;

use clap::{Args as ClapArgs, ValueEnum};

use super::Common;

/// Paragraphs are lines, for the parser breaks them to the width of the terminal.
pub(super) const ABOUT: &str = "\
Score Insights against labels, or against CloudTrail's own.

Labels are CSV with the header

  insight_type,account_id,aws_region,event_source,event_name,error_code,start,end

and optionally class. The end is the first minute that is usual again. Labels of one series do not \
overlap. With --explain, Insights tell when they became known, and so how late a Start is.

An Insight finds a label of its series and type if the two overlap or lie at most --tolerance \
apart, and if it became known no earlier than that before the label's start and no later than that \
after its end. Of several Insights the first to be known finds the label; the others tell again, \
which is neither right nor wrong. With --aws, Insights of the same series and type are the same if \
they overlap or lie at most --tolerance apart, those first that overlap most. Each counts once.";

#[derive(Debug, ClapArgs)]
pub(crate) struct Score {
    /// Insights: files in any format of `insights replay` but table, folders, or - for stdin
    #[arg(required = true, value_name = "INSIGHTS")]
    pub(crate) insights: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) truth: Truth,
    /// How far apart what belongs together may lie [minutes, or 2h]
    ///
    /// It is also how long before a label's start and after its end an Insight may become known to
    /// find it.
    #[arg(long, value_name = "TIME", default_value = "15m", help_heading = "Scoring")]
    pub(crate) tolerance: String,
    /// First minute that is scored [RFC 3339 or date; default: midnight before all labels and
    /// Insights]
    ///
    /// An engine that is still learning reports little and misses much: begin a week behind the
    /// beginning of its log. False Insights a day are those of the days that are scored.
    #[arg(long, value_name = "TIME", help_heading = "Scoring")]
    pub(crate) from: Option<String>,
    /// Minute before which to stop scoring [RFC 3339 or date; default: midnight after all labels
    /// and Insights]
    #[arg(long, value_name = "TIME", help_heading = "Scoring")]
    pub(crate) to: Option<String>,
    /// Only these accounts [default: all that labels or Insights name]
    #[arg(long, value_name = "ID", value_delimiter = ',', help_heading = "Scoring")]
    pub(crate) account: Vec<String>,
    /// Write to FILE instead of stdout; it appears when it is whole
    #[arg(short, long, value_name = "FILE", help_heading = "Output")]
    pub(crate) output: Option<PathBuf>,
    /// Format of the score
    #[arg(long, value_name = "FORMAT", default_value = "table", help_heading = "Output")]
    pub(crate) format: ScoreFormat,
    #[command(flatten)]
    pub(crate) common: Common,
}

/// What Insights are held against.
#[derive(Debug, ClapArgs)]
#[group(required = true, multiple = false)]
#[command(next_help_heading = "Truth")]
pub(crate) struct Truth {
    /// Known anomalies, as CSV, plain or gzip
    #[arg(long, value_name = "FILE")]
    pub(crate) labels: Option<PathBuf>,
    /// CloudTrail's own Insights: a folder CloudTrail-Insight, what `aws cloudtrail lookup-events
    /// --event-category insight` printed, or records one a line
    #[arg(long, value_name = "PATH")]
    pub(crate) aws: Option<PathBuf>,
}

/// How a score is written.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum ScoreFormat {
    /// Figures for people, and what was missed or is false
    Table,
    /// All figures and every label and Insight
    Json,
    /// One row for each label and Insight
    Csv,
}
