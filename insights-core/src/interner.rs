//! [`Interner`]: small numbers for the keys that recur in every event.

use std::hash::{BuildHasher, Hash};

use hashbrown::{DefaultHashBuilder, Equivalent, HashTable};

/// Gives each distinct value a number, counted from zero in the order of arrival.
///
/// The numbers depend on that order, so nothing that leaves the crate may be sorted by them.
/// The table is looked up and never iterated: its seeds cannot reach the output.
#[derive(Clone, Debug)]
pub(crate) struct Interner<T> {
    values: Vec<T>,
    index: HashTable<u32>,
    hasher: DefaultHashBuilder,
    /// The number given last by [`intern_again`](Self::intern_again).
    last: u32,
}

impl<T> Default for Interner<T> {
    fn default() -> Self {
        Self {
            values: Vec::new(),
            index: HashTable::new(),
            hasher: DefaultHashBuilder::default(),
            last: 0,
        }
    }
}

impl<T: Hash + Eq> Interner<T> {
    /// Returns the number of `query`, made into an owned value the first time it is seen.
    ///
    /// `query` must hash as the value it stands for.
    pub(crate) fn intern<Q>(&mut self, query: &Q, own: impl FnOnce(&Q) -> T) -> u32
    where
        Q: Hash + Equivalent<T>,
    {
        let hash = self.hasher.hash_one(query);
        if let Some(&id) = self.index.find(hash, |&id| query.equivalent(&self.values[id as usize]))
        {
            return id;
        }
        let id = u32::try_from(self.values.len()).expect("fewer than 2^32 keys fit in memory");
        self.values.push(own(query));
        let (values, hasher) = (&self.values, &self.hasher);
        self.index.insert_unique(hash, id, |&id| hasher.hash_one(&values[id as usize]));
        id
    }

    /// The same, at less cost where a value often follows itself.
    pub(crate) fn intern_again<Q>(&mut self, query: &Q, own: impl FnOnce(&Q) -> T) -> u32
    where
        Q: Hash + Equivalent<T>,
    {
        if !self.values.get(self.last as usize).is_some_and(|last| query.equivalent(last)) {
            self.last = self.intern(query, own);
        }
        self.last
    }

    /// Returns an interner that gives each distinct value the number of its place.
    pub(crate) fn of(values: &[T]) -> Self
    where
        T: Clone,
    {
        let mut interner = Self::default();
        for value in values {
            interner.intern_owned(value);
        }
        interner
    }

    /// Returns the number of a value that is already owned.
    pub(crate) fn intern_owned(&mut self, value: &T) -> u32
    where
        T: Clone,
    {
        self.intern(value, T::clone)
    }
}

impl<T> Interner<T> {
    pub(crate) fn get(&self, id: u32) -> &T {
        &self.values[id as usize]
    }

    pub(crate) fn values(&self) -> &[T] {
        &self.values
    }
}

impl<T: Ord> Interner<T> {
    /// Returns for each number that is used the place of its value among all used ones in order.
    pub(crate) fn ranks(&self, used: impl Iterator<Item = u32>) -> Vec<u32> {
        const NOT_MET: u32 = u32::MAX;
        let mut ranks = vec![NOT_MET; self.values.len()];
        let mut order = Vec::new();
        for id in used {
            let rank = &mut ranks[id as usize];
            if *rank == NOT_MET {
                *rank = 0;
                order.push(id);
            }
        }
        order.sort_unstable_by(|&a, &b| self.get(a).cmp(self.get(b)));
        for (rank, id) in (0..).zip(order) {
            ranks[id as usize] = rank;
        }
        ranks
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_are_the_places_among_the_values_used() {
        let interner = Interner::of(&["d", "a", "c", "b"]);
        let ranks = interner.ranks([0, 3, 0, 2].into_iter());
        assert_eq!([ranks[3], ranks[2], ranks[0]], [0, 1, 2]);
    }
}
