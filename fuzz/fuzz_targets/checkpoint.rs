//! Whatever a checkpoint says, restoring it is refused or leads to an engine that works on and
//! whose own checkpoint is restored again, to the same engine.
#![no_main]

use insights_core::{Checkpoint, Engine, Minutes, RateDetector, Watermark};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let Ok(checkpoint) = serde_json::from_str::<Checkpoint>(text) else { return };
    let Ok(mut engine) = Engine::restore(checkpoint, RateDetector::default()) else { return };
    let end = engine.watermark().minute() + Minutes::days(3);
    let _ = engine.advance_to(Watermark::at(end));
    let _ = engine.finish();
    let checkpoint = engine.checkpoint();
    let restored = Engine::restore(checkpoint.clone(), RateDetector::default());
    assert_eq!(restored.map(|engine| engine.checkpoint()), Ok(checkpoint));
});
