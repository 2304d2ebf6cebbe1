//! The words of an explanation: times, numbers, tests and why they did not fire.

use insights_core::{Direction, Expectations, Minute, Minutes, Refusal, SeriesKey, Test, TestKind};

use crate::output::table::lasted;

/// Returns `2026-03-02 14:05`.
pub(in crate::output) fn clock(minute: Minute) -> String {
    minute.instant().format("%Y-%m-%d %H:%M").to_string()
}

/// Returns `14:05`.
pub(super) fn time_of_day(minute: Minute) -> String {
    minute.instant().format("%H:%M").to_string()
}

/// Returns `1 minute`, `45 minutes`, `2h05m`.
pub(super) fn duration(span: Minutes) -> String {
    match span.count() {
        1 => "1 minute".into(),
        minutes if minutes < 120 => format!("{minutes} minutes"),
        _ => lasted(span),
    }
}

/// Returns `1 call`, `1,234 calls`.
pub(super) fn calls(count: u64) -> String {
    let s = if count == 1 { "" } else { "s" };
    format!("{} call{s}", indicatif::HumanCount(count))
}

/// Returns a number of calls that need not be whole.
pub(super) fn amount(value: f64) -> String {
    match value {
        v if v < 0.01 => "less than 0.01".into(),
        v if v < 10.0 => format!("{v:.2}"),
        v if v < 1_000.0 => format!("{v:.1}"),
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "positive")]
        v => indicatif::HumanCount(v.round() as u64).to_string(),
    }
}

/// Returns how often something is that is expected so many times a day.
pub(super) fn often(per_day: f64) -> String {
    const YEAR: f64 = 365.0;
    /// What is rarer is not told apart by the model.
    const RAREST: f64 = 1_000.0 * YEAR;
    let days = per_day.recip();
    match per_day {
        0.0 => "never".into(),
        p if p >= 9.5 => format!("{p:.0} times a day"),
        p if p >= 1.05 => format!("{p:.1} times a day"),
        p if p >= 0.667 => "once a day".into(),
        _ if days < 10.0 => format!("once in {days:.1} days"),
        _ if days < 2.0 * YEAR => format!("once in {days:.0} days"),
        _ if days < RAREST => format!("once in {:.0} years", days / YEAR),
        _ => "less than once in 1,000 years".into(),
    }
}

/// Returns what a series is, such as `calls of s3.amazonaws.com:GetObject`.
pub(in crate::output) fn subject(series: &SeriesKey) -> String {
    let SeriesKey { event_source, event_name, .. } = series;
    match &series.error_code {
        None => format!("calls of {event_source}:{event_name}"),
        Some(code) => format!("calls of {event_source}:{event_name} that failed with {code}"),
    }
}

/// Returns what more calls or fewer are called.
pub(in crate::output) const fn direction(direction: Direction) -> &'static str {
    match direction {
        Direction::Rise => "more calls than normal",
        Direction::Fall => "fewer calls than normal",
    }
}

/// Returns the name of a test in tables.
pub(super) fn name(test: &Test) -> &'static str {
    match test.kind {
        TestKind::Rise => "rise",
        TestKind::Fall => "fall",
        TestKind::MissedRun => "run",
    }
}

/// Returns what a test came to, in a few words for tables.
pub(super) const fn outcome(refusal: Option<Refusal>) -> &'static str {
    match refusal {
        None => "FIRED",
        Some(Refusal::NotCovered) => "not enough log",
        Some(Refusal::NotNow) => "not looked at now",
        Some(Refusal::WarmUp) => "log is too young",
        Some(Refusal::TooFewCalls) => "too few calls",
        Some(Refusal::TooSmallChange) => "too small a change",
        Some(Refusal::TooLittleExpected) => "too few expected",
        Some(Refusal::NoNewCalls) => "no new calls",
        Some(Refusal::CaughtUp) => "makes up for missing",
        Some(Refusal::Chance) => "chance",
        Some(Refusal::Habit) => "habit",
        Some(Refusal::Schedule) => "schedule",
        Some(Refusal::LateRun) => "late run",
        Some(Refusal::RunCame) => "the run came",
        Some(Refusal::RunIndistinct) => "run is hidden",
        Some(_) => "other",
    }
}

/// Returns what came in a window up to a minute, and what was to be expected.
pub(in crate::output) fn saw(
    kind: TestKind,
    (window, until): (Minutes, Minute),
    observed: u64,
    expected: f64,
    (low, high): (u64, u64),
) -> String {
    let when = time_of_day(until);
    let window = match window.count() {
        1 => format!("In the minute {when}"),
        minutes => format!("In the {minutes} minutes up to {when}"),
    };
    let came = match observed {
        0 => "no call came".to_owned(),
        count => format!("{} came", calls(count)),
    };
    let ordinary = match kind {
        TestKind::Rise if high == 0 => "none would have been ordinary".into(),
        TestKind::Rise => format!("up to {high} would have been ordinary"),
        TestKind::Fall => format!("{low} or more would have been ordinary"),
        TestKind::MissedRun => format!("a run of a job was due, of {low} or more"),
    };
    let one = expected < 0.01 || (0.995..1.005).contains(&expected);
    let were = if one { "was" } else { "were" };
    format!("{window}, {came} where {} {were} expected; {ordinary}.", amount(expected))
}

