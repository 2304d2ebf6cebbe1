//! [`Jsonl`]: CloudTrail's records, one a line.

use std::io::Write;

use insights_core::Insight;

use crate::output::{Output, OutputFile, Records};

/// Writes each Insight at once.
pub(super) struct Jsonl {
    out: OutputFile,
    records: Records,
}

impl Jsonl {
    pub(super) fn new(out: OutputFile, records: Records) -> Self {
        Self { out, records }
    }
}

impl Output for Jsonl {
    fn write(&mut self, insight: &Insight) -> anyhow::Result<()> {
        serde_json::to_writer(&mut self.out, &self.records.of(insight))?;
        self.out.write_all(b"\n")?;
        Ok(())
    }

    fn finish(self: Box<Self>) -> anyhow::Result<()> {
        Ok(self.out.finish()?)
    }
}
