//! `insights completions`: what lets a shell complete the command line.

use std::io::Write;

use anyhow::Context;
use clap::CommandFactory;

use crate::{
    args::{Args, Completions},
    exit::Exit,
    output,
};

pub(super) fn run(args: Completions) -> anyhow::Result<Exit> {
    let mut command = Args::command();
    let name = command.get_name().to_owned();
    // The generator would panic where nobody reads on.
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut command, name, &mut script);
    let mut out = output::sink(None)?;
    out.write_all(&script).context("cannot write the completions")?;
    out.finish().context("cannot write the completions")?;
    Ok(Exit::Done)
}
