//! Which name may be meant by one that is not there: [`suggestion`], [`nearest`], [`unreadable`].

use std::{fs, io, path::Path};

use crate::printable::printable;

/// Returns `, did you mean "NAME"?` for the name of ours that is nearest to a word, if one is near.
pub(crate) fn suggestion<'a>(word: &str, names: impl IntoIterator<Item = &'a str>) -> String {
    /// Of 1 for equal words; as for the options of the command line.
    const NEAR: f64 = 0.7;
    let word = word.to_lowercase().replace('-', "_");
    let alike = |name: &str| strsim::jaro(&word, &name.to_lowercase());
    of_all(names, NEAR, alike).map_or_else(String::new, |name| format!(", did you mean {name:?}?"))
}

/// Returns the name from the input that is nearest to a word, if one is near.
///
/// Names of APIs begin and end alike in their dozens, so it takes more than for names of ours.
pub(crate) fn nearest<'a>(word: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    /// Of 1 for equal words.
    const NEAR: f64 = 0.75;
    let word = word.to_lowercase();
    let alike = |name: &str| strsim::normalized_damerau_levenshtein(&word, &name.to_lowercase());
    of_all(names, NEAR, alike)
}

/// Returns the first of the names that are most alike, if they are enough.
fn of_all<'a>(
    names: impl IntoIterator<Item = &'a str>,
    enough: f64,
    alike: impl Fn(&str) -> f64,
) -> Option<&'a str> {
    let mut best = None;
    for name in names {
        let alike = alike(name);
        if alike >= enough && best.is_none_or(|(most, _)| alike > most) {
            best = Some((alike, name));
        }
    }
    best.map(|(_, name)| name)
}

/// Returns why something cannot be read under the path that was typed, and if nothing is there,
/// what in its folder may be meant.
pub(crate) fn unreadable(path: &Path, error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => neighbour(path).map_or_else(
            || error.to_string(),
            |near| format!("{error}, did you mean {}?", printable(&near)),
        ),
        _ => error.to_string(),
    }
}

/// Returns the path of what has the nearest name in the first folder of a path in which something
/// is missing; a folder with a slash behind it.
fn neighbour(path: &Path) -> Option<String> {
    /// A folder of logs may have more, none of which is a name that somebody typed.
    const MOST: usize = 10_000;
    let missing =
        path.ancestors().take_while(|path| *path != Path::new("") && !path.exists()).last()?;
    let folder = missing.parent()?;
    let listed = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let entries = fs::read_dir(listed).ok()?.take(MOST).filter_map(Result::ok);
    let mut names: Vec<String> =
        entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort_unstable();
    let name = nearest(missing.file_name()?.to_str()?, names.iter().map(String::as_str))?;
    let near = folder.join(name);
    let slash = if near.is_dir() { "/" } else { "" };
    Some(format!("{}{slash}", near.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_near_is_suggested() {
        let names = ["least_calls", "least_new_calls", "threshold"];
        assert_eq!(suggestion("leat-calls", names), ", did you mean \"least_calls\"?");
        assert_eq!(suggestion("quux", names), "");
        let names = ["DescribeInstances", "GetObject", "PutObject"];
        assert_eq!(nearest("GetObjct", names), Some("GetObject"));
        assert_eq!(nearest("getobject", names), Some("GetObject"));
        assert_eq!(nearest("DescribeVolumes", names), None);
    }

    #[test]
    fn what_is_not_there_is_looked_for_beside_it() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir_all(root.path().join("AWSLogs/111122223333")).unwrap();
        fs::write(root.path().join("counts.csv"), "").unwrap();
        let missing = io::Error::from(io::ErrorKind::NotFound);
        let told = |path: &str| {
            let told = unreadable(&root.path().join(path), &missing);
            let root = format!("{}/", root.path().display());
            told.split_once(", ").map(|(_, near)| near.replace(&root, ""))
        };
        assert_eq!(told("AWSLog").as_deref(), Some("did you mean AWSLogs/?"));
        assert_eq!(told("count.csv").as_deref(), Some("did you mean counts.csv?"));
        // The first name that is wrong is told, whatever is below it.
        assert_eq!(told("AwsLogs/111122223333/x").as_deref(), Some("did you mean AWSLogs/?"));
        assert_eq!(told("quux"), None);
        let refused = io::Error::from(io::ErrorKind::PermissionDenied);
        assert_eq!(unreadable(&root.path().join("AWSLog"), &refused), refused.to_string());
    }
}
