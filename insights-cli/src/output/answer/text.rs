//! An explanation in sentences.

use std::{
    fmt::Write as _,
    io::{self, Write},
};

use insights_core::{Examination, LookedAt, Minutes, Refusal, SeriesKey, Standing, WarmUp};

use super::{
    plot::Plot,
    tables,
    words::{
        calls, clock, direction, duration, reason, saw, score, subject, time_of_day, unexplained,
    },
};
use crate::{
    commands::explain::{Answer, Asked},
    output::{paragraph::paragraph, table::rate},
    printable::printable,
};

/// Writes an explanation in lines of at most `width`.
pub(super) fn write(out: &mut impl Write, answer: &Answer, width: usize) -> io::Result<()> {
    let SeriesKey { account_id, region, category, .. } = &answer.series;
    let title = format!("{}, {account_id} {region}, {category} events", subject(&answer.series));
    paragraph(out, &printable(&title), width)?;
    writeln!(out)?;
    paragraph(out, &verdict(answer), width)?;
    for sentence in evidence(answer) {
        paragraph(out, &sentence, width)?;
    }
    writeln!(out)?;
    let plot = Plot::new(&answer.minutes, width).to_string();
    if !plot.is_empty() {
        writeln!(out, "{plot}\n")?;
    }
    if let Some(sentences) = normal(answer) {
        paragraph(out, &sentences, width)?;
    }
    if let Some(comparison) = answer.comparison.as_ref().filter(|c| !c.attributions.is_empty()) {
        let during = &comparison.during;
        let insight = comparison.insight;
        writeln!(
            out,
            "\nwho and what, in {} from {} on, against {} calls before",
            duration(during.end.since(during.start)),
            clock(during.start),
            indicatif::HumanCount(comparison.baseline.count),
        )?;
        if insight.duration != during.end.since(during.start) {
            writeln!(out, "(so far known: {})", calls(insight.count))?;
        }
        write!(out, "{}", tables::attributions(comparison, width))?;
    }
    if let Some(look) = &answer.examination.look {
        let needed = look.account.tests.first().map_or(0.0, |test| test.threshold);
        let legend = format!(
            "tests of {} UTC; chance, habit, schedule: how often a day each lets one expect the \
             like; score: −log10 of their sum, {needed} is needed",
            clock(answer.examination.minute),
        );
        writeln!(out)?;
        paragraph(out, &legend, width)?;
        write!(out, "{}", tables::tests(&look.account.tests, answer.test.as_ref(), width))?;
    }
    Ok(())
}

/// Returns an explanation in sentences alone, a paragraph each.
pub(super) fn paragraphs(answer: &Answer) -> Vec<String> {
    let mut paragraphs = vec![verdict(answer)];
    paragraphs.extend(evidence(answer));
    paragraphs.extend(normal(answer));
    paragraphs
}

/// Returns whether it fired, and when.
fn verdict(answer: &Answer) -> String {
    let Some((start, end)) = &answer.insight else {
        let Asked::At { minute, looks } = &answer.asked else {
            return "It did not fire.".into();
        };
        let mut text = format!(
            "It did not fire around {} UTC: {}.",
            clock(*minute),
            standing(&answer.examination)
        );
        if answer.examination.look.is_some() {
            let _ = write!(
                text,
                " Of the looks from {} to {}, that at {} came nearest.",
                time_of_day(looks.start),
                time_of_day(looks.end - Minutes::new(1)),
                time_of_day(answer.examination.minute),
            );
        }
        return text;
    };
    let explanation = &start.explanation;
    let lasted = match end.as_ref().and_then(|end| end.end) {
        Some(end) => {
            format!("lasted {}, to {}", duration(end.since(start.start)), clock(end))
        }
        None => "was open at the end of the log".into(),
    };
    format!(
        "It fired: {} from {} UTC on. The Insight {} {lasted}; it was decided with the minute {}.",
        direction(explanation.finding.direction),
        clock(start.start),
        start.shared_event_id(),
        clock(explanation.detected_at),
    )
}

