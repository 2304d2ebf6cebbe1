//! [`Score`]: what became of each report, and of each label.

use std::{collections::BTreeSet, ops::Range};

use insights_datasets::account::{Account, Class, Kind};

use super::replay::Report;

/// Up to when reports are ignored, in minutes.
const WARM_UP: u32 = 7 * 1_440;
/// How long before a label's start it may be hit, in minutes.
const EARLY: u32 = 5;
/// How long after a label's end, or after a hole in the log, nothing is false, in minutes.
const ECHO: u32 = 120;
const AFTER_GAP: u32 = 60;

/// What became of one report.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Outcome {
    /// It was the first to find the label at this position.
    Hit(usize),
    /// It told of the label at this position, but was not the first or came late.
    Again(usize),
    /// It lies where nobody can say.
    Ignored,
    /// Nothing was unusual.
    False,
}

/// What became of all reports on an account.
#[derive(Clone, Debug, PartialEq)]
pub struct Score {
    /// The days that count.
    pub days: u32,
    /// What became of each report.
    pub outcomes: Vec<Outcome>,
    /// The labels, with how they were hit.
    pub labels: Vec<Labelled>,
    /// The false reports by kind of series, with how many series of that kind there are.
    pub kinds: Vec<(Kind, usize, usize)>,
    /// The incidents that the false reports belong to.
    pub wrong_incidents: usize,
}

/// One label and its hit.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Labelled {
    /// What happened.
    pub class: Class,
    /// The cause it has in common with other labels.
    pub incident: u32,
    /// How it was hit.
    pub hit: Option<Hit>,
}

/// How a label was hit, in minutes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Hit {
    /// From its start to the decision.
    pub delay: i64,
    /// From its start to the start reported, in either direction.
    pub start_error: u32,
    /// From its end to the end reported, in either direction; none while it goes on.
    pub end_error: Option<u32>,
}

impl Score {
    /// Judges reports, which are in the order of their decisions.
    #[must_use]
    pub fn new(account: &Account, reports: &[Report]) -> Self {
        let mut labels: Vec<Labelled> = account
            .labels
            .iter()
            .map(|label| Labelled { class: label.class, incident: label.incident, hit: None })
            .collect();
        let mut outcomes = Vec::with_capacity(reports.len());
        for report in reports {
            let outcome = judge(account, report, &labels);
            if let Outcome::Hit(label) = outcome {
                let minutes = &account.labels[label].minutes;
                labels[label].hit = Some(Hit {
                    delay: i64::from(report.decided) - i64::from(minutes.start),
                    start_error: report.start.abs_diff(minutes.start),
                    end_error: report.end.map(|end| end.abs_diff(minutes.end)),
                });
            }
            outcomes.push(outcome);
        }
        let wrong: Vec<&Report> = reports
            .iter()
            .zip(&outcomes)
            .filter(|(_, outcome)| **outcome == Outcome::False)
            .map(|(report, _)| report)
            .collect();
        let kinds = Kind::ALL.into_iter().map(|kind| {
            let count = account.series.iter().filter(|series| series.kind == kind).count();
            let of_kind = wrong.iter().filter(|r| account.series[r.series].kind == kind);
            (kind, count, of_kind.count())
        });
        Self {
            days: account.days - WARM_UP / 1_440,
            labels,
            kinds: kinds.collect(),
            wrong_incidents: wrong
                .iter()
                .map(|report| report.incident)
                .collect::<BTreeSet<_>>()
                .len(),
            outcomes,
        }
    }

    /// Returns how many reports are false.
    #[must_use]
    pub fn wrong(&self) -> usize {
        self.outcomes.iter().filter(|outcome| **outcome == Outcome::False).count()
    }

    /// Returns how many reports told again of a label.
    #[must_use]
    pub fn again(&self) -> usize {
        self.outcomes.iter().filter(|outcome| matches!(outcome, Outcome::Again(_))).count()
    }

    /// Returns the hits.
    pub fn hits(&self) -> impl Iterator<Item = (Class, Hit)> {
        self.labels.iter().filter_map(|label| Some((label.class, label.hit?)))
    }

    /// Returns how many labels are hit, and how many there are.
    #[must_use]
    pub fn found(&self) -> (usize, usize) {
        (self.hits().count(), self.labels.len())
    }

    /// Returns how many labels of a class are hit, and how many there are.
    #[must_use]
    pub fn found_of(&self, class: Class) -> (usize, usize) {
        let all = self.labels.iter().filter(|label| label.class == class);
        (self.hits().filter(|hit| hit.0 == class).count(), all.count())
    }

