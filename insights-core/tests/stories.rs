//! What users expect to see, told as timelines.

use chrono::TimeDelta;
use insights_core::{
    Attribute, Config, Disposition, Engine, Event, Insight, InsightType, Minute, PartialCounts,
    Profile, Selection, Watermark,
};

use crate::scenario::{Scenario, minutes, monday, timeline};

const WEEK: u32 = 10_080;

#[test]
fn a_jump_from_20_to_100_calls_has_exactly_one_start_and_one_end() {
    let story = Scenario::from(monday()).then(WEEK, 20).then(10, 100).then(60, 20);
    assert_eq!(
        timeline(&story.insights()),
        [
            "Mon 00:00 Start 100 over 5 min against 20 over 10080 min",
            "Mon 00:10 End 100 over 10 min against 20 over 10080 min",
        ]
    );
}

#[test]
fn the_baseline_reaches_back_to_midnight_a_week_ago() {
    let story = Scenario::from(monday()).then(WEEK + 1_000, 20).then(10, 100).then(60, 20);
    assert_eq!(
        timeline(&story.insights()),
        [
            "Mon 16:40 Start 100 over 5 min against 20 over 11080 min",
            "Mon 16:50 End 100 over 10 min against 20 over 11080 min",
        ]
    );
}

#[test]
fn a_busy_api_that_falls_silent_is_reported_and_its_return_too() {
    let story = Scenario::from(monday()).then(WEEK, 20).then(10, 0).then(60, 20);
    assert_eq!(
        timeline(&story.insights()),
        [
            "Mon 00:00 Start 0 over 5 min against 20 over 10080 min",
            "Mon 00:10 End 0 over 10 min against 20 over 10080 min",
        ]
    );
}

#[test]
fn the_calls_around_an_insight_are_known_for_days_and_are_of_its_series_alone() {
    let burst = Scenario::from(monday()).alive().then(WEEK, 20).then(10, 100);
    let story = burst.then(1, 0).then(60, 20);
    let mut engine = story.engine();
    let insights = engine.advance_to(Watermark::before(story.time(WEEK + 15)));
    let insight = &insights[0];
    let around = insight.start - minutes(2)..insight.start + minutes(20);
    let known = engine.calls(&insight.series, around.clone());
    // Minutes without calls are left out, and those that are not sealed yet.
    let calls: Vec<u32> = known.iter().map(|&(_, calls)| calls).collect();
    assert_eq!(calls, [&[20; 2][..], &[100; 10], &[20; 4]].concat());
    assert_eq!((known[0].0, known[12].0), (around.start, insight.start + minutes(11)));

    let mut unknown = insight.series.clone();
    unknown.region = "nowhere".into();
    assert!(engine.calls(&unknown, around.clone()).is_empty());

    let _ = engine.advance_to(Watermark::before(story.time(2 * WEEK)));
    assert_eq!(engine.calls(&insight.series, around.clone()).len(), 21, "all are sealed by now");
    let _ = engine.advance_to(Watermark::before(story.time(4 * WEEK)));
    assert!(engine.calls(&insight.series, around).is_empty(), "weeks later they are forgotten");
}

#[test]
fn a_fall_is_decided_in_the_minute_that_proves_it_and_not_when_the_next_call_comes() {
    let story = Scenario::from(monday()).then(WEEK, 20).then(10, 0).then(60, 20);
    let insights = story.insights();
    // Of 200 calls expected in ten minutes, at most 30 are a fall: those of one minute.
    assert_eq!(insights[0].explanation.detected_at, insights[0].start + minutes(8));
}

#[test]
fn insights_come_in_the_order_in_which_they_can_be_known() {
    let rise = Scenario::from(monday()).then(WEEK, 20).then(10, 100).then(60, 20).insights();
    let starts_at = rise[0].start;
    // Known within its first five minutes, and told after them.
    assert_eq!(rise[0].known_at, starts_at + minutes(5));
    assert!(rise[1].known_at > starts_at + minutes(10), "{}", rise[1].known_at);

    // What is decided with the last minute sealed is known after it, whoever asks for it.
    let cut = Scenario::from(monday()).then(WEEK, 20).then(3, 100).insights();
    assert_eq!((cut.len(), cut[0].known_at), (1, cut[0].start + minutes(3)));
}

#[test]
fn a_burst_that_came_twice_before_is_normal_and_a_larger_one_is_not() {
    let burst = |story: Scenario, calls| story.then(1_440, 0).then(3, calls);
    let twice = || burst(burst(Scenario::from(monday()).alive().then(1_440, 0), 40), 40);
    let starts = |calls| burst(twice(), calls).then(60, 0).insights().len() / 2;
    let known = twice().then(60, 0).insights().len() / 2;
    assert_eq!(starts(40) - known, 0);
    assert_eq!(starts(4_000) - known, 1);
}

