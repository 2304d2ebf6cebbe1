//! [`KEYS`]: the settings there are, what each is for, and how it is read and written.

use insights_core::{EventCategory, InsightType, Profile, Sensitivity};
use toml::de::DeValue;

use super::{Settings, value};
use crate::nearest::suggestion;

/// One setting.
#[derive(Debug)]
pub(crate) struct Key {
    pub(crate) name: &'static str,
    pub(super) group: Group,
    pub(super) unit: &'static str,
    /// What it does, and what a larger value costs.
    pub(super) effect: &'static str,
    /// A value to show where there is none.
    pub(super) example: &'static str,
    pub(super) read: fn(&mut Settings, &DeValue<'_>) -> Result<(), String>,
    /// Writes the value as TOML; none where it is not set.
    pub(super) show: fn(&Settings) -> Option<String>,
}

/// What settings are about.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Group {
    Detection,
    Selection,
    Input,
}

impl Group {
    pub(super) const ALL: [Self; 3] = [Self::Detection, Self::Selection, Self::Input];

    pub(super) const fn title(self) -> &'static str {
        match self {
            Self::Detection => "What is unusual",
            Self::Selection => "What counts",
            Self::Input => "How logs are read",
        }
    }
}

impl Key {
    /// The name of the setting that others start from.
    pub(super) const PROFILE: &'static str = "profile";

    /// Returns the settings that a tuning can vary: the numbers and times of the detection. What
    /// a profile sets is among them.
    pub(crate) fn tunable() -> impl Iterator<Item = &'static Self> {
        let left_out = [Self::PROFILE, "insight_types"];
        let detection = KEYS.iter().filter(|key| key.group == Group::Detection);
        detection.filter(move |key| !left_out.contains(&key.name))
    }

    /// Returns the value it has, as TOML, empty where it is not set.
    pub(crate) fn shown(&self, settings: &Settings) -> String {
        (self.show)(settings).unwrap_or_default()
    }

    /// Returns the setting of a name, or says that there is none and which is near.
    pub(crate) fn of(name: &str) -> Result<&'static Self, String> {
        if let Some(key) = KEYS.iter().find(|key| key.name == name) {
            return Ok(key);
        }
        // What the command line calls otherwise.
        let synonyms = [("sensitivity", "threshold"), ("type", "insight_types")];
        let meant = synonyms.iter().find(|(synonym, _)| *synonym == name);
        let near = meant.map_or_else(
            || suggestion(name, KEYS.iter().map(|key| key.name)),
            |(_, meant)| format!(", did you mean {meant:?}?"),
        );
        Err(format!("there is no setting {name:?}{near}"))
    }
}

const PROFILES: [(&str, Profile); 3] =
    [("balanced", Profile::Balanced), ("aws", Profile::Aws), ("quiet", Profile::Quiet)];
const SENSITIVITIES: [(&str, Sensitivity); 3] =
    [("low", Sensitivity::Low), ("medium", Sensitivity::Medium), ("high", Sensitivity::High)];
const TYPES: [(&str, InsightType); 2] =
    [("call-rate", InsightType::CallRate), ("error-rate", InsightType::ErrorRate)];
const CATEGORIES: [(&str, EventCategory); 2] =
    [("management", EventCategory::Management), ("data", EventCategory::Data)];

