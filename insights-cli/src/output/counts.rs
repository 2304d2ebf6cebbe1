//! [`CountsWriter`]: the table of counts, the interchange between `count` and `detect`.

mod csv;
#[cfg(feature = "parquet")]
mod parquet;

use std::{
    collections::{BTreeMap, BTreeSet},
    mem,
};

use insights_core::{
    LogKey, Minute, Minutes, SealedCounts, SeriesKey, Watermark, WatermarkTracker,
};

use crate::{args::CountFormat, columns::STATED, output::OutputFile};

/// Writes sealed counts as a table, by minute, then series, then attributes.
///
/// Calls that count for nothing are not in the table, yet they tell where a log begins and which
/// of its silences are holes. A minute in which a log was alive without a counted call gets a row
/// that says so, behind the others of its minute: a series with a count of zero. As long as there
/// is no series to say it with, it waits.
///
/// Cells are as they were logged, also those that a spreadsheet takes for formulas: the table is
/// read again, and a mark before a name would make another name of it.
pub(crate) struct CountsWriter {
    out: Box<dyn Rows>,
    logs: BTreeMap<LogKey, Log>,
    /// The first series of each whole log.
    wholes: BTreeMap<LogKey, SeriesKey>,
    series: BTreeSet<SeriesKey>,
    /// The times of the rows written.
    times: WatermarkTracker,
}

/// Writes the rows of a table in one format.
trait Rows {
    /// Writes a row, with empty attributes where nothing is known.
    fn write(
        &mut self,
        minute: Minute,
        series: &SeriesKey,
        count: u32,
        attributes: [&str; 3],
    ) -> anyhow::Result<()>;

    /// Writes what was kept and all that is buffered. A file gets its name only now.
    fn finish(self: Box<Self>) -> anyhow::Result<()>;
}

/// One log: its last sign of life, a series to tell of it, and what there is to tell.
#[derive(Debug, Default)]
struct Log {
    last: Option<Minute>,
    series: Option<SeriesKey>,
    /// Minutes to be told by rows with a count of zero.
    untold: Vec<Minute>,
}

impl CountsWriter {
    pub(crate) fn new(out: OutputFile, format: CountFormat) -> anyhow::Result<Self> {
        Ok(Self {
            out: match format {
                CountFormat::Csv => Box::new(csv::Csv::new(out)?),
                #[cfg(feature = "parquet")]
                CountFormat::Parquet => Box::new(parquet::Parquet::new(out)?),
            },
            logs: BTreeMap::new(),
            wholes: BTreeMap::new(),
            series: BTreeSet::new(),
            times: WatermarkTracker::default(),
        })
    }

    pub(crate) fn write(&mut self, sealed: &SealedCounts) -> anyhow::Result<()> {
        let mut rows = sealed.rows().peekable();
        let mut lives = sealed.activity().peekable();
        let mut counted = BTreeSet::new();
        while let Some(minute) = lives.peek().map(|life| life.minute) {
            counted.clear();
            let mut last: Option<&SeriesKey> = None;
            while let Some(row) = rows.next_if(|row| row.minute <= minute) {
                if last.replace(row.series) != Some(row.series) {
                    counted.insert(row.series.log());
                    self.enter(row.series);
                }
                let parts = row.attributes;
                let parts = [&parts.user_identity, &parts.user_agent, &parts.resource_arn];
                let parts = parts.map(|part| part.as_deref().unwrap_or_default());
                self.row(row.minute, row.series, row.count, parts)?;
            }
            while let Some(life) = lives.next_if(|life| life.minute == minute) {
                let log = self.logs.entry(life.log.clone()).or_default();
                log.last = Some(minute);
                if !counted.contains(life.log) {
                    log.untold.push(minute);
                }
            }
            self.tell()?;
        }
        Ok(())
    }

    /// Writes what the rows do not tell of the logs, and returns the number of series.
    pub(crate) fn finish(mut self, end: Watermark) -> anyhow::Result<usize> {
        let series = self.series.len();
        if self.times.end() < end {
            let logs = self.logs.values().filter(|log| log.series.is_some());
            let latest = logs.max_by_key(|log| log.last);
            if let Some(series) = latest.and_then(|log| log.series.clone()) {
                self.row(end.minute() - Minutes::new(1), &series, 0, [""; 3])?;
            }
        }
        self.out.finish()?;
        Ok(series)
    }

    /// Takes note of a series that has a row.
    fn enter(&mut self, series: &SeriesKey) {
        if !self.series.contains(series) {
            self.series.insert(series.clone());
            let log = series.log();
            self.wholes.entry(log.whole()).or_insert_with(|| series.clone());
            self.logs.entry(log).or_default().series = Some(series.clone());
        }
    }

    /// Writes the rows with a count of zero for which there is a series by now.
    fn tell(&mut self) -> anyhow::Result<()> {
        let mut statements = Vec::new();
        for (key, log) in self.logs.iter_mut().filter(|(_, log)| !log.untold.is_empty()) {
            if log.series.is_none() {
                // A Region where nothing counts is told by an API that was not called there.
                let elsewhere = self.wholes.get(&key.whole());
                log.series = elsewhere
                    .map(|series| SeriesKey { region: key.region.clone(), ..series.clone() });
            }
            if let Some(series) = &log.series {
                let untold = mem::take(&mut log.untold);
                statements.extend(untold.into_iter().map(|minute| (minute, series.clone())));
            }
        }
        for (minute, series) in statements {
            self.row(minute, &series, 0, [""; 3])?;
        }
        Ok(())
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
        self.out.write(minute, series, count, attributes)
    }
}
