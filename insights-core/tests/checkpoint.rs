//! Checkpoints as input: golden, broken, hostile.

use insights_core::{Checkpoint, Config, Engine, Event, InsightType, RestoreError, Watermark};
use serde_json::{Value, json};

use crate::scenario::{Scenario, monday, timeline};

/// An engine in the middle of an episode, with minutes still open, as JSON.
fn checkpoint() -> Value {
    let story = Scenario::from(monday()).then(10_080, 3).then(40, 60);
    let mut engine = story.engine();
    let _ = engine.advance_to(Watermark::before(story.time(10_090)));
    assert_eq!(engine.open_episodes(), 1);
    serde_json::to_value(engine.checkpoint()).unwrap()
}

fn restore(json: &Value) -> Result<Engine, String> {
    let checkpoint: Checkpoint =
        serde_json::from_value(json.clone()).map_err(|error| format!("unreadable: {error}"))?;
    let detector = *Config::default().detector();
    Engine::restore(checkpoint, detector).map_err(|error| error.to_string())
}

#[test]
fn an_episode_goes_on_after_a_restore() {
    let story = Scenario::from(monday()).then(10_080, 3).then(40, 60).then(60, 3);
    let mut engine = story.engine();
    let mut insights = engine.advance_to(Watermark::before(story.time(10_090)));
    let json = serde_json::to_value(engine.checkpoint()).unwrap();
    let mut engine = restore(&json).unwrap();
    insights.extend(engine.advance_to(Watermark::before(story.time(10_180))));
    assert_eq!(timeline(&insights), timeline(&story.insights()));
    assert_eq!(insights, story.insights());
}

#[test]
fn a_silence_that_begins_at_the_restore_is_noticed() {
    let story = Scenario::from(monday()).alive().then(10_080, 1).then(600, 0);
    let mut engine = story.engine();
    let mut insights = engine.advance_to(Watermark::before(story.time(10_080)));
    let mut engine = restore(&serde_json::to_value(engine.checkpoint()).unwrap()).unwrap();
    insights.extend(engine.advance_to(Watermark::before(story.time(10_680))));
    assert_eq!(timeline(&insights), timeline(&story.insights()));
    assert_eq!(insights.len(), 1);
}

#[test]
fn the_end_of_the_warm_up_is_not_missed_after_a_restore() {
    let begin = monday() + chrono::TimeDelta::minutes(7);
    let story = Scenario::from(begin).alive().then(1_438, 0).then(1, 20).then(120, 0);
    let whole = timeline(&story.insights());
    assert_eq!(whole.len(), 2);
    for minute in 1_430..1_450 {
        let mut engine = story.engine();
        let mut insights = engine.advance_to(Watermark::before(story.time(minute)));
        let mut engine = restore(&serde_json::to_value(engine.checkpoint()).unwrap()).unwrap();
        insights.extend(engine.advance_to(Watermark::before(story.end())));
        assert_eq!(timeline(&insights), whole, "restored at {minute}");
    }
}

/// Found by fuzzing: while a log was silent for days, an episode in it stayed open longer than any
/// is followed, and the checkpoint was refused.
#[test]
fn an_engine_whose_log_fell_silent_in_an_episode_is_restored() {
    let start = monday();
    let mut engine = Engine::new(Config::default());
    let mut call = |seconds: i64, name: &str| {
        let time = start + chrono::TimeDelta::seconds(seconds);
        engine.observe(&Event::new(time, "ec2.amazonaws.com", name));
    };
    for minute in 0..10 * 1_440 {
        for name in ["RunInstances", "CreateTags", "StopInstances"] {
            call(60 * minute, name);
        }
    }
    let burst = 10 * 1_440;
    (0..500).for_each(|n| call(60 * burst + n % 60, "RunInstances"));
    let at = |minute| Watermark::before(start + chrono::TimeDelta::minutes(minute));
    let _ = engine.advance_to(at(burst + 2));
    assert_eq!(engine.open_episodes(), 1);
    for days in [1, 2, 3, 5, 10, 20, 60] {
        let _ = engine.advance_to(at(burst + days * 1_440));
        let json = serde_json::to_value(engine.checkpoint()).unwrap();
        let restored = restore(&json).unwrap_or_else(|error| panic!("after {days}: {error}"));
        assert_eq!(restored.checkpoint(), engine.checkpoint(), "after {days} days");
        assert_eq!(restored.open_episodes(), 1, "nothing speaks for an end");
    }
}

