//! What is typed after `insights synth`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag")]
pub(crate) struct Synth {
    /// Take behaviours and anomalies from FILE, in TOML; --print-mix prints one with all of them
    #[arg(long, value_name = "FILE", help_heading = "Account")]
    pub(crate) mix: Option<PathBuf>,
    /// What all randomness starts from [default: that of the file, else 1]
    #[arg(long, value_name = "N", help_heading = "Account")]
    pub(crate) seed: Option<u64>,
    /// The days, from 10 to 35; anomalies begin after the 8th [default: those of the file, else 28]
    #[arg(long, value_name = "N", help_heading = "Account")]
    pub(crate) days: Option<u32>,
    /// Write below DIR, which is new or empty
    ///
    /// labels.csv says what is unusual, when and of which class; neutral.csv where a report is
    /// neither right nor wrong, such as the first day of a new service; gaps.csv when nothing was
    /// logged.
    #[arg(
        short,
        long,
        value_name = "DIR",
        required_unless_present = "print_mix",
        help_heading = "Output"
    )]
    pub(crate) output: Option<PathBuf>,
    /// What to write
    #[arg(long, value_name = "FORMAT", default_value = "counts", help_heading = "Output")]
    pub(crate) format: Form,
    /// Write to a folder that is not empty: files of the same name are replaced, none is removed
    ///
    /// Files of archives have names of their own: one written over another has the calls of both.
    #[arg(long, help_heading = "Output")]
    pub(crate) force: bool,
    /// Print the mix in effect, as the file that --mix takes, and write nothing else
    #[arg(long, conflicts_with_all = ["output", "format", "force"], help_heading = "Output")]
    pub(crate) print_mix: bool,
    /// Do not say what was written; fewer anomalies than asked for are still told
    #[arg(short, long, help_heading = "Run")]
    pub(crate) quiet: bool,
    /// Never show progress
    #[arg(long, help_heading = "Run")]
    pub(crate) no_progress: bool,
}

/// What an account is written as.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum Form {
    /// A table for `detect` and other commands that take counts: counts.csv
    Counts,
    /// Log files as CloudTrail delivers them: AWSLogs/ACCOUNT/CloudTrail/REGION/…
    Archive,
}
