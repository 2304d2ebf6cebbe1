//! [`Question`]: what is asked to be explained, and what to say if there is no such thing.

use std::{cmp::Reverse, collections::BTreeMap, fmt};

use insights_core::{EventCategory, Insight, Minute, Minutes, Selection, SeriesKey};

use crate::{
    commands::counted::{Counted, Keep},
    exit::UsageError,
    plan::{self, InputPlan, RunPlan},
    printable::printable,
    progress::Progress,
};

/// What is asked.
#[derive(Debug)]
pub(super) enum Question {
    /// Why an Insight was reported: its shared id, or the beginning of it.
    Id(String),
    /// What was made of a series at a minute.
    Series(SeriesName, Minute),
}

/// The name of a series, as far as it is given.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct SeriesName {
    /// The account and Region.
    place: Option<(String, String)>,
    source: String,
    name: String,
    error_code: Option<String>,
}

/// A series that is asked for and not there.
#[derive(Debug)]
pub(super) struct Unknown {
    name: SeriesName,
    /// What there is, the nearest names first.
    near: Vec<SeriesKey>,
}

/// How far from the minute asked for calls tell which of several series is meant.
const AROUND: Minutes = Minutes::new(30);
/// How many names are suggested, and how alike they are at least.
const SUGGESTED: usize = 3;
const ALIKE: f64 = 0.75;
/// How many of several are named.
const NAMED: usize = 6;

impl Question {
    /// Reads what was typed.
    pub(super) fn new(
        id: Option<String>,
        series: Option<String>,
        at: Option<String>,
    ) -> Result<Self, UsageError> {
        match (id, series.zip(at)) {
            (Some(id), _) if id.trim().is_empty() => Err(UsageError("--id is empty".into())),
            (Some(id), _) => Ok(Self::Id(id.trim().to_lowercase())),
            (None, Some((series, at))) => {
                Ok(Self::Series(SeriesName::parse(&series)?, plan::instant("--at", &at)?))
            }
            (None, None) => Err(UsageError("give --id, or --series and --at".into())),
        }
    }
}

impl SeriesName {
    /// Reads `[ACCOUNT/REGION/]SOURCE:NAME[:ERROR]`.
    fn parse(text: &str) -> Result<Self, UsageError> {
        let error =
            || UsageError(format!("--series {text:?} is not [ACCOUNT/REGION/]SOURCE:NAME[:ERROR]"));
        let (head, rest) = text.split_once(':').ok_or_else(error)?;
        let mut parts = head.splitn(3, '/');
        let (place, source) = match (parts.next(), parts.next(), parts.next()) {
            (Some(source), None, None) => (None, source),
            (Some(account), Some(region), Some(source)) => {
                (Some((account.to_owned(), region.to_owned())), source)
            }
            _ => return Err(error()),
        };
        let (name, error_code) = match rest.split_once(':') {
            Some((name, code)) => (name, Some(code.to_owned())),
            None => (rest, None),
        };
        if source.is_empty() || name.is_empty() || error_code.as_deref() == Some("") {
            return Err(error());
        }
        let suffix = if source.contains('.') { "" } else { ".amazonaws.com" };
        let source = format!("{source}{suffix}");
        Ok(Self { place, source, name: name.to_owned(), error_code })
    }

    fn is_of(&self, key: &SeriesKey) -> bool {
        let in_place = |(account, region): &(String, String)| {
            *key.account_id == **account && *key.region == **region
        };
        self.place.as_ref().is_none_or(in_place)
            && *key.event_source == *self.source
            && *key.event_name == *self.name
            && key.error_code.as_deref() == self.error_code.as_deref()
    }

    /// Returns how alike the name of a series is: 1 is the same.
    fn likeness(&self, key: &SeriesKey) -> f64 {
        let name = |source: &str, name: &str, code: Option<&str>| {
            format!("{}:{name}:{}", source.trim_end_matches(".amazonaws.com"), code.unwrap_or(""))
                .to_lowercase()
        };
        let own = name(&self.source, &self.name, self.error_code.as_deref());
        let found = name(&key.event_source, &key.event_name, key.error_code.as_deref());
        strsim::normalized_damerau_levenshtein(&own, &found)
    }

