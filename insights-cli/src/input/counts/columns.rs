//! [`Columns`]: where the columns of a table of counts are.

use crate::columns::{COLUMNS, NEEDED};

/// Where the columns of a table are, in the order of `COLUMNS`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Columns([Option<usize>; COLUMNS.len()]);

impl Columns {
    /// Finds the columns by their names, in any order, or says what is wrong with them.
    ///
    /// A column that is not known is hardly there for nothing: left out, it would make one row of
    /// what others took apart, or one series of several.
    pub(super) fn find<'h>(header: impl Iterator<Item = &'h str>) -> Result<Self, String> {
        let mut places = [None; COLUMNS.len()];
        let mut unknown = None;
        for (place, name) in header.enumerate() {
            let name = name.trim();
            if let Some(known) = COLUMNS.iter().position(|&known| known == name) {
                if places[known].replace(place).is_some() {
                    return Err(format!("the header has the column {name} twice"));
                }
            } else if name.is_empty() {
                return Err(format!("column {} has no name", place + 1));
            } else {
                unknown.get_or_insert(name);
            }
        }
        let mut columns = COLUMNS.iter().zip(places);
        let missing = columns.find(|(name, place)| place.is_none() && NEEDED.contains(name));
        match (unknown, missing) {
            (None, None) => Ok(Self(places)),
            (None, Some((name, _))) => Err(format!("the header has no column {name}")),
            (Some(name), missing) => Err(match (nearest(name), missing) {
                (Some(meant), _) => format!("column {name:?} is not known; is it {meant}?"),
                (None, Some((missing, _))) => {
                    format!("column {name:?} is not known, and the header has no column {missing}")
                }
                (None, None) => {
                    let known = COLUMNS.join(", ");
                    format!("column {name:?} is not known; the columns are {known}")
                }
            }),
        }
    }

    /// Returns the columns there are: where each is in `COLUMNS`, and where in the table.
    pub(super) fn places(&self) -> impl Iterator<Item = (usize, usize)> {
        self.0.into_iter().enumerate().filter_map(|(known, place)| Some((known, place?)))
    }
}

/// Returns the column that may be meant by a name that is not known.
fn nearest(name: &str) -> Option<&'static str> {
    /// How alike two names must be for one to be meant by the other.
    const ALIKE: f64 = 0.6;
    /// How much more alike they are if one is a part of the other.
    const PART: f64 = 0.5;
    let letters = |name: &str| -> String {
        name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
    };
    let name = letters(name);
    let alike = COLUMNS.map(|column| {
        let known = letters(column);
        let part = known.contains(&name) || name.contains(&known);
        let edits = strsim::normalized_damerau_levenshtein(&name, &known);
        (edits + if part { PART } else { 0.0 }, column)
    });
    let nearest = alike.into_iter().max_by(|a, b| a.0.total_cmp(&b.0));
    nearest.filter(|(alike, _)| *alike >= ALIKE).map(|(_, column)| column)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(header: &str) -> String {
        Columns::find(header.split(',')).unwrap_err()
    }

    #[test]
    fn what_is_not_known_is_refused_with_what_may_be_meant() {
        for (name, meant) in [
            ("eventSource", "event_source"),
            ("recipientAccountId", "account_id"),
            ("accountid", "account_id"),
            ("region", "aws_region"),
            ("counts", "count"),
            ("user_agents", "user_agent"),
            ("errorCode", "error_code"),
            ("Minute", "minute"),
        ] {
            let told = error(&format!("minute,event_source,event_name,count,{name}"));
            assert_eq!(told, format!("column {name:?} is not known; is it {meant}?"));
        }
        let told = error("minute,event_source,event_name,count,sourceIPAddress");
        assert!(
            told.starts_with("column \"sourceIPAddress\" is not known; the columns are minute,"),
            "{told}"
        );
        let told = error("minute,event_source,count,sourceIPAddress");
        assert!(told.ends_with("is not known, and the header has no column event_name"), "{told}");
        assert_eq!(error("minute,event_source,event_name,count,"), "column 5 has no name");
        assert_eq!(error("minute,count,count"), "the header has the column count twice");
        assert_eq!(error("minute,event_source,event_name"), "the header has no column count");
    }

    #[test]
    fn columns_come_in_any_order() {
        let columns = Columns::find("count, event_name,minute,event_source ".split(',')).unwrap();
        let places: Vec<_> = columns.places().map(|(known, at)| (COLUMNS[known], at)).collect();
        let expected = [("minute", 2), ("event_source", 3), ("event_name", 1), ("count", 0)];
        assert_eq!(places, expected);
    }
}
