//! [`Settings`]: what decides what is reported, from defaults, a file and the command line.

mod keys;
pub(crate) mod value;

use std::fmt::Write;

use insights_core::{
    Config, ConfigError, EventCategory, InsightType, Minute, Minutes, Profile, RateDetector,
    Selection, Sensitivity,
};
use toml::{Spanned, de::DeValue};

pub(crate) use self::keys::Key;
use self::keys::{Group, KEYS};
use crate::{args, document::Document, exit::UsageError, input::texts::Bounds, plan};

/// Everything that decides what is reported of an input.
///
/// What comes later counts: the defaults, the keys of the file over its profile, then the command
/// line: its profile over all that profiles set, `--set`, and the options.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    profile: Profile,
    detector: RateDetector,
    baseline: Minutes,
    warm_up: Minutes,
    quiet: Minutes,
    longest: Minutes,
    insight_types: Vec<InsightType>,
    selection: Selection,
    allowed_lateness: Minutes,
    max_unpacked: usize,
}

impl Default for Settings {
    fn default() -> Self {
        let config = Config::default();
        Self {
            profile: Profile::default(),
            detector: *config.detector(),
            baseline: config.baseline(),
            warm_up: config.warm_up(),
            quiet: config.quiet(),
            longest: config.longest(),
            insight_types: Vec::new(),
            selection: Selection::default(),
            allowed_lateness: Minutes::days(1),
            max_unpacked: 64 << 30,
        }
    }
}

impl Settings {
    /// Returns the settings of the file and of what stands in for it on the command line.
    ///
    /// The profile, sensitivity and types of `model` are the command line's own.
    pub(crate) fn new(
        args: &args::Settings,
        model: Option<&args::Model>,
    ) -> Result<Self, UsageError> {
        let mut settings = Self::default();
        if let Some(path) = &args.config {
            settings.read(&Document::read(path)?)?;
        }
        if let Some(profile) = model.and_then(|model| model.profile) {
            settings.set_profile(profile.into());
        }
        for set in &args.set {
            settings.set(set)?;
        }
        if let Some(model) = model {
            if let Some(sensitivity) = model.sensitivity {
                settings.detector.threshold = Sensitivity::from(sensitivity).threshold();
            }
            if !model.insight_type.is_empty() {
                settings.insight_types =
                    model.insight_type.iter().copied().map(InsightType::from).collect();
            }
        }
        Ok(settings)
    }

    /// Narrows the selection to what the command line says.
    pub(crate) fn select(mut self, args: args::Select) -> Result<Self, UsageError> {
        let selection = &mut self.selection;
        let replace = |list: &mut Vec<String>, given: Vec<String>| {
            if !given.is_empty() {
                *list = given;
            }
        };
        selection.include_reads |= args.include_reads;
        replace(&mut selection.accounts, args.account);
        replace(&mut selection.regions, args.region);
        replace(&mut selection.event_sources, args.event_source.into_iter().map(service).collect());
        replace(&mut selection.event_names, args.event_name);
        if !args.category.is_empty() {
            selection.categories = args.category.into_iter().map(EventCategory::from).collect();
        }
        let time = |option, text: Option<String>| -> Result<Option<Minute>, UsageError> {
            text.map(|text| plan::instant(option, &text)).transpose()
        };
        selection.from = time("--from", args.from)?.or(selection.from);
        selection.to = time("--to", args.to)?.or(selection.to);
        if let (Some(from), Some(to)) = (selection.from, selection.to)
            && from >= to
        {
            return Err(UsageError(format!("--from {from} is not before --to {to}")));
        }
        Ok(self)
    }

    /// Reads the command line's own way to take input.
    pub(crate) fn input(mut self, args: &args::Input) -> Result<Self, UsageError> {
        if let Some(lateness) = &args.allowed_lateness {
            self.allowed_lateness = plan::span_of("--allowed-lateness", lateness)?;
        }
        if let Some(size) = &args.max_unpacked {
            self.max_unpacked = plan::size("--max-unpacked", size)?;
        }
        Ok(self)
    }

    /// Returns which events count.
    pub(crate) const fn selection(&self) -> &Selection {
        &self.selection
    }

    /// Returns how long a day of an archive stays open after its end.
    pub(crate) const fn allowed_lateness(&self) -> Minutes {
        self.allowed_lateness
    }

