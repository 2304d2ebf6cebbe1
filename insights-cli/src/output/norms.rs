//! What is normal for series: as a table, as CSV, as JSON.

use std::io::Write;

use comfy_table::{Cell, CellAlignment, ColumnConstraint, ContentArrangement, Row, presets};
use insights_core::{Minute, Norm, Pattern};
use serde::Serialize;

use super::{
    OutputFile,
    csv::text,
    table::{lasted, rate},
};
use crate::{args::baseline::NormFormat, printable::printable};

/// Writes what was normal `at` a minute.
pub(crate) fn write(
    mut out: OutputFile,
    format: NormFormat,
    at: Minute,
    norms: &[Norm],
) -> anyhow::Result<()> {
    match format {
        NormFormat::Table => write_table(&mut out, at, norms)?,
        NormFormat::Csv => return write_csv(out, at, norms),
        NormFormat::Json => {
            let norms = norms.iter().map(NormRecord::new).collect();
            serde_json::to_writer_pretty(&mut out, &Norms { at: at.to_string(), series: norms })?;
            writeln!(out)?;
        }
    }
    Ok(out.finish()?)
}

const HEADER: [&str; 12] = [
    "what",
    "where",
    "pattern",
    "calls",
    "a min",
    "most",
    "50/95/99%",
    "empty",
    "var",
    "1 min",
    "15 min",
    "silence",
];

fn write_table(out: &mut OutputFile, at: Minute, norms: &[Norm]) -> anyhow::Result<()> {
    if norms.is_empty() {
        writeln!(out, "no series")?;
        return Ok(());
    }
    // What all have in common is said once.
    let same = |of: fn(&Norm) -> &str| norms.windows(2).all(|two| of(&two[0]) == of(&two[1]));
    let accounts = !same(|norm| &norm.series.account_id);
    let regions = !same(|norm| &norm.series.region);
    let mut table = comfy_table::Table::new();
    table
        .load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_truncation_indicator("…")
        .set_header(HEADER);
    for norm in norms {
        let mut row = Row::from(row(norm, accounts, regions));
        row.max_height(1);
        table.add_row(row);
    }
    for (i, column) in table.column_iter_mut().enumerate() {
        column.set_padding((0, 1));
        if i >= 3 {
            column.set_cell_alignment(CellAlignment::Right);
        }
        if HEADER[i] == "where" && !accounts && !regions {
            column.set_constraint(ColumnConstraint::Hidden);
        } else if HEADER[i] != "what" {
            column.set_constraint(ColumnConstraint::ContentWidth);
        }
    }
    for line in table.to_string().lines() {
        writeln!(out, "{}", line.trim_end())?;
    }
    let longest = norms.iter().map(|norm| norm.window.duration).max().unwrap_or_default();
    let first = &norms[0].series;
    let account = if accounts { "" } else { &first.account_id };
    let region = if regions { "" } else { &first.region };
    let place = [account, region].map(printable).join(" ");
    let place = place.trim();
    writeln!(
        out,
        "{place}{}as of {}, over the {} before",
        if place.is_empty() { "" } else { ", " },
        at.instant().format("%Y-%m-%d %H:%M UTC"),
        lasted(longest),
    )?;
    writeln!(
        out,
        "most, 50/95/99%: calls of the busiest minute, and of minutes by rank; var: variance over \
         mean\n1 min, 15 min: the least calls that would start an Insight; silence: the time \
         without any"
    )?;
    Ok(())
}

