//! What was typed for `insights man`.

use std::path::PathBuf;

use clap::{Args, ValueHint};

#[derive(Debug, Args)]
pub(crate) struct Man {
    /// The command to print the page of [default: the page of insights itself]
    #[arg(value_name = "COMMAND", conflicts_with = "output")]
    pub(crate) command: Option<String>,
    /// Write all pages into this folder
    #[arg(
        short,
        long,
        value_name = "DIR",
        value_hint = ValueHint::DirPath,
        help_heading = "Output"
    )]
    pub(crate) output: Option<PathBuf>,
}
