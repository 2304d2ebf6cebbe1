//! `insights`: replays CloudTrail archives into CloudTrail Insight events.

mod args;
mod columns;
mod commands;
mod exit;
mod input;
mod output;
mod plan;
mod printable;
mod progress;
mod summary;

use std::{io::Write, process::ExitCode};

use clap::Parser;

use crate::{args::Args, exit::Exit};

fn main() -> ExitCode {
    let args = Args::parse();
    let exit = commands::run(args).unwrap_or_else(|error| {
        let exit = Exit::of_error(&error);
        if exit != Exit::Done {
            // Nothing is left to tell it to if stderr is closed.
            let _ = writeln!(std::io::stderr(), "error: {error:#}");
        }
        exit
    });
    exit.into()
}