    /// Returns the series that is meant.
    ///
    /// # Errors
    ///
    /// Returns an error if several may be meant; inside, the names that are near if there is none.
    pub(super) fn find(
        &self,
        counted: &Counted,
        at: Minute,
    ) -> Result<Result<SeriesKey, Unknown>, UsageError> {
        let mut calls = BTreeMap::new();
        for row in counted.days.iter().flat_map(|(sealed, _)| sealed.rows()) {
            let near = at - AROUND <= row.minute && row.minute < at + AROUND;
            let calls: &mut u64 = calls.entry(row.series).or_default();
            *calls += if near { u64::from(row.count) } else { 0 };
        }
        let of_name: Vec<_> = calls.iter().filter(|(key, _)| self.is_of(key)).collect();
        let around: Vec<_> = of_name.iter().filter(|(_, calls)| **calls > 0).collect();
        match (&of_name[..], &around[..]) {
            ([], _) => Ok(Err(self.unknown(calls.keys().copied()))),
            ([(key, _)], _) | (_, [(key, _)]) => Ok(Ok((**key).clone())),
            (several, _) => Err(self.ambiguous(several.iter().map(|(key, _)| **key))),
        }
    }

    fn unknown<'k>(&self, keys: impl Iterator<Item = &'k SeriesKey>) -> Unknown {
        let mut near: Vec<(f64, &SeriesKey)> =
            keys.map(|key| (self.likeness(key), key)).filter(|near| near.0 >= ALIKE).collect();
        near.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(b.1)));
        near.dedup_by(|a, b| {
            a.1.event_name == b.1.event_name
                && a.1.event_source == b.1.event_source
                && a.1.error_code == b.1.error_code
        });
        let near = near.into_iter().take(SUGGESTED).map(|(_, key)| key.clone()).collect();
        Unknown { name: self.clone(), near }
    }

    fn ambiguous<'k>(&self, keys: impl Iterator<Item = &'k SeriesKey> + Clone) -> UsageError {
        let names = keys.clone().map(|key| printable(&key.to_string()));
        let listed: Vec<String> = names.take(NAMED).collect();
        let count = keys.clone().count();
        let more = if count > listed.len() { ", …" } else { "" };
        let categories: Vec<EventCategory> = keys.map(|key| key.category).collect();
        let hint = if listed.windows(2).all(|names| names[0] == names[1]) {
            format!("say which with --category ({})", join(&categories))
        } else {
            "say which in full".to_owned()
        };
        UsageError(format!(
            "--series {self} may be any of {count}, {hint}: {}{more}",
            join(&listed)
        ))
    }
}

impl fmt::Display for SeriesName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((account, region)) = &self.place {
            write!(f, "{account}/{region}/")?;
        }
        write!(f, "{}:{}", self.source, self.name)?;
        self.error_code.as_ref().map_or(Ok(()), |code| write!(f, ":{code}"))
    }
}

fn join<T: ToString>(names: &[T]) -> String {
    names.iter().map(T::to_string).collect::<Vec<_>>().join(", ")
}

/// Returns the one Insight whose shared id begins so, by its place in the list.
///
/// # Errors
///
/// Returns an error if none or several do.
pub(super) fn by_id(insights: &[Insight], id: &str) -> anyhow::Result<usize> {
    let is_it = |insight: &Insight| insight.shared_event_id().to_string().starts_with(id);
    let mut found: Vec<(String, usize)> = insights
        .iter()
        .enumerate()
        .filter(|(_, insight)| is_it(insight))
        .map(|(place, insight)| (insight.shared_event_id().to_string(), place))
        .collect();
    // A Start comes before its End.
    found.sort_by_key(|found| (found.0.clone(), Reverse(found.1)));
    found.dedup_by(|start, end| {
        let same = start.0 == end.0;
        if same {
            end.1 = start.1;
        }
        same
    });
    match &found[..] {
        [(_, place)] => Ok(*place),
        [] => {
            let what = format!(
                "no Insight of these logs with these settings has an id that begins with {id:?}"
            );
            let tip = "`insights replay --format jsonl` tells the sharedEventID of each; give the \
                       same settings and options here";
            Err(UsageError(what).tip(tip))
        }
        several => {
            let ids: Vec<&str> = several.iter().take(NAMED).map(|found| &*found.0).collect();
            let what = format!("--id {id} is the beginning of {} ids", several.len());
            Err(UsageError(what).tip(format!("say which in more letters: {}", join(&ids))))
        }
    }
}