    /// Returns how much of a file is unpacked at most.
    pub(crate) fn bounds(&self) -> Bounds {
        Bounds::new(self.max_unpacked)
    }

    /// Returns the settings of the engine.
    pub(crate) fn config(&self) -> Result<Config, UsageError> {
        self.checked().map_err(|error| UsageError(format!("these settings do not fit: {error}")))
    }

    fn checked(&self) -> Result<Config, ConfigError> {
        Config::builder()
            .selection(self.selection.clone())
            .insight_types(self.insight_types.clone())
            .baseline(self.baseline)
            .warm_up(self.warm_up)
            .quiet(self.quiet)
            .longest(self.longest)
            .detector(self.detector)
            .build()
    }

    /// Changes one setting, as its key in the file would.
    ///
    /// # Errors
    ///
    /// Returns what is wrong with the value.
    pub(crate) fn change(&mut self, key: &Key, value: &DeValue<'_>) -> Result<(), String> {
        (key.read)(self, value).map_err(|what| format!("{} {what}", key.name))
    }

    fn set_profile(&mut self, profile: Profile) {
        self.profile = profile;
        if let Ok(config) = Config::builder().profile(profile).build() {
            self.detector = *config.detector();
        }
    }

    /// Takes all keys of a document.
    pub(crate) fn read(&mut self, document: &Document) -> Result<(), UsageError> {
        let table = document.parse()?;
        let mut found = Vec::new();
        for (name, value) in &table {
            let key = Key::of(name.get_ref()).map_err(|what| document.error(&name.span(), what))?;
            found.push((key, value));
        }
        // A profile is where the others start from, wherever it stands.
        found.sort_by_key(|(key, value)| (key.name != Key::PROFILE, value.span().start));
        for (key, value) in found {
            self.change(key, value.get_ref())
                .map_err(|what| document.error(&value.span(), what))?;
        }
        match self.checked() {
            Ok(_) => Ok(()),
            Err(error) => {
                Err(UsageError(format!("{}: these settings do not fit: {error}", document.name())))
            }
        }
    }

    /// Takes one `KEY=VALUE` of the command line; a word need not be quoted.
    fn set(&mut self, text: &str) -> Result<(), UsageError> {
        let wrong = |what: String| UsageError(format!("--set {text:?}: {what}"));
        let (name, value) =
            text.split_once('=').ok_or_else(|| wrong("is not KEY=VALUE".to_owned()))?;
        let key = Key::of(name.trim()).map_err(wrong)?;
        self.change_to(key, value.trim()).map_err(wrong)
    }

    /// Changes one setting to a value that is written as in the file; a word need not be quoted.
    pub(crate) fn change_to(&mut self, key: &Key, text: &str) -> Result<(), String> {
        let word = DeValue::String(text.into());
        let value = DeValue::parse(text).map_or(word, Spanned::into_inner);
        self.change(key, &value)
    }

    /// Returns the settings that have a value, each as it stands in the file.
    pub(crate) fn shown(&self) -> Vec<(&'static str, String)> {
        KEYS.iter().filter_map(|key| Some((key.name, (key.show)(self)?))).collect()
    }

    /// Returns the settings that are not those of the profile, and the profile if it is another
    /// than the usual one: each as `--set` takes it.
    pub(crate) fn changed(&self) -> Vec<String> {
        let defaults = Self::default();
        let mut usual = defaults.clone();
        usual.set_profile(self.profile);
        let change = |key: &Key| {
            let usual = if key.name == Key::PROFILE { &defaults } else { &usual };
            let shown =
                (key.show)(self).filter(|shown| Some(shown) != (key.show)(usual).as_ref())?;
            Some(format!("{}={shown}", key.name))
        };
        KEYS.iter().filter_map(change).collect()
    }

    /// Returns the file that says all this, with what each setting is for.
    pub(crate) fn to_toml(&self) -> String {
        let mut text = String::from(
            "# Settings of insights. Give them with --config FILE, or one with --set KEY=VALUE.\n",
        );
        let defaults = Self::default();
        for group in Group::ALL {
            let _ = write!(text, "\n# {}\n", group.title());
            for key in KEYS.iter().filter(|key| key.group == group) {
                let _ = writeln!(text);
                for line in key.effect.lines() {
                    let _ = writeln!(text, "# {line}");
                }
                let default = (key.show)(&defaults).unwrap_or_else(|| "not set".into());
                let _ = writeln!(text, "# Unit: {}. Default: {default}.", key.unit);
                let _ = match (key.show)(self) {
                    Some(value) => writeln!(text, "{} = {value}", key.name),
                    None => writeln!(text, "# {} = {}", key.name, key.example),
                };
            }
        }
        text
    }
}

