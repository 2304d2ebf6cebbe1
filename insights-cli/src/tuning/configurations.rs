//! [`Configurations`]: the settings that are tried, each once.

use std::collections::BTreeSet;

use insights_core::Config;

use super::{random::Random, space::Space};
use crate::{
    exit::UsageError,
    settings::{Key, Settings},
};

/// Settings that are tried.
#[derive(Clone, Debug)]
pub(crate) struct Configuration {
    /// The values of all settings that can be tuned, in the order of [`names`].
    pub(crate) values: Vec<String>,
    pub(crate) config: Config,
}

/// All that are tried: first the settings as they were given, then others of the space.
#[derive(Debug)]
pub(crate) struct Configurations {
    pub(crate) all: Vec<Configuration>,
    /// Combinations that were left out because they do not fit together.
    pub(crate) unfit: u64,
}

/// How they are chosen.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Choice {
    /// Every combination.
    Grid,
    /// So many in all, drawn with a seed. Random search finds as good ones as a grid with far
    /// fewer trials where few of the settings matter (Bergstra and Bengio, 2012): each trial is
    /// another value of every one of them.
    Trials { count: usize, seed: u64 },
}

/// The most combinations of a grid.
const MOST: u64 = 100_000;

/// Returns the names of the settings that can be tuned.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    Key::tunable().map(|key| key.name)
}

impl Configuration {
    fn of(settings: &Settings) -> Result<Self, UsageError> {
        let config = settings.config()?;
        // In a table, a text needs no quotes.
        let value = |key: &Key| key.shown(settings).trim_matches('"').to_owned();
        Ok(Self { values: Key::tunable().map(value).collect(), config })
    }
}

impl Configurations {
    /// Chooses from a space; the settings it does not name stay as they are in `given`.
    ///
    /// # Errors
    ///
    /// Returns an error if the given settings do not fit together, if no others do, or if a grid
    /// has too many combinations.
    pub(crate) fn new(space: &Space, given: &Settings, choice: Choice) -> Result<Self, UsageError> {
        let first = Configuration::of(given)?;
        let mut met = BTreeSet::from([first.values.clone()]);
        let mut chosen = Self { all: vec![first], unfit: 0 };
        let mut take = |places: &[usize], chosen: &mut Self| {
            let mut settings = given.clone();
            for (parameter, &place) in space.parameters.iter().zip(places) {
                // Each value was read before; those that do not go together are told below.
                let _ = settings.change_to(parameter.key, &parameter.values[place]);
            }
            match Configuration::of(&settings) {
                Ok(configuration) if met.insert(configuration.values.clone()) => {
                    chosen.all.push(configuration);
                }
                Ok(_) => {}
                Err(_) => chosen.unfit += 1,
            }
        };
        let mut places = vec![0; space.parameters.len()];
        match choice {
            Choice::Grid => {
                if space.size() > MOST {
                    return Err(UsageError(format!(
                        "a grid of this space has {} configurations, more than {MOST}: --trials \
                         draws some of them",
                        space.size()
                    )));
                }
                loop {
                    take(&places, &mut chosen);
                    // The last of the settings changes fastest.
                    let next =
                        |&place: &usize| places[place] + 1 < space.parameters[place].values.len();
                    let Some(place) = (0..places.len()).rev().find(next) else { break };
                    places[place] += 1;
                    places[place + 1..].fill(0);
                }
            }
            Choice::Trials { count, seed } => {
                let mut random = Random::new(seed);
                // A small space is drawn empty long before that.
                let mut left = count.saturating_mul(100);
                while chosen.all.len() < count && left > 0 {
                    left -= 1;
                    for (place, parameter) in places.iter_mut().zip(&space.parameters) {
                        *place = random.below(parameter.values.len());
                    }
                    take(&places, &mut chosen);
                }
            }
        }
        Ok(chosen)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::{args, document::Document};

    fn space(text: &str) -> Space {
        Space::of(&Document::new("s.toml", text.to_owned())).unwrap()
    }

    fn chosen(text: &str, choice: Choice) -> Configurations {
        Configurations::new(&space(text), &Settings::default(), choice).unwrap()
    }

    /// Returns the values of two settings of each configuration.
    fn told(configurations: &Configurations, settings: [&str; 2]) -> Vec<[String; 2]> {
        let place = |name: &str| names().position(|known| known == name).unwrap();
        let told = |own: &Configuration| settings.map(|name| own.values[place(name)].clone());
        configurations.all.iter().map(told).collect()
    }

    #[test]
    fn a_grid_is_every_combination_once_and_the_given_one_first() {
        let grid = chosen("threshold = [4.5, 3]\nquiet = [\"3m\", \"1h\"]", Choice::Grid);
        let expected = [["4.5", "3m"], ["4.5", "1h"], ["3.0", "3m"], ["3.0", "1h"]];
        assert_eq!(
            told(&grid, ["threshold", "quiet"]),
            expected.map(|pair| pair.map(String::from))
        );
        assert_eq!(grid.unfit, 0);
    }

    #[test]
    fn what_does_not_fit_together_is_left_out_and_counted() {
        // A warm-up may not outlast the baseline.
        let grid = chosen("warm_up = [\"1d\", \"9d\"]\nbaseline = [\"7d\", \"14d\"]", Choice::Grid);
        let expected = [["1d", "7d"], ["1d", "14d"], ["9d", "14d"]];
        assert_eq!(
            told(&grid, ["warm_up", "baseline"]),
            expected.map(|pair| pair.map(String::from))
        );
        assert_eq!(grid.unfit, 1);
    }

    #[test]
    fn the_same_seed_draws_the_same_and_more_trials_begin_like_fewer() {
        let text = Space::DEFAULT;
        let draw = |count, seed| {
            let drawn = chosen(text, Choice::Trials { count, seed });
            drawn.all.into_iter().map(|own| own.values).collect::<Vec<_>>()
        };
        let hundred = draw(100, 7);
        assert_eq!(hundred.len(), 100);
        assert_eq!(hundred.iter().collect::<BTreeSet<_>>().len(), 100);
        assert_eq!(hundred, draw(100, 7));
        assert_eq!(hundred[..40], draw(40, 7));
        assert_ne!(hundred, draw(100, 8));
        // Each value of a setting comes up.
        let mut values: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for own in &hundred {
            for (name, value) in names().zip(own) {
                values.entry(name).or_default().insert(value);
            }
        }
        assert_eq!((values["least_calls"].len(), values["quiet"].len()), (5, 4));
        assert_eq!(values["baseline"].len(), 1);
    }

    #[test]
    fn a_space_that_is_too_small_or_too_large_ends() {
        let drawn = chosen("quiet = [3, 5]", Choice::Trials { count: 50, seed: 1 });
        assert_eq!(drawn.all.len(), 2);
        let large = "threshold = { min = 1, max = 9, step = 0.01 }\n\
                     quiet = { min = 1, max = 500, step = 1 }";
        let error = Configurations::new(&space(large), &Settings::default(), Choice::Grid);
        assert!(error.unwrap_err().to_string().contains("has 400500 configurations"));
    }

    #[test]
    fn settings_that_the_space_does_not_name_stay_as_given() {
        let args = args::Settings { config: None, set: vec!["longest=6h".into()] };
        let given = Settings::new(&args, None).unwrap();
        let space = space("quiet = [3, 5]");
        let drawn = Configurations::new(&space, &given, Choice::Grid).unwrap();
        let expected = [["6h", "3m"], ["6h", "5m"]].map(|pair| pair.map(String::from));
        assert_eq!(told(&drawn, ["longest", "quiet"]), expected);
    }
}