/// Returns whether minutes were judged, or why not.
fn standing(examination: &Examination) -> String {
    match (examination.standing, &examination.episode) {
        (Standing::Watched, _) => match &examination.look {
            Some(look) if look.returns => {
                "the series went back to the level before the last one that was accepted, which is \
                 no news"
                    .into()
            }
            _ => "nothing that was tested was unusual enough".into(),
        },
        (Standing::Unknown, _) => {
            format!("nothing is known yet, as the log begins at {}", clock(examination.log_began))
        }
        (Standing::Missing, _) => "the log is missing there, of all APIs at once".into(),
        (Standing::InDoubt, _) => {
            "the whole log was silent there, and might have turned out to be missing".into()
        }
        (Standing::Open, Some(episode)) => {
            format!("an Insight was open since {}", clock(episode.start))
        }
        (Standing::Open, None) => "an Insight was open".into(),
    }
}

/// Returns what the test in question saw, and why it did or did not fire.
fn evidence(answer: &Answer) -> Vec<String> {
    let (Some(test), Some(look)) = (&answer.test, &answer.examination.look) else {
        return Vec::new();
    };
    let mut sentences = vec![saw(
        test.kind,
        (test.window, answer.examination.minute),
        test.observed,
        test.expected,
        test.ordinary,
    )];
    sentences.push(match test.refusal {
        Some(refusal) => reason(test, refusal, look.windows_from),
        None => unexplained(test.kind, test.expectations),
    });
    if test.refusal.is_none_or(Refusal::is_explanation) {
        sentences.push(score(test.kind, test.score, test.threshold));
    }
    sentences
}

/// Returns what is normal for the series, and what else was known then, if anything was.
fn normal(answer: &Answer) -> Option<String> {
    const BEGINNING: &str = "What is normal:";
    let examination = &answer.examination;
    let mut text = String::from(BEGINNING);
    if let Some(comparison) = &answer.comparison {
        let baseline = comparison.baseline;
        let span = duration(baseline.duration);
        let _ = match baseline.count {
            0 => write!(text, " no calls in the {span} before."),
            count => {
                let rate = rate(baseline.per_minute());
                write!(text, " {} in the {span} before, {rate} a minute.", calls(count))
            }
        };
    }
    if let (Some(look), Some(test)) = (&examination.look, &answer.test) {
        let LookedAt { pattern, fitted, circumstances, .. } = look;
        let _ = write!(
            text,
            " The pattern is “{pattern}”, learnt from the minutes before {}. ",
            clock(*fitted),
        );
        let alpha = alpha(test.dispersion);
        let _ = if test.expected < 1.0 {
            write!(text, "The dispersion of so rare calls is α = {alpha}.")
        } else {
            let times = 1.0 + test.dispersion * test.expected;
            write!(
                text,
                "The calls in such a window have {times:.1} times the variance of independent ones \
                 (dispersion α = {alpha}).",
            )
        };
        if circumstances.warm_up == WarmUp::Running {
            let _ = write!(
                text,
                " The log began at {} and is in its warm-up: only what is overwhelming is reported.",
                clock(examination.log_began)
            );
        }
        if circumstances.in_wave {
            text.push_str(
                " Rare APIs that were called together before are being called together, as in a \
                 deployment: a burst of a rare one that joins them is no surprise.",
            );
        }
        let since = (examination.minute + Minutes::new(1)).since(look.windows_from);
        if since < Minutes::new(290) && look.windows_from > examination.log_began {
            let _ = write!(
                text,
                " Tests do not look back to before {}, the end of the last Insight or hole.",
                clock(look.windows_from)
            );
        }
    }
    if let Some(last) = examination.reported.last() {
        let count = examination.reported.len();
        let spans = if count == 1 { "span was" } else { "spans were" };
        let _ = write!(
            text,
            " {count} earlier {spans} reported and left out, the last from {} to {}.",
            clock(last.start),
            clock(last.end)
        );
    }
    for level in &examination.levels {
        let times = level.millionths as f64 / 1e6;
        let _ = write!(
            text,
            " From {} on a new level was accepted{}.",
            clock(level.from),
            if level.millionths == 0 {
                String::new()
            } else {
                format!(", {times:.2} times the old")
            }
        );
    }
    let near = examination
        .holes
        .last()
        .filter(|hole| examination.minute.since(hole.end) < Minutes::days(1));
    if let Some(hole) = near {
        let _ =
            write!(text, " The log was missing from {} to {}.", clock(hole.start), clock(hole.end));
    }
    (text != BEGINNING).then_some(text)
}

/// Returns a dispersion with three digits that count.
fn alpha(dispersion: f64) -> String {
    match dispersion {
        d if d < 0.001 => "less than 0.001".into(),
        d if d < 1.0 => format!("{d:.3}"),
        d => format!("{d:.1}"),
    }
}