/// All settings, in the order in which they are shown.
pub(crate) static KEYS: [Key; 21] = [
    Key {
        name: Key::PROFILE,
        group: Group::Detection,
        unit: "a name",
        effect: "Where threshold, least_calls, least_new_calls, least_change and warm_up_calls start from;\n\
                 each of them given counts over it.\n\
                 \"balanced\": for people. \"aws\": as ready to fire as CloudTrail's published records, with many\n\
                 Insights that mean little. \"quiet\": about a quarter of the false Insights of \"balanced\", and two\n\
                 thirds of the true ones.",
        example: "\"balanced\"",
        read: |settings, value| {
            settings.set_profile(value::choice(value, &PROFILES)?);
            Ok(())
        },
        show: |settings| Some(value::name_of(&settings.profile, &PROFILES)),
    },
    Key {
        name: "threshold",
        group: Group::Detection,
        unit: "-log10 of how many windows like it are expected a day",
        effect: "The score a finding needs: 4 is nominally one false finding in 10,000 days of a series. Larger\n\
                 is quieter and misses smaller anomalies. \"low\" is 5.4, \"medium\" 4.5, \"high\" 2.8.",
        example: "4.5",
        read: |settings, value| {
            let named = value.as_str().map(|_| value::choice(value, &SENSITIVITIES));
            settings.detector.threshold = match named {
                Some(named) => named.map_err(|what| format!("{what}, or a number"))?.threshold(),
                None => value::number(value)?,
            };
            Ok(())
        },
        show: |settings| Some(value::float(settings.detector.threshold)),
    },
    Key {
        name: "least_calls",
        group: Group::Detection,
        unit: "calls in a window",
        effect: "The fewest calls that can be a rise. Larger leaves out small bursts of rare APIs.",
        example: "3",
        read: |settings, value| {
            settings.detector.least_calls = value::count(value)?;
            Ok(())
        },
        show: |settings| Some(settings.detector.least_calls.to_string()),
    },
    Key {
        name: "least_new_calls",
        group: Group::Detection,
        unit: "calls in a window",
        effect: "The same for an API that was not called for a week.",
        example: "4",
        read: |settings, value| {
            settings.detector.least_new_calls = value::count(value)?;
            Ok(())
        },
        show: |settings| Some(settings.detector.least_new_calls.to_string()),
    },
    Key {
        name: "least_change",
        group: Group::Detection,
        unit: "times the expected calls",
        effect: "The least factor between observed and expected calls in five minutes, above 1; a shorter window\n\
                 needs more and a longer one less. Larger leaves out what is certain but small.",
        example: "1.8",
        read: |settings, value| {
            settings.detector.least_change = value::number(value)?;
            Ok(())
        },
        show: |settings| Some(value::float(settings.detector.least_change)),
    },
    Key {
        name: "warm_up_calls",
        group: Group::Detection,
        unit: "calls in a window",
        effect: "The fewest calls that can be a rise during the warm-up of a log; they must be ten times the\n\
                 expected ones too.",
        example: "100",
        read: |settings, value| {
            settings.detector.warm_up_calls = value::count(value)?;
            Ok(())
        },
        show: |settings| Some(settings.detector.warm_up_calls.to_string()),
    },
    Key {
        name: "baseline",
        group: Group::Detection,
        unit: "whole days",
        effect: "How far back minutes are held and averages in Insights reach. Larger takes more memory and\n\
                 follows changes more slowly.",
        example: "\"7d\"",
        read: |settings, value| {
            settings.baseline = value::span(value)?;
            Ok(())
        },
        show: |settings| Some(value::minutes(settings.baseline)),
    },
    Key {
        name: "warm_up",
        group: Group::Detection,
        unit: "time, at most the baseline",
        effect: "How long a log is watched before anything but an overwhelming burst is unusual. Larger delays the\n\
                 first Insight and prevents false ones.",
        example: "\"1d\"",
        read: |settings, value| {
            settings.warm_up = value::span(value)?;
            Ok(())
        },
        show: |settings| Some(value::minutes(settings.warm_up)),
    },
    Key {
        name: "quiet",
        group: Group::Detection,
        unit: "time, from 1 minute",
        effect: "How long it is normal at least before an episode is over. Larger joins bursts that follow each\n\
                 other and delays every End.",
        example: "\"3m\"",
        read: |settings, value| {
            settings.quiet = value::span(value)?;
            Ok(())
        },
        show: |settings| Some(value::minutes(settings.quiet)),
    },
    Key {
        name: "longest",
        group: Group::Detection,
        unit: "time, at most the baseline and 28 days",
        effect: "After how long an episode is taken for the new normal. Larger takes more memory.",
        example: "\"1d\"",
        read: |settings, value| {
            settings.longest = value::span(value)?;
            Ok(())
        },
        show: |settings| Some(value::minutes(settings.longest)),
    },
    Key {
        name: "insight_types",
        group: Group::Detection,
        unit: "list of \"call-rate\", \"error-rate\"",
        effect: "The types of Insights that are wanted; an empty list is all.",
        example: "[]",
        read: |settings, value| {
            settings.insight_types = value::choices(value, &TYPES)?;
            Ok(())
        },
        show: |settings| Some(value::list_of(&settings.insight_types, &TYPES)),
    },
    Key {
        name: "include_reads",
        group: Group::Selection,
        unit: "true or false",
        effect: "Whether the call rate counts read-only management calls too, which CloudTrail Insights cannot:\n\
                 reconnaissance shows, and there are many more series.",
        example: "false",
        read: |settings, value| {
            settings.selection.include_reads = value::truth(value)?;
            Ok(())
        },
        show: |settings| Some(settings.selection.include_reads.to_string()),
    },
    Key {
        name: "accounts",
        group: Group::Selection,
        unit: "list of account ids",
        effect: "The accounts that count; an empty list is all.",
        example: "[]",
        read: |settings, value| {
            settings.selection.accounts = value::texts(value)?;
            Ok(())
        },
        show: |settings| Some(list(&settings.selection.accounts)),
    },
    Key {
        name: "regions",
        group: Group::Selection,
        unit: "list of names",
        effect: "The Regions that count; an empty list is all.",
        example: "[]",
        read: |settings, value| {
            settings.selection.regions = value::texts(value)?;
            Ok(())
        },
        show: |settings| Some(list(&settings.selection.regions)),
    },
    Key {
        name: "event_sources",
        group: Group::Selection,
        unit: "list of names; \"ec2\" is short for \"ec2.amazonaws.com\"",
        effect: "The services that count; an empty list is all.",
        example: "[]",
        read: |settings, value| {
            let names = value::texts(value)?.into_iter();
            settings.selection.event_sources = names.map(super::service).collect();
            Ok(())
        },
        show: |settings| Some(list(&settings.selection.event_sources)),
    },
    Key {
        name: "event_names",
        group: Group::Selection,
        unit: "list of names",
        effect: "The APIs that count; an empty list is all.",
        example: "[]",
        read: |settings, value| {
            settings.selection.event_names = value::texts(value)?;
            Ok(())
        },
        show: |settings| Some(list(&settings.selection.event_names)),
    },
    Key {
        name: "categories",
        group: Group::Selection,
        unit: "list of \"management\", \"data\"",
        effect: "The categories of events that count; an empty list is all.",
        example: "[]",
        read: |settings, value| {
            settings.selection.categories = value::choices(value, &CATEGORIES)?;
            Ok(())
        },
        show: |settings| Some(value::list_of(&settings.selection.categories, &CATEGORIES)),
    },
    Key {
        name: "from",
        group: Group::Selection,
        unit: "date or time (RFC 3339)",
        effect: "The first minute to look at, by event time: the log begins there, and its warm-up.",
        example: "\"2026-03-01\"",
        read: |settings, value| {
            settings.selection.from = Some(value::minute(value)?);
            Ok(())
        },
        show: |settings| settings.selection.from.map(|time| value::text(&time.to_string())),
    },
    Key {
        name: "to",
        group: Group::Selection,
        unit: "date or time (RFC 3339)",
        effect: "The minute before which to stop, by event time.",
        example: "\"2026-04-01\"",
        read: |settings, value| {
            settings.selection.to = Some(value::minute(value)?);
            Ok(())
        },
        show: |settings| settings.selection.to.map(|time| value::text(&time.to_string())),
    },
    Key {
        name: "allowed_lateness",
        group: Group::Input,
        unit: "time",
        effect: "How long a day of an archive stays open after its end; an event that was delivered later is\n\
                 late and left out. Larger loses fewer and holds more events in memory.",
        example: "\"1d\"",
        read: |settings, value| {
            settings.allowed_lateness = value::span(value)?;
            Ok(())
        },
        show: |settings| Some(value::minutes(settings.allowed_lateness)),
    },
    Key {
        name: "max_unpacked",
        group: Group::Input,
        unit: "bytes, from 1 MiB",
        effect: "How much of one file is unpacked at most; what passes it was made to fill disks or memory.",
        example: "\"64GiB\"",
        read: |settings, value| {
            settings.max_unpacked = value::size(value)?;
            Ok(())
        },
        show: |settings| Some(value::bytes(settings.max_unpacked)),
    },
];

fn list(texts: &[String]) -> String {
    value::list(texts.iter().map(String::as_str))
}
