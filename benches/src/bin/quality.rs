//! Prints how well labelled anomalies are found.

use std::io::{self, Write};
use std::sync::{
    Mutex,
    atomic::{AtomicUsize, Ordering},
};
use std::thread;
use std::time::Instant;

use anyhow::{Context, bail};
use clap::Parser;
use insights_benches::quality::{Benchmark, Detail, Score, Table};
use insights_core::{Config, Profile, Sensitivity};

/// The accounts made and replayed at the same time; each takes some 200 megabytes.
const THREADS: usize = 2;

/// Makes accounts with labelled anomalies, replays them and prints how well these are found.
#[derive(Debug, Parser)]
#[command(version)]
struct Command {
    /// The seeds of the accounts: 7, 1-3 or 1,4,9
    #[arg(long, default_value = "1-3", value_parser = seeds)]
    seeds: Seeds,
    /// How ready to fire: low, medium or high
    #[arg(long, default_value = "medium", value_parser = sensitivity)]
    sensitivity: Sensitivity,
    /// Settings by name instead: balanced, aws or quiet
    #[arg(long, value_parser = profile, conflicts_with = "sensitivity")]
    profile: Option<Profile>,
    /// List each false report and each label missed
    #[arg(long)]
    detail: bool,
}

/// A list of seeds.
#[derive(Clone, Debug)]
struct Seeds(Vec<u64>);

fn seeds(text: &str) -> anyhow::Result<Seeds> {
    let mut list = Vec::new();
    for part in text.split(',') {
        let number = |text: &str| {
            let text = text.trim();
            text.parse::<u64>().with_context(|| format!("{text:?} is not a seed"))
        };
        match part.split_once('-') {
            Some((from, to)) => list.extend(number(from)?..=number(to)?),
            None => list.push(number(part)?),
        }
    }
    if list.is_empty() {
        bail!("{text:?} names no seed");
    }
    Ok(Seeds(list))
}

fn sensitivity(text: &str) -> anyhow::Result<Sensitivity> {
    Ok(match text {
        "low" => Sensitivity::Low,
        "medium" => Sensitivity::Medium,
        "high" => Sensitivity::High,
        _ => bail!("{text:?} is not low, medium or high"),
    })
}

fn profile(text: &str) -> anyhow::Result<Profile> {
    Ok(match text {
        "balanced" => Profile::Balanced,
        "aws" => Profile::Aws,
        "quiet" => Profile::Quiet,
        _ => bail!("{text:?} is not balanced, aws or quiet"),
    })
}

fn main() -> anyhow::Result<()> {
    let command = Command::parse();
    let builder = Config::builder();
    let config = match command.profile {
        Some(profile) => builder.profile(profile),
        None => builder.sensitivity(command.sensitivity),
    }
    .build()?;
    let Seeds(seeds) = &command.seeds;
    let begin = Instant::now();
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..THREADS.min(seeds.len()) {
            scope.spawn(|| {
                while let Some(&seed) = seeds.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let (score, detail) = run(seed, &config, command.detail);
                    done.lock().expect("nothing panics with it").push((seed, score, detail));
                }
            });
        }
    });
    let mut done = done.into_inner().context("an account could not be scored")?;
    done.sort_by_key(|(seed, ..)| *seed);
    let mut out = io::stdout().lock();
    for (seed, _, detail) in &done {
        if command.detail {
            writeln!(out, "seed {seed}\n{detail}")?;
        }
    }
    let scores: Vec<(u64, Score)> =
        done.into_iter().map(|(seed, score, _)| (seed, score)).collect();
    writeln!(out, "{}", Table(&scores))?;
    let seconds = begin.elapsed().as_secs_f64();
    writeln!(io::stderr().lock(), "{} accounts in {seconds:.1} s", scores.len())?;
    Ok(())
}

/// Returns the score of one account, and its details if asked for.
fn run(seed: u64, config: &Config, detail: bool) -> (Score, String) {
    let benchmark = Benchmark::run(seed, config);
    let score = benchmark.score();
    let detail = if detail {
        Detail { benchmark: &benchmark, score: &score }.to_string()
    } else {
        String::new()
    };
    (score, detail)
}
