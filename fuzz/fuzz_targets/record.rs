//! Whatever JSON a record is read from, reading, classifying and counting it end well.
#![no_main]

use insights_core::{Content, PartialCounts, Record};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let Ok(record) = serde_json::from_str::<Record<'_>>(text) else { return };
    if let Ok(Content::Call { event, .. }) = record.content("111122223333", "eu-west-1") {
        let mut counts = PartialCounts::default();
        counts.record(&event);
        counts.record(&event);
        let sealed = counts.seal();
        assert!(sealed.counted() + sealed.not_selected() + sealed.duplicates() == 2);
    }
});
