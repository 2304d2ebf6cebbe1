//! Values of settings: from TOML, and as TOML again.

use insights_core::{Minute, Minutes};
use toml::{Value, de::DeValue};

use crate::plan;

/// Reads a number that is not negative and finite.
pub(crate) fn number(value: &DeValue<'_>) -> Result<f64, String> {
    let number = match value {
        DeValue::Integer(integer) => integer.to_string().parse().ok(),
        DeValue::Float(float) => float.as_str().parse().ok(),
        _ => None,
    };
    number
        .filter(|number: &f64| number.is_finite() && *number >= 0.0)
        .ok_or_else(|| "must be a number that is not negative".into())
}

/// Reads a whole number.
pub(crate) fn count(value: &DeValue<'_>) -> Result<u32, String> {
    whole(value).ok_or_else(|| format!("must be a whole number from 0 to {}", u32::MAX))
}

fn whole(value: &DeValue<'_>) -> Option<u32> {
    let DeValue::Integer(integer) = value else { return None };
    u32::from_str_radix(integer.as_str(), integer.radix()).ok()
}

/// Reads a length of time: minutes, or a text such as `2h` or `7d`.
pub(super) fn span(value: &DeValue<'_>) -> Result<Minutes, String> {
    let span = match value {
        DeValue::String(text) => plan::span(text).ok(),
        other => whole(other).and_then(|minutes| plan::span(&minutes.to_string()).ok()),
    };
    span.ok_or_else(|| "must be minutes, or a time such as \"30m\", \"2h\" or \"7d\"".into())
}

/// Reads a number of bytes.
pub(super) fn size(value: &DeValue<'_>) -> Result<usize, String> {
    let text = match value {
        DeValue::String(text) => text.to_string(),
        other => whole(other).map(|bytes| bytes.to_string()).unwrap_or_default(),
    };
    plan::size("", &text)
        .map_err(|_| "must be a size of 1 MiB or more, such as \"512MiB\" or \"4GiB\"".into())
}

/// Reads a truth.
pub(super) fn truth(value: &DeValue<'_>) -> Result<bool, String> {
    value.as_bool().ok_or_else(|| "must be true or false".into())
}

/// Reads a minute.
pub(super) fn minute(value: &DeValue<'_>) -> Result<Minute, String> {
    let text = match value {
        DeValue::String(text) => text.to_string(),
        DeValue::Datetime(time) => time.to_string(),
        _ => String::new(),
    };
    plan::instant("", &text).map_err(|_| {
        "must be a date such as \"2026-03-02\" or a time such as \"2026-03-02T14:05:00Z\"".into()
    })
}

/// Reads a list of texts.
pub(super) fn texts(value: &DeValue<'_>) -> Result<Vec<String>, String> {
    let list = value.as_array().map(|list| {
        list.iter().map(|item| item.get_ref().as_str().map(str::to_owned)).collect::<Option<_>>()
    });
    list.flatten().ok_or_else(|| "must be a list of texts, such as [\"a\", \"b\"]".into())
}

/// Reads one of some names.
pub(super) fn choice<T: Copy>(value: &DeValue<'_>, names: &[(&str, T)]) -> Result<T, String> {
    let text = value.as_str();
    let chosen = names.iter().find(|(name, _)| Some(*name) == text);
    chosen.map(|&(_, choice)| choice).ok_or_else(|| format!("must be one of {}", quoted(names)))
}

/// Reads a list of some names.
pub(super) fn choices<T: Copy>(value: &DeValue<'_>, names: &[(&str, T)]) -> Result<Vec<T>, String> {
    let list = value.as_array().map(|list| {
        list.iter().map(|item| choice(item.get_ref(), names)).collect::<Result<_, _>>().ok()
    });
    list.flatten().ok_or_else(|| format!("must be a list of {}", quoted(names)))
}

fn quoted<T>(names: &[(&str, T)]) -> String {
    let names: Vec<String> = names.iter().map(|(name, _)| format!("{name:?}")).collect();
    names.join(", ")
}

/// Writes the name of a choice.
pub(super) fn name_of<T: PartialEq>(choice: &T, names: &[(&str, T)]) -> String {
    let name = names.iter().find(|(_, known)| known == choice).map_or("", |(name, _)| name);
    text(name)
}

/// Writes a list of texts.
pub(super) fn list<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    Value::Array(texts.into_iter().map(|text| Value::String(text.into())).collect()).to_string()
}

/// Writes a list of choices.
pub(super) fn list_of<T: PartialEq>(choices: &[T], names: &[(&str, T)]) -> String {
    let known = |choice| names.iter().find(|(_, known)| known == choice);
    list(choices.iter().filter_map(known).map(|(name, _)| *name))
}

/// Writes a text.
pub(super) fn text(text: &str) -> String {
    Value::String(text.into()).to_string()
}

/// Writes a number so that it is read as the same one.
pub(crate) fn float(number: f64) -> String {
    Value::Float(number).to_string()
}

/// Writes a length of time in the largest unit that is whole.
pub(super) fn minutes(span: Minutes) -> String {
    let count = span.count();
    text(&if count > 0 && count.is_multiple_of(1_440) {
        format!("{}d", count / 1_440)
    } else if count > 0 && count.is_multiple_of(60) {
        format!("{}h", count / 60)
    } else {
        format!("{count}m")
    })
}

/// Writes a number of bytes in the largest unit that is whole.
pub(super) fn bytes(size: usize) -> String {
    let units = [(30, "GiB"), (20, "MiB"), (10, "KiB")];
    let whole = units.iter().find(|(shift, _)| size.is_multiple_of(1 << shift));
    text(
        &whole.map_or_else(|| size.to_string(), |(shift, unit)| format!("{}{unit}", size >> shift)),
    )
}
