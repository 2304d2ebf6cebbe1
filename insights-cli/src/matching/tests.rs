use proptest::prelude::*;

use super::*;

const NOON: u32 = 29_000_000;
const TOLERANCE: Minutes = Minutes::new(10);

fn at(after: u32) -> Minute {
    Minute::from_epoch(NOON + after)
}

fn subject(name: &str) -> Subject {
    Subject { event_name: name.into(), ..Subject::default() }
}

fn label(name: &str, start: u32, end: u32) -> Label {
    Label { subject: subject(name), start: at(start), end: at(end), class: "".into() }
}

fn episode(name: &str, start: u32, end: u32, known_at: Option<u32>) -> Episode {
    Episode {
        records: Vec::new(),
        subject: subject(name),
        start: Some(at(start)),
        end: Some(at(end)),
        known_at: known_at.map(at),
        opening: None,
        whole: None,
        attributions: Vec::new(),
    }
}

/// Returns what an Insight of A is against the label of A from minute 100 to 120.
fn outcome(start: u32, end: u32, known_at: impl Into<Option<u32>>) -> Outcome {
    let labels = [label("A", 100, 120)];
    let episodes = [episode("A", start, end, known_at.into())];
    let judgement = against_labels(&labels, &episodes, TOLERANCE);
    let found = matches!(judgement.outcomes[0], Found(0));
    assert_eq!(judgement.found, [found.then_some(0)]);
    judgement.outcomes[0]
}

use Outcome::{Again, False, Found};

#[test]
fn an_insight_finds_a_label_it_is_near_to_and_known_in_time_for() {
    for (start, end, known_at, expected) in [
        (100, 120, 105, Found(0)),
        // Near: ten minutes apart and eleven, on either side.
        (80, 90, 95, Found(0)),
        (80, 89, 95, False),
        (130, 140, 130, Found(0)),
        (131, 140, 130, False),
        // Known: ten minutes before the start and eleven; ten minutes after the end and eleven.
        (80, 120, 90, Found(0)),
        (80, 120, 89, False),
        (100, 120, 130, Found(0)),
        (100, 120, 131, Again(0)),
    ] {
        assert_eq!(outcome(start, end, known_at), expected, "{start} to {end}, {known_at}");
    }
}

#[test]
fn where_it_is_not_told_when_it_was_known_the_span_decides() {
    assert_eq!(outcome(10, 100, None), Found(0));
    assert_eq!(outcome(130, 200, None), Found(0));
    assert_eq!(outcome(131, 200, None), False);
}

#[test]
fn an_insight_without_an_end_lasts_five_minutes() {
    let labels = [label("A", 100, 120)];
    for (start, expected) in [(85, Found(0)), (84, False)] {
        let open = Episode { end: None, ..episode("A", start, 0, None) };
        assert_eq!(against_labels(&labels, &[open], TOLERANCE).outcomes, [expected], "{start}");
    }
}

#[test]
fn another_series_or_type_is_another_matter() {
    let labels = [label("A", 100, 120)];
    let own = episode("A", 100, 120, Some(105));
    let differ: [fn(&mut Subject); 5] = [
        |subject| subject.account_id = "2".into(),
        |subject| subject.region = "r".into(),
        |subject| subject.event_source = "s".into(),
        |subject| subject.event_name = "B".into(),
        |subject| subject.error_code = Some("Denied".into()),
    ];
    for change in differ {
        let mut other = own.clone();
        change(&mut other.subject);
        assert!(
            against_others(std::slice::from_ref(&own), std::slice::from_ref(&other), TOLERANCE)
                .is_empty()
        );
        assert_eq!(against_labels(&labels, &[other], TOLERANCE).outcomes, [False]);
    }
}

#[test]
fn the_first_to_be_known_finds_a_label_and_the_others_tell_again() {
    let labels = [label("A", 100, 120)];
    let episodes = [
        episode("A", 110, 115, Some(116)),
        episode("A", 118, 125, Some(126)),
        episode("A", 100, 105, Some(108)),
    ];
    let judgement = against_labels(&labels, &episodes, TOLERANCE);
    assert_eq!(judgement.outcomes, [Again(0), Again(0), Found(0)]);
    assert_eq!(judgement.found, [Some(2)]);
}

#[test]
fn an_insight_on_two_labels_finds_the_earlier_and_leaves_the_other_to_the_next() {
    let labels = [label("A", 140, 150), label("A", 100, 120)];
    let long = episode("A", 100, 150, Some(105));
    let next = episode("A", 151, 160, Some(157));
    let judgement = against_labels(&labels, &[long.clone(), next], TOLERANCE);
    assert_eq!(judgement.outcomes, [Found(1), Found(0)]);
    let judgement = against_labels(&labels, &[long], TOLERANCE);
    assert_eq!((judgement.found, judgement.outcomes), (vec![None, Some(0)], vec![Found(1)]));
}

#[test]
fn of_others_those_that_overlap_most_are_the_same() {
    let theirs = [episode("A", 100, 120, None), episode("A", 121, 140, None)];
    let ours = [episode("A", 115, 139, None), episode("A", 95, 112, None)];
    assert_eq!(against_others(&theirs, &ours, TOLERANCE), [(0, 1), (1, 0)]);
    let near = [episode("A", 150, 160, None)];
    assert_eq!(against_others(&theirs, &near, TOLERANCE), [(1, 0)]);
    let far = [episode("A", 151, 160, None)];
    assert_eq!(against_others(&theirs, &far, TOLERANCE), []);
}

/// Spans of two series that meet often.
fn spans() -> impl Strategy<Value = Vec<(bool, u32, u32, Option<u32>)>> {
    let span = (any::<bool>(), 0..120_u32, 1..40_u32, proptest::option::of(0..60_u32));
    proptest::collection::vec(span, 0..12)
}

