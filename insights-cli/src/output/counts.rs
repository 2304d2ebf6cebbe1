//! [`CountsWriter`]: the table of counts, the interchange between `count` and `detect`.

use std::{collections::BTreeMap, io::Write};

use insights_core::{
    LogKey, LogLife, Minute, Minutes, SealedCounts, SeriesKey, Watermark, WatermarkTracker,
};

use crate::columns::{COLUMNS, STATED};

/// Writes sealed counts as CSV, by minute, then series, then attributes.
///
/// Calls that count for nothing are not in the table, yet they tell when a log began and
/// ended. Where the rows alone would tell it wrongly, a last row puts it right: a series with
/// a count of zero in the first or the last minute of the log.
pub(crate) struct CountsWriter {
    out: csv::Writer<Box<dyn Write>>,
    logs: BTreeMap<LogKey, Log>,
    series: std::collections::BTreeSet<SeriesKey>,
    /// The times of the rows written.
    times: WatermarkTracker,
}

/// One log: its life, what the rows tell of it, and a series of it.
#[derive(Debug, Default)]
struct Log {
    life: LogLife,
    told: LogLife,
    series: Option<SeriesKey>,
}

impl CountsWriter {
    pub(crate) fn new(out: Box<dyn Write>) -> anyhow::Result<Self> {
        let mut out = csv::Writer::from_writer(out);
        out.write_record(COLUMNS)?;
        Ok(Self {
            out,
            logs: BTreeMap::new(),
            series: std::collections::BTreeSet::new(),
            times: WatermarkTracker::default(),
        })
    }

    pub(crate) fn write(&mut self, sealed: &SealedCounts) -> anyhow::Result<()> {
        for life in sealed.activity() {
            self.logs.entry(life.log.clone()).or_default().life.show(life.minute);
        }
        for row in sealed.rows() {
            let parts = row.attributes;
            let parts = [&parts.user_identity, &parts.user_agent, &parts.resource_arn];
            let parts = parts.map(|part| part.as_deref().unwrap_or_default());
            self.row(row.minute, row.series, row.count, parts)?;
        }
        Ok(())
    }

    /// Puts right what the rows tell of the logs, and returns the number of series.
    pub(crate) fn finish(&mut self, end: Watermark) -> anyhow::Result<usize> {
        let corrections: Vec<(Minute, SeriesKey)> = self
            .logs
            .values()
            .filter(|log| log.life.origin() != log.told.origin())
            .filter_map(|log| Some((log.life.origin()?, log.series.clone()?)))
            .collect();
        for (origin, series) in corrections {
            self.row(origin, &series, 0, [""; 3])?;
        }
        if self.times.end() < end {
            let logs = self.logs.values().filter(|log| log.series.is_some());
            let latest = logs.max_by_key(|log| log.life.last());
            if let Some(series) = latest.and_then(|log| log.series.clone()) {
                self.row(end.minute() - Minutes::new(1), &series, 0, [""; 3])?;
            }
        }
        self.out.flush()?;
        Ok(self.series.len())
    }

    fn row(
        &mut self,
        minute: Minute,
        series: &SeriesKey,
        count: u32,
        attributes: [&str; 3],
    ) -> anyhow::Result<()> {
        let weight = if count == 0 { STATED } else { count };
        self.times.observe_count(minute, weight);
        let log = self.logs.entry(series.log()).or_default();
        log.told.show(minute);
        if !self.series.contains(series) {
            self.series.insert(series.clone());
            log.series.get_or_insert_with(|| series.clone());
        }
        let [user_identity, user_agent, resource_arn] = attributes;
        self.out.write_record([
            &*minute.to_string(),
            &series.account_id,
            &series.region,
            &series.event_source,
            &series.event_name,
            series.category.as_str(),
            series.error_code.as_deref().unwrap_or_default(),
            &count.to_string(),
            user_identity,
            user_agent,
            resource_arn,
        ])?;
        Ok(())
    }
}
