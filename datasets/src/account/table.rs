//! An account as files: a table of counts, and what is unusual in it.

use std::fmt::Write;
use std::ops::Range;

use chrono::{SecondsFormat, TimeDelta};

use crate::account::{ACCOUNT, Account};
use crate::sink::Sink;

impl Account {
    /// Writes the account as `counts.csv`, which `insights detect` reads, and what is known about
    /// it as `labels.csv`, `neutral.csv` and `gaps.csv`.
    ///
    /// # Errors
    ///
    /// Returns an error if a file cannot be stored.
    pub fn write(&self, sink: &mut impl Sink) -> anyhow::Result<()> {
        sink.put("counts.csv", self.counts().as_bytes())?;
        let mut labels = format!("{KEY},start,end,class,kind,incident\n");
        for label in &self.labels {
            let kind = self.series[label.series].kind;
            self.row(&mut labels, label.series, &label.minutes);
            let _ = writeln!(labels, ",{},{kind},{}", label.class, label.incident);
        }
        sink.put("labels.csv", labels.as_bytes())?;
        let mut neutral = format!("{KEY},start,end,reason\n");
        for span in &self.neutral {
            self.row(&mut neutral, span.series, &span.minutes);
            let _ = writeln!(neutral, ",{}", span.reason.as_str());
        }
        sink.put("neutral.csv", neutral.as_bytes())?;
        let mut gaps = String::from("start,end\n");
        for gap in &self.gaps {
            let _ = writeln!(gaps, "{},{}", self.time(gap.start), self.time(gap.end));
        }
        sink.put("gaps.csv", gaps.as_bytes())
    }

    /// Returns the rows of all series by minute.
    fn counts(&self) -> String {
        let keys: Vec<String> = (0..self.series.len()).map(|series| self.key(series)).collect();
        let mut rows: Vec<(u32, usize, usize)> = Vec::new();
        for (number, series) in self.series.iter().enumerate() {
            rows.extend(series.cells.iter().enumerate().map(|(at, c)| (c.minute, number, at)));
        }
        rows.sort_unstable();
        let mut text = format!("minute,{KEY},count,user_identity\n");
        let mut time = (u32::MAX, String::new());
        for (minute, series, at) in rows {
            if time.0 != minute {
                time = (minute, self.time(minute));
            }
            let cell = self.series[series].cells[at];
            let who = &self.identities[usize::from(cell.identity)];
            let _ = writeln!(text, "{},{},{},{who}", time.1, keys[series], cell.count);
        }
        text
    }

    fn key(&self, series: usize) -> String {
        let series = &self.series[series];
        let category = if series.is_data { "Data" } else { "Management" };
        let code = series.error_code.unwrap_or_default();
        let (region, source) = (series.region, &series.event_source);
        format!("{ACCOUNT},{region},{source},{},{category},{code}", series.event_name)
    }

    fn row(&self, text: &mut String, series: usize, minutes: &Range<u32>) {
        let (start, end) = (self.time(minutes.start), self.time(minutes.end));
        let _ = write!(text, "{},{start},{end}", self.key(series));
    }

    fn time(&self, minute: u32) -> String {
        let time = self.start + TimeDelta::minutes(i64::from(minute));
        time.to_rfc3339_opts(SecondsFormat::Secs, true)
    }
}

/// The columns that tell a series.
const KEY: &str = "account_id,aws_region,event_source,event_name,event_category,error_code";
