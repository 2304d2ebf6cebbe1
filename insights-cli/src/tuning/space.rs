//! [`Space`]: which values of which settings are tried.

use std::{ops::Range, path::Path};

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use crate::{
    document::Document,
    exit::UsageError,
    nearest::suggestion,
    plan,
    settings::{Key, Settings},
};

/// Settings and the values of each that are tried, in their order.
#[derive(Debug)]
pub(crate) struct Space {
    pub(super) parameters: Vec<Parameter>,
}

/// A setting and its values, as TOML.
#[derive(Debug)]
pub(super) struct Parameter {
    pub(super) key: &'static Key,
    pub(super) values: Vec<String>,
}

/// The most values of a setting.
const MOST: usize = 1_000;

impl Space {
    /// The space where none is given.
    pub(crate) const DEFAULT: &str = include_str!("space.toml");

    /// Reads a space from a file: each setting a list of values, or a range with the distance of
    /// its values (`step`) or how many there are on a scale of ratios (`log`).
    ///
    /// # Errors
    ///
    /// Returns an error that names file, line and column for anything that is no such thing.
    pub(crate) fn read(path: Option<&Path>) -> Result<Self, UsageError> {
        let document = match path {
            Some(path) => Document::read(path)?,
            None => Document::new("the default space", Self::DEFAULT.to_owned()),
        };
        Self::of(&document)
    }

    pub(super) fn of(document: &Document) -> Result<Self, UsageError> {
        let mut parameters = Vec::new();
        for (name, value) in &document.parse()? {
            let told = |what| document.error(&name.span(), what);
            let key = tunable(name.get_ref()).map_err(told)?;
            let written = values(value)
                .map_err(|(span, what)| document.error(&span, format!("{}: {what}", key.name)))?;
            let mut values = Vec::new();
            for (span, text) in written {
                let mut settings = Settings::default();
                settings.change_to(key, &text).map_err(|what| document.error(&span, what))?;
                let value = key.shown(&settings);
                // Of numbers on a scale of ratios, neighbours may be rounded to the same one.
                if !values.contains(&value) {
                    values.push(value);
                }
            }
            parameters.push(Parameter { key, values });
        }
        // The order of a table says nothing.
        parameters
            .sort_by_key(|parameter| Key::tunable().position(|key| key.name == parameter.key.name));
        if parameters.is_empty() {
            return Err(UsageError(format!("{}: names no setting to try", document.name())));
        }
        Ok(Self { parameters })
    }

    /// Returns how many combinations of values there are.
    pub(crate) fn size(&self) -> u64 {
        let lengths = self.parameters.iter().map(|parameter| parameter.values.len() as u64);
        lengths.fold(1, u64::saturating_mul)
    }
}

/// Returns the setting of a name if it can be tuned.
fn tunable(name: &str) -> Result<&'static Key, String> {
    let names = || Key::tunable().map(|key| key.name);
    if let Some(key) = Key::tunable().find(|key| key.name == name) {
        return Ok(key);
    }
    let what = if Key::of(name).is_ok() { "is not tuned" } else { "is no setting" };
    let near = suggestion(name, names());
    let all = names().collect::<Vec<_>>().join(", ");
    Err(format!("{name:?} {what}{near} (what can be tuned is {all})"))
}

/// A value as it is written, and where.
type Written = (Range<usize>, String);
type Wrong = (Range<usize>, String);

