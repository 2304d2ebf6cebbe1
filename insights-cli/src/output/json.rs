//! [`Json`]: CloudTrail's own log file, `{"Records": […]}`.

use std::io::Write;

use insights_core::Insight;

use crate::output::{Output, OutputFile, Records};

/// Writes each Insight at once; the file is whole when it is finished.
pub(super) struct Json {
    out: OutputFile,
    records: Records,
    before: &'static str,
}

impl Json {
    pub(super) fn new(out: OutputFile, records: Records) -> Self {
        Self { out, records, before: "{\"Records\":[" }
    }
}

impl Output for Json {
    fn write(&mut self, insight: &Insight) -> anyhow::Result<()> {
        self.out.write_all(self.before.as_bytes())?;
        self.before = ",";
        serde_json::to_writer(&mut self.out, &self.records.of(insight))?;
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> anyhow::Result<()> {
        let opening = if self.before == "," { "" } else { self.before };
        writeln!(self.out, "{opening}]}}")?;
        Ok(self.out.finish()?)
    }
}