/// Returns the service that `ec2` or `ec2.amazonaws.com` stands for.
fn service(name: String) -> String {
    if name.contains('.') { name } else { format!("{name}.amazonaws.com") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Settings, String> {
        let mut settings = Settings::default();
        settings
            .read(&Document::new("c.toml", text.into()))
            .map_err(|error| error.to_string())
            .map(|()| settings)
    }

    #[test]
    fn what_is_printed_says_the_same_when_read() {
        for text in [
            "",
            "profile = \"quiet\"",
            "profile = \"aws\"\nthreshold = 2.25\nleast_calls = 7\nbaseline = \"14d\"\n\
             warm_up = \"36h\"\nquiet = 5\nlongest = \"90m\"\ninsight_types = [\"error-rate\"]\n\
             include_reads = true\naccounts = [\"111122223333\"]\nregions = [\"a\\\"b\"]\n\
             event_sources = [\"ec2\"]\nevent_names = []\ncategories = [\"data\"]\n\
             from = \"2026-03-01\"\nto = \"2026-03-02T00:30:00Z\"\nallowed_lateness = \"2h\"\n\
             max_unpacked = \"1GiB\"\nleast_new_calls = 9\nleast_change = 3\nwarm_up_calls = 200",
        ] {
            let settings = read(text).unwrap();
            let printed = settings.to_toml();
            let again = read(&printed).unwrap();
            assert_eq!(again.to_toml(), printed);
            assert_eq!(again.config().unwrap(), settings.config().unwrap());
            assert_eq!(again.allowed_lateness, settings.allowed_lateness);
            assert_eq!(again.max_unpacked, settings.max_unpacked);
        }
        let all = KEYS.iter().map(|key| key.name).collect::<std::collections::BTreeSet<_>>();
        assert_eq!(all.len(), KEYS.len(), "each key once");
    }

    #[test]
    fn keys_count_over_the_profile_wherever_they_stand() {
        let settings = read("least_calls = 5\nprofile = \"aws\"\n").unwrap();
        let detector = settings.detector;
        assert_eq!((detector.least_calls, detector.least_new_calls), (5, 2));
    }

    #[test]
    fn mistakes_are_told_with_their_place_and_the_nearest_name() {
        for (text, error) in [
            (
                "\nleast-cals = 3",
                "c.toml: line 2, column 1: there is no setting \"least-cals\", did you mean \"least_calls\"?",
            ),
            (
                "sensitivity = \"high\"",
                "c.toml: line 1, column 1: there is no setting \"sensitivity\", did you mean \"threshold\"?",
            ),
            ("zzz = 1", "c.toml: line 1, column 1: there is no setting \"zzz\""),
            (
                "least_calls = -1",
                "c.toml: line 1, column 15: least_calls must be a whole number from 0 to 4294967295",
            ),
            (
                "profile = \"loud\"",
                "c.toml: line 1, column 11: profile must be one of \"balanced\", \"aws\", \"quiet\"",
            ),
            (
                "from = \"noon\"",
                "c.toml: line 1, column 8: from must be a date such as \"2026-03-02\" or a time such as \"2026-03-02T14:05:00Z\"",
            ),
            ("threshold = 4\nthreshold = 5", "c.toml: line 2, column 1: duplicate key"),
            (
                "baseline = \"3h\"",
                "c.toml: these settings do not fit: baseline of 180 min is not a positive number of whole days",
            ),
        ] {
            assert_eq!(read(text).unwrap_err(), error);
        }
    }

    #[test]
    fn a_word_on_the_command_line_needs_no_quotes() {
        let mut settings = Settings::default();
        for set in ["profile=aws", "baseline = 14d", "threshold=3", "accounts=[\"1\", \"2\"]"] {
            settings.set(set).unwrap();
        }
        assert_eq!((settings.profile, settings.baseline), (Profile::Aws, Minutes::days(14)));
        assert_eq!(settings.selection.accounts, ["1", "2"]);
        let error = settings.set("treshold=3").unwrap_err().to_string();
        assert!(error.ends_with("did you mean \"threshold\"?"), "{error}");
        assert!(settings.set("threshold").is_err());
    }
}