    /// Returns how many causes have a label that is hit, and how many there are.
    #[must_use]
    pub fn incidents(&self) -> (usize, usize) {
        let all: BTreeSet<u32> = self.labels.iter().map(|label| label.incident).collect();
        let hit = self.labels.iter().filter(|label| label.hit.is_some());
        (hit.map(|label| label.incident).collect::<BTreeSet<_>>().len(), all.len())
    }

    /// Returns the mean of the shares found of each class that has labels.
    #[must_use]
    pub fn macro_recall(&self) -> f64 {
        let found = Class::ALL.into_iter().map(|class| self.found_of(class));
        let shares: Vec<f64> =
            found.filter(|&(_, all)| all > 0).map(|(hits, all)| hits as f64 / all as f64).collect();
        shares.iter().sum::<f64>() / shares.len().max(1) as f64
    }
}

/// Returns how long after its end a label may still be hit, in minutes.
const fn grace(class: Class) -> u32 {
    match class {
        Class::MissingJob | Class::MissingRuns => 60,
        Class::PartialOutage => 30,
        Class::Outage => 15,
        _ => 10,
    }
}

fn judge(account: &Account, report: &Report, labels: &[Labelled]) -> Outcome {
    let decided = report.decided;
    let after_gap = |gap: &Range<u32>| (gap.start..gap.end + AFTER_GAP).contains(&decided);
    if decided < WARM_UP || account.gaps.iter().any(after_gap) {
        return Outcome::Ignored;
    }
    for (number, label) in account.labels.iter().enumerate() {
        let Range { start, end } = label.minutes;
        if label.series != report.series || !(start - EARLY..=end + ECHO).contains(&decided) {
            continue;
        }
        if decided <= end + grace(label.class) && report.is_fall() == label.class.is_fall() {
            let is_first = labels[number].hit.is_none();
            return if is_first { Outcome::Hit(number) } else { Outcome::Again(number) };
        }
        if decided >= end {
            return Outcome::Again(number);
        }
    }
    let in_neutral = account
        .neutral
        .iter()
        .any(|span| span.series == report.series && span.minutes.contains(&decided));
    if in_neutral { Outcome::Ignored } else { Outcome::False }
}

#[cfg(test)]
mod tests {
    use insights_core::{Direction, Expectations, Finding, Minute, Minutes};
    use insights_datasets::account::{Label, Neutral, Reason, START, Series};

    use super::*;

    const DAY: u32 = 1_440;

    /// Returns an account of ten days with two series and these labels of the first.
    fn account(labels: &[(u32, u32, Class)]) -> Account {
        let series = |name, kind| Series {
            region: "us-east-1",
            event_source: "s3.amazonaws.com".into(),
            event_name: name,
            is_data: false,
            error_code: None,
            kind,
            cells: Vec::new(),
        };
        let label = |&(start, end, class): &(u32, u32, Class)| Label {
            series: 0,
            minutes: start..end,
            class,
            incident: start / DAY,
        };
        Account {
            start: START,
            days: 10,
            identities: Vec::new(),
            series: vec![series("PutObject", Kind::Traffic), series("GetObject", Kind::Poller)],
            labels: labels.iter().map(label).collect(),
            neutral: Vec::new(),
            gaps: Vec::new(),
        }
    }

    fn report(series: usize, direction: Direction, decided: u32) -> Report {
        let finding = Finding {
            direction,
            onset: Minute::MIN,
            window: Minutes::new(1),
            observed: 1,
            expected: 1.0,
            score: 5.0,
            threshold: 4.0,
            ordinary: (0, 1),
            expectations: Expectations::default(),
            missed: None,
        };
        Report {
            series,
            decided,
            start: decided,
            end: Some(decided + 10),
            finding,
            // Those of one hour tell one story.
            incident: u128::from(decided / 60),
        }
    }

    /// Returns what becomes of reports of the first series at these minutes.
    fn outcomes(account: &Account, direction: Direction, minutes: &[u32]) -> Vec<Outcome> {
        let reports: Vec<_> = minutes.iter().map(|&at| report(0, direction, at)).collect();
        Score::new(account, &reports).outcomes
    }

    use Direction::{Fall, Rise};
    use Outcome::{Again, False, Hit as Found, Ignored};

    const AT: u32 = 8 * DAY;

    #[test]
    fn the_first_report_in_time_hits_and_the_others_tell_again() {
        let account = account(&[(AT, AT + 20, Class::Spike)]);
        let minutes = [AT + 3, AT + 15, AT + 30, AT + 31, AT + 140, AT + 141];
        let expected = [Found(0), Again(0), Again(0), Again(0), Again(0), False];
        assert_eq!(outcomes(&account, Rise, &minutes), expected);
    }

