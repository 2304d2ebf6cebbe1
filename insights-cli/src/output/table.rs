//! [`Table`]: one line an episode, for people.

use std::{collections::BTreeMap, io::Write};

use comfy_table::{Cell, CellAlignment, ColumnConstraint, ContentArrangement, Row, presets};
use insights_core::{Attribute, Insight, Minutes};

use crate::{
    output::{Output, OutputFile, top},
    printable::printable,
    severity::Severity,
};

/// Keeps the latest Insight of each episode and writes them all at the end.
pub(super) struct Table {
    out: OutputFile,
    episodes: BTreeMap<(insights_core::Minute, insights_core::SeriesKey), Insight>,
}

impl Table {
    pub(super) fn new(out: OutputFile) -> Self {
        Self { out, episodes: BTreeMap::new() }
    }
}

impl Output for Table {
    fn write(&mut self, insight: &Insight) -> anyhow::Result<()> {
        self.episodes.insert((insight.start, insight.series.clone()), insight.clone());
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> anyhow::Result<()> {
        if self.episodes.is_empty() {
            writeln!(self.out, "no Insights")?;
            return Ok(self.out.finish()?);
        }
        let mut table = comfy_table::Table::new();
        table
            .load_style(presets::NOTHING)
            .set_content_arrangement(ContentArrangement::Dynamic)
            .set_truncation_indicator("…")
            .set_header(HEADER);
        for episode in self.episodes.values() {
            let mut row = Row::from(row(episode));
            // One line an episode: what does not fit is cut, and the other formats have it whole.
            row.max_height(1);
            table.add_row(row);
        }
        for (i, column) in table.column_iter_mut().enumerate() {
            column.set_padding((0, 2));
            if (5..8).contains(&i) {
                column.set_cell_alignment(CellAlignment::Right);
            }
            if HEADER[i] != "what" && HEADER[i] != "who" {
                column.set_constraint(ColumnConstraint::ContentWidth);
            }
        }
        for line in table.to_string().lines() {
            writeln!(self.out, "{}", line.trim_end())?;
        }
        writeln!(self.out, "baseline and insight are calls a minute")?;
        Ok(self.out.finish()?)
    }
}

const HEADER: [&str; 9] =
    ["start (UTC)", "lasted", "severity", "what", "where", "baseline", "insight", "change", "who"];

fn row(episode: &Insight) -> [Cell; 9] {
    let series = &episode.series;
    let service = series.event_source.trim_end_matches(".amazonaws.com");
    let code = series.error_code.as_ref().map_or(String::new(), |code| format!(" {code}"));
    let lasted = episode.end.map_or("open".to_owned(), |end| lasted(end.since(episode.start)));
    let (before, during) = (episode.baseline.per_minute(), episode.insight.per_minute());
    let who = top(episode, Attribute::UserIdentityArn).map_or("", short);
    let cells = [
        episode.start.instant().format("%Y-%m-%d %H:%M").to_string(),
        lasted,
        Severity::of(episode.explanation.finding.score).to_string(),
        format!("{service}:{}{code}", series.event_name),
        format!("{} {}", series.account_id, series.region),
        rate(before),
        rate(during),
        change(before, during),
        who.to_owned(),
    ];
    cells.map(|cell| Cell::new(printable(&cell)))
}

/// Returns `45m`, `2h05m` or `1d03h`.
pub(super) fn lasted(span: Minutes) -> String {
    let minutes = span.count();
    match (minutes / 1_440, minutes / 60) {
        (0, 0) => format!("{minutes}m"),
        (0, hours) => format!("{hours}h{:02}m", minutes % 60),
        (days, hours) => format!("{days}d{:02}h", hours % 24),
    }
}

pub(super) fn rate(value: f64) -> String {
    match value {
        0.0 => "0".to_owned(),
        v if v < 0.01 => format!("{v:.5}"),
        v if v < 10.0 => format!("{v:.2}"),
        v => format!("{v:.1}"),
    }
}

fn change(before: f64, during: f64) -> String {
    match during / before {
        _ if before == 0.0 => "new".to_owned(),
        0.0 => "gone".to_owned(),
        ratio if ratio >= 10.0 => format!("×{ratio:.0}"),
        ratio => format!("×{ratio:.1}"),
    }
}

/// Returns the part of an ARN that tells people apart: what follows the account.
fn short(arn: &str) -> &str {
    if arn.starts_with("arn:") { arn.splitn(6, ':').nth(5).unwrap_or(arn) } else { arn }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_short_and_harmless() {
        assert_eq!(lasted(Minutes::new(45)), "45m");
        assert_eq!(lasted(Minutes::new(125)), "2h05m");
        assert_eq!(lasted(Minutes::new(1_620)), "1d03h");
        assert_eq!(change(0.0, 4.0), "new");
        assert_eq!(change(20.0, 0.0), "gone");
        assert_eq!(change(20.0, 100.0), "×5.0");
        assert_eq!(short("arn:aws:sts::1:assumed-role/Admin/me:too"), "assumed-role/Admin/me:too");
        assert_eq!(short("ec2.amazonaws.com"), "ec2.amazonaws.com");
    }
}
