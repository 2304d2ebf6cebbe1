//! [`read`] and [`to_toml`]: what an account is made from, as a TOML file.

use std::fmt::Write;

use insights_datasets::account::{Class, Kind, Settings};
use toml::{Spanned, de::DeValue};

use crate::{document::Document, exit::UsageError, nearest::suggestion, settings::value};

const SEED: &str = "seed";
const DAYS: &str = "days";
const BEHAVIOURS: &str = "behaviours";
const ANOMALIES: &str = "anomalies";

/// Reads the settings of a file; what it leaves out is as by default.
pub(crate) fn read(document: &Document) -> Result<Settings, UsageError> {
    let table = document.parse()?;
    let mut settings = Settings::default();
    for (name, value) in &table {
        let wrong = |what: String| document.error(&value.span(), what);
        match name.get_ref().as_ref() {
            SEED => settings.seed = seed(value.get_ref()).map_err(wrong)?,
            DAYS => settings.days = days(value.get_ref()).map_err(wrong)?,
            BEHAVIOURS => {
                let kinds = Kind::ALL.map(|kind| (kind.as_str(), kind));
                read_group(document, value, (BEHAVIOURS, "behaviour"), &kinds, |kind, value| {
                    // What is no number is no share either.
                    let share = value::number(value).unwrap_or(f64::NAN);
                    settings.mix.set_share(kind, share)
                })?;
            }
            ANOMALIES => {
                let classes = Class::ALL.map(|class| (class.as_str(), class));
                read_group(document, value, (ANOMALIES, "anomaly"), &classes, |class, value| {
                    let count = value::count(value).unwrap_or(u32::MAX);
                    settings.mix.set_labels(class, count)
                })?;
            }
            other => {
                let near = suggestion(other, [SEED, DAYS, BEHAVIOURS, ANOMALIES]);
                return Err(document.error(&name.span(), format!("there is no {other:?}{near}")));
            }
        }
    }
    Ok(settings)
}

