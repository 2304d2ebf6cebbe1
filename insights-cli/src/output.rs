//! How Insights leave: one trait, one file for each format.

pub(crate) mod answer;
pub(crate) mod counts;
mod csv;
mod file;
mod json;
mod jsonl;
pub(crate) mod norms;
mod paragraph;
pub(crate) mod report;
pub(crate) mod score;
pub(crate) mod sparkline;
mod table;
mod tree;

use std::{env, path::Path};

use insights_core::{Attribute, Insight, InsightRecord};

pub(crate) use self::file::OutputFile;
use self::{jsonl::Form, sparkline::Sparklines, table::Look};
use crate::{args::Format, color, plan::ResultsPlan};

/// Writes Insights in one format.
pub(crate) trait Output {
    /// Writes one Insight, or keeps it for the end.
    fn write(&mut self, insight: &Insight) -> anyhow::Result<()>;

    /// Returns what draws the minutes around episodes, where they are shown.
    fn sparklines(&mut self) -> Option<&mut Sparklines> {
        None
    }

    /// Writes what was kept and all that is buffered. A file gets its name only now.
    fn finish(self: Box<Self>) -> anyhow::Result<()>;
}

/// Opens the outputs that were asked for.
pub(crate) fn open(plan: &ResultsPlan) -> anyhow::Result<Vec<Box<dyn Output>>> {
    let records = Records {
        event_version: plan.event_version.clone(),
        insight_source: plan.insight_source.clone(),
        explain: plan.explain,
    };
    let mut outputs: Vec<Box<dyn Output>> = Vec::new();
    if let Some(tree) = &plan.tree {
        outputs.push(Box::new(tree::Tree::new(tree.clone(), records.clone())?));
    }
    if let Some(format) = plan.format {
        let out = sink(plan.output.as_deref())?;
        outputs.push(match format {
            Format::Jsonl => Box::new(jsonl::Jsonl::new(out, records, Form::Trail)),
            Format::Json => Box::new(json::Json::new(out, records)),
            Format::EventBridge => Box::new(jsonl::Jsonl::new(out, records, Form::EventBridge)),
            Format::Lake => Box::new(jsonl::Jsonl::new(out, records, Form::Lake)),
            Format::Csv => Box::new(csv::Csv::new(out)?),
            Format::Table => Box::new(table::Table::new(out, look(plan))),
        });
    }
    Ok(outputs)
}

/// Returns how a table looks where it goes.
fn look(plan: &ResultsPlan) -> Look {
    let to_stdout = plan.output.is_none();
    let width = if to_stdout { width() } else { WIDTH };
    Look { width, colored: to_stdout && color::on_stdout(), verbose: plan.verbose }
}

/// The width of lines that no terminal limits.
const WIDTH: usize = 100;

/// Returns the width of the terminal that stdout is, or else what COLUMNS says, as for help.
fn width() -> usize {
    let said = || env::var("COLUMNS").ok()?.parse().ok().filter(|&columns| columns > 0);
    comfy_table::Table::new().width().or_else(said).map_or(WIDTH, usize::from)
}

/// Opens a file to write to, or stdout.
pub(crate) fn sink(path: Option<&Path>) -> anyhow::Result<OutputFile> {
    path.map_or_else(|| Ok(OutputFile::stdout()), OutputFile::create)
}

/// Makes CloudTrail's records of Insights.
#[derive(Clone, Debug)]
struct Records {
    event_version: String,
    insight_source: Option<String>,
    explain: bool,
}

impl Records {
    fn of(&self, insight: &Insight) -> InsightRecord {
        let mut record = InsightRecord::new(insight, &self.event_version);
        record.insight_details.insight_source.clone_from(&self.insight_source);
        record.insight_details.explanation = self.explain.then_some(insight.explanation);
        record
    }
}

/// Returns the value that most calls of an insight carry, before it if there are none in it.
fn top(insight: &Insight, attribute: Attribute) -> Option<&str> {
    let found = insight.attributions.iter().find(|found| found.attribute == attribute)?;
    let share = found.insight.first().or_else(|| found.baseline.first())?;
    Some(&share.value)
}