/// Returns the values that a list or a range stands for.
fn values(value: &Spanned<DeValue<'_>>) -> Result<Vec<Written>, Wrong> {
    let span = value.span();
    match value.get_ref() {
        DeValue::Array(list) if list.is_empty() => {
            Err((span, "is an empty list of values".to_owned()))
        }
        DeValue::Array(list) if list.len() > MOST => {
            Err((span, format!("has more than {MOST} values")))
        }
        DeValue::Array(list) => list
            .iter()
            .map(|item| match item.get_ref() {
                DeValue::String(text) => Ok((item.span(), format!("{text:?}"))),
                DeValue::Integer(integer) => Ok((item.span(), integer.to_string())),
                DeValue::Float(float) => Ok((item.span(), float.to_string())),
                _ => Err((item.span(), "a value is a number or a time such as \"2h\"".to_owned())),
            })
            .collect(),
        DeValue::Table(range) => {
            let values = Scale::of(range).and_then(|scale| scale.values());
            let values = values.map_err(|what| (span.clone(), what))?;
            Ok(values.into_iter().map(|value| (span.clone(), value)).collect())
        }
        _ => Err((
            span,
            "must be a list of values, or a range such as { min = 1, max = 9, step = 2 } or \
             { min = 1, max = 100, log = 5 }"
                .to_owned(),
        )),
    }
}

/// A range and how its values lie in it.
struct Scale {
    min: f64,
    max: f64,
    /// Whether all is whole numbers, as minutes are.
    whole: bool,
    by: By,
}

enum By {
    /// At this distance from each other.
    Step(f64),
    /// So many, each as many times the one before.
    Log(usize),
}

impl Scale {
    fn of(table: &DeTable<'_>) -> Result<Self, String> {
        let (mut min, mut max, mut step, mut log) = (None, None, None, None);
        let mut whole = true;
        for (name, value) in table {
            let name: &str = name.get_ref();
            let place = match name {
                "min" => &mut min,
                "max" => &mut max,
                "step" => &mut step,
                "log" => &mut log,
                other => {
                    let near = suggestion(other, ["min", "max", "step", "log"]);
                    return Err(format!("a range has no {other:?}{near}"));
                }
            };
            let (number, is_whole) = number(value.get_ref())
                .ok_or_else(|| format!("{name} is neither a number nor a time such as \"2h\""))?;
            whole &= is_whole;
            *place = Some(number);
        }
        let needed =
            |value: Option<f64>, name| value.ok_or_else(|| format!("a range needs {name}"));
        let (min, max) = (needed(min, "min")?, needed(max, "max")?);
        if min > max {
            return Err(format!("the range ends at {max}, before it begins at {min}"));
        }
        let by = match (step, log) {
            (Some(step), None) if step > 0.0 => By::Step(step),
            (Some(step), None) => return Err(format!("step is {step} and not above 0")),
            (None, Some(count)) => {
                let known = (2..=MOST).find(|&known| (known as f64 - count).abs() < 1e-9);
                let told = || format!("log is {count} and no number of values from 2 to {MOST}");
                let count = known.ok_or_else(told)?;
                if min <= 0.0 {
                    return Err(format!("a scale of ratios cannot begin at {min}"));
                }
                By::Log(count)
            }
            _ => return Err("a range needs either step or log".to_owned()),
        };
        Ok(Self { min, max, whole, by })
    }

    fn values(&self) -> Result<Vec<String>, String> {
        let Self { min, max, whole, by } = self;
        let values: Vec<f64> = match by {
            By::Step(step) => {
                // What rounding lost must not cost the last value.
                let value = |number: usize| min + number as f64 * step;
                let inside = |value: &f64| *value <= max + step * 1e-9;
                let values: Vec<f64> = (0..=MOST).map(value).take_while(inside).collect();
                if values.len() > MOST {
                    return Err(format!("has more than {MOST} values"));
                }
                values
            }
            By::Log(count) => {
                let ratio = (max / min).ln();
                let last = (count - 1) as f64;
                (0..*count).map(|number| min * (ratio * number as f64 / last).exp()).collect()
            }
        };
        Ok(values
            .into_iter()
            .map(|value| {
                if *whole {
                    format!("{value:.0}")
                } else {
                    // Six digits are more than any setting deserves, and few enough to be read.
                    format!("{}", (value * 1e6).round() / 1e6)
                }
            })
            .collect())
    }
}

