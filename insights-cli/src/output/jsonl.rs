//! [`Jsonl`]: JSON, one Insight a line, in the form of one of AWS's services.

use std::io::Write;

use insights_core::{EventBridgeEvent, Insight, LakeRecord};

use crate::output::{Output, OutputFile, Records};

/// What a line holds.
#[derive(Clone, Copy, Debug)]
pub(super) enum Form {
    /// The record of a trail.
    Trail,
    /// The same in the envelope of EventBridge.
    EventBridge,
    /// The flat record of an event data store.
    Lake,
}

/// Writes each Insight at once.
pub(super) struct Jsonl {
    out: OutputFile,
    records: Records,
    form: Form,
}

impl Jsonl {
    pub(super) fn new(out: OutputFile, records: Records, form: Form) -> Self {
        Self { out, records, form }
    }
}

impl Output for Jsonl {
    fn write(&mut self, insight: &Insight) -> anyhow::Result<()> {
        let record = self.records.of(insight);
        match self.form {
            Form::Trail => serde_json::to_writer(&mut self.out, &record)?,
            Form::EventBridge => {
                serde_json::to_writer(&mut self.out, &EventBridgeEvent::from(record))?;
            }
            Form::Lake => serde_json::to_writer(&mut self.out, &LakeRecord::from(record))?,
        }
        self.out.write_all(b"\n")?;
        Ok(())
    }

    fn finish(self: Box<Self>) -> anyhow::Result<()> {
        Ok(self.out.finish()?)
    }
}
