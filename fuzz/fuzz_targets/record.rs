//! Whatever JSON a record is read from, reading, classifying and counting it end well, and what is
//! skimmed is what is read.
#![no_main]

use insights_core::{Content, PartialCounts, Record};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Some((record, length)) = Record::skim(text) {
        let mut values = serde_json::Deserializer::from_str(text).into_iter::<Record<'_>>();
        assert_eq!(values.next().and_then(Result::ok), Some(record));
        assert_eq!(values.byte_offset(), length);
    }
    let Ok(record) = serde_json::from_str::<Record<'_>>(text) else { return };
    if let Ok(Content::Call { event, .. }) = record.content("111122223333", "eu-west-1") {
        let mut counts = PartialCounts::default();
        counts.record(&event);
        counts.record(&event);
        let sealed = counts.seal();
        assert!(sealed.counted() + sealed.not_selected() + sealed.duplicates() == 2);
    }
});