/// Returns that nothing explains what a test found.
pub(in crate::output) fn unexplained(kind: TestKind, expectations: Expectations) -> String {
    if kind == TestKind::MissedRun {
        return format!(
            "Nothing explains it: earlier runs being what they were, so few calls are expected {}.",
            often(expectations.chance)
        );
    }
    let habit = match kind {
        TestKind::Rise => "bursts",
        _ => "lows",
    };
    format!(
        "Nothing explains it: the like is expected {} by chance, given how much the series varies; \
         {} by habit, as one of the {habit} of the series; {} at that time of day.",
        often(expectations.chance),
        often(expectations.habit),
        often(expectations.schedule)
    )
}

/// Returns what score a test came to.
pub(in crate::output) fn score(kind: TestKind, score: f64, threshold: f64) -> String {
    let together = if kind == TestKind::MissedRun { "That is" } else { "Together that is" };
    if score >= threshold {
        format!("{together} a score of {score:.1}, and {threshold:.1} is needed.")
    } else {
        format!("{together} a score of {:.1}; {threshold:.1} is needed.", score.max(0.0))
    }
}

/// Returns why a test did not fire, in a sentence.
pub(super) fn reason(test: &Test, refusal: Refusal, windows_from: Minute) -> String {
    let needed = calls(test.needed);
    let (many, bursts) = match test.kind {
        TestKind::Rise => ("many", "bursts that large"),
        TestKind::Fall | TestKind::MissedRun => ("few", "lows that deep"),
    };
    let often = |per_day| often(per_day);
    let expectations = test.expectations;
    match refusal {
        Refusal::NotCovered => format!(
            "The window reaches back to before {}, where the log, or what may be looked at of it, \
             begins.",
            clock(windows_from)
        ),
        Refusal::NotNow => "Windows that long are looked at every five minutes, and not in this \
                            one."
            .into(),
        Refusal::WarmUp => {
            "The log is in its warm-up: only overwhelming rises are reported.".into()
        }
        Refusal::TooFewCalls => {
            format!("That is too few to be a rise, whatever its score: it takes {needed}.")
        }
        Refusal::TooSmallChange if test.kind == TestKind::Rise => {
            format!(
                "That is too near to what is normal, whatever its score: a rise takes {needed}."
            )
        }
        Refusal::TooSmallChange => {
            format!("That is too near to what is normal: a fall has {needed} at most.")
        }
        Refusal::TooLittleExpected => "So little is expected that its absence says nothing: five \
                                       calls in the window at least must be."
            .into(),
        Refusal::NoNewCalls => {
            "None of the last five minutes had calls: what rose did so before.".into()
        }
        Refusal::CaughtUp => "The calls only make up for those missing in the quarter of an hour \
                              before."
            .into(),
        Refusal::Chance => format!(
            "Chance explains it: given how much the series varies, so {many} come {}.",
            often(expectations.chance)
        ),
        Refusal::Habit => format!(
            "Habit explains it: the series has {bursts} {}, whenever they come.",
            often(expectations.habit)
        ),
        Refusal::Schedule => format!(
            "The time of day explains it: at that time so {many} come {}.",
            often(expectations.schedule)
        ),
        Refusal::LateRun => {
            "A run of a job explains it: it did not come when it used to, and comes now.".into()
        }
        Refusal::RunCame => "The run of the job came.".into(),
        Refusal::RunIndistinct => "So much else is expected at that time that nobody can tell \
                                   whether the run came."
            .into(),
        _ => "It was refused for another reason.".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_often_is_told_in_days_and_years() {
        let told = [0.0, 1e-9, 1e-4, 0.01, 0.3, 1.0, 2.34, 40.0].map(often);
        let wanted = [
            "never",
            "less than once in 1,000 years",
            "once in 27 years",
            "once in 100 days",
            "once in 3.3 days",
            "once a day",
            "2.3 times a day",
            "40 times a day",
        ];
        assert_eq!(told, wanted);
    }

    #[test]
    fn numbers_have_units_and_no_false_precision() {
        assert_eq!((calls(1), calls(12_345)), ("1 call".into(), "12,345 calls".into()));
        let told = [0.0, 0.25, 42.0, 1_234.5].map(amount);
        assert_eq!(told, ["less than 0.01", "0.25", "42.0", "1,235"]);
        let told = [1, 45, 125].map(|minutes| duration(Minutes::new(minutes)));
        assert_eq!(told, ["1 minute", "45 minutes", "2h05m"]);
    }
}
