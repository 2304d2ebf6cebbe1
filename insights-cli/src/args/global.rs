//! What can be typed after every subcommand.

use clap::{ArgAction, Args, ValueEnum};

#[derive(Clone, Copy, Debug, Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct Global {
    /// Colour what is printed
    ///
    /// auto does so on a terminal, and heeds NO_COLOR, CLICOLOR, CLICOLOR_FORCE and TERM=dumb.
    #[arg(long, value_name = "WHEN", default_value = "auto", global = true, display_order = 900)]
    pub(crate) color: Color,
    /// Print help: -h in short, --help with everything there is to know
    #[arg(short, long, action = ArgAction::Help, global = true, display_order = 901)]
    help: Option<bool>,
}

/// When output is coloured.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum Color {
    Auto,
    Always,
    Never,
}