#[test]
fn what_was_reported_and_came_again_is_no_news_even_to_a_steady_series() {
    let steady = |story: Scenario| story.then(1_440, 20);
    let often = |calls, length, times| {
        let story = (0..times)
            .fold(steady(Scenario::from(monday())), |story, _| steady(story.then(length, calls)));
        timeline(&story.insights()).len()
    };
    // Two are incidents, a third makes it a habit.
    assert_eq!(often(60, 1, 5), 6, "a Start and an End for each of the first three bursts");
    assert_eq!(often(0, 12, 5), 6, "a Start and an End for each of the first three silences");
}

#[test]
fn a_silence_right_after_a_burst_is_dated_with_its_first_minute() {
    let story = Scenario::from(monday()).then(WEEK, 20).then(5, 200).then(60, 0);
    assert_eq!(
        timeline(&story.insights())[1..],
        [
            "Mon 00:05 End 200 over 5 min against 20 over 10080 min",
            "Mon 00:05 Start 0 over 5 min against 20.0892414477 over 10085 min",
        ]
    );
}

#[test]
fn a_burst_in_a_region_that_was_never_used_is_reported() {
    let mut engine = Scenario::from(monday()).then(WEEK + 100, 1).engine();
    let burst = monday() + TimeDelta::minutes(i64::from(WEEK) + 30);
    let event = Event::new(burst, "ec2.amazonaws.com", "RunInstances");
    for _ in 0..30 {
        engine.observe(&event.account_id("111122223333").region("ap-south-1"));
    }
    let insights = engine.advance_to(Watermark::before(burst + TimeDelta::hours(1)));
    assert_eq!(&*insights[0].series.region, "ap-south-1");
    assert_eq!(
        timeline(&insights),
        [
            "Mon 00:30 Start 6 over 5 min against 0 over 10110 min",
            "Mon 00:31 End 30 over 1 min against 0 over 10110 min",
        ]
    );
}

#[test]
fn a_fall_is_seen_although_nothing_is_called_any_more() {
    let story = Scenario::from(monday()).alive().then(WEEK, 1).then(2 * 1_440, 0);
    assert_eq!(
        timeline(&story.insights()),
        [
            "Mon 00:00 Start 0 over 5 min against 1 over 10080 min",
            "Tue 00:00 End 0 over 1440 min against 1 over 10080 min",
        ]
    );
}

#[test]
fn a_new_level_is_one_episode_and_then_normal() {
    let story = Scenario::from(monday()).then(WEEK, 20).then(4 * 1_440, 90);
    assert_eq!(
        timeline(&story.insights()),
        [
            "Mon 00:00 Start 90 over 5 min against 20 over 10080 min",
            "Tue 00:00 End 90 over 1440 min against 20 over 10080 min",
        ]
    );
}

#[test]
fn an_episode_at_the_end_of_the_log_has_a_start_only() {
    let story = Scenario::from(monday()).then(WEEK, 20).then(2, 100);
    assert_eq!(
        timeline(&story.insights()),
        ["Mon 00:00 Start 40 over 5 min against 20 over 10080 min"]
    );
}

#[test]
fn a_start_waits_for_its_five_minutes_but_not_for_more() {
    let story = Scenario::from(monday()).then(WEEK, 20).then(10, 100);
    let mut engine = story.engine();
    let mut seal = |minute| engine.advance_to(Watermark::before(story.time(WEEK + minute))).len();
    assert_eq!((seal(1), seal(4), seal(5), seal(6)), (0, 0, 1, 0));
}

#[test]
fn a_lasting_pause_between_two_bursts_makes_two_episodes_and_a_short_one_does_not() {
    let bursts = |pause| {
        let story = Scenario::from(monday()).alive().then(WEEK, 0).then(5, 9).then(pause, 0);
        story.then(5, 9).then(60, 0).insights().len()
    };
    assert_eq!(bursts(2), 2);
    assert_eq!(bursts(30), 4);
}

#[test]
fn one_stray_call_of_an_unknown_api_is_nothing() {
    let story = Scenario::from(monday()).alive().then(WEEK, 0).then(1, 1).then(60, 0);
    assert_eq!(timeline(&story.insights()), [""; 0]);
}

