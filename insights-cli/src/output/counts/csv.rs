//! [`Csv`]: counts as CSV.

use insights_core::{Minute, SeriesKey};

use super::Rows;
use crate::{columns::COLUMNS, output::OutputFile};

/// Writes a header and a line for each row.
pub(super) struct Csv {
    out: csv::Writer<OutputFile>,
    /// The minute of the last row, and how it is written.
    minute: Option<(Minute, String)>,
}

impl Csv {
    pub(super) fn new(out: OutputFile) -> anyhow::Result<Self> {
        let mut out = csv::Writer::from_writer(out);
        out.write_record(COLUMNS)?;
        Ok(Self { out, minute: None })
    }
}

impl Rows for Csv {
    fn write(
        &mut self,
        minute: Minute,
        series: &SeriesKey,
        count: u32,
        attributes: [&str; 3],
    ) -> anyhow::Result<()> {
        let written = match self.minute.take() {
            Some((last, written)) if last == minute => written,
            _ => minute.to_string(),
        };
        let [user_identity, user_agent, resource_arn] = attributes;
        self.out.write_record([
            &*written,
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
        self.minute = Some((minute, written));
        Ok(())
    }

    fn finish(self: Box<Self>) -> anyhow::Result<()> {
        let out = self.out.into_inner().map_err(csv::IntoInnerError::into_error)?;
        Ok(out.finish()?)
    }
}
