//! What was typed for `insights explain`.

use std::path::PathBuf;

use clap::{ArgGroup, Args, ValueEnum};

use super::{Common, Input, Model, Select, Settings};

#[derive(Debug, Args)]
#[command(group = ArgGroup::new("question").required(true).args(["id", "series"]))]
pub(crate) struct Explain {
    /// The Insight with this sharedEventID, or the beginning of one that no other has
    #[arg(long, value_name = "SHAREDEVENTID", help_heading = "Question")]
    pub(crate) id: Option<String>,
    /// The calls of an API, or its failures with an error code [ec2 is short for
    /// ec2.amazonaws.com]
    ///
    /// If several accounts, Regions or categories have it, the one that was called around --at is
    /// meant; ACCOUNT/REGION/SOURCE:NAME says which.
    #[arg(long, value_name = "SOURCE:NAME[:ERROR]", requires = "at", help_heading = "Question")]
    pub(crate) series: Option<String>,
    /// The minute in question, by event time [RFC 3339]
    ///
    /// If no Insight of the series was open then, all looks from five minutes before to twenty
    /// minutes after are taken, and the one that came nearest to firing is told.
    #[arg(long, value_name = "TIME", requires = "series", help_heading = "Question")]
    pub(crate) at: Option<String>,
    #[command(flatten)]
    pub(crate) input: Input,
    #[command(flatten)]
    pub(crate) select: Select,
    #[command(flatten)]
    pub(crate) model: Model,
    #[command(flatten)]
    pub(crate) settings: Settings,
    /// Print the records behind it instead, one a line, as they were logged
    ///
    /// Those of the minutes of the Insight, or of the window that came nearest to firing; repeated
    /// deliveries once. A row of a table is printed as an object of its columns.
    #[arg(long, conflicts_with = "format", help_heading = "Output")]
    pub(crate) events: bool,
    /// Format of the explanation
    #[arg(long, value_name = "FORMAT", default_value = "text", help_heading = "Output")]
    pub(crate) format: AnswerFormat,
    /// Write to FILE instead of stdout; it appears when it is whole
    #[arg(short, long, value_name = "FILE", help_heading = "Output")]
    pub(crate) output: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) common: Common,
}

/// How an explanation is written.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum AnswerFormat {
    /// Plain sentences, a plot and tables, for people
    Text,
    /// One object with all of it
    Json,
}
