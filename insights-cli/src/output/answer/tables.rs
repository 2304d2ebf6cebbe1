//! The tables of an explanation: its tests, and who and what changed.

use comfy_table::{CellAlignment, ContentArrangement, Table, presets};
use insights_core::{Attribute, Attribution, Comparison, Refusal, Share, TOP, Test};

use super::words::{amount, name, outcome};
use crate::printable::printable;

/// Returns the tests, one a line; the one in question is marked.
pub(super) fn tests(tests: &[Test], in_question: Option<&Test>, width: usize) -> String {
    let header = [
        "", "test", "minutes", "calls", "expected", "ordinary", "chance", "habit", "schedule",
        "score", "outcome",
    ];
    let mut table = new(width);
    table.set_header(header);
    for test in tests {
        let often =
            |per_day: f64| if per_day > 0.0 { format!("{per_day:.0e}") } else { "0".into() };
        let covered = test.refusal != Some(Refusal::NotCovered);
        // What is nothing out of the ordinary needs no explanation.
        let unusual = covered && test.score > 0.0;
        let shown = |text: String| if covered { text } else { "–".into() };
        let often = |per_day: f64| if unusual { often(per_day) } else { "–".into() };
        let expectations = test.expectations;
        table.add_row([
            if Some(test) == in_question { "▶" } else { "" }.to_owned(),
            name(test).to_owned(),
            test.window.count().to_string(),
            shown(test.observed.to_string()),
            shown(amount(test.expected).replace("less than ", "<")),
            shown(format!("{}–{}", test.ordinary.0, test.ordinary.1)),
            often(expectations.chance),
            often(expectations.habit),
            often(expectations.schedule),
            if unusual { format!("{:.1}", test.score) } else { "–".into() },
            outcome(test.refusal).to_owned(),
        ]);
    }
    right(&mut table, 2..10);
    lines(&table)
}

/// Returns who and what is behind the calls, against who and what was before.
pub(super) fn attributions(comparison: &Comparison, width: usize) -> String {
    /// What the other columns take, and the least that is left for values.
    const OTHERS: usize = 42;
    const LEAST: usize = 24;
    let mut table = new(width);
    table.set_header(["", "", "calls", "share", "before", ""]);
    let totals = [comparison.insight.count, comparison.baseline.count];
    for attribution in &comparison.attributions {
        for (place, row) in rows(attribution, totals).into_iter().enumerate() {
            let label = if place == 0 { label(attribution.attribute) } else { "" };
            let [value, calls, share, before, news] = row;
            let value = cut(&printable(&value), width.saturating_sub(OTHERS).max(LEAST));
            table.add_row([label.to_owned(), value, calls, share, before, news]);
        }
    }
    right(&mut table, 2..5);
    lines(&table)
}

/// Returns a text of at most so many characters, without its middle: its ends tell it apart.
fn cut(text: &str, most: usize) -> String {
    let count = text.chars().count();
    if count <= most {
        return text.to_owned();
    }
    let head: String = text.chars().take(most / 2).collect();
    let tail: String = text.chars().skip(count - (most - most / 2 - 1)).collect();
    format!("{head}…{tail}")
}

fn label(attribute: Attribute) -> &'static str {
    match attribute {
        Attribute::UserIdentityArn => "who",
        Attribute::UserAgent => "agent",
        Attribute::ErrorCode => "error",
        Attribute::ResourceArn => "resource",
    }
}

/// Returns the values of an attribution: those of the calls in question, then those that are gone.
fn rows(attribution: &Attribution, [calls, before]: [u64; 2]) -> Vec<[String; 5]> {
    let percent = |count: u64, of: u64| match of {
        0 => "–".to_owned(),
        _ => format!("{:.0}%", 100.0 * count as f64 / of as f64),
    };
    let count = |list: &[Share], value: &str| {
        list.iter().find(|share| *share.value == *value).map(|share| share.count)
    };
    let name = |value: &str| if value == "null" { "none".into() } else { value.to_owned() };
    let all_listed = attribution.baseline.len() < TOP;
    let now = attribution.insight.iter().map(|share| {
        let was = count(&attribution.baseline, &share.value);
        let news = match was {
            Some(_) => "",
            None if all_listed => "new",
            None => "rare before",
        };
        let was = was.map_or_else(|| "–".into(), |was| percent(was, before));
        let calls_of = share.count.to_string();
        [name(&share.value), calls_of, percent(share.count, calls), was, news.into()]
    });
    let gone = attribution.baseline.iter().filter(|share| {
        attribution.insight.len() < TOP && count(&attribution.insight, &share.value).is_none()
    });
    let gone = gone.map(|share| {
        let was = percent(share.count, before);
        [name(&share.value), "0".into(), percent(0, calls), was, "gone".into()]
    });
    now.chain(gone).collect()
}

fn new(width: usize) -> Table {
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_truncation_indicator("…")
        .set_width(u16::try_from(width).unwrap_or(u16::MAX));
    table
}

fn right(table: &mut Table, columns: std::ops::Range<usize>) {
    for (i, column) in table.column_iter_mut().enumerate() {
        column.set_padding((0, 1));
        if columns.contains(&i) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
}

fn lines(table: &Table) -> String {
    let text = table.to_string();
    let lines = text.lines().map(str::trim_end);
    lines.flat_map(|line| [line, "\n"]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_values_lose_their_middle() {
        assert_eq!(cut("arn:aws:iam::1:user/ada", 40), "arn:aws:iam::1:user/ada");
        let cut = cut("arn:aws:iam::111122223333:user/ada", 11);
        assert_eq!((&*cut, cut.chars().count()), ("arn:a…r/ada", 11));
    }

    #[test]
    fn values_are_new_known_rare_or_gone() {
        let share = |value: &str, count| Share { value: value.into(), count };
        let of = |baseline: Vec<Share>| Attribution {
            attribute: Attribute::UserIdentityArn,
            insight: vec![share("eve", 30), share("ada", 10)],
            baseline,
        };
        let told = |baseline| -> Vec<String> {
            rows(&of(baseline), [40, 200]).iter().map(|row| row.join(" ")).collect()
        };
        assert_eq!(
            told(vec![share("ada", 150), share("null", 50)]),
            ["eve 30 75% – new", "ada 10 25% 75% ", "none 0 0% 25% gone"]
        );
        let five = ["ada", "b", "c", "d", "e"].map(|name| share(name, 40)).to_vec();
        assert_eq!(told(five)[0], "eve 30 75% – rare before");
    }
}