fn row(norm: &Norm, accounts: bool, regions: bool) -> [Cell; 12] {
    let series = &norm.series;
    let service = series.event_source.trim_end_matches(".amazonaws.com");
    let code = series.error_code.as_ref().map_or(String::new(), |code| format!(" {code}"));
    let account = if accounts { &*series.account_id } else { "" };
    let region = if regions { &*series.region } else { "" };
    let [half, _, most, nearly_all, _] = norm.quantiles;
    let least = |burst: Option<u32>| match (burst, norm.open_since) {
        (Some(calls), _) => calls.to_string(),
        (None, Some(_)) => "open".into(),
        (None, None) => "–".into(),
    };
    let silence = norm.silence.map(|silence| lasted(silence.duration()));
    let cells = [
        format!("{service}:{}{code}", series.event_name),
        format!("{account} {region}").trim().to_owned(),
        norm.pattern.map_or("–".into(), |pattern| pattern.to_string()),
        norm.window.count.to_string(),
        rate(norm.window.per_minute()),
        norm.busiest.map_or("0".into(), |(_, calls)| calls.to_string()),
        format!("{half}/{most}/{nearly_all}"),
        percent(norm.empty.count(), norm.window.duration.count()),
        norm.dispersion.map_or("–".into(), |dispersion| format!("{dispersion:.1}")),
        least(norm.burst),
        least(norm.long_burst),
        silence.unwrap_or_else(|| if norm.open_since.is_some() { "open" } else { "–" }.into()),
    ];
    cells.map(|cell| Cell::new(printable(&cell)))
}

/// Returns a share, rounded so that only all is all and none is none.
fn percent(part: u32, whole: u32) -> String {
    let share = 100.0 * f64::from(part) / f64::from(whole.max(1));
    match share {
        0.0 => "0%".into(),
        s if s < 1.0 => "<1%".into(),
        100.0 => "100%".into(),
        s if s > 99.0 => ">99%".into(),
        s => format!("{s:.0}%"),
    }
}

/// All that is written.
#[derive(Serialize)]
struct Norms {
    at: String,
    series: Vec<NormRecord>,
}

/// What is normal for one series, as it is written for machines: a row of CSV has the same in the
/// same order.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct NormRecord {
    insight_type: &'static str,
    account_id: String,
    aws_region: String,
    event_source: String,
    event_name: String,
    event_category: &'static str,
    error_code: Option<String>,
    baseline_start: String,
    baseline_end: String,
    minutes: u32,
    calls: u64,
    calls_per_minute: f64,
    busiest_minute: Option<String>,
    busiest_calls: Option<u32>,
    quantile_50: u32,
    quantile_90: u32,
    quantile_95: u32,
    quantile_99: u32,
    #[serde(rename = "quantile99_9")]
    quantile_99_9: u32,
    empty_minutes: u32,
    empty_share: f64,
    variance_to_mean: Option<f64>,
    model_variance_to_mean: Option<f64>,
    pattern: Option<Pattern>,
    open_since: Option<String>,
    least_burst_1_minute: Option<u32>,
    least_burst_15_minutes: Option<u32>,
    silence_minutes: Option<u32>,
    silence_start: Option<String>,
    silence_detected_at: Option<String>,
    silence_misses_run: Option<bool>,
}

impl NormRecord {
    fn new(norm: &Norm) -> Self {
        let Norm { series, span, window, silence, quantiles, .. } = norm;
        let [quantile_50, quantile_90, quantile_95, quantile_99, quantile_99_9] = *quantiles;
        let round = |value: f64| (value * 1e6).round() / 1e6;
        let share = f64::from(norm.empty.count()) / f64::from(window.duration.count().max(1));
        Self {
            insight_type: series.insight_type().as_str(),
            account_id: series.account_id.to_string(),
            aws_region: series.region.to_string(),
            event_source: series.event_source.to_string(),
            event_name: series.event_name.to_string(),
            event_category: series.category.as_str(),
            error_code: series.error_code.as_deref().map(Into::into),
            baseline_start: span.start.to_string(),
            baseline_end: span.end.to_string(),
            minutes: window.duration.count(),
            calls: window.count,
            calls_per_minute: window.per_minute(),
            busiest_minute: norm.busiest.map(|(minute, _)| minute.to_string()),
            busiest_calls: norm.busiest.map(|(_, calls)| calls),
            quantile_50,
            quantile_90,
            quantile_95,
            quantile_99,
            quantile_99_9,
            empty_minutes: norm.empty.count(),
            empty_share: round(share),
            variance_to_mean: norm.dispersion.map(round),
            model_variance_to_mean: norm.model_dispersion.map(round),
            pattern: norm.pattern,
            open_since: norm.open_since.map(|minute| minute.to_string()),
            least_burst_1_minute: norm.burst,
            least_burst_15_minutes: norm.long_burst,
            silence_minutes: silence.map(|silence| silence.duration().count()),
            silence_start: silence.map(|silence| silence.start.to_string()),
            silence_detected_at: silence.map(|silence| silence.detected_at.to_string()),
            silence_misses_run: silence.map(|silence| silence.misses_run),
        }
    }
}