#[test]
fn two_calls_over_an_empty_week_count_for_cloudtrail_and_not_for_people() {
    let story = || Scenario::from(monday()).alive().then(WEEK, 0).then(1, 2).then(60, 0);
    assert_eq!(timeline(&story().insights()), [""; 0]);
    let aws = Config::builder().profile(Profile::Aws).build().unwrap();
    assert_eq!(
        timeline(&story().config(aws).insights()),
        [
            "Mon 00:00 Start 0.4 over 5 min against 0 over 10080 min",
            "Mon 00:01 End 2 over 1 min against 0 over 10080 min",
        ]
    );
}

#[test]
fn a_standing_rate_of_failures_is_normal_and_a_jump_of_it_is_not() {
    let standing = || Scenario::from(monday()).failing("AccessDenied").then(WEEK, 2);
    assert_eq!(timeline(&standing().then(600, 2).insights()), [""; 0]);
    let insights = standing().then(3, 30).then(60, 2).insights();
    assert_eq!(insights[0].series.insight_type(), InsightType::ErrorRate);
    assert_eq!(
        timeline(&insights),
        [
            "Mon 00:00 Start 18.8 over 5 min against 2 over 10080 min",
            "Mon 00:03 End 30 over 3 min against 2 over 10080 min",
        ]
    );
}

#[test]
fn a_young_log_reports_what_is_overwhelming_and_nothing_else() {
    let young = |calls| Scenario::from(monday()).alive().then(600, 0).then(1, calls).then(60, 0);
    assert_eq!(young(30).insights().len(), 0);
    assert_eq!(young(300).insights().len(), 2);
}

#[test]
fn a_busy_log_does_not_begin_with_an_insight() {
    for calls in [1, 7, 40, 500] {
        let story = Scenario::from(monday() + TimeDelta::minutes(50)).then(2 * 1_440, calls);
        assert_eq!(timeline(&story.insights()), [""; 0], "{calls} calls a minute");
    }
}

#[test]
fn a_nightly_job_is_learnt() {
    let nights = (0..10).fold(Scenario::from(monday()).alive(), |story, _| {
        story.then(120, 0).then(10, 30).then(1_310, 0)
    });
    let starts = nights.insights().len() / 2;
    assert!(starts <= 2, "{starts} insights in ten nights");
}

#[test]
fn an_insight_names_who_and_what_is_behind_it() {
    let mut engine = Engine::new(Config::default());
    let burst = monday() + TimeDelta::days(8);
    let mut event = |minute: i64, who: &'static str, agent: &'static str, code: &'static str| {
        let event =
            Event::new(monday() + TimeDelta::minutes(minute), "iam.amazonaws.com", "CreateUser")
                .user_identity(who)
                .user_agent(agent)
                .error_code(code);
        assert_eq!(engine.observe(&event), Disposition::Counted);
    };
    for day in 1..8 {
        event(day * 1_440, "ada", "console", "");
    }
    for _ in 0..3 {
        event(8 * 1_440, "mallory", "boto3", "AccessDenied");
        event(8 * 1_440, "mallory", "curl", "");
    }
    event(8 * 1_440 + 1, "ada", "console", "");
    let insights = engine.advance_to(Watermark::before(burst + TimeDelta::hours(1)));
    let calls = |insight: &&Insight| insight.series.insight_type() == InsightType::CallRate;
    let end = insights.iter().rfind(calls).unwrap();
    let listed = |attribute| {
        let found = end.attributions.iter().find(|found| found.attribute == attribute).unwrap();
        [&found.insight, &found.baseline].map(|shares| {
            shares.iter().map(|s| format!("{} {}", s.value, s.count)).collect::<Vec<_>>().join(", ")
        })
    };
    assert_eq!(end.insight.duration, minutes(2));
    assert_eq!(listed(Attribute::UserIdentityArn), ["mallory 6, ada 1", "ada 7"]);
    assert_eq!(listed(Attribute::UserAgent), ["boto3 3, curl 3, console 1", "console 7"]);
    assert_eq!(listed(Attribute::ErrorCode), ["null 4, AccessDenied 3", "null 7"]);
    assert_eq!(end.attributions.len(), 3, "resources are listed for data events only");
}

#[test]
fn an_event_before_the_watermark_is_late_and_one_with_a_broken_clock_waits() {
    let mut engine = Engine::new(Config::default());
    let _ = engine.advance_to(Watermark::before(monday()));
    let event = |time| Event::new(time, "ec2.amazonaws.com", "RunInstances");
    assert_eq!(engine.observe(&event(monday() - TimeDelta::seconds(1))), Disposition::Late);
    assert_eq!(engine.observe(&event(monday())), Disposition::Counted);
    assert_eq!(engine.observe(&event(monday() + TimeDelta::days(30_000))), Disposition::Counted);
    let _ = engine.advance_to(Watermark::before(monday() + TimeDelta::days(1)));
    let stats = engine.stats();
    assert_eq!((stats.late, stats.counted, stats.open), (1, 1, 1));
}

