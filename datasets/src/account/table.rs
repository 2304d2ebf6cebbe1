//! An account as files: a table of counts, and what is unusual in it.

use std::fmt::Write as _;
use std::io;
use std::ops::Range;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};

use crate::account::{ACCOUNT, Account, Neutral};
use crate::label::Label;
use crate::sink::Sink;

impl Account {
    /// Writes the account as `counts.csv`, which `insights detect` reads, and what is known about
    /// it as `labels.csv`, `neutral.csv` and `gaps.csv`.
    ///
    /// # Errors
    ///
    /// Returns an error if a file cannot be stored.
    pub fn write(&self, sink: &mut impl Sink) -> anyhow::Result<()> {
        let mut counts = Vec::new();
        self.write_counts(&mut counts)?;
        sink.put("counts.csv", &counts)?;
        self.write_labels(sink)
    }

    /// Writes the table of counts, which `insights detect` reads, by minute.
    ///
    /// # Errors
    ///
    /// Returns the error of the receiver.
    pub fn write_counts(&self, out: &mut impl io::Write) -> io::Result<()> {
        let keys: Vec<String> = (0..self.series.len()).map(|series| self.key(series)).collect();
        let mut rows: Vec<(u32, usize, usize)> = Vec::new();
        for (number, series) in self.series.iter().enumerate() {
            rows.extend(series.cells.iter().enumerate().map(|(at, c)| (c.minute, number, at)));
        }
        rows.sort_unstable();
        writeln!(out, "minute,{KEY},count,user_identity")?;
        let mut time = (u32::MAX, String::new());
        for (minute, series, at) in rows {
            if time.0 != minute {
                time = (minute, self.time(minute));
            }
            let cell = self.series[series].cells[at];
            let who = &self.identities[usize::from(cell.identity)];
            writeln!(out, "{},{},{},{who}", time.1, keys[series], cell.count)?;
        }
        Ok(())
    }

    /// Writes what is known about the account: `labels.csv`, `neutral.csv` and `gaps.csv`.
    ///
    /// # Errors
    ///
    /// Returns an error if a file cannot be stored.
    pub fn write_labels(&self, sink: &mut impl Sink) -> anyhow::Result<()> {
        let mut labels = format!("{},class\n", Label::HEADER);
        for label in &self.labels {
            let span = self.span(label.series, &label.minutes);
            let _ = writeln!(labels, "{span},{}", label.class);
        }
        sink.put("labels.csv", labels.as_bytes())?;
        let mut neutral = format!("{},reason\n", Label::HEADER);
        for Neutral { series, minutes, reason } in &self.neutral {
            let _ = writeln!(neutral, "{},{}", self.span(*series, minutes), reason.as_str());
        }
        sink.put("neutral.csv", neutral.as_bytes())?;
        let mut gaps = String::from("start,end\n");
        for gap in &self.gaps {
            let _ = writeln!(gaps, "{},{}", self.time(gap.start), self.time(gap.end));
        }
        sink.put("gaps.csv", gaps.as_bytes())
    }

    fn key(&self, series: usize) -> String {
        let series = &self.series[series];
        let category = if series.is_data { "Data" } else { "Management" };
        let code = series.error_code.unwrap_or_default();
        let (region, source) = (series.region, &series.event_source);
        format!("{ACCOUNT},{region},{source},{},{category},{code}", series.event_name)
    }

    /// Returns a span of a series as a label of Insights.
    fn span(&self, series: usize, minutes: &Range<u32>) -> Label {
        let series = &self.series[series];
        Label {
            insight_type: match series.error_code {
                Some(_) => "ApiErrorRateInsight",
                None => "ApiCallRateInsight",
            },
            account_id: ACCOUNT.into(),
            aws_region: series.region.into(),
            event_source: series.event_source.clone(),
            event_name: series.event_name,
            error_code: series.error_code.unwrap_or_default(),
            start: self.instant(minutes.start),
            end: self.instant(minutes.end),
        }
    }

    fn time(&self, minute: u32) -> String {
        self.instant(minute).to_rfc3339_opts(SecondsFormat::Secs, true)
    }

    fn instant(&self, minute: u32) -> DateTime<Utc> {
        self.start + TimeDelta::minutes(i64::from(minute))
    }
}

/// The columns that tell a series.
const KEY: &str = "account_id,aws_region,event_source,event_name,event_category,error_code";
