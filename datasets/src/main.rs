//! Writes a labelled CloudTrail archive to a folder.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, ensure};
use chrono::NaiveDate;
use clap::{Args, Parser, ValueEnum};
use insights_datasets::account::Account;
use insights_datasets::{Archive, Folder, Settings};

/// Writes a realistic CloudTrail archive with labelled anomalies, or counts of a whole account.
/// Same options, same bytes.
#[derive(Debug, Parser)]
#[command(version)]
struct Command {
    /// The folder to write AWSLogs/ (or counts.csv) and labels.csv to
    #[arg(short, long, value_name = "DIR")]
    output: PathBuf,
    /// Write to a folder that is not empty; files of the same name are replaced, none is removed
    #[arg(long)]
    force: bool,
    /// A fixed archive instead of the options below
    #[arg(long, value_enum, conflicts_with = "Shape")]
    preset: Option<Preset>,
    /// Instead of an archive the counts of a whole account over 35 days, made from this seed
    #[arg(long, value_name = "SEED", conflicts_with_all = ["Shape", "preset"])]
    account: Option<u64>,
    #[command(flatten)]
    shape: Shape,
}

/// An archive of fixed settings.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Preset {
    /// Ten days of one account, about 13 thousand records
    Demo,
    /// Fourteen days of two accounts, about a million records
    Million,
}

/// The settings of an archive; those not given keep their default.
#[derive(Args, Debug)]
struct Shape {
    /// What all randomness starts from [default: 1]
    #[arg(long)]
    seed: Option<u64>,
    /// The first day, UTC [default: 2026-03-02]
    #[arg(long, value_name = "DATE")]
    start: Option<NaiveDate>,
    /// The number of days [default: 10]
    #[arg(long)]
    days: Option<u32>,
    /// The number of accounts, up to 8 [default: 1]
    #[arg(long)]
    accounts: Option<u32>,
    /// The number of Regions of each account, up to 10 [default: 2]
    #[arg(long)]
    regions: Option<u32>,
    /// The number of distinct APIs over all [default: 80]
    #[arg(long)]
    apis: Option<usize>,
    /// About how many records to write, without the anomalies [default: 50000]
    #[arg(long)]
    records: Option<u32>,
    /// The minutes from file to file of an account and Region [default: 5]
    #[arg(long, value_name = "MINUTES")]
    file_minutes: Option<u32>,
    /// The longest time from a call to its file, in minutes [default: 10]
    #[arg(long, value_name = "MINUTES")]
    max_lag: Option<u32>,
    /// The share of records that are delivered twice [default: 0.005]
    #[arg(long, value_name = "SHARE")]
    duplicates: Option<f64>,
    /// The number of labelled anomalies [default: 6]
    #[arg(long)]
    anomalies: Option<u32>,
}

impl Shape {
    fn settings(&self) -> Settings {
        let default = Settings::default();
        Settings {
            seed: self.seed.unwrap_or(default.seed),
            start: self.start.unwrap_or(default.start),
            days: self.days.unwrap_or(default.days),
            accounts: self.accounts.unwrap_or(default.accounts),
            regions: self.regions.unwrap_or(default.regions),
            apis: self.apis.unwrap_or(default.apis),
            records: self.records.unwrap_or(default.records),
            file_minutes: self.file_minutes.unwrap_or(default.file_minutes),
            max_lag: self.max_lag.unwrap_or(default.max_lag),
            duplicates: self.duplicates.unwrap_or(default.duplicates),
            anomalies: self.anomalies.unwrap_or(default.anomalies),
        }
    }
}

fn main() -> ExitCode {
    match run(&Command::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nothing is left to do if this cannot be written either.
            let _ = writeln!(io::stderr().lock(), "insights-datasets: {error:#}");
            ExitCode::from(2)
        }
    }
}

fn run(command: &Command) -> anyhow::Result<()> {
    let output = &command.output;
    ensure!(
        command.force || is_empty(output)?,
        "{} is not empty; use --force to write into it",
        output.display()
    );
    if let Some(seed) = command.account {
        return write_account(seed, output);
    }
    let settings = match command.preset {
        Some(Preset::Demo) => Settings::demo(),
        Some(Preset::Million) => Settings::million(),
        None => command.shape.settings(),
    };
    let archive = Archive::new(settings)?;
    let labels = archive.labels().len();
    let summary = archive.write(&mut Folder::new(output))?;
    writeln!(
        io::stderr().lock(),
        "{} records ({} of them duplicates) in {} files, {} bytes, {} compressed; {labels} labels",
        summary.records,
        summary.duplicates,
        summary.files,
        summary.raw_bytes,
        summary.compressed_bytes
    )?;
    Ok(())
}

/// Writes the tables of a whole account.
fn write_account(seed: u64, output: &Path) -> anyhow::Result<()> {
    let account = Account::generate(seed);
    account.write(&mut Folder::new(output))?;
    let rows: usize = account.series.iter().map(|series| series.cells.len()).sum();
    writeln!(
        io::stderr().lock(),
        "{rows} counts of {} series over {} days; {} labels",
        account.series.len(),
        account.days,
        account.labels.len()
    )?;
    Ok(())
}

/// Returns true for a folder without entries and for one that does not exist.
fn is_empty(folder: &Path) -> anyhow::Result<bool> {
    if !folder.exists() {
        return Ok(true);
    }
    let mut entries = folder.read_dir().with_context(|| format!("read {}", folder.display()))?;
    Ok(entries.next().is_none())
}