/// Reads a number, or a time as minutes, and tells whether it is whole.
fn number(value: &DeValue<'_>) -> Option<(f64, bool)> {
    match value {
        DeValue::Integer(integer) => Some((integer.to_string().parse().ok()?, true)),
        DeValue::Float(float) => {
            let number: f64 = float.as_str().parse().ok()?;
            number.is_finite().then_some((number, false))
        }
        DeValue::String(text) => Some((f64::from(plan::span(text).ok()?.count()), true)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn space(text: &str) -> Result<Vec<String>, String> {
        let space = Space::of(&Document::new("s.toml", text.to_owned()));
        let space = space.map_err(|error| error.to_string())?;
        let told = |own: &Parameter| format!("{}: {}", own.key.name, own.values.join(" "));
        Ok(space.parameters.iter().map(told).collect())
    }

    #[test]
    fn lists_and_ranges_give_their_values_in_the_order_of_the_settings() {
        let told = space(
            "quiet = [\"1h\", 5]\n\
             warm_up = { min = \"1d\", max = \"3d\", step = \"12h\" }\n\
             least_calls = { min = 2, max = 100, log = 5 }\n\
             least_new_calls = { min = 2, max = 5, log = 9 }\n\
             threshold = { min = 2.5, max = 4, step = 0.3 }\n\
             least_change = { min = 1.5, max = 6.0, log = 3 }",
        );
        assert_eq!(
            told.unwrap(),
            [
                "threshold: 2.5 2.8 3.1 3.4 3.7 4.0",
                "least_calls: 2 5 14 38 100",
                "least_new_calls: 2 3 4 5",
                "least_change: 1.5 3.0 6.0",
                "warm_up: \"1d\" \"36h\" \"2d\" \"60h\" \"3d\"",
                "quiet: \"1h\" \"5m\"",
            ]
        );
    }

    #[test]
    fn the_default_space_can_be_read() {
        let space = Space::read(None).unwrap();
        assert_eq!(space.parameters.len(), 5);
        assert_eq!(space.size(), 31 * 5 * 4 * 8 * 4);
    }

    #[test]
    fn what_makes_no_sense_is_told_by_line_and_column() {
        for (text, error) in [
            ("\n treshold = [4]", "line 2, column 2: \"treshold\" is no setting, did you mean"),
            ("accounts = [\"1\"]", "line 1, column 1: \"accounts\" is not tuned"),
            ("profile = [\"aws\"]", "line 1, column 1: \"profile\" is not tuned"),
            ("threshold = 4", "line 1, column 13: threshold: must be a list of values, or"),
            ("threshold = []", "threshold: is an empty list"),
            ("threshold = [4, -1]", "line 1, column 17: threshold must be a number that is not"),
            ("threshold = [4, true]", "line 1, column 17: threshold: a value is a number or"),
            ("quiet = [\"soon\"]", "line 1, column 10: quiet must be minutes, or a time"),
            ("least_calls = [2.5]", "least_calls must be a whole number"),
            ("quiet = { min = 1, max = 2 }", "line 1, column 9: quiet: a range needs either"),
            ("quiet = { min = 1, max = 2, step = 1, log = 2 }", "needs either step or log"),
            ("quiet = { max = 2, step = 1 }", "quiet: a range needs min"),
            ("quiet = { min = 1, max = 2, stop = 1 }", "no \"stop\", did you mean \"step\"?"),
            ("quiet = { min = 3, max = 2, step = 1 }", "ends at 2, before it begins at 3"),
            ("quiet = { min = 1, max = 2, step = 0 }", "step is 0 and not above 0"),
            ("quiet = { min = 1, max = 2, log = 1 }", "log is 1 and no number of values from 2"),
            ("quiet = { min = 0, max = 2, log = 2 }", "ratios cannot begin at 0"),
            ("quiet = { min = 1, max = 2000, step = 1 }", "has more than 1000 values"),
            ("quiet = { min = true, max = 2, step = 1 }", "min is neither a number nor a time"),
            ("quiet = [1]\nquiet = [2]", "s.toml: line 2, column 1: duplicate key"),
            ("# nothing", "s.toml: names no setting to try"),
        ] {
            let found = space(text).unwrap_err();
            assert!(found.starts_with("s.toml: ") && found.contains(error), "{text}: {found}");
        }
    }
}