fn episodes(spans: &[(bool, u32, u32, Option<u32>)]) -> Vec<Episode> {
    let name = |first: bool| if first { "A" } else { "B" };
    spans
        .iter()
        .map(|&(series, start, length, wait)| {
            episode(name(series), start, start + length, wait.map(|wait| start + wait))
        })
        .collect()
}

/// Labels of a series do not overlap: those that do are left out.
fn labels(spans: &[(bool, u32, u32, Option<u32>)]) -> Vec<Label> {
    let mut kept: Vec<Label> = Vec::new();
    for &(series, start, length, _) in spans {
        let new = label(if series { "A" } else { "B" }, start, start + length);
        let apart = |old: &Label| {
            old.subject != new.subject || old.end <= new.start || new.end <= old.start
        };
        if kept.iter().all(apart) {
            kept.push(new);
        }
    }
    kept
}

/// Returns what became of each Insight and label, whatever their order.
fn told(labels: &[Label], episodes: &[Episode]) -> (Vec<String>, Vec<String>) {
    let judgement = against_labels(labels, episodes, TOLERANCE);
    let outcome = |outcome: Outcome| match outcome {
        Found(_) => "found",
        Again(_) => "again",
        False => "false",
    };
    let mut insights: Vec<String> = episodes
        .iter()
        .zip(&judgement.outcomes)
        .map(|(episode, &own)| format!("{episode:?} {}", outcome(own)))
        .collect();
    let mut found: Vec<String> = labels
        .iter()
        .zip(&judgement.found)
        .map(|(label, own)| format!("{label:?} {:?}", own.map(|at| &episodes[at])))
        .collect();
    insights.sort();
    found.sort();
    (insights, found)
}

proptest! {
    #[test]
    fn which_side_is_which_and_in_which_order_does_not_matter(
        left in spans(),
        right in spans(),
    ) {
        let (left, right) = (episodes(&left), episodes(&right));
        let pairs = against_others(&left, &right, TOLERANCE);
        let other_way = against_others(&right, &left, TOLERANCE);
        prop_assert_eq!(pairs.len(), other_way.len());
        let spans = |pairs: &[(usize, usize)], left: &[Episode], right: &[Episode]| {
            let span = |&(l, r): &(usize, usize)| {
                (left[l].span(), right[r].span(), left[l].subject.clone())
            };
            let mut spans: Vec<_> = pairs.iter().map(span).collect();
            spans.sort();
            spans
        };
        let mut reversed = left.clone();
        reversed.reverse();
        let again = against_others(&reversed, &right, TOLERANCE);
        prop_assert_eq!(spans(&pairs, &left, &right), spans(&again, &reversed, &right));
    }

    #[test]
    fn each_is_used_once_and_what_is_left_has_no_partner_left(
        left in spans(),
        right in spans(),
    ) {
        let (left, right) = (episodes(&left), episodes(&right));
        let pairs = against_others(&left, &right, TOLERANCE);
        let lefts: BTreeSet<usize> = pairs.iter().map(|pair| pair.0).collect();
        let rights: BTreeSet<usize> = pairs.iter().map(|pair| pair.1).collect();
        prop_assert_eq!((lefts.len(), rights.len()), (pairs.len(), pairs.len()));
        // Held against each other one by one, and not with the search of `near`.
        for (l, theirs) in left.iter().enumerate() {
            for (r, ours) in right.iter().enumerate() {
                let (a, b) = (Span::from(theirs), Span::from(ours));
                let near = a.subject == b.subject && a.apart(b) <= TOLERANCE;
                prop_assert!(!near || lefts.contains(&l) || rights.contains(&r));
                prop_assert!(near || !pairs.contains(&(l, r)));
            }
        }
    }

    #[test]
    fn labels_and_insights_may_come_in_any_order(known in spans(), told_of in spans()) {
        let (mut labels, mut episodes) = (labels(&known), episodes(&told_of));
        let before = told(&labels, &episodes);
        labels.reverse();
        episodes.reverse();
        prop_assert_eq!(before, told(&labels, &episodes));
    }

    #[test]
    fn a_label_is_found_once_and_an_insight_finds_one(known in spans(), told_of in spans()) {
        let (labels, episodes) = (labels(&known), episodes(&told_of));
        let judgement = against_labels(&labels, &episodes, TOLERANCE);
        let finders: Vec<usize> = judgement.found.iter().flatten().copied().collect();
        let unique: BTreeSet<usize> = finders.iter().copied().collect();
        prop_assert_eq!(unique.len(), finders.len());
        for (at, outcome) in judgement.outcomes.iter().enumerate() {
            match outcome {
                Found(own) => prop_assert_eq!(judgement.found[*own], Some(at)),
                Again(_) | False => prop_assert!(!unique.contains(&at)),
            }
        }
    }
}

#[test]
fn the_spans_of_the_properties_reach_every_outcome() {
    use proptest::{strategy::ValueTree, test_runner::TestRunner};
    let mut runner = TestRunner::deterministic();
    let (mut found, mut again, mut wrong) = (0, 0, 0);
    for _ in 0..100 {
        let mut draw = || spans().new_tree(&mut runner).unwrap().current();
        let (labels, episodes) = (labels(&draw()), episodes(&draw()));
        for outcome in against_labels(&labels, &episodes, TOLERANCE).outcomes {
            *match outcome {
                Found(_) => &mut found,
                Again(_) => &mut again,
                False => &mut wrong,
            } += 1;
        }
    }
    assert!(found > 20 && again > 20 && wrong > 20, "{found} {again} {wrong}");
}
