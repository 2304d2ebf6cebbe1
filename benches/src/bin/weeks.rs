//! Writes the counts and labels that sweeps are timed with.

use std::{
    fs::{self, File},
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

use anyhow::Context;
use clap::Parser;
use insights_benches::Weeks;

/// Writes counts.csv and labels.csv: synthetic series of an account by minute, a quarter of the
/// minutes with calls, with labelled bursts. Same options, same bytes.
#[derive(Debug, Parser)]
#[command(version)]
struct Command {
    /// The folder to write to
    #[arg(short, long, value_name = "DIR")]
    output: PathBuf,
    /// The series
    #[arg(long, default_value_t = 400)]
    series: u32,
    /// The days
    #[arg(long, default_value_t = 28)]
    days: u32,
}

fn main() -> anyhow::Result<()> {
    let Command { output, series, days } = Command::parse();
    let weeks = Weeks::new(series, days);
    fs::create_dir_all(&output).with_context(|| format!("create {}", output.display()))?;
    let create = |name: &str| -> anyhow::Result<BufWriter<File>> {
        let path = Path::new(&output).join(name);
        let file = File::create(&path).with_context(|| format!("create {}", path.display()))?;
        Ok(BufWriter::new(file))
    };
    let mut counts = create("counts.csv")?;
    let rows = weeks.write_counts(&mut counts)?;
    counts.flush()?;
    let mut labels = create("labels.csv")?;
    weeks.write_labels(&mut labels)?;
    labels.flush()?;
    writeln!(io::stderr().lock(), "{rows} counts of {series} series over {days} days")?;
    Ok(())
}
