//! What was typed.

pub(crate) mod baseline;
mod completions;
mod examples;
pub(crate) mod explain;
mod global;
mod man;
pub(crate) mod report;
mod score;
mod synth;
mod tune;

use std::path::PathBuf;

use clap::{ArgAction, Args as ClapArgs, Parser, Subcommand, ValueEnum};

use self::examples::headed;
pub(crate) use self::{
    completions::Completions,
    global::{Color, Global},
    man::Man,
    score::{Score, ScoreFormat},
    synth::{Form, Synth},
    tune::{Tune, Tuning},
};
use crate::color::HELP;

/// CloudTrail Insights you can own: replay any archive, learn how often each AWS API is called
/// and fails, and see when a rate leaves its baseline.
#[derive(Debug, Parser)]
#[command(
    name = "insights",
    version,
    // Prose in longer lines is hard to read, however wide the terminal.
    max_term_width = 100,
    disable_help_flag = true,
    disable_version_flag = true,
    subcommand_value_name = "COMMAND",
    styles = HELP,
    after_help = headed(examples::START),
    after_long_help = headed(&[examples::START, examples::STATUS].join("\n\n"))
)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
    #[command(flatten)]
    pub(crate) global: Global,
    /// Print the version
    #[arg(
        short = 'V',
        long,
        action = ArgAction::Version,
        help_heading = "Global options",
        display_order = 902
    )]
    version: Option<bool>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Tell what is unusual: CloudTrail logs in, Insights out
    #[command(after_help = headed(examples::REPLAY))]
    Replay(Replay),
    /// Write a page of Insights to look at, in one file for any browser
    ///
    /// INPUT may also be tables of counts, as `insights count` writes them; and beside these or
    /// logs, files of Insights events, CloudTrail's own or ours: then the page tells of them, and of
    /// each what is made of it with the settings in effect.
    ///
    /// The page needs no network and holds all its data: it can be mailed, and opens in any browser
    /// of the last years. A link to an Insight is the name of the file, #, and its sharedEventID.
    #[command(after_help = headed(examples::REPORT))]
    Report(Box<report::Report>),
    /// Explain an Insight, or why there is none
    ///
    /// It tells what was tested, expected and found, who is behind it, and prints the records.
    ///
    /// INPUT may also be tables of counts, as `insights count` writes them; they have no records,
    /// and say who called only if they have the columns for it.
    #[command(after_help = headed(examples::EXPLAIN))]
    Explain(explain::Explain),
    /// Tell what is normal for each API and error code
    ///
    /// For each it tells how often it is called, how regularly, and the smallest burst and the
    /// silence that would start an Insight.
    ///
    /// INPUT may also be tables of counts, as `insights count` writes them.
    ///
    /// The bursts are the least calls in the minute at --at, and evenly spread over the fifteen
    /// minutes from there on, that would start an Insight: one call less would not. The silence is
    /// counted from the last call on; one that is a minute shorter would pass. All are found by
    /// trying, with the settings in effect.
    #[command(after_help = headed(examples::BASELINE))]
    Baseline(baseline::Baseline),
    /// Find the settings that suit labels best
    #[command(long_about = tune::ABOUT, after_help = headed(examples::TUNE))]
    Tune(Box<Tune>),
    /// Score Insights against labels, or against CloudTrail's own
    #[command(long_about = score::ABOUT, after_help = headed(examples::SCORE))]
    Score(Score),
    /// Count calls by series and minute, as CSV or Parquet
    ///
    /// The table is for `insights detect` and query engines: names are in it as they were logged,
    /// so a spreadsheet has to import its columns as text. Tables as input become one.
    #[command(after_help = headed(examples::COUNT))]
    Count(Count),
    /// Tell what is unusual in counts: ours, those of a query engine, other series
    ///
    /// Counts come from `insights count` or from any engine that can GROUP BY. They are Parquet or
    /// CSV with the header
    ///
    ///   minute,account_id,aws_region,event_source,event_name,event_category,error_code,count
    ///
    /// and optionally user_identity,user_agent,resource_arn. Rows may come in any order and in any
    /// number of files.
    #[command(after_help = headed(examples::DETECT))]
    Detect(Detect),
    /// Print the settings in effect, each with what it does
    ///
    /// They are printed as the file that --config takes.
    #[command(after_help = headed(examples::CONFIG))]
    Config(PrintConfig),
    /// Write an invented account with known anomalies, to try things on
    ///
    /// The calls are made from what causes them, and anomalies of 15 classes are put into them. It
    /// is a table of counts or an archive, the same for the same seed.
    ///
    /// With all behaviours an account has some 600 series and 750,000 calls a day. In four weeks
    /// that is 3 million counts in a table of 560 MB or, as an archive, 21 million records in
    /// 32,000 files of 2 GB, which take some minutes to write. For a smaller one take fewer days,
    /// or a mix with less traffic and fewer pollers and changing services.
    #[command(after_help = headed(examples::SYNTH))]
    Synth(Synth),
    /// Print what lets a shell complete commands, options and values
    #[command(after_help = headed(examples::COMPLETIONS))]
    Completions(Completions),
    /// Print a manual page, or write all of them
    #[command(after_help = headed(examples::MAN))]
    Man(Man),
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Replay {
    #[command(flatten)]
    pub(crate) input: Input,
    #[command(flatten)]
    pub(crate) select: Select,
    #[command(flatten)]
    pub(crate) model: Model,
    #[command(flatten)]
    pub(crate) settings: Settings,
    #[command(flatten)]
    pub(crate) results: Results,
    #[command(flatten)]
    pub(crate) common: Common,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Count {
    #[command(flatten)]
    pub(crate) input: Input,
    #[command(flatten)]
    pub(crate) select: Select,
    #[command(flatten)]
    pub(crate) settings: Settings,
    /// Write to FILE instead of stdout
    #[arg(short, long, value_name = "FILE", help_heading = "Output")]
    pub(crate) output: Option<PathBuf>,
    /// Format of the table [default: parquet for a FILE that is named so, else csv]
    #[arg(long, value_name = "FORMAT", help_heading = "Output")]
    pub(crate) format: Option<CountFormat>,
    #[command(flatten)]
    pub(crate) common: Common,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Detect {
    /// Counts: CSV files (plain, gzip, zstd or zip), Parquet files, or - for stdin
    #[arg(required = true, value_name = "COUNTS")]
    pub(crate) counts: Vec<PathBuf>,
    /// Take the files for plain series of counts: these columns of them, found by name
    ///
    /// time=COLUMN,value=COLUMN and optionally name=COLUMN,step=TIME. Each row is the count of
    /// the step that begins at its time: RFC 3339, 2026-03-02 14:05:00 in UTC, or the seconds or
    /// milliseconds since 1970. A step of more than a minute is spread evenly over its minutes,
    /// rows of the same minute add up, and a step without a row is a zero. Without step= it is
    /// found: the most frequent distance of rows of a series. A series is called as name= says,
    /// else as its file. All series of a run are one log: it begins with its first row, and one
    /// that begins later is new in it. Where several have rows and then none has for unusually
    /// long, these are missing and no zeros.
    ///
    /// What is read must be counts of events, at steps of up to about 15 minutes and for more
    /// than a week: requests, orders, mails, tweets. The chance of each count follows from the
    /// counts alone, so units matter: values are rounded to whole numbers and never scaled.
    /// Temperatures, percentages, prices, levels and whatever can be negative are no counts, and
    /// bytes or sums of money are such large ones that their noise is not that of counts: look
    /// for another tool.
    #[arg(
        long,
        value_name = "COLUMNS",
        help_heading = "Input",
        conflicts_with_all = [
            "account", "region", "event_source", "category", "include_reads", "insight_type",
        ]
    )]
    pub(crate) series_csv: Option<String>,
    #[command(flatten)]
    pub(crate) select: Select,
    #[command(flatten)]
    pub(crate) model: Model,
    #[command(flatten)]
    pub(crate) settings: Settings,
    #[command(flatten)]
    pub(crate) results: Results,
    #[command(flatten)]
    pub(crate) common: Common,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Input {
    /// Folders of any depth, files (JSON or CSV, plain, gzip, zstd or zip), patterns such as
    /// 'logs/**/*.gz', s3://BUCKET/PREFIX, or - for stdin
    ///
    /// A prefix is an object if there is one of that name, else a folder, else whatever begins so.
    /// Credentials come from the environment, as for other programs that use AWS, from a profile
    /// with keys (AWS_PROFILE), or from the role of the container or instance.
    #[arg(required = true, value_name = "INPUT", help_heading = None::<&str>)]
    pub(crate) inputs: Vec<PathBuf>,
    /// Keep a day of the archive open this long after its end [minutes, or 2h, 7d; default: 1d]
    ///
    /// An event that was delivered later is counted as late and left out. CloudTrail delivers
    /// within about ten minutes, but may take days after an outage. A longer time loses fewer
    /// events and holds more of them in memory.
    #[arg(long, value_name = "TIME", help_heading = "Input")]
    pub(crate) allowed_lateness: Option<String>,
    /// Unpack at most this much of one file [bytes, or 512MiB, 4GiB; default: 64GiB]
    ///
    /// What passes it was made to fill disks or memory: the beginning is read and the rest is told
    /// as left out. Lines are read piece by piece, however many there are; a document that is one
    /// value, as CloudTrail's are, is held whole, and of that never more than 2 GiB. Each thread
    /// may hold as much.
    #[arg(long, value_name = "SIZE", help_heading = "Input")]
    pub(crate) max_unpacked: Option<String>,
    #[cfg(feature = "s3")]
    #[command(flatten)]
    pub(crate) s3: S3,
}

/// How S3 is read.
#[cfg(feature = "s3")]
#[derive(Debug, ClapArgs)]
#[command(next_help_heading = "S3")]
pub(crate) struct S3 {
    /// Ask this server instead of AWS, with the bucket in the path [http:// or https://]
    #[arg(long = "s3-endpoint", value_name = "URL")]
    pub(crate) endpoint: Option<String>,
    /// Do not sign: for public buckets
    #[arg(long)]
    pub(crate) no_sign_request: bool,
    /// Pay for the requests, where the owner of the bucket does not
    #[arg(long)]
    pub(crate) requester_pays: bool,
    /// Requests at a time
    #[arg(long, value_name = "N", default_value_t = 64)]
    pub(crate) concurrency: usize,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct PrintConfig {
    #[command(flatten)]
    pub(crate) select: Select,
    #[command(flatten)]
    pub(crate) model: Model,
    #[command(flatten)]
    pub(crate) settings: Settings,
    /// Write to FILE instead of stdout
    #[arg(short, long, value_name = "FILE", help_heading = "Output")]
    pub(crate) output: Option<PathBuf>,
}

/// What decides what is reported, apart from the options for it.
#[derive(Debug, ClapArgs)]
#[command(next_help_heading = "Settings")]
pub(crate) struct Settings {
    /// Take settings from FILE, in TOML; `insights config` prints one with all of them
    ///
    /// What the command line says counts over it: --profile over all that profiles set, then --set,
    /// then the other options.
    #[arg(long, value_name = "FILE", env = "INSIGHTS_CONFIG", hide_env_values = true)]
    pub(crate) config: Option<PathBuf>,
    /// One setting as it could stand in the file, such as baseline=14d; may be repeated
    #[arg(long, value_name = "KEY=VALUE")]
    pub(crate) set: Vec<String>,
}

#[derive(Debug, ClapArgs)]
#[command(next_help_heading = "Selection")]
pub(crate) struct Select {
    /// First minute to look at, by event time [RFC 3339 or date]
    #[arg(long, value_name = "TIME")]
    pub(crate) from: Option<String>,
    /// Minute before which to stop, by event time [RFC 3339 or date]
    #[arg(long, value_name = "TIME")]
    pub(crate) to: Option<String>,
    /// Only these accounts
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    pub(crate) account: Vec<String>,
    /// Only these Regions
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub(crate) region: Vec<String>,
    /// Only these services [ec2 is short for ec2.amazonaws.com]
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub(crate) event_source: Vec<String>,
    /// Only these APIs
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub(crate) event_name: Vec<String>,
    /// Only these categories of events
    #[arg(long, value_name = "NAME", value_delimiter = ',', ignore_case = true)]
    pub(crate) category: Vec<Category>,
    /// Let the call rate count read-only management calls too, which CloudTrail Insights cannot
    #[arg(long)]
    pub(crate) include_reads: bool,
}

#[derive(Debug, ClapArgs)]
#[command(next_help_heading = "Detection")]
pub(crate) struct Model {
    /// Only these types of Insights
    #[arg(long = "type", value_name = "TYPE", value_delimiter = ',', ignore_case = true)]
    pub(crate) insight_type: Vec<Type>,
    /// Settings that go by a name: balanced is for people, aws fires on two calls over an empty
    /// week, as CloudTrail does, quiet on what is worth waking somebody for [default: balanced]
    #[arg(long, value_name = "NAME")]
    pub(crate) profile: Option<Profile>,
    /// How ready to fire: for one false Insight in four days, one a day or five a day among 400
    /// series; it replaces the threshold of the profile [default: medium]
    #[arg(long, value_name = "LEVEL")]
    pub(crate) sensitivity: Option<Sensitivity>,
}

#[derive(Debug, ClapArgs)]
#[command(next_help_heading = "Output")]
pub(crate) struct Results {
    /// Write to FILE instead of stdout; it appears when it is whole
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Write below DIR as CloudTrail does into a bucket, and to stdout only if --format is given
    ///
    /// AWSLogs/ACCOUNT/CloudTrail-Insight/REGION/YYYY/MM/DD/….json.gz, a file for each account,
    /// Region and five minutes in which Insights became known. In an account or a Region, what is
    /// neither letter nor digit becomes a hyphen; one that is not known is called "unknown".
    #[arg(long, value_name = "DIR")]
    pub(crate) output_tree: Option<PathBuf>,
    /// Format of the Insights [default: table on a terminal, else jsonl]
    #[arg(long, value_name = "FORMAT")]
    pub(crate) format: Option<Format>,
    /// Say why in each record, as explanation in insightDetails or, with lake, beside the rest [not
    /// in csv and table]
    #[arg(long)]
    pub(crate) explain: bool,
    /// Say below each line of the table, in sentences, why it was reported
    #[arg(short, long)]
    pub(crate) verbose: bool,
    /// eventVersion of the records
    #[arg(long, value_name = "VERSION", default_value = insights_core::InsightRecord::EVENT_VERSION)]
    pub(crate) event_version: String,
    /// insightSource of the records: the ARN of the trail or event data store [default: none]
    #[arg(long, value_name = "ARN")]
    pub(crate) insight_source: Option<String>,
    /// Exit with 1 if there are Insights
    #[arg(long)]
    pub(crate) exit_code: bool,
}

#[derive(Debug, ClapArgs)]
#[command(next_help_heading = "Run")]
pub(crate) struct Common {
    /// Threads to read with, and if more than one, another to count and detect meanwhile [default:
    /// one for each processor]
    #[arg(long, value_name = "N")]
    pub(crate) threads: Option<usize>,
    /// Print neither summary nor progress; unreadable input is still named
    #[arg(short, long)]
    pub(crate) quiet: bool,
    /// Stop at the first part of the input that cannot be used, with exit code 4
    ///
    /// Nothing is then written to the file of the output. Without it, what can be used is used,
    /// what cannot is told, and the exit code is 3.
    #[arg(long)]
    pub(crate) strict: bool,
    /// Never show progress
    #[arg(long)]
    pub(crate) no_progress: bool,
    /// Also write the summary to FILE, as JSON
    #[arg(long, value_name = "FILE")]
    pub(crate) summary: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum Category {
    Management,
    Data,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum Type {
    #[value(alias = "ApiCallRateInsight")]
    CallRate,
    #[value(alias = "ApiErrorRateInsight")]
    ErrorRate,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum Sensitivity {
    Low,
    Medium,
    High,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum Profile {
    Balanced,
    Aws,
    Quiet,
}

impl From<Category> for insights_core::EventCategory {
    fn from(category: Category) -> Self {
        match category {
            Category::Management => Self::Management,
            Category::Data => Self::Data,
        }
    }
}

impl From<Type> for insights_core::InsightType {
    fn from(insight_type: Type) -> Self {
        match insight_type {
            Type::CallRate => Self::CallRate,
            Type::ErrorRate => Self::ErrorRate,
        }
    }
}

impl From<Sensitivity> for insights_core::Sensitivity {
    fn from(sensitivity: Sensitivity) -> Self {
        match sensitivity {
            Sensitivity::Low => Self::Low,
            Sensitivity::Medium => Self::Medium,
            Sensitivity::High => Self::High,
        }
    }
}

impl From<Profile> for insights_core::Profile {
    fn from(profile: Profile) -> Self {
        match profile {
            Profile::Balanced => Self::Balanced,
            Profile::Aws => Self::Aws,
            Profile::Quiet => Self::Quiet,
        }
    }
}

/// How counts are written.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum CountFormat {
    Csv,
    #[cfg(feature = "parquet")]
    Parquet,
}

/// How Insights are written.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum Format {
    /// CloudTrail's records, one a line
    Jsonl,
    /// CloudTrail's log file: {"Records": […]}
    Json,
    /// What a rule of EventBridge sees, one a line
    #[value(name = "eventbridge")]
    EventBridge,
    /// The flat records of an event data store, one a line
    Lake,
    /// One row an Insight event
    Csv,
    /// One line an episode, for people
    Table,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_definitions_hold_together() {
        Args::command().debug_assert();
    }
}