/// Reads a table of names, each with a value.
fn read_group<T: Copy>(
    document: &Document,
    value: &Spanned<DeValue<'_>>,
    (group, one): (&str, &str),
    names: &[(&str, T)],
    mut set: impl FnMut(T, &DeValue<'_>) -> anyhow::Result<()>,
) -> Result<(), UsageError> {
    let Some(table) = value.get_ref().as_table() else {
        let what = format!("{group} must be a table: [{group}] and a line for each {one}");
        return Err(document.error(&value.span(), what));
    };
    for (name, value) in table {
        let text = name.get_ref().as_ref();
        let Some(&(_, known)) = names.iter().find(|(known, _)| *known == text) else {
            let near = suggestion(text, names.iter().map(|(name, _)| *name));
            let what = format!("there is no {one} {text:?}{near}");
            return Err(document.error(&name.span(), what));
        };
        set(known, value.get_ref())
            .map_err(|error| document.error(&value.span(), format!("{text} {error}")))?;
    }
    Ok(())
}

fn seed(value: &DeValue<'_>) -> Result<u64, String> {
    let DeValue::Integer(integer) = value else {
        return Err(format!("{SEED} must be a whole number"));
    };
    // Beyond that a number of TOML is no longer one for every reader.
    let number = u64::from_str_radix(integer.as_str(), integer.radix()).ok();
    number
        .filter(|number| i64::try_from(*number).is_ok())
        .ok_or_else(|| format!("{SEED} must be a whole number from 0 to {}", i64::MAX))
}

fn days(value: &DeValue<'_>) -> Result<u32, String> {
    let days = value::count(value).ok().filter(|days| Settings::DAYS.contains(days));
    days.ok_or_else(|| days_error(DAYS))
}

/// Returns what is wrong with a number of days.
pub(crate) fn days_error(name: &str) -> String {
    let days = Settings::DAYS;
    format!("{name} must be a whole number from {} to {}", days.start(), days.end())
}

/// Returns the file that says all this, with what each name stands for.
pub(crate) fn to_toml(settings: &Settings) -> String {
    let Settings { seed, days, mix } = settings;
    let mut text = format!(
        "# What `insights synth --mix FILE` makes an account from. What is left out is as shown by\n\
         # --print-mix without a file.\n\n\
         # What all randomness starts from: the same file gives the same bytes.\n\
         {SEED} = {seed}\n\
         # From {} to {}. Anomalies begin after the 8th.\n\
         {DAYS} = {days}\n\n\
         # The share of the series of each behaviour that is kept, from 0 to 1. A series is the calls\n\
         # of one API in one Region, or its failures with one code, and counts for the behaviour that\n\
         # most of it comes from. Most calls are those of traffic, poller and changing.\n\
         [{BEHAVIOURS}]\n",
        Settings::DAYS.start(),
        Settings::DAYS.end(),
    );
    for kind in Kind::ALL {
        let share = value::float(mix.share(kind));
        let _ = writeln!(text, "# {}\n{kind} = {share}", kind.meaning());
    }
    let _ = write!(
        text,
        "\n# How many labels of each class of anomaly there are; one in several series has several.\n\
         [{ANOMALIES}]\n",
    );
    for class in Class::ALL {
        let _ = writeln!(text, "# {}\n{class} = {}", class.meaning(), mix.labels(class, *days));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Settings, String> {
        super::read(&Document::new("m.toml", text.into())).map_err(|error| error.to_string())
    }

    #[test]
    fn what_is_left_out_is_as_by_default() {
        assert_eq!(read("").unwrap(), Settings::default());
        let text = "seed = 7\ndays = 12\n[behaviours]\ndaily-job = 0\ntraffic = 0.25\n\
                    [anomalies]\nspike = 3\n";
        let settings = read(text).unwrap();
        assert_eq!((settings.seed, settings.days), (7, 12));
        let shares = [Kind::DailyJob, Kind::Traffic, Kind::Poller].map(|k| settings.mix.share(k));
        assert_eq!(shares.map(f64::to_bits), [0.0, 0.25, 1.0].map(f64::to_bits));
        let usual = Settings::default().mix.labels(Class::Ramp, 12);
        let labels = [Class::Spike, Class::Ramp].map(|class| settings.mix.labels(class, 12));
        assert_eq!(labels, [3, usual]);
    }

    #[test]
    fn what_is_printed_says_the_same_when_read() {
        for text in ["", "seed = 3\n[behaviours]\nrare = 0.125\n[anomalies]\noutage = 0\n"] {
            let settings = read(text).unwrap();
            let printed = to_toml(&settings);
            let again = read(&printed).unwrap();
            assert_eq!(to_toml(&again), printed);
            for kind in Kind::ALL {
                assert_eq!(again.mix.share(kind).to_bits(), settings.mix.share(kind).to_bits());
            }
            for class in Class::ALL {
                let days = settings.days;
                assert_eq!(again.mix.labels(class, days), settings.mix.labels(class, days));
            }
        }
        assert!(
            to_toml(&Settings::default()).contains("\n# One minute of many calls.\nspike = 19\n")
        );
    }

    #[test]
    fn mistakes_are_told_with_their_place_and_the_nearest_name() {
        for (text, error) in [
            ("days = 9", "line 1, column 8: days must be a whole number from 10 to 35"),
            (
                "seed = -1",
                "line 1, column 8: seed must be a whole number from 0 to 9223372036854775807",
            ),
            ("seed = \"a\"", "line 1, column 8: seed must be a whole number"),
            (
                "behaviour = 1",
                "line 1, column 1: there is no \"behaviour\", did you mean \"behaviours\"?",
            ),
            (
                "behaviours = 1",
                "line 1, column 14: behaviours must be a table: [behaviours] and a line for each behaviour",
            ),
            (
                "[behaviours]\n daily_jobs = 1",
                "line 2, column 2: there is no behaviour \"daily_jobs\", did you mean \"daily-job\"?",
            ),
            ("[behaviours]\npoller = 1.5", "line 2, column 10: poller must be a share from 0 to 1"),
            ("[behaviours]\npoller = nan", "line 2, column 10: poller must be a share from 0 to 1"),
            (
                "[behaviours]\npoller = true",
                "line 2, column 10: poller must be a share from 0 to 1",
            ),
            (
                "[anomalies]\nspikes = 1",
                "line 2, column 1: there is no anomaly \"spikes\", did you mean \"spike\"?",
            ),
            ("[anomalies]\nqqq = 1", "line 2, column 1: there is no anomaly \"qqq\""),
            (
                "[anomalies]\nspike = 1001",
                "line 2, column 9: spike must be a whole number from 0 to 1000",
            ),
            (
                "[anomalies]\nspike = 0.5",
                "line 2, column 9: spike must be a whole number from 0 to 1000",
            ),
        ] {
            assert_eq!(read(text).unwrap_err(), format!("m.toml: {error}"));
        }
    }
}
