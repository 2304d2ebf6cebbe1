//! What was typed for `insights tune`.

use std::path::PathBuf;

use clap::Args as ClapArgs;

use super::{Common, Input, Model, Select, Settings};

/// Paragraphs are lines, for the parser breaks them to the width of the terminal.
pub(super) const ABOUT: &str = "\
Find the settings that suit labels best: every configuration is scored, and the best one written.

Calls are counted once; then each configuration is detected with and scored as `insights score` \
does. The first 75 % of the time that is scored are tuned on, the rest is held out: what counts is \
how the best configuration does there.

A space is a TOML file. Each setting of the detection is a list of values, or a range with the step \
between them or, on a scale of ratios, their number. The default is

  threshold = { min = 2.5, max = 10, step = 0.25 }
  least_calls = [2, 3, 4, 6, 10]
  least_new_calls = [2, 4, 6, 10]
  least_change = { min = 1.4, max = 3.5, log = 8 }
  quiet = [\"3m\", \"5m\", \"10m\", \"20m\"]

Other settings stay as --config, --set and --profile say; so is configuration 0 as a whole.

Into the folder of -o go results.csv, a row for each configuration, pareto.svg, and best.toml for \
--config. A run that was stopped, or is repeated with more trials or another space, goes on with \
the results.csv that is there.";

#[derive(Debug, ClapArgs)]
pub(crate) struct Tune {
    #[command(flatten)]
    pub(crate) tuning: Tuning,
    #[command(flatten)]
    pub(crate) input: Input,
    #[command(flatten)]
    pub(crate) select: Select,
    #[command(flatten)]
    pub(crate) model: Model,
    #[command(flatten)]
    pub(crate) settings: Settings,
    /// Write to this folder; results that are in it are gone on with
    #[arg(
        short,
        long,
        value_name = "DIR",
        default_value = "insights-tune",
        help_heading = "Output"
    )]
    pub(crate) output: PathBuf,
    #[command(flatten)]
    pub(crate) common: Common,
}

#[derive(Debug, ClapArgs)]
#[command(next_help_heading = "Tuning")]
pub(crate) struct Tuning {
    /// Known anomalies, as CSV, plain or gzip [see `insights score --help`]
    #[arg(long, value_name = "FILE")]
    pub(crate) labels: PathBuf,
    /// Which values of which settings to try, in TOML [default: see above]
    #[arg(long, value_name = "FILE")]
    pub(crate) space: Option<PathBuf>,
    /// Try so many configurations, drawn from the space; more of them begin with the same ones
    #[arg(long, value_name = "N", default_value_t = 100, conflicts_with = "grid")]
    pub(crate) trials: usize,
    /// Try every combination of the space
    #[arg(long)]
    pub(crate) grid: bool,
    /// What the draws start from
    #[arg(long, value_name = "N", default_value_t = 1, conflicts_with = "grid")]
    pub(crate) seed: u64,
    /// Hold so much of the time out, at its end
    #[arg(long, value_name = "PERCENT", default_value = "25%")]
    pub(crate) holdout: String,
    /// Take the configuration that finds most labels with at most so many false Insights an
    /// account-day [default: as many as with the settings as they are given]
    #[arg(long, value_name = "X")]
    pub(crate) max_false_per_day: Option<f64>,
    /// How far apart an Insight and its label may lie, and how much later than its end a label may
    /// be found [minutes, or 2h]
    #[arg(long, value_name = "TIME", default_value = "15m")]
    pub(crate) tolerance: String,
    /// Do not score the beginning of the data, from which baselines are learnt [minutes, or 7d]
    #[arg(long, value_name = "TIME", default_value = "7d")]
    pub(crate) skip: String,
}
