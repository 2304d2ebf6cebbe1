//! [`Names`]: what there is of the kinds of names that a selection asks for.

use std::collections::BTreeSet;

use insights_core::Selection;

use crate::{nearest::nearest, printable::printable};

/// The accounts, Regions, services and APIs of calls, each only if some are asked for by name: to
/// say of which there are none, and what they may be called instead.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names([BTreeSet<Box<str>>; KINDS]);

/// The kinds of names, in the order of the options that ask for them.
const KINDS: usize = 4;
const OPTIONS: [&str; KINDS] = ["--account", "--region", "--event-source", "--event-name"];

impl Names {
    /// Takes note of the account, Region, service and API of a call.
    pub(crate) fn enter(&mut self, selection: &Selection, names: [&str; KINDS]) {
        for ((asked, known), name) in asked(selection).into_iter().zip(&mut self.0).zip(names) {
            if !asked.is_empty() {
                note(known, name, || asked.iter().any(|asked| asked == name));
            }
        }
    }

    /// Takes note of the account and the Region of calls that were not read.
    pub(crate) fn pass_over(&mut self, account: Option<&str>, region: Option<&str>) {
        for (known, name) in self.0.iter_mut().zip([account, region]) {
            if let Some(name) = name {
                note(known, name, || false);
            }
        }
    }

    /// Adds all of another part.
    pub(crate) fn join(&mut self, other: &Self) {
        for (known, more) in self.0.iter_mut().zip(&other.0) {
            known.extend(more.iter().cloned());
        }
    }

    /// Says of each name that is asked for and that no call has, as far as calls were met.
    pub(crate) fn unmatched(&self, selection: &Selection) -> Vec<String> {
        let mut told = Vec::new();
        for ((asked, known), option) in asked(selection).into_iter().zip(&self.0).zip(OPTIONS) {
            let missing = asked.iter().filter(|name| !known.contains(name.as_str()));
            for name in missing.filter(|_| !known.is_empty()) {
                let name = short(name);
                let near = nearest(name, known.iter().map(|known| short(known)))
                    .map_or_else(String::new, |near| format!(", did you mean {near}?"));
                told.push(printable(&format!("{option} {name} matches no call{near}")));
            }
        }
        told
    }
}

/// Adds a name, unless there are too many and it is `needed` by nobody.
fn note(known: &mut BTreeSet<Box<str>>, name: &str, needed: impl FnOnce() -> bool) {
    /// More would be made up, and fill memory.
    const MOST: usize = 10_000;
    if !known.contains(name) && (known.len() < MOST || needed()) {
        known.insert(name.into());
    }
}

/// Returns what is asked for, by kind.
fn asked(selection: &Selection) -> [&[String]; KINDS] {
    let Selection { accounts, regions, event_sources, event_names, .. } = selection;
    [accounts, regions, event_sources, event_names]
}

/// Returns what tells services apart.
fn short(name: &str) -> &str {
    name.trim_end_matches(".amazonaws.com")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn selection() -> Selection {
        Selection {
            accounts: vec!["111122223334".into()],
            event_sources: vec!["s3.amazonaws.com".into(), "cloudtral.amazonaws.com".into()],
            event_names: vec!["GetObjct".into(), "Quux".into()],
            ..Selection::default()
        }
    }

    #[test]
    fn what_matches_nothing_is_told_with_what_may_be_meant() {
        let selection = selection();
        let mut names = Names::default();
        assert!(names.unmatched(&selection).is_empty(), "nothing was met");
        names.enter(&selection, ["1", "eu-west-1", "s3.amazonaws.com", "GetObject"]);
        names.enter(&selection, ["1", "eu-west-1", "cloudtrail.amazonaws.com", "PutObject"]);
        names.pass_over(Some("111122223333"), Some("eu-west-1"));
        let told = [
            "--account 111122223334 matches no call, did you mean 111122223333?",
            "--event-source cloudtral matches no call, did you mean cloudtrail?",
            "--event-name GetObjct matches no call, did you mean GetObject?",
            "--event-name Quux matches no call",
        ];
        assert_eq!(names.unmatched(&selection), told);
    }

    #[test]
    fn a_name_that_matches_is_known_however_many_there_are() {
        let selection = selection();
        let mut names = Names::default();
        for number in 0..20_000 {
            names.enter(&selection, ["1", "", "s3.amazonaws.com", &number.to_string()]);
        }
        names.enter(&selection, ["1", "", "s3.amazonaws.com", "Quux"]);
        assert!(names.0[3].len() <= 10_001);
        assert!(!names.unmatched(&selection).iter().any(|line| line.contains("Quux")));
    }
}