#[test]
fn a_checkpoint_that_contradicts_itself_is_refused() {
    let whole = checkpoint();
    restore(&whole).unwrap();
    let broken = |path: &str, value: Value| {
        let mut json = whole.clone();
        *json.pointer_mut(path).unwrap_or_else(|| panic!("no {path}")) = value;
        restore(&json).map_or_else(|error| error, |_| panic!("{path} went through"))
    };
    assert_eq!(broken("/version", json!(99)), "checkpoint version 99 is not 2");
    assert!(broken("/watermark", json!(0)).contains("contradicts itself"));
    assert!(broken("/logs", json!([])).contains("contradicts itself"));
    assert!(broken("/attributes", json!([])).contains("contradicts itself"));
    assert!(broken("/open/series", json!([])).contains("open minutes"));
    assert!(broken("/open/entries/cells/0/minute", json!(5)).contains("open minutes"));
    assert!(broken("/series/0/baseline/minutes/0/1", json!(0)).contains("contradicts itself"));
    assert!(broken("/series/0/episode/detected_at", json!(1)).contains("contradicts itself"));
    assert!(broken("/series/0/baseline/minutes", json!([])).contains("does not find"));
    assert!(broken("/config/baseline", json!(77)).contains("whole days"));
    assert!(broken("/series/0/marks", json!("x")).contains("unreadable"));
    let twice = whole.pointer("/series/0").unwrap();
    assert!(broken("/series", json!([twice, twice])).contains("not in order"));
    let mut unknown = whole.clone();
    unknown["more"] = json!(1);
    assert!(restore(&unknown).is_err());
}

#[test]
fn no_number_in_a_checkpoint_can_make_restoring_or_going_on_panic() {
    fn numbers(json: &Value, path: &str, found: &mut Vec<String>) {
        match json {
            Value::Number(_) => found.push(path.to_owned()),
            Value::Array(list) => {
                for (i, value) in list.iter().enumerate().take(3) {
                    numbers(value, &format!("{path}/{i}"), found);
                }
            }
            Value::Object(map) => {
                for (key, value) in map {
                    numbers(value, &format!("{path}/{key}"), found);
                }
            }
            _ => {}
        }
    }
    let whole = checkpoint();
    let mut paths = Vec::new();
    numbers(&whole, "", &mut paths);
    assert!(paths.len() > 40, "{}", paths.len());
    let mut restored = 0;
    for path in paths {
        for number in
            [json!(0), json!(1), json!(u32::MAX), json!(u64::MAX), json!(-1), json!(1e300)]
        {
            let mut json = whole.clone();
            *json.pointer_mut(&path).unwrap() = number;
            if let Ok(mut engine) = restore(&json) {
                let _ =
                    engine.advance_to(Watermark::before(monday() + chrono::TimeDelta::days(30)));
                let _ = engine.finish();
                restored += 1;
            }
        }
    }
    assert!(restored > 20, "only {restored} went on: the test proves little");
}

#[test]
fn a_checkpoint_that_a_stricter_detector_does_not_understand_is_refused() {
    let checkpoint: Checkpoint = serde_json::from_value(checkpoint()).unwrap();
    let strict = insights_core::RateDetector { threshold: 1e6, ..Default::default() };
    let error = Engine::restore(checkpoint, strict).map(|_| ()).unwrap_err();
    assert!(matches!(error, RestoreError::Episode { .. }));
}

#[test]
fn who_calls_is_held_only_where_it_can_be_reported() {
    let held = |types: Vec<InsightType>| {
        let mut engine = Engine::new(Config::builder().insight_types(types).build().unwrap());
        let event = Event::new(monday(), "iam.amazonaws.com", "CreateUser")
            .user_identity("someone")
            .error_code("AccessDenied");
        engine.observe(&event);
        let _ = engine.advance_to(Watermark::before(monday() + chrono::TimeDelta::hours(1)));
        let json = serde_json::to_value(engine.checkpoint()).unwrap();
        let series = json["series"].as_array().unwrap().iter();
        series.map(|state| state["made_of"].as_array().unwrap().len()).collect::<Vec<_>>()
    };
    // The calls come before their failures.
    assert_eq!(held(vec![]), [1, 1]);
    assert_eq!(held(vec![InsightType::ErrorRate]), [0, 1]);
}