    #[test]
    fn five_minutes_early_is_in_time_and_six_are_not() {
        let account = account(&[(AT, AT + 20, Class::Spike)]);
        assert_eq!(outcomes(&account, Rise, &[AT - 6, AT - 5]), [False, Found(0)]);
    }

    #[test]
    fn a_late_report_is_no_hit_and_silence_may_be_told_later() {
        for (class, direction, grace) in [
            (Class::Ramp, Rise, 10),
            (Class::Outage, Fall, 15),
            (Class::PartialOutage, Fall, 30),
            (Class::MissingJob, Fall, 60),
            (Class::MissingRuns, Fall, 60),
        ] {
            let account = account(&[(AT, AT + 20, class)]);
            let last = AT + 20 + grace;
            assert_eq!(outcomes(&account, direction, &[last]), [Found(0)], "{class}");
            assert_eq!(outcomes(&account, direction, &[last + 1]), [Again(0)], "{class}");
        }
    }

    #[test]
    fn the_other_direction_is_false_until_the_label_is_over() {
        let account = account(&[(AT, AT + 20, Class::Outage)]);
        let expected = [False, Again(0), False];
        assert_eq!(outcomes(&account, Rise, &[AT + 3, AT + 20, AT + 141]), expected);
        assert_eq!(outcomes(&account, Fall, &[AT + 3]), [Found(0)]);
    }

    #[test]
    fn another_series_is_another_matter() {
        let account = account(&[(AT, AT + 20, Class::Spike)]);
        let score = Score::new(&account, &[report(1, Rise, AT + 3)]);
        assert_eq!((score.outcomes, score.wrong_incidents), (vec![False], 1));
        let of = |kind| score.kinds.iter().find(|row| row.0 == kind).copied();
        assert_eq!(of(Kind::Poller), Some((Kind::Poller, 1, 1)));
        assert_eq!(of(Kind::Traffic), Some((Kind::Traffic, 1, 0)));
    }

    #[test]
    fn warm_up_gaps_and_neutral_spans_are_ignored() {
        let mut account = account(&[(AT, AT + 20, Class::Spike)]);
        account.gaps.push(AT + 300..AT + 340);
        let (minutes, reason) = (AT - 100..AT + 200, Reason::Born);
        account.neutral = vec![Neutral { series: 0, minutes, reason }];
        let cases = [
            (7 * DAY - 1, Ignored),
            (7 * DAY, False),
            (AT - 101, False),
            (AT - 100, Ignored),
            // A label comes before a neutral span.
            (AT, Found(0)),
            (AT + 199, Ignored),
            (AT + 200, False),
            (AT + 299, False),
            (AT + 300, Ignored),
            (AT + 399, Ignored),
            (AT + 400, False),
        ];
        let (minutes, expected): (Vec<u32>, Vec<Outcome>) = cases.into_iter().unzip();
        assert_eq!(outcomes(&account, Rise, &minutes), expected);
        assert_eq!(Score::new(&account, &[report(1, Rise, AT)]).outcomes, [False]);
    }

    #[test]
    fn false_reports_of_one_incident_are_one() {
        let account = account(&[]);
        let reports = [AT, AT + 1, AT + 60, AT + 61].map(|at| report(0, Rise, at));
        let score = Score::new(&account, &reports);
        assert_eq!((score.wrong(), score.wrong_incidents, score.days), (4, 2, 3));
    }

    #[test]
    fn shares_delays_and_errors_are_those_of_the_hits() {
        let next = AT + DAY;
        let account = account(&[
            (AT, AT + 20, Class::Spike),
            (next, next + 30, Class::Spike),
            (next + 200, next + 260, Class::Outage),
        ]);
        let reports = [report(0, Rise, AT + 4), report(0, Fall, next + 212)];
        let score = Score::new(&account, &reports);
        assert_eq!(score.found(), (2, 3));
        assert_eq!((score.found_of(Class::Spike), score.found_of(Class::Outage)), ((1, 2), (1, 1)));
        assert!((score.macro_recall() - 0.75).abs() < 1e-12);
        assert_eq!(score.incidents(), (2, 2), "one of two labels finds their cause");
        let hits: Vec<Hit> = score.hits().map(|(_, hit)| hit).collect();
        assert_eq!(hits[0], Hit { delay: 4, start_error: 4, end_error: Some(6) });
        assert_eq!(hits[1], Hit { delay: 12, start_error: 12, end_error: Some(38) });
    }
}