#[test]
fn an_event_delivered_twice_counts_once_in_each_account() {
    let mut counts = PartialCounts::default();
    let event = Event::new(monday(), "ec2.amazonaws.com", "RunInstances").event_id("one");
    for event in [event.account_id("1"), event.account_id("2"), event.account_id("1")] {
        counts.record(&event);
    }
    let sealed = counts.seal();
    assert_eq!((sealed.counted(), sealed.duplicates()), (2, 1));
}

#[test]
fn an_event_id_counts_once_within_the_open_minutes_and_is_then_forgotten() {
    let mut engine = Engine::new(Config::default());
    let event = |minute| {
        let time = monday() + TimeDelta::minutes(minute);
        Event::new(time, "ec2.amazonaws.com", "RunInstances").event_id("one")
    };
    engine.observe(&event(5));
    engine.observe(&event(1));
    engine.observe(&event(9));
    let _ = engine.advance_to(Watermark::before(event(2).time));
    assert_eq!((engine.stats().counted, engine.stats().duplicates), (1, 2));
    engine.observe(&event(7));
    let _ = engine.advance_to(Watermark::before(event(10).time));
    assert_eq!((engine.stats().counted, engine.stats().duplicates), (2, 2));
}

#[test]
fn an_event_outside_the_span_looked_at_is_neither_late_nor_open() {
    let to = Minute::containing(monday());
    let selection = Selection { to: Some(to), ..Selection::default() };
    let config = Config::builder().selection(selection.clone()).build().unwrap();
    let event = Event::new(monday(), "ec2.amazonaws.com", "RunInstances");
    let mut engine = Engine::new(config);
    let _ = engine.advance_to(Watermark::at(to + minutes(9)));
    let mut counts = PartialCounts::default();
    counts.record_selected(&event, &selection);
    let late = Event::new(monday() - TimeDelta::minutes(1), "ec2.amazonaws.com", "RunInstances");
    counts.record_selected(&late, &selection);
    engine.merge(counts);
    assert_eq!(engine.observe(&event), Disposition::NotSelected);
    let _ = engine.advance_to(Watermark::at(to + minutes(10)));
    let stats = engine.stats();
    assert_eq!((stats.not_selected, stats.late, stats.open), (2, 1, 0));
}

#[test]
fn a_log_of_the_far_future_is_sealed_at_once() {
    let mut engine = Scenario::from(monday()).then(WEEK, 20).engine();
    let insights = engine.advance_to(Watermark::before(monday() + TimeDelta::days(80_000)));
    assert_eq!(insights.len(), 2, "one fall that is accepted after a day");
    assert_eq!(engine.series(), 0, "what is long past is forgotten");
}

#[test]
fn who_stays_is_the_same_when_others_are_forgotten() {
    let mut engine = Engine::new(Config::default());
    let call = |minute: u32, name: &'static str| {
        Event::new(monday() + TimeDelta::minutes(minute.into()), "ec2.amazonaws.com", name)
    };
    // What is forgotten came first, between the others, and last.
    for (minute, name) in (3..).zip(["Once", "Beat", "OnceMore", "Reboot", "OnceAgain"]) {
        engine.observe(&call(minute, name));
        let _ = engine.advance_to(Watermark::before(call(minute + 1, name).time));
    }
    let end = 39 * 1_440 + 600;
    for minute in (10..end).step_by(5) {
        engine.observe(&call(minute, "Beat"));
        if minute % 1_000 == 0 {
            engine.observe(&call(minute, "Reboot").error_code("Denied"));
        }
    }
    let insights = engine.advance_to(Watermark::before(call(39 * 1_440 - 10, "").time));
    assert_eq!((insights.len(), engine.series()), (0, 6));
    let insights = engine.advance_to(Watermark::before(call(39 * 1_440 + 1, "").time));
    assert_eq!((insights.len(), engine.series()), (0, 3), "Beat, Reboot and its failures");

    // The silence of one that stays is due, and new ones and old ones are counted apart.
    for minute in end..end + 300 {
        engine.observe(&call(minute, "Reboot").read_only(true));
    }
    engine.observe(&call(end, "Once"));
    let mut restored = Engine::restore(engine.checkpoint(), *Config::default().detector()).unwrap();
    let until = Watermark::before(call(end + 300, "").time);
    let insights = engine.advance_to(until);
    assert_eq!(insights.len(), 1, "{insights:?}");
    assert_eq!(&*insights[0].series.event_name, "Beat");
    assert_eq!(restored.advance_to(until), insights);
    assert_eq!(restored.checkpoint(), engine.checkpoint());
    assert_eq!(engine.series(), 4);
}
