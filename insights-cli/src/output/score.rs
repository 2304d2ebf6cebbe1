//! How scores leave: [`labels`] for Insights against labels, [`comparison`] for Insights against
//! somebody else's.

pub(crate) mod comparison;
pub(crate) mod labels;
mod lines;

use std::io::Write;

use serde::Serialize;

pub(crate) use self::lines::percent;

use crate::{args::ScoreFormat, output::OutputFile, printable::printable, subject::Subject};

/// A score that can be written in every format.
pub(crate) trait Score {
    /// What a row of the table for machines holds.
    type Row: Serialize;
    /// What is written as JSON, the rows aside.
    type Figures: Serialize;

    /// Returns one row for each thing that was held against another.
    fn rows(&self) -> Vec<Self::Row>;

    fn figures(&self) -> Self::Figures;

    /// Writes the figures for people.
    fn write_table(&self, out: &mut impl Write) -> std::io::Result<()>;
}

/// Writes a score.
pub(crate) fn write(
    score: &impl Score,
    format: ScoreFormat,
    mut out: OutputFile,
) -> anyhow::Result<()> {
    /// The figures, then what they are made of.
    #[derive(Serialize)]
    struct Whole<F, R> {
        #[serde(flatten)]
        figures: F,
        rows: Vec<R>,
    }
    match format {
        ScoreFormat::Table => score.write_table(&mut out)?,
        ScoreFormat::Json => {
            let whole = Whole { figures: score.figures(), rows: score.rows() };
            serde_json::to_writer_pretty(&mut out, &whole)?;
            writeln!(out)?;
        }
        ScoreFormat::Csv => {
            let mut csv = csv::Writer::from_writer(&mut out);
            for row in score.rows() {
                csv.serialize(row)?;
            }
            csv.flush()?;
        }
    }
    Ok(out.finish()?)
}

/// The columns that tell a series.
#[derive(Debug, Serialize)]
pub(crate) struct Columns {
    insight_type: &'static str,
    account_id: String,
    aws_region: String,
    event_source: String,
    event_name: String,
    error_code: String,
}

impl From<&Subject> for Columns {
    fn from(subject: &Subject) -> Self {
        let cell = |value: &str| super::csv::text(value);
        Self {
            insight_type: subject.insight_type().as_str(),
            account_id: cell(&subject.account_id),
            aws_region: cell(&subject.region),
            event_source: cell(&subject.event_source),
            event_name: cell(&subject.event_name),
            error_code: cell(subject.error_code.as_deref().unwrap_or_default()),
        }
    }
}

/// Returns a series for people.
fn named(subject: &Subject) -> String {
    printable(&subject.to_string())
}