fn write_csv(out: OutputFile, at: Minute, norms: &[Norm]) -> anyhow::Result<()> {
    let mut out = csv::Writer::from_writer(out);
    out.write_record(COLUMNS)?;
    for norm in norms {
        let record = NormRecord::new(norm);
        out.write_record([
            at.to_string(),
            record.insight_type.into(),
            text(&record.account_id),
            text(&record.aws_region),
            text(&record.event_source),
            text(&record.event_name),
            record.event_category.into(),
            text(record.error_code.as_deref().unwrap_or_default()),
            record.baseline_start.clone(),
            record.baseline_end.clone(),
            record.minutes.to_string(),
            record.calls.to_string(),
            record.calls_per_minute.to_string(),
            cell(record.busiest_minute.as_ref()),
            cell(record.busiest_calls.as_ref()),
            record.quantile_50.to_string(),
            record.quantile_90.to_string(),
            record.quantile_95.to_string(),
            record.quantile_99.to_string(),
            record.quantile_99_9.to_string(),
            record.empty_minutes.to_string(),
            record.empty_share.to_string(),
            cell(record.variance_to_mean.as_ref()),
            cell(record.model_variance_to_mean.as_ref()),
            cell(record.pattern.as_ref()),
            cell(record.open_since.as_ref()),
            cell(record.least_burst_1_minute.as_ref()),
            cell(record.least_burst_15_minutes.as_ref()),
            cell(record.silence_minutes.as_ref()),
            cell(record.silence_start.as_ref()),
            cell(record.silence_detected_at.as_ref()),
            cell(record.silence_misses_run.as_ref()),
        ])?;
    }
    let out = out.into_inner().map_err(csv::IntoInnerError::into_error)?;
    Ok(out.finish()?)
}

/// Returns a cell, which is empty for nothing.
fn cell<T: ToString>(value: Option<&T>) -> String {
    value.map_or(String::new(), T::to_string)
}

const COLUMNS: [&str; 32] = [
    "at",
    "insight_type",
    "account_id",
    "aws_region",
    "event_source",
    "event_name",
    "event_category",
    "error_code",
    "baseline_start",
    "baseline_end",
    "minutes",
    "calls",
    "calls_per_minute",
    "busiest_minute",
    "busiest_calls",
    "quantile_50",
    "quantile_90",
    "quantile_95",
    "quantile_99",
    "quantile_99_9",
    "empty_minutes",
    "empty_share",
    "variance_to_mean",
    "model_variance_to_mean",
    "pattern",
    "open_since",
    "least_burst_1_minute",
    "least_burst_15_minutes",
    "silence_minutes",
    "silence_start",
    "silence_detected_at",
    "silence_misses_run",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_all_is_all_and_none_is_none() {
        let shares = [(0, 9), (1, 10_000), (1, 2), (9_999, 10_000), (7, 7)];
        let found = shares.map(|(part, whole)| percent(part, whole));
        assert_eq!(found, ["0%", "<1%", "50%", ">99%", "100%"]);
    }
}