/// Returns why a series is not there: what it is called, or what leaves it out.
///
/// # Errors
///
/// Returns an error if the input cannot be read again.
pub(super) fn missing(
    unknown: &Unknown,
    input: &InputPlan,
    selection: &Selection,
    run: &RunPlan,
    progress: &Progress,
) -> anyhow::Result<anyhow::Error> {
    let name = printable(&unknown.name.to_string());
    let near: Vec<String> = unknown.near.iter().map(|key| printable(&key.to_string())).collect();
    let what = UsageError(format!("{name} is not in these logs"));
    let not_there = match &near[..] {
        [] => what.into(),
        near => what.tip(format!("is it one of these? {}", join(near))),
    };
    if input.is_stdin() {
        // It is read already.
        return Ok(not_there);
    }
    let everything = Selection { include_reads: true, ..Selection::default() };
    let quiet = Counted::read(input, &everything, run, [None, None], Keep::Counts, progress)?;
    progress.finish();
    let rows = quiet.days.iter().flat_map(|(sealed, _)| sealed.rows());
    let left_out = rows.map(|row| row.series).find(|key| unknown.name.is_of(key));
    Ok(match left_out {
        Some(key) => {
            let why = why_left_out(key, selection);
            UsageError(format!("{name} is in these logs, but {why}")).into()
        }
        None => not_there,
    })
}

/// Returns what leaves a series out that is in the logs.
fn why_left_out(key: &SeriesKey, selection: &Selection) -> String {
    let misses =
        |list: &[String], value: &str| !list.is_empty() && !list.iter().any(|item| item == value);
    let categories = &selection.categories;
    if misses(&selection.accounts, &key.account_id) {
        "not in the accounts of --account".into()
    } else if misses(&selection.regions, &key.region) {
        "not in the Regions of --region".into()
    } else if misses(&selection.event_sources, &key.event_source) {
        "not in the services of --event-source".into()
    } else if misses(&selection.event_names, &key.event_name) {
        "not among the APIs of --event-name".into()
    } else if !categories.is_empty() && !categories.contains(&key.category) {
        "not in the categories of --category".into()
    } else if selection.from.is_some() || selection.to.is_some() {
        "not called, or only to read, between --from and --to".into()
    } else {
        "only reads, which Insights do not count: add --include-reads".into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(region: &str, name: &str, code: Option<&str>) -> SeriesKey {
        SeriesKey {
            account_id: "111122223333".into(),
            region: region.into(),
            event_source: "ec2.amazonaws.com".into(),
            event_name: name.into(),
            category: EventCategory::Management,
            error_code: code.map(Into::into),
        }
    }

    #[test]
    fn names_are_short_or_full_as_they_are_printed() {
        let short = SeriesName::parse("ec2:RunInstances").unwrap();
        assert!(short.is_of(&key("eu-west-1", "RunInstances", None)));
        assert!(!short.is_of(&key("eu-west-1", "RunInstances", Some("Denied"))));
        let failure = key("eu-west-1", "RunInstances", Some("Client.Bad:Thing"));
        let full = SeriesName::parse(&failure.to_string()).unwrap();
        assert!(full.is_of(&failure));
        assert!(!full.is_of(&key("us-east-1", "RunInstances", Some("Client.Bad:Thing"))));
        assert_eq!(full.to_string(), failure.to_string());
        for bad in ["", "ec2", "ec2:", ":RunInstances", "a/ec2:X", "ec2:X:"] {
            assert!(SeriesName::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_nearest_names_are_suggested_once() {
        let name = SeriesName::parse("ec2:RunInstance").unwrap();
        let keys = [
            key("eu-west-1", "RunInstances", None),
            key("us-east-1", "RunInstances", None),
            key("us-east-1", "StartInstances", None),
            key("us-east-1", "DeleteTrail", None),
        ];
        let near: Vec<String> =
            name.unknown(keys.iter()).near.iter().map(|key| key.event_name.to_string()).collect();
        assert_eq!(near[0], "RunInstances");
        assert!(!near[1..].contains(&"RunInstances".to_owned()), "{near:?}");
        assert!(!near.contains(&"DeleteTrail".to_owned()), "{near:?}");
    }
}
