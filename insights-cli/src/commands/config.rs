//! `insights config`: prints the settings in effect.

use std::io::Write;

use anyhow::Context;

use crate::{args::PrintConfig, exit::Exit, output, settings::Settings};

pub(super) fn run(args: PrintConfig) -> anyhow::Result<Exit> {
    let settings = Settings::new(&args.settings, Some(&args.model))?.select(args.select)?;
    // What is printed is to be read again.
    settings.config()?;
    let mut out = output::sink(args.output.as_deref())?;
    out.write_all(settings.to_toml().as_bytes()).context("cannot write the settings")?;
    out.finish().context("cannot write the settings")?;
    Ok(Exit::Done)
}
