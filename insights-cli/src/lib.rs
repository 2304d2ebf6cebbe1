//! All of the program `insights` but its entry: replays CloudTrail archives into CloudTrail Insight
//! events.
//!
//! It is a library only so that other programs of this repository can reach what reads untrusted
//! input; the library to embed is `insights-core`.

mod args;
mod color;
mod columns;
mod commands;
mod comparison;
mod document;
mod episodes;
mod exit;
mod failure;
mod input;
mod interrupt;
mod labels;
mod matching;
mod missing;
mod mix;
mod nearest;
mod output;
mod plan;
mod printable;
mod progress;
mod scoring;
mod settings;
mod severity;
mod shell;
mod subject;
mod summary;
mod tuning;

#[cfg(fuzzing)]
pub mod fuzzing;

use std::{io::Write, path::Path, process::ExitCode};

use anyhow::Context;
use clap::Parser;

use crate::{args::Args, exit::Exit};

/// Runs what the command line asks for.
#[must_use]
pub fn main() -> ExitCode {
    color::choose_early(std::env::args_os().skip(1));
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => {
            let typed: Vec<_> = std::env::args_os().skip(1).collect();
            let Some(told) = missing::input(&error, &typed, Path::new(".")) else { error.exit() };
            // Nothing is left to tell it to if stderr is closed.
            let told = failure::headed("error", &told);
            let _ = writeln!(std::io::stderr(), "{}", color::for_stderr(&told));
            return Exit::Usage.into();
        }
    };
    color::choose(args.global.color);
    let run = || {
        interrupt::listen().context("cannot listen to signals")?;
        commands::run(args)
    };
    let exit = run().unwrap_or_else(|error| {
        let exit = Exit::of_error(&error);
        let kind = match exit {
            Exit::Done => return exit,
            Exit::Interrupted => "interrupted",
            _ => "error",
        };
        // Nothing is left to tell it to if stderr is closed.
        let told = failure::told(kind, &error);
        let _ = writeln!(std::io::stderr(), "{}", color::for_stderr(&told));
        exit
    });
    exit.into()
}
