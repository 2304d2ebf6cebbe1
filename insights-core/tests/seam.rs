//! What the engine promises a detector of somebody else's.

use insights_core::{
    Circumstances, Config, Course, Detector, Direction, Engine, Evidence, Expectations, Finding,
    History, Minute, Minutes, Recent, Verdict, Watermark,
};

use crate::scenario::{Scenario, monday, timeline};

const WEEK: u32 = 10_080;

/// Takes two hours of silence for a fall, if anything was called in the minutes it was fitted on.
#[derive(Clone, Copy, Debug)]
struct Silence {
    /// The minute after the last call of the story: no fit for the episode may reach behind it.
    from: Minute,
}

#[derive(Clone, Debug)]
struct Fitted {
    calls: u64,
    until: Minute,
}

const PATIENCE: Minutes = Minutes::hours(2);

impl Detector for Silence {
    type Model = Fitted;

    fn fit(&self, history: &History<'_>) -> Fitted {
        let calls = history.baseline.sum(history.from..history.until);
        Fitted { calls, until: history.until }
    }

    fn judge(&self, model: &Fitted, recent: Recent<'_>, _: Circumstances) -> Verdict {
        let silent = recent.covers(PATIENCE) && recent.sum(PATIENCE) == 0;
        if model.calls == 0 {
            Verdict::Normal { look_again: None }
        } else if silent {
            Verdict::Unusual(Finding {
                direction: Direction::Fall,
                onset: recent.window(PATIENCE).start,
                window: PATIENCE,
                observed: 0,
                expected: 1.0,
                ordinary: (1, 1),
                expectations: Expectations::default(),
                score: 9.0,
                threshold: 1.0,
                missed: None,
            })
        } else {
            let last = recent.range(PATIENCE).last().map_or(recent.now(), |&(minute, _)| minute);
            Verdict::Normal { look_again: Some(last + PATIENCE) }
        }
    }

    fn weigh(&self, model: &Fitted, _: Course, _: Minute, calls: u32) -> Evidence {
        assert!(model.until <= self.from, "fitted until {}", model.until);
        Evidence::nats(f64::from(calls))
    }

    fn enough(&self, _lasted: Minutes) -> Evidence {
        Evidence::nats(1.0)
    }

    fn expected(&self, _: &Fitted, _: Minute) -> f64 {
        1.0
    }
}

fn watched(story: &Scenario) -> Vec<String> {
    let silent_from = story.calls_end();
    let detector = Silence { from: silent_from };
    let mut engine = Engine::with_detector(Config::default(), detector);
    for event in story.events() {
        engine.observe(&event);
    }
    timeline(&engine.advance_to(Watermark::before(story.end())))
}

#[test]
fn an_episode_that_began_before_the_last_fit_is_followed_by_a_model_without_it() {
    // Silent from 23:00, found silent at 00:59, an hour after the fit at midnight.
    let story = Scenario::from(monday()).alive().then(WEEK + 1_380, 1).then(300, 0);
    assert_eq!(watched(&story), ["Mon 23:00 Start 0 over 5 min against 1 over 11460 min"]);
}

#[test]
fn a_series_is_looked_at_again_after_the_fit_that_learns_of_it() {
    // Nothing is known of the API while it is called, and it is silent when it is known.
    let story = Scenario::from(monday()).alive().then(WEEK, 0).then(1_430, 1).then(300, 0);
    assert_eq!(
        watched(&story),
        ["Mon 23:50 Start 0 over 5 min against 0.1242397915 over 11510 min"]
    );
}
