//! [`Index`]: the numbers of series by their keys.

use std::hash::{BuildHasher, Hash};

use hashbrown::{DefaultHashBuilder, HashTable};

use crate::series::SeriesKey;

/// Finds the number of a series, and those of the failures of an API.
///
/// The keys are held by whom the numbers belong to, and are given with each call. The tables are
/// looked up and never iterated: their seeds cannot reach the output.
#[derive(Clone, Debug, Default)]
pub(crate) struct Index {
    series: HashTable<u32>,
    /// By API, the series of its error codes, of the APIs that ever failed.
    failures: HashTable<Vec<u32>>,
    hasher: DefaultHashBuilder,
}

impl Index {
    /// Returns the number of the series with that key.
    pub(crate) fn get<'a>(
        &self,
        key: &SeriesKey,
        key_of: impl Fn(u32) -> &'a SeriesKey,
    ) -> Option<u32> {
        let hash = self.hasher.hash_one(key);
        self.series.find(hash, |&number| key_of(number) == key).copied()
    }

    /// Adds the number of a series that has none.
    pub(crate) fn insert<'a>(&mut self, number: u32, key_of: impl Fn(u32) -> &'a SeriesKey) {
        let (key, hasher) = (key_of(number), &self.hasher);
        let hash = hasher.hash_one(key);
        self.series.insert_unique(hash, number, |&other| hasher.hash_one(key_of(other)));
        if key.error_code.is_some() {
            let api_of = |numbers: &[u32]| key_of(numbers[0]);
            let hash = hasher.hash_one(Api(key));
            self.failures
                .entry(
                    hash,
                    |numbers| api_of(numbers).same_api(key),
                    |numbers| hasher.hash_one(Api(api_of(numbers))),
                )
                .or_insert_with(Vec::new)
                .get_mut()
                .push(number);
        }
    }

    /// Returns the numbers of the failures of the API of a key, in no order.
    pub(crate) fn failures<'a>(
        &self,
        key: &SeriesKey,
        key_of: impl Fn(u32) -> &'a SeriesKey,
    ) -> &[u32] {
        let hash = self.hasher.hash_one(Api(key));
        let same = |numbers: &Vec<u32>| key_of(numbers[0]).same_api(key);
        self.failures.find(hash, same).map_or(&[], Vec::as_slice)
    }
}

/// The API of a key, whatever its error code.
struct Api<'a>(&'a SeriesKey);

impl Hash for Api<'_> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        let SeriesKey { account_id, region, event_source, event_name, category, .. } = self.0;
        (account_id, region, event_source, event_name, category).hash(state);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::series::EventCategory;

    fn key(name: &str, code: &str) -> SeriesKey {
        SeriesKey {
            account_id: "111122223333".into(),
            region: "eu-west-1".into(),
            event_source: "ec2.amazonaws.com".into(),
            event_name: name.into(),
            category: EventCategory::Management,
            error_code: (!code.is_empty()).then(|| code.into()),
        }
    }

    #[test]
    fn each_key_has_its_number_and_each_api_its_failures() {
        let codes = ["", "AccessDenied", "Throttling"];
        let keys: Vec<SeriesKey> =
            (0..300).map(|i| key(&(i / 3).to_string(), codes[i % 3])).collect();
        let key_of = |number: u32| &keys[number as usize];
        let mut index = Index::default();
        for number in 0..300 {
            assert_eq!(index.get(key_of(number), key_of), None);
            index.insert(number, key_of);
        }
        for number in 0..300 {
            assert_eq!(index.get(key_of(number), key_of), Some(number));
            let calls = number / 3 * 3;
            assert_eq!(index.failures(key_of(number), key_of), [calls + 1, calls + 2]);
        }
        assert_eq!(index.get(&key("0", "Other"), key_of), None);
        assert_eq!(index.failures(&key("300", ""), key_of), [0_u32; 0]);
    }

    #[test]
    fn an_api_of_many_error_codes_is_found_as_fast_as_any() {
        // All have one API in common: were they searched by it, this would take minutes.
        let keys: Vec<SeriesKey> = (0..50_000).map(|i| key("X", &format!("E{i}"))).collect();
        let key_of = |number: u32| &keys[number as usize];
        let mut index = Index::default();
        (0..50_000).for_each(|number| index.insert(number, key_of));
        assert!((0..50_000).all(|i| index.get(key_of(i), key_of) == Some(i)));
        assert_eq!(index.failures(key_of(7), key_of).len(), 50_000);
    }
}
