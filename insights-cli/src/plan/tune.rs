//! [`TunePlan`]: what `insights tune` is to do.

use std::path::{Path, PathBuf};

use insights_core::Minutes;

use super::span_of;
use crate::{
    args,
    exit::UsageError,
    tuning::{configurations::Choice, split::Holdout},
};

/// What is tried, and how it is judged.
#[derive(Debug)]
pub(crate) struct TunePlan {
    pub(crate) labels: PathBuf,
    /// The file of the space; the default one without.
    pub(crate) space: Option<PathBuf>,
    pub(crate) choice: Choice,
    pub(crate) holdout: Holdout,
    /// How many false Insights an account-day are too many; those of the settings as they are given
    /// without.
    pub(crate) max_false_per_day: Option<f64>,
    pub(crate) tolerance: Minutes,
    /// The beginning that is not scored.
    pub(crate) skip: Minutes,
    pub(crate) results: PathBuf,
    pub(crate) picture: PathBuf,
    pub(crate) best: PathBuf,
}

impl TunePlan {
    /// Checks what was typed.
    pub(crate) fn new(args: args::Tuning, folder: &Path) -> Result<Self, UsageError> {
        /// More would fill memory.
        const MOST: usize = 100_000;
        let choice = match args.trials {
            _ if args.grid => Choice::Grid,
            count @ 1..=MOST => Choice::Trials { count, seed: args.seed },
            _ => return Err(UsageError(format!("--trials must be from 1 to {MOST}"))),
        };
        let bad = |limit: &f64| !limit.is_finite() || *limit < 0.0;
        if let Some(limit) = args.max_false_per_day.filter(bad) {
            return Err(UsageError(format!("--max-false-per-day {limit} is not 0 or more")));
        }
        Ok(Self {
            labels: args.labels,
            space: args.space,
            choice,
            holdout: Holdout::parse(&args.holdout)?,
            max_false_per_day: args.max_false_per_day,
            tolerance: span_of("--tolerance", &args.tolerance)?,
            skip: span_of("--skip", &args.skip)?,
            results: folder.join("results.csv"),
            picture: folder.join("pareto.svg"),
            best: folder.join("best.toml"),
        })
    }
}
