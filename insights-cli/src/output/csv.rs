//! [`Csv`]: one row an Insight, for spreadsheets.

use insights_core::{Attribute, Direction, Insight};

use crate::output::{Output, OutputFile, top};

const HEADER: [&str; 20] = [
    "state",
    "event_time",
    "insight_type",
    "account_id",
    "aws_region",
    "event_source",
    "event_name",
    "event_category",
    "error_code",
    "direction",
    "baseline_average",
    "baseline_minutes",
    "insight_average",
    "insight_minutes",
    "score",
    "detected_at",
    "user_identity",
    "user_agent",
    "shared_event_id",
    "event_id",
];

/// Writes each Insight at once.
pub(super) struct Csv {
    out: csv::Writer<OutputFile>,
}

impl Csv {
    pub(super) fn new(out: OutputFile) -> anyhow::Result<Self> {
        let mut out = csv::Writer::from_writer(out);
        out.write_record(HEADER)?;
        Ok(Self { out })
    }
}

impl Output for Csv {
    fn write(&mut self, insight: &Insight) -> anyhow::Result<()> {
        let series = &insight.series;
        let explanation = &insight.explanation;
        let direction = match explanation.finding.direction {
            Direction::Rise => "rise",
            Direction::Fall => "fall",
        };
        self.out.write_record([
            &*insight.state.to_string(),
            &*insight.time().to_string(),
            series.insight_type().as_str(),
            &*text(&series.account_id),
            &*text(&series.region),
            &*text(&series.event_source),
            &*text(&series.event_name),
            series.category.as_str(),
            &*text(series.error_code.as_deref().unwrap_or_default()),
            direction,
            &*insight.baseline.per_minute().to_string(),
            &*insight.baseline.duration.count().to_string(),
            &*insight.insight.per_minute().to_string(),
            &*insight.insight.duration.count().to_string(),
            &*format!("{:.2}", explanation.finding.score),
            &*explanation.detected_at.to_string(),
            &*text(top(insight, Attribute::UserIdentityArn).unwrap_or_default()),
            &*text(top(insight, Attribute::UserAgent).unwrap_or_default()),
            &*insight.shared_event_id().to_string(),
            &*insight.event_id().to_string(),
        ])?;
        Ok(())
    }

    fn finish(self: Box<Self>) -> anyhow::Result<()> {
        let out = self.out.into_inner().map_err(csv::IntoInnerError::into_error)?;
        Ok(out.finish()?)
    }
}

/// Returns a cell that a spreadsheet takes for text even if it begins like a formula.
///
/// The beginnings are those that OWASP lists under CSV injection. Some programs drop what is
/// invisible before they look, so it hides nothing here.
pub(super) fn text(value: &str) -> String {
    let invisible = |c: char| {
        c.is_whitespace() || c.is_control() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{feff}')
    };
    let seen = value.trim_start_matches(invisible);
    let formula = seen.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠'])
        || value.starts_with(['\t', '\r', '\n']);
    format!("{}{value}", if formula { "'" } else { "" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_never_a_formula() {
        for formula in [
            "=HYPERLINK(1)",
            "+1",
            "-1",
            "@SUM(1)",
            "＝1",
            "＋1",
            "－1",
            "＠1",
            "\tx",
            "\rx",
            "\nx",
            " =1",
            "\u{a0}\u{3000}+1",
            "\0=1",
            "\u{feff}@A1",
            "\r\n=1",
        ] {
            assert_eq!(text(formula), format!("'{formula}"));
        }
        for harmless in ["", "ec2.amazonaws.com", " x", "a=1", "1-1", "\"=1", "'=1"] {
            assert_eq!(text(harmless), harmless);
        }
    }
}
