//! [`ScorePlan`]: what `insights score` is to do.

use std::path::PathBuf;

use insights_core::{Minute, Minutes};

use super::{instant, span_of};
use crate::{
    args::{self, ScoreFormat},
    exit::UsageError,
};

/// What Insights are scored against, and what of them.
#[derive(Debug)]
pub(crate) struct ScorePlan {
    pub(crate) insights: Vec<PathBuf>,
    pub(crate) truth: Truth,
    pub(crate) tolerance: Minutes,
    pub(crate) from: Option<Minute>,
    pub(crate) to: Option<Minute>,
    /// The accounts that are scored; all if there is none.
    pub(crate) accounts: Vec<String>,
    pub(crate) output: Option<PathBuf>,
    pub(crate) format: ScoreFormat,
}

/// Where it is told what there really is.
#[derive(Debug)]
pub(crate) enum Truth {
    /// A table of labels.
    Labels(PathBuf),
    /// Somebody else's Insights.
    Others(PathBuf),
}

impl ScorePlan {
    /// Checks what was typed, and returns the rest of it.
    pub(crate) fn new(args: args::Score) -> Result<(Self, args::Common), UsageError> {
        let truth = match (args.truth.labels, args.truth.aws) {
            (Some(labels), None) => Truth::Labels(labels),
            (None, Some(others)) => Truth::Others(others),
            _ => return Err(UsageError("either --labels or --aws is needed".into())),
        };
        let from = args.from.as_deref().map(|text| instant("--from", text)).transpose()?;
        let to = args.to.as_deref().map(|text| instant("--to", text)).transpose()?;
        if let (Some(from), Some(to)) = (from, to)
            && from >= to
        {
            return Err(UsageError(format!("--from {from} is not before --to {to}")));
        }
        let truth_path = match &truth {
            Truth::Labels(path) | Truth::Others(path) => path,
        };
        for input in args.insights.iter().chain([truth_path]) {
            if input.to_string_lossy().starts_with("s3://") {
                let input = input.display();
                let what = format!("{input}: only files are scored; copy them: aws s3 sync");
                return Err(UsageError(what));
            }
        }
        let plan = Self {
            insights: args.insights,
            truth,
            tolerance: span_of("--tolerance", &args.tolerance)?,
            from,
            to,
            accounts: args.account,
            output: args.output,
            format: args.format,
        };
        Ok((plan, args.common))
    }
}
